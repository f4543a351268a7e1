package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The ellipsoid of WGS 84 (EPSG:7030).
const (
	wgsAxis         = 6378137.0
	wgsEccentricity = 0.00669437999014 // first eccentricity squared
)

// Plane is the neighbourhood of a place as a flat map: metres to the east and
// to the north of it. A kilometre away it is off by a decimetre or two.
type Plane struct {
	At          orb.Point
	East, North float64 // metres in a degree of longitude, of latitude
}

// PlaneAt is the flat map around a place that is not a pole. The scales are
// those of the ellipsoid: its radius of curvature along the meridian, and along
// the parallel (Snyder 1987, Map Projections, equations 4-18 to 4-20).
func PlaneAt(at orb.Point) Plane {
	sin, cos := math.Sincos(at[1] * math.Pi / 180)
	w := 1 - wgsEccentricity*sin*sin
	return Plane{
		At:    at,
		East:  wgsAxis / math.Sqrt(w) * cos * math.Pi / 180,
		North: wgsAxis * (1 - wgsEccentricity) / (w * math.Sqrt(w)) * math.Pi / 180,
	}
}

// XY is where a point lies on the flat map.
func (p Plane) XY(q orb.Point) (x, y float64) {
	return (q[0] - p.At[0]) * p.East, (q[1] - p.At[1]) * p.North
}

// Point is the place at so many metres to the east and to the north.
func (p Plane) Point(x, y float64) orb.Point {
	return orb.Point{p.At[0] + x/p.East, p.At[1] + y/p.North}
}
