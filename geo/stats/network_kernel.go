package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

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

// rings is how finely the distance from an event is cut, up to the bandwidth.
// Ways that set out on one road within one ring go on together, so that the
// work does not grow with the number of ways, of which small circles have
// countless.
const rings = 1024

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
// What is divided to below a ten-thousandth is dropped, ways that differ by
// less than a thousandth of the bandwidth go on as one, and a stretch shorter
// than that counts as that long.
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
	walks     [rings][]walk      // by the distance gone
	busy      [rings / 64]uint64 // bits: the rings that have walks
	met       []meeting          // of each arm: the last walk that set out on it
	ring      int                // counts all rings of all events
}

// walk is a share of a kernel that sets out on an arm, so many metres from its
// event.
type walk struct {
	arm         int32
	gone, share float64
}

// meeting says where in which ring a walk is.
type meeting struct {
	ring int
	at   int32
}

func newSpread(n *Network, places []RoadPlace, bandwidth float64, split Split) *spread {
	s := &spread{Network: n, split: split, bandwidth: bandwidth, starts: make([]int32, len(n.stretches)+1), met: make([]meeting, 2*len(n.stretches))}
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

// event spreads one event, ring by ring.
func (s *spread) event(e RoadPlace, weight float64) {
	s.deposit(e.Stretch, e.Metres, weight)
	s.arrive(2*e.Stretch, e.Metres, 1, 0)
	s.arrive(2*e.Stretch+1, s.stretches[e.Stretch].Length-e.Metres, 1, 0)
	for ring := s.next(0); ring < rings; ring = s.next(ring + 1) {
		for _, w := range s.merged(ring) {
			if math.Abs(w.share) < leastShare {
				continue
			}
			// Seen from the places of the stretch, the event lies on its
			// straight continuation beyond the end where the walk begins.
			length := s.stretches[w.arm/2].Length
			from := -w.gone
			if w.arm%2 == 1 {
				from = length + w.gone
			}
			s.deposit(w.arm/2, from, w.share*weight)
			s.arrive(w.arm^1, w.gone+max(length, s.bandwidth/rings), w.share, ring+1)
		}
		s.walks[ring] = s.walks[ring][:0]
		s.busy[ring/64] &^= 1 << (ring % 64)
	}
}

// next is the first ring with walks from a ring on, rings if there is none.
func (s *spread) next(ring int) int {
	for word := ring / 64; word < rings/64; word++ {
		left := s.busy[word]
		if word == ring/64 {
			left &= ^uint64(0) << (ring % 64)
		}
		if left != 0 {
			return 64*word + bits.TrailingZeros64(left)
		}
	}
	return rings
}

// merged joins the walks of a ring that set out on the same arm.
func (s *spread) merged(ring int) []walk {
	s.ring++
	walks := s.walks[ring]
	count := 0
	for _, w := range walks {
		if met := s.met[w.arm]; met.ring == s.ring {
			walks[met.at].share += w.share
			continue
		}
		s.met[w.arm] = meeting{s.ring, int32(count)}
		walks[count] = w
		count++
	}
	return walks[:count]
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

// arrive divides what comes to the end of an arm among the arms there, in the
// ring of its distance, which is after the one it set out in.
func (s *spread) arrive(arm int32, gone, share float64, after int) {
	ring := max(int(min(gone/s.bandwidth, 1)*rings), after)
	if ring >= rings {
		return
	}
	s.busy[ring/64] |= 1 << (ring % 64)
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
			s.walks[ring] = append(s.walks[ring], walk{other, gone, share * part})
		}
	}
}
