package release

import (
	"slices"
	"sync"

	"sitmap/geo/hex"
)

// piece is a published number: a node of the tree and its count.
type piece struct {
	node  int32
	count int32
}

// layerKey names a layer of a set.
type layerKey struct {
	period   Period
	category int // index of the category, All for all
}

// Set is a release. It never changes: many may read it at once. What it answers
// are published numbers only; beside them it keeps the cases they were counted
// from, for the next release to start from.
type Set struct {
	rule       Rule
	span       Span
	categories []uint8
	tree       *tree
	layers     map[layerKey][]piece // from left to right; together the whole city
	totals     cityTotals
	cases      cases
	ground     *Ground

	drawing sync.Mutex
	cells   [hex.StoredResolution + 1][][]hex.Cell // resolution → leaf → cells, once drawn
}

// publish takes over the numbers of a block.
func (s *Set) publish(b *block) {
	for l := range b.unit {
		p, c := b.parts(l)
		if c != All && !b.ofCategories(p) {
			continue
		}
		var pieces []piece
		for leaf := int32(0); int(leaf) < len(b.t.leaves); {
			n := b.unit[l][leaf]
			pieces = append(pieces, piece{n, int32(b.in(l, n))})
			leaf = b.t.nodes[n].to
		}
		s.layers[layerKey{b.periods[p], c}] = pieces
	}
	for m := b.span.From; m < b.span.To; m++ {
		s.cases[m] = []token{}
	}
	for _, t := range b.cases {
		m := b.span.From + Month(b.labels[t.label].month)
		s.cases[m] = append(s.cases[m], token{t.leaf, int16(b.labels[t.label].category)})
	}
	s.cases.sort()
}

// size is how many numbers are published.
func (s *Set) size() int {
	n := 0
	for _, pieces := range s.layers {
		n += len(pieces)
	}
	return n
}

// Periods lists what is published: months, quarters, years, each in order.
func (s *Set) Periods() []Period { return periodsOf(s.span) }

// Categories lists the codes of the categories.
func (s *Set) Categories() []uint8 { return slices.Clone(s.categories) }
