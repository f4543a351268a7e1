package lattice

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
)

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
