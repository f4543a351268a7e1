// Package lattice measures areas by counting: sample points in rows along the
// parallels, every point standing for a square of the same size, numbered
// densely, so that whatever covers some of them is a handful of runs of numbers
// and a union is a bitmap.
//
// The rows are a step apart, and so are the points of a row at its own
// latitude; hence every point stands for step² square metres anywhere. What is
// off is off along outlines, half of it either way, so that sums of many areas
// are better than each of them.
package lattice

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
)

// ErrInvalid says that a lattice cannot be as asked for.
var ErrInvalid = errors.New("invalid lattice")

// Run is the points from, …, to-1.
type Run struct{ From, To int }

// Frame is where rows and points may lie: the latitudes of the rows and the
// distances of points in them.
type Frame struct {
	step  float64
	north float64 // degrees between rows
}

// NewFrame is the frame of a step in metres for a region about that latitude;
// a degree of latitude is taken to be as long everywhere as it is there.
func NewFrame(step, latitude float64) (Frame, error) {
	if !(step > 0 && step <= 10_000) || !(math.Abs(latitude) < 89) {
		return Frame{}, fmt.Errorf("step %g m about latitude %g: %w", step, latitude, ErrInvalid)
	}
	return Frame{step, step / geo.PlaneAt(orb.Point{0, latitude}).North}, nil
}

// row is the first row at or north of a latitude.
func (f Frame) row(latitude float64) int { return int(math.Ceil(latitude/f.north - 0.5)) }

func (f Frame) latitude(row int) float64 { return (float64(row) + 0.5) * f.north }

// width is how many degrees of longitude apart the points of a row are.
func (f Frame) width(row int) float64 {
	return f.step / geo.PlaneAt(orb.Point{0, f.latitude(row)}).East
}

// columns are the points of a row from one longitude to another.
func columns(from, to, width float64) (first, end int32) {
	return int32(math.Ceil(from/width - 0.5)), int32(math.Floor(to/width-0.5)) + 1
}

// stretch is neighbouring points of one row: columns first, …, end-1.
type stretch struct{ first, end int32 }

// span is a part of a row between two longitudes.
type span struct {
	row        int
	west, east float64
}

// Lattice is sample points with dense numbers, ascending from south to north
// and, within a row, from west to east. It does not change.
type Lattice struct {
	Frame
	south     int       // first row
	offsets   []int32   // by row: where its stretches begin
	stretches []stretch // of every row in order, apart from each other
	numbers   []int32   // number of the first point of each stretch, and the end
	widths    []float64 // by row: degrees between points
}

// Lattice is the points inside what was added.
func (d *Draft) Lattice() *Lattice {
	l := &Lattice{Frame: d.Frame, offsets: []int32{0}}
	if len(d.rows) == 0 {
		l.numbers = []int32{0}
		return l
	}
	south, north := math.MaxInt, math.MinInt
	for row := range d.rows {
		south, north = min(south, row), max(north, row)
	}
	l.south = south
	number := int32(0)
	for row := south; row <= north; row++ {
		list := d.rows[row]
		slices.SortFunc(list, func(a, b stretch) int { return int(a.first) - int(b.first) })
		begun := len(l.stretches)
		for _, s := range list {
			if last := len(l.stretches) - 1; last >= begun && s.first <= l.stretches[last].end {
				l.stretches[last].end = max(l.stretches[last].end, s.end)
			} else {
				l.stretches = append(l.stretches, s)
			}
		}
		for _, s := range l.stretches[begun:] {
			l.numbers = append(l.numbers, number)
			number += s.end - s.first
		}
		l.offsets = append(l.offsets, int32(len(l.stretches)))
		l.widths = append(l.widths, l.width(row))
	}
	l.numbers = append(l.numbers, number)
	return l
}

// Len is how many points there are.
func (l *Lattice) Len() int { return int(l.numbers[len(l.numbers)-1]) }

// Unit is the area that a point stands for, in square metres.
func (l *Lattice) Unit() float64 { return l.step * l.step }

// Row is points that follow each other from west to east: their numbers, where
// the first is, and how many degrees of longitude each is from the next.
type Row struct {
	Run
	First orb.Point
	East  float64
}

// Rows yields all points, ascending.
func (l *Lattice) Rows(yield func(Row) bool) {
	for row, width := range l.widths {
		latitude := l.latitude(l.south + row)
		for k := l.offsets[row]; k < l.offsets[row+1]; k++ {
			run := Run{int(l.numbers[k]), int(l.numbers[k+1])}
			if !yield(Row{run, orb.Point{(float64(l.stretches[k].first) + 0.5) * width, latitude}, width}) {
				return
			}
		}
	}
}

// Find is the point nearest to a place, along the row nearest to it; ok is
// false where the lattice has none there.
func (l *Lattice) Find(p orb.Point) (number int, ok bool) {
	row := int(math.Floor(p[1]/l.north)) - l.south
	if row < 0 || row >= len(l.widths) {
		return 0, false
	}
	column := int32(math.Floor(p[0] / l.widths[row]))
	l.clip(row, stretch{column, column + 1}, func(r Run) { number, ok = r.From, true })
	return number, ok
}

// clip calls yield for the runs of points that a stretch of a row holds.
func (l *Lattice) clip(row int, s stretch, yield func(Run)) {
	low, high := l.offsets[row], l.offsets[row+1]
	for low < high { // first stretch that ends behind the beginning of s
		if middle := (low + high) / 2; l.stretches[middle].end <= s.first {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for end := l.offsets[row+1]; low < end && l.stretches[low].first < s.end; low++ {
		have := l.stretches[low]
		from, to := max(have.first, s.first), min(have.end, s.end)
		number := l.numbers[low] - have.first
		yield(Run{int(number + from), int(number + to)})
	}
}

// within calls yield for the runs of points that a part of a row holds.
func (l *Lattice) within(s span, yield func(Run)) {
	row := s.row - l.south
	if row < 0 || row >= len(l.widths) {
		return
	}
	if first, end := columns(s.west, s.east, l.widths[row]); first < end {
		l.clip(row, stretch{first, end}, yield)
	}
}

// Inside calls yield for the runs of points inside a shape, by the even-odd
// rule, ascending.
func (l *Lattice) Inside(shape orb.MultiPolygon, yield func(Run)) {
	l.polygon(shape, func(s span) { l.within(s, yield) })
}

// Near calls yield for the runs of points at most so many metres from a line,
// segment by segment: points near two segments come twice.
func (l *Lattice) Near(line orb.LineString, metres float64, yield func(Run)) {
	l.band(line, metres, func(s span) { l.within(s, yield) })
}

// Seen calls yield for the runs of points in a sector around the plane's place,
// ascending.
func (l *Lattice) Seen(plane geo.Plane, s geo.Sector, yield func(Run)) {
	reach := s.Far() / plane.North
	first := max(l.row(plane.At[1]-reach), l.south)
	var parts []geo.Part
	var room [4]geo.Part
	for row := first; row < l.south+len(l.widths); row++ {
		latitude := l.latitude(row)
		if latitude > plane.At[1]+reach {
			break
		}
		y := (latitude - plane.At[1]) * plane.North
		parts = s.Along(room[:0], -s.Far(), y, s.Far(), y)
		for _, p := range parts {
			west := plane.At[0] + s.Far()*(2*p.From-1)/plane.East
			east := plane.At[0] + s.Far()*(2*p.To-1)/plane.East
			l.within(span{row, west, east}, yield)
		}
	}
}
