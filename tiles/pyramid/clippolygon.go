package pyramid

import (
	"math"
	"slices"

	"sitmap/geo/mesh"
)

// polygons writes what of the polygons read lies in the window. A ring that
// turns clockwise on the screen begins a polygon, those after it are its holes.
func (c *clipper) polygons(d *pen) {
	for first := 0; first < len(c.in.ends); {
		next := first + 1
		for next < len(c.in.ends) && turn(c.in.part(next)) < 0 {
			next++
		}
		c.polygon(first, next, d)
		first = next
	}
}

// polygon cuts one polygon, whose rings are first to next of what was read.
// Its interior lies on the right of every ring, seen on the screen, and so it
// does when one walks the window's edge clockwise: where a ring leaves the
// window, the outline goes on clockwise along the edge until a ring comes in
// (Weiler and Atherton, SIGGRAPH 1977, for a square).
func (c *clipper) polygon(first, next int, d *pen) {
	c.points, c.chains, c.whole = c.points[:0], c.chains[:0], c.whole[:0]
	for k := first; k < next; k++ {
		c.follow(k)
	}
	c.rings.reset()
	switch {
	case len(c.chains) > 0:
		c.link()
	case c.insideAtCorner(first, next):
		c.emit(corners[3], corners[0], corners[1], corners[2])
	default:
		// Either all of it lies inside, or nothing does.
		for _, k := range c.whole {
			d.ring(c.in.part(k))
		}
		return
	}
	c.write(d)
}

// follow finds the chains of ring k, or that it lies inside as a whole.
func (c *clipper) follow(k int) {
	ring := c.in.part(k)
	start := slices.IndexFunc(ring, func(p mesh.Point) bool { return !inWindow(p) })
	if start < 0 {
		c.whole = append(c.whole, k)
		return
	}
	open := false
	a := ring[start]
	for i := range ring {
		b := ring[(start+1+i)%len(ring)]
		inA, inB := inWindow(a), inWindow(b)
		if inA && inB {
			c.points = append(c.points, b)
			a = b
			continue
		}
		t0, t1, ok := cut(a, b)
		if ok && !inA {
			p, at := crossing(a, b, t0)
			c.chains = append(c.chains, chain{first: len(c.points), from: at})
			c.points = append(c.points, p)
			open = true
			if inB {
				c.points = append(c.points, b)
			}
		}
		if ok && open && !inB {
			p, at := crossing(a, b, t1)
			c.points = append(c.points, p)
			last := &c.chains[len(c.chains)-1]
			last.end, last.to = len(c.points), at
			open = false
		}
		a = b
	}
}

// link joins chains along the window's edge into rings.
func (c *clipper) link() {
	c.byFrom = c.byFrom[:0]
	for i := range c.chains {
		c.byFrom = append(c.byFrom, i)
	}
	slices.SortFunc(c.byFrom, func(a, b int) int {
		switch x, y := c.chains[a].from, c.chains[b].from; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return a - b
	})
	for i := range c.chains {
		if c.chains[i].used {
			continue
		}
		c.ring = c.ring[:0]
		for at := i; !c.chains[at].used; {
			now := &c.chains[at]
			now.used = true
			for _, p := range c.points[now.first:now.end] {
				c.ring = appendOther(c.ring, p)
			}
			at = c.onward(now.to)
		}
		c.emit(c.ring...)
	}
}

// onward goes clockwise along the window's edge from a place to where the next
// chain begins, and passes the corners between.
func (c *clipper) onward(from float64) int {
	k, _ := slices.BinarySearchFunc(c.byFrom, from, func(i int, from float64) int {
		if c.chains[i].from < from {
			return -1
		}
		return 1
	})
	next := c.byFrom[k%len(c.byFrom)]
	to := c.chains[next].from
	if to < from {
		to += 4 * windowSide
	}
	for side := math.Floor(from/windowSide) + 1; side*windowSide < to; side++ {
		c.ring = appendOther(c.ring, corners[(int(side)-1)%4])
	}
	return next
}

// insideAtCorner tells whether the polygon covers the window's corner, by
// counting the edges to the left of it.
func (c *clipper) insideAtCorner(first, next int) bool {
	inside := false
	// Twice the coordinates, so that the corner is whole.
	const x, y = int64(2 * cutLow), int64(2 * cutLow)
	for k := first; k < next; k++ {
		ring := c.in.part(k)
		a := ring[len(ring)-1]
		for _, b := range ring {
			ax, ay, bx, by := 2*int64(a.X), 2*int64(a.Y), 2*int64(b.X), 2*int64(b.Y)
			if (ay > y) != (by > y) {
				// The sign of the edge's side tells left from right without dividing.
				side := (bx-ax)*(y-ay) - (x-ax)*(by-ay)
				if (side > 0) == (by > ay) {
					inside = !inside
				}
			}
			a = b
		}
	}
	return inside
}

// emit takes a ring that came out. Where rounding made two of its points on the
// window's edge the same, it is divided there: a ring may not touch itself. What
// lies between the two becomes a ring of its own, as often as need be.
func (c *clipper) emit(points ...mesh.Point) {
	c.piece = c.piece[:0]
	clear(c.met)
	for _, p := range points {
		if inWindow(p) {
			c.piece = append(c.piece, p)
			continue
		}
		if at, again := c.met[p]; again {
			c.keep(c.piece[at:])
			for _, q := range c.piece[at+1:] {
				if !inWindow(q) {
					delete(c.met, q)
				}
			}
			c.piece = c.piece[:at+1]
			continue
		}
		if c.met == nil {
			c.met = map[mesh.Point]int{}
		}
		c.met[p] = len(c.piece)
		c.piece = append(c.piece, p)
	}
	c.keep(c.piece)
}

// keep takes a ring unless nothing of it is left.
func (c *clipper) keep(ring []mesh.Point) {
	if len(ring) >= 3 && turn(ring) != 0 {
		c.rings.points = append(c.rings.points, ring...)
		c.rings.ends = append(c.rings.ends, len(c.rings.points))
	}
}

// write writes the rings that came out: each outer one, then its holes, among
// them rings that lie inside the window as a whole.
func (c *clipper) write(d *pen) {
	outers := 0
	for k := range c.rings.ends {
		if turn(c.rings.part(k)) > 0 {
			outers++
		}
	}
	for k := range c.rings.ends {
		outer := c.rings.part(k)
		if turn(outer) < 0 {
			continue
		}
		d.ring(outer)
		for h := range c.rings.ends {
			if hole := c.rings.part(h); turn(hole) < 0 && (outers == 1 || holeOf(hole, outer)) {
				d.ring(hole)
			}
		}
		for _, h := range c.whole {
			if hole := c.in.part(h); outers == 1 || holeOf(hole, outer) {
				d.ring(hole)
			}
		}
	}
}

// holeOf tells whether a ring that does not cross the outer one lies inside it:
// the first of its points that is not on the outer ring decides.
func holeOf(hole, outer []mesh.Point) bool {
	for _, p := range hole {
		if slices.Contains(outer, p) {
			continue
		}
		inside := false
		a := outer[len(outer)-1]
		for _, b := range outer {
			if (a.Y > p.Y) != (b.Y > p.Y) {
				side := int64(b.X-a.X)*int64(p.Y-a.Y) - int64(p.X-a.X)*int64(b.Y-a.Y)
				if (side > 0) == (b.Y > a.Y) {
					inside = !inside
				}
			}
			a = b
		}
		return inside
	}
	return true
}
