package geo

import (
	"math"
)

// Sector is what lies within some angle and between two distances of a place:
// a piece of a ring, or with 360 degrees the whole of it. Coordinates are
// metres to the east and to the north of the place, as Plane gives them.
type Sector struct {
	near, far   float64
	angle       float64 // radians
	left, right [2]float64
}

// SectorOf is the sector that looks into a direction, degrees clockwise from
// north, over an angle of width degrees, from near to far metres. A width of
// 360 or more is a full circle; a far below near is empty.
func SectorOf(direction, width, near, far float64) Sector {
	width = min(max(width, 0), 360)
	s := Sector{near: max(near, 0), far: far, angle: width * math.Pi / 180}
	edge := func(degrees float64) [2]float64 {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		return [2]float64{sin, cos}
	}
	s.left, s.right = edge(direction-width/2), edge(direction+width/2)
	return s
}

// Area is its area in square metres: half the angle times the difference of
// the squared distances.
func (s Sector) Area() float64 {
	if s.far <= s.near {
		return 0
	}
	return s.angle / 2 * (s.far*s.far - s.near*s.near)
}

// Far is how far it reaches, in metres.
func (s Sector) Far() float64 { return s.far }

// Contains tells whether the point lies in the sector, its edges included.
func (s Sector) Contains(x, y float64) bool {
	square := x*x + y*y
	if square > s.far*s.far || square < s.near*s.near {
		return false
	}
	if s.angle >= 2*math.Pi {
		return true
	}
	// Positive where the point is to the left of the edge, looking along it.
	ofLeft, ofRight := s.left[0]*y-s.left[1]*x, s.right[0]*y-s.right[1]*x
	if s.angle <= math.Pi {
		return ofLeft <= 0 && ofRight >= 0 && (ofLeft != 0 || ofRight != 0 || s.left[0]*x+s.left[1]*y >= 0)
	}
	return ofLeft <= 0 || ofRight >= 0
}

// Part is a part of a segment: from and to are shares of its length.
type Part struct{ From, To float64 }

// Along appends to list the parts of the segment from a to b that lie in the
// sector, in order, apart from each other: at most four.
func (s Sector) Along(list []Part, ax, ay, bx, by float64) []Part {
	dx, dy := bx-ax, by-ay
	length := dx*dx + dy*dy
	if length == 0 || s.far <= s.near {
		return list
	}
	foot := -(ax*dx + ay*dy) / length // share at which the segment's line is nearest to the place
	px, py := ax+foot*dx, ay+foot*dy
	nearest := px*px + py*py
	if nearest >= s.far*s.far {
		return list
	}
	// Between the crossings with circles and edges the segment stays inside or
	// stays outside, which its middle tells.
	reach := math.Sqrt((s.far*s.far - nearest) / length)
	from, to := max(0, foot-reach), min(1, foot+reach)
	if from >= to {
		return list
	}
	var cuts [6]float64
	n := 0
	cut := func(t float64) {
		if t > from && t < to {
			k := n
			for ; k > 0 && cuts[k-1] > t; k-- {
				cuts[k] = cuts[k-1]
			}
			cuts[k] = t
			n++
		}
	}
	if nearest < s.near*s.near {
		hidden := math.Sqrt((s.near*s.near - nearest) / length)
		cut(foot - hidden)
		cut(foot + hidden)
	}
	if s.angle < 2*math.Pi {
		for _, e := range [2][2]float64{s.left, s.right} {
			if across := e[0]*dy - e[1]*dx; across != 0 {
				cut((e[1]*ax - e[0]*ay) / across)
			}
		}
	}
	cuts[n] = to
	begun := len(list)
	for k, at := 0, from; k <= n; k++ {
		end := cuts[k]
		middle := (at + end) / 2
		if s.Contains(ax+middle*dx, ay+middle*dy) {
			if last := len(list) - 1; last >= begun && list[last].To == at {
				list[last].To = end
			} else {
				list = append(list, Part{at, end})
			}
		}
		at = end
	}
	return list
}
