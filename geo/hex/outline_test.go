package hex

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// rings is an outline in a form that can be compared: for every ring its
// corners from the least one on, to a tenth of a metre, all rings in order.
func rings(outline orb.MultiPolygon) [][][2]int {
	var all [][][2]int
	for _, polygon := range outline {
		for _, ring := range polygon {
			corners := make([][2]int, len(ring)-1)
			for i, p := range ring[1:] {
				corners[i] = [2]int{int(math.Round(beside(p[0], 0) * 1e6)), int(math.Round(p[1] * 1e6))}
			}
			first := 0
			for i, c := range corners {
				if slices.Compare(c[:], corners[first][:]) < 0 {
					first = i
				}
			}
			all = append(all, append(corners[first:], corners[:first]...))
		}
	}
	slices.SortFunc(all, func(a, b [][2]int) int {
		return slices.CompareFunc(a, b, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	})
	return all
}

func foreignOutline(t testing.TB, cells []Cell) orb.MultiPolygon {
	t.Helper()
	foreign := make([]h3.Cell, len(cells))
	for i, c := range cells {
		foreign[i] = h3.Cell(c)
	}
	polygons, err := h3.CellsToMultiPolygon(foreign)
	if err != nil {
		t.Fatal(err)
	}
	var outline orb.MultiPolygon
	for _, p := range polygons {
		var polygon orb.Polygon
		for _, loop := range append([]h3.GeoLoop{p.GeoLoop}, p.Holes...) {
			var ring orb.Ring
			for _, at := range loop {
				ring = append(ring, orb.Point{at.Lng, at.Lat})
			}
			polygon = append(polygon, append(ring, ring[0]))
		}
		outline = append(outline, polygon)
	}
	return outline
}

// Random half-full disks, in the city, around pentagons and across sides of
// the icosahedron, have the outlines that H3 gives them, corner by corner.
func TestOutlineAgreesWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for round := range 400 {
		var c Cell
		resolution := 1 + r.IntN(10)
		switch round % 4 {
		case 0:
			c, _ = Of(cityPoints(1)[0], 9)
		case 1:
			all, err := h3.Pentagons(resolution)
			if err != nil {
				t.Fatal(err)
			}
			c = Cell(all[r.IntN(12)])
		default: // few degrees from a side of a face, or anywhere
			c, _ = Of(orb.Point{r.Float64()*360 - 180, r.Float64()*160 - 80}, resolution)
		}
		disk, err := c.Disk(min(1+r.IntN(6), c.Resolution()))
		if err != nil {
			t.Fatal(err)
		}
		full := r.Float64()
		cells := slices.DeleteFunc(disk, func(Cell) bool { return r.Float64() > 0.3+0.7*full })
		outline, err := Outline(append(cells, cells...))
		if err != nil {
			t.Fatal(err)
		}
		foreign := foreignOutline(t, cells)
		got, want := rings(outline), rings(foreign)
		if !slices.EqualFunc(got, want, func(a, b [][2]int) bool { return slices.Equal(a, b) }) {
			t.Errorf("round %d: %d cells around %v: %d rings, want %d", round, len(cells), c, len(got), len(want))
		}
		if len(outline) != len(foreign) {
			t.Errorf("round %d: %d parts, want %d", round, len(outline), len(foreign))
		}
		for _, polygon := range outline {
			for i, ring := range polygon {
				if round%4 == 0 && (leftArea(ring) > 0) != (i == 0) {
					t.Errorf("round %d: ring %d of %d turns the wrong way", round, i, len(polygon))
				}
			}
		}
	}
}

// A ring of six cells around a seventh: one polygon of 18 corners with a hole
// of 6, and the hole's area is that of the missing cell.
func TestOutlineOfARing(t *testing.T) {
	c, _ := Of(orb.Point{102.64, 37.93}, 9)
	disk, _ := c.Disk(1)
	outline, err := Outline(slices.DeleteFunc(disk, func(n Cell) bool { return n == c }))
	if err != nil || len(outline) != 1 || len(outline[0]) != 2 || len(outline[0][0]) != 19 || len(outline[0][1]) != 7 {
		t.Fatalf("%v, %v", outline, err)
	}
	ring, _ := c.Boundary()
	if hole := leftArea(outline[0][1]); math.Abs(hole+leftArea(ring)) > 1e-12 {
		t.Errorf("the hole has %g, the cell %g", hole, leftArea(ring))
	}
}

// Nothing has no outline, a mix has none, and what lies apart stays apart.
func TestOutlineOfWhatIsNoSet(t *testing.T) {
	c, _ := Of(orb.Point{102.64, 37.93}, 9)
	if o, err := Outline(nil); o != nil || err != nil {
		t.Errorf("of nothing: %v, %v", o, err)
	}
	for _, cells := range [][]Cell{{c, c.Parent(8)}, {0}, {c, 1}} {
		if o, err := Outline(cells); err == nil {
			t.Errorf("%v has the outline %v", cells, o)
		}
	}
	far, _ := Of(orb.Point{-102.64, -37.93}, 9)
	if o, err := Outline([]Cell{c, far}); err != nil || len(o) != 2 {
		t.Errorf("two far cells: %v, %v", o, err)
	}
}

func containsTurned(t *testing.T, ring orb.Ring, at orb.Point) bool {
	t.Helper()
	p, err := newPolygon(orb.Polygon{ring})
	if err != nil {
		t.Fatal(err)
	}
	return p.containsTurned(at)
}

// Every cell's outline is its boundary; it is closed, turns left and has the
// cell's middle in it, also across the antimeridian and around the poles.
func TestBoundary(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for i := range 3_000 {
		c := anyCell(t, r)
		switch i % 10 {
		case 0:
			c, _ = Of(orb.Point{0, math.Copysign(90, r.Float64()-0.5)}, i%16)
		case 1:
			c, _ = Of(orb.Point{180, r.Float64()*160 - 80}, i%16)
		}
		ring, err := c.Boundary()
		if err != nil {
			t.Fatal(err)
		}
		centre, _ := c.Centre()
		if !ring.Closed() || leftArea(ring) <= 0 || !containsTurned(t, ring, centre) {
			t.Fatalf("%v: %v", c, ring)
		}
		for k, p := range ring[1:] {
			if math.Abs(p[0]-ring[k][0]) > 180 && math.Abs(p[1]) != 90 {
				t.Fatalf("%v jumps: %v", c, ring)
			}
		}
	}
	if ring, err := Cell(0).Boundary(); err == nil {
		t.Errorf("no cell has the boundary %v", ring)
	}
}

// The cells of a resolution cover the sphere: 4πR² with the R of H3.
func TestAreasCoverTheGlobe(t *testing.T) {
	sum := 0.0
	for _, base := range roots() {
		for _, c := range base.cell.Children(1) {
			a, err := c.Area()
			if err != nil {
				t.Fatal(err)
			}
			sum += a
		}
	}
	if want := 4 * math.Pi * 6371007.180918475 * 6371007.180918475; math.Abs(sum/want-1) > 1e-9 {
		t.Errorf("all cells cover %g m², want %g", sum, want)
	}
	if a, err := Cell(7).Area(); err == nil {
		t.Errorf("no cell has the area %g", a)
	}
}
