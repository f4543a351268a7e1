package planar

import (
	"cmp"
	"slices"
)

// Outline is the borders of territories, and remembers where cell borders
// meet them, so that each such place becomes a point of both.
type Outline struct {
	arcs     []Edge
	segments *Segments // Owner is the arc
	cuts     [][]cut   // by segment
}

type cut struct {
	at float64
	p  Point
}

// NewOutline takes arcs that meet only at their ends; Left and Right are the
// territories beside them.
func NewOutline(arcs []Edge) *Outline {
	var all []Segment
	for i, arc := range arcs {
		for j := 1; j < len(arc.Line); j++ {
			all = append(all, Segment{A: arc.Line[j-1], B: arc.Line[j], Owner: int32(i)})
		}
	}
	return &Outline{arcs: arcs, segments: IndexSegments(all, 4000), cuts: make([][]cut, len(all))}
}

// Rings are the borders of a territory, joined from its arcs.
func (o *Outline) Rings(territory int32) [][]Point {
	s, err := NewSubdivision(slices.Clone(o.arcs))
	if err != nil {
		return nil
	}
	shapes := s.Union(1, func(label int32) int32 {
		if label == territory {
			return 0
		}
		return NoFace
	})
	var rings [][]Point
	for _, shape := range shapes[0] {
		rings = append(append(rings, shape.Outer), shape.Holes...)
	}
	return rings
}

// Piece is the part of a bisector inside a territory. FromCut and ToCut tell
// whether that end lies on the territory's border.
type Piece struct {
	Bisector
	FromCut, ToCut bool
}

// splinter is how short, in lattice units, a piece between two cuts may be
// before it is left out: rounding may have turned it over, and it parts no
// more than a crumb of land from the rest.
const splinter = 40

// Clip cuts the bisectors at the border of a territory and keeps the parts
// inside. region is the territory's own.
func (o *Outline) Clip(bisectors []Bisector, territory int32, region *Region) []Piece {
	var pieces []Piece
	for _, b := range bisectors {
		in := region.Contains(b.From)
		last := Piece{Bisector: b}
		lastSegment := -1
		for _, hit := range o.hits(b, territory) {
			last.To, last.ToCut = o.remember(hit), true
			if in && !o.crumb(last, lastSegment, hit.segment) {
				pieces = append(pieces, last)
			}
			in, lastSegment = !in, hit.segment
			last.From, last.FromCut = last.To, true
		}
		if last.To, last.ToCut = b.To, false; in && last.From != last.To {
			pieces = append(pieces, last)
		}
	}
	return pieces
}

// crumb reports whether a piece is too short to keep, or has come to lie on
// the border itself because one of its cuts was rounded to a corner.
func (o *Outline) crumb(p Piece, from, to int) bool {
	if !p.FromCut {
		return p.From == p.To
	}
	s, t := o.segments.All[from], o.segments.All[to]
	onBorder := p.To == s.A || p.To == s.B || p.From == t.A || p.From == t.B
	return onBorder || Distance(p.From, p.To, 1) < splinter
}

type hit struct {
	segment   int
	onBorder  float64 // place on the segment
	onSegment float64 // place on the bisector
	p         Point
}

func (o *Outline) hits(b Bisector, territory int32) []hit {
	var list []hit
	o.segments.Near(b.From, b.To, func(i int) {
		s := o.segments.All[i]
		if arc := o.arcs[s.Owner]; arc.Left != territory && arc.Right != territory {
			return
		}
		// A border point exactly on the bisector counts as lying to its left,
		// so that the way through a corner of the border is cut exactly once.
		if (Cross(b.From, b.To, s.A) >= 0) == (Cross(b.From, b.To, s.B) >= 0) {
			return
		}
		from, to := Cross(s.A, s.B, b.From), Cross(s.A, s.B, b.To)
		if (from >= 0) == (to >= 0) {
			return
		}
		a, c := Cross(b.From, b.To, s.A), Cross(b.From, b.To, s.B)
		at := float64(a) / (float64(a) - float64(c))
		list = append(list, hit{
			segment: i, onBorder: at, p: Between(s.A, s.B, at),
			onSegment: float64(from) / (float64(from) - float64(to)),
		})
	})
	slices.SortFunc(list, func(g, h hit) int {
		return cmp.Or(cmp.Compare(g.onSegment, h.onSegment), cmp.Compare(g.segment, h.segment))
	})
	return slices.CompactFunc(list, func(g, h hit) bool { return g.segment == h.segment })
}

// snapTo is how near, in lattice units, a cut lies to another point of the
// border before it takes its place: no more than rounding, lest thin slivers
// of land turn over.
const snapTo = 1.5

// remember notes the cut and gives its point, which is an existing point of
// the border where one is very near.
func (o *Outline) remember(h hit) Point {
	s := o.segments.All[h.segment]
	for _, end := range []Point{s.A, s.B} {
		if Distance(end, h.p, 1) < snapTo {
			h.p = end
		}
	}
	for _, c := range o.cuts[h.segment] {
		if Distance(c.p, h.p, 1) < snapTo {
			return c.p
		}
	}
	o.cuts[h.segment] = append(o.cuts[h.segment], cut{at: h.onBorder, p: h.p})
	return h.p
}

// Blocked reports whether the line touches any border.
func (o *Outline) Blocked(line []Point) bool {
	for i := 1; i < len(line); i++ {
		if o.segments.Crossed(line[i-1], line[i]) {
			return true
		}
	}
	return false
}

// Edges are the outline's arcs, divided where cells meet them, without labels.
func (o *Outline) Edges() []Edge {
	nodes := make(map[Point]bool)
	for _, cuts := range o.cuts {
		for _, c := range cuts {
			nodes[c.p] = true
		}
	}
	var edges []Edge
	segment := 0
	for _, arc := range o.arcs {
		line := []Point{arc.Line[0]}
		add := func(p Point, node bool) {
			if p != line[len(line)-1] {
				line = append(line, p)
			}
			if node && len(line) > 1 {
				edges = append(edges, Edge{Line: line, Left: NoFace, Right: NoFace})
				line = []Point{p}
			}
		}
		for j := 1; j < len(arc.Line); j++ {
			cuts := o.cuts[segment]
			segment++
			slices.SortFunc(cuts, func(a, b cut) int { return cmp.Compare(a.at, b.at) })
			for _, c := range cuts {
				add(c.p, true)
			}
			add(arc.Line[j], j == len(arc.Line)-1 || nodes[arc.Line[j]])
		}
	}
	return edges
}
