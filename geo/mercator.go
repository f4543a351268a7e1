package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// WorldBits is how finely the square of the Web Mercator plane (EPSG:3857) is
// divided along a side: 2^31 units, 1.9 cm on the equator.
const WorldBits = 31

const worldSide = 1 << WorldBits

// World is where a point of longitude and latitude lies in the square of the
// Web Mercator plane, in units of 2^-31 of its side: x from its western edge, y
// from its northern edge downwards, as tiles count. What lies beyond the square
// comes to its edge.
func World(p orb.Point) (x, y int32) {
	sin := math.Sin(p[1] * math.Pi / 180)
	east := p[0]/360 + 0.5
	south := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return toUnit(east), toUnit(south)
}

func toUnit(share float64) int32 {
	// NaN compares false with everything and comes to the edge as well.
	if v := math.Floor(share*worldSide + 0.5); v > 0 {
		return int32(min(v, worldSide-1))
	}
	return 0
}

// Degrees is the longitude and latitude of a place in the world's square; the
// inverse of World up to half a unit. The values may be fractions of units.
func Degrees(x, y float64) orb.Point {
	return orb.Point{
		x/worldSide*360 - 180,
		math.Atan(math.Sinh(math.Pi*(1-2*y/worldSide))) * 180 / math.Pi,
	}
}
