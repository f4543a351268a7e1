package hex

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// polygon is an orb.Polygon made ready for many questions: its sides sorted
// into bands of latitude. Longitudes and latitudes are taken as a plane, as
// in GeoJSON; rings run on across the antimeridian, so that longitudes may
// lie beyond ±180.
type polygon struct {
	bound  orb.Bound
	sides  []side
	bands  []side  // the sides that meet each band, one band after another
	starts []int32 // band i is bands[starts[i]:starts[i+1]]
	scale  float64 // bands a degree
}

// side goes from its southern end to its northern one, so that it is the same
// to the polygons on both sides and a point lies in one of them only.
type side struct{ low, high orb.Point }

// newPolygon fails for coordinates that are no numbers or far off the globe.
func newPolygon(rings orb.Polygon) (*polygon, error) {
	p := &polygon{bound: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
	for i, open := range rings {
		if len(open) > 0 && open[0] == open[len(open)-1] {
			open = open[:len(open)-1]
		}
		if len(open) < 3 {
			continue
		}
		for _, at := range open {
			if !(math.Abs(at[0]) <= 1000 && math.Abs(at[1]) <= 1000) {
				return nil, fmt.Errorf("no shape has a corner at longitude %g, latitude %g", at[0], at[1])
			}
		}
		ring := make(orb.Ring, len(open), len(open)+4)
		copy(ring, open)
		if i > 0 {
			ring[0][0] = beside(ring[0][0], p.bound.Center()[0])
		}
		ring = closed(ring)
		for k, a := range ring[1:] {
			b := ring[k]
			p.bound = p.bound.Extend(b)
			if a[1] > b[1] {
				a, b = b, a
			}
			p.sides = append(p.sides, side{a, b})
		}
	}
	p.sort()
	return p, nil
}

// sort puts the sides into bands, on average about two bands a side.
func (p *polygon) sort() {
	count := min(2*len(p.sides)+1, 1<<16)
	p.scale = float64(count) / max(p.bound.Max[1]-p.bound.Min[1], 1e-12)
	p.starts = make([]int32, count+1)
	for _, s := range p.sides {
		for i := p.band(s.low[1]); i <= p.band(s.high[1]); i++ {
			p.starts[i]++
		}
	}
	total := int32(0)
	for i, n := range p.starts {
		total += n
		p.starts[i] = total
	}
	p.bands = make([]side, total)
	for _, s := range p.sides {
		for i := p.band(s.low[1]); i <= p.band(s.high[1]); i++ {
			p.starts[i]--
			p.bands[p.starts[i]] = s
		}
	}
}

func (p *polygon) band(latitude float64) int {
	return min(max(int((latitude-p.bound.Min[1])*p.scale), 0), len(p.starts)-2)
}

// contains tells whether a point lies in the polygon: whether an odd number
// of sides lies to its east. Of a side, the southern end belongs to it and
// the northern one does not.
func (p *polygon) contains(at orb.Point) bool {
	if !(at[0] >= p.bound.Min[0] && at[0] <= p.bound.Max[0] && at[1] >= p.bound.Min[1] && at[1] <= p.bound.Max[1]) {
		return false
	}
	i := p.band(at[1])
	in := false
	for _, s := range p.bands[p.starts[i]:p.starts[i+1]] {
		if s.low[1] <= at[1] && at[1] < s.high[1] &&
			at[0] < s.low[0]+(at[1]-s.low[1])*(s.high[0]-s.low[0])/(s.high[1]-s.low[1]) {
			in = !in
		}
	}
	return in
}

// containsTurned is contains for a point of longitude -180 to 180 and a polygon
// that may lie a whole turn away.
func (p *polygon) containsTurned(at orb.Point) bool {
	if p.bound.Min[0] >= -180 && p.bound.Max[0] <= 180 {
		return p.contains(at)
	}
	return p.contains(at) || p.contains(orb.Point{at[0] - 360, at[1]}) || p.contains(orb.Point{at[0] + 360, at[1]})
}

// meets tells whether any part of a side lies in a box.
func (s side) meets(b orb.Bound) bool {
	if s.low[1] > b.Max[1] || s.high[1] < b.Min[1] {
		return false
	}
	if west, east := min(s.low[0], s.high[0]), max(s.low[0], s.high[0]); west > b.Max[0] || east < b.Min[0] {
		return false
	}
	if b.Contains(s.low) || b.Contains(s.high) {
		return true
	}
	// The box lies wholly on one hand of the line, or the line goes through.
	dx, dy := s.high[0]-s.low[0], s.high[1]-s.low[1]
	x, y := b.Min[1]-s.low[1], b.Max[1]-s.low[1] // along the latitudes
	u, v := b.Min[0]-s.low[0], b.Max[0]-s.low[0] // along the longitudes
	one := dx*x - dy*u
	return !(same(one, dx*x-dy*v) && same(one, dx*y-dy*u) && same(one, dx*y-dy*v))
}

func same(a, b float64) bool { return a > 0 && b > 0 || a < 0 && b < 0 }

// verdict is how a box lies to a polygon.
type verdict int

const (
	outside verdict = iota
	inside
	mixed
)

// judge tells how everything in a box, and in the same box whole turns away,
// lies to the polygon, and which of the sides given lie in the box; these must
// include all that do. It may put them on top of a stack, which it returns.
func (p *polygon) judge(box orb.Bound, sides, stack []side) (v verdict, in, top []side) {
	if box.Max[1] < p.bound.Min[1] || box.Min[1] > p.bound.Max[1] {
		return outside, nil, stack
	}
	seen, at := 0, box
	for _, turn := range [3]float64{0, -360, 360} {
		if west, east := box.Min[0]+turn, box.Max[0]+turn; west <= p.bound.Max[0] && east >= p.bound.Min[0] {
			at.Min[0], at.Max[0] = west, east
			seen++
		}
	}
	switch {
	case seen == 0:
		return outside, nil, stack
	case seen > 1, at.Contains(p.bound.Min) && at.Contains(p.bound.Max):
		return mixed, sides, stack // around the back of the earth, or all of it
	}
	top = stack
	for i := range sides {
		if sides[i].meets(at) {
			top = append(top, sides[i])
		}
	}
	switch {
	case len(top) > len(stack):
		return mixed, top[len(stack):], top
	case p.contains(at.Center()):
		return inside, nil, top
	}
	return outside, nil, top
}

// takes tells whether a cell belongs to the polygon, given the cell's middle
// and the sides that meet its box.
func (p *polygon) takes(c Cell, centre orb.Point, mode Containment, sides []side) (bool, error) {
	if mode != Centre {
		ring, err := c.Boundary()
		if err != nil {
			return false, err
		}
		for _, turn := range [3]float64{0, -360, 360} {
			for _, s := range sides {
				s.low[0] += turn
				s.high[0] += turn
				if cuts(ring, s) {
					return mode == Touching, nil
				}
			}
		}
	}
	return p.containsTurned(centre), nil
}

// cuts tells whether any part of a side lies in a ring.
func cuts(ring orb.Ring, s side) bool {
	in := false
	for i, b := range ring[1:] {
		a := ring[i]
		if (a[1] > s.low[1]) != (b[1] > s.low[1]) && s.low[0] < a[0]+(s.low[1]-a[1])*(b[0]-a[0])/(b[1]-a[1]) {
			in = !in
		}
		if cross(s.low, s.high, a)*cross(s.low, s.high, b) <= 0 && cross(a, b, s.low)*cross(a, b, s.high) <= 0 {
			return true
		}
	}
	return in
}

// cross is positive where c lies to the left of the way from a to b.
func cross(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}
