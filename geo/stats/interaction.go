package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// maxMatrix bounds the events of a test that looks at every pair of them.
const maxMatrix = 5000

// Reciprocal is Mantel's closeness of two events: 1/(1+d), so that what
// happens far away or long after hardly counts.
func Reciprocal(d float64) float64 { return 1 / (1 + d) }

// Mantel is the correlation, over all pairs of events, of how far and how long
// they lie apart, and its p-value by rank among permutations of the times
// (large correlations are extreme; 1 without permutations). Distance and
// interval go through transform first (Reciprocal; nil for none). Where all
// distances or all intervals are alike the correlation is 0. At most 5,000
// events.
//
// Source: Mantel 1967.
func Mantel(events []orb.Point, times []float64, transform func(float64) float64, permutations int, seed uint64) (r, p float64, err error) {
	places, known, _, err := knownEvents(events, times)
	if err != nil {
		return 0, 1, err
	}
	n := len(places)
	if n > maxMatrix {
		return 0, 1, fmt.Errorf("%w: %d events, at most %d", ErrInput, n, maxMatrix)
	}
	if transform == nil {
		transform = func(d float64) float64 { return d }
	}
	// Both matrices below the diagonal, row by row, less their means.
	far, long := make([]float64, 0, n*(n-1)/2), make([]float64, n*n)
	longMean := 0.0
	for i := range n {
		for j := range i {
			far = append(far, transform(math.Hypot(places[i][0]-places[j][0], places[i][1]-places[j][1])))
			apart := transform(math.Abs(known[i] - known[j]))
			long[i*n+j], long[j*n+i] = apart, apart
			longMean += apart
		}
	}
	pairs := float64(len(far))
	longMean /= pairs
	farMean := 0.0
	for _, f := range far {
		farMean += f
	}
	farMean /= pairs
	var farSquares, longSquares float64
	for k := range far {
		far[k] -= farMean
		farSquares += far[k] * far[k]
	}
	for i := range n {
		for j := range i {
			d := long[i*n+j] - longMean
			longSquares += d * d
		}
	}
	// What is left of equal numbers by rounding is no difference.
	alike := func(squares, mean float64) bool { return !(squares > 1e-24*pairs*mean*mean) }
	scale := math.Sqrt(farSquares * longSquares)
	if alike(farSquares, farMean) || alike(longSquares, longMean) || math.IsInf(scale, 1) {
		return 0, 1, nil
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	correlation := func(order []int) (sum float64) {
		k := 0
		for i, a := range order {
			row := long[a*n : a*n+n]
			for _, b := range order[:i] {
				sum += far[k] * row[b]
				k++
			}
		}
		return sum / scale
	}
	r = correlation(order)
	simulated := make([]float64, max(permutations, 0))
	simulate(len(simulated), seed, func() []int { return make([]int, n) }, func(k int, shuffled []int, r *rand.Rand) {
		copy(shuffled, order)
		r.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		simulated[k] = correlation(shuffled)
	})
	return r, rank(r, simulated), nil
}

// Jacquez counts how often one of the k events nearest to an event in space is
// also one of the k nearest in time, and gives its p-value by rank among
// permutations of the times (1 without any). It needs no distance to be
// chosen. Of events equally near, those that come first in the list count. At
// most 5,000 events.
//
// Source: Jacquez 1996. A pair that is mutual counts twice, as by pointpats.
func Jacquez(events []orb.Point, times []float64, k, permutations int, seed uint64) (count int, p float64, err error) {
	places, known, _, err := knownEvents(events, times)
	if err != nil {
		return 0, 1, err
	}
	n := len(places)
	if n > maxMatrix || k < 1 {
		return 0, 1, fmt.Errorf("%w: %d neighbours of %d events; at least 1 of at most %d", ErrInput, k, n, maxMatrix)
	}
	k = min(k, max(n-1, 0))
	near := nearest(n, k, func(i, j int) float64 { return math.Hypot(places[i][0]-places[j][0], places[i][1]-places[j][1]) })
	soon := nearest(n, k, func(i, j int) float64 { return math.Abs(known[i] - known[j]) })
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	// Event i has the time of event order[i].
	both := func(order []int32) (count int) {
		for i, mine := range order {
			for _, j := range near[i*k : i*k+k] {
				if slices.Contains(soon[int(mine)*k:int(mine)*k+k], order[j]) {
					count++
				}
			}
		}
		return count
	}
	count = both(order)
	simulated := make([]float64, max(permutations, 0))
	simulate(len(simulated), seed, func() []int32 { return make([]int32, n) }, func(run int, shuffled []int32, r *rand.Rand) {
		copy(shuffled, order)
		r.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		simulated[run] = float64(both(shuffled))
	})
	return count, rank(float64(count), simulated), nil
}

// nearest lists the k nearest others of each of n, one after the other.
func nearest(n, k int, distance func(i, j int) float64) []int32 {
	type other struct {
		number   int32
		distance float64
	}
	list := make([]int32, 0, n*k)
	others := make([]other, 0, n)
	for i := range n {
		others = others[:0]
		for j := range n {
			if j != i {
				others = append(others, other{int32(j), distance(i, j)})
			}
		}
		slices.SortStableFunc(others, func(a, b other) int { return cmp.Compare(a.distance, b.distance) })
		for _, o := range others[:k] {
			list = append(list, o.number)
		}
	}
	return list
}
