package mesh

import "slices"

// cut makes arcs of the rings. An arc runs between two junctions, which are
// vertices where other than two edges meet, or around from its smallest vertex
// where there is none. What is on either side never changes along an arc.
func (b *builder) cut() *Mesh {
	c := cutter{builder: b, arcOf: make([]int32, len(b.edges.list)), nodeOf: make([]int32, len(b.points))}
	m := &c.mesh
	m.points = make([]Point, 0, len(b.edges.list)*5/4)
	m.arcs = append(make([]int32, 0, len(b.ids)/4), 0)
	m.rings = append(make([]int32, 0, len(b.rings)), 0)
	m.shapes = b.shapes
	for r := range len(b.rings) - 1 {
		c.ring(b.ids[b.rings[r]:b.rings[r+1]])
		m.rings = append(m.rings, int32(len(m.uses)))
	}
	return m
}

type cutter struct {
	*builder
	mesh   Mesh
	arcOf  []int32 // of an edge that begins or ends an arc: the arc + 1, or 0
	first  []int32 // of every arc: the edge with which it begins
	nodeOf []int32 // of every vertex: the node + 1, or 0
	whole  []int32 // scratch
}

// ring cuts one ring.
func (c *cutter) ring(ids []int32) {
	begin := slices.IndexFunc(ids, func(v int32) bool { return c.edges.ends[v] != 2 })
	if begin < 0 {
		begin = 0
		for i, v := range ids {
			if pack(c.points[v]) < pack(c.points[ids[begin]]) {
				begin = i
			}
		}
	}
	c.whole = append(append(append(c.whole[:0], ids[begin:]...), ids[:begin]...), ids[begin])
	from := 0
	for i := 1; i < len(c.whole); i++ {
		if i == len(c.whole)-1 || c.edges.ends[c.whole[i]] != 2 {
			c.mesh.uses = append(c.mesh.uses, c.arc(c.whole[from:i+1]))
			from = i
		}
	}
}

// arc gives the arc that runs along the vertices, made on first sight, ^arc if
// it runs the other way. Arcs run from the smaller end, or around by the smaller
// neighbour.
func (c *cutter) arc(ids []int32) int32 {
	m := &c.mesh
	n := len(ids)
	first := c.edges.add(ids[0], ids[1])
	start := c.points[ids[0]]
	if known := c.arcOf[first] - 1; known >= 0 {
		if c.first[known] == first && m.points[m.arcs[known]] == start {
			return known
		}
		return ^known
	}
	last := c.edges.add(ids[n-2], ids[n-1])
	a, z := pack(start), pack(c.points[ids[n-1]])
	if a == z {
		a, z = pack(c.points[ids[1]]), pack(c.points[ids[n-2]])
	}
	made := int32(len(m.arcs) - 1)
	c.arcOf[first], c.arcOf[last] = made+1, made+1
	for _, v := range ids {
		m.points = append(m.points, c.points[v])
	}
	begin, end := c.node(ids[0]), c.node(ids[n-1])
	if a > z {
		slices.Reverse(m.points[m.arcs[made]:])
		first, begin, end = last, end, begin
	}
	m.ends = append(m.ends, begin, end)
	c.first = append(c.first, first)
	m.arcs = append(m.arcs, int32(len(m.points)))
	if a > z {
		return ^made
	}
	return made
}

// node is the number of the node at a vertex, made on first sight.
func (c *cutter) node(v int32) int32 {
	if c.nodeOf[v] == 0 {
		c.mesh.nodes = append(c.mesh.nodes, c.points[v])
		c.nodeOf[v] = int32(len(c.mesh.nodes))
	}
	return c.nodeOf[v] - 1
}
