package mesh

// tracer finds the rings of a shape from its directed edges. Vertices are
// numbers below the length of points.
type tracer struct {
	points []Point
	known  stamps
	out    []int32 // of every known vertex: 1 + an edge that leaves it, or 0
	at     []int32 // of every vertex on the way: its place there + 1, or 0
	edges  []dart
	way    []int32

	loops []loop  // the result
	ids   []int32 // the vertices of all loops
}

// dart is a directed edge; next is the next one that leaves the same vertex, as
// in tracer.out.
type dart struct {
	from, to, next int32
	state          uint8
}

const (
	open   = iota // to be traced
	gone          // cancelled by its opposite
	traced        // part of a loop
)

// loop is a ring without repeated vertices.
type loop struct {
	from, to int32 // in tracer.ids
	area2    int64
	face     int32 // loops of equal face were one walk along one connected inside
}

// begin forgets everything.
func (t *tracer) begin(points []Point) {
	t.points = points
	if len(t.out) < len(points) {
		t.out, t.at = make([]int32, len(points)), make([]int32, len(points))
	}
	t.known.next(len(points))
	t.edges, t.loops, t.ids = t.edges[:0], t.loops[:0], t.ids[:0]
}

// add gives an edge, which cancels an opposite one.
func (t *tracer) add(a, b int32) {
	if t.known.first(a) {
		t.out[a] = 0
	}
	if t.known.first(b) {
		t.out[b] = 0
	}
	for e := t.out[b]; e != 0; e = t.edges[e-1].next {
		if d := &t.edges[e-1]; d.to == a && d.state == open {
			d.state = gone
			return
		}
	}
	t.edges = append(t.edges, dart{a, b, t.out[a], open})
	t.out[a] = int32(len(t.edges))
}

// trace walks along the inside, which lies where cross products are positive,
// and cuts every walk into loops where it meets itself. ok is false where the
// edges are no boundary: one is left twice, or a walk has no end.
func (t *tracer) trace() (ok bool) {
	face := int32(0)
	for e := range t.edges {
		d := &t.edges[e]
		if d.state == gone {
			continue
		}
		for o := d.next; o != 0; o = t.edges[o-1].next {
			if t.edges[o-1].to == d.to && t.edges[o-1].state != gone {
				return false
			}
		}
		if d.state == traced {
			continue
		}
		if !t.walk(int32(e), face) {
			return false
		}
		face++
	}
	return true
}

func (t *tracer) walk(first, face int32) bool {
	t.way = t.way[:0]
	ok := true
	e := first
	for {
		d := &t.edges[e]
		d.state = traced
		t.step(d.from, face)
		if e = t.turn(d); e < 0 || t.edges[e].state == traced {
			ok = e == first
			break
		}
	}
	if ok {
		t.step(t.edges[first].from, face)
	}
	for _, v := range t.way {
		t.at[v] = 0
	}
	return ok
}

// step goes on to a vertex, and cuts off the loop that this closes.
func (t *tracer) step(v, face int32) {
	if t.at[v] == 0 {
		t.way = append(t.way, v)
		t.at[v] = int32(len(t.way))
		return
	}
	begin := t.at[v] - 1
	from := int32(len(t.ids))
	var sum int64
	a := t.points[v]
	for i := int(begin); i < len(t.way); i++ {
		w := t.way[i]
		t.ids = append(t.ids, w)
		if w != v {
			t.at[w] = 0
		}
		if i > int(begin)+1 {
			sum += cross(a, t.points[t.way[i-1]], t.points[w])
		}
	}
	t.way = t.way[:begin+1]
	t.loops = append(t.loops, loop{from, int32(len(t.ids)), sum, face})
}

// turn is the edge by which the boundary goes on after d: the first one from
// the way back through the inside. It is the edge that the walk began with once
// that is next, and -1 if there is none.
func (t *tracer) turn(d *dart) int32 {
	v, back := t.points[d.to], t.points[d.from]
	best := int32(-1)
	for e := t.out[d.to]; e != 0; e = t.edges[e-1].next {
		o := &t.edges[e-1]
		if o.state == gone {
			continue
		}
		if best < 0 || sooner(v, back, t.points[o.to], t.points[t.edges[best].to]) {
			best = e - 1
		}
	}
	return best
}

// sooner says whether, turning at v from the direction of back towards falling
// cross products, one meets p before q. back itself comes last.
func sooner(v, back, p, q Point) bool {
	hp, hq := half(v, back, p), half(v, back, q)
	if hp != hq {
		return hp < hq
	}
	return cross(v, p, q) < 0
}

// half tells in which half turn from back p lies: 0 for falling cross
// products, 1 for straight on, 2 for the others and 3 for back itself.
func half(v, back, p Point) int {
	switch c := cross(v, back, p); {
	case c < 0:
		return 0
	case c > 0:
		return 2
	}
	if (int64(p.X)-int64(v.X))*(int64(back.X)-int64(v.X))+(int64(p.Y)-int64(v.Y))*(int64(back.Y)-int64(v.Y)) > 0 {
		return 3
	}
	return 1
}
