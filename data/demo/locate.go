package demo

import (
	"math"

	"sitmap/data/demo/planar"
)

// locator finds the grid a place lies in.
type locator struct {
	shapes  []planar.Polygon
	low     []place
	high    []place
	buckets map[[2]int32][]int32
}

const locatorBucket = 20000 // lattice steps, about 2 km

func newLocator(shapes []planar.Polygon) *locator {
	l := &locator{shapes: shapes, low: make([]place, len(shapes)), high: make([]place, len(shapes)), buckets: map[[2]int32][]int32{}}
	for i, shape := range shapes {
		low, high := shape.Outer[0], shape.Outer[0]
		for _, p := range shape.Outer {
			low.X, low.Y = min(low.X, p.X), min(low.Y, p.Y)
			high.X, high.Y = max(high.X, p.X), max(high.Y, p.Y)
		}
		l.low[i], l.high[i] = low, high
		for y := low.Y / locatorBucket; y <= high.Y/locatorBucket; y++ {
			for x := low.X / locatorBucket; x <= high.X/locatorBucket; x++ {
				l.buckets[[2]int32{x, y}] = append(l.buckets[[2]int32{x, y}], int32(i))
			}
		}
	}
	return l
}

// grid is the index of the grid that holds p; ok is false outside the city.
func (l *locator) grid(p place) (cell int, ok bool) {
	for _, i := range l.buckets[[2]int32{p.X / locatorBucket, p.Y / locatorBucket}] {
		if p.X < l.low[i].X || p.X > l.high[i].X || p.Y < l.low[i].Y || p.Y > l.high[i].Y {
			continue
		}
		if planar.Inside(p, l.shapes[i].Outer) && !inHole(p, l.shapes[i]) {
			return int(i), true
		}
	}
	return -1, false
}

func inHole(p place, shape planar.Polygon) bool {
	for _, hole := range shape.Holes {
		if planar.Inside(p, hole) {
			return true
		}
	}
	return false
}

// reachOf is how far a random place in a grid lies from its middle, in metres:
// a quarter of the side of a square of its size, 400 m at most, because people
// live together even where the grid is a desert.
func (l *locator) reachOf(cell int) float64 {
	area := float64(l.shapes[cell].Area2()) / 2 * cityAspect / (perMetre * perMetre)
	return math.Min(math.Sqrt(area)/4, 400)
}
