package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/coverage"
	"sitmap/layers/live"
)

// riskResolution is that of the cells by which risk is known: some 900 metres across.
const riskResolution = hotDemandResolution

// risk is what the patrols should know of places, as far as the reader may: where
// cases were, and which places are hot. It does not change.
type risk struct {
	grids map[int64]coverage.Place // by number
	cells map[hex.Cell]coverage.Place
	said  riskBody
}

// riskBody says what weighs places.
type riskBody struct {
	// From is cases for who may see them, published for who may see what is
	// published, and even where nothing is known.
	From     string     `json:"from"`
	Layer    string     `json:"layer,omitempty"`
	Since    *time.Time `json:"since,omitempty"` // of the window that is counted
	Until    *time.Time `json:"until,omitempty"`
	Hot      int        `json:"hot"`                // service grids that are hot
	HotSince *time.Time `json:"hotSince,omitempty"` // of the window in which they are
	HotUntil *time.Time `json:"hotUntil,omitempty"`
}

// grid and cell are what is to be known of a service grid, and of a cell of the
// visits.
func (k *risk) grid(number int64) coverage.Place { return k.grids[number] }

func (k *risk) cell(number int64) coverage.Place {
	cell := hex.Cell(number)
	p := k.cells[cell.Parent(min(riskResolution, cell.Resolution()))]
	for range live.VisitCells - riskResolution {
		p.Risk /= 7
	}
	return p
}

// weighed is cells that share a number of cases.
type weighed struct {
	cells []hex.Cell
	cases float64
}

// risk is what the reader may know of where cases were. Where nothing answers, all
// places weigh alike, and the answer says so.
func (s *Server) risk(ctx context.Context, r *request) (*risk, error) {
	even := &risk{said: riskBody{From: "even"}}
	l, exact, ok := s.riskLayer(r.scope())
	if !ok {
		return even, nil
	}
	states, err := s.countStates(ctx)
	if err != nil {
		return even, nil
	}
	grids := s.options.Live.Visits.Grids()
	key := fmt.Sprintf("%p %s %d %d %s %d-%d", grids, l.ID, states[l.ID].Version, s.options.Counts.ReleaseVersion(l.ID), r.scope().Key(), r.user.Range.Low, r.user.Range.High)
	ctx = context.WithoutCancel(ctx) // others may be waiting for it
	found, err := s.cover.risks.share(key, func() (*risk, error) {
		if exact {
			return s.riskOfCases(ctx, r, l, states, grids)
		}
		return s.riskPublished(ctx, r, l, states, grids)
	})
	if errors.Is(err, layers.ErrUnavailable) || errors.Is(err, layers.ErrNotFound) {
		return even, nil
	}
	return found, err
}

// riskLayer is the dated layer of cases that weighs places; exact for who may see the
// cases themselves.
func (s *Server) riskLayer(scope access.Scope) (l layers.Layer, exact, ok bool) {
	if s.options.Counts == nil {
		return l, false, false
	}
	for _, l := range s.options.Catalog {
		if l.Geometry == layers.Points && l.Access == layers.Protected && l.Dated() {
			exact := scope.MayRead(l) == nil
			return l, exact, !exact || s.options.Counts.Now(l.ID) != nil
		}
	}
	return l, false, false
}

// riskOfCases counts the cases of the last complete year that the reader sees; hot
// is what /api/hotspots finds of it.
func (s *Server) riskOfCases(ctx context.Context, r *request, l layers.Layer, states map[string]layers.LayerState, grids *live.Grids) (*risk, error) {
	home, err := s.facts.place(ctx, states, r.scope())
	if err != nil {
		return nil, err
	}
	span, asOf, err := s.spoken(ctx, l, states[l.ID], home, r.scope())
	if err != nil {
		return nil, err
	}
	if span.Open() || asOf.IsZero() {
		return &risk{said: riskBody{From: "even"}}, nil
	}
	w := lastCompleteMonth(asOf, span.From, home.zone())
	w.From = w.To.AddDate(0, -hotDemandMonths, 0)
	var counts cube.Counts
	if _, err := s.options.Counts.Now(l.ID).Cells(layers.Query{Window: w}, r.scope(), riskResolution, nil, &counts); err != nil {
		return nil, err
	}
	var all []weighed
	for k, cell := range counts.Cells {
		all = append(all, weighed{[]hex.Cell{cell}, float64(counts.Counts[k])})
	}
	demand, _, err := s.hotCells(ctx, r, states)
	if err != nil {
		return nil, err
	}
	var hot []hex.Cell
	for _, d := range demand {
		hot = append(hot, d.Cell)
	}
	return newRisk(grids, all, hot, riskBody{From: "cases", Layer: l.ID, Since: utc(w.From), Until: utc(w.To), HotSince: utc(w.From), HotUntil: utc(w.To)})
}

