package hex

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// star is a ring around a point with corners at random distances between half
// and the whole of a radius in degrees.
func star(r *rand.Rand, at orb.Point, radius float64, corners int) orb.Ring {
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * (float64(i) + r.Float64()/2) / float64(corners))
		away := radius * (0.5 + r.Float64()/2)
		ring = append(ring, orb.Point{at[0] + cos*away, at[1] + sin*away})
	}
	return append(ring, ring[0])
}

// foreignFill is what H3 itself finds.
func foreignFill(t testing.TB, polygon orb.Polygon, resolution int, mode Containment) []Cell {
	t.Helper()
	loops := make([]h3.GeoLoop, len(polygon))
	for i, ring := range polygon {
		for _, p := range ring[1:] {
			loops[i] = append(loops[i], h3.LatLng{Lat: p[1], Lng: beside(p[0], 0)})
		}
	}
	found, err := h3.PolygonToCellsExperimental(h3.GeoPolygon{GeoLoop: loops[0], Holes: loops[1:]}, resolution, h3.ContainmentMode(mode))
	if err != nil {
		t.Fatal(err)
	}
	cells := make([]Cell, len(found))
	for i, c := range found {
		cells[i] = Cell(c)
	}
	slices.Sort(cells)
	return cells
}

// Stars with and without holes are filled as H3 fills them, in all modes.
func TestFillAgreesWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	total := 0
	for round := range 150 {
		at, radius, resolution := orb.Point{102 + r.Float64(), 37 + r.Float64()}, 0.05+r.Float64()*0.1, 8
		switch round % 3 {
		case 1: // anywhere, pentagons and face sides included
			at, radius, resolution = orb.Point{r.Float64()*360 - 180, r.Float64()*120 - 60}, 1+r.Float64()*8, 4
		case 2: // across the antimeridian
			at, radius, resolution = orb.Point{180 + r.Float64() - 0.5, r.Float64()*100 - 50}, 1+r.Float64()*4, 4
		}
		polygon := orb.Polygon{star(r, at, radius, 3+r.IntN(40))}
		if r.IntN(2) == 0 {
			polygon = append(polygon, star(r, at, radius/4, 3+r.IntN(10)))
		}
		for _, mode := range []Containment{Centre, Inside, Touching} {
			got, err := Fill(orb.MultiPolygon{polygon}, resolution, mode)
			if err != nil {
				t.Fatal(err)
			}
			want := foreignFill(t, polygon, resolution, mode)
			total += len(want)
			if !slices.Equal(got, want) {
				t.Errorf("round %d mode %d at %v, resolution %d: %d cells, want %d", round, mode, at, resolution, len(got), len(want))
				for _, c := range got {
					if _, ok := slices.BinarySearch(want, c); !ok {
						t.Logf("more: %v", c)
					}
				}
				for _, c := range want {
					if _, ok := slices.BinarySearch(got, c); !ok {
						t.Logf("missing: %v", c)
					}
				}
			}
		}
	}
	t.Logf("%d cells", total)
}

// Around a pole and across half the globe the cells are those whose middle
// lies in the shape, of all cells there are.
func TestFillOfLargeShapes(t *testing.T) {
	var all []Cell
	for _, base := range roots() {
		all = append(all, base.cell.Children(2)...)
	}
	band := func(south, north float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{-180, south}, {-60, south}, {60, south}, {180, south}, {180, north}, {60, north}, {-60, north}, {-180, north}, {-180, south}}}}
	}
	cap := orb.MultiPolygon{{{{0, 70}, {120, 70}, {-120, 70}, {0, 70}}}} // goes once around
	for name, try := range map[string]struct {
		shape orb.MultiPolygon
		in    func(orb.Point) bool
	}{
		"globe":    {band(-90, 90), func(orb.Point) bool { return true }},
		"tropics":  {band(-23.4, 23.4), func(p orb.Point) bool { return math.Abs(p[1]) < 23.4 }},
		"cap":      {cap, func(p orb.Point) bool { return p[1] > 70 }},
		"seam":     {orb.MultiPolygon{{{{170, -60}, {-100, -60}, {-100, 60}, {170, 60}, {170, -60}}}}, func(p orb.Point) bool { return math.Abs(p[1]) < 60 && (p[0] > 170 || p[0] < -100) }},
		"two ways": {append(band(-10, 20), band(10, 40)...), func(p orb.Point) bool { return p[1] > -10 && p[1] < 40 }},
	} {
		var want []Cell
		for _, c := range all {
			if p, _ := c.Centre(); try.in(p) {
				want = append(want, c)
			}
		}
		got, err := Fill(try.shape, 2, Centre)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d cells, want %d (%v)", name, len(got), len(want), err)
		}
	}
}

