package hex

import (
	"slices"

	"github.com/paulmach/orb"
)

// Universe is the cells of a city at one resolution as dense numbers: a
// cell's number is its rank in integer order, so that everything about the
// cells rests in plain arrays and everything below a coarser cell is one run.
// It does not change once made.
type Universe struct {
	resolution int
	cells      []Cell
	centres    []orb.Point
	offsets    []int32 // cell i's neighbours are near[offsets[i]:offsets[i+1]]
	near       []int32
	levels     []level // the ancestors, base cells first
}

// level is the ancestors of the cells at one resolution, in ascending order.
type level struct {
	boxes    []orb.Bound // around the middles of the cells below
	from     []int32     // ancestor i's cells are from[i] to from[i+1]
	children []int32     // and its children at the next level children[i] to children[i+1]
}

// Run is the dense numbers from From up to but without To.
type Run struct{ From, To int }

// NewUniverse takes the cells in any order, doubles allowed. It fails for
// invalid cells and for a mix of resolutions.
func NewUniverse(cells []Cell) (*Universe, error) {
	cells, err := sorted(cells)
	if err != nil {
		return nil, err
	}
	u := &Universe{cells: cells, centres: make([]orb.Point, len(cells))}
	if len(cells) > 0 {
		u.resolution = cells[0].Resolution()
	}
	for i, c := range cells {
		if u.centres[i], err = c.Centre(); err != nil {
			return nil, err
		}
	}
	if u.offsets, u.near, err = adjacency(cells); err != nil {
		return nil, err
	}
	u.ancestors()
	return u, nil
}

// adjacency is, for cells in ascending order, which of them share a side:
// those beside cell i are near[offsets[i]:offsets[i+1]], in ascending order.
func adjacency(cells []Cell) (offsets, near []int32, err error) {
	offsets = make([]int32, 1, len(cells)+1)
	near = make([]int32, 0, 6*len(cells))
	var around []Cell
	for i, c := range cells {
		if around, err = c.appendNeighbours(around[:0]); err != nil {
			return nil, nil, err
		}
		for _, n := range around {
			if j, ok := find(cells, i, n); ok {
				near = append(near, int32(j))
			}
		}
		slices.Sort(near[offsets[i]:])
		offsets = append(offsets, int32(len(near)))
	}
	return offsets, near, nil
}

// find is the place of a cell among cells in ascending order, searched in
// growing steps from a place nearby.
func find(cells []Cell, from int, c Cell) (int, bool) {
	low, high := from, from+1
	for reach := 1; low > 0 && cells[low] > c; reach *= 2 {
		high = low + 1
		low = max(low-reach, 0)
	}
	for reach := 1; high < len(cells) && cells[high-1] < c; reach *= 2 {
		low = high
		high = min(high+reach, len(cells))
	}
	i, ok := slices.BinarySearch(cells[low:high], c)
	return low + i, ok
}

// ancestors builds the levels from the finest up.
func (u *Universe) ancestors() {
	u.levels = make([]level, u.resolution)
	below := level{from: make([]int32, len(u.cells)+1), boxes: make([]orb.Bound, len(u.cells))}
	for i, p := range u.centres {
		below.from[i+1] = int32(i + 1)
		below.boxes[i] = orb.Bound{Min: p, Max: p}
	}
	for r := u.resolution - 1; r >= 0; r-- {
		var l level
		last := Cell(0)
		for i, box := range below.boxes {
			if parent := u.cells[below.from[i]].Parent(r); parent != last {
				last = parent
				l.boxes = append(l.boxes, box)
				l.from = append(l.from, below.from[i])
				l.children = append(l.children, int32(i))
			}
			n := len(l.boxes) - 1
			l.boxes[n] = l.boxes[n].Union(box)
		}
		l.from = append(l.from, int32(len(u.cells)))
		l.children = append(l.children, int32(len(below.boxes)))
		u.levels[r] = l
		below = l
	}
}

// Len is the number of cells.
func (u *Universe) Len() int { return len(u.cells) }

// Resolution is the resolution of all the cells, 0 when there are none.
func (u *Universe) Resolution() int { return u.resolution }

// Cell is the cell of a dense number.
func (u *Universe) Cell(i int) Cell { return u.cells[i] }

// Find is the dense number of a cell, if it belongs to the universe.
func (u *Universe) Find(c Cell) (int, bool) { return slices.BinarySearch(u.cells, c) }

// Centre is the middle of cell i, longitude first.
func (u *Universe) Centre(i int) orb.Point { return u.centres[i] }

// Run is the dense numbers [from, to) of the cells below a coarser cell.
func (u *Universe) Run(parent Cell) (from, to int) {
	if parent.Resolution() > u.resolution {
		return 0, 0
	}
	first, last := parent.Range(u.resolution)
	from, _ = slices.BinarySearch(u.cells, first)
	to, _ = slices.BinarySearch(u.cells, last+1)
	return from, to
}

// Neighbours is the dense numbers of the cells that share a side with cell i
// and belong to the universe, in ascending order. The slice must not be
// changed.
func (u *Universe) Neighbours(i int) []int32 { return u.near[u.offsets[i]:u.offsets[i+1]] }
