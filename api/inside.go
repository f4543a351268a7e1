package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sitmap/layers"
)

// selection is what a reader picked: an area, a drawing, a time, filters; all
// of it must hold.
type selection struct {
	Area     string                         `json:"area"`
	Within   json.RawMessage                `json:"within"`
	Datetime string                         `json:"datetime"`
	Layers   []string                       `json:"layers"`
	Filters  map[string]map[string][]string `json:"filters"`
}

// total is one layer's part of the answer of insideTotals.
type total struct {
	Layer   string `json:"layer"`
	Allowed bool   `json:"allowed"`
	*layers.Totals
}

// insideTotals adds up every layer inside a selection.
func (s *Server) insideTotals(ctx context.Context, r *request) error {
	pick, home, err := s.readSelection(ctx, r)
	if err != nil {
		return err
	}
	wanted, err := s.wanted(pick)
	if err != nil {
		return err
	}
	base, err := s.whereAndWhen(ctx, r, pick, home)
	if err != nil {
		return err
	}
	totals := []total{}
	for _, l := range wanted {
		if r.scope().MayRead(l) != nil {
			totals = append(totals, total{Layer: l.ID})
			continue
		}
		q, err := narrowTo(l, base, pick, home)
		if err != nil {
			return err
		}
		sum, err := s.options.Store.Totals(ctx, l, q, r.scope())
		if err != nil {
			return fmt.Errorf("totals of layer %s: %w", l.ID, err)
		}
		totals = append(totals, total{Layer: l.ID, Allowed: true, Totals: &sum})
	}
	return r.json(struct {
		Totals []total `json:"totals"`
	}{totals})
}

// row is a feature without its outline: what a table shows, and where to fly.
type row struct {
	ID         string            `json:"id"`
	FID        int32             `json:"fid"`
	Lon        *float64          `json:"lon,omitempty"`
	Lat        *float64          `json:"lat,omitempty"`
	Bounds     *layers.BoundsBox `json:"bounds,omitempty"`
	Properties map[string]any    `json:"properties"`
}

// insideRows is the features of one layer inside a selection, page by page.
func (s *Server) insideRows(ctx context.Context, r *request) error {
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	pick, home, err := s.readSelection(ctx, r)
	if err != nil {
		return err
	}
	q, err := s.whereAndWhen(ctx, r, pick, home)
	if err != nil {
		return err
	}
	if q, err = narrowTo(l, q, pick, home); err != nil {
		return err
	}
	answer := struct {
		Matched int64 `json:"matched"`
		Rows    []row `json:"rows"`
		Next    int32 `json:"next,omitempty"`
	}{Rows: []row{}}
	limit := int(r.number("limit"))
	q.After, q.Limit = int32(r.number("after")), limit+1 // one more tells whether there is a next page
	answer.Matched, err = s.rows(ctx, r, l, q, func(f layers.Feature) error {
		if len(answer.Rows) == limit {
			answer.Next = answer.Rows[limit-1].FID
			return nil
		}
		answer.Rows = append(answer.Rows, rowOf(f))
		return nil
	})
	if err != nil {
		return fmt.Errorf("rows of layer %s: %w", l.ID, err)
	}
	return r.json(answer)
}

// readSelection reads the body, and where the reader is at home.
func (s *Server) readSelection(ctx context.Context, r *request) (selection, place, error) {
	var pick selection
	if err := r.decode(&pick); err != nil {
		return pick, place{}, err
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return pick, place{}, err
	}
	for id := range pick.Filters {
		if _, err := s.options.Catalog.Layer(id); err != nil {
			return pick, place{}, layers.BadParameter("filters", "%q is not a layer", shown(id))
		}
	}
	return pick, home, nil
}

// wanted are the layers asked for, in drawing order; all when none is named.
func (s *Server) wanted(pick selection) (layers.Catalog, error) {
	if len(pick.Layers) == 0 {
		return s.options.Catalog, nil
	}
	for _, id := range pick.Layers {
		if _, err := s.options.Catalog.Layer(id); err != nil {
			return nil, layers.BadParameter("layers", "%q is not a layer", shown(id))
		}
	}
	return slices.DeleteFunc(slices.Clone(s.options.Catalog), func(l layers.Layer) bool {
		return !slices.Contains(pick.Layers, l.ID)
	}), nil
}

// whereAndWhen is the part of a selection that is the same for every layer.
func (s *Server) whereAndWhen(ctx context.Context, r *request, pick selection, home place) (q layers.Query, err error) {
	switch {
	case pick.Area != "":
		if q.Area, err = s.areaRange(ctx, pick.Area); err != nil {
			return q, err
		}
	case pick.Within == nil && r.user.Range != layers.Everywhere:
		// Nothing picked means the reader's own area, also for open layers.
		q.Area = &r.user.Range
	}
	if pick.Within != nil {
		if q.Within, err = parseDrawing(pick.Within); err != nil {
			return q, err
		}
	}
	if pick.Datetime != "" {
		q.Window, err = parseWhen("datetime", pick.Datetime, home.zone())
	}
	return q, err
}

// narrowTo adds what the selection says of one layer.
func narrowTo(l layers.Layer, q layers.Query, pick selection, home place) (layers.Query, error) {
	if !l.Dated() {
		q.Window = layers.Window{}
	}
	filters := pick.Filters[l.ID]
	for _, name := range slices.Sorted(maps.Keys(filters)) {
		field, ok := l.Field(name)
		if !ok {
			return q, layers.BadParameter("filters", "layer %s has no field %q", l.ID, shown(name))
		}
		if len(filters[name]) == 0 {
			continue
		}
		f, err := parseFilter(field, filters[name], home.books(l.ID), home)
		if err != nil {
			return q, err
		}
		q.Filters = append(q.Filters, f)
	}
	return q, nil
}

func rowOf(f layers.Feature) row {
	out := row{ID: f.ID, FID: f.FID, Properties: f.Properties}
	if out.Properties == nil {
		out.Properties = map[string]any{}
	}
	if f.Geometry == nil {
		return out
	}
	at := spotOf(f.Geometry)
	lon, lat := rounded(at[0]), rounded(at[1])
	out.Lon, out.Lat = &lon, &lat
	if _, point := f.Geometry.(orb.Point); !point {
		b := f.Geometry.Bound()
		out.Bounds = &layers.BoundsBox{rounded(b.Min[0]), rounded(b.Min[1]), rounded(b.Max[0]), rounded(b.Max[1])}
	}
	return out
}

// spotOf is a point to fly to: the thing itself, the middle vertex of a line,
// the centroid of an outline.
func spotOf(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.LineString:
		if len(g) > 0 {
			return g[len(g)/2]
		}
	}
	at, _ := planar.CentroidArea(g)
	if math.IsNaN(at[0]) || math.IsNaN(at[1]) {
		return g.Bound().Center() // an outline without area has no centroid
	}
	return at
}
