package coverage

import (
	"slices"

	"sitmap/geo/hex"
	"sitmap/geo/lattice"
	"sitmap/geo/siting"
)

// areaOf is the grid in which a point lies; 0 for none.
func (g *Ground) areaOf(point int) int64 {
	k, _ := slices.BinarySearchFunc(g.areas, point, func(r areaRun, point int) int {
		if int(r.to) <= point {
			return -1
		}
		return 1
	})
	if k < len(g.areas) && int(g.areas[k].from) <= point {
		return g.areas[k].area
	}
	return 0
}

// weights is what each point is worth: its area by its class, where it is asked
// for, and its part of the demand.
func (s *seen) weights(q Question) []float64 {
	g := s.ground
	weights := make([]float64, g.lattice.Len())
	for _, run := range g.areas {
		if q.Area != nil && !q.Area.Contains(run.area) {
			continue
		}
		for k := run.from; k < run.to; k++ {
			weights[k] = g.lattice.Unit() * g.weight(int(k))
		}
	}
	type wanted struct{ weight, stress, points float64 }
	cells := make(map[hex.Cell]wanted)
	for _, d := range slices.Concat(q.Demand, q.Hotspots) {
		if d.Cell != 0 {
			sum := cells[d.Cell]
			sum.weight += d.Weight
			sum.stress += d.Stress
			cells[d.Cell] = sum
		} else if len(d.Shape) > 0 {
			var runs []lattice.Run
			points := 0
			g.lattice.Inside(d.Shape, func(run lattice.Run) {
				runs = append(runs, run)
				points += run.To - run.From
			})
			for _, run := range runs {
				for k := run.From; k < run.To; k++ {
					weights[k] += d.Weight/float64(points) + d.Stress*g.lattice.Unit()
				}
			}
		} else if k, ok := g.lattice.Find(d.At); ok {
			weights[k] += d.Weight + d.Stress*placeSize
		}
	}
	within(g, cells, func(cell hex.Cell, run lattice.Run) {
		sum := cells[cell]
		sum.points += float64(run.To - run.From)
		cells[cell] = sum
	})
	within(g, cells, func(cell hex.Cell, run lattice.Run) {
		of := cells[cell]
		for k := run.From; k < run.To; k++ {
			weights[k] += of.weight/of.points + of.stress*g.lattice.Unit()
		}
	})
	return weights
}

// forget takes the weight from what is seen.
func (s *seen) forget(weights []float64) {
	for k := range weights {
		if s.working.Covers(k, 1) {
			weights[k] = 0
		}
	}
}

// standing is what working cameras see once, and what they see twice.
func (s *seen) standing() []siting.Set {
	sets := make([]siting.Set, 2)
	for k := range s.ground.lattice.Len() {
		for times := range sets {
			if s.working.Covers(k, times+1) {
				sets[times].AddRun(k, k+1)
			}
		}
	}
	return sets
}

// gains is the sums of what one more camera would gain at the points before
// each.
func (s *seen) gains(weights []float64, times int) []float64 {
	sums := make([]float64, len(weights)+1)
	for k, w := range weights {
		if times == 2 {
			if w /= 2; s.working.Covers(k, 2) {
				w = 0
			}
		}
		sums[k+1] = sums[k] + w
	}
	return sums
}
