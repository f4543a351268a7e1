// Package mvt writes and reads Mapbox Vector Tiles, version 2.1.
//
// The reader is the judge of tiles, ours and others': where the specification says
// MUST, it refuses what does not, and says where and why. It is written for input
// that nobody vouches for.
//
// Coordinates are tile units: x to the right and y down from the tile's top left
// corner, extent units to a side.
//
// https://github.com/mapbox/vector-tile-spec/tree/master/2.1
package mvt

// Layer is a named layer of a tile.
type Layer struct {
	Name     string
	Version  uint32 // of the specification that it says it follows: 1 or 2
	Extent   uint32 // units across the tile
	Features []Feature
}

// Feature is one thing in a layer.
type Feature struct {
	ID         uint64
	HasID      bool // a feature may have none, which is not the same as 0
	Type       Type
	Properties []Property // in the tile's order; no key index twice
	Shape      Shape      // empty where the type is Unknown
}

// Type says which of the lists of its Shape a feature fills. The values are
// the specification's.
type Type uint8

// The types of geometry.
const (
	Unknown Type = iota // experimental; its commands mean nothing to us
	Point
	LineString
	Polygon
)

// String is the specification's name in small letters.
func (t Type) String() string {
	if t > Polygon {
		return "invalid"
	}
	return [...]string{"unknown", "point", "linestring", "polygon"}[t]
}

// Property is a key and its value: a string, float32, float64, int64, uint64
// or bool. The tile's int and sint, two ways to write the same numbers, are
// both int64.
type Property struct {
	Key   string
	Value any
}

// Shape is a feature's geometry. One point, line or polygon is a simple
// geometry; more make a multi-geometry.
type Shape struct {
	Points   []XY
	Lines    [][]XY // each has two vertices or more, no two in a row alike
	Polygons []Rings
}

// XY is a position in tile units. Its parts are wider than the 32 bits of a
// step, because steps add up.
type XY [2]int64

// Rings are a polygon: its exterior, then its holes. A ring has three vertices
// or more and does not repeat the first one at the end. In tile units, y down,
// the surveyor's formula gives the exterior a positive area and each hole a
// negative one.
type Rings [][]XY
