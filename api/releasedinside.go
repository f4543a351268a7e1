package api

import (
	"maps"
	"slices"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/release"
)

// monthItem is the features of a month.
type monthItem struct {
	layers.MonthCount
	// State is of published counts only.
	State release.State `json:"state,omitempty"`
}

// tellInside adds what is published of the units together, by category and, of all
// times, by month. What is published of them only with more around is withheld.
func (q *releasedQuestion) tellInside(body *drawnBody, units []release.Unit) error {
	if q.never {
		return nil
	}
	var places []int
	for _, u := range units {
		places = append(places, u.Place)
	}
	query := q.query
	for _, code := range q.Codes() {
		query.Categories = q.Categories([]any{code})
		if q.query.Categories != nil && !slices.Contains(q.query.Categories, query.Categories[0]) {
			continue
		}
		n, state, err := q.Set.Together(query, places)
		if err != nil {
			return err
		}
		if state == release.None { // as where cases are counted: what there is none of is not listed
			continue
		}
		body.Categories = append(body.Categories, seriesItem{Category: &code, Count: int64(n), State: state})
	}
	query = q.query
	for _, m := range q.months() {
		query.Periods = m.Periods
		n, state, err := q.Set.Together(query, places)
		if err != nil {
			return err
		}
		body.Months = append(body.Months, monthItem{layers.MonthCount{Month: m.Periods[0].String(), Count: int64(n)}, state})
	}
	return nil
}

// finerPeriod is a published period whose map tells more places apart than that of a
// window.
type finerPeriod struct {
	Period string `json:"period"`
	Units  int    `json:"units"`
}

// finer lists the finer periods of a window that sums several: at most a few.
func (q *releasedQuestion) finer() ([]finerPeriod, error) {
	if q.never {
		return nil, nil
	}
	found, _, err := q.Set.Finer(q.query)
	var list []finerPeriod
	for _, f := range found[:min(mostFiner, len(found))] {
		list = append(list, finerPeriod{f.Period.String(), f.Places})
	}
	return list, err
}

const mostFiner = 5

// unitMembers says of each cell which unit it belongs to, by the unit's place in the
// answer, from 1: in the binary form these stand where counts do.
type unitMembers map[hex.Cell]int32

func (m unitMembers) add(cells []hex.Cell, unit int) {
	for _, c := range cells {
		m[c] = int32(unit)
	}
}

func (m unitMembers) counts(resolution int) *cube.Counts {
	counts := &cube.Counts{Resolution: resolution, Cells: slices.Sorted(maps.Keys(m))}
	for _, c := range counts.Cells {
		counts.Counts = append(counts.Counts, m[c])
		counts.Total += int64(m[c])
	}
	return counts
}
