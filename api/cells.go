package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// cellsBody is the answer of /api/h3/{layer}.
type cellsBody struct {
	Layer      string      `json:"layer"`
	Resolution int         `json:"resolution"`
	From       *time.Time  `json:"from,omitempty"`
	To         *time.Time  `json:"to,omitempty"`
	Snapped    bool        `json:"snapped"`
	Disclosure string      `json:"disclosure"`
	Version    int64       `json:"version"`
	AsOf       *time.Time  `json:"asOf,omitempty"`
	Synthetic  bool        `json:"synthetic"`
	Total      int64       `json:"total"`
	N          int         `json:"n"`
	Breaks     []int64     `json:"breaks"`
	Cells      []cellCount `json:"cells"`
}

// cellCount is the features in a cell.
type cellCount struct {
	Cell  string `json:"cell"`
	Count int64  `json:"count"`
}

// cells answers with counts by cell.
func (s *Server) cells(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	counts, err := s.countCells(ctx, r, c)
	if err != nil {
		return fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
	}
	body := cellsBody{
		Layer: c.layer.ID, Resolution: c.resolution, Disclosure: "exact", Version: c.state.Version, Synthetic: c.state.Synthetic,
		From: known(c.query.Window.From), To: known(c.query.Window.To), AsOf: known(c.asOf),
		Breaks: breaksOf(slices.Sorted(maps.Values(counts))), Cells: []cellCount{},
	}
	for _, cell := range slices.Sorted(maps.Keys(counts)) {
		at, err := cell.Centre()
		if err != nil {
			return err
		}
		if meets(c.boxes, at, rim[c.resolution-coarsest]) {
			body.Total += counts[cell]
			body.Cells = append(body.Cells, cellCount{cell.String(), counts[cell]})
		}
	}
	body.N = len(body.Cells)
	return r.taggedJSON(body)
}

// countCells counts the features of the question by cell.
func (s *Server) countCells(ctx context.Context, r *request, c cellQuestion) (map[hex.Cell]int64, error) {
	counts := map[hex.Cell]int64{}
	add := func(f layers.Feature) error {
		cell, err := hex.Of(f.Geometry.Bound().Min, c.resolution)
		counts[cell]++
		return err
	}
	_, err := s.rows(ctx, r, c.layer, c.query, add)
	return counts, err
}

// known is the time in UTC; nil for the zero time.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// shares are where the classes of a map of counts begin, as shares of the cells
// that have any: each class holds half as many cells as the one below.
var shares = []float64{0, 0.5, 0.75, 0.875, 0.9375}

// breaksOf is the smallest count of each class, ascending, from sorted counts.
// Classes that would begin alike are one.
func breaksOf(sorted []int64) []int64 {
	breaks := []int64{}
	for _, share := range shares {
		if len(sorted) == 0 {
			break
		}
		breaks = append(breaks, sorted[int(share*float64(len(sorted)))])
	}
	return slices.Compact(breaks)
}
