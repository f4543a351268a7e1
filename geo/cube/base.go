package cube

import (
	"math"

	"sitmap/geo/hex"
)

// Base is an immutable set of points, sorted by atom and time. It may be read
// by any number of goroutines; its columns may lie in a read-only file.
type Base struct {
	days  calendar
	areas []int64 // the area numbers that occur, ascending; atoms name their rank

	levels [Resolution + 1]level

	atomArea  []uint16 // of every atom, by (cell, area): the rank of its area
	atomPoint []uint32 // of every atom: its first point; one more for the end

	times      []uint32 // of every point, by (atom, time, category, row): seconds since epoch
	categories []uint8
	rows       []int32 // nil when not kept

	byCategory  [256]int64 // how many points each category has
	first, last int64      // unix seconds of the first and last point
	sample      []uint32   // some of the times, ascending
	cubes       cubes
	owner       any // of the memory of the columns, if it is not the collector's
}

// level is the cells of one resolution that hold points, in integer order.
type level struct {
	cells    []hex.Cell
	child    []uint32 // its first child on the next level, on the last its first atom; one more for the end
	leaf     []uint32 // its first descendant on the last level; one more; nil on the last
	centre   []place
	spread   []box    // around the centres of the cell and of all its descendants; nil on the last
	areaLow  []uint16 // the lowest and highest rank of the areas below it; nil on the last
	areaHigh []uint16
}

// place is longitude and latitude in units of 1e-7 degrees, about 1 cm.
type place struct{ lon, lat int32 }

// box is the places from low to high, both included.
type box struct{ low, high place }

func (b box) holds(p place) bool {
	return b.low.lon <= p.lon && p.lon <= b.high.lon && b.low.lat <= p.lat && p.lat <= b.high.lat
}

func (b box) covers(other box) bool { return b.holds(other.low) && b.holds(other.high) }

func (b box) meets(other box) bool {
	return b.low.lon <= other.high.lon && other.low.lon <= b.high.lon &&
		b.low.lat <= other.high.lat && other.low.lat <= b.high.lat
}

func (b *box) add(other box) {
	b.low.lon, b.low.lat = min(b.low.lon, other.low.lon), min(b.low.lat, other.low.lat)
	b.high.lon, b.high.lat = max(b.high.lon, other.high.lon), max(b.high.lat, other.high.lat)
}

// Len is the number of points.
func (b *Base) Len() int { return len(b.times) }

// Atoms is the number of atoms.
func (b *Base) Atoms() int { return len(b.atomArea) }

// Cells is the number of cells of a resolution, 0 to 9, that hold points.
func (b *Base) Cells(resolution int) int { return len(b.levels[resolution].cells) }

// Span is the seconds of the first and the last point, or 0, -1 when there are none.
func (b *Base) Span() (first, last int64) { return b.first, b.last }

// DayStarts is where the local days begin that hold the points, and where the
// last one ends. It must not be changed.
func (b *Base) DayStarts() []int64 { return b.days.starts }

// CategoryCounts is how many points each category has.
func (b *Base) CategoryCounts() [256]int64 { return b.byCategory }

// Bytes is the memory of the columns that every question can be answered
// from, and that of the cubes beside them.
func (b *Base) Bytes() (columns, cubes int) {
	columns = 8*len(b.areas) + 2*len(b.atomArea) + 4*len(b.atomPoint) +
		4*len(b.times) + len(b.categories) + 4*len(b.rows) + 8*len(b.days.starts)
	for _, l := range b.levels {
		columns += 8*len(l.cells) + 4*len(l.child) + 4*len(l.leaf) + 8*len(l.centre) + 16*len(l.spread) + 4*len(l.areaLow)
	}
	return columns + 4*len(b.sample), b.cubes.bytes()
}

// atomsOf is the run of atoms below the cells [from, to) of a level; below a
// run of atoms it is the run itself.
func (b *Base) atomsOf(level int, from, to uint32) (uint32, uint32) {
	if level > Resolution {
		return from, to
	}
	if level < Resolution {
		leaf := b.levels[level].leaf
		from, to = leaf[from], leaf[to]
	}
	atom := b.levels[Resolution].child
	return atom[from], atom[to]
}

// descend is the run of cells of a finer level below the cells [from, to).
func (b *Base) descend(level, finer int, from, to uint32) (uint32, uint32) {
	if finer == Resolution && level < finer {
		leaf := b.levels[level].leaf
		return leaf[from], leaf[to]
	}
	for ; level < finer; level++ {
		child := b.levels[level].child
		from, to = child[from], child[to]
	}
	return from, to
}

// fixed is a coordinate in units of 1e-7 degrees.
func fixed(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }
