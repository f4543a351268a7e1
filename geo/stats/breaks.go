package stats

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Breaks is the lower limits of classes 1, 2, … of a legend, rising. What lies
// below the first is class 0: nothing, or hardly anything.
type Breaks []float64

// Scheme says how classes are cut.
type Scheme int

// The schemes.
const (
	Quantiles Scheme = iota // equally many values in each class: shows order
	Geometric               // each limit the same multiple of the one before: shows orders of size
)

// maxClasses bounds a legend: more nobody tells apart.
const maxClasses = 64

// NewBreaks cuts values above 0 into at most so many classes. All series that
// will be compared (periods side by side, steps of an animation) go in
// together, so that a colour means the same in all of them; unknown values and
// values of 0 or less do not count. Limits that fall together become one, so
// few different values give few classes, and no value above 0 gives none.
//
// Quantiles are those of R's type 7. The first limit is the smallest value. A
// geometric legend begins at the twentieth part of the values from below, for
// a kernel's skirt comes arbitrarily near to 0.
func NewBreaks(scheme Scheme, classes int, series ...[]float64) (Breaks, error) {
	if classes < 1 || classes > maxClasses {
		return nil, fmt.Errorf("%w: %d classes, 1 to %d are possible", ErrInput, classes, maxClasses)
	}
	var values []float64
	for _, one := range series {
		for _, v := range one {
			if v > 0 && !math.IsInf(v, 1) {
				values = append(values, v)
			}
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	slices.Sort(values)
	breaks := make(Breaks, classes)
	low, high := quantileOf(values, 0.05), values[len(values)-1]
	for k := range breaks {
		part := float64(k) / float64(classes)
		if scheme == Geometric {
			breaks[k] = math.Exp(math.Log(low) + part*(math.Log(high)-math.Log(low)))
		} else {
			breaks[k] = quantileOf(values, part)
		}
	}
	return slices.Compact(breaks), nil
}

// Classes is the class of every value under shared limits, -1 where it is
// unknown: what a map paints, the same colour for the same density in every
// period.
func (b Breaks) Classes(values []float64) []int8 {
	classes := make([]int8, len(values))
	for i, v := range values {
		classes[i] = int8(b.Class(v))
	}
	return classes
}

// Class is how many limits a value reaches: 0 below the first, len(b) from the
// last on, -1 if it is unknown.
func (b Breaks) Class(v float64) int {
	if math.IsNaN(v) {
		return -1
	}
	class := 0
	for class < len(b) && b[class] <= v {
		class++
	}
	return class
}

// quantileOf interpolates between sorted values.
func quantileOf(sorted []float64, part float64) float64 {
	at := part * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// rounds are ways to write a limit, the plainest first: the leading figures
// that it may have.
var rounds = [][]float64{
	{1, 2, 5, 10},
	{1, 1.5, 2, 3, 5, 7, 10},
	{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10},
}

// Nice rounds limits to plain figures (1, 2, 5, 10, …; finer ones where these
// would make two limits one), for a legend that people read. Limits that still
// fall together become one.
func (b Breaks) Nice() Breaks {
	var nice Breaks
	for _, figures := range rounds {
		nice = make(Breaks, len(b))
		for i, limit := range b {
			nice[i] = plain(limit, figures)
		}
		if nice = slices.Compact(nice); len(nice) == len(b) {
			break
		}
	}
	return nice
}

// plain is the number with one of the leading figures that is nearest to a
// positive one by their ratio.
func plain(limit float64, figures []float64) float64 {
	exponent := int(math.Floor(math.Log10(limit)))
	ratio := limit / math.Pow(10, float64(exponent))
	best := figures[0]
	for _, figure := range figures {
		if math.Abs(math.Log(figure/ratio)) < math.Abs(math.Log(best/ratio)) {
			best = figure
		}
	}
	// By way of its figures, so that 0.002 is what one gets by writing 0.002.
	number, err := strconv.ParseFloat(fmt.Sprintf("%ge%d", best, exponent), 64)
	if err != nil || number == 0 {
		return limit // beyond what numbers can say
	}
	return number
}
