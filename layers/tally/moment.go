package tally

import (
	"github.com/paulmach/orb"

	"sitmap/geo/cube"
	"sitmap/layers"
	"sitmap/layers/access"
)

// Moment is a layer at one version, counted. It never changes; whoever holds it
// gets answers that fit together.
//
// Questions mean what they mean to every reader of the layer (see layers.Query).
// Where ok is false only the features themselves can tell: for filters of other
// fields than the legend's, a drawing, an area within a village. The error is
// layers.ErrDenied for a layer the scope may not read.
type Moment struct {
	layer   layers.Layer
	version int64 // of the layer in the store; -1 before it was read
	view    *cube.View
	codes   *codes
	// uncounted are features whose time or place no cube holds.
	uncounted int
}

// Version is the layer's version in the store.
func (m *Moment) Version() int64 { return m.version }

// Cells counts by cells of a resolution from 0 to 9. Bounds, when not nil, leaves
// the cells whose middle lies inside; each is counted whole.
func (m *Moment) Cells(q layers.Query, scope access.Scope, resolution int, bounds *orb.Bound, into *cube.Counts) (ok bool, err error) {
	asked, ok, err := m.question(q, scope, resolution)
	if err != nil || !ok {
		return false, err
	}
	asked.Bounds = bounds
	return true, m.view.Count(asked, into)
}

// Total counts all together.
func (m *Moment) Total(q layers.Query, scope access.Scope) (n int64, ok bool, err error) {
	asked, ok, err := m.question(q, scope, 0)
	if err != nil || !ok {
		return 0, false, err
	}
	n, err = m.view.Total(asked)
	return n, true, err
}

// Areas counts by areas of a level down to the village, in the order of their
// numbers; areas without any are left out.
func (m *Moment) Areas(q layers.Query, scope access.Scope, level layers.Level) (counts []cube.AreaCount, ok bool, err error) {
	asked, ok, err := m.question(q, scope, 0)
	if err != nil || !ok {
		return nil, false, err
	}
	r := layers.RangeOfNumber(0, level)
	counts, err = m.view.CountAreas(asked, r.High-r.Low+1, nil)
	return counts, true, err
}

// Series counts by spans of time: span i is from second bounds[i] up to
// bounds[i+1].
func (m *Moment) Series(q layers.Query, scope access.Scope, bounds []int64) (counts []int64, ok bool, err error) {
	asked, ok, err := m.question(q, scope, 0)
	if err != nil || !ok {
		return nil, false, err
	}
	counts, err = m.view.Series(asked, bounds, nil)
	return counts, true, err
}

// Codes counts by the values of the legend field; "" is for those without one.
func (m *Moment) Codes(q layers.Query, scope access.Scope) (counts map[string]int64, ok bool, err error) {
	asked, ok, err := m.question(q, scope, 0)
	if err != nil || !ok || m.codes.field == "" || m.codes.full {
		return nil, false, err
	}
	numbers, err := m.view.SeriesByCategory(asked, []int64{cube.FirstTime, cube.EndTime}, nil)
	if err != nil {
		return nil, false, err
	}
	counts = map[string]int64{}
	for n, value := range m.codes.values {
		if numbers[n] != 0 {
			counts[value] = numbers[n]
		}
	}
	return counts, true, nil
}
