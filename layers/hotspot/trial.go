package hotspot

import (
	"math"

	"sitmap/geo/stats"
)

// trial is a question made ready: what each judged place would have by chance
// is worked out, so that the true counts and any reshuffled ones are looked up.
type trial struct {
	*Record
	q        Question
	wanted   []bool // by kind
	reach    *reach
	window   []int32 // cases of each place in the window
	expected []float64
	spread   []float64   // ByBase: the dispersion of the negative binomial
	known    [][]float64 // ByBase: the p of counts that were met already, NaN of others
	rates    *rates      // ByBase: of each place by itself, nil otherwise
	tails    [][]float64 // OwnTimes, one kind: the p of every count within reach
	trials   []float64   // OwnTimes, several kinds: of the binomial bound
	even     []float64   // Evenly: scratch, NaN where a place may not be judged
	cases    int
	onRecord int
}

func (r *Record) prepare(q Question) (*trial, error) {
	if err := r.check(&q); err != nil {
		return nil, err
	}
	t := &trial{Record: r, q: q, wanted: make([]bool, r.kinds), window: make([]int32, r.places.Near.Len())}
	for _, kind := range q.Kinds {
		t.wanted[kind] = true
		t.cases += r.within(kind, q.From, q.To)
		t.onRecord += int(r.kindTotals[kind])
	}
	ever := make([]float64, len(t.window))
	for _, f := range r.facts {
		if !t.wanted[f.Kind] {
			continue
		}
		ever[f.Place] += float64(f.Count)
		if int(f.Step) >= q.From && int(f.Step) < q.To {
			t.window[f.Place] += f.Count
		}
	}
	switch q.Measure {
	case OwnTimes:
		t.reach = r.ownReach(&q, func() *reach { return r.newReach(t.judged(ever), ever, q.Enough, q.Rings) })
		t.againstOwnTimes()
	case ByBase:
		all := make([]int32, len(ever))
		for i, n := range ever {
			all[i] = int32(n)
		}
		t.againstBase(all)
	default:
		t.againstEven(ever)
	}
	return t, nil
}

// judged is the places that the mask lets through, by default those whose
// weight is above zero.
func (t *trial) judged(weight []float64) (places []int32) {
	for i, w := range weight {
		if t.q.Mask == nil && w > 0 || t.q.Mask != nil && t.q.Mask[i] {
			places = append(places, int32(i))
		}
	}
	return places
}

// againstOwnTimes works out what every reach would have in the window when
// each kind's dates are dealt out at random: a hypergeometric number for each
// kind. Of one kind the p of each count is exact; for the sum of several there
// is an exact bound (stats.Binomial).
func (t *trial) againstOwnTimes() {
	n := len(t.reach.judged)
	t.expected = make([]float64, n)
	single := len(t.q.Kinds) == 1
	if single {
		t.tails = make([][]float64, n)
	} else {
		t.trials = make([]float64, n)
	}
	inWindow, drawn := make([]int, t.kinds), make([]int, t.kinds)
	for kind := range inWindow {
		inWindow[kind] = t.within(kind, t.q.From, t.q.To)
	}
	known := make(map[int][]float64)
	for at := range n {
		t.drawn(at, drawn)
		for _, kind := range t.q.Kinds {
			all, here, marked := int(t.kindTotals[kind]), drawn[kind], inWindow[kind]
			if here > 0 {
				t.expected[at] += float64(here) * float64(marked) / float64(all)
			}
			if !single {
				t.trials[at] += float64(min(here, marked))
				continue
			}
			tails, met := known[here]
			if !met {
				tails = stats.Hypergeometric(all, marked, here).Tails(stats.TwoSided)
				known[here] = tails
			}
			t.tails[at] = tails
		}
	}
}

// drawn counts the cases of each wanted kind within the at-th reach.
func (t *trial) drawn(at int, drawn []int) {
	clear(drawn)
	for _, place := range t.reach.of(at) {
		for _, f := range t.Record.of(int(place)) {
			if t.wanted[f.Kind] {
				drawn[f.Kind] += int(f.Count)
			}
		}
	}
}

