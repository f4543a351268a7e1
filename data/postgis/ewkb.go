package postgis

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

// wgs84 is the SRID of everything stored; longitude first.
const wgs84 = 4326

// errShape says that a ring or line cannot be drawn. Its text is for people.
type errShape string

func (e errShape) Error() string { return string(e) }

// toEWKB writes a geometry as PostGIS reads it, with its SRID. Rings are closed
// where they are not. The error is an errShape where a ring or line has too few
// points to be one; PostGIS would refuse the whole statement.
func toEWKB(g orb.Geometry) ([]byte, error) {
	t, err := toGeom(g)
	if err != nil {
		return nil, err
	}
	return ewkb.Marshal(t, binary.LittleEndian)
}

func toGeom(g orb.Geometry) (geom.T, error) {
	switch g := g.(type) {
	case orb.Point:
		return geom.NewPointFlat(geom.XY, []float64{g[0], g[1]}).SetSRID(wgs84), nil
	case orb.LineString:
		flat, err := appendLine(nil, g)
		return geom.NewLineStringFlat(geom.XY, flat).SetSRID(wgs84), err
	case orb.MultiLineString:
		var flat []float64
		var ends []int
		for _, line := range g {
			var err error
			if flat, err = appendLine(flat, line); err != nil {
				return nil, err
			}
			ends = append(ends, len(flat))
		}
		return geom.NewMultiLineStringFlat(geom.XY, flat, ends).SetSRID(wgs84), nil
	case orb.Polygon:
		flat, ends, err := appendPolygon(nil, g)
		return geom.NewPolygonFlat(geom.XY, flat, ends).SetSRID(wgs84), err
	case orb.MultiPolygon:
		var flat []float64
		var endss [][]int
		for _, polygon := range g {
			var ends []int
			var err error
			if flat, ends, err = appendPolygon(flat, polygon); err != nil {
				return nil, err
			}
			endss = append(endss, ends)
		}
		return geom.NewMultiPolygonFlat(geom.XY, flat, endss).SetSRID(wgs84), nil
	}
	return nil, errShape(fmt.Sprintf("is a %T, which no layer holds", g))
}

func appendLine(flat []float64, line orb.LineString) ([]float64, error) {
	if len(line) < 2 {
		return nil, errShape("has a line of fewer than two points")
	}
	for _, p := range line {
		flat = append(flat, p[0], p[1])
	}
	return flat, nil
}

func appendPolygon(flat []float64, polygon orb.Polygon) (_ []float64, ends []int, _ error) {
	if len(polygon) == 0 {
		return nil, nil, errShape("has an outline without points")
	}
	for _, ring := range polygon {
		if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
			ring = append(ring[:len(ring):len(ring)], ring[0])
		}
		if len(ring) < 4 {
			return nil, nil, errShape("has an outline of fewer than three points")
		}
		for _, p := range ring {
			flat = append(flat, p[0], p[1])
		}
		ends = append(ends, len(flat))
	}
	return flat, ends, nil
}

// fromEWKB reads what PostGIS writes; nil bytes are no geometry.
func fromEWKB(b []byte) (orb.Geometry, error) {
	if b == nil {
		return nil, nil
	}
	t, err := ewkb.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("geometry: %w", err)
	}
	switch t := t.(type) {
	case *geom.Point:
		if t.Empty() {
			return nil, errors.New("geometry: an empty point")
		}
		return orb.Point{t.X(), t.Y()}, nil
	case *geom.LineString:
		return orb.LineString(points(t.FlatCoords(), t.Stride())), nil
	case *geom.MultiLineString:
		g := make(orb.MultiLineString, t.NumLineStrings())
		for i := range g {
			g[i] = points(t.LineString(i).FlatCoords(), t.Stride())
		}
		return g, nil
	case *geom.Polygon:
		return rings(t), nil
	case *geom.MultiPolygon:
		g := make(orb.MultiPolygon, t.NumPolygons())
		for i := range g {
			g[i] = rings(t.Polygon(i))
		}
		return g, nil
	}
	return nil, fmt.Errorf("geometry: %T is not stored by any layer", t)
}

func rings(p *geom.Polygon) orb.Polygon {
	g := make(orb.Polygon, p.NumLinearRings())
	for i := range g {
		g[i] = points(p.LinearRing(i).FlatCoords(), p.Stride())
	}
	return g
}

func points(flat []float64, stride int) []orb.Point {
	all := make([]orb.Point, len(flat)/stride)
	for i := range all {
		all[i] = orb.Point{flat[i*stride], flat[i*stride+1]}
	}
	return all
}
