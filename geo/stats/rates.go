package stats

import (
	"fmt"
	"math"
)

// Rates is cases by base (people, households, days), NaN where the base is
// not positive or a number unknown: nobody there is no rate of 0.
func Rates(cases, base []float64) ([]float64, error) {
	if len(cases) != len(base) {
		return nil, fmt.Errorf("%d numbers of cases for %d bases", len(cases), len(base))
	}
	rates := make([]float64, len(cases))
	for i := range cases {
		rates[i] = math.NaN()
		if counted(cases[i], base[i]) {
			rates[i] = cases[i] / base[i]
		}
	}
	return rates, nil
}

func counted(cases, base float64) bool {
	return finite(cases) && cases >= 0 && finite(base) && base > 0
}

// prior is the distribution that empirical Bayes shrinks towards, by the
// method of moments (Marshall 1991).
type prior struct {
	mean     float64
	variance float64 // not yet cut off at 0
	n        int
}

func (p *prior) fit(cases, base, rates []float64) {
	var all, whole, squares float64
	for i, r := range rates {
		if finite(r) {
			p.n, all, whole = p.n+1, all+cases[i], whole+base[i]
		}
	}
	p.mean = all / whole
	for i, r := range rates {
		if finite(r) {
			squares += base[i] * (r - p.mean) * (r - p.mean)
		}
	}
	p.variance = squares/whole - p.mean/(whole/float64(p.n))
}

func (p prior) shrink(cases, base float64) float64 {
	variance := max(p.variance, 0)
	if p.mean == 0 {
		return 0
	}
	return p.mean + variance/(variance+p.mean/base)*(cases/base-p.mean)
}

// EmpiricalBayes draws each rate towards the rate of all, the more the smaller
// its base (Marshall 1991, global): so a hamlet's one case does not outshine a
// town's forty. Also the variance and the mean of the fitted distribution. NaN
// as in Rates.
func EmpiricalBayes(cases, base []float64) (rates []float64, variance, mean float64, err error) {
	rates, err = Rates(cases, base)
	if err != nil {
		return nil, 0, 0, err
	}
	var p prior
	p.fit(cases, base, rates)
	for i, r := range rates {
		if finite(r) {
			rates[i] = p.shrink(cases[i], base[i])
		}
	}
	return rates, max(p.variance, 0), p.mean, nil
}

// LocalEmpiricalBayes draws each rate towards that of the place and its
// neighbours (Marshall 1991, local). Weights say who is a neighbour; how
// strongly does not count.
//
// Tools differ: the spread of the rates is around each neighbour's own local
// rate (Bailey and Gatrell 1995, p. 307, as in spdep); GeoDa takes it around
// the place's.
func LocalEmpiricalBayes(w Weights, cases, base []float64) ([]float64, error) {
	rates, err := Rates(cases, base)
	if err != nil {
		return nil, err
	}
	if w.Len() != len(cases) {
		return nil, fmt.Errorf("%w: %d places, %d values", ErrWeights, w.Len(), len(cases))
	}
	means, shrunk := make([]float64, len(rates)), make([]float64, len(rates))
	w.around(rates, func(i int, near []int32) {
		var all, whole float64
		for _, j := range near {
			all, whole = all+cases[j], whole+base[j]
		}
		means[i] = all / whole
	})
	for i := range shrunk {
		shrunk[i] = math.NaN()
	}
	w.around(rates, func(i int, near []int32) {
		var squares, whole float64
		for _, j := range near {
			squares += base[j] * (rates[j] - means[j]) * (rates[j] - means[j])
			whole += base[j]
		}
		p := prior{n: len(near), mean: means[i]}
		p.variance = squares/whole - p.mean/(whole/float64(p.n))
		shrunk[i] = p.shrink(cases[i], base[i])
	})
	return shrunk, nil
}

// around visits the places with a rate, each with itself and its neighbours
// that have one.
func (w Weights) around(rates []float64, visit func(i int, near []int32)) {
	var near []int32
	for i, r := range rates {
		if !finite(r) {
			continue
		}
		near = append(near[:0], int32(i))
		for _, j := range w.Row(i) {
			if finite(rates[j]) {
				near = append(near, j)
			}
		}
		visit(i, near)
	}
}

// AssuncaoReis is rates made comparable: each is its distance from the common
// rate in standard deviations of a rate with that base (Assunção and Reis
// 1999). Their Moran is the EB-Moran index, which a map of unequal bases wants
// instead of the rates' own.
func AssuncaoReis(cases, base []float64) ([]float64, error) {
	rates, err := Rates(cases, base)
	if err != nil {
		return nil, err
	}
	var p prior
	p.fit(cases, base, rates)
	for i, r := range rates {
		if !finite(r) {
			continue
		}
		variance := p.variance + p.mean/base[i]
		if variance < 0 {
			variance = p.mean / base[i]
		}
		rates[i] = 0
		if variance > 0 {
			rates[i] = (r - p.mean) / math.Sqrt(variance)
		}
	}
	return rates, nil
}

// Expected is the number of cases that each place would have at the common
// rate: base × Σ cases / Σ base. NaN as in Rates.
func Expected(cases, base []float64) ([]float64, error) {
	expected, err := Rates(cases, base)
	if err != nil {
		return nil, err
	}
	var all, whole float64
	for i, r := range expected {
		if finite(r) {
			all, whole = all+cases[i], whole+base[i]
		}
	}
	for i, r := range expected {
		if finite(r) {
			expected[i] = base[i] * all / whole
		}
	}
	return expected, nil
}

// Choynowski is the chance of a number of cases as far from the common rate as
// each place's, on its own side of it: P(X ≤ cases) below the expectation,
// P(X ≥ cases) from it upwards, X Poisson (Choynowski 1959, as in spdep).
func Choynowski(cases, base []float64) ([]float64, error) {
	expected, err := Expected(cases, base)
	if err != nil {
		return nil, err
	}
	for i, mean := range expected {
		if finite(mean) {
			side := Greater
			if cases[i] < mean {
				side = Less
			}
			expected[i] = Poisson(cases[i], mean, side)
		}
	}
	return expected, nil
}

// ProbabilityMap is P(X ≤ cases) under the common rate, X Poisson: small where
// a rate is low, near 1 where it is high (as in spdep's probmap).
func ProbabilityMap(cases, base []float64) ([]float64, error) {
	expected, err := Expected(cases, base)
	if err != nil {
		return nil, err
	}
	for i, mean := range expected {
		if finite(mean) {
			expected[i] = Poisson(cases[i], mean, Less)
		}
	}
	return expected, nil
}

// FewExpected is below how many expected cases a rate or ratio says little:
// at an expectation of 1, none at all is as likely as one.
const FewExpected = 1.0

// BorderShare is which part of a place's neighbourhood is missing, when a
// whole one has so many neighbours (6 hexagons, 8 squares): beyond the border
// nothing is known, which is not the same as nothing happening.
func (w Weights) BorderShare(i, whole int) float64 {
	return max(0, 1-float64(len(w.Row(i)))/float64(whole))
}
