package siting

import (
	"fmt"
	"math"
)

// Ways is a question of distance: places with weights, and how far each is
// from each candidate site.
type Ways struct {
	Weights []float64 // by place; 0 or more
	// Far is by candidate, then place: 0 or more, finite. What cannot be
	// reached is given a way longer than any other.
	Far [][]float64
	// Standing is how far each place is from the nearest facility that stands
	// already, and stays; nil where none stands.
	Standing []float64
}

func (w Ways) check(count int) error {
	if err := checkWeights(w.Weights); err != nil {
		return err
	}
	if count < 0 || count == 0 && w.Standing == nil || count > 0 && len(w.Far) == 0 && w.Standing == nil {
		return fmt.Errorf("%d facilities of %d sites, and none stands: %w", count, len(w.Far), ErrInvalid)
	}
	rows := w.Far
	if w.Standing != nil {
		rows = append([][]float64{w.Standing}, rows...)
	}
	for j, row := range rows {
		if len(row) != len(w.Weights) {
			return fmt.Errorf("%d distances for %d places: %w", len(row), len(w.Weights), ErrInvalid)
		}
		for i, far := range row {
			if !(far >= 0 && far <= math.MaxFloat64) {
				return fmt.Errorf("distance %g in row %d to place %d: want 0 or more: %w", far, j, i, ErrInvalid)
			}
		}
	}
	return nil
}

// Median chooses count candidates so that the sum over all places of weight
// times distance to the nearest facility is least.
//
// The choice is greedy, then improved by exchange (Teitz and Bart 1968, doi
// 10.1287/opre.16.5.955); the bound is that of the Lagrangean relaxation of
// "every place is served once" (Cornuéjols, Fisher and Nemhauser 1977, doi
// 10.1287/mnsc.23.8.789), tightened further by branch and bound where
// Effort.Nodes allows it.
func Median(w Ways, count int, e Effort) (Choice, error) {
	if err := w.check(count); err != nil {
		return Choice{}, err
	}
	r := &medianRelaxed{ways: w, cost: make([][]float64, len(w.Far))}
	for j, row := range w.Far {
		r.cost[j] = times(w.Weights, row)
	}
	if w.Standing != nil {
		r.standing = times(w.Weights, w.Standing)
	}
	choice := solve(r, r.exchange(r.greedy(count)), count, 0, e, false)
	choice.Value, choice.Bound = -choice.Value, -choice.Bound
	choice.Sites, choice.Gains = r.ordered(choice.Sites)
	return choice, nil
}

func times(weights, row []float64) []float64 {
	out := make([]float64, len(row))
	for i, far := range row {
		out[i] = weights[i] * far
	}
	return out
}

// medianRelaxed is Median as a greatest value, the cost below zero, with
// prices on "every place is served once".
type medianRelaxed struct {
	ways     Ways
	cost     [][]float64 // weight times distance, by site, then place
	standing []float64   // the same of what stands; nil for none
}

// nearest is what each place costs with these sites; infinite where nothing
// serves it.
func (r *medianRelaxed) nearest(chosen []int) []float64 {
	out := make([]float64, len(r.ways.Weights))
	for i := range out {
		out[i] = math.Inf(1)
		if r.standing != nil {
			out[i] = r.standing[i]
		}
	}
	for _, j := range chosen {
		for i, c := range r.cost[j] {
			out[i] = min(out[i], c)
		}
	}
	return out
}

func with(nearest, row []float64) float64 {
	total := 0.0
	for i, c := range row {
		total += min(nearest[i], c)
	}
	return total
}

// bestWith is the candidate that makes the total least, together with what is
// served already, if it makes it less than limit; -1 otherwise.
func (r *medianRelaxed) bestWith(nearest []float64, limit float64) (site int, total float64) {
	site, total = -1, limit
	for j, row := range r.cost {
		if t := with(nearest, row); t < total {
			site, total = j, t
		}
	}
	return site, total
}

func sum(list []float64) float64 {
	total := 0.0
	for _, v := range list {
		total += v
	}
	return total
}

func (r *medianRelaxed) greedy(count int) []int {
	var chosen []int
	for len(chosen) < count {
		nearest := r.nearest(chosen)
		limit := math.Inf(1)
		if len(chosen) > 0 || r.standing != nil {
			limit = sum(nearest)
		}
		site, _ := r.bestWith(nearest, limit)
		if site < 0 {
			break
		}
		chosen = append(chosen, site)
	}
	return chosen
}

func (r *medianRelaxed) exchange(chosen []int) []int {
	for improved := true; improved; {
		improved = false
		for k, old := range chosen {
			rest := make([]int, 0, len(chosen))
			rest = append(append(rest, chosen[:k]...), chosen[k+1:]...)
			nearest := r.nearest(rest)
			now := with(nearest, r.cost[old])
			if site, _ := r.bestWith(nearest, now-1e-9*now); site >= 0 {
				chosen[k], improved = site, true
			}
		}
	}
	return chosen
}

// ordered puts the sites into the order in which each saves the most.
func (r *medianRelaxed) ordered(sites []int) ([]int, []float64) {
	rest := &medianRelaxed{ways: r.ways, standing: r.standing}
	for _, j := range sites {
		rest.cost = append(rest.cost, r.cost[j])
	}
	var order []int
	var gains []float64
	before := math.Inf(1)
	if r.standing != nil {
		before = sum(r.standing)
	}
	for _, k := range rest.greedy(len(sites)) {
		order = append(order, sites[k])
		after := sum(r.nearest(order))
		if math.IsInf(before, 1) {
			before = after
		}
		gains = append(gains, before-after)
		before = after
	}
	return order, gains
}

func (r *medianRelaxed) sites() int                         { return len(r.cost) }
func (r *medianRelaxed) beyond() float64                    { return 0 }
func (r *medianRelaxed) start(chosen []int) []float64       { return r.nearest(chosen) }
func (r *medianRelaxed) allow(_ int, price float64) float64 { return max(0, price) }
func (r *medianRelaxed) value(chosen []int) float64         { return -sum(r.nearest(chosen)) }

func (r *medianRelaxed) values(prices, worth []float64) float64 {
	constant := -sum(prices)
	for i, c := range r.standing {
		constant += max(0, prices[i]-c)
	}
	for j, row := range r.cost {
		gain := 0.0
		for i, c := range row {
			gain += max(0, prices[i]-c)
		}
		worth[j] = gain
	}
	return constant
}

func (r *medianRelaxed) slope(prices []float64, chosen []int, slope []float64) {
	for i := range slope {
		slope[i] = -1
		if r.standing != nil && prices[i] > r.standing[i] {
			slope[i]++
		}
	}
	for _, j := range chosen {
		for i, c := range r.cost[j] {
			if prices[i] > c {
				slope[i]++
			}
		}
	}
}
