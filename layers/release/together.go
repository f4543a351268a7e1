package release

import (
	"cmp"
	"slices"
)

// Together is the published number of some places taken together, given by their
// numbers: exact where the pieces of the query are parts of these places and of
// nothing else, withheld where one of them reaches beyond.
func (s *Set) Together(q Query, places []int) (int, State, error) {
	pieces, err := s.common(q)
	if err != nil {
		return 0, Withheld, err
	}
	meant := make([]bool, len(s.tree.leaves))
	whole := 0
	for _, place := range places {
		if !s.inside(int32(place), q.Within) {
			return 0, Withheld, nil
		}
		at := &s.tree.nodes[place]
		for leaf := at.from; leaf < at.to; leaf++ {
			if !meant[leaf] {
				meant[leaf], whole = true, whole+1
			}
		}
	}
	city, err := s.City(q)
	switch {
	case err != nil || whole == 0:
		return 0, Withheld, err
	case city == 0:
		return 0, None, nil
	case whole == len(meant):
		return city, Exact, nil
	}
	sum := 0
	for _, p := range pieces {
		at := &s.tree.nodes[p.node]
		in := 0
		for leaf := at.from; leaf < at.to; leaf++ {
			if meant[leaf] {
				in++
			}
		}
		switch in {
		case 0:
		case int(at.to - at.from):
			sum += int(p.count)
		default:
			return 0, Withheld, nil
		}
	}
	return sum, Exact, nil
}

// Finer is a published period whose map shows more places than that of a query.
type Finer struct {
	Period Period
	Places int
}

// Finer lists, for a query that sums several periods, the published periods that
// hold one of them or are one, and tell more places apart: a sum shows only what all
// of its periods have in common. The finest is first. It also returns how many places
// the query itself tells apart.
func (s *Set) Finer(q Query) (list []Finer, places int, err error) {
	pieces, err := s.common(q)
	if err != nil || len(q.Periods) < 2 {
		return nil, len(pieces), err
	}
	for _, p := range s.Periods() {
		if !slices.ContainsFunc(q.Periods, p.Holds) {
			continue
		}
		one := q
		one.Periods = []Period{p}
		finer, err := s.common(one)
		if err != nil {
			return nil, 0, err
		}
		if len(finer) > len(pieces) {
			list = append(list, Finer{p, len(finer)})
		}
	}
	slices.SortStableFunc(list, func(x, y Finer) int { return cmp.Compare(y.Places, x.Places) })
	return list, len(pieces), nil
}
