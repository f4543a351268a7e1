package stats

import "math"

// Discrete is a distribution of whole numbers: the probabilities of 0, 1, 2, …
type Discrete []float64

// Hypergeometric is how many of drawn cases are marked, when that many are
// drawn at random from all, of which some are marked. It is what a place with
// drawn cases would have in a window that holds marked of all cases, if its
// cases were dated like everyone's: the null of the space-time permutation
// model (Kulldorff and others 2005) at one place. It is the zero distribution
// {1} where the numbers make no sense.
func Hypergeometric(all, marked, drawn int) Discrete {
	if drawn <= 0 || marked < 0 || drawn > all || marked > all {
		return Discrete{1}
	}
	mass := make(Discrete, drawn+1)
	first, last := max(0, drawn+marked-all), min(drawn, marked)
	mode := min(max((drawn+1)*(marked+1)/(all+2), first), last)
	mass[mode] = math.Exp(logChoose(marked, mode) + logChoose(all-marked, drawn-mode) - logChoose(all, drawn))
	// P(k+1)/P(k), from the mode outwards, where terms shrink.
	rise := func(k int) float64 {
		return float64(marked-k) * float64(drawn-k) / (float64(k+1) * float64(all-marked-drawn+k+1))
	}
	for k := mode; k < last; k++ {
		mass[k+1] = mass[k] * rise(k)
	}
	for k := mode; k > first; k-- {
		mass[k-1] = mass[k] / rise(k-1)
	}
	return mass
}

// Tails is the p-value of every number, on a side: P(X ≥ k), P(X ≤ k), or twice
// the smaller of them, at most 1. Both tails hold k itself, so that they are
// exact: a false alarm is at most as likely as p says.
func (d Discrete) Tails(s Side) []float64 {
	greater, less := make([]float64, len(d)), make([]float64, len(d))
	sum := 0.0
	for k, p := range d {
		sum += p
		less[k] = min(sum, 1)
	}
	sum = 0
	for k := len(d) - 1; k >= 0; k-- {
		sum += d[k]
		greater[k] = min(sum, 1)
	}
	switch s {
	case Greater:
		return greater
	case Less:
		return less
	}
	for k := range greater {
		greater[k] = min(1, 2*min(greater[k], less[k]))
	}
	return greater
}

// Binomial is the tail at count k of how many of so many trials succeed, each
// with the given chance; sides as in Poisson.
//
// It bounds the tails of sums: the number of successes in trials of unequal
// chances, and any sum of hypergeometric numbers, which is one, lies beyond
// mean + 1, or below mean − 1, at most as often as the binomial number of as
// many trials and the same mean (Hoeffding 1956, theorem 5; Vatutin and
// Mikhailov 1982).
func Binomial(k, trials, chance float64, s Side) float64 {
	if !(k >= 0 && k <= trials && chance >= 0 && chance <= 1) || math.IsInf(trials, 1) {
		return math.NaN()
	}
	k, trials = math.Floor(k), math.Floor(trials)
	return tails(k, trials*chance, trials, s, func(k float64) float64 {
		if chance == 0 || chance == 1 {
			if k == trials*chance {
				return 1
			}
			return 0
		}
		return math.Exp(logChoose(int(trials), int(k)) + k*math.Log(chance) + (trials-k)*math.Log1p(-chance))
	}, func(k float64) float64 { return (trials - k) / (k + 1) * chance / (1 - chance) })
}

// NegativeBinomial is Poisson with a mean that itself varies by a gamma
// distribution: variance is mean + dispersion·mean². It is what counts are
// when places differ in ways that nobody wrote down. A dispersion of 0 is
// Poisson.
func NegativeBinomial(k, mean, dispersion float64, s Side) float64 {
	if !(dispersion > 0) || mean == 0 {
		return Poisson(k, mean, s)
	}
	if !finite(k) || !finite(mean) || !finite(dispersion) || k < 0 || mean < 0 {
		return math.NaN()
	}
	size := 1 / dispersion
	odds := mean / (size + mean)
	return tails(math.Floor(k), mean, math.Inf(1), s, func(k float64) float64 {
		a, _ := math.Lgamma(k + size)
		b, _ := math.Lgamma(size)
		c, _ := math.Lgamma(k + 1)
		return math.Exp(a - b - c - size*math.Log1p(mean/size) + k*math.Log(odds))
	}, func(k float64) float64 { return (k + size) / (k + 1) * odds })
}

// logChoose is the logarithm of the number of ways to choose k of n, -Inf if
// there is none.
func logChoose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}

// Deviate is the standard normal deviate whose two-sided p-value is p, above
// zero for a count above its expectation, below it for one below: the way to
// show an exact p on the scale of z. p = 0, which rounding can make of a very
// small one, is shown as 38.
func Deviate(p float64, sign float64) float64 {
	z := math.Min(quantile(p), 38)
	switch {
	case sign > 0:
		return z
	case sign < 0:
		return -z
	case math.IsNaN(p):
		return p
	default:
		return 0
	}
}

// quantile is the z ≥ 0 of a two-sided p. math.Erfcinv turns 1 − p around and
// has no digits left where p is small; there Newton's steps on the logarithm
// of the tail take over.
func quantile(p float64) float64 {
	switch {
	case p < 1e-307:
		return math.Inf(1)
	case !(p < 1e-3):
		return math.Sqrt2 * math.Erfcinv(p)
	}
	z := math.Sqrt(-2 * math.Log(p))
	for range 8 {
		tail := math.Erfc(z / math.Sqrt2)
		z += math.Log(tail/p) * tail / (math.Sqrt(2/math.Pi) * math.Exp(-z*z/2))
	}
	return z
}