// Two shapes with a common border share the cells out between them.
func TestNoCellIsFilledTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	border := orb.Ring{{102, 37.5}}
	for i := range 50 {
		border = append(border, orb.Point{102.004 + float64(i)*0.004, 37.5 + r.Float64()*0.05})
	}
	// One goes through the middle of a cell.
	c, _ := Of(border[20], 9)
	border[20], _ = c.Centre()
	border = append(border, orb.Point{102.21, 37.5})
	back := slices.Clone(border)
	slices.Reverse(back)
	north := orb.Polygon{append(slices.Clone(border), orb.Point{102.21, 37.7}, orb.Point{102, 37.7}, border[0])}
	south := orb.Polygon{append(back, orb.Point{102, 37.3}, orb.Point{102.21, 37.3}, back[0])}
	n, _ := Fill(orb.MultiPolygon{north}, 9, Centre)
	s, _ := Fill(orb.MultiPolygon{south}, 9, Centre)
	both, _ := Fill(orb.MultiPolygon{{{{102, 37.3}, {102.21, 37.3}, {102.21, 37.7}, {102, 37.7}, {102, 37.3}}}}, 9, Centre)
	sum := append(n, s...)
	slices.Sort(sum)
	if len(sum) == 0 || !slices.Equal(sum, both) {
		t.Errorf("%d and %d cells of %d", len(n), len(s), len(both))
	}
}

func TestFillOfNothing(t *testing.T) {
	for _, shape := range []orb.MultiPolygon{nil, {}, {{}}, {{{}}}, {{{{1, 1}, {2, 2}, {1, 1}}}}} {
		if cells, err := Fill(shape, 5, Touching); err != nil || len(cells) > 0 {
			t.Errorf("%v: %d cells, %v", shape, len(cells), err)
		}
	}
	for _, bad := range []orb.Point{{math.NaN(), 1}, {1, math.Inf(1)}, {1, -1e9}, {1e9, 1}} {
		if cells, err := Fill(orb.MultiPolygon{{{bad, {2, 1}, {3, 3}, bad}}}, 5, Centre); err == nil {
			t.Errorf("a shape with %v has %d cells", bad, len(cells))
		}
	}
	for _, resolution := range []int{-1, 16} {
		if _, err := Fill(nil, resolution, Centre); err == nil {
			t.Errorf("resolution %d is accepted", resolution)
		}
	}
}

// Everything below a cell lies in its surroundings.
func TestSurroundings(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	for range 3_000 {
		c := anyCell(t, r)
		centre, _ := c.Centre()
		box := surroundings(centre, c.Resolution())
		deep := c
		for deep.Resolution() < min(c.Resolution()+5, 15) {
			below := deep.Children(deep.Resolution() + 1)
			deep = below[r.IntN(len(below))]
		}
		ring, err := deep.Boundary()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ring {
			if math.Abs(p[1]) == 90 {
				continue
			}
			if p[0] = beside(p[0], centre[0]); box.Max[0]-box.Min[0] < 360 && !box.Contains(p) || p[1] < box.Min[1] || p[1] > box.Max[1] {
				t.Fatalf("%v: %v of %v is outside %v", c, p, deep, box)
			}
		}
	}
}
