package cube

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// town invents points and questions about them.
type town struct {
	*rand.Rand
	spots      []orb.Point
	spread     float64 // degrees around a spot
	villages   int
	from, days int64 // the span of time
	categories int
	zone       *time.Location
}

func newTown(r *rand.Rand) town {
	t := town{Rand: r, spread: []float64{0.002, 0.02, 0.3}[r.IntN(3)], villages: 1 + r.IntN(40), categories: []int{1, 3, 16, 256}[r.IntN(4)]}
	for range 1 + r.IntN(4) {
		t.spots = append(t.spots, orb.Point{102 + 1.5*r.Float64(), 37 + 1.5*r.Float64()})
	}
	// In this zone the clocks went forward at midnight on 2018-11-04, and back
	// at midnight on 2019-02-17.
	t.zone, _ = time.LoadLocation("America/Sao_Paulo")
	t.from = time.Date(2018, 10, 1+r.IntN(140), r.IntN(24), 0, 0, 0, t.zone).Unix()
	t.days = []int64{1, 3, 40, 200}[r.IntN(4)]
	return t
}

func (t town) point(tb testing.TB) Point {
	at := t.spots[t.IntN(len(t.spots))]
	at[0] += t.NormFloat64() * t.spread
	at[1] += t.NormFloat64() * t.spread
	cell, err := hex.Of(at, 9+t.IntN(2))
	if err != nil {
		tb.Fatal(err)
	}
	// Villages are stripes, so that their borders cut cells.
	stripe := int64((at[0] - 95) / 20 * float64(t.villages) * 9)
	area := 620_602_000_000_000 + stripe%3*1_000_000_000 + stripe%7*1_000_000 + stripe*1000
	second := t.from + t.Int64N(t.days*86_400)
	if t.IntN(10) == 0 { // exactly at midnight
		y, m, d := time.Unix(second, 0).In(t.zone).Date()
		second = max(time.Date(y, m, d, 0, 0, 0, 0, t.zone).Unix(), t.from)
	}
	return Point{cell, area, second, uint8(t.IntN(t.categories)), t.Int32N(1000)}
}

// window is often of whole local days, sometimes ragged, empty, or elsewhere.
func (t town) window() Window {
	second := func() int64 {
		at := t.from + t.Int64N(t.days*86_400+1)
		if t.IntN(3) > 0 {
			y, m, d := time.Unix(at, 0).In(t.zone).Date()
			return midnight(y, m, d+t.IntN(3)-1, t.zone)
		}
		return at
	}
	switch t.IntN(8) {
	case 0:
		return AllTime
	case 1:
		return Window{second(), 1 << 40}
	case 2:
		return Window{-1 << 40, second()}
	case 3:
		return []Window{{}, {5, 4}, {t.from - 100, t.from}, {t.from + t.days*86_400, EndTime + 9}}[t.IntN(4)]
	}
	a, b := second(), second()
	return Window{min(a, b), max(a, b)}
}

func (t town) query(tb testing.TB, points []Point) Query {
	q := Everything(t.IntN(Resolution + 1))
	if t.IntN(3) > 0 {
		q.Resolution = 5 + t.IntN(5)
	}
	if t.IntN(4) > 0 {
		q.Window = t.window()
	}
	switch t.IntN(4) {
	case 0:
		q.Categories = CategoriesOf(uint8(t.IntN(t.categories)))
	case 1:
		q.Categories = Categories{t.Uint64(), t.Uint64(), t.Uint64(), t.Uint64()}
	case 2:
		if t.IntN(4) == 0 {
			q.Categories = Categories{}
		}
	}
	somewhere := func() Point {
		if len(points) > 0 && t.IntN(10) > 0 {
			return points[t.IntN(len(points))]
		}
		return t.point(tb)
	}
	if t.IntN(3) == 0 {
		q.Areas = []AreaRange{}
		for range t.IntN(4) {
			a, b := somewhere().Area, somewhere().Area
			if t.IntN(2) == 0 {
				b = a
			}
			q.Areas = append(q.Areas, AreaRange{min(a, b), max(a, b)})
		}
	}
	if t.IntN(3) == 0 {
		var list []hex.Cell
		for range t.IntN(30) {
			list = append(list, somewhere().Cell.Parent(4+t.IntN(6)))
		}
		q.Cells = CellList(list)
	}
	if t.IntN(3) == 0 {
		a, _ := somewhere().Cell.Centre()
		b, _ := somewhere().Cell.Centre()
		bound := orb.Bound{Min: a, Max: a}.Extend(b).Pad(t.Float64() * t.spread)
		q.Bounds = &bound
	}
	q.Workers = t.IntN(3)
	return q
}

