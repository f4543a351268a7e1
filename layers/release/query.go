package release

import (
	"fmt"
	"slices"
	"time"

	"sitmap/layers"
)

// Query says which published numbers are meant.
type Query struct {
	// Periods are summed; they come from Snap or Periods.
	Periods []Period
	// Categories are summed; none means all categories together.
	Categories []uint8
	// Within keeps the pieces that lie wholly inside; what reaches beyond is
	// withheld.
	Within layers.AreaRange
}

// Snap makes a window of published periods: the months whose greater part lies
// inside, written with as few periods as there are. The error is an
// *layers.InvalidParameter, or of kind ErrNotFound where nothing is published.
func (s *Set) Snap(w layers.Window, zone *time.Location) (Snapped, error) {
	return snap(w, zone, s.span)
}

// common is the common coarsening of all the layers that a query sums: its pieces
// from left to right. A sum of published numbers is published with them.
func (s *Set) common(q Query) ([]piece, error) {
	keys, err := s.keys(q)
	if err != nil {
		return nil, err
	}
	largest := make([]int32, len(s.tree.leaves))
	below := make([]int32, len(s.tree.leaves)+1)
	for i, key := range keys {
		for _, p := range s.layers[key] {
			at := &s.tree.nodes[p.node]
			below[at.to] += p.count
			for leaf := at.from; leaf < at.to; leaf++ {
				if i == 0 || s.tree.within(largest[leaf], p.node) {
					largest[leaf] = p.node
				}
			}
		}
	}
	for i := 1; i < len(below); i++ {
		below[i] += below[i-1]
	}
	var pieces []piece
	for leaf := int32(0); int(leaf) < len(largest); {
		at := &s.tree.nodes[largest[leaf]]
		pieces = append(pieces, piece{largest[leaf], below[at.to] - below[at.from]})
		leaf = at.to
	}
	return pieces, nil
}

// keys lists the layers that a query sums. Years of single categories are their
// quarters.
func (s *Set) keys(q Query) ([]layerKey, error) {
	if len(q.Periods) == 0 {
		return nil, fmt.Errorf("no period: %w", layers.ErrInvalid)
	}
	categories := []int{All}
	if len(q.Categories) > 0 {
		categories = nil
		for _, code := range q.Categories {
			i := slices.Index(s.categories, code)
			if i < 0 {
				return nil, fmt.Errorf("category %d: %w", code, layers.ErrNotFound)
			}
			if !slices.Contains(categories, i) {
				categories = append(categories, i)
			}
		}
		if len(categories) == len(s.categories) {
			categories = []int{All}
		}
	}
	var keys []layerKey
	for _, p := range q.Periods {
		for _, c := range categories {
			parts := []Period{p}
			if c != All && p.Months == yearly {
				parts = quartersOf(p)
			}
			for _, part := range parts {
				key := layerKey{part, c}
				if _, ok := s.layers[key]; !ok {
					return nil, fmt.Errorf("%v is not published: %w", part, layers.ErrNotFound)
				}
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// quartersOf is the quarters of a year.
func quartersOf(year Period) []Period {
	var quarters []Period
	for m := year.First; m < year.end(); m += quarterly {
		quarters = append(quarters, Period{m, quarterly})
	}
	return quarters
}

// Pending is how many cases the city's number has more than the places together
// (less, where negative): what became known after the places were published.
func (s *Set) Pending(q Query) (int, error) {
	pieces, err := s.common(q)
	if err != nil {
		return 0, err
	}
	pending, err := s.City(q)
	for _, p := range pieces {
		pending -= int(p.count)
	}
	return pending, err
}

// City is the exact number of the whole city.
func (s *Set) City(q Query) (int, error) {
	if _, err := s.keys(q); err != nil {
		return 0, err
	}
	sum := 0
	for _, p := range q.Periods {
		for m := p.First; m < p.end(); m++ {
			if len(q.Categories) == 0 {
				sum += s.totals[m][0]
			}
			for i, code := range s.categories {
				if slices.Contains(q.Categories, code) {
					sum += s.totals[m][i+1]
				}
			}
		}
	}
	return sum, nil
}

// Areas gives the pieces as areas of a level: an area of its own where it is
// shown, the group it was merged into where it is not. Every area of the level
// inside the query's range is in exactly one unit.
func (s *Set) Areas(q Query, level layers.Level) ([]Unit, error) {
	pieces, err := s.common(q)
	if err != nil {
		return nil, err
	}
	order, ok := s.tree.order[level]
	if !ok {
		return nil, fmt.Errorf("areas of level %q are not published: %w", level, layers.ErrInvalid)
	}
	var units []Unit
	last := int32(-1)
	for _, number := range order {
		if !q.Within.Contains(number) && level != layers.City {
			continue
		}
		n := s.tree.areas[number]
		if level == layers.City && !s.inside(n, q.Within) {
			continue
		}
		at := &s.tree.nodes[n]
		first, _ := slices.BinarySearchFunc(pieces, at.from, func(p piece, leaf int32) int {
			return int(s.tree.nodes[p.node].to - 1 - leaf)
		})
		p := pieces[first]
		if !s.tree.within(n, p.node) || n == p.node { // shown, perhaps in parts
			count := 0
			for i := first; i < len(pieces) && s.tree.within(pieces[i].node, n); i++ {
				count += int(pieces[i].count)
			}
			units = append(units, s.unit(n, count, q, []int64{number}, Own))
			last = -1
			continue
		}
		if last == p.node {
			units[len(units)-1].Areas = append(units[len(units)-1].Areas, number)
			continue
		}
		units = append(units, s.unit(p.node, int(p.count), q, []int64{number}, Merged))
		last = p.node
	}
	return units, nil
}

// inside tells whether a node lies wholly in a range of areas.
func (s *Set) inside(n int32, r layers.AreaRange) bool {
	at := &s.tree.nodes[n]
	if n == 0 {
		return r.Contains(s.tree.city) && (r == layers.Everywhere || s.allInside(at, r))
	}
	return s.allInside(at, r)
}

func (s *Set) allInside(at *node, r layers.AreaRange) bool {
	for v := at.firstVillage; v <= at.lastVillage; v++ {
		if !r.Contains(s.tree.villages[v].Number) {
			return false
		}
	}
	return true
}

// unit describes a piece for a reader of a range of areas.
func (s *Set) unit(n int32, count int, q Query, areas []int64, why Why) Unit {
	u := Unit{Areas: areas, Count: count, State: Exact, Why: why, Place: int(n)}
	if n == 0 {
		u.Count, _ = s.City(q) // q was asked before
	}
	switch {
	case !s.inside(n, q.Within):
		u.Count, u.State, u.Why = 0, Withheld, Beyond
	case u.Count == 0:
		u.State, u.Why = None, Nothing
	}
	return u
}
