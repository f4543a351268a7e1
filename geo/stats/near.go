package stats

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// maxCoordinate is the largest coordinate on a plane, metres: well beyond the
// globe, and small enough that no square overflows.
const maxCoordinate = 1e9

// knownPoint tells whether a point lies on a plane at all.
func knownPoint(p orb.Point) bool {
	return math.Abs(p[0]) <= maxCoordinate && math.Abs(p[1]) <= maxCoordinate
}

// nearIndex finds points near a place: they lie in square buckets, row by row
// from the south-west, so that the buckets of one row side by side are one run.
type nearIndex struct {
	west, south, side float64
	columns, rows     int
	starts            []int32     // of each bucket in points, and the end
	points            []orb.Point // by bucket
	order             []int32     // the number that each had
}

// indexNear prepares to find points within a reach. Points that are not known
// are never found.
func indexNear(points []orb.Point, reach float64) *nearIndex {
	x := &nearIndex{west: math.Inf(1), south: math.Inf(1)}
	east, north := math.Inf(-1), math.Inf(-1)
	count := 0
	for _, p := range points {
		if knownPoint(p) {
			x.west, east = min(x.west, p[0]), max(east, p[0])
			x.south, north = min(x.south, p[1]), max(north, p[1])
			count++
		}
	}
	if count == 0 {
		x.west, x.south, east, north = 0, 0, 0, 0
	}
	// Buckets of half the reach waste little of what they bring; but no more
	// of them than a few for each point, however thin these lie.
	width, height := east-x.west, north-x.south
	few := float64(4*count + 64)
	x.side = max(reach/2, math.Sqrt(width/few*height), max(width, height)/few)
	if !(x.side > 0) {
		x.side = 1
	}
	x.columns, x.rows = int(width/x.side)+1, int(height/x.side)+1
	x.starts = make([]int32, x.columns*x.rows+1)
	bucket := func(p orb.Point) int {
		return min(int((p[1]-x.south)/x.side), x.rows-1)*x.columns + min(int((p[0]-x.west)/x.side), x.columns-1)
	}
	for _, p := range points {
		if knownPoint(p) {
			x.starts[bucket(p)+1]++
		}
	}
	for i := range x.columns * x.rows {
		x.starts[i+1] += x.starts[i]
	}
	x.points, x.order = make([]orb.Point, count), make([]int32, count)
	next := append([]int32(nil), x.starts...)
	for i, p := range points {
		if knownPoint(p) {
			b := bucket(p)
			x.points[next[b]], x.order[next[b]] = p, int32(i)
			next[b]++
		}
	}
	return x
}

// around is the block of buckets that holds all points within reach of a known
// place: columns and rows from, to, both included; none when to is below from.
func (x *nearIndex) around(p orb.Point, reach float64) (fromColumn, toColumn, fromRow, toRow int) {
	fromColumn, toColumn = clampedRange(p[0]-x.west, reach, x.side, x.columns)
	fromRow, toRow = clampedRange(p[1]-x.south, reach, x.side, x.rows)
	return fromColumn, toColumn, fromRow, toRow
}

func clampedRange(at, reach, side float64, count int) (from, to int) {
	low, high := math.Floor((at-reach)/side), math.Floor((at+reach)/side)
	if high < 0 || low > float64(count-1) {
		return 0, -1
	}
	return int(max(low, 0)), int(min(high, float64(count-1)))
}

// run is the points of a row of buckets between two columns, both included.
func (x *nearIndex) run(row, fromColumn, toColumn int) (from, to int32) {
	return x.starts[row*x.columns+fromColumn], x.starts[row*x.columns+toColumn+1]
}

// within calls visit with every point at most reach from a known place, its
// number and the square of its distance.
func (x *nearIndex) within(p orb.Point, reach float64, visit func(i int32, squared float64)) {
	fromColumn, toColumn, fromRow, toRow := x.around(p, reach)
	if toColumn < fromColumn {
		return
	}
	for row := fromRow; row <= toRow; row++ {
		from, to := x.run(row, fromColumn, toColumn)
		for k := from; k < to; k++ {
			dx, dy := x.points[k][0]-p[0], x.points[k][1]-p[1]
			if squared := dx*dx + dy*dy; squared <= reach*reach {
				visit(x.order[k], squared)
			}
		}
	}
}

// positive refuses lengths and areas that are none.
func positive(name string, values ...float64) error {
	for i, v := range values {
		if !(v > 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%w: %s %g at %d is no number above 0", ErrInput, name, v, i)
		}
	}
	return nil
}

// beside refuses lists that should run side by side; nil stands for ones.
func beside(name string, values []float64, n int) error {
	if values != nil && len(values) != n {
		return fmt.Errorf("%w: %d %s for %d points", ErrInput, len(values), name, n)
	}
	return nil
}
