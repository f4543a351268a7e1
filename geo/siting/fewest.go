package siting

import (
	"math"
	"slices"
)

// Fewness is an answer to Fewest.
type Fewness struct {
	Sites []int // the chosen candidates, ascending
	Least int   // no fewer sites cover everything
	Best  bool  // as few as Sites are proven to be needed
	// Unreachable are the places that no candidate covers, nor what stands;
	// the answer covers all others.
	Unreachable []int
}

// Fewest covers every place that can be covered, whatever its weight, with the
// fewest candidates beside what stands.
//
// A greedy choice (Chvátal 1979, doi 10.1287/moor.4.3.233) from which needless
// sites are dropped; the bound is dual ascent: prices of places of which no
// site gathers more than one, whose sum no cover can undercut. With
// Effort.Nodes branch and bound over the place that the fewest sites can cover.
func Fewest(d Demand, e Effort) (Fewness, error) {
	if err := d.check(0); err != nil {
		return Fewness{}, err
	}
	c, unreachable := d.covering()
	all := make([]bool, len(d.Sites))
	best := c.greedy()
	least := c.least(c.open(), all)
	if e.Nodes > 0 && least < len(best) {
		s := coverSearch{covering: c, best: best, left: e.Nodes, open: math.MaxInt}
		s.visit(c.open(), nil, all)
		best, least = s.best, min(len(s.best), max(least, s.open))
	}
	slices.Sort(best)
	return Fewness{Sites: best, Least: least, Best: least == len(best), Unreachable: unreachable}, nil
}

// covering is a set-covering problem in both directions.
type covering struct {
	places [][]int // by site: the places it covers
	sites  [][]int // by place: the sites that cover it
}

// covering leaves out what stands covers already and what nobody can cover.
func (d Demand) covering() (c covering, unreachable []int) {
	base := d.standing()
	c.places, c.sites = make([][]int, len(d.Sites)), make([][]int, len(d.Weights))
	for j, s := range d.Sites {
		for place := range s.All {
			if base.once[place>>6]>>(place&63)&1 == 0 {
				c.places[j] = append(c.places[j], place)
				c.sites[place] = append(c.sites[place], j)
			}
		}
	}
	for place, by := range c.sites {
		if len(by) == 0 && base.once[place>>6]>>(place&63)&1 == 0 {
			unreachable = append(unreachable, place)
		}
	}
	return c, unreachable
}

// open marks the places that are still to be covered.
func (c covering) open() []bool {
	open := make([]bool, len(c.sites))
	for place, by := range c.sites {
		open[place] = len(by) > 0
	}
	return open
}

func count(open []bool, places []int) int {
	n := 0
	for _, p := range places {
		if open[p] {
			n++
		}
	}
	return n
}

func (c covering) close(open []bool, site int) []bool {
	open = slices.Clone(open)
	for _, p := range c.places[site] {
		open[p] = false
	}
	return open
}

func (c covering) greedy() []int {
	open := c.open()
	var chosen []int
	for {
		best, most := -1, 0
		for j, places := range c.places {
			if n := count(open, places); n > most {
				best, most = j, n
			}
		}
		if best < 0 {
			break
		}
		chosen, open = append(chosen, best), c.close(open, best)
	}
	for k := 0; k < len(chosen); { // what later sites made needless
		without := c.open()
		for i, j := range chosen {
			if i != k {
				without = c.close(without, j)
			}
		}
		if slices.Contains(without, true) {
			k++
		} else {
			chosen = slices.Delete(chosen, k, k+1)
		}
	}
	return chosen
}

// least is a number of sites that the open places need at least, without the
// refused ones. Places are priced in turn, those with the fewest sites first,
// each as high as the tightest of its sites still allows.
func (c covering) least(open, refused []bool) int {
	room := make([]float64, len(c.places))
	for j := range room {
		room[j] = 1
	}
	by := make([]int, len(open)) // sites left, by place
	var order []int
	for p, is := range open {
		if is {
			for _, j := range c.sites[p] {
				if !refused[j] {
					by[p]++
				}
			}
			order = append(order, p)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return by[a] - by[b] })
	total := 0.0
	for _, p := range order {
		price := math.Inf(1)
		for _, j := range c.sites[p] {
			if !refused[j] {
				price = min(price, room[j])
			}
		}
		if math.IsInf(price, 1) {
			return math.MaxInt // nobody is left who covers it
		}
		if price > 0 {
			total += price
			for _, j := range c.sites[p] {
				room[j] -= price
			}
		}
	}
	return int(math.Ceil(total - 1e-9))
}

// coverSearch looks for fewer sites than the best known.
type coverSearch struct {
	covering
	best []int
	left int // nodes that may still be visited
	open int // least number of sites in a branch that was given up
}

func (s *coverSearch) visit(open []bool, chosen []int, refused []bool) {
	least := s.least(open, refused)
	if least == math.MaxInt || len(chosen)+least >= len(s.best) {
		return
	}
	if least == 0 {
		s.best = slices.Clone(chosen)
		return
	}
	if s.left == 0 {
		s.open = min(s.open, len(chosen)+least)
		return
	}
	s.left--
	place, fewest := -1, math.MaxInt
	for p, is := range open {
		if !is {
			continue
		}
		n := 0
		for _, j := range s.sites[p] {
			if !refused[j] {
				n++
			}
		}
		if n < fewest {
			place, fewest = p, n
		}
	}
	var options []int
	for _, j := range s.sites[place] {
		if !refused[j] {
			options = append(options, j)
		}
	}
	slices.SortStableFunc(options, func(a, b int) int {
		return count(open, s.places[b]) - count(open, s.places[a])
	})
	refused = slices.Clone(refused)
	for _, j := range options {
		s.visit(s.close(open, j), append(slices.Clone(chosen), j), refused)
		refused[j] = true
	}
}
