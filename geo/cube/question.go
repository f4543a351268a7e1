package cube

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Query is a question: which points, counted by cells of which resolution.
// Its conditions hold together. The zero Query is about nothing; begin with
// Everything.
type Query struct {
	// Resolution of the cells that are counted, 0 to 9.
	Resolution int
	// Window is the time asked about. Edges at the starts of local days are
	// answered from the sums by day, others by reading points.
	Window Window
	// Categories that count.
	Categories Categories
	// Areas, when not nil, are the area numbers that count: those in any of
	// the ranges. An empty list is nowhere.
	Areas []AreaRange
	// Cells, when not nil, are the cells of resolution 9 that count, ascending
	// and without overlap (CellList makes such). An empty list is nowhere.
	Cells []CellRange
	// Bounds, when not nil, leaves the cells of the query's Resolution whose
	// centre (to 1 cm) lies inside or on the edge, so that what is counted for
	// a cell does not depend on what else is in view.
	Bounds *orb.Bound
	// Workers is how many goroutines may read points for one answer; 0 is one.
	Workers int
}

// Everything asks for all points by cells of a resolution.
func Everything(resolution int) Query {
	return Query{Resolution: resolution, Window: AllTime, Categories: AllCategories}
}

// check finds what is wrong with a question.
func (q *Query) check() error {
	if q.Resolution < 0 || q.Resolution > Resolution {
		return fmt.Errorf("resolution %d is not between 0 and %d: %w", q.Resolution, Resolution, ErrQuestion)
	}
	for _, a := range q.Areas {
		if a.Low > a.High {
			return fmt.Errorf("areas from %d to %d: %w", a.Low, a.High, ErrQuestion)
		}
	}
	for i, c := range q.Cells {
		if !c.First.Valid() || !c.Last.Valid() || c.First.Resolution() != Resolution || c.Last.Resolution() != Resolution ||
			c.First > c.Last || i > 0 && c.First <= q.Cells[i-1].Last {
			return fmt.Errorf("cells from %x to %x are not of resolution %d, or out of order: %w", uint64(c.First), uint64(c.Last), Resolution, ErrQuestion)
		}
	}
	if b := q.Bounds; b != nil && !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return fmt.Errorf("bounds %v: %w", *b, ErrQuestion)
	}
	return nil
}

// fixedBounds is the box of places inside bounds, which may reach beyond the globe.
func fixedBounds(b orb.Bound) box {
	up := func(v float64) int32 { return int32(min(max(math.Ceil(v*1e7), math.MinInt32), math.MaxInt32)) }
	down := func(v float64) int32 { return int32(min(max(math.Floor(v*1e7), math.MinInt32), math.MaxInt32)) }
	return box{place{up(b.Min[0]), up(b.Min[1])}, place{down(b.Max[0]), down(b.Max[1])}}
}
