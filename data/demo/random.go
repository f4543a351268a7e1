package demo

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// dice is the stream of random numbers for one subject. Every subject has its
// own, drawn from the seed and its name, so that a change to the cameras does
// not move the villages.
type dice struct{ *rand.Rand }

func roll(seed int64, subject string) dice {
	h := fnv.New64a()
	h.Write([]byte(subject))
	return dice{rand.New(rand.NewPCG(uint64(seed), h.Sum64()))}
}

// between is a number from low to high.
func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// chance is true that often.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// near is a place scattered around p, normally distributed to both sides.
func (d dice) near(p place, sigma float64) place {
	return moved(p, d.NormFloat64()*sigma, d.NormFloat64()*sigma)
}

// pick draws an index by weight.
func (d dice) pick(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	r := d.Float64() * sum
	for i, w := range weights {
		if r -= w; r < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// poisson is the number of events where mean are expected, for small means.
func (d dice) poisson(mean float64) int {
	limit, product, n := math.Exp(-mean), d.Float64(), 0
	for product > limit {
		product *= d.Float64()
		n++
	}
	return n
}

// mix is a number from -1 to 1 that depends on nothing but the two places,
// the position n and the seed: a border wiggles the same way whoever draws it.
func mix(seed int64, a, b place, n int) float64 {
	h := uint64(seed) ^ 0x9e3779b97f4a7c15
	for _, v := range [...]int32{a.X, a.Y, b.X, b.Y, int32(n)} {
		h ^= uint64(uint32(v))
		h *= 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	return float64(h>>11)/(1<<52) - 1
}

// apportion divides total by weight into whole numbers that sum to it: every
// share is rounded down, and the largest remainders gain one.
func apportion(total int, weights []float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	shares := make([]int, len(weights))
	rest := make([]float64, len(weights))
	order := make([]int, len(weights))
	given := 0
	for i, w := range weights {
		exact := float64(total) * w / sum
		shares[i] = int(exact)
		rest[i] = exact - float64(shares[i])
		given += shares[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rest[a] > rest[b]:
			return -1
		case rest[a] < rest[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:total-given] {
		shares[i]++
	}
	return shares
}
