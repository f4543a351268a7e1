package release

import (
	"cmp"
	"slices"
)

// A period keeps its pieces and its numbers once it is published. What becomes
// known later (late reports, deletions, corrections) changes the city's totals,
// which are always exact, at once; below the city it waits until the change
// itself may be shown: a release of yesterday and one of today must not give away
// by their difference what neither gives away alone.

// cases are the cases of each month as they are counted below the city.
type cases map[Month][]token // label: the category; sorted

func (c cases) sort() {
	for _, list := range c {
		slices.SortFunc(list, compareTokens)
	}
}

func compareTokens(x, y token) int {
	return cmp.Or(cmp.Compare(x.leaf, y.leaf), cmp.Compare(x.label, y.label))
}

// differences are the cases that one sorted list has more and less than another.
func differences(now, before []token) (more, less []token) {
	for len(now) > 0 || len(before) > 0 {
		order := 0
		switch {
		case len(now) == 0:
			order = 1
		case len(before) == 0:
			order = -1
		default:
			order = compareTokens(now[0], before[0])
		}
		switch {
		case order < 0:
			more, now = append(more, now[0]), now[1:]
		case order > 0:
			less, before = append(less, before[0]), before[1:]
		default:
			now, before = now[1:], before[1:]
		}
	}
	return more, less
}

// change is cases that came or went in the months of a block; labels are the
// block's.
type change struct{ more, less []token }

// changeOf is what changed in a block since a set was published.
func (s *Set) changeOf(span Span, now cases) change {
	var c change
	for m := span.From; m < span.To; m++ {
		before, published := s.cases[m]
		if !published {
			continue
		}
		more, less := differences(now[m], before)
		c.more = append(c.more, s.labelled(more, m-span.From)...)
		c.less = append(c.less, s.labelled(less, m-span.From)...)
	}
	return c
}

// labelled gives cases of a month the labels of a block.
func (s *Set) labelled(list []token, month Month) []token {
	labelled := make([]token, len(list))
	for i, t := range list {
		labelled[i] = token{t.leaf, int16(int(month)*len(s.categories) + int(t.label))}
	}
	return labelled
}

// showable keeps of some changed cases those that may be shown: the change of
// every published number below the city is nothing or holds the threshold, and
// what is withheld of the change stays as open as what is withheld of anything.
func (s *Set) showable(span Span, changed []token) []token {
	for {
		b := newBlock(s.tree, span, len(s.categories), slices.Clone(changed))
		b.freeze(s)
		b.settle()
		few := make([]bool, len(b.cases))
		dropped := false
		for l, units := range b.unit {
			for i, t := range b.cases {
				if n := units[t.leaf]; b.labels[t.label].in[l] && n != 0 && b.in(l, n) < s.rule.Threshold {
					few[i], dropped = true, true
				}
			}
		}
		if !dropped {
			if b.open(s.rule) {
				return b.cases
			}
			return nil
		}
		changed = changed[:0]
		for i, t := range b.cases {
			if !few[i] {
				changed = append(changed, t)
			}
		}
	}
}

// open tells whether every withheld number is proven wide. Two kinds of a change
// need no proof: where a published number around says that nothing changed, and
// where so much did that the least it could be holds the threshold.
func (b *block) open(rule Rule) bool {
	if len(b.cases) == 0 {
		return true
	}
	a := newAuditor(b, rule)
	open := true
	b.withheld(func(l int, n int32) {
		if open && !b.unchanged(l, n) {
			f := a.prove(l, n)
			open = !f.narrow() || f.count >= rule.Threshold+f.need
		}
	})
	return open
}

// unchanged tells whether a published number that counts all of a withheld one is
// nothing.
func (b *block) unchanged(layer int, n int32) bool {
	p, c := b.parts(layer)
	for q := range b.periods {
		for _, d := range []int{All, c} {
			l := b.layer(q, d)
			if !b.periods[q].Holds(b.periods[p]) || d != All && !b.ofCategories(q) {
				continue
			}
			around := b.unit[l][b.t.nodes[n].from]
			if !b.t.within(n, around) {
				around = n // the sum of published pieces
			}
			if b.in(l, around) == 0 {
				return true
			}
		}
	}
	return false
}

// freeze takes over the pieces of all layers that a set published.
func (b *block) freeze(s *Set) {
	for l := range b.split {
		p, c := b.parts(l)
		pieces, ok := s.layers[layerKey{b.periods[p], c}]
		if !ok {
			continue
		}
		b.frozen[l] = true
		for _, piece := range pieces {
			for n := b.t.nodes[piece.node].parent; n >= 0 && !b.split[l][n]; n = b.t.nodes[n].parent {
				b.split[l][n] = true
			}
		}
	}
}

// follow makes a month part no node that an earlier month of its quarter left
// whole: else the quarter, once it is complete, could not be shown there, as the
// one month that is not shown would follow from it.
func (b *block) follow(s *Set) {
	b.barred = make([][]bool, len(b.split))
	for l := range b.split {
		p, c := b.parts(l)
		first := b.periods[p].First
		for m := first / quarterly * quarterly; m < first && b.periods[p].Months == monthly; m++ {
			pieces, ok := s.layers[layerKey{Period{m, monthly}, c}]
			if !ok || m >= b.span.From {
				continue
			}
			if b.barred[l] == nil {
				b.barred[l] = make([]bool, len(b.t.nodes))
			}
			for _, piece := range pieces {
				at := &b.t.nodes[piece.node]
				for n := range b.t.nodes {
					if b.t.nodes[n].from >= at.from && b.t.nodes[n].to <= at.to {
						b.barred[l][n] = true
					}
				}
			}
		}
	}
}

// block is a published block again, to be audited.
func (s *Set) block(part Span) *block {
	var list []token
	for m := part.From; m < part.To; m++ {
		list = append(list, s.labelled(s.cases[m], m-part.From)...)
	}
	b := newBlock(s.tree, part, len(s.categories), list)
	b.freeze(s)
	b.settle()
	return b
}
