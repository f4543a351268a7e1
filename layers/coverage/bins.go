package coverage

import (
	"math"

	"github.com/paulmach/orb"

	"sitmap/geo"
)

// binSide is how wide a bin is, in metres: about as far as a camera sees.
const binSide = 200.0

// bins finds places near a place: their numbers, sorted by squares of a grid.
type bins struct {
	origin        orb.Point
	east, north   float64 // degrees across a bin
	columns, rows int
	begin         []int32 // by bin: where its numbers begin
	numbers       []int32
}

// newBins sorts the places at(0), …, at(n-1).
func newBins(n int, at func(int) orb.Point) *bins {
	b := &bins{columns: 1, rows: 1}
	if n == 0 {
		b.begin = make([]int32, 2)
		b.east, b.north = 1, 1
		return b
	}
	bound := orb.Bound{Min: at(0), Max: at(0)}
	for k := range n {
		bound = bound.Extend(at(k))
	}
	plane := geo.PlaneAt(bound.Center())
	// A region as wide as a continent gets coarser bins instead of more.
	side := max(binSide, (bound.Max[0]-bound.Min[0])*plane.East/4000, (bound.Max[1]-bound.Min[1])*plane.North/4000)
	b.origin, b.east, b.north = bound.Min, side/plane.East, side/plane.North
	b.columns = int((bound.Max[0]-bound.Min[0])/b.east) + 1
	b.rows = int((bound.Max[1]-bound.Min[1])/b.north) + 1
	bin := func(p orb.Point) int {
		return int((p[1]-b.origin[1])/b.north)*b.columns + int((p[0]-b.origin[0])/b.east)
	}
	b.begin = make([]int32, b.columns*b.rows+1)
	for k := range n {
		b.begin[bin(at(k))+1]++
	}
	for k := 1; k < len(b.begin); k++ {
		b.begin[k] += b.begin[k-1]
	}
	b.numbers = make([]int32, n)
	next := append([]int32(nil), b.begin...)
	for k := range n {
		at := bin(at(k))
		b.numbers[next[at]] = int32(k)
		next[at]++
	}
	return b
}

// near calls yield for every place at most so many metres away, and others
// that are little farther.
func (b *bins) near(plane geo.Plane, metres float64, yield func(number int32)) {
	place := func(degrees, origin, side float64, end int) int {
		return int(min(max(math.Floor((degrees-origin)/side), -1), float64(end)))
	}
	dx, dy := metres/plane.East, metres/plane.North
	west, east := place(plane.At[0]-dx, b.origin[0], b.east, b.columns), place(plane.At[0]+dx, b.origin[0], b.east, b.columns)
	south, north := place(plane.At[1]-dy, b.origin[1], b.north, b.rows), place(plane.At[1]+dy, b.origin[1], b.north, b.rows)
	for row := max(south, 0); row <= min(north, b.rows-1); row++ {
		first, end := row*b.columns+max(west, 0), row*b.columns+min(east, b.columns-1)
		if first > end {
			continue
		}
		for _, number := range b.numbers[b.begin[first]:b.begin[end+1]] {
			yield(number)
		}
	}
}
