package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sitmap/layers"
)

// areaCountsBody is the answer of /api/areas/counts/{layer}.
type areaCountsBody struct {
	countHead
	Level  layers.Level `json:"level"`
	Total  int64        `json:"total"`
	Breaks []int32      `json:"breaks"`
	Areas  []areaCount  `json:"areas"`
	// Units stand for the areas where counts are published.
	Units []releasedUnit `json:"units,omitempty"`
}

// areaCount is the features in an area, as far as the reader sees them.
type areaCount struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Count int64  `json:"count"`
	// Partial says that the area reaches beyond what the reader sees, or beyond
	// what was asked.
	Partial bool `json:"partial,omitempty"`
}

// areaCounts answers with counts by the areas of a level, those without any
// included.
func (s *Server) areaCounts(ctx context.Context, r *request) error {
	c, err := s.countQuestion(ctx, r)
	if err != nil {
		return err
	}
	level := layers.Level(r.text("level"))
	if c.released != nil {
		return s.releasedAreas(ctx, r, c, level)
	}
	counts, err := s.countAreas(ctx, r, c, level)
	if err != nil {
		return fmt.Errorf("areas of layer %s: %w", c.layer.ID, err)
	}
	areas, err := s.areasAt(ctx, r, c, level)
	if err != nil {
		return err
	}
	seen := layers.Everywhere
	if clip, limited := r.scope().Clip(c.layer); limited {
		seen = clip
	}
	if c.query.Area != nil {
		seen = layers.AreaRange{Low: max(seen.Low, c.query.Area.Low), High: min(seen.High, c.query.Area.High)}
	}
	body := areaCountsBody{countHead: c.head(), Level: level, Areas: []areaCount{}}
	var sizes []int32
	for _, a := range areas {
		if a.Range.High < seen.Low || a.Range.Low > seen.High {
			continue
		}
		n := counts[a.Range.Low]
		body.Areas = append(body.Areas, areaCount{Code: a.Code, Name: a.Name, Count: n, Partial: !seen.Contains(a.Range.Low) || !seen.Contains(a.Range.High)})
		body.Total += n
		if n > 0 {
			sizes = append(sizes, int32(n))
		}
	}
	body.Breaks = breaksOf(sizes)
	return r.taggedJSON(body)
}

// countAreas counts the features of the question by the numbers of areas.
func (s *Server) countAreas(ctx context.Context, r *request, c *countQuestion, level layers.Level) (map[int64]int64, error) {
	counts := map[int64]int64{}
	if c.counted != nil {
		began := time.Now()
		found, ok, err := c.counted.Areas(c.query, r.scope(), level)
		if err != nil {
			return nil, err
		}
		if ok {
			s.metrics.counted("sums", began)
			for _, a := range found {
				counts[a.Area] = a.Count
			}
			return counts, nil
		}
	}
	whole := layers.RangeOfNumber(0, level).High + 1
	return counts, s.scan(ctx, r, c.layer, c.query, func(f scanned) error {
		counts[f.area/whole*whole]++
		return nil
	})
}

// areasAt are the areas of a level, in the order of their numbers.
func (s *Server) areasAt(ctx context.Context, r *request, c *countQuestion, level layers.Level) ([]layers.AreaName, error) {
	l, err := s.areaLayer()
	if err != nil {
		return nil, err
	}
	return s.facts.areas.get(fmt.Sprintf("%s %d", level, c.versions[l.ID].Version), func() ([]layers.AreaName, error) {
		var all []layers.AreaName
		q := layers.Query{Filters: []layers.Filter{{Field: "level", Values: []any{string(level)}}}}
		_, err := s.rows(ctx, r, l, q, func(f layers.Feature) error {
			a := layers.AreaName{Level: level, Range: layers.RangeOfNumber(f.Area, level), Synthetic: f.Synthetic}
			a.Code, _ = f.Properties["code"].(string)
			a.Name, _ = f.Properties["name"].(string)
			all = append(all, a)
			return nil
		})
		slices.SortFunc(all, func(a, b layers.AreaName) int { return cmp.Compare(a.Range.Low, b.Range.Low) })
		return all, err
	})
}
