package hotspot

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sitmap/geo/hex"
)

// Inhabited is an area with a number of a base, such as a service grid with its
// households. NaN is not known.
type Inhabited struct {
	Shape   orb.MultiPolygon
	Stratum int
	Number  float64
}

// SpreadResolution is the finest resolution at which a base can be told.
const SpreadResolution = 9

// Spreading is a base by cells of SpreadResolution. It does not change.
type Spreading struct {
	strata  int
	cells   []hex.Cell  // in order, so that sums are the same each time
	numbers [][]float64 // of each cell by stratum
}

// samples is how many points a side are laid over an area to see which cells it
// covers.
const samples = 12

// Spread lays the number of each area evenly over it, by points of a lattice.
// People do not live evenly, but nothing finer is known of them, and a hotspot
// is asked of several cells together.
func Spread(areas []Inhabited, strata int) (*Spreading, error) {
	spread := map[hex.Cell][]float64{}
	var points []orb.Point
	for _, a := range areas {
		if a.Stratum < 0 || a.Stratum >= strata {
			return nil, fmt.Errorf("%w: stratum %d of %d", ErrInput, a.Stratum, strata)
		}
		points = pointsIn(points[:0], a.Shape)
		for _, p := range points {
			cell, err := hex.Of(p, SpreadResolution)
			if err != nil {
				return nil, fmt.Errorf("cell of an inhabited area: %w", err)
			}
			sums := spread[cell]
			if sums == nil {
				sums = make([]float64, strata)
				spread[cell] = sums
			}
			sums[a.Stratum] += a.Number / float64(len(points))
		}
	}
	s := &Spreading{strata: strata, cells: slices.Sorted(maps.Keys(spread))}
	for _, cell := range s.cells {
		s.numbers = append(s.numbers, spread[cell])
	}
	return s, nil
}

// pointsIn adds the points of a lattice that lie in a shape; of one that none
// meets, its middle.
func pointsIn(points []orb.Point, shape orb.MultiPolygon) []orb.Point {
	b := shape.Bound()
	wide, high := (b.Max[0]-b.Min[0])/samples, (b.Max[1]-b.Min[1])/samples
	for i := range samples {
		for j := range samples {
			p := orb.Point{b.Min[0] + (float64(i)+0.5)*wide, b.Min[1] + (float64(j)+0.5)*high}
			if planar.MultiPolygonContains(shape, p) {
				points = append(points, p)
			}
		}
	}
	if len(points) == 0 && len(shape) > 0 {
		middle, _ := planar.CentroidArea(shape)
		points = append(points, middle)
	}
	return points
}

// On is the base of the cells of a resolution not finer than SpreadResolution;
// what nobody stated a number for is not known.
func (s *Spreading) On(cells *hex.Universe) Base {
	base := make(Base, s.strata)
	for i := range base {
		base[i] = make([]float64, cells.Len())
	}
	known := make([]bool, cells.Len())
	for at, cell := range s.cells {
		place, ok := cells.Find(cell.Parent(cells.Resolution()))
		if !ok {
			continue
		}
		known[place] = true
		for i, n := range s.numbers[at] {
			base[i][place] += n
		}
	}
	for place, ok := range known {
		if !ok {
			base[0][place] = math.NaN()
		}
	}
	return base
}
