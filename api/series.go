package api

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"sitmap/layers"
	"sitmap/layers/release"
)

// mostSpans bounds the spans of a series: ten years of days.
const mostSpans = 3_660

// seriesBody is the answer of /api/h3/{layer}/series.
type seriesBody struct {
	countHead
	By    string       `json:"by"`
	Total int64        `json:"total"`
	Items []seriesItem `json:"items"`
}

// seriesItem is the features of a span of time, or of a category.
type seriesItem struct {
	From     *time.Time `json:"from,omitempty"`
	To       *time.Time `json:"to,omitempty"`
	Category *string    `json:"category,omitempty"`
	Count    int64      `json:"count"`
	// State is of published counts only.
	State release.State `json:"state,omitempty"`
}

// series answers with counts by day, month or category. Without a window it is of
// all times.
func (s *Server) series(ctx context.Context, r *request) error {
	c, err := s.countQuestion(ctx, r)
	if err != nil {
		return err
	}
	by := r.text("by")
	if by != "category" && !c.layer.Dated() {
		return layers.BadParameter("by", "layer %s has no dates; give category", c.layer.ID)
	}
	if !c.windowed && by != "category" {
		c.query.Window = c.always()
	}
	body := seriesBody{countHead: c.head(), By: by, Items: []seriesItem{}}
	if c.released != nil {
		return s.releasedSeries(r, c, body)
	}
	if by == "category" {
		err = s.byCategory(ctx, r, c, &body)
	} else {
		err = s.bySpan(ctx, r, c, &body)
	}
	if err != nil {
		return err
	}
	return r.taggedJSON(body)
}

// bySpan counts by the days or months that the window meets; the first and the
// last are cut by it.
func (s *Server) bySpan(ctx context.Context, r *request, c *countQuestion, body *seriesBody) error {
	from, to := c.query.Window.From, c.query.Window.To
	if from.IsZero() {
		from = c.span.From
	}
	if to.IsZero() {
		to = c.span.To
	}
	if !from.Before(to) {
		return nil
	}
	cuts := cutsOf(from, to, body.By, c.home.zone())
	if len(cuts) > mostSpans {
		return layers.BadParameter("by", "that would be %d spans; give a longer step or a window of at most %d", len(cuts)-1, mostSpans)
	}
	bounds := make([]int64, len(cuts))
	for i, cut := range cuts {
		bounds[i] = cut.Unix()
	}
	counts, err := s.countSpans(ctx, r, c, bounds)
	if err != nil {
		return fmt.Errorf("series of layer %s: %w", c.layer.ID, err)
	}
	for i, n := range counts {
		body.Total += n
		body.Items = append(body.Items, seriesItem{From: known(cuts[i]), To: known(cuts[i+1]), Count: n})
	}
	return nil
}

// cutsOf is where the zone's days or months begin that meet [from, to), and where
// the last one ends.
func cutsOf(from, to time.Time, by string, zone *time.Location) []time.Time {
	y, m, d := from.In(zone).Date()
	next := func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, zone) }
	if by == "month" {
		next = func(n int) time.Time { return time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, zone) }
	}
	cuts := []time.Time{next(0)}
	for n := 1; cuts[len(cuts)-1].Before(to) && n <= mostSpans; n++ {
		cuts = append(cuts, next(n))
	}
	return cuts
}

func (s *Server) countSpans(ctx context.Context, r *request, c *countQuestion, bounds []int64) ([]int64, error) {
	if c.counted != nil {
		began := time.Now()
		if counts, ok, err := c.counted.Series(c.query, r.scope(), bounds); ok || err != nil {
			s.metrics.counted("sums", began)
			return counts, err
		}
	}
	counts := make([]int64, len(bounds)-1)
	return counts, s.scan(ctx, r, c.layer, c.query, func(f scanned) error {
		if i := sort.Search(len(bounds), func(i int) bool { return bounds[i] > f.at }); i > 0 && i < len(bounds) {
			counts[i-1]++
		}
		return nil
	})
}

// byCategory counts by the codes of the legend field, in the order of its list.
func (s *Server) byCategory(ctx context.Context, r *request, c *countQuestion, body *seriesBody) error {
	field, ok := c.layer.Field(c.layer.Legend)
	if !ok {
		return layers.BadParameter("by", "layer %s has no categories", c.layer.ID)
	}
	counts, err := s.countCodes(ctx, r, c)
	if err != nil {
		return fmt.Errorf("categories of layer %s: %w", c.layer.ID, err)
	}
	var codes []string
	for _, f := range fieldsIn(c.layer, c.home) {
		if f.Name == field.Name {
			for _, code := range f.List {
				codes = append(codes, code.Value)
			}
		}
	}
	for code := range counts {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	for _, code := range codes {
		body.Total += counts[code]
		body.Items = append(body.Items, seriesItem{Category: &code, Count: counts[code]})
	}
	return nil
}

func (s *Server) countCodes(ctx context.Context, r *request, c *countQuestion) (map[string]int64, error) {
	if c.counted != nil {
		began := time.Now()
		if counts, ok, err := c.counted.Codes(c.query, r.scope()); ok || err != nil {
			s.metrics.counted("sums", began)
			return counts, err
		}
	}
	counts := map[string]int64{}
	return counts, s.scan(ctx, r, c.layer, c.query, func(f scanned) error {
		counts[f.code]++
		return nil
	})
}
