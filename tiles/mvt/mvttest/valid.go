package mvttest

import (
	"testing"

	"github.com/peterstace/simplefeatures/geom"

	"sitmap/tiles/mvt"
)

// Valid fails the test for every polygon that OGC Simple Features calls
// invalid, all polygons of a feature being taken as one: rings that cross or
// touch themselves along a line, holes that lie outside, parts that overlap.
// The judge is simplefeatures.
func Valid(t testing.TB, layers []mvt.Layer) {
	t.Helper()
	for _, l := range layers {
		for i, f := range l.Features {
			if err := validity(f.Shape.Polygons); err != nil {
				t.Errorf("layer %q, feature %d (id %d): %v", l.Name, i, f.ID, err)
			}
		}
	}
}

func validity(polygons []mvt.Rings) error {
	var all []geom.Polygon
	for _, rings := range polygons {
		var lines []geom.LineString
		for _, ring := range rings {
			var xy []float64
			for _, v := range ring {
				xy = append(xy, float64(v[0]), float64(v[1]))
			}
			xy = append(xy, xy[:2]...)
			lines = append(lines, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
		all = append(all, geom.NewPolygon(lines))
	}
	return geom.NewMultiPolygon(all).Validate()
}
