package stats

import "math"

// mostDispersed ends the search for a dispersion: standard deviations of a
// thousand times the mean are no spread but a fault.
const mostDispersed = 1e6

// Dispersion is how widely the true rates of places differ, as the variance of
// the rates about 1, told by counts beside what was expected of them: under a
// negative binomial distribution with it (variance E + dispersion·E²) the
// squared distances, each by its variance, add up to their number (Breslow
// 1984). 0 where the counts lie no wider than Poisson's. Places where nothing
// was expected or a number is unknown say nothing.
//
// It is steadier than the moment of EmpiricalBayes where most places expect
// less than one case: that one weighs places by their base, so the largest few
// decide.
func Dispersion(counts, expected []float64) float64 {
	// excess falls as the dispersion grows.
	excess := func(dispersion float64) float64 {
		sum := 0.0
		for i, mean := range expected {
			if mean > 0 && finite(mean) && finite(counts[i]) {
				off := counts[i] - mean
				sum += off*off/(mean+dispersion*mean*mean) - 1
			}
		}
		return sum
	}
	if !(excess(0) > 0) {
		return 0
	}
	low, high := 0.0, 1.0
	for excess(high) > 0 && high < mostDispersed {
		low, high = high, 2*high
	}
	for range 60 {
		if middle := (low + high) / 2; excess(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// Shrink draws a rate towards the mean of all, the more the smaller its base
// and the less the true rates differ (variance): the expectation of the true
// rate under a gamma distribution with this mean and variance (Clayton and
// Kaldor 1987). NaN as in Rates.
func Shrink(cases, base, mean, variance float64) float64 {
	if !counted(cases, base) {
		return math.NaN()
	}
	return prior{mean: mean, variance: variance}.shrink(cases, base)
}
