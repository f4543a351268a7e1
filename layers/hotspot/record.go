// Package hotspot says where there were more cases than there should have
// been, how sure one may be of it, and says so in one sentence.
//
// It works on places with neighbours, whatever they are: cells of one
// resolution, areas of one level, units of the release. What "should have
// been" means is asked with the question. By default a place is measured by
// its own other times: of all cases of a kind on record, in place and out of
// it, the share that falls into the window is the same. So a town is no
// hotspot because it is a town, land disputes are none because it is spring,
// and a village that always quarrels is none for quarrelling on. The p-values
// are exact whatever the villages are like, because they hold what each place
// and each time had in all fixed (the space-time permutation model of
// Kulldorff and others 2005, asked of one neighbourhood at a time).
//
// What no map should hide is kept with each answer: how many places were
// asked, how wide around each was looked, where the border cuts
// neighbourhoods, where counts are small. Cases that pile up on one default
// address are found by Piles and belong into no record.
package hotspot

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"sitmap/geo/stats"
)

// ErrInput is a record or a question that makes no sense.
var ErrInput = errors.New("hotspot input")

// Places are what can be a hotspot.
type Places struct {
	// Near says who lies beside whom, as binary weights. A neighbour that is
	// missing (beyond the border, or unknown) is unknown, not empty.
	Near stats.Weights
	// Whole is how many neighbours a place has that no border cuts: 6 for
	// cells, 0 where that has no meaning.
	Whole int
}

// Merged is the places of a release: each is some of these, group says which of
// the n it belongs to, −1 for none. Merged places are neighbours when any of
// their members are.
func (p Places) Merged(group []int32, n int) (Places, error) {
	if len(group) != p.Near.Len() {
		return Places{}, fmt.Errorf("%w: %d places in groups, of %d", ErrInput, len(group), p.Near.Len())
	}
	rows := make([][]int32, n)
	for i, mine := range group {
		if int(mine) >= n {
			return Places{}, fmt.Errorf("%w: group %d of %d", ErrInput, mine, n)
		}
		if mine < 0 {
			continue
		}
		for _, j := range p.Near.Row(i) {
			if other := group[j]; other >= 0 && other != mine && int(other) < n {
				rows[mine] = append(rows[mine], other)
			}
		}
	}
	near, err := stats.NewWeights(n, func(i int) []int32 {
		slices.Sort(rows[i])
		return slices.Compact(rows[i])
	})
	return Places{Near: near}, err
}

// Fact is how many cases of a kind a place had in a step of time. Steps need
// not be alike: where only a window and the whole year are known, as of
// released units, the window is one step and the rest of the year the other. A
// count known only to be small is entered as the smallest it may be, which can
// hide a hotspot and make none.
type Fact struct {
	Place int32
	Step  uint16 // of time: days, months, in order from 0
	Kind  uint16 // of case, from 0
	Count int32
}

// Record is all cases on record by place, step and kind, ready to be asked. It
// does not change and may be asked by many at once.
type Record struct {
	places     Places
	steps      int
	kinds      int
	facts      []Fact  // by place
	offsets    []int32 // of each place in facts
	totals     []int32 // by kind and step
	kindTotals []int32
	reaches    reaches
}

// NewRecord makes a record. Facts come in any order; facts of the same place,
// step and kind add up, and a sum below zero is an error.
func NewRecord(places Places, steps, kinds int, facts []Fact) (*Record, error) {
	n := places.Near.Len()
	if err := places.Near.Check(n); err != nil {
		return nil, err
	}
	if steps < 1 || kinds < 1 || steps > math.MaxUint16 || kinds > math.MaxUint16 {
		return nil, fmt.Errorf("%w: %d steps of %d kinds", ErrInput, steps, kinds)
	}
	r := &Record{
		places: places, steps: steps, kinds: kinds,
		offsets: make([]int32, n+1), totals: make([]int32, steps*kinds), kindTotals: make([]int32, kinds),
	}
	sorted := slices.Clone(facts)
	slices.SortFunc(sorted, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Step, b.Step))
	})
	for _, f := range sorted {
		if f.Place < 0 || int(f.Place) >= n || int(f.Step) >= steps || int(f.Kind) >= kinds {
			return nil, fmt.Errorf("%w: fact %+v of %d places, %d steps, %d kinds", ErrInput, f, n, steps, kinds)
		}
		if last := len(r.facts) - 1; last >= 0 && r.facts[last].Place == f.Place && r.facts[last].Kind == f.Kind && r.facts[last].Step == f.Step {
			r.facts[last].Count += f.Count
			continue
		}
		r.facts = append(r.facts, f)
	}
	r.facts = slices.DeleteFunc(r.facts, func(f Fact) bool { return f.Count == 0 })
	for _, f := range r.facts {
		if f.Count < 0 {
			return nil, fmt.Errorf("%w: fact %+v", ErrInput, f)
		}
		r.offsets[f.Place+1]++
		r.totals[int(f.Kind)*steps+int(f.Step)] += f.Count
		r.kindTotals[f.Kind] += f.Count
	}
	for i := range n {
		r.offsets[i+1] += r.offsets[i]
	}
	return r, nil
}

func (r *Record) of(place int) []Fact { return r.facts[r.offsets[place]:r.offsets[place+1]] }

// InWindow is how many cases of its kinds each place has in the question's
// window.
func (r *Record) InWindow(q Question) []int32 {
	window := make([]int32, r.places.Near.Len())
	for _, f := range r.facts {
		if int(f.Step) >= q.From && int(f.Step) < q.To && (q.Kinds == nil || slices.Contains(q.Kinds, int(f.Kind))) {
			window[f.Place] += f.Count
		}
	}
	return window
}

// within is how many cases of a kind all places had in the steps [from, to).
func (r *Record) within(kind, from, to int) int {
	sum := 0
	for _, count := range r.totals[kind*r.steps+from : kind*r.steps+to] {
		sum += int(count)
	}
	return sum
}
