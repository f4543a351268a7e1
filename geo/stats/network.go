package stats

import (
	"fmt"
	"math"
	"slices"
)

// Stretch is a piece of road between two junctions.
type Stretch struct {
	From, To int32   // junctions
	Length   float64 // metres
}

// RoadPlace is a place on a road: so many metres from the From end of a
// stretch.
type RoadPlace struct {
	Stretch int32
	Metres  float64
}

// Network is roads as a graph, whatever their directions. Two stretches may
// join the same junctions, and one may return to where it began.
type Network struct {
	stretches []Stretch
	starts    []int32 // of each junction in arms
	arms      []int32 // stretch·2, +1 for its To end
}

// NewNetwork joins stretches at junctions 0 to junctions-1.
func NewNetwork(junctions int, stretches []Stretch) (*Network, error) {
	if junctions < 0 || junctions > math.MaxInt32/4 || len(stretches) > math.MaxInt32/4 {
		return nil, fmt.Errorf("%w: %d junctions, %d stretches", ErrInput, junctions, len(stretches))
	}
	n := &Network{stretches: stretches, starts: make([]int32, junctions+1), arms: make([]int32, 2*len(stretches))}
	for i, s := range stretches {
		if s.From < 0 || s.To < 0 || int(s.From) >= junctions || int(s.To) >= junctions {
			return nil, fmt.Errorf("%w: stretch %d joins %d and %d, of %d junctions", ErrInput, i, s.From, s.To, junctions)
		}
		if !(s.Length > 0) || math.IsInf(s.Length, 1) {
			return nil, fmt.Errorf("%w: stretch %d is %g m long", ErrInput, i, s.Length)
		}
		n.starts[s.From+1]++
		n.starts[s.To+1]++
	}
	for i := range junctions {
		n.starts[i+1] += n.starts[i]
	}
	next := slices.Clone(n.starts)
	for i, s := range stretches {
		n.arms[next[s.From]] = int32(2 * i)
		next[s.From]++
		n.arms[next[s.To]] = int32(2*i + 1)
		next[s.To]++
	}
	return n, nil
}

// at is the arms of the junction at an arm's end.
func (n *Network) at(arm int32) []int32 {
	junction := n.stretches[arm/2].From
	if arm%2 == 1 {
		junction = n.stretches[arm/2].To
	}
	return n.arms[n.starts[junction]:n.starts[junction+1]]
}

// Lixels is the middles of equal pieces of every stretch, none longer than
// length metres, and the length of each: the places at which to draw a density
// along roads.
func (n *Network) Lixels(length float64) (places []RoadPlace, lengths []float64, err error) {
	if err := positive("length", length); err != nil {
		return nil, nil, err
	}
	count := 0.0
	for _, s := range n.stretches {
		count += math.Ceil(s.Length / length)
	}
	if count > maxPairs {
		return nil, nil, fmt.Errorf("%w: pieces of %g m are more than %d", ErrInput, length, maxPairs)
	}
	for i, s := range n.stretches {
		pieces := max(1, int(math.Ceil(s.Length/length)))
		for k := range pieces {
			places = append(places, RoadPlace{int32(i), s.Length * (float64(k) + 0.5) / float64(pieces)})
			lengths = append(lengths, s.Length/float64(pieces))
		}
	}
	return places, lengths, nil
}
