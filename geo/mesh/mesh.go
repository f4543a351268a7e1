// Package mesh generalises coverages, polygons that share their borders, so
// that a coverage stays a coverage on every grid: neighbours share each border
// bit for bit, and no polygon becomes invalid.
//
// # How
//
// [New] cuts the borders into arcs between junctions, each held once whoever
// uses it, and decides for every vertex the tolerance at which it may go. A
// vertex goes only if the triangle that its border sweeps holds no other
// vertex, so that no border ever passes over another one. What is left at any
// tolerance is therefore free of crossings.
//
// [Mesh.Level] rounds what is left by iterated snap rounding: every vertex
// makes the unit square around its grid point hot, and every border that passes
// through a hot square is led through its middle, until none does. This may
// close narrow places; it cannot turn anything inside out. Where borders fell
// together, what a shape crosses twice is dropped, and the rest is traced into
// rings.
//
//   - J. D. Hobby, Practical segment intersection with finite precision
//     output, Computational Geometry 13 (1999): snap rounding.
//   - D. Halperin, E. Packer, Iterated snap rounding, Computational Geometry 23
//     (2002): the repetition, after which every vertex keeps half a unit from
//     every border that it is not on.
//
// All decisions about sides are exact in 64 bits as long as shapes are less
// than 2^31 wide and high. Every result depends only on the shape and on what
// lies around it, never on the order of the input.
//
// # Axes
//
// X runs east, Y down, as in tiles. Areas have the sign of the surveyor's
// formula, so exteriors of results are positive: clockwise on the screen.
package mesh

import "sync"

// Point is a place on an integer grid, X east and Y down. World coordinates
// are Web Mercator in 31 bits, from 0 in the north-west corner.
type Point struct{ X, Y int32 }

// Shape is one polygon or multipolygon: exteriors and holes of all its parts,
// in any order and orientation, without the repeated closing point. Inside is
// what is enclosed by an odd number of rings.
type Shape [][]Point

// Polygons is a generalised shape: polygons, each a positive exterior and then
// its negative holes. Rings begin at their smallest point (by X, then Y), holes
// and polygons are sorted, closing points are not repeated.
type Polygons [][][]Point

// Mesh is a coverage as arcs that neighbours share. It never changes, and may
// be used from several goroutines.
type Mesh struct {
	points []Point   // of all arcs, one after the other, ends included
	keep   []float64 // of every point: the tolerance in world units above which it goes
	arcs   []int32   // where each arc begins in points, and the end of the last
	ends   []int32   // of every arc: the node where it begins and the one where it ends
	nodes  []Point   // the ends of all arcs, each once
	uses   []int32   // the arcs of all rings in order, ^arc where run backwards
	rings  []int32   // where each ring begins in uses, and the end of the last
	shapes []int32   // where each shape begins in rings, and the end of the last

	scratch sync.Pool // of *level
}

// New builds the mesh of the given shapes. Shapes that overlap, whose borders
// do not match or which cross themselves are accepted: crossings and near
// touches (half a unit) are made vertices first, and what is inside is decided
// by the odd-even rule. Rings with fewer than three points are ignored.
func New(shapes []Shape) *Mesh {
	b := newBuilder(shapes)
	b.node()
	b.orient()
	m := b.cut()
	simplify(m)
	return m
}

// pack orders points by X, then Y.
func pack(p Point) uint64 {
	return uint64(uint32(p.X)^1<<31)<<32 | uint64(uint32(p.Y)^1<<31)
}

// cross is twice the signed area of the triangle a, b, c.
func cross(a, b, c Point) int64 {
	return (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) - (int64(c.X)-int64(a.X))*(int64(b.Y)-int64(a.Y))
}

// area2 is twice the area of a ring by the surveyor's formula.
func area2(ring []Point) int64 {
	var sum int64
	for i := 2; i < len(ring); i++ {
		sum += cross(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// resize gives a slice of n elements of any content, from s if it has room.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
