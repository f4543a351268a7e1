package hotspot

import (
	"sitmap/geo/stats"
)

// emergenceLevel is at which a step counts as hot or cold, after correction
// over all places and steps.
const emergenceLevel = 0.05

// Emergence tells of each judged place how it became what it is: step by step
// from the beginning of the record until the window's end, by the measure and
// within the reach of Judge, corrected over all places and steps together. It
// is NoPattern everywhere where the record is shorter than
// stats.MinimumSteps, or the measure is not OwnTimes.
func (r *Record) Emergence(q Question) (map[int32]stats.Emergence, error) {
	t, err := r.prepare(q)
	if err != nil {
		return nil, err
	}
	steps := t.q.To
	if steps < stats.MinimumSteps || t.q.Measure != OwnTimes {
		return nil, nil
	}
	z, p := t.series(steps)
	// Only which p are discoveries matters, and few can be: no need to sort them all.
	found := stats.Threshold(p, emergenceLevel, t.q.Correction)
	for i, v := range p {
		if v <= found {
			p[i] = 0
		} else if v > found {
			p[i] = 1
		}
	}
	emergence := make(map[int32]stats.Emergence)
	for at, place := range t.reach.judged {
		row := at * steps
		e, err := stats.Emerging(z[row:row+steps], p[row:row+steps], emergenceLevel)
		if err != nil {
			return nil, err
		}
		if e != stats.NoPattern {
			emergence[place] = e
		}
	}
	return emergence, nil
}

// series is the deviates and the two-sided p of every judged place in every
// step, place by place.
func (t *trial) series(steps int) (z, p []float64) {
	z, p = make([]float64, len(t.reach.judged)*steps), make([]float64, len(t.reach.judged)*steps)
	counts, drawn := make([]int, steps), make([]int, t.kinds)
	known := make(map[[2]int][]float64) // one kind: p of every count, by step and cases
	for at := range t.reach.judged {
		clear(counts)
		for _, place := range t.reach.of(at) {
			for _, f := range t.Record.of(int(place)) {
				if t.wanted[f.Kind] && int(f.Step) < steps {
					counts[f.Step] += int(f.Count)
				}
			}
		}
		t.drawn(at, drawn)
		for step, count := range counts {
			mean, trials := 0.0, 0.0
			for _, kind := range t.q.Kinds {
				if here := drawn[kind]; here > 0 {
					marked := int(t.totals[kind*t.steps+step])
					mean += float64(here) * float64(marked) / float64(t.kindTotals[kind])
					trials += float64(min(here, marked))
				}
			}
			i := at*steps + step
			if len(t.q.Kinds) > 1 {
				p[i] = boundedP(count, mean, trials)
			} else {
				key := [2]int{step, drawn[t.q.Kinds[0]]}
				tails, met := known[key]
				if !met {
					kind := t.q.Kinds[0]
					tails = stats.Hypergeometric(int(t.kindTotals[kind]), int(t.totals[kind*t.steps+step]), key[1]).Tails(stats.TwoSided)
					known[key] = tails
				}
				p[i] = tails[count]
			}
			z[i] = stats.Deviate(p[i], float64(count)-mean)
		}
	}
	return z, p
}
