package mesh

import (
	"cmp"
	"slices"
)

// rings makes polygons of chains.
type rings struct {
	seen   stamps
	tracer tracer
	ids    []int32 // of the rings of one shape
	ends   []int32 // where each of them ends in ids
	edges  []uint64
	list   []ring
	turned int // how many shapes were no boundaries after rounding; must stay 0

	// What results lie in; handed out, never reused.
	points   []Point
	lines    [][]Point
	polygons [][][]Point
}

// polygons puts the chains together again, shape by shape.
func (l *level) polygons() []Polygons {
	m, r := l.mesh, &l.rings
	out := make([]Polygons, len(m.shapes)-1)
	r.points = make([]Point, 0, len(l.snapper.path)*2+64)
	r.lines = make([][]Point, 0, len(m.rings)+16)
	r.polygons = make([][][]Point, 0, len(m.shapes)+16)
	for i := range out {
		if l.gather(m.shapes[i], m.shapes[i+1]) {
			out[i] = r.assemble(r.simple(l.hot))
		} else {
			out[i] = r.assemble(r.meeting(l.hot))
		}
	}
	r.points, r.lines, r.polygons = nil, nil, nil
	clear(r.list[:cap(r.list)])
	return out
}

// gather collects the rings first..last of a shape, and says whether no vertex
// is there twice.
func (l *level) gather(first, last int32) (simple bool) {
	m, r, path := l.mesh, &l.rings, l.snapper.path
	r.ids, r.ends = r.ids[:0], r.ends[:0]
	r.seen.next(len(l.hot))
	simple = true
	for ring := first; ring < last; ring++ {
		from := len(r.ids)
		for _, use := range m.uses[m.rings[ring]:m.rings[ring+1]] {
			// The last point of a chain is the first of the next one.
			if use >= 0 {
				chain := path[l.chains[use] : l.chains[use+1]-1]
				r.ids = append(r.ids, chain...)
			} else {
				chain := path[l.chains[^use]+1 : l.chains[^use+1]]
				for k := len(chain) - 1; k >= 0; k-- {
					r.ids = append(r.ids, chain[k])
				}
			}
		}
		if len(r.ids) < from+3 {
			r.ids = r.ids[:from] // nothing, or there and back
			continue
		}
		for _, v := range r.ids[from:] {
			simple = r.seen.first(v) && simple
		}
		r.ends = append(r.ends, int32(len(r.ids)))
	}
	return simple
}

// ring is one ring of a result.
type ring struct {
	points []Point
	area2  int64
	face   int32 // see loop; -1 where every ring is a boundary by itself
	box    box
}

// simple is the gathered rings as they are.
func (r *rings) simple(hot []Point) []ring {
	if len(r.ends) == 0 {
		return nil
	}
	list := r.list[:0]
	from := int32(0)
	for _, to := range r.ends {
		points := r.canonical(hot, r.ids[from:to])
		list = append(list, ring{points: points, area2: area2(points), face: -1})
		from = to
	}
	r.list = list
	return list
}

// meeting is the gathered rings after what the shape has on both sides has been
// dropped, taken apart where they meet.
func (r *rings) meeting(hot []Point) []ring {
	t := &r.tracer
	t.begin(hot)
	r.each(t.add)
	if !t.trace() || !t.plausible() {
		// Not the boundary of anything: cannot be, by the theory of snap
		// rounding. A valid polygon is still better than none.
		r.turned++
		r.edges = r.edges[:0]
		r.each(func(a, b int32) { r.edges = append(r.edges, uint64(min(a, b))<<32|uint64(max(a, b))) })
		t.begin(hot)
		orientEdges(hot, r.edges, t.add)
		t.trace()
	}
	list := r.list[:0]
	for _, l := range t.loops {
		if l.area2 != 0 {
			list = append(list, ring{points: r.canonical(hot, t.ids[l.from:l.to]), area2: l.area2, face: l.face})
		}
	}
	r.list = list
	return list
}

// each tells every edge of the gathered rings.
func (r *rings) each(tell func(a, b int32)) {
	from := int32(0)
	for _, to := range r.ends {
		last := r.ids[to-1]
		for _, v := range r.ids[from:to] {
			tell(last, v)
			last = v
		}
		from = to
	}
}

