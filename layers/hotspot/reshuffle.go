package hotspot

import (
	"fmt"
	"math/rand/v2"

	"sitmap/geo/stats"
)

// Mark is a place with a class other than None.
type Mark struct {
	Place int32
	Class stats.Class
}

// Showing is what a map of classes shows.
type Showing struct {
	Marks []Mark
	Hot   [3]int // places hot at 90 %, 95 % and 99 % at least
	Cold  [3]int
	// Least is the smallest p of all places: how strange the strangest is.
	Least float64
}

// Reality is a map beside maps of the same city in which nothing happened.
type Reality struct {
	True       Showing
	Reshuffled []Showing
	// Rank is the true map's place among all by the smallest p, 1 for the
	// strangest; ties count against it.
	Rank int
}

// P is the chance of a map at least as strange where nothing happened.
func (r Reality) P() float64 { return float64(r.Rank) / float64(len(r.Reshuffled)+1) }

// Reshuffle asks whether a map is real. As often as said it deals out the
// dates of all cases anew, kind by kind, so that every place keeps its cases
// and every month has as many as it had, and shows what the question would
// find then. Against a base it is the places that are dealt out (scattering). The
// same seed gives the same maps.
func (r *Record) Reshuffle(q Question, times int, seed uint64) (Reality, error) {
	if times < 1 {
		return Reality{}, fmt.Errorf("%w: %d reshuffles", ErrInput, times)
	}
	t, err := r.prepare(q)
	if err != nil {
		return Reality{}, err
	}
	reality := Reality{True: t.show(t.window), Rank: 1}
	draw := rand.New(rand.NewPCG(seed, 0))
	window := make([]int32, len(t.window))
	deal := t.dealer(draw)
	for range times {
		clear(window)
		deal(window)
		shown := t.show(window)
		if shown.Least <= reality.True.Least {
			reality.Rank++
		}
		reality.Reshuffled = append(reality.Reshuffled, shown)
	}
	return reality, nil
}

// dealer is what makes the window of a city in which nothing happened.
func (t *trial) dealer(draw *rand.Rand) func(window []int32) {
	if t.q.Measure == ByBase {
		s := t.scattering()
		return func(window []int32) { s.deal(window, draw) }
	}
	deck := t.deck()
	return func(window []int32) {
		for _, kind := range deck {
			kind.deal(window, draw)
		}
	}
}

func (t *trial) show(window []int32) Showing {
	_, p, classes := t.judge(window)
	s := Showing{Least: 1}
	for at, class := range classes {
		s.Least = min(s.Least, p[at])
		if class == stats.None {
			continue
		}
		s.Marks = append(s.Marks, Mark{t.reach.judged[at], class})
		for sure := range max(class, -class) {
			if class > 0 {
				s.Hot[sure]++
			} else {
				s.Cold[sure]++
			}
		}
	}
	return s
}

// hand is the cases of one kind by their places, and how many of them fall
// into the window.
type hand struct {
	places   []int32
	inWindow int
}

func (t *trial) deck() []hand {
	deck := make([]hand, t.kinds)
	for _, kind := range t.q.Kinds {
		deck[kind].inWindow = t.within(kind, t.q.From, t.q.To)
		deck[kind].places = make([]int32, 0, t.kindTotals[kind])
	}
	for _, f := range t.facts {
		if hand := &deck[f.Kind]; hand.places != nil {
			for range f.Count {
				hand.places = append(hand.places, f.Place)
			}
		}
	}
	return deck
}

// deal puts as many cases as the window has into it, drawn without
// replacement.
func (h hand) deal(window []int32, draw *rand.Rand) {
	for k := range h.inWindow {
		other := k + draw.IntN(len(h.places)-k)
		h.places[k], h.places[other] = h.places[other], h.places[k]
		window[h.places[k]]++
	}
}
