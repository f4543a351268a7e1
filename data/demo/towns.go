package demo

import (
	"cmp"
	"math"
	"slices"
)

// townKind is what a unit of township level is.
type townKind int

const (
	subdistrict townKind = iota
	town
	ruralTownship
	statistical
)

// townSeed is a unit of township level before its villages are known: the
// hamlet it is ruled from, and how many villages it may hold (0: any number).
type townSeed struct {
	kind   townKind
	hamlet int // index into the county's hamlets
	most   int
	unit   int // for statistical units: index into the plan
}

// foundTowns chooses the hamlets from which a county's townships are ruled.
// The seat comes first; subdistricts divide the seat; statistical units stand
// where the plan says; towns lie in the middle of their villages (k-means).
func foundTowns(t territory, hamlets []hamlet) []townSeed {
	var seeds []townSeed
	taken := make([]bool, len(hamlets))
	add := func(kind townKind, h, most, unit int) {
		taken[h] = true
		seeds = append(seeds, townSeed{kind: kind, hamlet: h, most: most, unit: unit})
	}
	urban := func(i int) bool { return hamlets[i].urban() }
	rural := func(i int) bool { return !hamlets[i].urban() }

	towns := t.towns + t.townships
	var fixed []int
	if t.subdistricts > 0 {
		for district := range t.subdistricts - 1 { // one stands apart, in the second town
			add(subdistrict, nearestHamlet(t.seat, hamlets, func(i int) bool {
				return urban(i) && hamlets[i].district == district
			}), 0, 0)
		}
		add(subdistrict, nearestHamlet(secondTown, hamlets, rural), 4, 0)
	} else {
		fixed = []int{nearestHamlet(t.seat, hamlets, urban)}
	}
	for i, unit := range t.statistical {
		h := nearestHamlet(unit.near, hamlets, func(i int) bool { return rural(i) && !taken[i] })
		add(statistical, h, unit.villages, i)
	}
	free := func(i int) bool { return !taken[i] && (rural(i) || slices.Contains(fixed, i)) }
	centres := means(hamlets, fixed, towns, free)
	most := (t.villages - t.communities) * 2 / towns
	// The townships proper (乡) are the most remote ones.
	slices.SortStableFunc(centres[1:], func(a, b int) int {
		return cmp.Compare(hamlets[a].room, hamlets[b].room)
	})
	for i, h := range centres {
		kind := town
		if i >= t.towns {
			kind = ruralTownship
		}
		add(kind, h, most, 0)
	}
	return seeds
}

// secondTown is where Liangzhou's second town lies, on the railway south-east
// of the seat.
var secondTown = at(102.86, 37.685)

func nearestHamlet(p place, hamlets []hamlet, allowed func(i int) bool) int {
	best, bestDistance := -1, math.Inf(1)
	for i, h := range hamlets {
		if distance := metres(p, h.centre); allowed(i) && distance < bestDistance {
			best, bestDistance = i, distance
		}
	}
	return best
}

// means finds k hamlets in the middle of k groups of the allowed ones. The
// fixed ones are among them and stay.
func means(hamlets []hamlet, fixed []int, k int, allowed func(i int) bool) []int {
	centres := slices.Clone(fixed)
	for len(centres) < k { // farthest first
		best, bestDistance := -1, -1.0
		for i := range hamlets {
			if !allowed(i) || slices.Contains(centres, i) {
				continue
			}
			distance := math.Inf(1)
			for _, c := range centres {
				distance = math.Min(distance, metres(hamlets[i].centre, hamlets[c].centre))
			}
			if math.IsInf(distance, 1) {
				distance = 0
			}
			if distance > bestDistance {
				best, bestDistance = i, distance
			}
		}
		centres = append(centres, best)
	}
	for range 12 {
		east, north := make([]float64, k), make([]float64, k)
		members := make([]float64, k)
		for i, h := range hamlets {
			if !allowed(i) {
				continue
			}
			c := nearestCentre(h.centre, hamlets, centres)
			e, n := metresTo(hamlets[centres[c]].centre, h.centre)
			east[c], north[c], members[c] = east[c]+e, north[c]+n, members[c]+1
		}
		for c := len(fixed); c < k; c++ {
			if members[c] == 0 {
				continue
			}
			middle := moved(hamlets[centres[c]].centre, east[c]/members[c], north[c]/members[c])
			centres[c] = nearestHamlet(middle, hamlets, func(i int) bool {
				return allowed(i) && (i == centres[c] || !slices.Contains(centres, i))
			})
		}
	}
	return centres
}

func nearestCentre(p place, hamlets []hamlet, centres []int) int {
	best, bestDistance := 0, math.Inf(1)
	for c, h := range centres {
		if distance := metres(p, hamlets[h].centre); distance < bestDistance {
			best, bestDistance = c, distance
		}
	}
	return best
}
