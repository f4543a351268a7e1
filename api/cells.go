package api

import (
	"context"
	"encoding/binary"
	"encoding/json"
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
	countHead
	Resolution int             `json:"resolution"`
	Total      int64           `json:"total"`
	N          int             `json:"n"`
	Breaks     []int32         `json:"breaks"`
	Compared   *comparedWindow `json:"compared,omitempty"`
	Cells      []cellCount     `json:"cells"`
	// Units stand for the cells where counts are published.
	Units []releasedUnit `json:"units,omitempty"`
	// Finer are published periods that tell more places apart than the window, which
	// sums several.
	Finer []finerPeriod `json:"finer,omitempty"`
}

// typeCounts is the media type of what sendBinary sends.
const typeCounts = "application/vnd.sitmap.counts"

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
	if c.released != nil {
		return s.releasedCells(r, c)
	}
	counts, err := s.countCells(ctx, r, c, true)
	if err != nil {
		return err
	}
	whole := counts
	if c.boxes != nil {
		if whole, err = s.countCells(ctx, r, c, false); err != nil {
			return err
		}
	}
	body := cellsBody{countHead: c.head(), Resolution: c.resolution, Total: counts.Total, N: len(counts.Cells), Breaks: breaksOf(whole.Counts), Cells: []cellCount{}}
	var before *cube.Counts
	if r.given("compare") {
		if before, err = s.compare(ctx, r, c, &body); err != nil {
			return err
		}
	}
	if r.text("f") == "bin" {
		return r.sendBinary(body, counts, before)
	}
	body.list(counts, before)
	return r.taggedJSON(body)
}

// compare counts in the window that the request compares with.
func (s *Server) compare(ctx context.Context, r *request, c *cellQuestion, body *cellsBody) (*cube.Counts, error) {
	w, err := parseWhen("compare", r.text("compare"), c.home.zone())
	if err != nil {
		return nil, err
	}
	if !c.layer.Dated() {
		return nil, layers.BadParameter("compare", "layer %s has no dates", c.layer.ID)
	}
	other := *c
	other.query.Window = w
	before, err := s.countCells(ctx, r, &other, true)
	if err != nil {
		return nil, err
	}
	body.Compared = &comparedWindow{From: known(w.From), To: known(w.To), Total: before.Total}
	return before, nil
}

// list writes out the cells that have something now or had something before.
func (body *cellsBody) list(counts, before *cube.Counts) {
	if before == nil {
		before = &cube.Counts{}
	}
	for i, j := 0, 0; i < len(counts.Cells) || j < len(before.Cells); {
		var one cellCount
		now := i < len(counts.Cells) && (j == len(before.Cells) || counts.Cells[i] <= before.Cells[j])
		then := j < len(before.Cells) && (i == len(counts.Cells) || before.Cells[j] <= counts.Cells[i])
		if now {
			one.Cell, one.Count = counts.Cells[i].String(), counts.Counts[i]
			i++
		}
		if then {
			one.Cell, one.Before = before.Cells[j].String(), before.Counts[j]
			j++
		}
		body.Cells = append(body.Cells, one)
	}
	body.N = len(body.Cells)
}

// sendBinary answers in a form that takes a tenth of the bytes: the answer without
// its cells as JSON, then the counts in the wire form of package cube, now and, when
// compared, before. The length of each part stands before it, four bytes, the lowest
// first.
func (r *request) sendBinary(body cellsBody, parts ...*cube.Counts) error {
	head, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	all := append(binary.LittleEndian.AppendUint32(nil, uint32(len(head))), head...)
	for _, counts := range parts {
		if counts == nil {
			continue
		}
		at := len(all)
		if all, err = counts.AppendBinary(append(all, 0, 0, 0, 0)); err != nil {
			return fmt.Errorf("encode the answer: %w", err)
		}
		binary.LittleEndian.PutUint32(all[at:], uint32(len(all)-at-4))
	}
	return r.tagged(typeCounts, all)
}

// countCells counts the features of the question by cell, of all cells or of those
// that are in view.
func (s *Server) countCells(ctx context.Context, r *request, c *cellQuestion, inView bool) (*cube.Counts, error) {
	counts := &cube.Counts{Resolution: c.resolution}
	var bounds *orb.Bound
	if inView {
		bounds = c.bounds()
	}
	if c.counted != nil {
		began := time.Now()
		ok, err := c.counted.Cells(c.query, r.scope(), c.resolution, bounds, counts)
		if err != nil {
			return nil, fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
		}
		if ok {
			s.metrics.counted("sums", began)
			if inView && bounds == nil {
				return c.shown(counts)
			}
			return counts, nil
		}
	}
	var cells []hex.Cell
	err := s.scan(ctx, r, c.layer, c.query, func(f scanned) error {
		cell, err := hex.Of(f.place, hex.StoredResolution)
		cells = append(cells, cell.Parent(c.resolution))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cells of layer %s: %w", c.layer.ID, err)
	}
	slices.Sort(cells)
	for i, cell := range cells {
		if i == 0 || cell != cells[i-1] {
			counts.Cells, counts.Counts = append(counts.Cells, cell), append(counts.Counts, 0)
		}
		counts.Counts[len(counts.Counts)-1]++
	}
	counts.Total = int64(len(cells))
	if !inView {
		return counts, nil
	}
	return c.shown(counts)
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
