package mesh

// builder turns shapes into rings of vertices and then of arcs.
type builder struct {
	points []Point // the vertices, each once
	lookup []int32 // hash table of vertices by point: vertex + 1, or 0
	edges  edges

	ids    []int32 // the vertices of all rings, one ring after the other
	rings  []int32 // where each ring begins in ids, and the end of the last
	shapes []int32 // where each shape begins in rings, and the end of the last
	seen   stamps
}

func newBuilder(shapes []Shape) *builder {
	count, ringCount := 0, 0
	for _, s := range shapes {
		ringCount += len(s)
		for _, r := range s {
			count += len(r)
		}
	}
	b := &builder{
		points: make([]Point, 0, count/2+16),
		ids:    make([]int32, 0, count),
		rings:  make([]int32, 1, ringCount+1),
		shapes: make([]int32, 1, len(shapes)+1),
	}
	b.lookup = make([]int32, tableSize(count/2+16))
	for _, s := range shapes {
		for _, r := range s {
			from := len(b.ids)
			for _, p := range r {
				b.follow(from, b.vertex(p))
			}
			b.closeRing(from)
		}
		b.shapes = append(b.shapes, int32(len(b.rings)-1))
	}
	b.connect()
	return b
}

// follow appends a vertex to the ring that begins at from, unless it repeats.
func (b *builder) follow(from int, v int32) {
	if n := len(b.ids); n == from || b.ids[n-1] != v {
		b.ids = append(b.ids, v)
	}
}

// closeRing ends the ring that begins at from, and drops it if nothing is in it.
func (b *builder) closeRing(from int) {
	n := len(b.ids)
	if n > from+1 && b.ids[n-1] == b.ids[from] {
		n--
	}
	if n < from+3 {
		b.ids = b.ids[:from]
		return
	}
	b.ids = b.ids[:n]
	b.rings = append(b.rings, int32(n))
}

// vertex is the number of the vertex at a point, made on first sight.
func (b *builder) vertex(p Point) int32 {
	mask := uint32(len(b.lookup) - 1)
	for at := hash(p) & mask; ; at = (at + 1) & mask {
		v := b.lookup[at]
		if v == 0 {
			v = int32(len(b.points))
			b.points = append(b.points, p)
			b.lookup[at] = v + 1
			if 2*len(b.points) > len(b.lookup) {
				b.lookup = rehash(b.points, 2*len(b.lookup))
			}
			return v
		}
		if b.points[v-1] == p {
			return v - 1
		}
	}
}

func rehash(points []Point, size int) []int32 {
	lookup := make([]int32, size)
	mask := uint32(size - 1)
	for v, p := range points {
		at := hash(p) & mask
		for lookup[at] != 0 {
			at = (at + 1) & mask
		}
		lookup[at] = int32(v) + 1
	}
	return lookup
}

// tableSize is a power of two with room for n entries.
func tableSize(n int) int {
	size := 64
	for size < 2*n {
		size *= 2
	}
	return size
}

func hash(p Point) uint32 {
	h := (uint64(uint32(p.X)) | uint64(uint32(p.Y))<<32) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	return uint32(h * 0xbf58476d1ce4e5b9 >> 32)
}

// edges are the undirected edges of the rings, each once, and where they meet.
type edges struct {
	head []int32 // of every vertex: 1 + an edge whose lower vertex it is, or 0
	list []edge
	ends []int32 // of every vertex: how many edges end there
}

type edge struct{ a, b, next int32 } // a < b; next as in head

// add gives the number of the edge between two vertices, made on first sight.
func (e *edges) add(a, b int32) int32 {
	if a > b {
		a, b = b, a
	}
	for at := e.head[a]; at != 0; at = e.list[at-1].next {
		if e.list[at-1].b == b {
			return at - 1
		}
	}
	e.list = append(e.list, edge{a, b, e.head[a]})
	e.head[a] = int32(len(e.list))
	e.ends[a]++
	e.ends[b]++
	return int32(len(e.list)) - 1
}

// connect collects the edges of the rings anew.
func (b *builder) connect() {
	b.edges.head = make([]int32, len(b.points))
	b.edges.ends = make([]int32, len(b.points))
	if b.edges.list == nil {
		b.edges.list = make([]edge, 0, len(b.ids)*5/8+16)
	}
	b.edges.list = b.edges.list[:0]
	for r := range len(b.rings) - 1 {
		ring := b.ids[b.rings[r]:b.rings[r+1]]
		last := ring[len(ring)-1]
		for _, v := range ring {
			b.edges.add(last, v)
			last = v
		}
	}
}

// stamps marks vertices of the shape at hand.
type stamps struct {
	mark  []int32
	round int32
}

// next forgets all marks and makes room for n vertices.
func (s *stamps) next(n int) {
	if len(s.mark) < n || s.round == 1<<31-1 {
		s.mark, s.round = make([]int32, n), 0
	}
	s.round++
}

// first marks a vertex and says whether it had none.
func (s *stamps) first(v int32) bool {
	if s.mark[v] == s.round {
		return false
	}
	s.mark[v] = s.round
	return true
}