// meets is the definition of what a question is about, point by point.
func meets(q Query, p Point) bool {
	if p.Time < q.Window.From || p.Time >= q.Window.To || !q.Categories.Has(p.Category) {
		return false
	}
	if q.Areas != nil && !slices.ContainsFunc(q.Areas, func(r AreaRange) bool { return r.Low <= p.Area && p.Area <= r.High }) {
		return false
	}
	cell := p.Cell.Parent(Resolution)
	if q.Cells != nil && !slices.ContainsFunc(q.Cells, func(r CellRange) bool { return r.First <= cell && cell <= r.Last }) {
		return false
	}
	if q.Bounds != nil {
		at, _ := cell.Parent(q.Resolution).Centre()
		if !q.Bounds.Contains(orb.Point{float64(fixed(at[0])) / 1e7, float64(fixed(at[1])) / 1e7}) {
			return false
		}
	}
	return true
}

// bag is points with how often each is there, the plain way to do all this.
type bag map[Point]int

func (b bag) count(q Query) (map[hex.Cell]int, int) {
	counts, all := map[hex.Cell]int{}, 0
	for p, n := range b {
		if meets(q, p) {
			counts[p.Cell.Parent(q.Resolution)] += n
			all += n
		}
	}
	maps.DeleteFunc(counts, func(_ hex.Cell, n int) bool { return n == 0 })
	return counts, all
}

func build(tb testing.TB, points []Point, options Options) *Base {
	tb.Helper()
	b := NewBuilder(options, len(points))
	for _, p := range points {
		if err := b.Add(p); err != nil {
			tb.Fatal(err)
		}
	}
	base, err := b.Finish()
	if err != nil {
		tb.Fatal(err)
	}
	return base
}

// scene is a cube with a history of changes, merges and what it should hold.
type scene struct {
	town
	options Options
	cube    *Cube
	holds   bag
	points  []Point // all that were ever there
}

func newScene(tb testing.TB, r *rand.Rand) *scene {
	s := &scene{town: newTown(r), holds: bag{}}
	s.options = Options{Days: DaysIn(s.zone), Rows: r.IntN(2) == 0, CubeBytes: []int{-1, 0, 100_000, 4 << 20}[r.IntN(4)], Workers: r.IntN(3)}
	s.options.eager = r.IntN(3) > 0
	if r.IntN(10) == 0 {
		s.options.Days, s.options.CubeBytes = hours, 4<<20
	}
	for range []int{0, 1, 20, 700}[r.IntN(4)] {
		s.points = append(s.points, s.point(tb))
	}
	for _, p := range s.points {
		s.holds[p]++
	}
	s.cube = New(build(tb, s.points, s.options), s.options)
	return s
}

// hours cuts time finer than by days, and not evenly.
func hours(first, last int64) []int64 {
	starts := []int64{first - first%3600}
	for starts[len(starts)-1] <= last {
		starts = append(starts, starts[len(starts)-1]+3600*(1+starts[len(starts)-1]/3600%3))
	}
	return starts
}

