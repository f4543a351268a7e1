package stats

import (
	"cmp"
	"math"
	"slices"
)

// Correction is how p-values are held back when many are asked at once. Of
// 56,000 quiet places 2,800 lie below 0.05; without a correction they are
// 2,800 hotspots.
type Correction int

// The corrections. BenjaminiHochberg (1995, for independence or positive
// dependence) and BenjaminiYekutieli (2001, for any) hold the share of false
// discoveries among all of them; Holm (1979) and Bonferroni hold the chance
// of even one. Who asks for nothing gets the first.
const (
	BenjaminiHochberg Correction = iota
	BenjaminiYekutieli
	Holm
	Bonferroni
	Uncorrected
)

// Adjust gives each p-value the smallest level at which it would be a
// discovery among all of p (as R's p.adjust). What is no probability, as NaN,
// is a place not tested: it becomes NaN and does not count in m. Put both tails of a test, and everything
// that is asked together, into one p.
//
// Tools differ: here a discovery at level a is p ≤ a; esda.fdr uses a strict <
// and answers a/m when there are none.
func Adjust(p []float64, c Correction) []float64 {
	adjusted := make([]float64, len(p))
	tested := make([]int32, 0, len(p))
	for i, v := range p {
		adjusted[i] = math.NaN()
		if v >= 0 && v <= 1 {
			tested = append(tested, int32(i))
		}
	}
	slices.SortFunc(tested, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p[a], p[b]), cmp.Compare(a, b))
	})
	m := len(tested)
	penalty := c.penalty(m)
	if c == Holm {
		most := 0.0
		for k, i := range tested {
			most = max(most, penalty(k+1)*p[i])
			adjusted[i] = min(most, 1)
		}
		return adjusted
	}
	if c == BenjaminiHochberg || c == BenjaminiYekutieli {
		least := 1.0
		for k := m - 1; k >= 0; k-- {
			i := tested[k]
			least = min(least, penalty(k+1)*p[i])
			adjusted[i] = least
		}
		return adjusted
	}
	for _, i := range tested {
		adjusted[i] = min(penalty(1)*p[i], 1)
	}
	return adjusted
}

// penalty is what the k-th smallest of m p-values is multiplied by.
func (c Correction) penalty(m int) func(k int) float64 {
	all := float64(m)
	switch c {
	case BenjaminiHochberg:
		return func(k int) float64 { return all / float64(k) }
	case BenjaminiYekutieli:
		harmonic := 0.0
		for i := 1; i <= m; i++ {
			harmonic += 1 / float64(i)
		}
		return func(k int) float64 { return all * harmonic / float64(k) }
	case Holm:
		return func(k int) float64 { return float64(m - k + 1) }
	case Bonferroni:
		return func(int) float64 { return all }
	default:
		return func(int) float64 { return 1 }
	}
}

// Threshold is the largest of the p-values that is a discovery at a level,
// and so all at most as large are; −1 when there is none. It sorts only what
// can matter: no correction makes a discovery of a p above the level.
func Threshold(p []float64, level float64, c Correction) float64 {
	small, m := candidates(p, level)
	return threshold(small, m, level, c)
}

// candidates are the p-values up to the level in rising order, and how many
// tests there were.
func candidates(p []float64, level float64) (small []float64, m int) {
	for _, v := range p {
		if !math.IsNaN(v) {
			m++
		}
		if v <= level {
			small = append(small, v)
		}
	}
	slices.Sort(small)
	return small, m
}

func threshold(small []float64, m int, level float64, c Correction) float64 {
	penalty, found := c.penalty(m), -1.0
	for k, v := range small {
		switch {
		case penalty(k+1)*v <= level:
			found = v
		case c == Holm: // steps down, and stops at the first that fails
			return found
		}
	}
	return found
}

// Class is how sure a hot or a cold place is, after correction: ±1 at 90 %,
// ±2 at 95 %, ±3 at 99 %, hot above zero, cold below, 0 for neither.
type Class int8

// The classes.
const (
	Cold99 Class = iota - 3
	Cold95
	Cold90
	None
	Hot90
	Hot95
	Hot99
)

// Confidence is the class's level in percent, 0 for None.
func (c Class) Confidence() int {
	return [...]int{0, 90, 95, 99}[max(c, -c)]
}

var classNames = [...]string{"cold99", "cold95", "cold90", "none", "hot90", "hot95", "hot99"}

// String names the class: hot99, hot95, hot90, none, cold90, cold95, cold99.
func (c Class) String() string { return classNames[c-Cold99] }

// Classes sorts places by the level at which their p-value remains a
// discovery after correction, and by the sign of z. A place not tested (NaN)
// is None.
func Classes(z, p []float64, c Correction) []Class {
	small, m := candidates(p, 0.10)
	at90, at95, at99 := threshold(small, m, 0.10, c), threshold(small, m, 0.05, c), threshold(small, m, 0.01, c)
	classes := make([]Class, len(p))
	for i, v := range p {
		if !(v <= at90) {
			continue
		}
		class := Hot90
		if v <= at95 {
			class = Hot95
		}
		if v <= at99 {
			class = Hot99
		}
		switch {
		case z[i] > 0:
			classes[i] = class
		case z[i] < 0:
			classes[i] = -class
		}
	}
	return classes
}
