package siting

import (
	"cmp"
	"math"
	"slices"
)

// relaxation is a problem "choose at most so many sites, make the value
// greatest" whose hard constraints have been given prices. For any prices p
// that are allowed,
//
//	constant(p) + the sum of the greatest values_j(p)
//
// is at least the value of every choice. The function is convex in the prices,
// so that following its slope makes the bound smaller.
type relaxation interface {
	sites() int
	// start is the prices at which a choice is supported.
	start(chosen []int) []float64
	// values writes what each site is worth at these prices, and gives the constant.
	values(prices, worth []float64) (constant float64)
	// slope writes the subgradient at these prices where these sites are taken.
	slope(prices []float64, taken []int, slope []float64)
	// allow moves a price back to where it is allowed.
	allow(i int, price float64) float64
	// value is what a choice is truly worth.
	value(chosen []int) float64
	// beyond is what a site is worth at most that was left out of the question.
	beyond() float64
}

// fixing is what the search has decided of a site.
type fixing uint8

const (
	free fixing = iota
	taken
	refused
)

// tight is the result of tightening.
type tight struct {
	bound  float64
	prices []float64 // at which the bound holds
	worth  []float64 // of the sites at these prices
	taken  []int     // the sites that the relaxation takes there: fixed ones first
	next   float64   // worth of the best free site that was not taken
}

// tighten follows the slope of the relaxation from the given prices by Polyak's
// step: (bound − value of the best known) / length of the slope, squared, times
// a factor that is halved when ten steps bring nothing.
func tighten(r relaxation, prices []float64, state []fixing, count, steps int, s *search) tight {
	n := r.sites()
	prices = slices.Clone(prices)
	worth, slope := make([]float64, n), make([]float64, len(prices))
	order := make([]int, 0, n)
	best := tight{bound: math.Inf(1)}
	factor, idle := 1.5, 0
	for step := 0; ; step++ {
		bound := r.values(prices, worth)
		order = order[:0]
		var chosen []int
		for j := range n {
			switch state[j] {
			case taken:
				chosen = append(chosen, j)
				bound += worth[j]
			case free:
				order = append(order, j)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(worth[b], worth[a]), a-b) })
		room, next := count-len(chosen), 0.0
		for k := range room {
			gain := 0.0
			if k < len(order) {
				gain = worth[order[k]]
			}
			bound += max(gain, r.beyond())
			if gain > 0 {
				chosen = append(chosen, order[k])
			}
		}
		if room < len(order) {
			next = max(0, worth[order[room]])
		}
		if bound < best.bound-1e-12*math.Abs(bound) {
			best = tight{bound, slices.Clone(prices), slices.Clone(worth), slices.Clone(chosen), next}
			idle = 0
		} else if idle++; idle == 10 {
			factor, idle = factor/2, 0
		}
		if step%10 == 0 {
			s.offer(chosen)
		}
		r.slope(prices, chosen, slope)
		square := 0.0
		for i, g := range slope {
			if r.allow(i, prices[i]-g*1e-9) != prices[i] { // a price at its limit cannot move on
				square += g * g
			}
		}
		if step >= steps || square == 0 || factor < 1e-4 || !s.worthwhile(best.bound) {
			return best
		}
		move := factor * (bound - s.value) / square
		for i, g := range slope {
			prices[i] = r.allow(i, prices[i]-move*g)
		}
	}
}

// coverRelaxed is Cover with prices on "a place counts only as often as it is
// covered". What stands has been taken out: each place has up to two gains
// left, the first at least the second.
type coverRelaxed struct {
	demand        Demand
	base          covered
	places        []int32 // with a gain left that some site could reach
	first, second []float64
	cover         [][]int32 // by site: positions in places
	baseValue     float64
}

func (d Demand) relax(base covered) *coverRelaxed {
	r := &coverRelaxed{demand: d, base: base, baseValue: d.value(base)}
	position := make(map[int32]int32)
	r.cover = make([][]int32, len(d.Sites))
	for j, s := range d.Sites {
		for place := range s.All {
			i, known := position[int32(place)]
			if !known {
				word, bit := place>>6, uint64(1)<<(place&63)
				w := d.Weights[place]
				first, second := (1-d.Backup)*w, d.Backup*w
				switch {
				case base.twice[word]&bit != 0:
					first, second = 0, 0
				case base.once[word]&bit != 0:
					first, second = second, 0
				}
				if i = int32(len(r.places)); first == 0 {
					i = -1
				} else {
					r.places = append(r.places, int32(place))
					r.first, r.second = append(r.first, first), append(r.second, second)
				}
				position[int32(place)] = i
			}
			if i >= 0 {
				r.cover[j] = append(r.cover[j], i)
			}
		}
	}
	return r
}

func (r *coverRelaxed) sites() int      { return len(r.cover) }
func (r *coverRelaxed) beyond() float64 { return r.demand.Beyond }

// start gives each place the price of the gain that the choice leaves open, so
// that the first bound is the choice's value and the best further gains.
func (r *coverRelaxed) start(chosen []int) []float64 {
	times := make([]int, len(r.first))
	for _, j := range chosen {
		for _, i := range r.cover[j] {
			times[i]++
		}
	}
	prices := make([]float64, len(r.first))
	for i, n := range times {
		switch n {
		case 0:
			prices[i] = r.first[i]
		case 1:
			prices[i] = r.second[i]
		}
	}
	return prices
}

func (r *coverRelaxed) values(prices, worth []float64) float64 {
	constant := 0.0
	for i, p := range prices {
		constant += max(0, r.first[i]-p) + max(0, r.second[i]-p)
	}
	for j, places := range r.cover {
		sum := 0.0
		for _, i := range places {
			sum += prices[i]
		}
		worth[j] = sum
	}
	return constant
}

func (r *coverRelaxed) slope(prices []float64, chosen []int, slope []float64) {
	for i, p := range prices {
		slope[i] = 0
		if r.first[i] > p {
			slope[i]--
		}
		if r.second[i] > p {
			slope[i]--
		}
	}
	for _, j := range chosen {
		for _, i := range r.cover[j] {
			slope[i]++
		}
	}
}

func (r *coverRelaxed) allow(i int, price float64) float64 { return min(max(price, 0), r.first[i]) }

func (r *coverRelaxed) value(chosen []int) float64 {
	state := r.base.clone()
	sum := 0.0
	for _, j := range chosen {
		sum += r.demand.gain(r.demand.Sites[j], state)
		state.add(r.demand.Sites[j])
	}
	return sum
}
