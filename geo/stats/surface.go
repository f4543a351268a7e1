package stats

import "github.com/paulmach/orb"

// Smoother turns what happened in a city into a smooth surface over its cells:
// the kernel density, divided by the share of the kernel inside the city, so
// that the border does not look quieter than it is. What does not depend on the
// events is computed once, and many periods share it. It never changes, and may
// be used from several goroutines.
//
// A surface of few events shows where each of them is: who may see the events
// may see it.
//
// Source: Diggle 1985 (uniform correction at the place of the estimate).
type Smoother struct {
	cells     []orb.Point
	share     []float64
	bandwidth float64
}

// NewSmoother prepares a city of cells: centres on a Plane, areas in square
// metres, a bandwidth of at least twice the distance between neighbours (see
// EdgeShare).
func NewSmoother(cells []orb.Point, areas []float64, bandwidth float64) (*Smoother, error) {
	share, err := EdgeShare(cells, areas, cells, bandwidth)
	if err != nil {
		return nil, err
	}
	return &Smoother{cells, share, bandwidth}, nil
}

// Surface is the corrected density of events at every cell's centre, by weight
// per square metre.
func (s *Smoother) Surface(events []orb.Point, weights []float64) ([]float64, error) {
	density, err := KernelDensity(events, weights, s.cells, s.bandwidth)
	for i := range density {
		density[i] /= s.share[i]
	}
	return density, err
}

// OfCounts is the surface of counts that are known by cell only: all of a cell
// lies at its centre. A cell of unknown count (NaN) adds nothing.
func (s *Smoother) OfCounts(counts []float64) ([]float64, error) {
	if err := beside("counts", counts, len(s.cells)); err != nil {
		return nil, err
	}
	var centres []orb.Point
	var weights []float64
	for i, count := range counts {
		if count != 0 && finite(count) {
			centres, weights = append(centres, s.cells[i]), append(weights, count)
		}
	}
	return s.Surface(centres, weights)
}
