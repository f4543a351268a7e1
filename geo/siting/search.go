package siting

import (
	"math"
	"slices"
)

// solve takes a good choice, bounds it, and proves or betters it by branch and
// bound as far as the effort goes. Values and bounds here are without what
// stands; offset is that, for rounding bounds where all values are whole.
func solve(r relaxation, chosen []int, count int, offset float64, e Effort, wholeValues bool) Choice {
	s := &search{r: r, count: count, offset: offset, whole: wholeValues, left: e.Nodes, open: math.Inf(-1)}
	s.offer(chosen)
	state := make([]fixing, r.sites())
	root := tighten(r, r.start(chosen), state, count, e.steps(), s)
	bound := max(s.rounded(root.bound), s.value)
	if e.Nodes > 0 && s.worthwhile(root.bound) {
		s.visit(root, state)
		bound = max(s.value, min(bound, s.rounded(s.open)))
	}
	return Choice{Sites: s.chosen, Value: s.value, Bound: bound, Best: !s.worthwhile(bound)}
}

// search is a branch and bound: take or refuse the site that the relaxation
// likes best, in depth first, until no branch can hold a better choice.
type search struct {
	r      relaxation
	count  int
	offset float64
	whole  bool
	chosen []int
	value  float64
	begun  bool
	left   int     // nodes that may still be visited
	open   float64 // greatest bound of a branch that was given up
}

// offer makes a choice the best known one if it is.
func (s *search) offer(chosen []int) {
	if v := s.r.value(chosen); !s.begun || v > s.value {
		s.begun, s.value, s.chosen = true, v, slices.Clone(chosen)
	}
}

// rounded is the greatest value that a bound leaves possible.
func (s *search) rounded(bound float64) float64 {
	if s.whole && !math.IsInf(bound, 0) {
		return math.Floor(bound+s.offset+1e-6) - s.offset
	}
	return bound
}

// worthwhile tells whether something better than the best known may be found
// below the bound; a part in 10⁹ is rounding.
func (s *search) worthwhile(bound float64) bool {
	return s.rounded(bound) > s.value+1e-9*(math.Abs(s.value)+math.Abs(s.offset))
}

// visit explores a branch whose bound is known.
func (s *search) visit(at tight, state []fixing) {
	if !s.worthwhile(at.bound) {
		return
	}
	if s.left == 0 {
		s.open = max(s.open, at.bound)
		return
	}
	s.left--
	state = slices.Clone(state)
	s.settle(at, state)
	branch := -1
	for _, j := range at.taken {
		if state[j] == free && (branch < 0 || at.worth[j] > at.worth[branch]) {
			branch = j
		}
	}
	if branch < 0 {
		// The relaxation takes nothing that is free. With room left, the free
		// sites are worth nothing at these prices, which need not be the best.
		if branch = slices.Index(state, free); branch < 0 || s.room(state) == 0 {
			s.offer(sitesWhere(state, taken))
			if s.room(state) > 0 && s.r.beyond() > 0 {
				s.open = max(s.open, at.bound) // sites that were left out may fill it
			}
			return
		}
	}
	for _, decision := range []fixing{taken, refused} {
		state[branch] = decision
		if s.room(state) < 0 {
			continue
		}
		below := tighten(s.r, at.prices, state, s.count, 30, s)
		below.bound = min(below.bound, at.bound)
		s.visit(below, state)
	}
}

// settle decides the free sites whose other decision would push the bound down
// to what is known already.
func (s *search) settle(at tight, state []fixing) {
	inside := make([]bool, len(state))
	least := math.Inf(1)
	n := 0
	for _, j := range at.taken {
		inside[j] = true
		n++
		if state[j] == free {
			least = min(least, at.worth[j])
		}
	}
	if n < s.count {
		least = 0
	}
	room := s.room(state)
	for j := range state {
		if state[j] != free {
			continue
		}
		switch {
		case inside[j] && room > 0 && !s.worthwhile(at.bound-at.worth[j]+max(at.next, s.r.beyond())):
			state[j] = taken
			room--
		case !inside[j] && !s.worthwhile(at.bound-least+at.worth[j]):
			state[j] = refused
		}
	}
}

func (s *search) room(state []fixing) int {
	n := s.count
	for _, f := range state {
		if f == taken {
			n--
		}
	}
	return n
}

func sitesWhere(state []fixing, want fixing) []int {
	var sites []int
	for j, f := range state {
		if f == want {
			sites = append(sites, j)
		}
	}
	return sites
}
