package cube

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// plain is points of a large town: many atoms, and two with thousands of points.
func plain(tb testing.TB, n int) []Point {
	t := newTown(rand.New(rand.NewPCG(1, 9)))
	t.spread, t.villages, t.days, t.categories = 0.4, 30, 200, 16
	points := make([]Point, n)
	for i := range points {
		points[i] = t.point(tb)
		// Two places where things happened earlier and later than elsewhere.
		span := t.days * 86_400
		skewed := t.Int64N(span) * t.Int64N(span) / span
		switch i % 10 {
		case 0:
			points[i].Cell, points[i].Area, points[i].Time = points[0].Cell, points[0].Area, t.from+skewed
		case 5:
			points[i].Cell, points[i].Area, points[i].Time = points[5].Cell, points[5].Area, t.from+span-1-skewed
		}
	}
	return points
}

// Where much is read, by several goroutines and with long runs, the answers
// are the same as well.
func TestManyAtoms(t *testing.T) {
	points := plain(t, 60_000)
	holds := bag{}
	for _, p := range points {
		holds[p]++
	}
	town := newTown(rand.New(rand.NewPCG(1, 10)))
	town.days, town.categories = 200, 16
	for _, options := range []Options{{CubeBytes: -1, Workers: 2}, {Days: DaysIn(town.zone), eager: true}} {
		base := build(t, points, options)
		if base.Atoms() < worthAtoms {
			t.Fatalf("%d atoms are not many", base.Atoms())
		}
		v := New(base, options).View()
		most := []AreaRange{}
		for i, area := range base.areas {
			if i%10 != 5 {
				most = append(most, AreaRange{area, area})
			}
		}
		var c Counts
		for workers := range 4 {
			q := Everything(9 - 3*(workers%3))
			first, last := base.Span()
			q.Window = Window{first + (last-first)/3 + 77, last - (last-first)/3}
			for _, q.Categories = range []Categories{AllCategories, CategoriesOf(1, 5, 6)} {
				// All areas; all but every tenth; a few.
				for _, q.Areas = range [][]AreaRange{nil, most, most[:2]} {
					q.Workers = workers
					if err := v.Count(q, &c); err != nil {
						t.Fatal(err)
					}
					cells, all := holds.count(q)
					if err := same(c, cells, all); err != nil {
						t.Fatalf("%+v: %v", q, err)
					}
				}
			}
		}
	}
}

