package demo

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"
)

// Ground is the land of a city with its grids and people, on which disputes
// can be drawn again and again: what a statistic finds in one city may be
// luck, what it finds in a hundred is its nature.
type Ground struct{ areas *areas }

// NewGround lays out the land of a seed, without roads and features.
func NewGround(seed int64) (*Ground, error) {
	a, err := plan(seed, func(string) {})
	if err != nil {
		return nil, fmt.Errorf("ground of seed %d: %w", seed, err)
	}
	return &Ground{a}, nil
}

// Outline is the border of the city.
func (g *Ground) Outline() orb.Polygon { return polygonOf(g.areas.cityShape) }

// Case is a dispute as it is drawn, before its life is told.
type Case struct {
	At       orb.Point
	Area     int64 // number of the grid
	Found    time.Time
	Category string
	Hotspot  int  // index in Truth.Hotspots, −1 for a case of the background
	Dumped   bool // set down at the default address
}

// Disputes draws both years of disputes by a seed of their own, village
// effects included, with the planted hotspots or without any. With the
// ground's own seed and plants they are the cases of Generate.
func (g *Ground) Disputes(seed int64, planted bool) ([]Case, Truth) {
	w, truth := &world{areas: g.areas, seed: seed}, Truth{Seed: seed}
	var wanted []plant
	if planted {
		wanted = plants
	}
	drawn := w.disputeModel(wanted).incidents(&truth)
	cases := make([]Case, len(drawn))
	for i, c := range drawn {
		cases[i] = Case{
			At: degrees(c.at), Area: number(w.grids[c.cell].code), Found: c.found,
			Category: categories[c.category].Code, Hotspot: c.planted, Dumped: c.dumped,
		}
	}
	return cases, truth
}

// Grid is a service grid as its households are told.
type Grid struct {
	Area       int64 // its number
	Shape      orb.Polygon
	Urban      bool
	Households string // a band
}

// Grids are the service grids of the ground.
func (g *Ground) Grids() []Grid {
	list := make([]Grid, len(g.areas.grids))
	for i, one := range g.areas.grids {
		list[i] = Grid{Area: number(one.code), Shape: polygonOf(g.areas.gridShape[i]), Urban: one.urban, Households: householdBand(one.people)}
	}
	return list
}
