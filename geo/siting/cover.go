package siting

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"slices"
)

// Demand is a question of coverage: places with weights, and what each
// candidate site would cover of them.
type Demand struct {
	Weights  []float64 // by place; 0 or more
	Sites    []Set     // by candidate: the places it would cover
	Standing []Set     // what the facilities cover that stand already, and stay
	// Backup is the share of a place's weight that only a second facility
	// earns, from 0, plain coverage, to 0.5, where the second counts like the
	// first. More than that, and a second would be wanted before a first.
	Backup float64
	// Beyond is for a question from which poor candidates were left out: none
	// of them alone would add more than this to what stands. The bound then
	// holds for them as well.
	Beyond float64
}

func (d Demand) check(count int) error {
	if err := checkWeights(d.Weights); err != nil {
		return err
	}
	if !(d.Backup >= 0 && d.Backup <= 0.5) {
		return fmt.Errorf("share %g for a second facility: want 0 to 0.5: %w", d.Backup, ErrInvalid)
	}
	if !(d.Beyond >= 0 && d.Beyond <= math.MaxFloat64) {
		return fmt.Errorf("gain %g beyond the candidates: want 0 or more: %w", d.Beyond, ErrInvalid)
	}
	if count < 0 {
		return fmt.Errorf("%d facilities: want 0 or more: %w", count, ErrInvalid)
	}
	for _, list := range [][]Set{d.Sites, d.Standing} {
		for j, s := range list {
			if s.end() > len(d.Weights) {
				return fmt.Errorf("site %d covers place %d of %d: %w", j, s.end()-1, len(d.Weights), ErrInvalid)
			}
		}
	}
	return nil
}

// covered is what some facilities cover at least once and at least twice.
type covered struct{ once, twice []uint64 }

func (d Demand) standing() covered {
	words := (len(d.Weights) + 63) / 64
	c := covered{make([]uint64, words), make([]uint64, words)}
	for _, s := range d.Standing {
		c.add(s)
	}
	return c
}

func (c covered) clone() covered { return covered{slices.Clone(c.once), slices.Clone(c.twice)} }

func (c covered) add(s Set) {
	for k, w := range s.at {
		c.twice[w] |= c.once[w] & s.bits[k]
		c.once[w] |= s.bits[k]
	}
}

// gain is what a site adds to what is covered.
func (d Demand) gain(s Set, c covered) float64 {
	first, second := 0.0, 0.0
	for k, w := range s.at {
		b := s.bits[k]
		if fresh := b &^ c.once[w]; fresh != 0 {
			first += weightOf(w, fresh, d.Weights)
		}
		if d.Backup > 0 {
			if again := b & c.once[w] &^ c.twice[w]; again != 0 {
				second += weightOf(w, again, d.Weights)
			}
		}
	}
	return (1-d.Backup)*first + d.Backup*second
}

func (d Demand) value(c covered) float64 {
	first, second := 0.0, 0.0
	for w := range c.once {
		first += weightOf(int32(w), c.once[w], d.Weights)
		second += weightOf(int32(w), c.twice[w], d.Weights)
	}
	return (1-d.Backup)*first + d.Backup*second
}

// Cover chooses up to count candidates so that, with what stands, the covered
// weight is greatest; fewer when more would add nothing.
//
// The choice is greedy by lazy evaluation (Minoux 1978, doi 10.1007/BFb0006528),
// which reaches at least 1−1/e of the best gain (Nemhauser, Wolsey and Fisher
// 1978, doi 10.1007/BF01588971), then improved by exchanging one site for
// another while that helps (Teitz and Bart 1968, doi 10.1287/opre.16.5.955).
// The bound is that of the Lagrangean relaxation (Galvão and ReVelle 1996,
// doi 10.1016/0377-2217(94)00159-6). With Effort.Nodes the best is proven by
// branch and bound, or the bound is what the search left open.
func Cover(d Demand, count int, e Effort) (Choice, error) {
	if err := d.check(count); err != nil {
		return Choice{}, err
	}
	base := d.standing()
	alone := make([]float64, len(d.Sites))
	for j, s := range d.Sites {
		alone[j] = d.gain(s, base)
	}
	chosen := d.exchange(d.greedy(count, base, alone), base, alone)
	relaxed := d.relax(base)
	start := d.value(base)
	choice := solve(relaxed, chosen, count, start, e, d.wholeValues())
	choice.Value += start
	choice.Bound += start
	choice.Sites, choice.Gains = d.ordered(choice.Sites, base)
	return choice, nil
}

