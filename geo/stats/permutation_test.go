package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// enumerate is the exact null of a place's neighbourhood: the share of all
// ordered choices of others whose weighted sum is at least, or at most, the
// place's own.
func enumerate(w Weights, x []float64, i int) (greater, less float64) {
	values := w.RowValues(i)
	observed := 0.0
	w.each(i, func(j int32, weight float64) { observed += weight * x[j] })
	var all, atLeast, atMost int
	var used []int
	var choose func(sum float64)
	choose = func(sum float64) {
		k := len(used)
		if k == len(w.Row(i)) {
			all++
			if sum >= observed-1e-9 {
				atLeast++
			}
			if sum <= observed+1e-9 {
				atMost++
			}
			return
		}
		for j := range x {
			if j == i || slices.Contains(used, j) {
				continue
			}
			weight := 1.0
			if values != nil {
				weight = values[k]
			}
			used = append(used, j)
			choose(sum + weight*x[j])
			used = used[:k]
		}
	}
	choose(0)
	return float64(atLeast) / float64(all), float64(atMost) / float64(all)
}

// Both forms of permutation come to the exact p by enumeration, for every
// place, with weights and without: within four standard errors of 40,000
// permutations.
func TestPermutationsComeToTheExactNull(t *testing.T) {
	const permutations = 40000
	x := []float64{0, 1, 1, 2, 5, 9, 0, 3}
	plain, err := NewWeights(len(x), func(i int) []int32 {
		return [][]int32{{1, 4}, {0, 2, 5}, {3}, {2, 4, 5, 6}, {0, 5, 7}, {1, 4, 6}, {5}, {0, 1, 4}}[i]
	})
	if err != nil {
		t.Fatal(err)
	}
	weighted := plain
	weighted.Values = make([]float64, len(plain.Neighbours))
	for k := range weighted.Values {
		weighted.Values[k] = 1 + float64(k%3)/2
	}
	for _, w := range []Weights{plain, plain.Standardised(), weighted} {
		for name, permute := range map[string]func(Weights, []float64, int, uint64) (Ranks, error){"each": PermuteEach, "shared": PermuteShared} {
			r, err := permute(w, x, permutations, 7)
			if err != nil {
				t.Fatal(err)
			}
			for i := range x {
				greater, less := enumerate(w, x, i)
				for side, exact := range map[Side]float64{Greater: greater, Less: less} {
					if got := r.P(i, side); math.Abs(got-exact) > 4*math.Sqrt(exact*(1-exact)/permutations)+2.0/permutations {
						t.Errorf("%s: p of place %d on side %d is %.4f, exact %.4f", name, i, side, got, exact)
					}
				}
				if got, want := r.P(i, TwoSided), min(1, 2*min(r.P(i, Greater), r.P(i, Less))); got != want {
					t.Errorf("two-sided p %g, want %g", got, want)
				}
			}
		}
	}
}

// The same seed gives the same ranks on any number of processors, another
// seed others.
func TestPermutationsFollowTheirSeed(t *testing.T) {
	draw := rand.New(rand.NewPCG(6, 6))
	w, x := Queen(20, 20), make([]float64, 400)
	for i := range x {
		x[i] = draw.Float64()
	}
	for _, permute := range []func(Weights, []float64, int, uint64) (Ranks, error){PermuteEach, PermuteShared} {
		a, _ := permute(w, x, 99, 1)
		b, _ := permute(w, x, 99, 1)
		c, _ := permute(w, x, 99, 2)
		if !slices.Equal(a.AtLeast, b.AtLeast) || slices.Equal(a.AtLeast, c.AtLeast) {
			t.Error("ranks do not follow the seed")
		}
	}
	if _, err := PermuteEach(w, x, 0, 1); err == nil {
		t.Error("no permutations: accepted")
	}
}

// Where the values are arranged by chance, a p of 0.1 is a chance of 0.1: also
// for local Moran, whose tails turn around below the mean.
func TestPermutationsOfAQuietMapAreHonest(t *testing.T) {
	draw := rand.New(rand.NewPCG(8, 8))
	w, x := Queen(60, 60), make([]float64, 3600)
	for i := range x {
		x[i] = math.Exp(draw.NormFloat64())
	}
	r, err := PermuteShared(w, x, 999, 3)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]Ranks{"Gi*": r, "local Moran": r.ForMoran(x)} {
		for _, side := range []Side{TwoSided, Greater, Less} {
			small := 0
			for _, p := range r.All(side) {
				if p <= 0.1 {
					small++
				}
			}
			// 360 expected; neighbourhoods overlap, so allow for twice the binomial's error.
			if small < 360-4*36 || small > 360+4*36 {
				t.Errorf("%s, side %d: %d of 3,600 quiet places at p ≤ 0.1", name, side, small)
			}
		}
	}
}

// A block of high values among low ones is found by Moran's tail as well:
// inside and outside the block neighbours are alike.
func TestForMoranTurnsTheTailsOfLowPlaces(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		if i%10 < 5 {
			x[i] = 1 + float64(i%7)/100
		}
	}
	r, err := PermuteShared(Queen(10, 10), x, 999, 1)
	if err != nil {
		t.Fatal(err)
	}
	turned := r.ForMoran(x)
	for _, i := range []int{52, 57} { // the middles of both halves
		if p := turned.P(i, Greater); p > 0.02 {
			t.Errorf("p of place %d among its like is %g", i, p)
		}
	}
	if low := r.P(57, Greater); low < 0.9 {
		t.Errorf("the sum around a low place is large with p %g", low)
	}
}
