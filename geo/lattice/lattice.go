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

// Draft gathers the regions that a lattice shall sample.
type Draft struct {
	Frame
	rows map[int][]stretch
}

// NewDraft is an empty draft.
func NewDraft(f Frame) *Draft { return &Draft{Frame: f, rows: make(map[int][]stretch)} }

// Polygon adds the inside of a shape, by the even-odd rule.
func (d *Draft) Polygon(shape orb.MultiPolygon) {
	d.polygon(shape, d.add)
}

// Band adds what is at most so many metres from a line.
func (d *Draft) Band(line orb.LineString, metres float64) {
	d.band(line, metres, d.add)
}

func (d *Draft) add(s span) {
	if first, end := columns(s.west, s.east, d.width(s.row)); first < end {
		d.rows[s.row] = append(d.rows[s.row], stretch{first, end})
	}
}

// polygon calls yield for every part of a row inside the shape.
func (f Frame) polygon(shape orb.MultiPolygon, yield func(span)) {
	south, north := math.Inf(1), math.Inf(-1)
	for _, polygon := range shape {
		for _, ring := range polygon {
			for _, p := range ring {
				south, north = min(south, p[1]), max(north, p[1])
			}
		}
	}
	if !(south <= north) {
		return
	}
	base := f.row(south)
	rows := max(0, f.row(north)-base+1)
	// Crossings are sorted by row: counted first, then written where they belong.
	begin := make([]int32, rows+2)
	f.edges(shape, func(row int, _ float64) { begin[row-base+2]++ })
	for k := 2; k < len(begin); k++ {
		begin[k] += begin[k-1]
	}
	crossings := make([]float64, begin[rows+1])
	f.edges(shape, func(row int, at float64) {
		crossings[begin[row-base+1]] = at
		begin[row-base+1]++
	})
	for k := range rows {
		at := crossings[begin[k]:begin[k+1]]
		if len(at) == 0 {
			continue
		}
		slices.Sort(at)
		for i := 0; i+1 < len(at); i += 2 {
			yield(span{base + k, at[i], at[i+1]})
		}
	}
}

// edges calls yield for every crossing of a row with an edge of the shape, with
// its longitude. A row crosses an edge whose lower end is at or below it and
// whose upper end is above it, so that each vertex counts once.
func (f Frame) edges(shape orb.MultiPolygon, yield func(row int, at float64)) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for k := range ring {
				a, b := ring[k], ring[(k+1)%len(ring)]
				if a[1] > b[1] {
					a, b = b, a
				}
				for row := f.row(a[1]); ; row++ {
					latitude := f.latitude(row)
					if latitude >= b[1] {
						break
					}
					yield(row, a[0]+(b[0]-a[0])*(latitude-a[1])/(b[1]-a[1]))
				}
			}
		}
	}
}

// band calls yield for the part of a row near each segment of the line.
func (f Frame) band(line orb.LineString, metres float64, yield func(span)) {
	for k := 1; k < len(line); k++ {
		a, b := line[k-1], line[k]
		plane := geo.PlaneAt(orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
		ax, ay := plane.XY(a)
		bx, by := plane.XY(b)
		var nx, ny float64 // across the segment, as long as the band is wide
		if length := math.Hypot(bx-ax, by-ay); length > 0 {
			nx, ny = -(by-ay)/length*metres, (bx-ax)/length*metres
		}
		south, north := min(a[1], b[1])-metres/plane.North, max(a[1], b[1])+metres/plane.North
		for row := f.row(south); f.latitude(row) <= north; row++ {
			latitude := f.latitude(row)
			y := (latitude - plane.At[1]) * plane.North
			west, east := math.Inf(1), math.Inf(-1)
			meet := func(x float64) { west, east = min(west, x), max(east, x) }
			for _, end := range [2][2]float64{{ax, ay}, {bx, by}} { // round ends
				if square := metres*metres - (y-end[1])*(y-end[1]); square >= 0 {
					half := math.Sqrt(square)
					meet(end[0] - half)
					meet(end[0] + half)
				}
			}
			for _, side := range [2]float64{1, -1} {
				y0, y1 := ay+side*ny, by+side*ny
				if t := (y - y0) / (y1 - y0); t >= 0 && t <= 1 {
					meet(ax + side*nx + t*(bx-ax))
				}
			}
			if west <= east {
				yield(span{row, plane.At[0] + west/plane.East, plane.At[0] + east/plane.East})
			}
		}
	}
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
