package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrInput is a question that has no answer: lengths that differ, a bandwidth
// that is no positive number, too few steps.
var ErrInput = errors.New("bad input")

// Trend is what the test of Mann and Kendall says of a series.
type Trend struct {
	N        int     // known values
	S        int     // pairs that rise less pairs that fall
	Variance float64 // of S when there is no trend, ties allowed for
	Z        float64 // S, one step nearer to 0, in standard deviations
	P        float64 // two-sided, normal approximation
	Tau      float64 // S by the number of pairs (Kendall's tau-a)
}

// MannKendall tests whether a series, in the order of time, rises or falls.
// Only the order of values counts, not their size. Unknown values (NaN) are
// left out; a series whose values are all alike, or with fewer than two of
// them, has Z 0 and P 1. The normal approximation is for ten values and more;
// dependence from step to step (seasons) makes P too small.
//
// Source: Mann 1945, Kendall 1975, with the variance corrected for ties.
func MannKendall(x []float64) Trend {
	values := make([]float64, 0, len(x))
	for _, v := range x {
		if finite(v) {
			values = append(values, v)
		}
	}
	t := Trend{N: len(values), P: 1}
	for i, v := range values {
		for _, earlier := range values[:i] {
			if v > earlier {
				t.S++
			} else if v < earlier {
				t.S--
			}
		}
	}
	if t.N < 2 {
		return t
	}
	n := float64(t.N)
	t.Tau = float64(t.S) / (n * (n - 1) / 2)
	slices.Sort(values)
	sum := n * (n - 1) * (2*n + 5)
	for from := 0; from < len(values); {
		to := from + 1
		for to < len(values) && values[to] == values[from] {
			to++
		}
		ties := float64(to - from)
		sum -= ties * (ties - 1) * (2*ties + 5)
		from = to
	}
	t.Variance = sum / 18
	if t.Variance > 0 {
		switch {
		case t.S > 0:
			t.Z = float64(t.S-1) / math.Sqrt(t.Variance)
		case t.S < 0:
			t.Z = float64(t.S+1) / math.Sqrt(t.Variance)
		}
		t.P = TwoSided.P(t.Z)
	}
	return t
}

// mostExact is up to how many values Exact counts orders.
const mostExact = 20

// Exact is the two-sided p of the series by counting orders, each as likely as
// any other where there is no trend: for short series, where the normal
// approximation says little. false for series with ties or with more values than
// are worth counting.
func (t Trend) Exact() (p float64, ok bool) {
	n := t.N
	if n > mostExact || t.Variance != float64(n*(n-1)*(2*n+5))/18 {
		return 0, false
	}
	// orders by how many pairs fall: 1, then 1 1, then 1 2 2 1, …
	orders := []float64{1}
	for size := 2; size <= n; size++ {
		next := make([]float64, len(orders)+size-1)
		for falling, count := range orders {
			for k := range size {
				next[falling+k] += count
			}
		}
		orders = next
	}
	pairs := n * (n - 1) / 2
	all, far := 0.0, 0.0
	for falling, count := range orders {
		all += count
		if s := pairs - 2*falling; max(s, -s) >= max(t.S, -t.S) {
			far += count
		}
	}
	return far / all, true
}

// Slope is a robust line through a series.
type Slope struct {
	PerStep   float64 // median of the slopes of all pairs
	Low, High float64 // confidence interval of PerStep; ±Inf where the series is too short for it
	Intercept float64 // of the line at step 0
}

// SenSlope is the median slope of a series, with an interval of the given
// confidence (0.95) by Gilbert's normal approximation. An unknown value (NaN)
// takes its step with it: its neighbours stay two steps apart. The intercept
// is the median value less the slope to the median step (Conover 1980). At
// least two known values are needed.
//
// Source: Theil 1950, Sen 1968, Gilbert 1987 (section 16.5).
func SenSlope(x []float64, confidence float64) (Slope, error) {
	if !(confidence > 0 && confidence < 1) {
		return Slope{}, fmt.Errorf("%w: confidence %g is not between 0 and 1", ErrInput, confidence)
	}
	var values, steps, slopes []float64
	for i, v := range x {
		if !finite(v) {
			continue
		}
		for j, earlier := range values {
			slopes = append(slopes, (v-earlier)/(float64(i)-steps[j]))
		}
		values = append(values, v)
		steps = append(steps, float64(i))
	}
	if len(slopes) == 0 {
		return Slope{}, fmt.Errorf("%w: a slope needs two known values", ErrInput)
	}
	slices.Sort(slopes)
	s := Slope{PerStep: medianOf(slopes), Low: math.Inf(-1), High: math.Inf(1)}
	half := math.Sqrt2 * math.Erfinv(confidence) * math.Sqrt(MannKendall(x).Variance)
	count := float64(len(slopes))
	if low := int(math.Floor((count - half) / 2)); low >= 1 {
		s.Low = slopes[low-1]
	}
	if high := int(math.Ceil((count+half)/2)) + 1; high <= len(slopes) {
		s.High = slopes[high-1]
	}
	slices.Sort(values)
	s.Intercept = medianOf(values) - s.PerStep*medianOf(steps)
	return s, nil
}

// medianOf is the median of sorted values, at least one.
func medianOf(sorted []float64) float64 {
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return sorted[middle-1] + (sorted[middle]-sorted[middle-1])/2
}
