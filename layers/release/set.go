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

// Set is a release. It holds no number that is not published, and never changes:
// many may read it at once.
type Set struct {
	rule       Rule
	span       Span
	categories []uint8
	tree       *tree
	layers     map[layerKey][]piece // from left to right; together the whole city
	totals     cityTotals
	ground     *Ground

	drawing sync.Mutex
	cells   [hex.StoredResolution + 1][][]hex.Cell // resolution → leaf → cells, once drawn
}

// publish takes over the numbers of a block.
func (s *Set) publish(b *block) {
	if s.layers == nil {
		s.layers = make(map[layerKey][]piece)
	}
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
