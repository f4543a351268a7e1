package demo

import (
	"cmp"
	"math"
	"slices"
)

// The city's own figures.
const (
	gridStaff = 34639
	idleGrids = 640 // grids without staff
)

// populate gives villages their kind, and villages and grids their people.
func (a *areas) populate(d dice) {
	for county := range a.counties {
		a.chooseKinds(county)
		a.spreadPeople(county, d)
	}
	for g := range a.grids {
		grid := &a.grids[g]
		grid.urban = grid.urban && a.villages[grid.village].kind == residents
		grid.exclusive = a.villages[grid.village].kind == villageLike || grid.urban && d.chance(0.05)
	}
	a.assignStaff(d)
}

// chooseKinds makes the communities of the seat, and then the villages from
// which towns are ruled and those nearest to them, residents' communities,
// until the county has as many as in reality. Units like a village are those
// of the works, and the emptiest of the others.
func (a *areas) chooseKinds(county int) {
	plan := a.counties[county]
	var own []int
	for v := range a.villages {
		if a.villages[v].county == county {
			own = append(own, v)
		}
	}
	rank := func(v int) float64 {
		village := a.villages[v]
		town := a.towns[village.town]
		switch {
		case village.urban:
			return -1
		case town.kind == statistical:
			return math.Inf(1)
		}
		return metres(village.centre, a.villages[town.seat].centre)
	}
	slices.SortStableFunc(own, func(v, w int) int { return cmp.Compare(rank(v), rank(w)) })
	for _, v := range own[:plan.residents] {
		a.villages[v].kind = residents
	}
	rest := own[plan.residents:]
	lonely := func(v int) float64 {
		if t := a.towns[a.villages[v].town]; t.kind == statistical && len(t.villages) == 1 {
			return 0
		}
		if a.towns[a.villages[v].town].seat == v {
			return math.Inf(1)
		}
		return float64(len(a.villages[v].grids))
	}
	slices.SortStableFunc(rest, func(v, w int) int { return cmp.Compare(lonely(v), lonely(w)) })
	for _, v := range rest[:plan.villageLike] {
		a.villages[v].kind = villageLike
	}
}

// spreadPeople divides the county's census total among its villages and on to
// their grids: blocks of the seat are crowded, fields thinly settled, and
// hardly anybody lives in the wilderness.
func (a *areas) spreadPeople(county int, d dice) {
	var villages []int
	var weights []float64
	for v, village := range a.villages {
		if village.county != county {
			continue
		}
		sum := 0.0
		for _, cell := range village.grids {
			sum += a.crowding(cell)
		}
		villages = append(villages, v)
		weights = append(weights, sum*math.Exp(0.25*d.NormFloat64()))
	}
	for i, people := range apportion(a.counties[county].population, weights) {
		village := &a.villages[villages[i]]
		village.population = people
		a.towns[village.town].population += people
		inGrid := make([]float64, len(village.grids))
		for k, cell := range village.grids {
			inGrid[k] = a.crowding(cell) * math.Exp(0.3*d.NormFloat64())
		}
		for k, n := range apportion(people, inGrid) {
			a.grids[village.grids[k]].people = n
		}
	}
}

func (a *areas) crowding(cell int32) float64 {
	switch s, village := a.seeds[cell], a.villages[a.grids[cell].village]; {
	case s.wild:
		return 0.01
	case village.urban && s.urban:
		return 2.4
	case s.urban:
		return 1.5
	}
	return 1
}

// assignStaff gives every grid one person of staff, takes it from the idle
// ones, most of them empty, and spreads the rest where people are.
func (a *areas) assignStaff(d dice) {
	lonely := make([]float64, len(a.grids))
	busy := make([]float64, len(a.grids))
	for g, grid := range a.grids {
		a.grids[g].staff = 1
		lonely[g] = 1 / (3 + float64(grid.people))
		busy[g] = 10 + float64(grid.people)
	}
	idle := d.sample(lonely, idleGrids)
	for _, g := range idle {
		a.grids[g].staff = 0
		busy[g] = 0
	}
	more := gridStaff - (len(a.grids) - idleGrids)
	for _, half := range []int{more * 5 / 6, more - more*5/6} {
		for _, g := range d.sample(busy, half) {
			a.grids[g].staff++
		}
	}
}

// sample draws n different indexes by weight (Efraimidis and Spirakis 2006).
func (d dice) sample(weights []float64, n int) []int {
	keys := make([]float64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		order[i] = i
		keys[i] = math.Inf(1)
		if draw := -math.Log(1 - d.Float64()); w > 0 {
			keys[i] = draw / w
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(keys[i], keys[j]) })
	return order[:n]
}

// householdBand is the class of a grid's number of households, at three
// persons each.
func householdBand(people int) string {
	switch households := people / 3; {
	case households == 0:
		return "0"
	case households < 50:
		return "1-49"
	case households < 150:
		return "50-149"
	case households < 300:
		return "150-299"
	}
	return "300+"
}
