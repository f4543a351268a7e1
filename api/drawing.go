package api

import (
	"encoding/json"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"

	"sitmap/layers"
)

const (
	maxVertices = 5000 // of a drawn area
	maxCrossing = 500  // of one whose rings may cross

	wantDrawing = "give a GeoJSON Polygon or MultiPolygon: closed rings of longitude, latitude in degrees"
)

// parseDrawing reads a drawn area from GeoJSON and refuses what is no area:
// open rings, coordinates off the globe, too many vertices.
func parseDrawing(raw json.RawMessage) (orb.MultiPolygon, error) {
	var shape struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(raw, &shape); err != nil {
		return nil, layers.BadParameter("within", "%s", wantDrawing)
	}
	var polygons [][][][]float64
	var err error
	switch shape.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(shape.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(shape.Coordinates, &polygons)
	default:
		return nil, layers.BadParameter("within", "%s", wantDrawing)
	}
	if err != nil || len(polygons) == 0 {
		return nil, layers.BadParameter("within", "%s", wantDrawing)
	}
	var area orb.MultiPolygon
	vertices := 0
	for _, rings := range polygons {
		if len(rings) == 0 {
			return nil, layers.BadParameter("within", "%s", wantDrawing)
		}
		var polygon orb.Polygon
		for _, positions := range rings {
			if vertices += len(positions); vertices > maxVertices {
				return nil, layers.BadParameter("within", "draw with at most %d vertices", maxVertices)
			}
			ring, err := parseRing(positions)
			if err != nil {
				return nil, err
			}
			polygon = append(polygon, ring)
		}
		area = append(area, polygon)
	}
	return area, checkShape(area, vertices)
}

func parseRing(positions [][]float64) (orb.Ring, error) {
	ring := make(orb.Ring, 0, len(positions))
	for _, p := range positions {
		// A third number is a height, which a map of places ignores.
		if len(p) < 2 || len(p) > 3 {
			return nil, layers.BadParameter("within", "each position is longitude, latitude")
		}
		// JSON has no way to write a number that is not finite.
		if p[0] < -180 || p[0] > 180 || p[1] < -90 || p[1] > 90 {
			return nil, layers.BadParameter("within", "longitude is −180 to 180 and comes first, then latitude, −90 to 90")
		}
		ring = append(ring, orb.Point{p[0], p[1]})
	}
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return nil, layers.BadParameter("within", "each ring has four positions or more and ends where it begins")
	}
	return ring, nil
}

// checkShape applies the rules of simple features: rings that do not cross,
// holes inside, parts that do not overlap. A hand crosses its own line, and the
// store makes sense of that; but what it costs grows with the square of the
// vertices, so only short drawings may.
func checkShape(area orb.MultiPolygon, vertices int) error {
	if vertices <= maxCrossing {
		return nil
	}
	polygons := make([]geom.Polygon, len(area))
	for i, polygon := range area {
		rings := make([]geom.LineString, len(polygon))
		for j, ring := range polygon {
			flat := make([]float64, 0, 2*len(ring))
			for _, p := range ring {
				flat = append(flat, p[0], p[1])
			}
			rings[j] = geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
		}
		polygons[i] = geom.NewPolygon(rings)
	}
	if err := geom.NewMultiPolygon(polygons).Validate(); err != nil {
		return layers.BadParameter("within", "has more than %d vertices, so its rings must not cross each other or themselves", maxCrossing)
	}
	return nil
}
