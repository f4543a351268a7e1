package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/paulmach/orb"
)

// Bands cuts the distances and intervals between events into classes. A limit
// belongs to the band below it.
type Bands struct {
	Same      float64   // metres: up to here it is the same place, 0 for equal coordinates only
	Distances []float64 // metres: upper limits of the bands beyond Same, rising
	Intervals []float64 // upper limits of the bands of time, rising; the first begins at 0
}

func (b Bands) check() error {
	limits := append([]float64{b.Same}, b.Distances...)
	if len(limits) > 256 {
		return fmt.Errorf("%w: %d bands of distance", ErrInput, len(limits))
	}
	for i, limit := range limits {
		if !(limit >= 0) || math.IsInf(limit, 1) || i > 0 && limit <= limits[i-1] {
			return fmt.Errorf("%w: limits of distance %v do not rise from 0", ErrInput, limits)
		}
	}
	for i, limit := range b.Intervals {
		if !(limit >= 0) || math.IsInf(limit, 1) || i > 0 && limit <= b.Intervals[i-1] {
			return fmt.Errorf("%w: limits of time %v do not rise from 0", ErrInput, b.Intervals)
		}
	}
	if len(b.Intervals) == 0 {
		return fmt.Errorf("%w: no band of time", ErrInput)
	}
	return nil
}

// Repeat is one field of the table of near repeats.
type Repeat struct {
	Observed int     // pairs of events
	Mean     float64 // pairs on average over the permutations
	Ratio    float64 // Observed / Mean: 1.3 is 30 % more than by chance; NaN where Mean is 0
	P        float64 // rank of Observed among the permutations, large is extreme
}

// NearRepeats is the table of near repeats: pairs of events by how far (rows;
// the first is the same place) and how long (columns) they lie apart, against
// random assignments of the times to the places. The same place is a row of
// its own, so that an address that repeats is not taken for a neighbourhood
// that does. Events of unknown place or time are left out; without
// permutations Mean is 0.
//
// Source: Townsley, Homel and Chaseling 2003; Ratcliffe's Near Repeat
// Calculator prints the same ratio. Its bands are labelled "0 to 7 days, 8 to
// 14" but count a limit into the band above, as does NearRepeat of R unless
// told otherwise (limits 8 and 15 there are 7 and 14 here, with times in whole
// days); both measure distance along streets east and north by default.
func NearRepeats(events []orb.Point, times []float64, bands Bands, permutations int, seed uint64) ([][]Repeat, error) {
	if err := bands.check(); err != nil {
		return nil, err
	}
	places, known, _, err := knownEvents(events, times)
	if err != nil {
		return nil, err
	}
	limits := append([]float64{bands.Same}, bands.Distances...)
	pairs, err := pairsWithin(places, limits[len(limits)-1])
	if err != nil {
		return nil, err
	}
	rows := make([]uint8, len(pairs))
	for k, pair := range pairs {
		a, b := places[pair[0]], places[pair[1]]
		rows[k] = uint8(min(sort.SearchFloat64s(limits, math.Hypot(a[0]-b[0], a[1]-b[1])), len(limits)-1))
	}
	columns := len(bands.Intervals)
	count := func(times []float64, counts []int32) {
		clear(counts)
		for k, pair := range pairs {
			if column := sort.SearchFloat64s(bands.Intervals, math.Abs(times[pair[0]]-times[pair[1]])); column < columns {
				counts[int(rows[k])*columns+column]++
			}
		}
	}
	fields := len(limits) * columns
	observed := make([]int32, fields)
	count(known, observed)
	permutations = max(permutations, 0)
	simulated := make([]int32, permutations*fields)
	simulate(permutations, seed, func() []float64 { return slices.Clone(known) }, func(k int, shuffled []float64, r *rand.Rand) {
		shuffle(shuffled, known, r)
		count(shuffled, simulated[k*fields:(k+1)*fields])
	})
	table := make([][]Repeat, len(limits))
	for row := range table {
		table[row] = make([]Repeat, columns)
		for column := range table[row] {
			field := row*columns + column
			column := &table[row][column]
			sum, atLeast := 0, 1
			for k := range permutations {
				drawn := simulated[k*fields+field]
				sum += int(drawn)
				if drawn >= observed[field] {
					atLeast++
				}
			}
			column.Observed = int(observed[field])
			column.Mean = float64(sum) / float64(max(permutations, 1))
			column.Ratio, column.P = math.NaN(), float64(atLeast)/float64(permutations+1)
			if column.Mean > 0 {
				column.Ratio = float64(column.Observed) / column.Mean
			}
		}
	}
	return table, nil
}
