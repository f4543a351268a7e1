package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// maxPairs bounds the pairs of events that a question may look at.
const maxPairs = 1 << 26

// KnoxResult counts pairs of events.
type KnoxResult struct {
	Pairs    int     // all
	Near     int     // at most the distance apart
	Soon     int     // at most the interval apart
	Both     int     // near and soon
	Expected float64 // Near · Soon / Pairs
	Poisson  float64 // probability of Both or more, were it Poisson around Expected
	P        float64 // the same by rank among permutations of the times; 1 without any
}

// Knox tests whether events that are near one another are also soon after one
// another: the pairs at most distance (metres on a Plane) and at most interval
// (in the unit of times) apart, against as many random assignments of the
// times to the places as asked for. Events of unknown place or time are left
// out.
//
// Source: Knox 1964; the permutation is Barton and David's. pointpats prints
// the probability of more than Both for Poisson; ours is of Both or more.
func Knox(events []orb.Point, times []float64, distance, interval float64, permutations int, seed uint64) (KnoxResult, error) {
	m, err := pairEvents(events, times, distance, interval)
	if err != nil {
		return KnoxResult{}, err
	}
	n := len(m.places)
	result := KnoxResult{Pairs: n * (n - 1) / 2, Near: len(m.near), P: 1}
	for i := range m.times {
		result.Soon += m.soonAfter(i)
	}
	result.Both = m.both(m.times)
	if result.Pairs > 0 {
		result.Expected = float64(result.Near) * float64(result.Soon) / float64(result.Pairs)
	}
	result.Poisson = Poisson(float64(result.Both), result.Expected, Greater)
	counts := make([]float64, max(permutations, 0))
	simulate(len(counts), seed, func() []float64 { return slices.Clone(m.times) }, func(k int, shuffled []float64, r *rand.Rand) {
		shuffle(shuffled, m.times, r)
		counts[k] = float64(m.both(shuffled))
	})
	result.P = rank(float64(result.Both), counts)
	return result, nil
}

// shuffle puts the values of original into shuffled, in an order that depends
// on r alone.
func shuffle(shuffled, original []float64, r *rand.Rand) {
	copy(shuffled, original)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
}

// KnoxLocal counts the neighbours of one event.
type KnoxLocal struct {
	Near, Soon, Both int
	P                float64 // probability of Both or more by chance; 1 where Both is 0
}

// LocalKnox is Knox for every event by itself: how many others are near it,
// soon before or after it, and both. P is exact (hypergeometric) for the
// random assignment of all other times to all other places. Events of unknown
// place or time have no neighbours.
//
// Source: Knox 1964, as localised in pointpats (Rey, Kang, Wolf).
func LocalKnox(events []orb.Point, times []float64, distance, interval float64) ([]KnoxLocal, error) {
	m, err := pairEvents(events, times, distance, interval)
	if err != nil {
		return nil, err
	}
	local := make([]KnoxLocal, len(events))
	for i := range local {
		local[i].P = 1
	}
	for _, pair := range m.near {
		a, b := &local[m.numbers[pair[0]]], &local[m.numbers[pair[1]]]
		a.Near++
		b.Near++
		if math.Abs(m.times[pair[0]]-m.times[pair[1]]) <= interval {
			a.Both++
			b.Both++
		}
	}
	for i, number := range m.numbers {
		l := &local[number]
		l.Soon = m.soon(i)
		l.P = Hypergeometric(len(m.times)-1, l.Soon, l.Near).Tails(Greater)[l.Both]
	}
	return local, nil
}

// eventPairs is events of known place and time with the pairs that are near.
type eventPairs struct {
	places   []orb.Point
	times    []float64
	sorted   []float64 // times in order
	numbers  []int     // of each event in the caller's list
	near     [][2]int32
	interval float64
}

// pairEvents keeps the known events and pairs them.
func pairEvents(events []orb.Point, times []float64, distance, interval float64) (*eventPairs, error) {
	if !(distance >= 0) || !(interval >= 0) {
		return nil, fmt.Errorf("%w: distance %g or interval %g is negative", ErrInput, distance, interval)
	}
	m := &eventPairs{interval: interval}
	var err error
	if m.places, m.times, m.numbers, err = knownEvents(events, times); err != nil {
		return nil, err
	}
	m.sorted = slices.Sorted(slices.Values(m.times))
	m.near, err = pairsWithin(m.places, distance)
	return m, err
}

// knownEvents leaves out the events without place or time.
func knownEvents(events []orb.Point, times []float64) (places []orb.Point, known []float64, numbers []int, err error) {
	if len(events) != len(times) {
		return nil, nil, nil, fmt.Errorf("%w: %d events with %d times", ErrInput, len(events), len(times))
	}
	for i, p := range events {
		if knownPoint(p) && finite(times[i]) {
			places, known, numbers = append(places, p), append(known, times[i]), append(numbers, i)
		}
	}
	return places, known, numbers, nil
}

// pairsWithin lists the pairs of points at most reach apart, the smaller
// number first.
func pairsWithin(points []orb.Point, reach float64) (pairs [][2]int32, err error) {
	index := indexNear(points, reach)
	for i, p := range points {
		index.within(p, reach, func(j int32, _ float64) {
			if int32(i) < j {
				pairs = append(pairs, [2]int32{int32(i), j})
			}
		})
		if len(pairs) > maxPairs {
			return nil, fmt.Errorf("%w: more than %d pairs of events lie within %g m; ask for a smaller distance", ErrInput, maxPairs, reach)
		}
	}
	return pairs, nil
}

// both counts the near pairs that are soon under an assignment of times.
func (m *eventPairs) both(times []float64) (count int) {
	for _, pair := range m.near {
		if math.Abs(times[pair[0]]-times[pair[1]]) <= m.interval {
			count++
		}
	}
	return count
}

// soonAfter counts the events later in sorted order within the interval of the
// i-th one.
func (m *eventPairs) soonAfter(i int) int {
	from := m.sorted[i]
	end, _ := slices.BinarySearchFunc(m.sorted, from, func(t, from float64) int {
		if t-from <= m.interval {
			return -1
		}
		return 1
	})
	return end - i - 1
}

// soon counts the other events within the interval of event i.
func (m *eventPairs) soon(i int) int {
	at := m.times[i]
	first, _ := slices.BinarySearchFunc(m.sorted, at, func(t, at float64) int {
		if at-t > m.interval {
			return -1
		}
		return 1
	})
	end, _ := slices.BinarySearchFunc(m.sorted, at, func(t, at float64) int {
		if t-at <= m.interval {
			return -1
		}
		return 1
	})
	return end - first - 1
}
