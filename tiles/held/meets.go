package held

import (
	"math"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/mesh"
)

// Meets tells whether feature i has a point in common with the box, whose edges
// belong to it and which may be a line or a point. The answer is exact: that of
// ST_Intersects for valid shapes.
func (p *Part) Meets(i int, box orb.Bound) bool {
	first, end := p.Rings(i)
	kind := p.Kind[i]
	for r := first; r < end; r++ {
		points := p.Exact(r)
		if len(points) == 0 {
			continue
		}
		last := points[0]
		if kind == Polygon {
			last = points[len(points)-1]
		}
		for _, q := range points {
			if box.Contains(q) || edgeMeets(last, q, box) {
				return true
			}
			last = q
		}
	}
	// No border meets the box: it lies inside or outside as a whole.
	return kind == Polygon && p.encloses(first, end, box.Min)
}

// edgeMeets tells whether the edge from a to b meets the box: neither a level,
// nor an upright, nor the edge's own line keeps them apart.
func edgeMeets(a, b orb.Point, box orb.Bound) bool {
	if max(a[0], b[0]) < box.Min[0] || min(a[0], b[0]) > box.Max[0] || max(a[1], b[1]) < box.Min[1] || min(a[1], b[1]) > box.Max[1] {
		return false
	}
	side := geo.Side(a, b, box.Min)
	for _, corner := range []orb.Point{box.Max, {box.Min[0], box.Max[1]}, {box.Max[0], box.Min[1]}} {
		if side == 0 || geo.Side(a, b, corner) != side {
			return true
		}
	}
	return false
}

// encloses tells whether a point that is on no ring lies inside an odd number of
// them.
func (p *Part) encloses(first, end int, q orb.Point) bool {
	inside := false
	for r := first; r < end; r++ {
		points := p.Exact(r)
		if len(points) == 0 {
			continue
		}
		a := points[len(points)-1]
		for _, b := range points {
			if (a[1] <= q[1]) != (b[1] <= q[1]) && (geo.Side(a, b, q) > 0) == (b[1] > a[1]) {
				inside = !inside
			}
			a = b
		}
	}
	return inside
}

// WorldBox is a box in degrees as a box of the world's square, a little wider for
// rounding: whatever lies in the one lies in the other.
func WorldBox(b orb.Bound) mesh.Box {
	inWorld := func(lon, lat float64) mesh.Point { return spot(orb.Point{lon, math.Max(-90, math.Min(90, lat))}) }
	nw, se := inWorld(b.Min[0], b.Max[1]), inWorld(b.Max[0], b.Min[1])
	const edge = 1<<geo.WorldBits - 1
	return mesh.Box{
		Min: mesh.Point{X: max(nw.X, 2) - 2, Y: max(nw.Y, 2) - 2},
		Max: mesh.Point{X: min(se.X, edge-2) + 2, Y: min(se.Y, edge-2) + 2},
	}
}