// change adds and removes some points, also such as are not there.
func (s *scene) change(tb testing.TB) {
	var changes []Entry
	for range 1 + s.IntN(40) {
		switch {
		case len(s.points) > 0 && s.IntN(2) == 0:
			changes = append(changes, Entry{s.points[s.IntN(len(s.points))], -1})
		default:
			p := s.point(tb)
			if s.IntN(20) == 0 {
				p.Area = s.Int64N(1000)
			}
			s.points = append(s.points, p)
			changes = append(changes, Entry{p, 1})
		}
	}
	if err := s.cube.Apply(changes); err != nil {
		tb.Fatal(err)
	}
	for _, c := range changes {
		s.holds[c.Point] += int(c.Sign)
	}
}

// Whatever was added, removed and merged, every question has the answer that
// counting point by point gives.
func TestCountsAreThoseOfEveryPoint(t *testing.T) {
	var counts Counts
	for seed := range uint64(250) {
		s := newScene(t, rand.New(rand.NewPCG(seed, 1)))
		for step := range 4 {
			for range 10 {
				q := s.query(t, s.points)
				if err := s.cube.View().Count(q, &counts); err != nil {
					t.Fatal(err)
				}
				cells, all := s.holds.count(q)
				if err := same(counts, cells, all); err != nil {
					t.Fatalf("seed %d, step %d, %+v: %v", seed, step, q, err)
				}
				if n, err := s.cube.View().Total(q); err != nil || n != int64(all) {
					t.Fatalf("seed %d, step %d, %+v: total %d, want %d (%v)", seed, step, q, n, all, err)
				}
				if err := s.others(q); err != nil {
					t.Fatalf("seed %d, step %d, %+v: %v", seed, step, q, err)
				}
			}
			if err := s.lists(); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
			if s.IntN(2) == 0 {
				if err := s.cube.Merge(); err != nil {
					t.Fatal(err)
				}
			} else {
				s.change(t)
			}
		}
	}
}

// others asks the same scene in the other ways there are.
func (s *scene) others(q Query) error {
	v := s.cube.View()
	unit := []int64{1, 1000, 1_000_000, 1_000_000_000, 100_000_000_000}[s.IntN(5)]
	areas := map[int64]int64{}
	bounds := s.bounds()
	spans, byCategory := make([]int64, len(bounds)-1), make([]int64, 256*(len(bounds)-1))
	for p, n := range s.holds {
		if !meets(q, p) {
			continue
		}
		areas[p.Area/unit*unit] += int64(n)
		for i := range spans {
			if bounds[i] <= p.Time && p.Time < bounds[i+1] {
				spans[i] += int64(n)
				byCategory[256*i+int(p.Category)] += int64(n)
			}
		}
	}
	want := []AreaCount{}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		if n := areas[area]; n != 0 {
			want = append(want, AreaCount{area, n})
		}
	}
	before := []AreaCount{{7, 7}}
	if got, err := v.CountAreas(q, unit, before); err != nil || !slices.Equal(got[1:], want) || got[0] != before[0] {
		return fmt.Errorf("by areas of %d: %v, want %v (%v)", unit, got, want, err)
	}
	if got, err := v.Series(q, bounds, []int64{5}); err != nil || !slices.Equal(got[1:], spans) {
		return fmt.Errorf("by %v: %v, want %v (%v)", bounds, got, spans, err)
	}
	if got, err := v.SeriesByCategory(q, bounds, nil); err != nil || !slices.Equal(got, byCategory) {
		return fmt.Errorf("by %v and category: %v, want %v (%v)", bounds, got, byCategory, err)
	}
	return nil
}

// bounds is the starts of days or months, or any seconds.
func (s *scene) bounds() []int64 {
	bounds := []int64{}
	y, m, d := time.Unix(s.from, 0).In(s.zone).Date()
	switch s.IntN(3) {
	case 0:
		for i := range s.IntN(50) + 2 {
			bounds = append(bounds, midnight(y, m, d-1+i, s.zone))
		}
	case 1:
		for i := range s.IntN(8) + 2 {
			bounds = append(bounds, midnight(y, m+time.Month(i), 1, s.zone))
		}
	default:
		for range s.IntN(8) + 2 {
			bounds = append(bounds, s.from+s.Int64N(s.days*86_400)-50_000)
		}
		slices.Sort(bounds)
	}
	return bounds
}