// plausible says whether no face has two exteriors.
func (t *tracer) plausible() bool {
	face := int32(-1)
	for _, l := range t.loops { // those of one face follow each other
		if l.area2 > 0 {
			if l.face == face {
				return false
			}
			face = l.face
		}
	}
	return true
}

// canonical copies a ring so that it begins at its smallest point.
func (r *rings) canonical(hot []Point, ids []int32) []Point {
	first := 0
	for i, v := range ids {
		if pack(hot[v]) < pack(hot[ids[first]]) {
			first = i
		}
	}
	if cap(r.points)-len(r.points) < len(ids) {
		r.points = make([]Point, 0, max(4096, len(ids)))
	}
	from := len(r.points)
	for _, v := range ids[first:] {
		r.points = append(r.points, hot[v])
	}
	for _, v := range ids[:first] {
		r.points = append(r.points, hot[v])
	}
	return r.points[from:len(r.points):len(r.points)]
}

// assemble gives every hole its exterior.
func (r *rings) assemble(list []ring) Polygons {
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 && list[0].area2 > 0 {
		return r.wrap(list)
	}
	slices.SortFunc(list, func(a, b ring) int { return compareRings(a.points, b.points) })
	var parts [][]ring
	for _, o := range list {
		if o.area2 <= 0 {
			continue
		}
		o.box = box{o.points[0], o.points[0]}
		for _, p := range o.points {
			o.box.low.Y = min(o.box.low.Y, p.Y)
			o.box.high.X, o.box.high.Y = max(o.box.high.X, p.X), max(o.box.high.Y, p.Y)
		}
		parts = append(parts, []ring{o})
	}
	for _, o := range list {
		if o.area2 >= 0 || len(parts) == 0 {
			continue
		}
		best := 0
		if len(parts) > 1 {
			best = around(parts, o)
		}
		if best >= 0 {
			parts[best] = append(parts[best], o)
		}
	}
	out := make(Polygons, 0, len(parts))
	for _, p := range parts {
		out = append(out, r.wrap(p)...)
	}
	return out
}

// around is the part whose exterior holds a hole most closely, or bounds the
// same inside; -1 if there is none.
func around(parts [][]ring, hole ring) int {
	best := -1
	for p := range parts {
		outside := &parts[p][0]
		if hole.face >= 0 && outside.face == hole.face {
			return p
		}
		if (best < 0 || parts[best][0].area2 > outside.area2) && outside.box.holds(hole.points[0]) && holdsEdge(outside.points, hole.points) {
			best = p
		}
	}
	return best
}

// wrap makes one polygon.
func (r *rings) wrap(list []ring) Polygons {
	if cap(r.lines)-len(r.lines) < len(list) {
		r.lines = make([][]Point, 0, max(256, len(list)))
	}
	from := len(r.lines)
	for _, o := range list {
		r.lines = append(r.lines, o.points)
	}
	if cap(r.polygons) == len(r.polygons) {
		r.polygons = make([][][]Point, 0, 256)
	}
	r.polygons = append(r.polygons, r.lines[from:len(r.lines):len(r.lines)])
	n := len(r.polygons)
	return Polygons(r.polygons[n-1 : n : n])
}

// compareRings orders rings, and arcs, by their points.
func compareRings(a, b []Point) int {
	return slices.CompareFunc(a, b, func(p, q Point) int { return cmp.Compare(pack(p), pack(q)) })
}

// holdsEdge says whether the middle of the first edge of a hole lies inside a
// ring. It cannot lie on it: rings have no edge in common and meet in vertices
// only.
func holdsEdge(ring, hole []Point) bool {
	x, y := int64(hole[0].X)+int64(hole[1].X), int64(hole[0].Y)+int64(hole[1].Y)
	inside := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		if (2*int64(a.Y) <= y) != (2*int64(b.Y) <= y) {
			side := (int64(b.X)-int64(a.X))*(y-2*int64(a.Y)) - (x-2*int64(a.X))*(int64(b.Y)-int64(a.Y))
			if (side > 0) == (b.Y > a.Y) {
				inside = !inside
			}
		}
		a = b
	}
	return inside
}
