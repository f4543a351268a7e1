package stats

import "math"

// Poisson is the tail of a Poisson variable at count k (a whole number) with
// the given mean: P(X ≥ k) for Greater, P(X ≤ k) for Less, and for TwoSided
// twice the smaller of them, at most 1. Both tails hold k itself, so that
// they are exact: a false alarm is at most as likely as p says. NaN where k or
// mean is negative, unknown or above 1e12, where whole numbers are too many to
// be summed.
//
// Tools differ: pointpats' p_poisson is P(X > k).
func Poisson(k, mean float64, s Side) float64 {
	if !finite(k) || !finite(mean) || k < 0 || mean < 0 || k > mostSummed || mean > mostSummed {
		return math.NaN()
	}
	k = math.Floor(k)
	return tails(k, mean, math.Inf(1), s, func(k float64) float64 {
		return math.Exp(logPoisson(k, mean))
	}, func(k float64) float64 { return mean / (k + 1) })
}

// mostSummed keeps k + 1 apart from k, and the terms of a sum to some millions.
const mostSummed = 1e12

func logPoisson(k, mean float64) float64 {
	if mean == 0 {
		if k == 0 {
			return 0
		}
		return math.Inf(-1)
	}
	gamma, _ := math.Lgamma(k + 1)
	return k*math.Log(mean) - mean - gamma
}

// tails sums a unimodal distribution of whole numbers up to most from k
// outwards on the side away from its middle, where terms only shrink, and
// takes the other tail from the rest. rise(k) is P(k+1)/P(k).
func tails(k, middle, most float64, s Side, at, rise func(k float64) float64) float64 {
	here := at(k)
	outer := here
	if k >= middle {
		for j, term := k, here; j < most; j++ {
			term *= rise(j)
			outer += term
			if term <= outer*1e-17 {
				break
			}
		}
	} else {
		for j, term := k, here; j > 0; j-- {
			term /= rise(j - 1)
			outer += term
			if term <= outer*1e-17 {
				break
			}
		}
	}
	outer = min(outer, 1)
	other := min(max(1-outer+here, 0), 1)
	greater, less := outer, other
	if k < middle {
		greater, less = other, outer
	}
	switch s {
	case Greater:
		return greater
	case Less:
		return less
	default:
		return min(1, 2*min(greater, less))
	}
}
