package api

import (
	"context"
	"fmt"

	"sitmap/geo/stats"
	"sitmap/layers"
	"sitmap/layers/coverage"
)

// hotDemandResolution is that of the hotspots that cameras should see: cells some
// 900 metres across, as the map of hotspots opens on.
const hotDemandResolution = 8

// hotDemandMonths is how many complete months they are found in: cameras stay where
// they are, so that a month's surge is no reason for one.
const hotDemandMonths = 12

// hotCells are the hotspots that the reader may know, as what should be seen, with a
// name of all they depend on; nil for readers without the right to any dated layer
// of points. They are found as by /api/hotspots, against an even spread.
func (s *Server) hotCells(ctx context.Context, r *request, states map[string]layers.LayerState) (hot []coverage.Demand, key string, err error) {
	for _, l := range s.options.Catalog {
		if l.Geometry != layers.Points || l.Access != layers.Protected || !l.Dated() || r.scope().MayRead(l) != nil {
			continue
		}
		area, err := s.areaLayer()
		if err != nil {
			return nil, "", err
		}
		one := fmt.Sprintf("%s %d %d %s", l.ID, states[l.ID].Version, states[area.ID].Version, r.scope().Key())
		cells, err := s.cover.hot.get(one, func() ([]coverage.Demand, error) { return s.hotDemand(ctx, r, l, states) })
		if err != nil {
			return nil, "", fmt.Errorf("hotspots of layer %s: %w", l.ID, err)
		}
		// One that is hot in two layers is two things to be seen.
		hot, key = append(hot, cells...), key+one+" "
		if hot == nil {
			hot = []coverage.Demand{}
		}
	}
	return hot, key, nil
}

// hotDemand finds the hotspots of one layer.
func (s *Server) hotDemand(ctx context.Context, r *request, l layers.Layer, states map[string]layers.LayerState) ([]coverage.Demand, error) {
	c := &cellQuestion{countQuestion: countQuestion{layer: l, state: states[l.ID], versions: states}, resolution: hotDemandResolution, measure: "even"}
	var err error
	if c.home, err = s.facts.place(ctx, states, r.scope()); err != nil {
		return nil, err
	}
	if c.span, c.asOf, err = s.spoken(ctx, l, c.state, c.home, r.scope()); err != nil {
		return nil, err
	}
	if c.span.Open() || c.asOf.IsZero() {
		return nil, nil // there is nothing yet
	}
	c.query.Window = lastCompleteMonth(c.asOf, c.span.From, c.home.zone())
	c.query.Window.From = c.query.Window.To.AddDate(0, -hotDemandMonths, 0)
	j, err := s.judge(ctx, r, c)
	if err != nil {
		return nil, err
	}
	var hot []coverage.Demand
	for _, v := range j.answer.Verdicts {
		if v.Class == stats.Hot95 || v.Class == stats.Hot99 {
			hot = append(hot, coverage.Demand{Cell: j.cells.Cell(int(v.Place)), Weight: 1, Stress: coverage.HotspotStress})
		}
	}
	return hot, nil
}
