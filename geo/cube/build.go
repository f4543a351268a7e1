package cube

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"sitmap/geo/hex"
)

// Options is how a base is built.
type Options struct {
	// Days cuts time into days; nil for days of UTC.
	Days Days
	// Rows keeps the number of every point's feature, 4 bytes a point, so that
	// View.Find can tell where a feature was.
	Rows bool
	// CubeBytes is the memory that sums by day may take; 0 is 256 MiB, a
	// negative number keeps none.
	CubeBytes int
	// Workers is how many goroutines build; 0 is one.
	Workers int

	eager bool // keep sums by day whether they pay or not
}

// Builder collects points, in any order, 9 bytes each until Finish.
type Builder struct {
	options    Options
	dictionary dictionary
	atoms      []uint32
	times      []uint32
	categories []uint8
	rows       []int32
}

// NewBuilder expects about so many points; it takes more as well.
func NewBuilder(options Options, expected int) *Builder {
	b := &Builder{options: options, dictionary: newDictionary()}
	b.atoms = make([]uint32, 0, expected)
	b.times = make([]uint32, 0, expected)
	b.categories = make([]uint8, 0, expected)
	if options.Rows {
		b.rows = make([]int32, 0, expected)
	}
	return b
}

// Add takes one point. It fails with ErrPoint for a point that cannot be
// counted, which is then left out, and with ErrFull when there are over 2^31-2
// points or 65,535 areas.
func (b *Builder) Add(p Point) error {
	cell, second, err := p.home()
	if err != nil {
		return err
	}
	if len(b.atoms) == maxPoints {
		return fmt.Errorf("%d points: %w", len(b.atoms), ErrFull)
	}
	area, ok := b.dictionary.area(p.Area)
	if !ok {
		return fmt.Errorf("%d areas: %w", maxAreas, ErrFull)
	}
	b.atoms = append(b.atoms, b.dictionary.atom(cell, area))
	b.times = append(b.times, second)
	b.categories = append(b.categories, p.Category)
	if b.options.Rows {
		b.rows = append(b.rows, p.Row)
	}
	return nil
}

// Finish sorts what was added. The same points in any order give the same
// base. The builder is of no use afterwards.
func (b *Builder) Finish() (*Base, error) {
	base := &Base{}
	// The order of atoms: by cell, then by the rank of the area.
	base.areas = slices.Sorted(slices.Values(b.dictionary.numbers))
	rank := make([]uint16, len(base.areas))
	for n, number := range b.dictionary.numbers {
		at, _ := slices.BinarySearch(base.areas, number)
		rank[n] = uint16(at)
	}
	type atom struct {
		key uint64
		old uint32
	}
	sorted := make([]atom, len(b.dictionary.keys))
	for old, key := range b.dictionary.keys {
		sorted[old] = atom{key&^0xffff | uint64(rank[key&0xffff]), uint32(old)}
	}
	slices.SortFunc(sorted, func(a, b atom) int { return cmp.Compare(a.key, b.key) })

	place := make([]uint32, len(sorted))
	base.atomArea = make([]uint16, len(sorted))
	var cells []hex.Cell
	var atoms []uint32
	for n, a := range sorted {
		place[a.old] = uint32(n)
		base.atomArea[n] = uint16(a.key)
		if n == 0 || a.key>>16 != sorted[n-1].key>>16 {
			cells = append(cells, cellOf(a.key>>16, Resolution))
			atoms = append(atoms, uint32(n))
		}
	}
	atoms = append(atoms, uint32(len(sorted)))
	b.dictionary = dictionary{}

	// Points to their atoms, in the order they came.
	base.atomPoint = make([]uint32, len(sorted)+1)
	for i, a := range b.atoms {
		b.atoms[i] = place[a]
		base.atomPoint[place[a]+1]++
	}
	for n := range sorted {
		base.atomPoint[n+1] += base.atomPoint[n]
	}
	if b.options.Rows {
		b.sortWithRows(base)
	} else {
		b.sort(base)
	}
	return base, base.complete(slices.Clip(cells), atoms, nil, b.options)
}

