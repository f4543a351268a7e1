package mesh

import "math/bits"

// index finds points in boxes: a grid whose crowded cells are grids again. All
// points must differ.
type index struct {
	nodes  []node
	start  []int32 // of every cell: where its points begin; one more a node for the end
	child  []int32 // of every cell: the node below it, or 0
	points []Point // by cell
	ids    []int32 // the place that each point had in the list given to build

	sparePoints []Point
	spareIDs    []int32
}

// node is a square of 4^bits cells with sides of 2^shift, in rows.
type node struct {
	corner      Point
	shift, bits uint8
	base        int32 // its first cell in start and child
}

// crowded is how many points a cell may have before it becomes a grid.
const crowded = 12

// build takes new points and forgets the old ones.
func (t *index) build(points []Point) {
	n := len(points)
	t.points, t.ids = resize(t.points, n), resize(t.ids, n)
	t.sparePoints, t.spareIDs = resize(t.sparePoints, n), resize(t.spareIDs, n)
	t.nodes, t.start, t.child = t.nodes[:0], t.start[:0], t.child[:0]
	if n == 0 {
		return
	}
	copy(t.points, points)
	low, high := points[0], points[0]
	for i, p := range points {
		t.ids[i] = int32(i)
		low.X, low.Y = min(low.X, p.X), min(low.Y, p.Y)
		high.X, high.Y = max(high.X, p.X), max(high.Y, p.Y)
	}
	side := max(uint32(high.X)-uint32(low.X), uint32(high.Y)-uint32(low.Y))
	t.divide(0, int32(n), low, bits.Len32(side))
}

// divide makes a node of the points from..to, which lie in the square of side
// 2^size at the corner, and of its crowded cells. It returns the node.
func (t *index) divide(from, to int32, corner Point, size int) int32 {
	// About three points a cell, if they lay evenly.
	across := min(size, 10, (bits.Len32(uint32(to-from)/3)+1)/2)
	shift, cells := uint8(size-across), int32(1)<<(2*across)
	self, base := int32(len(t.nodes)), int32(len(t.start))
	n := node{corner, shift, uint8(across), base}
	t.nodes = append(t.nodes, n)
	t.start = grow(t.start, int(cells)+1)
	t.child = grow(t.child, int(cells)+1)
	start := t.start[base:]
	clear(start)
	clear(t.child[base:])
	for _, p := range t.points[from:to] {
		start[n.cell(p)]++
	}
	sum := from
	for c := range start {
		start[c], sum = sum, sum+start[c]
	}
	for i := from; i < to; i++ {
		p := t.points[i]
		c := n.cell(p)
		t.sparePoints[start[c]], t.spareIDs[start[c]] = p, t.ids[i]
		start[c]++
	}
	copy(start[1:], start[:cells]) // each had run on to its end
	start[0] = from
	copy(t.points[from:to], t.sparePoints[from:to])
	copy(t.ids[from:to], t.spareIDs[from:to])
	if shift == 0 {
		return self
	}
	for c := range cells {
		first, last := t.start[base+c], t.start[base+c+1]
		if last-first > crowded {
			below := Point{
				int32(uint32(corner.X) + uint32(c&(1<<across-1))<<shift),
				int32(uint32(corner.Y) + uint32(c>>across)<<shift),
			}
			node := t.divide(first, last, below, int(shift))
			t.child[base+c] = node
		}
	}
	return self
}

func (n *node) cell(p Point) int32 {
	return int32((uint32(p.Y)-uint32(n.corner.Y))>>n.shift<<n.bits + (uint32(p.X)-uint32(n.corner.X))>>n.shift)
}

func grow(s []int32, n int) []int32 {
	have := len(s)
	if cap(s) < have+n {
		s = append(make([]int32, 0, 2*(have+n)), s...)
	}
	return s[:have+n]
}

// box is a closed rectangle.
type box struct{ low, high Point }

func boxOf(a, b Point) box {
	return box{Point{min(a.X, b.X), min(a.Y, b.Y)}, Point{max(a.X, b.X), max(a.Y, b.Y)}}
}

func (b box) holds(p Point) bool {
	return p.X >= b.low.X && p.X <= b.high.X && p.Y >= b.low.Y && p.Y <= b.high.Y
}

// rows gives the cells of a node that meet a box, as first and last column and
// row; ok is false where there are none.
func (n *node) rows(b box) (x0, x1, y0, y1 int32, ok bool) {
	last := int64(1)<<n.bits - 1
	left, right := int64(b.low.X)-int64(n.corner.X), int64(b.high.X)-int64(n.corner.X)
	top, bottom := int64(b.low.Y)-int64(n.corner.Y), int64(b.high.Y)-int64(n.corner.Y)
	left, right = left>>n.shift, right>>n.shift
	top, bottom = top>>n.shift, bottom>>n.shift
	if right < 0 || bottom < 0 || left > last || top > last {
		return 0, 0, 0, 0, false
	}
	return int32(max(left, 0)), int32(min(right, last)), int32(max(top, 0)), int32(min(bottom, last)), true
}

// within appends the slots (places in t.points and t.ids) of the points in a
// box.
func (t *index) within(b box, slots []int32) []int32 {
	if len(t.nodes) == 0 {
		return slots
	}
	return t.search(0, b, slots)
}

func (t *index) search(at int32, b box, slots []int32) []int32 {
	n := &t.nodes[at]
	x0, x1, y0, y1, ok := n.rows(b)
	if !ok {
		return slots
	}
	for y := y0; y <= y1; y++ {
		row := n.base + y<<n.bits
		for c := row + x0; c <= row+x1; c++ {
			if below := t.child[c]; below != 0 {
				slots = t.search(below, b, slots)
				continue
			}
			for i := t.start[c]; i < t.start[c+1]; i++ {
				if b.holds(t.points[i]) {
					slots = append(slots, i)
				}
			}
		}
	}
	return slots
}

// cells appends the undivided cells that a box meets.
func (t *index) cells(at int32, b box, list []int32) []int32 {
	n := &t.nodes[at]
	x0, x1, y0, y1, ok := n.rows(b)
	if !ok {
		return list
	}
	for y := y0; y <= y1; y++ {
		row := n.base + y<<n.bits
		for c := row + x0; c <= row+x1; c++ {
			if below := t.child[c]; below != 0 {
				list = t.cells(below, b, list)
			} else {
				list = append(list, c)
			}
		}
	}
	return list
}
