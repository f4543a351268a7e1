// Package planar builds subdivisions of the plane whose neighbours share
// their borders vertex by vertex: Delaunay triangulation, Voronoi edges
// clipped to an outline, faces, and unions of faces.
//
// Coordinates are whole numbers, so that every question of side is answered
// exactly. The unit is the caller's; the demo city uses a millionth of a
// degree, about a tenth of a metre. Differences of coordinates must stay
// below 2^30.
package planar

import "math"

// Point is a place on the lattice.
type Point struct{ X, Y int32 }

// Cross is twice the signed area of the triangle a, b, c: positive where c
// lies to the left of the way from a to b.
func Cross(a, b, c Point) int64 {
	return int64(b.X-a.X)*int64(c.Y-a.Y) - int64(b.Y-a.Y)*int64(c.X-a.X)
}

// Distance is the length of the way from a to b, with x stretched by aspect
// (the cosine of the latitude, where the lattice is degrees).
func Distance(a, b Point, aspect float64) float64 {
	return math.Hypot(float64(b.X-a.X)*aspect, float64(b.Y-a.Y))
}

// Cut is the lattice point nearest to where the segments a–b and c–d cross,
// and its place on the way from a (0) to b (1). ok is false where they do not
// cross in their interiors.
func Cut(a, b, c, d Point) (p Point, at float64, ok bool) {
	ca, cb := Cross(c, d, a), Cross(c, d, b)
	ac, ad := Cross(a, b, c), Cross(a, b, d)
	if opposite(ca, cb) && opposite(ac, ad) {
		at = float64(ca) / (float64(ca) - float64(cb))
		return Between(a, b, at), at, true
	}
	return Point{}, 0, false
}

// Between is the lattice point nearest to the part t of the way from a to b.
func Between(a, b Point, t float64) Point {
	return Point{
		X: a.X + int32(math.Round(t*float64(b.X-a.X))),
		Y: a.Y + int32(math.Round(t*float64(b.Y-a.Y))),
	}
}

func opposite(u, v int64) bool { return (u > 0 && v < 0) || (u < 0 && v > 0) }

// Area2 is twice the signed area of a closed ring, whose last point joins the
// first: positive where it runs counter-clockwise.
func Area2(ring []Point) int64 {
	var sum int64
	for i := range ring {
		j := (i + 1) % len(ring)
		sum += Cross(ring[0], ring[i], ring[j])
	}
	return sum
}

// Inside reports whether p lies in the closed ring. A point on a border between
// two rings lies in exactly one of them, the eastern or, on a level border, the
// northern one.
func Inside(p Point, ring []Point) bool {
	in := false
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		if crossesRay(p, a, b) {
			in = !in
		}
	}
	return in
}

// crossesRay reports whether the segment a–b cuts the ray from p to the east.
func crossesRay(p, a, b Point) bool {
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false
	}
	if b.Y > a.Y {
		return Cross(a, b, p) > 0
	}
	return Cross(a, b, p) < 0
}
