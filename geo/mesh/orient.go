package mesh

import "slices"

// orient turns every ring so that the inside of its shape lies where cross
// products are positive, and takes shapes apart whose rings meet themselves or
// each other.
func (b *builder) orient() {
	type rest struct {
		shape int32
		rings [][]int32
	}
	var traced []rest
	var t tracer
	for i := range int32(len(b.shapes) - 1) {
		rings := b.rings[b.shapes[i] : b.shapes[i+1]+1]
		b.seen.next(len(b.points))
		simple := true
		for _, v := range b.ids[rings[0]:rings[len(rings)-1]] {
			simple = b.seen.first(v) && simple
		}
		switch {
		case !simple:
			traced = append(traced, rest{i, b.oddEven(&t, rings)})
		case len(rings) == 2:
			if ring := b.ids[rings[0]:rings[1]]; b.area2(ring) < 0 {
				slices.Reverse(ring)
			}
		default:
			b.orientNested(rings)
		}
	}
	if len(traced) == 0 {
		return
	}
	ids, rings, shapes := b.ids, b.rings, b.shapes
	b.ids, b.rings, b.shapes = make([]int32, 0, len(ids)), make([]int32, 1, len(rings)), make([]int32, 1, len(shapes))
	for i := range int32(len(shapes) - 1) {
		if len(traced) > 0 && traced[0].shape == i {
			for _, ring := range traced[0].rings {
				b.ids = append(b.ids, ring...)
				b.rings = append(b.rings, int32(len(b.ids)))
			}
			traced = traced[1:]
		} else {
			for r := shapes[i]; r < shapes[i+1]; r++ {
				b.ids = append(b.ids, ids[rings[r]:rings[r+1]]...)
				b.rings = append(b.rings, int32(len(b.ids)))
			}
		}
		b.shapes = append(b.shapes, int32(len(b.rings)-1))
	}
	b.connect()
}

func (b *builder) area2(ring []int32) int64 {
	var sum int64
	for i := 2; i < len(ring); i++ {
		sum += cross(b.points[ring[0]], b.points[ring[i-1]], b.points[ring[i]])
	}
	return sum
}

// orientNested orients rings that meet nowhere: positive where an even number
// of others lies around it.
func (b *builder) orientNested(rings []int32) {
	boxes := make([]box, len(rings)-1)
	for r := range boxes {
		for k, v := range b.ids[rings[r]:rings[r+1]] {
			p := b.points[v]
			if k == 0 {
				boxes[r] = box{p, p}
			}
			o := &boxes[r]
			o.low.X, o.low.Y = min(o.low.X, p.X), min(o.low.Y, p.Y)
			o.high.X, o.high.Y = max(o.high.X, p.X), max(o.high.Y, p.Y)
		}
	}
	for r := range boxes {
		ring := b.ids[rings[r]:rings[r+1]]
		p := b.points[ring[0]]
		positive := true
		for o := range boxes {
			if o != r && boxes[o].holds(p) && b.encloses(b.ids[rings[o]:rings[o+1]], p) {
				positive = !positive
			}
		}
		if (b.area2(ring) > 0) != positive {
			slices.Reverse(ring)
		}
	}
}

// encloses says whether a point that is not on a ring lies inside it.
func (b *builder) encloses(ring []int32, p Point) bool {
	inside := false
	last := b.points[ring[len(ring)-1]]
	for _, v := range ring {
		q := b.points[v]
		if (last.Y <= p.Y) != (q.Y <= p.Y) && (cross(last, q, p) > 0) == (q.Y > last.Y) {
			inside = !inside
		}
		last = q
	}
	return inside
}

// oddEven gives the oriented rings of a shape whose rings may have edges and
// vertices in common, but meet in vertices only.
func (b *builder) oddEven(t *tracer, rings []int32) [][]int32 {
	var edges []uint64 // lower and higher vertex
	for r := range len(rings) - 1 {
		ring := b.ids[rings[r]:rings[r+1]]
		last := ring[len(ring)-1]
		for _, v := range ring {
			edges = append(edges, uint64(min(last, v))<<32|uint64(max(last, v)))
			last = v
		}
	}
	t.begin(b.points)
	orientEdges(b.points, edges, t.add)
	t.trace()
	var out [][]int32
	for _, l := range t.loops {
		out = append(out, slices.Clone(t.ids[l.from:l.to]))
	}
	return out
}

// orientEdges tells every edge that is there an odd number of times, directed
// so that its odd side is where cross products are positive. The edges meet in
// vertices only; an even number of them in each.
func orientEdges(points []Point, edges []uint64, tell func(from, to int32)) {
	slices.Sort(edges)
	odd := edges[:0]
	for i := 0; i < len(edges); {
		j := i + 1
		for j < len(edges) && edges[j] == edges[i] {
			j++
		}
		if (j-i)%2 == 1 {
			odd = append(odd, edges[i])
		}
		i = j
	}
	// Both directions of every edge, by where they begin.
	darts := make([]uint64, 0, 2*len(odd))
	for _, e := range odd {
		darts = append(darts, e, e<<32|e>>32)
	}
	slices.Sort(darts)
	walked := make([]bool, len(darts))
	var walk []int
	for first := range darts {
		if walked[first] {
			continue
		}
		// Walk along one face, which lies on the side of positive products.
		walk = walk[:0]
		for at := first; !walked[at]; {
			walked[at] = true
			walk = append(walk, at)
			v, back := points[uint32(darts[at])], points[darts[at]>>32]
			next, _ := slices.BinarySearch(darts, darts[at]<<32)
			best := next
			for next++; next < len(darts) && darts[next]>>32 == darts[at]&(1<<32-1); next++ {
				if sooner(v, back, points[uint32(darts[next])], points[uint32(darts[best])]) {
					best = next
				}
			}
			at = best
		}
		for _, at := range walk {
			p, q := points[darts[at]>>32], points[uint32(darts[at])]
			if p.Y == q.Y {
				continue // its neighbours along the ray would be hard to count
			}
			if besideOdd(points, odd, p, q) {
				for _, at := range walk {
					tell(int32(darts[at]>>32), int32(uint32(darts[at])))
				}
			}
			break
		}
	}
}

// besideOdd says whether the side of positive products of p–q, one of the edges
// and not level, is enclosed an odd number of times: whether a level ray from
// its middle into that side crosses an odd number of other edges.
func besideOdd(points []Point, edges []uint64, p, q Point) bool {
	x, y := int64(p.X)+int64(q.X), int64(p.Y)+int64(q.Y)
	odd := false
	for _, e := range edges {
		a, c := points[e>>32], points[uint32(e)]
		if a.Y > c.Y {
			a, c = c, a
		}
		if 2*int64(a.Y) > y || 2*int64(c.Y) <= y {
			continue
		}
		side := (int64(c.X)-int64(a.X))*(y-2*int64(a.Y)) - (x-2*int64(a.X))*(int64(c.Y)-int64(a.Y))
		if q.Y > p.Y && side < 0 || q.Y < p.Y && side > 0 {
			odd = !odd
		}
	}
	return odd
}
