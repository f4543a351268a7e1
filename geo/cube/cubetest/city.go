// Package cubetest invents the points that the aggregation core is measured
// on: as many as wanted, the same for the same seed.
package cubetest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
)

// The ground is 182 by 181 km, 33,000 km², around Wuwei; its town is the
// middle of the View of 20 by 20 km.
const (
	west, south   = 101.7, 36.9
	width, height = 2.05, 1.63
	townLon       = 102.64
	townLat       = 37.93
	kmPerDegree   = 111.3
)

// The points lie in the Days local days before End, which is midnight of
// 2016-10-01 in China.
const (
	Days = 30
	End  = 1_475_251_200
)

// Zone is that of the local days.
var Zone = time.FixedZone("", 8*3600)

// City is a source of points: 70 % of them in 60 clusters with a sigma of 1 to
// 4 km, 15 clusters in the town, the others anywhere; over Days days and 16
// categories, of which the k-th is as frequent as 1/k; in 1,225 villages.
type City struct {
	random     *rand.Rand
	clusters   [60]cluster
	cumulative [16]float64
}

type cluster struct {
	at    orb.Point
	sigma float64 // degrees of latitude
}

// New is the city of a seed.
func New(seed uint64) *City {
	c := &City{random: rand.New(rand.NewPCG(seed, 6206))}
	for i := range c.clusters {
		at := c.anywhere()
		if i < 15 {
			at = orb.Point{townLon + 0.1*(c.random.Float64()-0.5), townLat + 0.08*(c.random.Float64()-0.5)}
		}
		c.clusters[i] = cluster{at, (1 + 3*c.random.Float64()) / kmPerDegree}
	}
	sum := 0.0
	for k := range c.cumulative {
		sum += 1 / float64(k+1)
		c.cumulative[k] = sum
	}
	return c
}

func (c *City) anywhere() orb.Point {
	return orb.Point{west + c.random.Float64()*width, south + c.random.Float64()*height}
}

// Point is the next point.
func (c *City) Point() cube.Point {
	at := c.anywhere()
	if c.random.Float64() < 0.7 {
		k := c.clusters[c.random.IntN(len(c.clusters))]
		at = orb.Point{k.at[0] + c.random.NormFloat64()*k.sigma/math.Cos(k.at[1]*math.Pi/180), k.at[1] + c.random.NormFloat64()*k.sigma}
	}
	cell, err := hex.Of(at, cube.Resolution)
	if err != nil {
		panic(err) // the ground is far from the ends of the globe
	}
	// 35 by 35 villages, a row a township, the rows in three counties.
	column := int64(min(max((at[0]-west)/width*35, 0), 34))
	row := int64(min(max((at[1]-south)/height*35, 0), 34))
	category, pick := uint8(0), c.random.Float64()*c.cumulative[15]
	for c.cumulative[category] < pick {
		category++
	}
	return cube.Point{
		Cell: cell, Area: 620_600_000_000_000 + (row/12+2)*1_000_000_000 + row*1_000_000 + column*1000,
		Time: End - 1 - c.random.Int64N(Days*86_400), Category: category,
	}
}

// Build makes a base of so many points of the city of seed 62.
func Build(n int, options cube.Options) (*cube.Base, error) {
	city, b := New(62), cube.NewBuilder(options, n)
	for range n {
		if err := b.Add(city.Point()); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

// Week asks for a week and 3 of the 16 categories, about a fifth of its points.
func Week(resolution int) cube.Query {
	q := cube.Everything(resolution)
	q.Window = cube.Window{From: End - 20*86_400, To: End - 13*86_400}
	q.Categories = cube.CategoriesOf(2, 4, 6)
	return q
}

// InView narrows a question to the View of 20 by 20 km around the town.
func InView(q cube.Query) cube.Query {
	x, y := 10/kmPerDegree/math.Cos(townLat*math.Pi/180), 10/kmPerDegree
	q.Bounds = &orb.Bound{Min: orb.Point{townLon - x, townLat - y}, Max: orb.Point{townLon + x, townLat + y}}
	return q
}

// InCounty narrows a question to a third of the city by the areas of a county.
func InCounty(q cube.Query) cube.Query {
	q.Areas = []cube.AreaRange{{Low: 620_603_000_000_000, High: 620_603_999_999_999}}
	return q
}
