package planar

import (
	"fmt"
	"slices"
)

// NoFace stands for the outside and for a side not yet known.
const NoFace int32 = -1

// Edge is a line between two nodes with a face on each side. Line holds all
// its points, both ends included. Left and Right are labels of the faces as
// seen on the way along the line; an edge of an outline starts with NoFace.
type Edge struct {
	Line        []Point
	Left, Right int32
}

// Subdivision is a planar graph of edges, and what lies between them. Half-edge
// 2e runs along edge e, 2e+1 against it; the face of a half-edge is on its
// left.
type Subdivision struct {
	Edges []Edge

	nodeOf  []int32   // by half-edge: the node it leaves
	turn    [][]int32 // by node: the half-edges that leave it, counter-clockwise
	atTurn  []int32   // by half-edge: its place in turn
	nodes   []Point
	faceOf  []int32 // by half-edge
	labels  []int32 // by face
	doubled []int64 // by face: twice its signed area
	starts  []int32 // by face: one half-edge of it
}

// NewSubdivision finds the faces between the edges, which may meet only at
// their ends. Every face takes the label its edges bear on that side, and
// gives it to those that bear none; a face all of whose edges bear none is
// outside. Where rounding has left a face with two labels, a sliver of a few
// lattice steps, the one with more border holds. Only the unbounded face may
// not be labelled: that is an error.
func NewSubdivision(edges []Edge) (*Subdivision, error) {
	s := &Subdivision{Edges: edges}
	s.join()
	s.trace()
	s.label()
	for f, label := range s.labels {
		if s.doubled[f] < 0 && label != NoFace {
			return nil, fmt.Errorf("the edge at %v has face %d on its outer side", s.nodes[s.nodeOf[s.starts[f]]], label)
		}
	}
	return s, nil
}

func (s *Subdivision) join() {
	number := make(map[Point]int32, len(s.Edges))
	node := func(p Point) int32 {
		n, ok := number[p]
		if !ok {
			n = int32(len(s.nodes))
			number[p] = n
			s.nodes = append(s.nodes, p)
			s.turn = append(s.turn, nil)
		}
		return n
	}
	s.nodeOf = make([]int32, 2*len(s.Edges))
	for e, edge := range s.Edges {
		for side, p := range []Point{edge.Line[0], edge.Line[len(edge.Line)-1]} {
			h := int32(2*e + side)
			n := node(p)
			s.nodeOf[h] = n
			s.turn[n] = append(s.turn[n], h)
		}
	}
	s.atTurn = make([]int32, 2*len(s.Edges))
	for n, around := range s.turn {
		centre := s.nodes[n]
		slices.SortFunc(around, func(g, h int32) int {
			return compareAngle(centre, s.second(g), s.second(h))
		})
		for i, h := range around {
			s.atTurn[h] = int32(i)
		}
	}
}

// second is the point after the node a half-edge leaves.
func (s *Subdivision) second(h int32) Point {
	line := s.Edges[h/2].Line
	if h%2 == 0 {
		return line[1]
	}
	return line[len(line)-2]
}

// compareAngle orders directions from a centre counter-clockwise from east.
func compareAngle(centre, p, q Point) int {
	if hp, hq := lowerHalf(centre, p), lowerHalf(centre, q); hp != hq {
		if hp {
			return 1
		}
		return -1
	}
	switch c := Cross(centre, p, q); {
	case c > 0:
		return -1
	case c < 0:
		return 1
	}
	return 0
}

func lowerHalf(centre, p Point) bool {
	return p.Y < centre.Y || (p.Y == centre.Y && p.X < centre.X)
}

// following is the half-edge after h around the face left of h.
func (s *Subdivision) following(h int32) int32 {
	return s.clockwise(h ^ 1)
}

// clockwise is the next half-edge around the node that h leaves.
func (s *Subdivision) clockwise(h int32) int32 {
	around := s.turn[s.nodeOf[h]]
	i := int(s.atTurn[h])
	return around[(i+len(around)-1)%len(around)]
}

func (s *Subdivision) trace() {
	s.faceOf = make([]int32, 2*len(s.Edges))
	for h := range s.faceOf {
		s.faceOf[h] = NoFace
	}
	for start := range s.faceOf {
		if s.faceOf[start] != NoFace {
			continue
		}
		face := int32(len(s.doubled))
		var ring []Point
		for h := int32(start); s.faceOf[h] == NoFace; h = s.following(h) {
			s.faceOf[h] = face
			ring = s.appendLine(ring, h)
		}
		s.doubled = append(s.doubled, Area2(ring))
		s.starts = append(s.starts, int32(start))
	}
}

// appendLine adds the points along h without the last, which begins the next.
func (s *Subdivision) appendLine(ring []Point, h int32) []Point {
	line := s.Edges[h/2].Line
	if h%2 == 0 {
		return append(ring, line[:len(line)-1]...)
	}
	for i := len(line) - 1; i > 0; i-- {
		ring = append(ring, line[i])
	}
	return ring
}

// side is the label of half-edge h's left side as the edge bears it.
func (s *Subdivision) side(h int32) *int32 {
	if h%2 == 0 {
		return &s.Edges[h/2].Left
	}
	return &s.Edges[h/2].Right
}

func (s *Subdivision) label() {
	s.labels = make([]int32, len(s.doubled))
	for f := range s.labels {
		s.labels[f] = NoFace
	}
	contested := make(map[int32]bool)
	for h, face := range s.faceOf {
		given := *s.side(int32(h))
		if given == NoFace {
			continue
		}
		if held := s.labels[face]; held != NoFace && held != given {
			contested[face] = true
		}
		s.labels[face] = given
	}
	for _, face := range sortedKeys(contested) {
		border := make(map[int32]float64)
		s.around(face, func(h int32) {
			if given := *s.side(h); given != NoFace {
				border[given] += s.length(h)
			}
		})
		s.labels[face] = longest(border)
	}
	s.spread()
}

// length is that of half-edge h, in lattice units.
func (s *Subdivision) length(h int32) float64 {
	line, sum := s.Edges[h/2].Line, 0.0
	for i := 1; i < len(line); i++ {
		sum += Distance(line[i-1], line[i], 1)
	}
	return sum
}

// spread writes the labels of the faces to the sides of the edges.
func (s *Subdivision) spread() {
	for h, face := range s.faceOf {
		*s.side(int32(h)) = s.labels[face]
	}
}
