package stats

import (
	"math"

	"github.com/paulmach/orb"
)

// Plane lays a city flat: metres east and north of its centre. Distances,
// bandwidths and bands of this package are metres on such a plane; degrees
// would make them shorter to the east than to the north.
//
// It is the transverse Mercator projection of WGS 84 about the centre's
// meridian, with scale 1 there. At 120 km to either side lengths are 0.02 %
// too long, which is the most across Wuwei.
//
// Source: Krüger 1912, series to the third power, true to a millimetre within
// 3,000 km of the meridian.
type Plane struct {
	meridian float64 // degrees
	northing float64 // of the centre
}

const (
	wgsAxis       = 6378137.0
	wgsFlattening = 1 / 298.257223563
	thirdFlat     = wgsFlattening / (2 - wgsFlattening) // n of the series
)

// NewPlane is the plane about a centre of longitude and latitude.
func NewPlane(centre orb.Point) Plane {
	p := Plane{meridian: centre[0]}
	p.northing = p.Metres(centre)[1]
	return p
}

// Metres is where a longitude and latitude lie on the plane.
func (p Plane) Metres(at orb.Point) orb.Point {
	const n = thirdFlat
	const radius = wgsAxis / (1 + n) * (1 + n*n/4 + n*n*n*n/64)
	alpha := [...]float64{n/2 - 2*n*n/3 + 5*n*n*n/16, 13*n*n/48 - 3*n*n*n/5, 61 * n * n * n / 240}

	longitude := math.Remainder(at[0]-p.meridian, 360) * math.Pi / 180
	sin := math.Sin(at[1] * math.Pi / 180)
	eccentricity := 2 * math.Sqrt(n) / (1 + n)
	conformal := math.Sinh(math.Atanh(sin) - eccentricity*math.Atanh(eccentricity*sin))
	xi := math.Atan2(conformal, math.Cos(longitude))
	eta := math.Atanh(math.Sin(longitude) / math.Hypot(1, conformal))
	x, y := eta, xi
	for i, a := range alpha {
		k := 2 * float64(i+1)
		x += a * math.Cos(k*xi) * math.Sinh(k*eta)
		y += a * math.Sin(k*xi) * math.Cosh(k*eta)
	}
	return orb.Point{radius * x, radius*y - p.northing}
}

// All is Metres of many points.
func (p Plane) All(points []orb.Point) []orb.Point {
	metres := make([]orb.Point, len(points))
	for i, at := range points {
		metres[i] = p.Metres(at)
	}
	return metres
}
