package planar

import (
	"maps"
	"slices"
)

// Gather leaves one face to each label. Where an outline has cut a cell into
// pieces, the piece that holds the label's anchor stays; every other piece
// goes to the neighbour, in the same territory, with which it shares most
// border. anchor gives a point inside each label's cell; territory tells
// which labels may join (the same number), so that no county gains land from
// another.
func (s *Subdivision) Gather(anchor func(label int32) Point, territory func(label int32) int32) {
	stays := s.mainFaces(anchor)
	home := make([]int32, len(s.labels)) // the label each face ends with
	for f := range home {
		home[f] = NoFace
		if stays[f] {
			home[f] = s.labels[f]
		}
	}
	for changed := true; changed; {
		changed = false
		for _, f := range s.homeless(home, stays) {
			if label := s.bestNeighbour(f, home, territory); label != NoFace {
				home[f] = label
				changed = true
			}
		}
	}
	s.labels = home
	s.spread()
}

func (s *Subdivision) mainFaces(anchor func(label int32) Point) []bool {
	faces := make(map[int32][]int32)
	for f, label := range s.labels {
		if label != NoFace {
			faces[label] = append(faces[label], int32(f))
		}
	}
	main := make([]bool, len(s.labels))
	for label, of := range faces {
		best := of[0]
		for _, f := range of[1:] {
			if s.doubled[f] > s.doubled[best] {
				best = f
			}
		}
		if len(of) > 1 {
			at := anchor(label)
			for _, f := range of {
				if Inside(at, s.faceRing(f)) {
					best = f
				}
			}
		}
		main[best] = true
	}
	return main
}

func (s *Subdivision) homeless(home []int32, stays []bool) []int32 {
	var list []int32
	for f, label := range s.labels {
		if label != NoFace && home[f] == NoFace && !stays[f] {
			list = append(list, int32(f))
		}
	}
	return list
}

func (s *Subdivision) bestNeighbour(f int32, home []int32, territory func(int32) int32) int32 {
	share := make(map[int32]float64)
	s.around(f, func(h int32) {
		label := home[s.faceOf[h^1]]
		if label != NoFace && territory(label) == territory(s.labels[f]) {
			share[label] += s.length(h)
		}
	})
	return longest(share)
}

// longest is the label with the greatest share, the lowest of equals; NoFace
// of none.
func longest(share map[int32]float64) int32 {
	best := NoFace
	for _, label := range sortedKeys(share) {
		if best == NoFace || share[label] > share[best] {
			best = label
		}
	}
	return best
}

func sortedKeys[V any](m map[int32]V) []int32 {
	return slices.Sorted(maps.Keys(m))
}

// around visits the half-edges of a face in order.
func (s *Subdivision) around(f int32, visit func(h int32)) {
	for h := s.starts[f]; ; {
		visit(h)
		if h = s.following(h); h == s.starts[f] {
			return
		}
	}
}

// faceRing is the border of a face.
func (s *Subdivision) faceRing(f int32) []Point {
	var ring []Point
	s.around(f, func(h int32) { ring = s.appendLine(ring, h) })
	return ring
}

// Polygon is an outer ring, counter-clockwise, and holes, clockwise. Rings are
// open: the last point joins the first.
type Polygon struct {
	Outer []Point
	Holes [][]Point
}

// Area2 is twice the area.
func (p Polygon) Area2() int64 {
	sum := Area2(p.Outer)
	for _, hole := range p.Holes {
		sum += Area2(hole)
	}
	return sum
}

// Union draws the border of every group of labels, using exactly the points
// of the edges between groups. group maps a label to 0 … groups-1 or NoFace.
func (s *Subdivision) Union(groups int, group func(label int32) int32) [][]Polygon {
	of := func(h int32) int32 {
		if label := *s.side(h); label != NoFace {
			return group(label)
		}
		return NoFace
	}
	seen := make([]bool, 2*len(s.Edges))
	shapes := make([][]Polygon, groups)
	holes := make([][][]Point, groups)
	for start := range int32(len(seen)) {
		g := of(start)
		if seen[start] || g == NoFace || of(start^1) == g {
			continue
		}
		for _, ring := range s.traceUnion(start, seen, func(h int32) bool { return of(h) == g }) {
			if Area2(ring) > 0 {
				shapes[g] = append(shapes[g], Polygon{Outer: ring})
			} else {
				holes[g] = append(holes[g], ring)
			}
		}
	}
	for g := range shapes {
		for _, hole := range holes[g] {
			shapes[g] = addHole(shapes[g], hole)
		}
	}
	return shapes
}

// traceUnion follows the border of a union from one of its half-edges. Where
// the border touches itself in a point it is divided there, so that a hole
// that reaches the outer border in a corner becomes a ring of its own.
func (s *Subdivision) traceUnion(start int32, seen []bool, inside func(h int32) bool) [][]Point {
	type visit struct {
		node int32
		at   int // where in the ring
	}
	var rings [][]Point
	var ring []Point
	var visits []visit // of nodes where more than two borders may meet
	for h := start; !seen[h]; {
		seen[h] = true
		if node := s.nodeOf[h]; len(s.turn[node]) >= 4 {
			if i := slices.IndexFunc(visits, func(v visit) bool { return v.node == node }); i >= 0 {
				rings = append(rings, slices.Clone(ring[visits[i].at:]))
				ring = ring[:visits[i].at]
				visits = visits[:i]
			}
			visits = append(visits, visit{node, len(ring)})
		}
		ring = s.appendLine(ring, h)
		// Turn as far to the left as the union reaches.
		for h = s.following(h); inside(h ^ 1); h = s.clockwise(h) {
		}
	}
	return append(rings, ring)
}

// addHole gives the hole to the smallest polygon that surrounds it.
func addHole(shapes []Polygon, hole []Point) []Polygon {
	best := -1
	for i, shape := range shapes {
		around := slices.Contains(shape.Outer, hole[0]) || Inside(hole[0], shape.Outer)
		if around && (best < 0 || Area2(shape.Outer) < Area2(shapes[best].Outer)) {
			best = i
		}
	}
	if best >= 0 {
		shapes[best].Holes = append(shapes[best].Holes, hole)
	}
	return shapes
}

// Border is how long two labels' common border is, in lattice units.
type Border struct {
	A, B   int32
	Length float64
}

// Borders lists the pairs of labels that share a border, lower label first,
// in order.
func (s *Subdivision) Borders(aspect float64) []Border {
	length := make(map[[2]int32]float64)
	for _, e := range s.Edges {
		if e.Left == NoFace || e.Right == NoFace || e.Left == e.Right {
			continue
		}
		key := [2]int32{min(e.Left, e.Right), max(e.Left, e.Right)}
		for i := 1; i < len(e.Line); i++ {
			length[key] += Distance(e.Line[i-1], e.Line[i], aspect)
		}
	}
	list := make([]Border, 0, len(length))
	for key, l := range length {
		list = append(list, Border{A: key[0], B: key[1], Length: l})
	}
	slices.SortFunc(list, func(x, y Border) int {
		if x.A != y.A {
			return int(x.A - y.A)
		}
		return int(x.B - y.B)
	})
	return list
}
