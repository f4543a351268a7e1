package hotspot

import (
	"fmt"
	"math"
	"slices"

	"sitmap/geo/stats"
)

// Measure is what a place's count is held against.
type Measure int

// The measures. OwnTimes is the default, and the only one that finds nothing
// in a city where nothing happened but what always does. The others ask where
// there is more than elsewhere, and answer with the places that always have
// more.
const (
	// OwnTimes is the place's own other times, kind by kind. The record must
	// be longer than the window.
	OwnTimes Measure = iota
	// ByBase is the city's cases by households or another number of what there
	// is to have cases (Question.Base), town and country apart. Counts are
	// negative binomial, as widely spread as the city's are.
	ByBase
	// Evenly is every place alike: Getis and Ord's Gi* of the bare counts, as
	// most tools show it. It finds towns.
	Evenly
)

// Enough is how many cases on record a neighbourhood should hold, so that an
// excess can show, and Rings how far at most is looked for them.
const (
	Enough = 20
	Rings  = 6
)

// Question is what is asked of a record. The zero value of everything but the
// window is the honest default.
type Question struct {
	From, To   int   // the window: steps [From, To)
	Kinds      []int // of cases; nil for all
	Measure    Measure
	Base       Base   // for ByBase
	Mask       []bool // places that may be judged; nil for all that ever had such a case
	Correction stats.Correction
	Enough     int // 0 for Enough
	Rings      int // 0 for Rings; −1 to judge each place alone. Evenly always takes one
}

// Verdict is what is said of one place.
type Verdict struct {
	Place    int32
	Count    int     // cases of the place itself in the window
	Around   int     // cases within its reach, itself included
	Expected float64 // within its reach
	Members  int     // places within its reach, itself included
	Rings    int     // how many rings of neighbours that takes
	Base     float64 // of the place itself, NaN where that is not asked
	Rate     float64 // cases of the place itself by its base, NaN likewise
	Smoothed float64 // the rate drawn towards the city's, the more the smaller the base
	Z        float64 // the standard normal deviate whose two-sided p is P
	P        float64 // two-sided, before correction
	Class    stats.Class
	// FewHere says that less than one case was to be expected in the place itself,
	// so that Rate says little; only with a base.
	FewHere bool
	// BorderShare is which part of the place's neighbours is missing.
	BorderShare float64
	// Few says that less than one case was to be expected: any is many.
	Few bool
}

// Ratio is how many times the expected count it is, NaN where nothing was to
// be expected.
func (v Verdict) Ratio() float64 {
	if v.Expected == 0 {
		return math.NaN()
	}
	return float64(v.Around) / v.Expected
}

// HotAround tells whether a place is hot by its neighbours alone.
func (v Verdict) HotAround() bool { return v.Class > 0 && v.Count == 0 && v.Members > 1 }

// Answer is the verdicts on all places that were judged, in their order.
type Answer struct {
	Verdicts []Verdict
	Cases    int // of the kinds asked for, in the window
	OnRecord int // of these kinds, at all times
}

// Find is the verdict on a place, false for a place that was not judged.
func (a Answer) Find(place int32) (Verdict, bool) {
	at, found := slices.BinarySearchFunc(a.Verdicts, place, func(v Verdict, place int32) int { return int(v.Place - place) })
	if !found {
		return Verdict{}, false
	}
	return a.Verdicts[at], true
}

// WithoutScores is the answer for readers without case rights: classes, and
// neither z nor p, from which counts that are withheld could be worked back.
func (a Answer) WithoutScores() Answer {
	a.Verdicts = slices.Clone(a.Verdicts)
	for i := range a.Verdicts {
		a.Verdicts[i].Z, a.Verdicts[i].P = math.NaN(), math.NaN()
	}
	return a
}

// Judge answers a question.
func (r *Record) Judge(q Question) (Answer, error) {
	t, err := r.prepare(q)
	if err != nil {
		return Answer{}, err
	}
	return t.answer(), nil
}

func (r *Record) checkWindow(from, to int) error {
	if from < 0 || to > r.steps || from >= to {
		return fmt.Errorf("%w: window [%d, %d) of %d steps", ErrInput, from, to, r.steps)
	}
	return nil
}

// check says what is wrong with a question, and fills in what it leaves open.
func (r *Record) check(q *Question) error {
	if err := r.checkWindow(q.From, q.To); err != nil {
		return err
	}
	if q.Kinds == nil {
		for kind := range r.kinds {
			q.Kinds = append(q.Kinds, kind)
		}
	}
	q.Kinds = slices.Compact(slices.Sorted(slices.Values(q.Kinds)))
	if len(q.Kinds) == 0 || q.Kinds[0] < 0 || q.Kinds[len(q.Kinds)-1] >= r.kinds {
		return fmt.Errorf("%w: kinds %v of %d", ErrInput, q.Kinds, r.kinds)
	}
	n := r.places.Near.Len()
	if q.Mask != nil && len(q.Mask) != n {
		return fmt.Errorf("%w: a mask of %d for %d places", ErrInput, len(q.Mask), n)
	}
	if q.Measure == ByBase {
		if err := q.Base.check(n); err != nil {
			return err
		}
	}
	if q.Measure == OwnTimes && q.To-q.From == r.steps {
		return fmt.Errorf("%w: the window is the whole record, and no other times are left to hold it against", ErrInput)
	}
	if q.Enough == 0 {
		q.Enough = Enough
	}
	if q.Rings == 0 {
		q.Rings = Rings
	}
	if q.Rings > math.MaxInt8 {
		return fmt.Errorf("%w: %d rings", ErrInput, q.Rings)
	}
	return nil
}
