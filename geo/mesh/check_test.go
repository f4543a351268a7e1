package mesh

import (
	"fmt"
	"slices"
	"testing"

	"github.com/peterstace/simplefeatures/geom"
)

func multiPolygon(p Polygons) geom.MultiPolygon {
	polygons := make([]geom.Polygon, len(p))
	for i, rings := range p {
		lines := make([]geom.LineString, len(rings))
		for k, ring := range rings {
			coords := make([]float64, 0, 2*len(ring)+2)
			for _, q := range append(slices.Clone(ring), ring[0]) {
				coords = append(coords, float64(q.X), float64(q.Y))
			}
			lines[k] = geom.NewLineString(geom.NewSequence(coords, geom.DimXY))
		}
		polygons[i] = geom.NewPolygon(lines)
	}
	return geom.NewMultiPolygon(polygons)
}

// valid asks simplefeatures, and checks the form that Polygons promises.
func valid(p Polygons) error {
	for _, rings := range p {
		for k, ring := range rings {
			if (area2(ring) > 0) != (k == 0) || area2(ring) == 0 {
				return fmt.Errorf("ring %d has twice the area %d", k, area2(ring))
			}
			for _, q := range ring {
				if pack(q) < pack(ring[0]) {
					return fmt.Errorf("ring %d begins at %v, not at %v", k, ring[0], q)
				}
			}
		}
	}
	return multiPolygon(p).Validate()
}

func sum2(p Polygons) (sum int64) {
	for _, rings := range p {
		for _, ring := range rings {
			sum += area2(ring)
		}
	}
	return sum
}

type link struct{ a, b Point }

func eachLink(p Polygons, tell func(link)) {
	for _, rings := range p {
		for _, ring := range rings {
			last := ring[len(ring)-1]
			for _, q := range ring {
				tell(link{last, q})
				last = q
			}
		}
	}
}

// outline is the union of results whose common borders cancel.
func outline(results []Polygons) Polygons {
	var points []Point
	number := map[Point]int32{}
	vertex := func(p Point) int32 {
		v, ok := number[p]
		if !ok {
			v = int32(len(points))
			number[p], points = v, append(points, p)
		}
		return v
	}
	links := map[link]bool{}
	for _, p := range results {
		eachLink(p, func(l link) {
			if back := (link{l.b, l.a}); links[back] {
				delete(links, back)
			} else {
				links[l] = true
			}
		})
	}
	var r rings
	for l := range links {
		r.ids = append(r.ids, vertex(l.a), vertex(l.b))
	}
	r.tracer.begin(points)
	for i := 0; i < len(r.ids); i += 2 {
		r.tracer.add(r.ids[i], r.ids[i+1])
	}
	r.tracer.trace()
	var list []ring
	for _, l := range r.tracer.loops {
		list = append(list, ring{points: r.canonical(points, r.tracer.ids[l.from:l.to]), area2: l.area2, face: l.face})
	}
	return r.assemble(list)
}

// checkCoverage holds results of a clean coverage against the promises.
func checkCoverage(t *testing.T, m *Mesh, shift uint, tolerance float64, results []Polygons) {
	t.Helper()
	links := map[link]int{}
	var sum int64
	for i, p := range results {
		if err := valid(p); err != nil {
			t.Errorf("shape %d at shift %d, tolerance %g: %v\n%v", i, shift, tolerance, err, p)
		}
		sum += sum2(p)
		eachLink(p, func(l link) {
			if other, ok := links[l]; ok {
				t.Errorf("shapes %d and %d both have %v at shift %d", other, i, l, shift)
			}
			links[l] = i
		})
	}
	// An edge without its reverse is one that comes from an outer border.
	outer := outerLinks(m, shift, tolerance)
	for l, i := range links {
		if _, ok := links[link{l.b, l.a}]; !ok && !outer[l] {
			t.Errorf("shape %d lost its neighbour along %v at shift %d", i, l, shift)
		}
	}
	union := outline(results)
	if err := valid(union); err != nil {
		t.Errorf("union at shift %d, tolerance %g: %v", shift, tolerance, err)
	}
	if got := sum2(union); got != sum {
		t.Errorf("twice the areas sum to %d, their union has %d (shift %d)", sum, got, shift)
	}
}

// outerLinks are the edges of arcs that an odd number of shapes use, in both
// directions.
func outerLinks(m *Mesh, shift uint, tolerance float64) map[link]bool {
	users := make([]int, len(m.arcs)-1)
	for _, use := range m.uses {
		users[max(use, ^use)]++
	}
	l := &level{mesh: m, shift: shift}
	l.round(tolerance * float64(int64(1)<<shift))
	l.lead()
	outer := map[link]bool{}
	for a, n := range users {
		if n%2 == 0 {
			continue
		}
		chain := l.snapper.path[l.chains[a]:l.chains[a+1]]
		for k := 1; k < len(chain); k++ {
			p, q := l.hot[chain[k-1]], l.hot[chain[k]]
			outer[link{p, q}], outer[link{q, p}] = true, true
		}
	}
	return outer
}

// checkApart holds every vertex against every edge: it must not come into its
// square.
func checkApart(t *testing.T, results []Polygons) {
	t.Helper()
	vertices := map[Point]bool{}
	for _, p := range results {
		eachLink(p, func(l link) { vertices[l.a] = true })
	}
	for _, p := range results {
		eachLink(p, func(l link) {
			for v := range vertices {
				if v != l.a && v != l.b && throughUnit(l.a, l.b, v) {
					t.Errorf("%v comes into the square of %v", l, v)
				}
			}
		})
	}
}
