package mesh

import (
	"math"
	"sync"
)

var lines sync.Pool // of *simplifier

// Line generalises one line: it loses what lies within the tolerance (in units
// of the grid), the rest is rounded like the points of [Mesh.Level]. Both ends
// stay, so lines that meet there still meet. The result is the same from both
// ends; it is nil for a line that shrinks to a point.
func Line(points []Point, shift uint, tolerance float64) []Point {
	if len(points) < 2 {
		return nil
	}
	shift = min(shift, 31)
	limit := math.Ldexp(tolerance, int(shift))
	s, _ := lines.Get().(*simplifier)
	if s == nil {
		s = new(simplifier)
	}
	defer lines.Put(s)
	n := len(points)
	s.points, s.keep, s.loss = points, resize(s.keep, n), resize(s.loss, n)
	s.prev, s.next, s.round = resize(s.prev, n), resize(s.next, n), resize(s.round, n)
	clear(s.round)
	last := int32(n - 1)
	s.begin(0, last)
	s.fold(0, last, 0, limit, 1)
	out := make([]Point, 0, 8)
	for i := int32(0); i <= last; i = s.next[i] {
		if p := GridPoint(points[i], shift); len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	s.points = nil
	if len(out) < 2 {
		return nil
	}
	return out
}
