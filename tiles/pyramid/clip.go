package pyramid

import (
	"math"

	"sitmap/geo/mesh"
)

// window is the square of a tile with its buffer, in units of the tile. It is
// cut half a unit beyond the last whole one, so that no vertex and no edge
// between vertices ever lies upon the cut, and cut points are rounded outwards.
// So a cut point moves by half a unit at most, and since mesh keeps vertices
// away from foreign edges by more than that, no edge can come to cross another.
const (
	windowLow  = -Buffer
	windowHigh = Extent + Buffer
	cutLow     = windowLow - 0.5
	cutHigh    = windowHigh + 0.5
	edgeLow    = windowLow - 1
	edgeHigh   = windowHigh + 1
	windowSide = cutHigh - cutLow
)

var windowBox = mesh.Box{Min: mesh.Point{X: windowLow, Y: windowLow}, Max: mesh.Point{X: windowHigh, Y: windowHigh}}

func inWindow(p mesh.Point) bool {
	return windowLow <= p.X && p.X <= windowHigh && windowLow <= p.Y && p.Y <= windowHigh
}

// cut is the stretch of the edge a–b inside the window, from share t0 of it to
// share t1: Liang and Barsky, ACM Transactions on Graphics 3 (1984). ok is false
// when none is.
func cut(a, b mesh.Point) (t0, t1 float64, ok bool) {
	t1 = 1
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	for _, side := range [4][2]float64{
		{-dx, float64(a.X) - cutLow}, {dx, cutHigh - float64(a.X)},
		{-dy, float64(a.Y) - cutLow}, {dy, cutHigh - float64(a.Y)},
	} {
		p, q := side[0], side[1]
		switch {
		case p == 0:
			if q < 0 {
				return 0, 0, false
			}
		case p < 0:
			t0 = max(t0, q/p)
		default:
			t1 = min(t1, q/p)
		}
	}
	return t0, t1, t0 < t1
}

// crossing is where share t of the edge a–b meets the window's edge: the point
// rounded, and how far along that edge it lies, clockwise on the screen from the
// top left corner.
func crossing(a, b mesh.Point, t float64) (mesh.Point, float64) {
	x := float64(a.X) + t*(float64(b.X)-float64(a.X))
	y := float64(a.Y) + t*(float64(b.Y)-float64(a.Y))
	// The side it meets is the one it is nearest to; there t makes it exact.
	left, right, top, bottom := math.Abs(x-cutLow), math.Abs(x-cutHigh), math.Abs(y-cutLow), math.Abs(y-cutHigh)
	whole := func(v float64) int32 { return int32(math.Floor(max(cutLow+0.5, min(cutHigh-0.5, v)) + 0.5)) }
	along := func(v float64) float64 { return max(0, min(windowSide, v)) }
	switch min(left, right, top, bottom) {
	case top:
		return mesh.Point{X: whole(x), Y: edgeLow}, along(x - cutLow)
	case right:
		return mesh.Point{X: edgeHigh, Y: whole(y)}, windowSide + along(y-cutLow)
	case bottom:
		return mesh.Point{X: whole(x), Y: edgeHigh}, 2*windowSide + along(cutHigh-x)
	default:
		return mesh.Point{X: edgeLow, Y: whole(y)}, 3*windowSide + along(cutHigh-y)
	}
}

// corners of the window in the order of crossing's measure.
var corners = [4]mesh.Point{{X: edgeHigh, Y: edgeLow}, {X: edgeHigh, Y: edgeHigh}, {X: edgeLow, Y: edgeHigh}, {X: edgeLow, Y: edgeLow}}

// clipper cuts drawings to the window. It is used again and again so that it
// need not allocate.
type clipper struct {
	in     drawing
	points []mesh.Point // of all chains
	chains []chain
	byFrom []int // chains in the order of from
	whole  []int // rings that lie inside
	ring   []mesh.Point
	rings  drawing // what came out of one polygon
	piece  []mesh.Point
	met    map[mesh.Point]int // points on the window's edge, by their place in piece
}

// chain is a stretch of a ring inside the window.
type chain struct {
	first, end int     // in points
	from, to   float64 // along the window's edge
	used       bool
}

// lines writes what of the lines read lies in the window.
func (c *clipper) lines(d *pen) {
	for k := range c.in.ends {
		line := c.in.part(k)
		c.ring = c.ring[:0]
		flush := func() {
			if len(c.ring) >= 2 {
				d.line(c.ring)
			}
			c.ring = c.ring[:0]
		}
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			t0, t1, ok := cut(a, b)
			if !ok {
				flush()
				continue
			}
			if t0 > 0 {
				flush()
				p, _ := crossing(a, b, t0)
				c.ring = appendOther(c.ring, p)
			} else {
				c.ring = appendOther(c.ring, a)
			}
			if t1 < 1 {
				p, _ := crossing(a, b, t1)
				c.ring = appendOther(c.ring, p)
				flush()
			} else {
				c.ring = appendOther(c.ring, b)
			}
		}
		flush()
	}
}

// appendOther appends a point unless it repeats the last one.
func appendOther(points []mesh.Point, p mesh.Point) []mesh.Point {
	if n := len(points); n > 0 && points[n-1] == p {
		return points
	}
	return append(points, p)
}
