package planar

// Segment is a straight piece of a line; Owner is whatever the caller wants to
// find again.
type Segment struct {
	A, B  Point
	Owner int32
}

// Segments is an index of segments by square buckets.
type Segments struct {
	All     []Segment
	low     Point
	size    int32
	columns int
	rows    int
	first   []int32 // first[b] is where bucket b begins in held
	held    []int32
}

// IndexSegments files the segments in buckets of the given edge length.
func IndexSegments(all []Segment, size int32) *Segments {
	s := &Segments{All: all, size: size}
	if len(all) == 0 {
		return s
	}
	low, high := all[0].A, all[0].A
	for _, g := range all {
		low.X, low.Y = min(low.X, g.A.X, g.B.X), min(low.Y, g.A.Y, g.B.Y)
		high.X, high.Y = max(high.X, g.A.X, g.B.X), max(high.Y, g.A.Y, g.B.Y)
	}
	s.low = low
	s.columns = int((high.X-low.X)/size) + 1
	s.rows = int((high.Y-low.Y)/size) + 1
	counts := make([]int32, s.columns*s.rows+1)
	for _, g := range all {
		s.buckets(g.A, g.B, func(b int) { counts[b+1]++ })
	}
	for b := 1; b < len(counts); b++ {
		counts[b] += counts[b-1]
	}
	s.first = counts
	s.held = make([]int32, counts[len(counts)-1])
	fill := make([]int32, len(counts))
	copy(fill, counts)
	for i, g := range all {
		s.buckets(g.A, g.B, func(b int) {
			s.held[fill[b]] = int32(i)
			fill[b]++
		})
	}
	return s
}

// buckets visits those the bounding box of a–b touches.
func (s *Segments) buckets(a, b Point, visit func(bucket int)) {
	x0, x1 := s.column(min(a.X, b.X)), s.column(max(a.X, b.X))
	y0, y1 := s.row(min(a.Y, b.Y)), s.row(max(a.Y, b.Y))
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			visit(y*s.columns + x)
		}
	}
}

func (s *Segments) column(x int32) int { return min(max(int((x-s.low.X)/s.size), 0), s.columns-1) }
func (s *Segments) row(y int32) int    { return min(max(int((y-s.low.Y)/s.size), 0), s.rows-1) }

// Near visits every segment whose bounding box may touch that of a–b; some
// more than once.
func (s *Segments) Near(a, b Point, visit func(i int)) {
	if len(s.All) == 0 {
		return
	}
	s.buckets(a, b, func(bucket int) {
		for _, i := range s.held[s.first[bucket]:s.first[bucket+1]] {
			visit(int(i))
		}
	})
}

// Crossed reports whether a–b cuts or touches any indexed segment.
func (s *Segments) Crossed(a, b Point) bool {
	hit := false
	s.Near(a, b, func(i int) {
		hit = hit || Touch(a, b, s.All[i].A, s.All[i].B)
	})
	return hit
}

// Touch reports whether the segments a–b and c–d have a point in common.
func Touch(a, b, c, d Point) bool {
	if max(a.X, b.X) < min(c.X, d.X) || max(c.X, d.X) < min(a.X, b.X) ||
		max(a.Y, b.Y) < min(c.Y, d.Y) || max(c.Y, d.Y) < min(a.Y, b.Y) {
		return false
	}
	return !sameSide(Cross(a, b, c), Cross(a, b, d)) && !sameSide(Cross(c, d, a), Cross(c, d, b))
}

func sameSide(u, v int64) bool { return (u > 0 && v > 0) || (u < 0 && v < 0) }

// Region answers whether a point lies inside closed rings (even–odd rule)
// without looking at all their segments.
type Region struct {
	rows [][]Segment
	low  int32
	size int32
}

// NewRegion prepares the rings.
func NewRegion(rings ...[]Point) *Region {
	const rows = 2048
	var all []Point
	for _, ring := range rings {
		all = append(all, ring...)
	}
	low, high := bounds(all)
	r := &Region{rows: make([][]Segment, rows), low: low.Y, size: (high.Y-low.Y)/rows + 1}
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			for y := (min(a.Y, b.Y) - low.Y) / r.size; y <= (max(a.Y, b.Y)-low.Y)/r.size; y++ {
				r.rows[y] = append(r.rows[y], Segment{A: a, B: b})
			}
		}
	}
	return r
}

// Contains reports whether p lies inside; see Inside for the border.
func (r *Region) Contains(p Point) bool {
	if p.Y < r.low {
		return false
	}
	row := int((p.Y - r.low) / r.size)
	if row >= len(r.rows) {
		return false
	}
	in := false
	for _, s := range r.rows[row] {
		if crossesRay(p, s.A, s.B) {
			in = !in
		}
	}
	return in
}
