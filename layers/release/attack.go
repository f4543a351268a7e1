package release

import (
	"cmp"
	"slices"

	"sitmap/geo/bounds"
)

// Attack is what a reader can work out from a release with patience: all its
// numbers of some months as one system of sums, and the bounds that follow for
// any other number. It is for auditors and tests, on invented data: of a whole city
// with each category a quarter takes seconds to set up, a year minutes.
type Attack struct {
	s          *Set
	periods    []Period
	categories []int   // that are told apart; All alone where they are not
	pieces     []int32 // the smallest pieces of all layers, from left to right
	of         []int32 // leaf → piece
	months     Span
	system     *bounds.System
	solver     *bounds.Solver
}

// NewAttack gathers everything a release says of the months of a span, which
// must be whole blocks: of all categories together only, or of each as well.
func NewAttack(s *Set, months Span, each bool) (*Attack, error) {
	a := &Attack{s: s, months: months, categories: []int{All}, of: make([]int32, len(s.tree.leaves))}
	if each {
		a.categories = nil
		for c := range s.categories {
			a.categories = append(a.categories, c)
		}
	}
	var keys []layerKey
	for key := range s.layers {
		inside := months.From <= key.period.First && key.period.end() <= months.To
		if inside && (each || key.category == All) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y layerKey) int {
		return cmp.Or(cmp.Compare(x.period.First, y.period.First), cmp.Compare(x.period.Months, y.period.Months), cmp.Compare(x.category, y.category))
	})
	smallest := make([]int32, len(a.of))
	for _, key := range keys {
		for _, p := range s.layers[key] {
			for leaf := s.tree.nodes[p.node].from; leaf < s.tree.nodes[p.node].to; leaf++ {
				if s.tree.within(p.node, smallest[leaf]) {
					smallest[leaf] = p.node
				}
			}
		}
	}
	for leaf, n := range smallest {
		if len(a.pieces) == 0 || a.pieces[len(a.pieces)-1] != n {
			a.pieces = append(a.pieces, n)
		}
		a.of[leaf] = int32(len(a.pieces) - 1)
	}
	a.system = bounds.NewSystem(len(a.pieces) * int(months.To-months.From) * len(a.categories))
	for _, key := range keys {
		for _, p := range s.layers[key] {
			if err := a.system.Know(a.sum(p.node, key.period, key.category), int64(p.count)); err != nil {
				return nil, err
			}
		}
	}
	var err error
	a.solver, err = a.system.Solve()
	return a, err
}

// sum lists the unknowns of a number: those of its pieces, months and category.
func (a *Attack) sum(n int32, p Period, category int) []int {
	at := &a.s.tree.nodes[n]
	var sum []int
	for piece := a.of[at.from]; piece <= a.of[at.to-1]; piece++ {
		for m := max(p.First, a.months.From); m < min(p.end(), a.months.To); m++ {
			for i, c := range a.categories {
				if category == All || category == c {
					sum = append(sum, (int(piece)*int(a.months.To-a.months.From)+int(m-a.months.From))*len(a.categories)+i)
				}
			}
		}
	}
	return sum
}

// Holds tells whether a place is made of whole pieces: only then Bounds is about it.
func (a *Attack) Holds(place int) bool {
	at := &a.s.tree.nodes[place]
	first, last := a.pieces[a.of[at.from]], a.pieces[a.of[at.to-1]]
	return a.s.tree.within(first, int32(place)) && a.s.tree.within(last, int32(place))
}

// Bounds is what follows for a place of the tree in a period: for a category by
// its index, or for all.
func (a *Attack) Bounds(place int, p Period, category int) (bounds.Interval, error) {
	return a.solver.Bounds(a.sum(int32(place), p, category))
}