// All the finest counts, and where the features are, are those of the points.
func (s *scene) lists() error {
	v, bounds := s.cube.View(), s.bounds()
	want := map[Fact]int32{}
	rows := []int32{s.Int32N(1000), s.Int32N(1000), s.Int32N(1000)}
	places := bag{}
	for p, n := range s.holds {
		p.Cell = p.Cell.Parent(Resolution)
		if s.options.Rows && slices.Contains(rows, p.Row) {
			places[p] += n
		}
		for i := range bounds[1:] {
			if bounds[i] <= p.Time && p.Time < bounds[i+1] {
				want[Fact{p.Cell, p.Area, int32(i), p.Category, 0}] += int32(n)
			}
		}
	}
	maps.DeleteFunc(want, func(_ Fact, n int32) bool { return n == 0 })
	got := v.Facts(bounds)
	for _, f := range got {
		n := f.Count
		if f.Count = 0; want[f] != n {
			return fmt.Errorf("%+v is %d, want %d", f, n, want[f])
		}
	}
	if len(got) != len(want) || !slices.IsSortedFunc(got, Fact.compare) {
		return fmt.Errorf("%d facts, want %d in order", len(got), len(want))
	}
	for _, p := range v.Find(rows) {
		places[p]--
	}
	for p, n := range places {
		// What was removed without being there is nowhere to be found.
		if n > 0 {
			return fmt.Errorf("%+v was not found", p)
		}
	}
	return nil
}

func same(got Counts, want map[hex.Cell]int, total int) error {
	if got.Total != int64(total) || len(got.Cells) != len(want) || len(got.Counts) != len(want) {
		return fmt.Errorf("%d points in %d cells, want %d in %d", got.Total, len(got.Cells), total, len(want))
	}
	if !slices.IsSortedFunc(got.Cells, func(a, b hex.Cell) int { return cmp.Or(cmp.Compare(a, b), 1) }) {
		return fmt.Errorf("cells out of order")
	}
	for i, c := range got.Cells {
		if int(got.Counts[i]) != want[c] {
			return fmt.Errorf("%v has %d, want %d", c, got.Counts[i], want[c])
		}
	}
	return nil
}

// Sums by day, dense or sparse, and reading points give the same answer: what
// the planner chooses is a matter of time.
func FuzzPathsAgree(f *testing.F) {
	f.Add(uint64(1), int64(0), int64(86_400*7), uint64(7), uint8(7), false)
	f.Add(uint64(2), int64(86_399), int64(86_401), uint64(1<<40-1), uint8(9), true)
	f.Fuzz(func(t *testing.T, seed uint64, after, length int64, categories uint64, resolution uint8, clipped bool) {
		town := newTown(rand.New(rand.NewPCG(seed%64, 13)))
		points := make([]Point, 400)
		for i := range points {
			points[i] = town.point(t)
		}
		q := Everything(int(resolution) % (Resolution + 1))
		q.Window = Window{town.from + after%(250*86_400), town.from + after%(250*86_400) + length%(250*86_400)}
		q.Categories[0] = categories
		if clipped {
			q.Areas = []AreaRange{{0, points[0].Area}}
		}
		var want, got Counts
		for i, options := range []Options{
			{CubeBytes: -1}, {Days: DaysIn(town.zone), eager: true}, {Days: DaysIn(time.UTC), eager: true},
			{Days: DaysIn(town.zone), CubeBytes: 300_000, eager: true},
		} {
			v := New(build(t, points, options), options).View()
			if err := v.Count(q, &got); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				want = Counts{Cells: slices.Clone(got.Cells), Counts: slices.Clone(got.Counts), Total: got.Total}
			}
			total, err := v.Total(q)
			if err != nil || total != want.Total || got.Total != want.Total || !slices.Equal(got.Cells, want.Cells) || !slices.Equal(got.Counts, want.Counts) {
				t.Fatalf("%+v: %v %v (%d), want %v %v (%d)", options, got.Cells, got.Counts, total, want.Cells, want.Counts, want.Total)
			}
		}
	})
}
