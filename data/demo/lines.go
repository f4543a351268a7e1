package demo

import (
	"math"

	"sitmap/data/demo/planar"
)

// winding tells how a course bends: rough is how far the middle of a stretch
// lies aside, as a part of its length; finest is the length below which a
// stretch is straight.
type winding struct{ rough, finest float64 }

// mountainFront is where the Qilian foothills begin, from west to east:
// south of it roads and rivers wind.
var mountainFront = []place{
	at(101.8, 38.05), at(102.05, 37.95), at(102.22, 37.87), at(102.43, 37.84), at(102.50, 37.75), at(102.62, 37.66),
	at(102.72, 37.56), at(102.86, 37.47), at(102.95, 37.42), at(103.15, 37.42), at(103.35, 37.40), at(103.9, 37.25),
}

// mountain is 0 in the plain and 1 a good way into the mountains.
func mountain(p place) float64 {
	for i := 1; i < len(mountainFront); i++ {
		a, b := mountainFront[i-1], mountainFront[i]
		if p.X <= b.X {
			t := float64(p.X-a.X) / float64(b.X-a.X)
			front := float64(a.Y) + t*float64(b.Y-a.Y)
			return math.Min(math.Max((front-float64(p.Y))/70000+0.2, 0), 1)
		}
	}
	return 1
}

// course makes a natural line through the waypoints: bent more in the
// mountains, the same for the same seed, and through both ends.
func course(seed int64, waypoints []place, w winding) []place {
	rounded := rounded(waypoints)
	line := []place{rounded[0]}
	for i := 1; i < len(rounded); i++ {
		line = append(line, bent(seed, rounded[i-1], rounded[i], w)...)
	}
	return chaikin(chaikin(line))
}

// bent is the points after a up to b.
func bent(seed int64, a, b place, w winding) []place {
	length := metres(a, b)
	middle := planar.Between(a, b, 0.5)
	high := mountain(middle)
	if length <= w.finest*(1-0.4*high) {
		return []place{b}
	}
	east, north := metresTo(a, b)
	aside := mix(seed, a, b, 0) * w.rough * (1 + 1.8*high)
	middle = moved(middle, -north*aside, east*aside)
	return append(bent(seed, a, middle, w), bent(seed, middle, b, w)...)
}

// rounded puts a point between every two waypoints so that the line does not
// kink at them (Catmull–Rom, centripetal enough at these distances).
func rounded(waypoints []place) []place {
	if len(waypoints) < 3 {
		return waypoints
	}
	out := []place{waypoints[0]}
	for i := 1; i < len(waypoints); i++ {
		before, after := waypoints[max(i-2, 0)], waypoints[min(i+1, len(waypoints)-1)]
		a, b := waypoints[i-1], waypoints[i]
		half := func(p0, p1, p2, p3 int32) int32 {
			return int32((9*(int64(p1)+int64(p2)) - int64(p0) - int64(p3)) / 16)
		}
		out = append(out, place{X: half(before.X, a.X, b.X, after.X), Y: half(before.Y, a.Y, b.Y, after.Y)}, b)
	}
	return out
}

// chaikin cuts every corner at a quarter of its sides; the ends stay.
func chaikin(line []place) []place {
	if len(line) < 3 {
		return line
	}
	out := []place{line[0]}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if i > 1 {
			out = append(out, planar.Between(a, b, 0.25))
		}
		if i < len(line)-1 {
			out = append(out, planar.Between(a, b, 0.75))
		}
	}
	return append(out, line[len(line)-1])
}

// blob is a closed irregular outline around a centre, stretched along a
// heading: a reservoir, an area of concern. It never crosses itself, because
// every heading from the centre meets it once.
func blob(seed int64, centre place, long, wide, along float64, points int) []place {
	ring := make([]place, points)
	for i := range ring {
		turn := 2 * math.Pi * float64(i) / float64(points)
		swell := 1.0
		for wave := 2; wave <= 5; wave++ {
			phase := mix(seed, centre, centre, wave) * math.Pi
			swell += 0.22 / float64(wave-1) * math.Sin(float64(wave)*turn+phase) * 0.8
		}
		sin, cos := math.Sincos(turn)
		p := towards(centre, along, long*swell*cos)
		ring[len(ring)-1-i] = towards(p, along+90, wide*swell*sin)
	}
	if planar.Area2(ring) < 0 {
		for i, j := 0, len(ring)-1; i < j; i, j = i+1, j-1 {
			ring[i], ring[j] = ring[j], ring[i]
		}
	}
	return ring
}