// The same points give the same bytes, however they came: in any order, or by
// changes and merges that also removed others.
func TestABaseDoesNotDependOnItsPast(t *testing.T) {
	for seed := range uint64(30) {
		s := newScene(t, rand.New(rand.NewPCG(seed, 11)))
		// Rows tell features apart, or there are none.
		for i := range s.points {
			s.points[i].Row = int32(i)
		}
		want := build(t, s.points, s.options).Columns()
		shuffled := slices.Clone(s.points)
		s.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		sameColumns(t, build(t, shuffled, s.options).Columns(), want)

		half := len(shuffled) / 2
		others := []Point{s.point(t), s.point(t), s.point(t)}
		others[0].Area = 1
		c := New(build(t, append(slices.Clone(shuffled[:half]), others...), s.options), s.options)
		for _, p := range others {
			if err := c.Apply([]Entry{{p, -1}}); err != nil {
				t.Fatal(err)
			}
		}
		if s.IntN(2) == 0 {
			if err := c.Merge(); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range shuffled[half:] {
			if err := c.Apply([]Entry{{p, 1}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Merge(); err != nil {
			t.Fatal(err)
		}
		if c.View().Tail() != 0 {
			t.Fatalf("seed %d: %d changes are left", seed, c.View().Tail())
		}
		sameColumns(t, c.View().Base().Columns(), want)
	}
}

func sameColumns(t *testing.T, got, want []Column) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d columns, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Name != want[i].Name || !bytes.Equal(got[i].Bytes, want[i].Bytes) {
			t.Fatalf("column %s differs from %s", got[i].Name, want[i].Name)
		}
	}
}

// A removal that comes before its point waits for it, through merges.
func TestRemovalsWaitForTheirPoint(t *testing.T) {
	p := plain(t, 1)[0]
	c := New(build(t, nil, Options{}), Options{})
	total := func() int64 {
		n, err := c.View().Total(Everything(9))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		sign int8
		want int64
		tail int
	}{{-1, -1, 1}, {-1, -2, 2}, {1, -1, 1}, {1, 0, 0}, {1, 1, 0}} {
		if err := c.Apply([]Entry{{p, step.sign}}); err != nil {
			t.Fatal(err)
		}
		if total() != step.want {
			t.Fatalf("total %d, want %d", total(), step.want)
		}
		if err := c.Merge(); err != nil {
			t.Fatal(err)
		}
		if total() != step.want || c.View().Tail() != step.tail {
			t.Fatalf("after the merge: total %d, want %d; tail %d, want %d", total(), step.want, c.View().Tail(), step.tail)
		}
	}
}

// While points move and bases are merged, every reader sees every change whole:
// a move takes one away and adds one, so that the total never changes.
func TestReadersSeeWholeChanges(t *testing.T) {
	points := plain(t, 3000)
	options := Options{Rows: true, Workers: 2}
	c := New(build(t, points, options), options)
	done := make(chan struct{})
	var group sync.WaitGroup
	for reader := range 3 {
		group.Go(func() {
			var counts Counts
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				v := c.View()
				if err := v.Count(Everything((i+reader)%10), &counts); err != nil || counts.Total != int64(len(points)) {
					t.Errorf("%d points, want %d (%v)", counts.Total, len(points), err)
					return
				}
				areas, _ := v.CountAreas(Everything(9), 1_000_000_000_000, nil)
				if len(areas) != 1 || areas[0].Count != int64(len(points)) {
					t.Errorf("by areas %v, want %d in one", areas, len(points))
					return
				}
			}
		})
	}
	group.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if err := c.Merge(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	r := rand.New(rand.NewPCG(1, 12))
	for range 1000 {
		i, j := r.IntN(len(points)), r.IntN(len(points))
		next := points[j]
		next.Row = points[i].Row
		if err := c.Apply([]Entry{{points[i], -1}, {next, 1}}); err != nil {
			t.Fatal(err)
		}
		points[i] = next
	}
	close(done)
	group.Wait()
	if err := c.Merge(); err != nil {
		t.Fatal(err)
	}
	if c.View().Tail() != 0 {
		t.Errorf("%d changes found nothing to change", c.View().Tail())
	}
	sameColumns(t, c.View().Base().Columns(), build(t, points, options).Columns())
}

// A question makes no garbage once there is room for its answer.
func TestQuestionsAllocateNothing(t *testing.T) {
	points := plain(t, 5000)
	options := Options{eager: true}
	c := New(build(t, points[:4000], options), options)
	for _, p := range points[4000:] {
		if err := c.Apply([]Entry{{p, 1}}); err != nil {
			t.Fatal(err)
		}
	}
	at, _ := points[0].Cell.Centre()
	bound := orb.Bound{Min: at, Max: at}.Pad(0.2)
	q := Everything(8)
	q.Categories, q.Bounds = CategoriesOf(1, 2), &bound
	q.Areas = []AreaRange{{0, points[0].Area}}
	q.Cells = CellList([]hex.Cell{points[0].Cell.Parent(5)})
	v := c.View()
	var counts Counts
	if n := testing.AllocsPerRun(100, func() { _ = v.Count(q, &counts) }); n >= 1 && !raceEnabled {
		t.Errorf("%g allocations", n)
	}
}

func TestWrongPointsAndQuestionsAreRefused(t *testing.T) {
	good := plain(t, 1)[0]
	coarse, base12 := good, good
	coarse.Cell = good.Cell.Parent(8)
	base12.Cell |= 127 << 45
	early, late, area := good, good, good
	early.Time, late.Time, area.Area = FirstTime-1, EndTime, -1
	b := NewBuilder(Options{}, 0)
	c := New(build(t, nil, Options{}), Options{})
	for i, p := range []Point{coarse, base12, {}, early, late, area} {
		if err := b.Add(p); !errors.Is(err, ErrPoint) {
			t.Errorf("point %d: %v", i, err)
		}
		if err := c.Apply([]Entry{{good, 1}, {p, 1}}); !errors.Is(err, ErrPoint) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if err := c.Apply([]Entry{{good, 2}}); !errors.Is(err, ErrPoint) {
		t.Errorf("sign 2: %v", err)
	}
	if n := c.View().Tail(); n != 0 {
		t.Errorf("%d changes were applied", n)
	}
	cell := good.Cell.Parent(9)
	for i, q := range []Query{
		{Resolution: 10}, {Resolution: -1}, {Areas: []AreaRange{{2, 1}}},
		{Cells: []CellRange{{cell, cell}, {cell, cell}}}, {Cells: []CellRange{{cell.Parent(8), cell}}}, {Cells: []CellRange{{0, 0}}},
		{Bounds: &orb.Bound{Min: orb.Point{1, 0}, Max: orb.Point{0, 1}}},
	} {
		var counts Counts
		if err := c.View().Count(q, &counts); !errors.Is(err, ErrQuestion) {
			t.Errorf("question %d: %v", i, err)
		}
	}
	if _, err := c.View().CountAreas(Everything(9), 0, nil); !errors.Is(err, ErrQuestion) {
		t.Errorf("areas by 0: %v", err)
	}
	for _, bounds := range [][]int64{nil, {1}, {2, 1}} {
		if _, err := c.View().Series(Everything(9), bounds, nil); !errors.Is(err, ErrQuestion) {
			t.Errorf("bounds %v: %v", bounds, err)
		}
	}
}

// More areas than ranks of 16 bits are refused, in a builder and in a tail,
// and the cube goes on.
func TestTooManyAreas(t *testing.T) {
	p := plain(t, 1)[0]
	b := NewBuilder(Options{}, 0)
	for p.Area = range int64(maxAreas - 1) {
		if err := b.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	base, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	c := New(base, Options{})
	one, two := p, p
	one.Area, two.Area = 1_000_000, 1_000_001
	if err := c.Apply([]Entry{{one, 1}, {two, 1}}); !errors.Is(err, ErrFull) {
		t.Errorf("%d areas: %v", maxAreas+1, err)
	}
	if err := c.Apply([]Entry{{two, 1}}); err != nil {
		t.Error(err)
	}
	q := Everything(9)
	q.Areas = []AreaRange{{two.Area, two.Area}}
	if n, err := c.View().Total(q); n != 1 || err != nil {
		t.Errorf("%d in the last area (%v)", n, err)
	}
	if err := c.Apply([]Entry{{one, 1}}); !errors.Is(err, ErrFull) {
		t.Errorf("%d areas: %v", maxAreas+1, err)
	}
}
