package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
)

// cellsBody is the answer of /api/h3/{layer}.
type cellsBody struct {
	Layer      string          `json:"layer"`
	Resolution int             `json:"resolution"`
	From       *time.Time      `json:"from,omitempty"`
	To         *time.Time      `json:"to,omitempty"`
	Snapped    bool            `json:"snapped"`
	Disclosure string          `json:"disclosure"`
	Version    int64           `json:"version"`
	AsOf       *time.Time      `json:"asOf,omitempty"`
	Synthetic  bool            `json:"synthetic"`
	Total      int64           `json:"total"`
	N          int             `json:"n"`
	Breaks     []int32         `json:"breaks"`
	Compared   *comparedWindow `json:"compared,omitempty"`
	Cells      []cellCount     `json:"cells"`
}

// cellCount is the features in a cell.
type cellCount struct {
	Cell  string `json:"cell"`
	Count int32  `json:"count"`
	// Before is what was there in the window that is compared with.
	Before int32 `json:"before,omitempty"`
}

// comparedWindow is the window that is compared with.
type comparedWindow struct {
	From  *time.Time `json:"from,omitempty"`
	To    *time.Time `json:"to,omitempty"`
	Total int64      `json:"total"`
}

// cells answers with counts by cell.
func (s *Server) cells(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	counts, err := s.countCells(ctx, r, c, c.bounds())
	if err != nil {
		return fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
	}
	whole := counts
	if c.bounds() != nil {
		if whole, err = s.countCells(ctx, r, c, nil); err != nil {
			return fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
		}
	}
	body := cellsBody{
		Layer: c.layer.ID, Resolution: c.resolution, Disclosure: "exact", Version: c.state.Version, Synthetic: c.state.Synthetic,
		From: known(c.query.Window.From), To: known(c.query.Window.To), AsOf: known(c.asOf),
		Breaks: breaksOf(whole.Counts), Cells: []cellCount{},
	}
	if err := s.compare(ctx, r, c, &body, counts); err != nil {
		return err
	}
	return r.taggedJSON(body)
}

// compare lists the cells that the question shows, with what was in each in the
// window that the request compares with, where it does.
func (s *Server) compare(ctx context.Context, r *request, c *cellQuestion, body *cellsBody, counts *cube.Counts) error {
	other := &cube.Counts{}
	if r.given("compare") {
		w, err := parseWhen("compare", r.text("compare"), c.home.zone())
		if err != nil {
			return err
		}
		if !c.layer.Dated() {
			return layers.BadParameter("compare", "layer %s has no dates", c.layer.ID)
		}
		before := *c
		before.query.Window = w
		if other, err = s.countCells(ctx, r, &before, c.bounds()); err != nil {
			return fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
		}
		body.Compared = &comparedWindow{From: known(w.From), To: known(w.To)}
	}
	for i, j := 0, 0; i < len(counts.Cells) || j < len(other.Cells); {
		var one cellCount
		var cell hex.Cell
		now := i < len(counts.Cells) && (j == len(other.Cells) || counts.Cells[i] <= other.Cells[j])
		then := j < len(other.Cells) && (i == len(counts.Cells) || other.Cells[j] <= counts.Cells[i])
		if now {
			cell, one.Count = counts.Cells[i], counts.Counts[i]
			i++
		}
		if then {
			cell, one.Before = other.Cells[j], other.Counts[j]
			j++
		}
		if c.boxes != nil {
			at, err := cell.Centre()
			if err != nil {
				return err
			}
			if !c.shows(at) {
				continue
			}
		}
		one.Cell = cell.String()
		body.Total += int64(one.Count)
		if body.Compared != nil {
			body.Compared.Total += int64(one.Before)
		}
		body.Cells = append(body.Cells, one)
	}
	body.N = len(body.Cells)
	return nil
}

// countCells counts the features of the question by cell: from the sums where they
// can tell, else by looking at each feature. Cells outside the bounds may be there.
func (s *Server) countCells(ctx context.Context, r *request, c *cellQuestion, bounds *orb.Bound) (*cube.Counts, error) {
	counts := &cube.Counts{}
	if c.counted != nil {
		ok, err := c.counted.Cells(c.query, r.scope(), c.resolution, bounds, counts)
		if ok || err != nil {
			return counts, err
		}
	}
	counts.Resolution = c.resolution
	var cells []hex.Cell
	err := s.scan(ctx, r, c.layer, c.query, func(f scanned) error {
		cell, err := hex.Of(f.place, hex.StoredResolution)
		cells = append(cells, cell.Parent(c.resolution))
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(cells)
	for i, cell := range cells {
		if i == 0 || cell != cells[i-1] {
			counts.Cells, counts.Counts = append(counts.Cells, cell), append(counts.Counts, 0)
		}
		counts.Counts[len(counts.Counts)-1]++
	}
	counts.Total = int64(len(cells))
	return counts, nil
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

// breaksOf is the smallest count of each class, ascending. Classes that would begin
// alike are one.
func breaksOf(counts []int32) []int32 {
	breaks := []int32{}
	sorted := slices.Sorted(slices.Values(counts))
	for _, share := range shares {
		if len(sorted) > 0 {
			breaks = append(breaks, sorted[int(share*float64(len(sorted)))])
		}
	}
	return slices.Compact(breaks)
}
