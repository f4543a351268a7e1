package mesh

import "slices"

// hot is a grid point that a vertex was rounded to.
type hot struct {
	Point
	id int32
}

// snapper leads segments through hot points. Hot squares are half open: a
// square holds its western and northern side, as rounding does.
type snapper struct {
	path  []int32 // the result: ids of hot points
	stack []hot
}

// lead appends to path the way from a (left out) to b for a segment from p to q
// on the finer grid of shift bits more, whose ends round to a and b. near holds
// at least the hot points in the box of a and b, in any order.
func (s *snapper) lead(p, q Point, shift uint, a, b hot, near []hot) {
	from := len(s.stack)
	if shift > 0 {
		half := int64(1) << (shift - 1)
		for _, h := range near {
			if h.id != a.id && h.id != b.id && through(int64(p.X), int64(p.Y), int64(q.X), int64(q.Y), int64(h.X)<<shift, int64(h.Y)<<shift, half) {
				s.stack = append(s.stack, h)
			}
		}
	}
	s.pieces(from, a, b, near)
}

// pieces leads from a to b by way of the hot points on the stack, and drops
// those.
func (s *snapper) pieces(from int, a, b hot, near []hot) {
	hits := s.stack[from:]
	if len(hits) > 1 {
		// A segment meets squares in a staircase, in the order of their
		// distance along both axes together.
		slices.SortFunc(hits, func(g, h hot) int { return int(paces(a.Point, g.Point) - paces(a.Point, h.Point)) })
	}
	count := len(hits)
	for i := range count {
		next := s.stack[from+i]
		s.refine(a, next, near)
		a = next
	}
	s.refine(a, b, near)
	s.stack = s.stack[:from]
}

// refine does the same for a segment between two hot points. Every hot square
// that it meets has its middle in the box of a and b, so pieces are shorter
// than the whole and this ends.
func (s *snapper) refine(a, b hot, near []hot) {
	from := len(s.stack)
	around := boxOf(a.Point, b.Point)
	if around.low.X != around.high.X && around.low.Y != around.high.Y {
		for _, h := range near {
			if around.holds(h.Point) && h.id != a.id && h.id != b.id && throughUnit(a.Point, b.Point, h.Point) {
				s.stack = append(s.stack, h)
			}
		}
	} else {
		for _, h := range near {
			if around.holds(h.Point) && h.id != a.id && h.id != b.id {
				s.stack = append(s.stack, h)
			}
		}
	}
	if len(s.stack) == from {
		s.path = append(s.path, b.id)
		return
	}
	s.pieces(from, a, b, near)
}

// paces is the distance along both axes together.
func paces(a, b Point) int64 {
	return max(int64(a.X)-int64(b.X), int64(b.X)-int64(a.X)) + max(int64(a.Y)-int64(b.Y), int64(b.Y)-int64(a.Y))
}

// throughUnit says whether the segment a–b meets the unit square around c.
func throughUnit(a, b, c Point) bool {
	return through(2*int64(a.X), 2*int64(a.Y), 2*int64(b.X), 2*int64(b.Y), 2*int64(c.X), 2*int64(c.Y), 1)
}

// through says whether the segment p–q meets the square of the given half side
// around c, without its sides of greatest x and greatest y.
func through(px, py, qx, qy, cx, cy, half int64) bool {
	if px > qx {
		px, py, qx, qy = qx, qy, px, py
	}
	left, right, top, bottom := cx-half, cx+half, cy-half, cy+half
	if qx < left || px >= right || max(py, qy) < top || min(py, qy) >= bottom {
		return false
	}
	dx, dy := qx-px, qy-py
	if dx == 0 || dy == 0 {
		return true
	}
	// The side of the line on which each corner lies. A line that only
	// touches a corner outside the half-open square does not count.
	a := dx*(bottom-py) - dy*(left-px)
	d := dx*(top-py) - dy*(right-px)
	if a == 0 || d == 0 {
		return dy < 0 // into the square where x and y run apart
	}
	b := dx*(bottom-py) - dy*(right-px)
	if b == 0 {
		return dy > 0
	}
	c := dx*(top-py) - dy*(left-px)
	if c == 0 {
		return true
	}
	return a < 0 != (b < 0) || a < 0 != (c < 0) || a < 0 != (d < 0)
}
