package stats

import (
	"cmp"
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
		if err := positive(fmt.Sprintf("length of stretch %d", i), s.Length); err != nil {
			return nil, err
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

// Split says what a kernel does at a junction (Okabe, Satoh and Sugihara 2009).
type Split int

// The ways to split.
const (
	// Discontinuous divides what arrives equally among the other roads. The
	// density jumps at junctions, and is the faster to compute.
	Discontinuous Split = iota
	// Continuous divides it so that the density is the same on all sides of a
	// junction, for which some of it returns on the road it came by.
	Continuous
)

// leastShare is the share of an event below which it is followed no further: a
// kernel that has been divided that often is lost among many roads.
const leastShare = 1e-4

// Density is the smoothed density of events along roads, by weight per metre,
// at each of the places: the sum of one-dimensional quartic kernels
//
//	k(d) = 15/(16h) (1 − d²/h²)²  for d < h
//
// of the distance by road, over all ways that do not turn back, divided at
// junctions. A dead end turns a kernel round, so that every event counts
// whole; spatstat and the paper lose what runs out there. Weights nil counts
// events; an event or place that is not on the network is an error.
//
// The work grows with the number of ways, so fast with the bandwidth in a
// dense town: a few hundred metres is usual. What is divided to below a
// ten-thousandth is dropped.
//
// Source: Okabe, Satoh and Sugihara 2009; McSwiggan, Baddeley and Nair 2017.
func (n *Network) Density(events []RoadPlace, weights []float64, places []RoadPlace, bandwidth float64, split Split) ([]float64, error) {
	if err := positive("bandwidth", bandwidth); err != nil {
		return nil, err
	}
	if err := beside("weights", weights, len(events)); err != nil {
		return nil, err
	}
	for _, list := range [][]RoadPlace{events, places} {
		for i, p := range list {
			if p.Stretch < 0 || int(p.Stretch) >= len(n.stretches) || !(p.Metres >= 0 && p.Metres <= n.stretches[p.Stretch].Length) {
				return nil, fmt.Errorf("%w: place %d lies at %g m of stretch %d, which is not on the network", ErrInput, i, p.Metres, p.Stretch)
			}
		}
	}
	s := newSpread(n, places, bandwidth, split)
	for i, e := range events {
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		if finite(weight) {
			s.event(e, weight)
		}
	}
	density := make([]float64, len(places))
	for k, i := range s.order {
		density[i] = s.density[k] * 15 / 16 / bandwidth
	}
	return density, nil
}

// spread carries kernels over the network to the places on each stretch.
type spread struct {
	*Network
	split     Split
	bandwidth float64
	starts    []int32   // of each stretch in the three below
	order     []int32   // number of each place, by stretch and metres
	metres    []float64 // of each place in that order
	density   []float64
	stack     []walk
}

// walk is a share of a kernel that sets out on an arm, so many metres from its
// event.
type walk struct {
	arm         int32
	gone, share float64
}

func newSpread(n *Network, places []RoadPlace, bandwidth float64, split Split) *spread {
	s := &spread{Network: n, split: split, bandwidth: bandwidth, starts: make([]int32, len(n.stretches)+1)}
	s.order, s.metres, s.density = make([]int32, len(places)), make([]float64, len(places)), make([]float64, len(places))
	for i := range places {
		s.order[i] = int32(i)
		s.starts[places[i].Stretch+1]++
	}
	for i := range n.stretches {
		s.starts[i+1] += s.starts[i]
	}
	slices.SortFunc(s.order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(places[i].Stretch, places[j].Stretch), cmp.Compare(places[i].Metres, places[j].Metres), cmp.Compare(i, j))
	})
	for k, i := range s.order {
		s.metres[k] = places[i].Metres
	}
	return s
}

// event spreads one event.
func (s *spread) event(e RoadPlace, weight float64) {
	length := s.stretches[e.Stretch].Length
	s.deposit(e.Stretch, e.Metres, weight)
	s.arrive(2*e.Stretch, e.Metres, 1)
	s.arrive(2*e.Stretch+1, length-e.Metres, 1)
	for len(s.stack) > 0 {
		w := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		// Seen from the places of the stretch, the event lies on its straight
		// continuation beyond the end where the walk begins.
		length := s.stretches[w.arm/2].Length
		from := -w.gone
		if w.arm%2 == 1 {
			from = length + w.gone
		}
		s.deposit(w.arm/2, from, w.share*weight)
		s.arrive(w.arm^1, w.gone+length, w.share)
	}
}

// deposit adds a kernel about a point of a stretch, or of its continuation, to
// the places on the stretch.
func (s *spread) deposit(stretch int32, from, share float64) {
	first, end := s.starts[stretch], s.starts[stretch+1]
	metres := s.metres[first:end]
	low, _ := slices.BinarySearch(metres, from-s.bandwidth)
	for k, at := range metres[low:] {
		u := (at - from) / s.bandwidth
		if u >= 1 {
			break
		}
		if v := 1 - u*u; v > 0 {
			s.density[int(first)+low+k] += share * v * v
		}
	}
}

// arrive divides what comes to the end of an arm among the arms there.
func (s *spread) arrive(arm int32, gone, share float64) {
	if gone >= s.bandwidth || math.Abs(share) < leastShare {
		return
	}
	arms := s.at(arm)
	onwards, back := 0.0, 1.0 // a dead end
	if degree := float64(len(arms)); degree > 1 && s.split == Continuous {
		onwards, back = 2/degree, 2/degree-1
	} else if degree > 1 {
		onwards, back = 1/(degree-1), 0
	}
	for _, other := range arms {
		part := onwards
		if other == arm {
			part = back
		}
		if part != 0 {
			s.stack = append(s.stack, walk{other, gone, share * part})
		}
	}
}
