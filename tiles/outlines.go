package tiles

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/geo"
	"sitmap/tiles/mvt"
)

// Outlined is an outline in a tile with what it carries.
type Outlined struct {
	Outline    orb.MultiPolygon // degrees; rings closed, exteriors counter-clockwise
	Properties []mvt.Property
}

// EncodeOutlines makes a tile of one layer, with the outlines in their order, whole
// where they reach beyond the tile: they are small. Those that are too small to have
// an area there are left out.
func EncodeOutlines(layer string, t maptile.Tile, all []Outlined) []byte {
	l := mvt.Layer{Name: layer, Version: 2, Extent: Extent}
	for _, one := range all {
		f := mvt.Feature{Type: mvt.Polygon, Properties: one.Properties}
		for _, polygon := range one.Outline {
			var rings mvt.Rings
			for n, ring := range polygon {
				drawn := inTile(ring, t)
				if a := area(drawn); n == 0 && a > 0 || n > 0 && a < 0 {
					rings = append(rings, drawn)
				} else if n == 0 {
					break // without its exterior a polygon has no holes either
				}
			}
			if len(rings) > 0 {
				f.Shape.Polygons = append(f.Shape.Polygons, rings)
			}
		}
		if len(f.Shape.Polygons) > 0 {
			l.Features = append(l.Features, f)
		}
	}
	return mvt.Encode(l)
}

// inTile is a ring in units of the tile, without repeated vertices and without its
// closing one, the other way round: since y points down there, the exterior then has
// the positive area that the format wants.
func inTile(ring orb.Ring, t maptile.Tile) []mvt.XY {
	side := math.Exp2(geo.WorldBits - float64(t.Z))
	drawn := make([]mvt.XY, 0, len(ring))
	for _, p := range slices.Backward(ring) {
		x, y := geo.World(p)
		at := mvt.XY{
			int64(math.Round((float64(x)/side - float64(t.X)) * Extent)),
			int64(math.Round((float64(y)/side - float64(t.Y)) * Extent)),
		}
		if len(drawn) == 0 || drawn[len(drawn)-1] != at {
			drawn = append(drawn, at)
		}
	}
	if n := len(drawn); n > 1 && drawn[0] == drawn[n-1] {
		drawn = drawn[:n-1]
	}
	return drawn
}

// area is twice the area of a ring, by the surveyor's formula.
func area(ring []mvt.XY) (sum int64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return sum
}
