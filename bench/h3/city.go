package main

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// city is synthetic points around Wuwei: 70 % in 60 Gaussian clusters with a
// sigma of 1 to 4 km, a quarter of them in one town, the others evenly over 33,000 km²;
// over 30 days; in 16 categories of which the k-th is as frequent as 1/k; in
// 1,225 villages. Fewer than ten million points lie on as much less ground, in as
// many fewer clusters, so that cells hold as many. Row i of all columns is one
// point.
type city struct {
	places     []orb.Point
	cells      []hex.Cell // of resolution 9
	areas      []int64
	times      []int64 // unix seconds
	categories []uint8

	view orb.Bound // 20 by 20 km around the town
}

const (
	days       = 30
	day        = 86_400
	categories = 16

	whole     = 10_000_000
	kilometre = 1 / 111.3 // in degrees of latitude
)

// ground is where the points lie: 182 by 181 km when there are ten million.
var ground = orb.Bound{Min: orb.Point{101.7, 36.9}, Max: orb.Point{103.75, 38.53}}

var (
	zone = time.FixedZone("Asia/Shanghai", 8*3600)
	end  = time.Date(2016, 10, 1, 0, 0, 0, 0, zone).Unix() // of the thirty days
)

// east is a kilometre in degrees of longitude.
func east(latitude float64) float64 { return kilometre / math.Cos(latitude*math.Pi/180) }

func newCity(n int) *city {
	r := rand.New(rand.NewPCG(62, 6))
	town, share := orb.Point{102.64, 37.93}, float64(n)/whole
	corner := orb.Point{town[0] + (ground.Min[0]-town[0])*math.Sqrt(share), town[1] + (ground.Min[1]-town[1])*math.Sqrt(share)}
	width, height := (ground.Max[0]-ground.Min[0])*math.Sqrt(share), (ground.Max[1]-ground.Min[1])*math.Sqrt(share)
	anywhere := func() orb.Point { return orb.Point{corner[0] + r.Float64()*width, corner[1] + r.Float64()*height} }
	type cluster struct {
		at    orb.Point
		sigma float64 // km
	}
	clusters := make([]cluster, max(1, int(60*share)))
	for i := range clusters {
		clusters[i] = cluster{anywhere(), 1 + 3*r.Float64()}
		if i <= len(clusters)/4 {
			clusters[i].at = orb.Point{town[0] + 0.1*(r.Float64()-0.5), town[1] + 0.08*(r.Float64()-0.5)}
		}
	}
	var cumulative [categories]float64
	sum := 0.0
	for k := range cumulative {
		sum += 1 / float64(k+1)
		cumulative[k] = sum
	}
	c := &city{
		places: make([]orb.Point, n), cells: make([]hex.Cell, n), areas: make([]int64, n), times: make([]int64, n), categories: make([]uint8, n),
		view: orb.Bound{
			Min: orb.Point{town[0] - 10*east(town[1]), town[1] - 10*kilometre},
			Max: orb.Point{town[0] + 10*east(town[1]), town[1] + 10*kilometre},
		},
	}
	for i := range n {
		at := anywhere()
		if r.Float64() < 0.7 {
			k := clusters[r.IntN(len(clusters))]
			at = orb.Point{k.at[0] + r.NormFloat64()*k.sigma*east(k.at[1]), k.at[1] + r.NormFloat64()*k.sigma*kilometre}
		}
		c.places[i] = at
		cell, err := hex.Of(at, 9)
		if err != nil {
			panic(err) // a place in the city is on the globe
		}
		c.cells[i] = cell
		column := int64(min(max((at[0]-corner[0])/width*35, 0), 34))
		row := int64(min(max((at[1]-corner[1])/height*35, 0), 34))
		c.areas[i] = 620_600_000_000_000 + (row/12+2)*1_000_000_000 + row*1_000_000 + column*1000
		c.times[i] = end - 1 - r.Int64N(days*day)
		pick := r.Float64() * sum
		for cumulative[c.categories[i]] < pick {
			c.categories[i]++
		}
	}
	return c
}
