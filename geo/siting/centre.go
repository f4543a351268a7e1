package siting

import "slices"

// Reach is an answer to Centre.
type Reach struct {
	Sites []int   // the chosen candidates, ascending; maybe fewer than allowed
	Far   float64 // the farthest that any place is from its nearest facility
	Bound float64 // no choice makes it less
	Best  bool    // Far is proven to be the least
}

// Centre chooses at most count candidates so that the farthest way from a place
// to its nearest facility is shortest; weights do not matter.
//
// The answer is one of the distances that occur, and a distance will do exactly
// when few enough sites cover every place within it: a binary search over the
// sorted distances with Fewest as the question (Minieka 1970, doi
// 10.1137/1012016). Without Effort.Nodes the question is answered by greedy
// choice and bound alone, and what lies between the two is left open.
func Centre(w Ways, count int, e Effort) (Reach, error) {
	if err := w.check(count); err != nil {
		return Reach{}, err
	}
	var far []float64
	for _, row := range w.Far {
		far = append(far, row...)
	}
	far = append(far, w.Standing...)
	slices.Sort(far)
	far = slices.Compact(far)
	if len(far) == 0 {
		return Reach{Best: true}, nil // no place
	}

	// Within far[high] count sites will do; below far[low] they surely will not.
	low, high := 0, len(far)-1
	var sites []int
	open := false // whether a distance was met of which neither is known
	for l, h := 0, high; l <= h; {
		middle := (l + h) / 2
		answer, err := Fewest(w.within(far[middle]), e)
		if err != nil {
			return Reach{}, err
		}
		switch {
		case len(answer.Unreachable) > 0 || answer.Least > count:
			l = middle + 1
			low = max(low, l)
		case len(answer.Sites) <= count:
			sites, high = answer.Sites, middle
			h = middle - 1
		default:
			open = true // go on above it, but do not count it as impossible
			l = middle + 1
		}
	}
	return Reach{Sites: sites, Far: far[high], Bound: far[min(low, high)], Best: !open || low == high}, nil
}

// within is the question of coverage at that distance.
func (w Ways) within(limit float64) Demand {
	set := func(row []float64) Set {
		var s Set
		for place, far := range row {
			if far <= limit {
				s.AddRun(place, place+1)
			}
		}
		return s
	}
	d := Demand{Weights: w.Weights}
	for _, row := range w.Far {
		d.Sites = append(d.Sites, set(row))
	}
	if w.Standing != nil {
		d.Standing = []Set{set(w.Standing)}
	}
	return d
}
