package demo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"sitmap/data/demo/planar"
)

// place is a point in microdegrees, WGS 84: the lattice everything is built on.
type place = planar.Point

// The lattice is degrees, so a metre is a different number of steps to the
// east and to the north. One latitude stands for the whole city: distances
// are then right to about 1 %, which is plenty for laying things out. Lengths
// that users read are computed on the sphere instead.
const (
	perMetre    = 1e6 / 110990.0 // lattice steps per metre to the north
	cityAspect  = 0.7880         // cosine of 38° north
	earthRadius = 6371008.8
)

func at(lon, lat float64) place {
	return place{X: int32(math.Round(lon * 1e6)), Y: int32(math.Round(lat * 1e6))}
}

// moved is the place so many metres to the east and to the north.
func moved(p place, east, north float64) place {
	return place{
		X: p.X + int32(math.Round(east*perMetre/cityAspect)),
		Y: p.Y + int32(math.Round(north*perMetre)),
	}
}

// metresTo gives the way from a to b in metres east and north.
func metresTo(a, b place) (east, north float64) {
	return float64(b.X-a.X) * cityAspect / perMetre, float64(b.Y-a.Y) / perMetre
}

// metres is the distance between two places.
func metres(a, b place) float64 {
	return planar.Distance(a, b, cityAspect) / perMetre
}

// heading is the compass direction from a to b, 0 to 360 degrees.
func heading(a, b place) float64 {
	east, north := metresTo(a, b)
	return math.Mod(math.Atan2(east, north)*180/math.Pi+360, 360)
}

// towards is the place so many metres from p in a compass direction.
func towards(p place, degrees, distance float64) place {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return moved(p, distance*sin, distance*cos)
}

// degreesText names a place in a message or a random stream.
func degreesText(p place) string { return fmt.Sprintf("%.4f %.4f", degrees(p)[0], degrees(p)[1]) }

func degrees(p place) orb.Point { return orb.Point{float64(p.X) / 1e6, float64(p.Y) / 1e6} }

func lineString(line []place) orb.LineString {
	out := make(orb.LineString, len(line))
	for i, p := range line {
		out[i] = degrees(p)
	}
	return out
}

// ringOf closes a ring.
func ringOf(ring []place) orb.Ring {
	out := make(orb.Ring, len(ring), len(ring)+1)
	for i, p := range ring {
		out[i] = degrees(p)
	}
	return append(out, out[0])
}

// sphereLength is the length of a line in metres on the mean sphere, which a
// reader may check with any other tool.
func sphereLength(line []place) float64 {
	sum := 0.0
	for i := 1; i < len(line); i++ {
		a, b := degrees(line[i-1]), degrees(line[i])
		lat1, lat2 := a[1]*math.Pi/180, b[1]*math.Pi/180
		sinLat, sinLon := math.Sin((lat2-lat1)/2), math.Sin((b[0]-a[0])*math.Pi/360)
		h := sinLat*sinLat + math.Cos(lat1)*math.Cos(lat2)*sinLon*sinLon
		sum += 2 * earthRadius * math.Asin(math.Sqrt(h))
	}
	return sum
}

// round1 keeps one decimal.
func round1(x float64) float64 { return math.Round(x*10) / 10 }
