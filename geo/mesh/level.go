package mesh

import "math"

// level is the work on one grid.
type level struct {
	mesh  *Mesh
	shift uint

	hot    []Point // the grid points that are used
	nodes  []int32 // of every node of the mesh, its place in hot
	lookup []int32 // hash table of hot by point: place + 1, or 0
	index  index
	kept   []int32 // the points that are left, as places in mesh.points
	ids    []int32 // of each of them, its place in hot
	arcs   []int32 // where each arc begins in kept, and the end of the last

	snapper snapper
	chains  []int32 // where each arc begins in snapper.path, and the end of the last
	slots   []int32
	near    []hot

	rings rings
}

// Level generalises the whole mesh: borders lose what lies within the tolerance
// (in units of the grid), and the rest is rounded to the grid of world
// coordinates without their last shift bits, halves up. Result i belongs to
// shape i; it is empty where nothing was left.
//
// Neighbours have their common border bit for bit: every edge that two shapes
// share is in the one as it is in the other, reversed. Where shapes do not
// overlap and leave no gaps, neither do their results. Every vertex keeps half a
// unit, along one axis or both, from every edge that does not end in it, of
// whatever shape; so an edge that is cut at a whole coordinate may have the cut
// rounded, halves up, and still touches no vertex that it did not end in.
func (m *Mesh) Level(shift uint, tolerance float64) []Polygons {
	l, _ := m.scratch.Get().(*level)
	if l == nil {
		l = &level{mesh: m}
	}
	defer m.scratch.Put(l)
	return l.run(shift, tolerance)
}

func (l *level) run(shift uint, tolerance float64) []Polygons {
	l.shift = min(shift, 31)
	if !(tolerance > 0) {
		tolerance = 0
	}
	l.round(math.Ldexp(tolerance, int(l.shift)))
	l.lead()
	return l.polygons()
}

// GridPoint is where Level and Line put a point in the world.
func GridPoint(p Point, shift uint) Point {
	if shift == 0 {
		return p
	}
	half := int64(1) << (shift - 1)
	return Point{int32((int64(p.X) + half) >> shift), int32((int64(p.Y) + half) >> shift)}
}

// round finds the points that are left above a tolerance in world units, and
// where they lie on the grid.
func (l *level) round(limit float64) {
	m := l.mesh
	l.kept, l.ids, l.arcs, l.hot = l.kept[:0], l.ids[:0], append(l.arcs[:0], 0), l.hot[:0]
	if l.lookup == nil {
		l.lookup = make([]int32, 1024)
	}
	clear(l.lookup)
	l.nodes = l.nodes[:0]
	for _, p := range m.nodes {
		l.nodes = append(l.nodes, l.place(GridPoint(p, l.shift)))
	}
	for a := range len(m.arcs) - 1 {
		first, last := m.arcs[a], m.arcs[a+1]-1
		l.kept, l.ids = append(l.kept, first), append(l.ids, l.nodes[m.ends[2*a]])
		for i := first + 1; i < last; i++ {
			if m.keep[i] >= limit {
				l.kept = append(l.kept, i)
				l.ids = append(l.ids, l.place(GridPoint(m.points[i], l.shift)))
			}
		}
		l.kept, l.ids = append(l.kept, last), append(l.ids, l.nodes[m.ends[2*a+1]])
		l.arcs = append(l.arcs, int32(len(l.kept)))
	}
	l.index.build(l.hot)
}

// place is the number of a hot point, made on first sight.
func (l *level) place(p Point) int32 {
	if n := len(l.hot); n > 0 && l.hot[n-1] == p {
		return int32(n - 1)
	}
	mask := uint32(len(l.lookup) - 1)
	for at := hash(p) & mask; ; at = (at + 1) & mask {
		v := l.lookup[at]
		if v == 0 {
			l.hot = append(l.hot, p)
			l.lookup[at] = int32(len(l.hot))
			if 2*len(l.hot) > len(l.lookup) {
				l.lookup = rehash(l.hot, 2*len(l.lookup))
			}
			return int32(len(l.hot)) - 1
		}
		if l.hot[v-1] == p {
			return v - 1
		}
	}
}

// lead makes the chain of every arc: hot points, none twice in a row.
func (l *level) lead() {
	s := &l.snapper
	s.path, l.chains = s.path[:0], append(l.chains[:0], 0)
	for a := range len(l.arcs) - 1 {
		from, to := l.arcs[a], l.arcs[a+1]
		s.path = append(s.path, l.ids[from])
		for i := from + 1; i < to; i++ {
			l.segment(i)
		}
		l.chains = append(l.chains, int32(len(s.path)))
	}
}

// segment leads what remains of a border from kept point i-1 to i.
func (l *level) segment(i int32) {
	a, b := hot{l.hot[l.ids[i-1]], l.ids[i-1]}, hot{l.hot[l.ids[i]], l.ids[i]}
	if a.id == b.id {
		return // all within one square
	}
	if paces(a.Point, b.Point) == 1 {
		l.snapper.path = append(l.snapper.path, b.id) // two squares are convex together
		return
	}
	l.slots = l.index.within(boxOf(a.Point, b.Point), l.slots[:0])
	if len(l.slots) <= 2 { // a and b
		l.snapper.path = append(l.snapper.path, b.id)
		return
	}
	l.near = l.near[:0]
	for _, slot := range l.slots {
		if id := l.index.ids[slot]; id != a.id && id != b.id {
			l.near = append(l.near, hot{l.index.points[slot], id})
		}
	}
	l.snapper.lead(l.mesh.points[l.kept[i-1]], l.mesh.points[l.kept[i]], l.shift, a, b, l.near)
}
