package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/tally"
)

// cellGround is the cells that a reader's question is about: those of the area asked
// for as far as it is theirs, with the cells given. What lies beyond is unknown.
func (s *Server) cellGround(ctx context.Context, r *request, c *cellQuestion, cells []hex.Cell) (*tally.Ground, error) {
	area, err := s.areaLayer()
	if err != nil {
		return nil, err
	}
	codes := c.outlines(r)
	key := fmt.Sprintln(codes, c.resolution, c.versions[area.ID].Version)
	g, err := s.grounds.get(key, func() (*tally.Ground, error) { return s.makeGround(ctx, r, area, codes, c.resolution, nil) })
	if err != nil {
		return nil, err
	}
	missing := g.Missing(cells)
	if len(missing) == 0 {
		return g, nil
	}
	slices.Sort(missing)
	return s.grounds.get(key+fmt.Sprint(missing), func() (*tally.Ground, error) {
		return s.makeGround(ctx, r, area, codes, c.resolution, missing)
	})
}

func (s *Server) makeGround(ctx context.Context, r *request, area layers.Layer, codes []string, resolution int, extra []hex.Cell) (*tally.Ground, error) {
	var outline orb.MultiPolygon
	for _, code := range codes {
		f, err := s.feature(ctx, r, area, code)
		if err != nil {
			return nil, fmt.Errorf("outline of area %s: %w", code, err)
		}
		switch g := f.Geometry.(type) {
		case orb.Polygon:
			outline = append(outline, g)
		case orb.MultiPolygon:
			outline = append(outline, g...)
		}
	}
	return tally.NewGround(outline, resolution, extra)
}

// outlines are the codes of the areas that hold what the reader asks about.
func (c *countQuestion) outlines(r *request) []string {
	if c.area != nil && (r.user.Area == "" || r.user.Range.Contains(c.area.Range.Low) && r.user.Range.Contains(c.area.Range.High)) {
		return []string{c.area.Code}
	}
	if r.user.Area != "" {
		return []string{r.user.Area}
	}
	var codes []string
	for _, city := range c.home.cities {
		codes = append(codes, city.Area.Code)
	}
	return codes
}

// areaLayer is the layer of administrative areas.
func (s *Server) areaLayer() (layers.Layer, error) {
	for _, l := range s.options.Catalog {
		if l.Storage == layers.InArea {
			return l, nil
		}
	}
	return layers.Layer{}, fmt.Errorf("the layer of areas: %w", layers.ErrNotFound)
}