// boundedP is a two-sided p-value of a sum of hypergeometric numbers, never
// too small: 1 within one case of the expectation, where the bound says
// nothing.
func boundedP(count int, expected, trials float64) float64 {
	if math.Abs(float64(count)-expected) < 1 {
		return 1
	}
	side := stats.Greater
	if float64(count) < expected {
		side = stats.Less
	}
	return min(1, 2*stats.Binomial(float64(count), trials, min(expected/trials, 1), side))
}

// againstEven is Gi* of the counts of all places that may be judged; its reach
// is the place and its neighbours.
func (t *trial) againstEven(ever []float64) {
	judged := t.judged(ever)
	known := make([]float64, len(ever)) // 1 for each place that may be judged
	x := make([]float64, len(ever))
	for i := range x {
		x[i] = math.NaN()
	}
	sum := 0.0
	for _, i := range judged {
		x[i], known[i] = float64(t.window[i]), 1
		sum += x[i]
	}
	t.reach = t.newReach(judged, known, math.MaxInt, 1)
	t.even, t.expected = x, make([]float64, len(judged))
	for at := range judged {
		t.expected[at] = sum / float64(len(judged)) * float64(len(t.reach.of(at)))
	}
}

// judge gives each judged place its cases within reach, its two-sided p and
// its class, when the window holds these cases of each place.
func (t *trial) judge(window []int32) (around []int, p []float64, classes []stats.Class) {
	n := len(t.reach.judged)
	around, p = make([]int, n), make([]float64, n)
	above := make([]float64, n)
	for at := range n {
		for _, place := range t.reach.of(at) {
			around[at] += int(window[place])
		}
		above[at] = float64(around[at]) - t.expected[at]
		switch t.q.Measure {
		case OwnTimes:
			if t.tails != nil {
				p[at] = t.tails[at][around[at]]
			} else {
				p[at] = boundedP(around[at], t.expected[at], t.trials[at])
			}
		case ByBase:
			p[at] = t.spreadP(at, around[at])
		}
	}
	if t.q.Measure == Evenly {
		for at, z := range t.giStar(window) {
			p[at], above[at] = stats.TwoSided.P(z), z
		}
	}
	return around, p, stats.Classes(above, p, t.q.Correction)
}

// giStar is Gi* of the judged places among themselves.
func (t *trial) giStar(window []int32) []float64 {
	for _, i := range t.reach.judged {
		t.even[i] = float64(window[i])
	}
	all, err := stats.GiStar(t.places.Near, t.even)
	if err != nil {
		panic(err) // one value for each place of the weights, by construction
	}
	z := make([]float64, len(t.reach.judged))
	for at, i := range t.reach.judged {
		z[at] = all[i]
	}
	return z
}

func (t *trial) answer() Answer {
	around, p, classes := t.judge(t.window)
	a := Answer{Cases: t.cases, OnRecord: t.onRecord, Verdicts: make([]Verdict, len(around))}
	for at, place := range t.reach.judged {
		v := &a.Verdicts[at]
		*v = Verdict{
			Place: place, Count: int(t.window[place]), Around: around[at], Expected: t.expected[at],
			Members: int(t.reach.width[at]), Rings: int(t.reach.rings[at]), Base: math.NaN(), Rate: math.NaN(), Smoothed: math.NaN(),
			P: p[at], Z: stats.Deviate(p[at], float64(around[at])-t.expected[at]), Class: classes[at],
			Few: t.expected[at] < stats.FewExpected,
		}
		if t.rates != nil {
			v.Base, v.Rate, v.Smoothed = t.rates.of(place)
			v.FewHere = t.rates.expected[place] < stats.FewExpected
		}
		if t.places.Whole > 0 {
			v.BorderShare = t.places.Near.BorderShare(int(place), t.places.Whole)
		}
	}
	return a
}