func (d Demand) wholeValues() bool { return d.Backup == 0 && d.Beyond == 0 && whole(d.Weights) }

// ordered puts chosen sites into the order in which each adds the most to
// those before it, and leaves out those that add nothing.
func (d Demand) ordered(sites []int, base covered) ([]int, []float64) {
	rest := slices.Sorted(slices.Values(sites))
	state := base.clone()
	var order []int
	var gains []float64
	for len(rest) > 0 {
		best, most := 0, -1.0
		for k, j := range rest {
			if g := d.gain(d.Sites[j], state); g > most {
				best, most = k, g
			}
		}
		if most <= 0 {
			break
		}
		order, gains = append(order, rest[best]), append(gains, most)
		state.add(d.Sites[rest[best]])
		rest = slices.Delete(rest, best, best+1)
	}
	return order, gains
}

// promise is an upper bound of a candidate's gain: what it was when last
// evaluated.
type promise struct {
	gain float64
	site int
}

type promises []promise

func (p promises) Len() int { return len(p) }
func (p promises) Less(a, b int) bool {
	if p[a].gain != p[b].gain {
		return p[a].gain > p[b].gain
	}
	return p[a].site < p[b].site
}
func (p promises) Swap(a, b int) { p[a], p[b] = p[b], p[a] }
func (p *promises) Push(x any)   { *p = append(*p, x.(promise)) }
func (p *promises) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// greedy takes the candidate with the greatest gain again and again. A gain
// only shrinks as more is covered, so a candidate whose renewed gain still
// leads the old ones of the others is the greatest.
func (d Demand) greedy(count int, base covered, alone []float64) []int {
	state := base.clone()
	queue := make(promises, 0, len(alone))
	for j, g := range alone {
		if g > 0 {
			queue = append(queue, promise{g, j})
		}
	}
	heap.Init(&queue)
	var chosen []int
	for len(chosen) < count && len(queue) > 0 {
		top := queue[0]
		top.gain = d.gain(d.Sites[top.site], state)
		if top.gain <= 0 {
			heap.Pop(&queue)
			continue
		}
		if top.gain < queue[0].gain {
			queue[0] = top
			heap.Fix(&queue, 0)
			if queue[0].site != top.site {
				continue
			}
		}
		heap.Pop(&queue)
		chosen = append(chosen, top.site)
		state.add(d.Sites[top.site])
	}
	return chosen
}

// exchange replaces one chosen site by a better one while any exchange helps.
func (d Demand) exchange(chosen []int, base covered, alone []float64) []int {
	order := make([]int, len(alone)) // by gain alone, which bounds any later gain
	for j := range order {
		order[j] = j
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(alone[b], alone[a]), a-b) })
	for improved := true; improved; {
		improved = false
		for k, old := range chosen {
			state := base.clone()
			for _, j := range chosen {
				if j != old {
					state.add(d.Sites[j])
				}
			}
			now := d.gain(d.Sites[old], state)
			best, most := old, now+1e-9*math.Abs(now)
			for _, j := range order {
				if alone[j] <= most {
					break
				}
				if g := d.gain(d.Sites[j], state); g > most && !slices.Contains(chosen, j) {
					best, most = j, g
				}
			}
			if best != old {
				chosen[k], improved = best, true
			}
		}
	}
	return chosen
}
