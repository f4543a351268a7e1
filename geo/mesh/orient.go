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

// orientNested orients rings that meet nowhere.
func (b *builder) orientNested(rings []int32) {
	edges := b.edgesOf(rings)
	around := newBands(b.points, edges)
	for r := range len(rings) - 1 {
		ring := b.ids[rings[r]:rings[r+1]]
		last := ring[len(ring)-1]
		for _, v := range ring {
			if p, q := b.points[last], b.points[v]; p.Y != q.Y {
				if !around.oddBeside(p, q) {
					slices.Reverse(ring)
				}
				break
			}
			last = v
		}
	}
}

// edgesOf lists the edges of rings as lower and higher vertex.
func (b *builder) edgesOf(rings []int32) []uint64 {
	edges := make([]uint64, 0, rings[len(rings)-1]-rings[0])
	for r := range len(rings) - 1 {
		ring := b.ids[rings[r]:rings[r+1]]
		last := ring[len(ring)-1]
		for _, v := range ring {
			edges = append(edges, uint64(min(last, v))<<32|uint64(max(last, v)))
			last = v
		}
	}
	return edges
}

// oddEven gives the oriented rings of a shape whose rings may have edges and
// vertices in common, but meet in vertices only.
func (b *builder) oddEven(t *tracer, rings []int32) [][]int32 {
	t.begin(b.points)
	orientEdges(b.points, b.edgesOf(rings), t.add)
	t.trace()
	var out [][]int32
	for _, l := range t.loops {
		out = append(out, slices.Clone(t.ids[l.from:l.to]))
	}
	return out
}
