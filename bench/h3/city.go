package main

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"sitmap/geo/cube"
	"sitmap/geo/cube/cubetest"
	"sitmap/geo/hex"
)

// city is the points of the city that the core's own benchmarks count, in
// columns: row i of all is one point.
type city struct {
	cells      []hex.Cell // of resolution 9
	areas      []int64
	times      []int64 // unix seconds
	categories []uint8
	view       orb.Bound // 20 by 20 km around the town
}

const (
	whole     = 10_000_000
	day       = 86_400
	kilometre = 1 / 111.3 // in degrees of latitude
)

// ground is where the points lie, but for some at the rim of clusters.
var ground = orb.Bound{Min: orb.Point{101.7, 36.9}, Max: orb.Point{103.75, 38.53}}

// east is a kilometre in degrees of longitude.
func east(latitude float64) float64 { return kilometre / math.Cos(latitude*math.Pi/180) }

// newCity takes so many points; few ones from a tenth of the ground, 11 by 11 of
// the 35 by 35 villages, so that a cell does not hold fewer.
func newCity(n int) *city {
	c := &city{
		cells: make([]hex.Cell, 0, n), areas: make([]int64, 0, n), times: make([]int64, 0, n), categories: make([]uint8, 0, n),
		view: *cubetest.InView(cube.Everything(cube.Resolution)).Bounds,
	}
	for source := cubetest.New(62); len(c.cells) < n; {
		p := source.Point()
		row, column := p.Area/1_000_000%1000, p.Area/1000%1000
		if n < whole && (row < 17 || row > 27 || column < 11 || column > 21) {
			continue
		}
		c.cells, c.areas = append(c.cells, p.Cell), append(c.areas, p.Area)
		c.times, c.categories = append(c.times, p.Time), append(c.categories, p.Category)
	}
	return c
}

// places is points anywhere on the ground.
func places(n int) []orb.Point {
	r := rand.New(rand.NewPCG(9, 62))
	all := make([]orb.Point, n)
	for i := range all {
		for axis, low := range ground.Min {
			all[i][axis] = low + r.Float64()*(ground.Max[axis]-low)
		}
	}
	return all
}
