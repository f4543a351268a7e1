package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Lorenz is how evenly an amount is spread over places.
type Lorenz struct {
	// Curve rises from (0, 0) to (1, 1): the share of the base held by the
	// places that get least for theirs, and the share of the amount they get.
	Curve [][2]float64
	Gini  float64 // 0: everyone gets by the base; towards 1: one place gets all
	Order []int   // the places, those that get least for their base first
}

// Evenness compares amounts (patrol minutes) with what they should follow
// (risk, residents; nil for the same everywhere). Places where either is
// unknown are left out. Where nothing was given, or no base is, it is even:
// Gini 0, and the curve is the diagonal. A place without base that gets
// something comes last.
//
// Source: Lorenz 1905, Gini 1912, of the places themselves; what is divided by
// n−1 instead of n elsewhere (as an estimate from a sample) is larger by
// n/(n−1).
func Evenness(amounts, bases []float64) (Lorenz, error) {
	l := Lorenz{Curve: [][2]float64{{0, 0}}}
	if err := beside("bases", bases, len(amounts)); err != nil {
		return l, err
	}
	base := func(i int) float64 {
		if bases == nil {
			return 1
		}
		return bases[i]
	}
	var amountSum, baseSum float64
	for i, amount := range amounts {
		if !finite(amount) || !finite(base(i)) {
			continue
		}
		if amount < 0 || base(i) < 0 {
			return l, fmt.Errorf("%w: amount %g for base %g at place %d", ErrInput, amount, base(i), i)
		}
		amountSum += amount
		baseSum += base(i)
		if amount > 0 || base(i) > 0 {
			l.Order = append(l.Order, i)
		}
	}
	slices.SortStableFunc(l.Order, func(a, b int) int {
		return cmp.Compare(amounts[a]/base(a), amounts[b]/base(b)) // +Inf without base
	})
	if !(amountSum > 0 && baseSum > 0) || math.IsInf(amountSum, 1) || math.IsInf(baseSum, 1) {
		l.Curve = append(l.Curve, [2]float64{1, 1})
		return l, nil
	}
	var x, y, under float64
	for _, i := range l.Order {
		nextX, nextY := x+base(i)/baseSum, y+amounts[i]/amountSum
		under += (nextX - x) * (y + nextY) // twice the area under the curve
		x, y = nextX, nextY
		l.Curve = append(l.Curve, [2]float64{x, y})
	}
	l.Curve[len(l.Curve)-1] = [2]float64{1, 1} // but for rounding
	l.Gini = min(1, max(0, 1-under))
	return l, nil
}
