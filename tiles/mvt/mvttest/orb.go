package mvttest

import (
	"fmt"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"sitmap/tiles/mvt"
)

// Orb is what orb's decoder says about a tile.
func Orb(body []byte) ([]Layer, error) {
	layers, err := orbmvt.Unmarshal(body)
	if err != nil {
		return nil, err
	}
	var all []Layer
	for _, l := range layers {
		if len(l.Features) == 0 {
			continue
		}
		form := Layer{Name: l.Name, Version: l.Version, Extent: l.Extent}
		for _, f := range l.Features {
			one, err := fromOrb(f)
			if err != nil {
				return nil, err
			}
			form.Features = append(form.Features, one)
		}
		all = append(all, form)
	}
	return all, nil
}

func fromOrb(from *geojson.Feature) (f Feature, err error) {
	f.ID, f.HasID = from.ID.(float64)
	f.Properties = from.Properties
	f.Type, f.Shape, err = shape(from.Geometry)
	return f, err
}

// shape takes orb's geometry apart; a whole number of units is what a tile has.
func shape(g orb.Geometry) (mvt.Type, mvt.Shape, error) {
	switch g := g.(type) {
	case orb.Point:
		return mvt.Point, mvt.Shape{Points: units([]orb.Point{g})}, nil
	case orb.MultiPoint:
		return mvt.Point, mvt.Shape{Points: units(g)}, nil
	case orb.LineString:
		return mvt.LineString, mvt.Shape{Lines: [][]mvt.XY{units(g)}}, nil
	case orb.MultiLineString:
		var s mvt.Shape
		for _, line := range g {
			s.Lines = append(s.Lines, units(line))
		}
		return mvt.LineString, s, nil
	case orb.Polygon:
		return shape(orb.MultiPolygon{g})
	case orb.MultiPolygon:
		var s mvt.Shape
		for _, polygon := range g {
			var rings mvt.Rings
			for _, ring := range polygon {
				open := units(ring)
				rings = append(rings, open[:len(open)-1])
			}
			s.Polygons = append(s.Polygons, rings)
		}
		return mvt.Polygon, s, nil
	case nil:
		return mvt.Unknown, mvt.Shape{}, nil
	}
	return 0, mvt.Shape{}, fmt.Errorf("a tile holds no %s", g.GeoJSONType())
}

func units(points []orb.Point) []mvt.XY {
	all := make([]mvt.XY, len(points))
	for i, p := range points {
		all[i] = mvt.XY{int64(p[0]), int64(p[1])}
	}
	return all
}
