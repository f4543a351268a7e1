package hex

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// numbers is the dense numbers in runs, which must be in order and apart.
func numbers(t testing.TB, runs []Run) []int {
	t.Helper()
	var all []int
	for i, r := range runs {
		if r.From >= r.To || i > 0 && r.From <= runs[i-1].To {
			t.Fatalf("runs %v", runs)
		}
		for n := r.From; n < r.To; n++ {
			all = append(all, n)
		}
	}
	return all
}

// patchy is a universe with holes: most of the cells of a place.
func patchy(t testing.TB, r *rand.Rand, at orb.Point, radius float64, resolution int) *Universe {
	t.Helper()
	cells, err := Fill(orb.MultiPolygon{{star(r, at, radius, 12)}}, resolution, Centre)
	if err != nil {
		t.Fatal(err)
	}
	cells = slices.DeleteFunc(cells, func(Cell) bool { return r.IntN(10) == 0 })
	r.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	u, err := NewUniverse(append(cells, cells[:len(cells)/2]...))
	if err != nil {
		t.Fatal(err)
	}
	if u.Len() != len(cells) || len(cells) > 0 && u.Resolution() != resolution {
		t.Fatalf("%d cells of resolution %d, want %d of %d", u.Len(), u.Resolution(), len(cells), resolution)
	}
	return u
}

// anywhere is the city, a pentagon, the antimeridian, a pole.
func anywhere(r *rand.Rand) orb.Point {
	return [...]orb.Point{{102.64, 37.93}, {-5.245390, 2.300882}, {180, 10}, {30, 88}}[r.IntN(4)]
}

// Neighbours are H3's disks, as far as they belong to the universe.
func TestNeighboursAgreeWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 20 {
		u := patchy(t, r, anywhere(r), 3, 5-r.IntN(6))
		for i := range u.Len() {
			disk, err := u.Cell(i).Disk(1)
			if err != nil {
				t.Fatal(err)
			}
			var want []int32
			for _, c := range disk {
				if j, ok := u.Find(c); ok && j != i {
					want = append(want, int32(j))
				}
			}
			if got := u.Neighbours(i); !slices.Equal(got, want) {
				t.Fatalf("%v: %v, want %v", u.Cell(i), got, want)
			}
		}
	}
}

// What lies within a shape is what Fill finds, as far as it belongs to the
// universe; Fill is compared with H3's own.
func TestWithinIsFill(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	found := 0
	for range 60 {
		at := anywhere(r)
		u := patchy(t, r, at, 3, 5-r.IntN(6))
		shape := orb.MultiPolygon{{star(r, at, 2, 20), star(r, at, 0.5, 5)}}
		if r.IntN(2) == 0 {
			shape = append(shape, orb.Polygon{star(r, orb.Point{at[0] + 0.5, at[1]}, 1, 10)})
		}
		for _, mode := range []Containment{Centre, Inside, Touching} {
			cells, err := Fill(shape, u.Resolution(), mode)
			if err != nil {
				t.Fatal(err)
			}
			var want []int
			for _, c := range cells {
				if i, ok := u.Find(c); ok {
					want = append(want, i)
				}
			}
			found += len(want)
			if got := numbers(t, u.Within(shape, mode)); !slices.Equal(got, want) {
				t.Fatalf("mode %d at %v, resolution %d: %d cells, want %d", mode, at, u.Resolution(), len(got), len(want))
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d cells were looked for", found)
	}
}

// What lies within bounds is what a look at every cell finds.
func TestWithinBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 46))
	for round := range 60 {
		at := anywhere(r)
		u := patchy(t, r, at, 3, 5-r.IntN(6))
		b := orb.MultiPoint{{at[0] + r.Float64()*4 - 2, at[1] - r.Float64()*4}, {at[0] + r.Float64()*4 - 2, at[1] + r.Float64()*2}}.Bound()
		if round == 0 {
			b = orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90.1}}
		}
		var want []int
		for i := range u.Len() {
			if p := u.Centre(i); b.Contains(p) || b.Contains(orb.Point{p[0] + 360, p[1]}) || b.Contains(orb.Point{p[0] - 360, p[1]}) {
				want = append(want, i)
			}
		}
		if got := numbers(t, u.WithinBounds(b)); !slices.Equal(got, want) {
			t.Errorf("%v of %d: %d cells, want %d", b, u.Len(), len(got), len(want))
		}
	}
}

// A coarser cell's run holds just the cells that have it as their parent.
func TestRun(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 48))
	u := patchy(t, r, orb.Point{102.64, 37.93}, 0.3, 8)
	for range 500 {
		resolution := r.IntN(9)
		parent := u.Cell(r.IntN(u.Len())).Parent(resolution)
		from, to := u.Run(parent)
		for i := range u.Len() {
			if (u.Cell(i).Parent(resolution) == parent) != (i >= from && i < to) {
				t.Fatalf("%v: [%d, %d) and cell %d", parent, from, to, i)
			}
		}
	}
	elsewhere, _ := Of(orb.Point{0, 0}, 3)
	if from, to := u.Run(elsewhere); from != to {
		t.Errorf("[%d, %d) lies elsewhere", from, to)
	}
	if from, to := u.Run(u.Cell(0).Children(9)[0]); from != to {
		t.Errorf("[%d, %d) lies below a finer cell", from, to)
	}
}

func TestUniverseOfNothing(t *testing.T) {
	u, err := NewUniverse(nil)
	if err != nil || u.Len() != 0 || u.WithinBounds(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}) != nil {
		t.Errorf("%v, %v", u, err)
	}
	if _, ok := u.Find(1); ok {
		t.Error("there is a cell in nothing")
	}
	c, _ := Of(orb.Point{102.64, 37.93}, 9)
	for _, cells := range [][]Cell{{c, c.Parent(8)}, {c, 5}} {
		if _, err := NewUniverse(cells); err == nil {
			t.Errorf("%v is a universe", cells)
		}
	}
}
