package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/paulmach/orb/geo"

	"sitmap/layers"
)

// drawnQuestion is the body of a request about a drawn area.
type drawnQuestion struct {
	Within   json.RawMessage     `json:"within"`
	Area     string              `json:"area"`
	Datetime string              `json:"datetime"`
	Filters  map[string][]string `json:"filters"`
}

// drawnBody is the answer of /api/h3/{layer}/inside.
type drawnBody struct {
	countHead
	Count int64 `json:"count"`
	// Share is of all that the reader sees in the window; absent where that is none.
	Share      *float64     `json:"share,omitempty"`
	KM2        float64      `json:"km2"`
	PerKM2     float64      `json:"perKm2"`
	Categories []seriesItem `json:"categories"`
	Months     []monthItem  `json:"months"`
	// Units are those that the drawing was snapped to, where counts are published.
	Units []releasedUnit `json:"units,omitempty"`
}

// cellsInside adds up what lies in a drawn area.
func (s *Server) cellsInside(ctx context.Context, r *request) error {
	var drawn drawnQuestion
	if err := r.decode(&drawn); err != nil {
		return err
	}
	c, err := s.drawnQuestion(ctx, r, drawn)
	if err != nil {
		return err
	}
	if c.released != nil {
		return s.releasedInside(r, c)
	}
	store, scope := s.options.Store, r.scope()
	inside, err := store.Totals(ctx, c.layer, c.query, scope)
	if err != nil {
		return fmt.Errorf("totals of layer %s: %w", c.layer.ID, err)
	}
	everywhere := c.query
	everywhere.Within = nil
	all, err := store.Count(ctx, c.layer, everywhere, scope)
	if err != nil {
		return fmt.Errorf("count layer %s: %w", c.layer.ID, err)
	}
	body := drawnBody{countHead: c.head(), Count: inside.Count, KM2: roundTo(geo.Area(c.query.Within)/1e6, 6), Categories: []seriesItem{}, Months: []monthItem{}}
	if all > 0 {
		share := roundTo(float64(inside.Count)/float64(all), 6)
		body.Share = &share
	}
	if body.KM2 > 0 {
		body.PerKM2 = roundTo(float64(inside.Count)/body.KM2, 6)
	}
	for _, code := range slices.Sorted(maps.Keys(inside.Codes)) {
		body.Categories = append(body.Categories, seriesItem{Category: &code, Count: inside.Codes[code]})
	}
	if c.layer.Dated() {
		always := c.query
		always.Window = layers.Window{}
		ever, err := store.Totals(ctx, c.layer, always, scope)
		if err != nil {
			return fmt.Errorf("totals of layer %s: %w", c.layer.ID, err)
		}
		for _, m := range ever.Months {
			body.Months = append(body.Months, monthItem{MonthCount: m})
		}
	}
	return r.json(body)
}

// drawnQuestion reads the question of a drawn area; its window is the last complete
// month unless it says otherwise.
func (s *Server) drawnQuestion(ctx context.Context, r *request, drawn drawnQuestion) (*countQuestion, error) {
	c, err := s.countQuestion(ctx, r)
	if err != nil {
		return nil, err
	}
	if c.query.Within, err = parseDrawing(drawn.Within); err != nil {
		return nil, err
	}
	if c.released != nil {
		return c, s.drawnReleased(c, drawn)
	}
	if drawn.Area != "" {
		if c.query.Area, err = s.areaRange(ctx, drawn.Area); err != nil {
			return nil, err
		}
	}
	if drawn.Datetime != "" && c.layer.Dated() {
		if c.query.Window, err = parseWhen("datetime", drawn.Datetime, c.home.zone()); err != nil {
			return nil, err
		}
	}
	pick := selection{Filters: map[string]map[string][]string{c.layer.ID: drawn.Filters}}
	c.query, err = narrowTo(c.layer, c.query, pick, c.home)
	return c, err
}

// drawnReleased reads the window and the categories of a drawn question for the
// release. An area beside the drawing is not asked of it.
func (s *Server) drawnReleased(c *countQuestion, drawn drawnQuestion) (err error) {
	q := c.released
	if drawn.Area != "" {
		return layers.BadParameter("area", "published counts are asked for by a drawing or by an area, not by both")
	}
	if drawn.Datetime != "" {
		w, err := parseWhen("datetime", drawn.Datetime, q.City.Zone)
		if err != nil {
			return err
		}
		if q.snapped, err = q.snap(w); err != nil {
			return err
		}
		c.query.Window, q.query.Periods = q.snapped.Window(q.City.Zone), q.snapped.Periods
	}
	pick := selection{Filters: map[string]map[string][]string{c.layer.ID: drawn.Filters}}
	if c.query, err = narrowTo(c.layer, c.query, pick, c.home); err != nil {
		return err
	}
	return s.releasedFilters(c)
}