// riskPublished takes the published numbers of all times, each spread over its cells;
// hot are the places that have at least hotTimes as many as places have on average.
// Nothing enters but what is published.
func (s *Server) riskPublished(ctx context.Context, r *request, l layers.Layer, states map[string]layers.LayerState, grids *live.Grids) (*risk, error) {
	c := &countQuestion{layer: l, state: states[l.ID], versions: states}
	var err error
	if c.home, err = s.facts.place(ctx, states, r.scope()); err != nil {
		return nil, err
	}
	if err := s.readReleased(r, c); err != nil {
		return nil, err
	}
	q := c.released
	months := q.months()
	w := layers.Window{From: months[0].Window(q.City.Zone).From, To: months[len(months)-1].Window(q.City.Zone).To}
	whole, err := q.snap(w)
	if err != nil {
		return nil, err
	}
	units, err := q.cells(whole.Periods, riskResolution)
	if err != nil {
		return nil, err
	}
	var all []weighed
	for _, u := range units {
		all = append(all, weighed{u.Cells, float64(u.Count)}) // 0 where withheld
	}
	k, err := newRisk(grids, all, nil, riskBody{From: "published", Layer: l.ID, Since: utc(w.From), Until: utc(w.To), HotSince: utc(w.From), HotUntil: utc(w.To)})
	if err != nil {
		return nil, err
	}
	own := 0
	for _, p := range grids.Places() {
		if r.user.Range.Contains(p.Area) {
			own++
		}
	}
	k.said.Hot = heat(k.grids, own)
	heat(k.cells, len(k.cells))
	return k, nil
}

// hotTimes is how many times the mean makes a place hot where only published numbers
// are known.
const hotTimes = 2

// heat marks the hot of so many places, those without risk left out of the map, and
// gives how many they are.
func heat[K comparable](places map[K]coverage.Place, of int) (hot int) {
	var sum float64
	for _, p := range places {
		sum += p.Risk
	}
	for key, p := range places {
		if p.Hot = p.Risk > 0 && p.Risk*float64(of) >= hotTimes*sum; p.Hot {
			hot++
		}
		places[key] = p
	}
	return hot
}

// newRisk spreads the cases over the service grids. Of a cell they fall to the grids
// whose centres it holds, or else to the grid that holds the cell's own.
func newRisk(grids *live.Grids, all []weighed, hot []hex.Cell, said riskBody) (*risk, error) {
	inside := map[hex.Cell][]int64{}
	for _, p := range grids.Places() {
		cell, err := hex.Of(p.Centre, riskResolution)
		if err != nil {
			return nil, fmt.Errorf("centre of grid %d: %w", p.Area, err)
		}
		inside[cell] = append(inside[cell], p.Area)
	}
	heirs := func(cells []hex.Cell) (all []int64, err error) {
		for _, cell := range cells {
			if own := inside[cell]; own != nil {
				all = append(all, own...)
				continue
			}
			at, err := cell.Centre()
			if err != nil {
				return nil, err
			}
			if grid := grids.Of(at); grid != 0 {
				all = append(all, grid)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), nil
	}
	k := &risk{grids: map[int64]coverage.Place{}, cells: map[hex.Cell]coverage.Place{}, said: said}
	for _, one := range all {
		if one.cases == 0 {
			continue
		}
		to, err := heirs(one.cells)
		if err != nil {
			return nil, err
		}
		for _, grid := range to {
			p := k.grids[grid]
			p.Risk += one.cases / float64(len(to))
			k.grids[grid] = p
		}
		for _, cell := range one.cells {
			p := k.cells[cell]
			p.Risk += one.cases / float64(len(one.cells))
			k.cells[cell] = p
		}
	}
	to, err := heirs(hot)
	if err != nil {
		return nil, err
	}
	for _, grid := range to {
		p := k.grids[grid]
		p.Hot = true
		k.grids[grid] = p
	}
	for _, cell := range hot {
		p := k.cells[cell]
		p.Hot = true
		k.cells[cell] = p
	}
	k.said.Hot = len(to)
	return k, nil
}

func utc(t time.Time) *time.Time {
	t = t.UTC()
	return &t
}
