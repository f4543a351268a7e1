package stats

import "math"

// nodes and reachOfNodes lay the sum that stands for the integral over a
// normal variable: every 0.2 standard deviations, 8 to each side. For a smooth
// function that ends within, the trapezium rule is as exact as the arithmetic.
const (
	nodes        = 81
	reachOfNodes = 8.0
)

// PoissonLognormal is NegativeBinomial with a mean that varies by a log-normal
// distribution instead of a gamma distribution, of the same mean and variance:
// its upper tail is heavier. Sides and faults as in Poisson.
func PoissonLognormal(k, mean, dispersion float64, s Side) float64 {
	if !(dispersion > 0) || mean == 0 {
		return Poisson(k, mean, s)
	}
	if !finite(k) || !finite(mean) || !finite(dispersion) || k < 0 || mean < 0 {
		return math.NaN()
	}
	if s == TwoSided {
		// Only the tail on the count's own side of the mean can be the smaller.
		side := Greater
		if k < mean {
			side = Less
		}
		return min(1, 2*PoissonLognormal(k, mean, dispersion, side))
	}
	sigma := math.Sqrt(math.Log1p(dispersion))
	var tail, weight float64
	for i := range nodes {
		z := reachOfNodes * (2*float64(i)/(nodes-1) - 1)
		w := math.Exp(-z * z / 2)
		weight += w
		tail += w * Poisson(k, min(mean*math.Exp(sigma*z-sigma*sigma/2), mostSummed), s)
	}
	return min(1, tail/weight)
}
