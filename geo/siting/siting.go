// Package siting chooses places for facilities: which of many candidate sites
// serve a given demand best. It knows sites, places and weights, and not what
// a facility is.
//
//   - Cover: with a given number of facilities, cover the most demand
//     (MCLP, Church and ReVelle 1974, doi 10.1007/BF01942293), or in part cover
//     it twice (BACOP2, Hogan and ReVelle 1986, doi 10.1287/mnsc.32.11.1434);
//   - Fewest: cover every place with the fewest facilities (LSCP, Toregas,
//     Swain, ReVelle and Bergman 1971, doi 10.1287/opre.19.6.1363);
//   - Median: with a given number, make the weighted distance to the nearest
//     least (p-median, Hakimi 1964, doi 10.1287/opre.12.3.450);
//   - Centre: with a given number, make the farthest way least (p-centre, ibid.).
//
// Every answer carries a bound that no choice whatever can pass, so that the
// distance from the best is known even where the best is not. Nothing is left
// to chance and no clock is read: the same question has the same answer.
package siting

import (
	"errors"
	"fmt"
	"math"
)

// ErrInvalid says that a question cannot be right: numbers that are no
// numbers, places that do not exist, fewer sites than none.
var ErrInvalid = errors.New("invalid siting question")

// Effort limits the work. Its zero value stands for the defaults.
type Effort struct {
	// Steps of the subgradient method that tightens the bound; 0 for 300.
	Steps int
	// Nodes of the branch and bound that proves the best; 0 for none, so that
	// the answer is that of greedy choice and exchange, with its bound.
	Nodes int
}

// Exact is the effort for questions of up to about 200 candidates.
var Exact = Effort{Nodes: 200_000}

func (e Effort) steps() int {
	if e.Steps == 0 {
		return 300
	}
	return e.Steps
}

// Choice is an answer to Cover or Median.
type Choice struct {
	// Sites are the chosen candidates, in the order in which they serve best:
	// each adds the most to those before it.
	Sites []int
	// Gains is what each adds to those before it: covered weight, or weighted
	// distance saved. Of Median's first site, where nothing stands yet, it is 0.
	Gains []float64
	// Value is the covered weight (Cover), or the weighted distance (Median),
	// with the facilities that stand.
	Value float64
	// Bound is a value that no choice passes: at least the best covered
	// weight, at most the best weighted distance.
	Bound float64
	// Best says that Value is proven to be the best there is.
	Best bool
}

// Gap is how far from the best the choice may be at most, as a share of the
// bound; 0 for a proven best.
func (c Choice) Gap() float64 {
	if c.Best || c.Bound == 0 {
		return 0
	}
	return math.Abs(c.Bound-c.Value) / math.Abs(c.Bound)
}

func checkWeights(weights []float64) error {
	for i, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat64) {
			return fmt.Errorf("weight %g of place %d: want 0 or more: %w", w, i, ErrInvalid)
		}
	}
	return nil
}

// whole tells whether all the weights are whole numbers, so that a bound may be
// rounded to the next of them.
func whole(weights []float64) bool {
	for _, w := range weights {
		if w != math.Trunc(w) || w > 1<<40 {
			return false
		}
	}
	return true
}
