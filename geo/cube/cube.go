// Package cube counts points by cell, area, time and category, at H3
// resolution 9 and coarser. It is arithmetic on columns: bytes in, bytes out.
//
// The unit of place is the atom, a cell of resolution 9 within one village, so
// that counts of cells and of areas are exact at each other's borders. The
// points of an immutable Base lie sorted by atom and time, and every cell of
// every resolution is a run of atoms; what changed since is the tail, a list
// of additions and removals that every question reads to its end. Where many
// points are asked for day by day, sums up to each day are kept ready (the
// dense cubes), and a window of whole days is a difference of two rows.
//
// To use it: a Builder makes a Base; New makes it a live Cube; View is the
// Cube at one moment, and answers Count, CountAreas, Total and Series. A
// question starts from Everything(resolution) and is narrowed by its fields.
package cube

import (
	"errors"
	"fmt"
	"math"

	"sitmap/geo/hex"
)

// Resolution is that of the atoms: questions ask for it or a coarser one.
const Resolution = 9

// epoch is the second that a column of times counts from: 1950-01-01 UTC.
const epoch = -631_152_000

// The seconds that a cube can hold, from 1950 to 2086: [FirstTime, EndTime).
const (
	FirstTime = epoch
	EndTime   = epoch + math.MaxUint32
)

const (
	maxPoints = math.MaxInt32  // so that a count always fits
	maxAreas  = math.MaxUint16 // area numbers are kept as ranks of 16 bits
	maxDays   = math.MaxUint16 - 1
)

// The ways in which points and questions can be wrong.
var (
	ErrPoint    = errors.New("not a point for a cube")
	ErrQuestion = errors.New("not a question for a cube")
	ErrFull     = errors.New("the cube is full")
)

// Point is one thing that is counted.
type Point struct {
	Cell     hex.Cell // of resolution 9 or finer; its parent at 9 is kept
	Area     int64    // the number of the village it lies in, 0 or more
	Time     int64    // unix seconds, in [FirstTime, EndTime)
	Category uint8
	Row      int32 // the feature's own number; kept when Options.Rows says so
}

// Entry is a change: a point that came (Sign 1) or went (Sign -1). A point
// that moved went where it was and came where it is.
type Entry struct {
	Point
	Sign int8
}

// Window is time [From, To) in unix seconds.
type Window struct{ From, To int64 }

// AllTime is the window that leaves nothing out.
var AllTime = Window{math.MinInt64, math.MaxInt64}

// Categories is a set of the 256 categories; the zero value has none.
type Categories [4]uint64

// AllCategories is the set of all.
var AllCategories = Categories{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}

// CategoriesOf is the set of these.
func CategoriesOf(categories ...uint8) Categories {
	var s Categories
	for _, c := range categories {
		s[c>>6] |= 1 << (c & 63)
	}
	return s
}

// Has reports whether the set contains the category.
func (s Categories) Has(c uint8) bool { return s[c>>6]>>(c&63)&1 != 0 }

// AreaRange is the area numbers from Low to High, both included.
type AreaRange struct{ Low, High int64 }

// CellRange is the cells of resolution 9 from First to Last in integer order,
// both included.
type CellRange struct{ First, Last hex.Cell }

// home checks a point and gives its cell at the resolution of atoms and its
// second in the column of times.
func (p Point) home() (hex.Cell, uint32, error) {
	if !p.Cell.Valid() || p.Cell.Resolution() < Resolution {
		return 0, 0, fmt.Errorf("%x is not a cell of resolution %d or finer: %w", uint64(p.Cell), Resolution, ErrPoint)
	}
	if p.Time < FirstTime || p.Time >= EndTime {
		return 0, 0, fmt.Errorf("time %d is not between the years 1950 and 2086: %w", p.Time, ErrPoint)
	}
	if p.Area < 0 {
		return 0, 0, fmt.Errorf("area number %d is negative: %w", p.Area, ErrPoint)
	}
	return p.Cell.Parent(Resolution), uint32(p.Time - epoch), nil
}
