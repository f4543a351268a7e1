package mesh

import "math/bits"

// node makes every place where edges cross or nearly touch a vertex of both,
// so that edges meet in vertices only. Clean coverages pass unchanged.
func (b *builder) node() {
	// Once is enough by the theory of snap rounding; the rest is caution.
	for range 4 {
		var t index
		t.build(b.points)
		touched, crossings := b.meetings(&t)
		if !touched && len(crossings) == 0 {
			return
		}
		before := len(b.points)
		for _, p := range crossings {
			b.vertex(p)
		}
		if len(b.points) > before {
			t.build(b.points)
		}
		b.split(&t)
		b.connect()
	}
}

// meetings says whether any vertex lies within half a unit of an edge that it
// does not end, and where edges cross.
func (b *builder) meetings(t *index) (touched bool, crossings []Point) {
	// The edges of every cell of the index, by counting.
	var cells []int32
	list := b.edges.list
	count := make([]int32, len(t.start)+1)
	all := make([]int32, 0, 2*len(list))
	reach := make([]int32, 0, len(list)+1)
	for _, e := range list {
		near := boxOf(b.points[e.a], b.points[e.b])
		near.low.X, near.low.Y, near.high.X, near.high.Y = near.low.X-1, near.low.Y-1, near.high.X+1, near.high.Y+1
		cells = t.cells(0, near, cells[:0])
		reach = append(reach, int32(len(all)))
		all = append(all, cells...)
		for _, c := range cells {
			count[c+1]++
		}
	}
	reach = append(reach, int32(len(all)))
	for c := range len(count) - 1 {
		count[c+1] += count[c]
	}
	byCell := make([]int32, len(all))
	for e := range list {
		for _, c := range all[reach[e]:reach[e+1]] {
			byCell[count[c]] = int32(e)
			count[c]++
		}
	}
	type segment struct {
		box
		a, b Point
	}
	var here []segment
	from := int32(0)
	for c := range t.start {
		to := count[c]
		if to == from {
			continue
		}
		here = here[:0]
		for _, e := range byCell[from:to] {
			p, q := b.points[list[e].a], b.points[list[e].b]
			here = append(here, segment{boxOf(p, q), p, q})
		}
		from = to
		for i := range here {
			s := &here[i]
			if !touched {
				for slot := t.start[c]; slot < t.start[c+1]; slot++ {
					p := t.points[slot]
					if p.X >= s.low.X && p.X <= s.high.X && p.Y >= s.low.Y && p.Y <= s.high.Y && p != s.a && p != s.b && throughUnit(s.a, s.b, p) {
						touched = true
					}
				}
			}
			for j := range i {
				o := &here[j]
				if s.low.X <= o.high.X && s.high.X >= o.low.X && s.low.Y <= o.high.Y && s.high.Y >= o.low.Y {
					if p, ok := crossing(s.a, s.b, o.a, o.b); ok {
						crossings = append(crossings, p)
					}
				}
			}
		}
	}
	return touched, crossings
}

// split leads every edge through the vertices that it meets, and writes the
// rings anew.
func (b *builder) split(t *index) {
	var s snapper
	var slots []int32
	var near []hot
	at := make([]int32, len(b.edges.list)+1)
	for e, edge := range b.edges.list {
		p, q := b.points[edge.a], b.points[edge.b]
		slots = t.within(boxOf(p, q), slots[:0])
		near = near[:0]
		for _, slot := range slots {
			near = append(near, hot{t.points[slot], t.ids[slot]})
		}
		s.refine(hot{p, edge.a}, hot{q, edge.b}, near)
		at[e+1] = int32(len(s.path))
	}
	ids, rings, shapes := b.ids, b.rings, b.shapes
	b.ids, b.rings, b.shapes = make([]int32, 0, len(ids)+len(ids)/8), make([]int32, 1, len(rings)), make([]int32, 1, len(shapes))
	for i := range len(shapes) - 1 {
		for r := shapes[i]; r < shapes[i+1]; r++ {
			ring := ids[rings[r]:rings[r+1]]
			from := len(b.ids)
			last := ring[len(ring)-1]
			for _, v := range ring {
				e := b.edges.add(last, v)
				path := s.path[at[e]:at[e+1]]
				if b.edges.list[e].b == v {
					for _, w := range path {
						b.follow(from, w)
					}
				} else {
					for k := len(path) - 2; k >= 0; k-- {
						b.follow(from, path[k])
					}
					b.follow(from, v)
				}
				last = v
			}
			b.closeRing(from)
		}
		b.shapes = append(b.shapes, int32(len(b.rings)-1))
	}
}

// crossing is the point in whose square two segments cross in their interiors.
func crossing(a, b, c, d Point) (Point, bool) {
	ca, cb := cross(c, d, a), cross(c, d, b)
	if ca == 0 || cb == 0 || (ca < 0) == (cb < 0) {
		return Point{}, false
	}
	ac, ad := cross(a, b, c), cross(a, b, d)
	if ac == 0 || ad == 0 || (ac < 0) == (ad < 0) {
		return Point{}, false
	}
	part, whole := magnitude(ca), magnitude(ca)+magnitude(cb)
	return Point{between(a.X, b.X, part, whole), between(a.Y, b.Y, part, whole)}, true
}

func magnitude(v int64) uint64 {
	if v < 0 {
		v = -v
	}
	return uint64(v)
}

// between is a + (b-a)*part/whole, exactly rounded, halves up. part < whole.
func between(a, b int32, part, whole uint64) int32 {
	span := int64(b) - int64(a)
	hi, lo := bits.Mul64(magnitude(span), part)
	if hi >= whole {
		return b // products of shapes wider than 2^31 may wrap around
	}
	steps, rest := bits.Div64(hi, lo, whole)
	if span >= 0 {
		if rest >= whole-rest {
			steps++
		}
		return int32(int64(a) + int64(steps))
	}
	if rest > whole-rest {
		steps++
	}
	return int32(int64(a) - int64(steps))
}
