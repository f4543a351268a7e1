package api

import (
	"fmt"
	"slices"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/release"
)

// releasedUnit is a unit of the release on the wire: cells or areas that share one
// number.
type releasedUnit struct {
	Cells  []string      `json:"cells,omitempty"`
	Areas  []unitArea    `json:"areas,omitempty"`
	Count  int           `json:"count"`
	Before *int          `json:"before,omitempty"`
	State  release.State `json:"state"`
	Reason release.Why   `json:"reason"`
	Why    layers.Text   `json:"why"`
}

// unitArea is one of the areas that make up a unit.
type unitArea struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (q *releasedQuestion) unit(u release.Unit, name func(int64) string) releasedUnit {
	out := releasedUnit{Count: u.Count, State: u.State, Reason: u.Why}
	out.Why.Zh, out.Why.En = q.Set.Explain(u, name)
	return out
}

// cells are the units of some periods by cells; none where no case ever was of the
// categories asked for.
func (q *releasedQuestion) cells(periods []release.Period, resolution int) ([]release.Unit, error) {
	if q.never {
		return nil, nil
	}
	query := q.query
	query.Periods = periods
	units, err := q.Set.Cells(query, resolution)
	if err != nil {
		return nil, fmt.Errorf("published counts: %w", err)
	}
	return units, nil
}

// pair are the units that the window and other periods have in common, with the
// count of each in the one and in the others: sums of published numbers.
func (q *releasedQuestion) pair(others []release.Period, resolution int) (units []release.Unit, now, then []int, err error) {
	units, err = q.cells(slices.Concat(q.query.Periods, others), resolution)
	if err != nil {
		return nil, nil, nil, err
	}
	at := map[hex.Cell]int{}
	for i, u := range units {
		for _, c := range u.Cells {
			at[c] = i
		}
	}
	sums := [2][]int{make([]int, len(units)), make([]int, len(units))}
	for n, periods := range [2][]release.Period{q.query.Periods, others} {
		finer, err := q.cells(periods, resolution)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, u := range finer {
			sums[n][at[u.Cells[0]]] += u.Count
		}
	}
	for i := range units {
		if units[i].State == release.Withheld {
			sums[0][i], sums[1][i] = 0, 0
		}
		units[i].Count = sums[0][i]
	}
	return units, sums[0], sums[1], nil
}

// inView are the unit's cells that the question shows.
func (c *cellQuestion) inView(cells []hex.Cell) ([]hex.Cell, error) {
	if c.boxes == nil {
		return cells, nil
	}
	var shown []hex.Cell
	for _, cell := range cells {
		at, err := cell.Centre()
		if err != nil {
			return nil, err
		}
		if c.shows(at) {
			shown = append(shown, cell)
		}
	}
	return shown, nil
}

func texts(cells []hex.Cell) []string {
	all := make([]string, len(cells))
	for i, c := range cells {
		all[i] = c.String()
	}
	return all
}
