// Package held keeps the features of a layer in memory, column by column, and
// answers which of them a question means. Values rest as the bytes a tile wants,
// places twice: in the world's square for tiles, and exactly as they came.
// It knows neither the square of a tile nor where features come from.
package held

import (
	"slices"
	"sort"

	"github.com/paulmach/orb"

	"sitmap/geo/mesh"
	"sitmap/layers"
)

// Kind is the shape of one feature, in the numbers of vector tiles.
type Kind uint8

// The shapes. None is a feature without a place.
const (
	None Kind = iota
	Point
	Line
	Polygon
)

// Part is features of one layer, never changed after it was built. Feature i is
// the i-th element of every slice. Features are in the order of FID; those of a
// layer of points lie along the Z-order curve instead, so that the points of a
// tile are neighbours.
type Part struct {
	Layer layers.Layer
	FID   []int32
	Area  []int64
	At    []int64 // Unix seconds; nil for layers without dates
	Kind  []Kind
	// Synthetic and Version are those of layers.Feature.
	Synthetic []bool
	Version   []int64
	// Columns are the values: of the id first, then of the layer's fields.
	Columns []Column

	// Coordinates are in the world's square, see geo.World. Feature i has the
	// rings (or lines, or its one point) rings[shape[i]:shape[i+1]], and ring r
	// the points points[rings[r]:rings[r+1]]. Closing points are left out.
	// Layers of points have no rings: point i is feature i's.
	points []mesh.Point
	rings  []uint32
	shape  []uint32
	// exact are the same points as they came, in degrees, longitude first. Ring r
	// begins a polygon where begins[r]; several says that feature i came as a
	// multiple, even of one. Layers of points have neither.
	exact   []orb.Point
	begins  []bool
	several []bool

	// byFID are indexes in the order of FID, and rank is where in that order each
	// feature is; nil where the features lie in it.
	byFID, rank []int32
	ids         ids
}

// Len is how many features there are.
func (p *Part) Len() int { return len(p.FID) }

// Spot is where point i lies.
func (p *Part) Spot(i int) mesh.Point {
	if p.shape == nil {
		return p.points[i]
	}
	return p.points[p.rings[p.shape[i]]]
}

// Spots are the places of all features of a layer of points; nil for others.
// Nobody may write to them.
func (p *Part) Spots() []mesh.Point {
	if p.shape == nil {
		return p.points
	}
	return nil
}

// Shape is the rings or lines of feature i. Nobody may write to them.
func (p *Part) Shape(i int) mesh.Shape {
	if p.shape == nil {
		return mesh.Shape{p.points[i : i+1]}
	}
	shape := make(mesh.Shape, 0, p.shape[i+1]-p.shape[i])
	for r := p.shape[i]; r < p.shape[i+1]; r++ {
		shape = append(shape, p.points[p.rings[r]:p.rings[r+1]])
	}
	return shape
}

// Box is the least box around feature i, in the world's square; ok is false for
// a feature without a place.
func (p *Part) Box(i int) (b mesh.Box, ok bool) {
	if p.shape == nil {
		return mesh.Box{Min: p.points[i], Max: p.points[i]}, true
	}
	all := p.points[p.rings[p.shape[i]]:p.rings[p.shape[i+1]]]
	if len(all) == 0 {
		return b, false
	}
	b = mesh.Box{Min: all[0], Max: all[0]}
	for _, q := range all[1:] {
		b = b.With(q)
	}
	return b, true
}

// Index finds the feature of that number.
func (p *Part) Index(fid int32) (i int, ok bool) {
	if p.byFID == nil {
		return slices.BinarySearch(p.FID, fid)
	}
	k, ok := slices.BinarySearchFunc(p.byFID, fid, func(i, fid int32) int { return int(p.FID[i]) - int(fid) })
	if !ok {
		return 0, false
	}
	return int(p.byFID[k]), true
}

// InOrder is the index of the feature that is k-th in the order of FID, from 0.
func (p *Part) InOrder(k int) int {
	if p.byFID == nil {
		return k
	}
	return int(p.byFID[k])
}

// Rank is where feature i is in the order of FID; the inverse of InOrder.
func (p *Part) Rank(i int) int {
	if p.rank == nil {
		return i
	}
	return int(p.rank[i])
}

// RankAfter is the rank of the first feature whose number is greater than fid;
// Len where there is none.
func (p *Part) RankAfter(fid int32) int {
	return sort.Search(p.Len(), func(k int) bool { return p.FID[p.InOrder(k)] > fid })
}

// Column finds the column of a field by name; "id" is the business code.
func (p *Part) Column(name string) (*Column, bool) {
	for i := range p.Columns {
		if p.Columns[i].Field.Name == name {
			return &p.Columns[i], true
		}
	}
	return nil, false
}
