package hotspot

import (
	"fmt"
	"math"

	"sitmap/geo/stats"
)

// Base is what counts are held against by ByBase: of each stratum (town,
// country) how many there are (households) in each place. NaN where that is
// not known. A place is judged if it has LeastBase or more in all.
type Base [][]float64

// LeastBase is how many there must be in a place for it to be judged: where
// less than one household is, nobody lives.
const LeastBase = 1

// The rates of strata are improved round by round until none moves by more than
// a part of settled, or as often as mostRounds.
const (
	settled    = 1e-9
	mostRounds = 200
)

func (b Base) check(places int) error {
	if len(b) == 0 {
		return fmt.Errorf("%w: no base", ErrInput)
	}
	for _, stratum := range b {
		if len(stratum) != places {
			return fmt.Errorf("%w: a base of %d for %d places", ErrInput, len(stratum), places)
		}
	}
	return nil
}

// Of is how many there are in a place in all, NaN where that is not known.
func (b Base) Of(place int32) float64 {
	sum := 0.0
	for _, stratum := range b {
		sum += stratum[place]
	}
	return sum
}

// Measures tells whether anything can be held against a place's base.
func (b Base) Measures(place int32) bool {
	sum := b.Of(place)
	return sum >= LeastBase && !math.IsInf(sum, 1)
}

// rates are the window's cases of each place beside what the city's rates give
// it.
type rates struct {
	base     []float64 // 0 for places that are not measured
	cases    []float64
	expected []float64
	spread   float64 // variance of the true rates, relative to the expected ones
}

// newRates fits the city's rate of each stratum. Places with some of both have
// cases of both, and nobody says which are whose: the rates are the most likely
// ones, found by dividing each place's cases in the proportion expected so far
// (expectation–maximisation of a sum of Poisson numbers). What is held against
// them is the place's whole, so this is indirect standardisation.
func newRates(window []int32, base Base) *rates {
	n := len(window)
	r := &rates{base: make([]float64, n), cases: make([]float64, n), expected: make([]float64, n)}
	whole := make([]float64, len(base))
	for i := range window {
		if !base.Measures(int32(i)) {
			continue
		}
		r.base[i], r.cases[i] = base.Of(int32(i)), float64(window[i])
		for s := range base {
			whole[s] += base[s][i]
		}
	}
	r.expect(base, likeliest(r.cases, base, whole))
	r.spread = stats.Dispersion(r.cases, r.expected)
	return r
}

// likeliest is the rate of each stratum under which the cases are the most
// likely.
func likeliest(cases []float64, base Base, whole []float64) []float64 {
	rate := make([]float64, len(base))
	for s := range rate {
		rate[s] = 1
	}
	for range mostRounds {
		share := make([]float64, len(base))
		for i, n := range cases {
			if n == 0 {
				continue
			}
			expected := 0.0
			for s := range base {
				expected += base[s][i] * rate[s]
			}
			for s := range base {
				if expected > 0 {
					share[s] += n * base[s][i] * rate[s] / expected
				}
			}
		}
		moved := 0.0
		for s, old := range rate {
			rate[s] = 0
			if whole[s] > 0 {
				rate[s] = share[s] / whole[s]
			}
			moved = max(moved, math.Abs(rate[s]-old)/max(old, math.SmallestNonzeroFloat64))
		}
		if moved < settled {
			break
		}
	}
	return rate
}

// expect is what the rates give each measured place.
func (r *rates) expect(base Base, rate []float64) {
	for i, b := range r.base {
		r.expected[i] = 0
		if b == 0 {
			continue
		}
		for s := range base {
			r.expected[i] += base[s][i] * rate[s]
		}
	}
}

// of is the base of a place, its rate and its smoothed rate.
func (r *rates) of(place int32) (base, raw, smoothed float64) {
	if base = r.base[place]; base == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	smoothed = stats.Shrink(r.cases[place], r.expected[place], 1, r.spread) * r.expected[place] / base
	if r.expected[place] == 0 {
		smoothed = 0
	}
	return base, r.cases[place] / base, smoothed
}

// againstBase holds counts against the city's rates. Around each place so many
// are looked at as should have had enough cases on record. How widely places
// differ for reasons that nobody wrote down, and by how much numbers of a base
// lie in the wrong place, is told by the same sums that are judged.
func (t *trial) againstBase(ever []int32) {
	t.rates = newRates(t.window, t.q.Base)
	always := newRates(ever, t.q.Base)
	var judged []int32
	for i := range t.window {
		if t.rates.base[i] > 0 && (t.q.Mask == nil || t.q.Mask[i]) {
			judged = append(judged, int32(i))
		}
	}
	t.reach = t.newReach(judged, always.expected, t.q.Enough, t.q.Rings)
	t.expected = make([]float64, len(judged))
	around, expected := make([]float64, len(judged)), make([]float64, len(judged))
	for at := range judged {
		for _, place := range t.reach.of(at) {
			t.expected[at] += t.rates.expected[place]
			around[at] += always.cases[place]
			expected[at] += always.expected[place]
		}
	}
	t.spread, t.known = make([]float64, len(judged)), make([][]float64, len(judged))
	t.spreads(around, expected)
}

// margin is what the estimated spread is taken times. Without it 4 of 100 quiet
// cities had a discovery at 99 % when asked for all times at once.
const margin = 1.1

// spreads is how widely places differ, of those that look equally far around
// (one village alone differs more than the mean of several), but no less than
// all do together: few places tell little. margin makes up for the few villages
// of any city that lie further out than either distribution has it.
func (t *trial) spreads(around, expected []float64) {
	together := stats.Dispersion(around, expected)
	for ring := int8(0); ring <= int8(max(t.q.Rings, 0)); ring++ {
		var counts, means []float64
		for at := range around {
			if t.reach.rings[at] == ring {
				counts, means = append(counts, around[at]), append(means, expected[at])
			}
		}
		spread := margin * max(together, stats.Dispersion(counts, means))
		for at := range t.spread {
			if t.reach.rings[at] == ring {
				t.spread[at] = spread
			}
		}
	}
}

// unlikely is below which p the heavier tail is looked at.
const unlikely = 0.2

// spreadP is the two-sided p of a count within the at-th reach, where true
// rates differ as widely as there. Whether they follow a gamma or a log-normal
// distribution nobody knows, and far out it matters: the larger p counts.
func (t *trial) spreadP(at, count int) float64 {
	for len(t.known[at]) <= count {
		t.known[at] = append(t.known[at], math.NaN())
	}
	p := &t.known[at][count]
	if math.IsNaN(*p) {
		*p = stats.NegativeBinomial(float64(count), t.expected[at], t.spread[at], stats.TwoSided)
		if *p < unlikely {
			*p = max(*p, stats.PoissonLognormal(float64(count), t.expected[at], t.spread[at], stats.TwoSided))
		}
	}
	return *p
}
