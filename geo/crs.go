package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// CRS is a coordinate system in which data may arrive. Inside, everything is
// WGS 84.
type CRS string

// The systems that a longitude and a latitude may be given in.
const (
	WGS84    CRS = "EPSG:4326"
	CGCS2000 CRS = "EPSG:4490" // treated as identical: the difference is centimetres to decimetres
	GCJ02    CRS = "GCJ-02"    // the shifted system of Chinese map services
	BD09     CRS = "BD-09"     // GCJ-02 shifted once more
)

// The ellipsoid the published shift formula is written for (Krasovsky 1940).
const (
	krasovskyAxis         = 6378245.0
	krasovskyEccentricity = 0.00669342162296594323 // first eccentricity squared
)

// shift is the published GCJ-02 offset of a WGS 84 point, in degrees.
func shift(p orb.Point) (lon, lat float64) {
	x, y := p[0]-105, p[1]-35
	root := math.Sqrt(math.Abs(x))
	waves := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3

	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + waves
	north += (20*math.Sin(y*math.Pi) + 40*math.Sin(y/3*math.Pi)) * 2 / 3
	north += (160*math.Sin(y/12*math.Pi) + 320*math.Sin(y*math.Pi/30)) * 2 / 3

	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + waves
	east += (20*math.Sin(x*math.Pi) + 40*math.Sin(x/3*math.Pi)) * 2 / 3
	east += (150*math.Sin(x/12*math.Pi) + 300*math.Sin(x/30*math.Pi)) * 2 / 3

	phi := p[1] / 180 * math.Pi
	m := 1 - krasovskyEccentricity*math.Sin(phi)*math.Sin(phi)
	meridian := krasovskyAxis * (1 - krasovskyEccentricity) / (m * math.Sqrt(m))
	parallel := krasovskyAxis / math.Sqrt(m) * math.Cos(phi)
	return east * 180 / (parallel * math.Pi), north * 180 / (meridian * math.Pi)
}

// shifted reports whether the shift applies at all: map services shift only
// inside this box around China.
func shifted(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// ToGCJ02 shifts a WGS 84 point as Chinese map services do.
func ToGCJ02(p orb.Point) orb.Point {
	if !shifted(p) {
		return p
	}
	lon, lat := shift(p)
	return orb.Point{p[0] + lon, p[1] + lat}
}

// FromGCJ02 undoes ToGCJ02 by fixed-point iteration; five rounds leave less
// than 1e-8 m inside Wuwei, where one subtraction alone is off by up to 1.4 m.
func FromGCJ02(p orb.Point) orb.Point {
	if !shifted(p) {
		return p
	}
	guess := p
	for range 5 {
		lon, lat := shift(guess)
		guess = orb.Point{p[0] - lon, p[1] - lat}
	}
	return guess
}

const bdTurn = math.Pi * 3000 / 180

// ToBD09 shifts a GCJ-02 point into BD-09.
func ToBD09(p orb.Point) orb.Point {
	z := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*bdTurn)
	theta := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*bdTurn)
	return orb.Point{z*math.Cos(theta) + 0.0065, z*math.Sin(theta) + 0.006}
}

// FromBD09 undoes ToBD09, giving GCJ-02, by fixed-point iteration.
func FromBD09(p orb.Point) orb.Point {
	guess := orb.Point{p[0] - 0.0065, p[1] - 0.006}
	for range 5 {
		there := ToBD09(guess)
		guess = orb.Point{guess[0] + p[0] - there[0], guess[1] + p[1] - there[1]}
	}
	return guess
}

// ToWGS84 brings a longitude and latitude of the given system home. ok is
// false for a system this package cannot convert.
func ToWGS84(p orb.Point, from CRS) (wgs orb.Point, ok bool) {
	switch from {
	case WGS84, CGCS2000:
		return p, true
	case GCJ02:
		return FromGCJ02(p), true
	case BD09:
		return FromGCJ02(FromBD09(p)), true
	}
	return p, false
}