// complete adds to the sorted columns all that follows from them.
func (b *Base) complete(cells []hex.Cell, atoms []uint32, old *Base, options Options) error {
	if err := b.raise(cells, atoms, old); err != nil {
		return err
	}
	b.measure()
	b.takeSample()
	if b.Len() > 0 {
		starts, err := cutDays(options.Days, b.first, b.last)
		if err != nil {
			return err
		}
		b.days = newCalendar(starts)
	}
	b.fillCubes(options)
	return nil
}

// measure finds the span and the sizes of the categories.
func (b *Base) measure() {
	b.first, b.last = 0, -1
	for i, begin := range b.atomPoint[:len(b.atomArea)] {
		end := b.atomPoint[i+1]
		from, to := int64(b.times[begin])+epoch, int64(b.times[end-1])+epoch
		if i == 0 {
			b.first, b.last = from, to
		}
		b.first, b.last = min(b.first, from), max(b.last, to)
	}
	// Four tables, so that equal neighbours do not wait for each other.
	var counts [4][256]int64
	for i, c := range b.categories {
		counts[i&3][c]++
	}
	for c := range b.byCategory {
		b.byCategory[c] = counts[0][c] + counts[1][c] + counts[2][c] + counts[3][c]
	}
}

// sort scatters the points to their atoms as one number each, time and
// category, and sorts those of every atom.
func (b *Builder) sort(base *Base) {
	n := len(b.times)
	packed := make([]uint64, n)
	next := slices.Clone(base.atomPoint)
	for i, a := range b.atoms {
		packed[next[a]] = uint64(b.times[i])<<8 | uint64(b.categories[i])
		next[a]++
	}
	b.atoms, b.times, b.categories = nil, nil, nil
	base.times, base.categories = make([]uint32, n), make([]uint8, n)
	share(b.options.Workers, len(base.atomArea), func(from, to int) {
		for a := from; a < to; a++ {
			run := packed[base.atomPoint[a]:base.atomPoint[a+1]]
			if !slices.IsSorted(run) {
				slices.Sort(run)
			}
		}
		for i := base.atomPoint[from]; i < base.atomPoint[to]; i++ {
			base.times[i], base.categories[i] = uint32(packed[i]>>8), uint8(packed[i])
		}
	})
}

// sortWithRows does the same where points of equal time and category are told
// apart by their rows.
func (b *Builder) sortWithRows(base *Base) {
	type point struct {
		when uint64 // time and category
		row  int32
	}
	n := len(b.times)
	points := make([]point, n)
	next := slices.Clone(base.atomPoint)
	for i, a := range b.atoms {
		points[next[a]] = point{uint64(b.times[i])<<8 | uint64(b.categories[i]), b.rows[i]}
		next[a]++
	}
	b.atoms, b.times, b.categories, b.rows = nil, nil, nil, nil
	base.times, base.categories, base.rows = make([]uint32, n), make([]uint8, n), make([]int32, n)
	share(b.options.Workers, len(base.atomArea), func(from, to int) {
		for a := from; a < to; a++ {
			slices.SortFunc(points[base.atomPoint[a]:base.atomPoint[a+1]], func(p, q point) int {
				return cmp.Or(cmp.Compare(p.when, q.when), cmp.Compare(p.row, q.row))
			})
		}
		for i := base.atomPoint[from]; i < base.atomPoint[to]; i++ {
			base.times[i], base.categories[i], base.rows[i] = uint32(points[i].when>>8), uint8(points[i].when), points[i].row
		}
	})
}

// share calls work for parts of [0, n), on so many goroutines.
func share(workers, n int, work func(from, to int)) {
	workers = max(min(workers, n), 1)
	if workers == 1 {
		work(0, n)
		return
	}
	// More parts than workers: some are heavier than others.
	parts := min(8*workers, n)
	next := make(chan int, parts)
	for part := range parts {
		next <- part
	}
	close(next)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for part := range next {
				work(n*part/parts, n*(part+1)/parts)
			}
		})
	}
	group.Wait()
}
