package tally

import (
	"context"
	"fmt"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/release"
)

// cityGround is what a release knows of a city before any case: its villages with
// their residents, and their cells.
func (s *Server) cityGround(ctx context.Context, city layers.CityInfo, categories int) (*release.Ground, error) {
	states, err := s.source.States(ctx)
	if err != nil {
		return nil, err
	}
	s.grounds.Lock()
	defer s.grounds.Unlock()
	key := fmt.Sprintf("%s %d", city.Area.Code, states[s.areas.ID].Version)
	kept, ok := s.grounds.byCity[key]
	if !ok {
		if kept, err = s.readGround(ctx, city); err != nil {
			return nil, err
		}
		s.grounds.byCity = map[string]release.Ground{key: kept}
	}
	for n := range categories {
		kept.Categories = append(kept.Categories, uint8(n))
	}
	return &kept, nil
}

// grounds remembers the ground read last: it takes a second to make.
type grounds struct {
	sync.Mutex
	byCity map[string]release.Ground // by city and version of the areas
}

func (s *Server) readGround(ctx context.Context, city layers.CityInfo) (g release.Ground, err error) {
	g.City = city.Area.Range.Low
	q := layers.Query{Area: &city.Area.Range, Filters: []layers.Filter{{Field: "level", Values: []any{string(layers.Village)}}}}
	err = s.source.Features(ctx, s.areas, q, access.System, func(f layers.Feature) error {
		var outline orb.MultiPolygon
		switch shape := f.Geometry.(type) {
		case orb.Polygon:
			outline = orb.MultiPolygon{shape}
		case orb.MultiPolygon:
			outline = shape
		}
		cells, err := hex.Fill(outline, cube.Resolution, hex.Centre)
		if err != nil {
			return err
		}
		for _, c := range cells {
			g.Places = append(g.Places, release.Place{Cell: c, Area: f.Area})
		}
		village := release.Village{Number: f.Area, Weight: 1}
		if residents, ok := f.Properties["population"].(int64); ok && residents > 0 {
			village.Weight = int(residents)
		}
		if len(outline) > 0 {
			village.Centre, _ = planar.CentroidArea(outline)
		}
		g.Villages = append(g.Villages, village)
		return nil
	})
	if err != nil {
		return g, fmt.Errorf("villages of %s: %w", city.Area.Code, err)
	}
	return g, nil
}
