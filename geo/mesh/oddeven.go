package mesh

import (
	"math"
	"slices"
)

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
	around := newBands(points, odd)
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
				continue // a level ray cannot tell its sides
			}
			if around.oddBeside(p, q) {
				for _, at := range walk {
					tell(int32(darts[at]>>32), int32(uint32(darts[at])))
				}
			}
			break
		}
	}
}

// bands finds the edges that cross a level line.
type bands struct {
	points []Point
	top    int64
	height int64   // of a band
	start  []int32 // where each band begins in edges, and the end of the last
	edges  []uint64
}

func newBands(points []Point, edges []uint64) *bands {
	b := &bands{points: points}
	top, bottom := int64(math.MaxInt32), int64(math.MinInt32)
	for _, e := range edges {
		p, q := int64(points[e>>32].Y), int64(points[uint32(e)].Y)
		top, bottom = min(top, p, q), max(bottom, p, q)
	}
	count := int64(min(len(edges)/4+1, 4096))
	for ; ; count /= 2 {
		b.top, b.height = top, max(1, (bottom-top)/count+1)
		b.start = make([]int32, count+2)
		total := 0
		for _, e := range edges {
			for k, last := b.of(e); k <= last; k++ {
				b.start[k+1]++
				total++
			}
		}
		// Edges that run through many bands would fill them all.
		if count == 1 || total <= 8*len(edges) {
			b.edges = make([]uint64, total)
			break
		}
	}
	for k := range count {
		b.start[k+1] += b.start[k]
	}
	for _, e := range edges {
		for k, last := b.of(e); k <= last; k++ {
			b.edges[b.start[k]] = e
			b.start[k]++
		}
	}
	copy(b.start[1:], b.start) // each had run on to its end
	b.start[0] = 0
	return b
}

// of gives the first and the last band of an edge.
func (b *bands) of(e uint64) (first, last int64) {
	p, q := int64(b.points[e>>32].Y), int64(b.points[uint32(e)].Y)
	return (min(p, q) - b.top) / b.height, (max(p, q) - b.top) / b.height
}

// oddBeside says whether the side of positive products of p–q, one of the edges
// and not level, is enclosed an odd number of times: whether a level ray from
// its middle into that side crosses an odd number of other edges.
func (b *bands) oddBeside(p, q Point) bool {
	x, y := int64(p.X)+int64(q.X), int64(p.Y)+int64(q.Y) // in half units
	odd := false
	k := (y>>1 - b.top) / b.height
	for _, e := range b.edges[b.start[k]:b.start[k+1]] {
		a, c := b.points[e>>32], b.points[uint32(e)]
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
