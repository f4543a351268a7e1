package hotspot

import (
	"slices"

	"github.com/paulmach/orb"
)

// A pile is at least this many cases on one exact coordinate …
const pileLeast = 20

// … and so many times as many as the most crowded coordinate in a thousand …
const pileTimes = 4

// … or, where a register has several default addresses, one of a few that hold
// at least this many each, and so many times as many as any other.
const pileOfSeveral = 100

// Piles finds the coordinates on which a register sets down what it has no
// address for, by how many cases lie on each coordinate, and returns their
// indexes. A pile is 20 cases or more, and over four times as many as one
// coordinate in a thousand has: a busy crossing or a large block is none. Of
// several piles of 100 and more, at most one coordinate in a hundred, none
// hides another.
// What lies on a pile happened somewhere, but not there.
func Piles(counts []int) []int {
	if len(counts) < 2 {
		return nil
	}
	sorted := slices.Clone(counts)
	slices.SortFunc(sorted, func(a, b int) int { return b - a })
	usual := sorted[max(1, len(sorted)/1000)]
	for i := 1; i <= len(sorted)/100 && sorted[i] >= pileOfSeveral; i++ {
		if next := sorted[i+1]; sorted[i] > pileTimes*next {
			usual = min(usual, next)
		}
	}
	var piles []int
	for i, count := range counts {
		if count >= pileLeast && count > pileTimes*usual {
			piles = append(piles, i)
		}
	}
	return piles
}

// OnPiles marks the points that lie on a pile, and counts them.
func OnPiles(points []orb.Point) (marked []bool, count int) {
	number := make(map[orb.Point]int, len(points))
	var counts []int
	for _, p := range points {
		i, met := number[p]
		if !met {
			i = len(counts)
			number[p] = i
			counts = append(counts, 0)
		}
		counts[i]++
	}
	piled := make([]bool, len(counts))
	for _, i := range Piles(counts) {
		piled[i] = true
	}
	marked = make([]bool, len(points))
	for i, p := range points {
		if marked[i] = piled[number[p]]; marked[i] {
			count++
		}
	}
	return marked, count
}
