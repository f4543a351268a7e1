package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ForecastScore says what a ranking of places was worth, once the incidents
// that it was to foresee have happened.
type ForecastScore struct {
	Hits, All   float64 // incidents in the chosen places, and everywhere
	Area, Whole float64 // square metres of the chosen places, and of all
	PAI         float64 // predictive accuracy: share of incidents by share of area; NaN where nothing happened
	PEI         float64 // predictive efficiency (PEI*): Hits by the most that this area could have held; NaN likewise
}

// Lift is how many times the hits of another ranking this one has on the same
// area. Against a naive baseline (RecentMean, KernelDensity) it says whether
// the effort was worth it; a PAI alone does not.
func (s ForecastScore) Lift(baseline ForecastScore) float64 { return s.PAI / baseline.PAI }

// ScoreForecast chooses places in falling order of their scores until the
// budget of square metres is used up, and counts the incidents that fell in
// them. Among places with equal scores none comes first: where only some of
// them fit, their incidents count by the share that does, which is the mean
// over all orders. So every ranking is judged on exactly the same area. A
// place of unknown score (NaN) comes last.
//
// Source: Chainey, Tompson and Uhlig 2008 (PAI); Hunt 2016 and the NIJ
// forecasting challenge of 2017 (PEI*). The best possible choice is likewise
// allowed a part of its last place, so PEI is at most 1.
func ScoreForecast(scores, areas, incidents []float64, budget float64) (ForecastScore, error) {
	if len(scores) != len(areas) || len(incidents) != len(areas) {
		return ForecastScore{}, fmt.Errorf("%w: %d scores, %d areas, %d places with incidents", ErrInput, len(scores), len(areas), len(incidents))
	}
	var s ForecastScore
	if err := positive("area", areas...); err != nil {
		return s, err
	}
	for i, area := range areas {
		if !(incidents[i] >= 0) || math.IsInf(incidents[i], 1) {
			return s, fmt.Errorf("%w: %g incidents at place %d", ErrInput, incidents[i], i)
		}
		s.Whole += area
		s.All += incidents[i]
	}
	if !(budget > 0 && budget <= s.Whole) {
		return s, fmt.Errorf("%w: a budget of %g m² of %g", ErrInput, budget, s.Whole)
	}
	s.Area = budget
	s.Hits = hits(scores, areas, incidents, budget)
	perArea := make([]float64, len(areas))
	for i := range perArea {
		perArea[i] = incidents[i] / areas[i]
	}
	best := hits(perArea, areas, incidents, budget)
	s.PAI, s.PEI = s.Hits/s.All/(s.Area/s.Whole), s.Hits/best
	return s, nil
}

// hits is the incidents on the budget's area in falling order of the scores.
func hits(scores, areas, incidents []float64, budget float64) (sum float64) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) }) // NaN last
	for from := 0; from < len(order) && budget > 0; {
		to, area, count := from, 0.0, 0.0
		for to < len(order) && cmp.Compare(scores[order[to]], scores[order[from]]) == 0 {
			area += areas[order[to]]
			count += incidents[order[to]]
			to++
		}
		sum += count * min(1, budget/area)
		budget -= area
		from = to
	}
	return sum
}

// RecentMean is the naive forecast of each place: its mean count over the last
// steps of its history, over all of them (the Poisson mean) when steps is 0.
// The history of every place must reach that far back.
func RecentMean(history [][]int, steps int) ([]float64, error) {
	means := make([]float64, len(history))
	for i, counts := range history {
		last := steps
		if last == 0 {
			last = len(counts)
		}
		if last <= 0 || last > len(counts) {
			return nil, fmt.Errorf("%w: the last %d steps of %d at place %d", ErrInput, steps, len(counts), i)
		}
		for _, count := range counts[len(counts)-last:] {
			means[i] += float64(count) / float64(last)
		}
	}
	return means, nil
}
