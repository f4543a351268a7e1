package hex

import (
	"slices"

	"github.com/paulmach/orb"
)

// Within is the cells that belong to a shape, as Fill finds them, as runs in
// ascending order with gaps between. A polygon with corners that are nowhere
// near the globe has no cells.
func (u *Universe) Within(shape orb.MultiPolygon, mode Containment) []Run {
	var runs []Run
	for _, rings := range shape {
		polygon, err := newPolygon(rings)
		if err != nil {
			continue
		}
		s := search{universe: u, polygon: polygon, mode: mode, runs: runs, first: len(runs)}
		if u.resolution == 0 {
			s.leaves(0, len(u.cells), s.polygon.sides)
		} else {
			for i := range u.levels[0].boxes {
				s.enter(0, i, s.polygon.sides)
			}
		}
		runs = s.runs
	}
	if len(shape) < 2 {
		return runs
	}
	slices.SortFunc(runs, func(a, b Run) int { return a.From - b.From })
	joined := runs[:0]
	for _, r := range runs {
		if n := len(joined) - 1; n >= 0 && r.From <= joined[n].To {
			joined[n].To = max(joined[n].To, r.To)
		} else {
			joined = append(joined, r)
		}
	}
	return joined
}

// WithinBounds is the cells whose middle lies in the bounds, as runs in
// ascending order with gaps between.
func (u *Universe) WithinBounds(b orb.Bound) []Run {
	// The long sides of a wide box must not be taken the short way round.
	third := (b.Max[0] - b.Min[0]) / 3
	ring := orb.Ring{b.Min, {b.Min[0] + third, b.Min[1]}, {b.Max[0] - third, b.Min[1]}, {b.Max[0], b.Min[1]},
		b.Max, {b.Max[0] - third, b.Max[1]}, {b.Min[0] + third, b.Max[1]}, {b.Min[0], b.Max[1]}, b.Min}
	return u.Within(orb.MultiPolygon{{ring}}, Centre)
}

// search goes down a universe like a filling, but by the boxes that the cells
// really take.
type search struct {
	universe *Universe
	polygon  *polygon
	mode     Containment
	runs     []Run
	first    int    // where this polygon's runs begin
	stack    []side // the sides in the boxes on the way down
}

// take adds the cells [from, to).
func (s *search) take(from, to int) {
	if n := len(s.runs) - 1; n >= s.first && s.runs[n].To == from {
		s.runs[n].To = to
	} else {
		s.runs = append(s.runs, Run{from, to})
	}
}

// enter takes what belongs to the polygon below ancestor i of a resolution.
func (s *search) enter(resolution, i int, sides []side) {
	l := &s.universe.levels[resolution]
	box := l.boxes[i]
	if s.mode != Centre {
		box = padded(box, s.universe.resolution)
	}
	before := len(s.stack)
	v, within, stack := s.polygon.judge(box, sides, s.stack)
	s.stack = stack
	switch {
	case v == inside:
		s.take(int(l.from[i]), int(l.from[i+1]))
	case v == mixed && resolution+1 == s.universe.resolution:
		s.leaves(int(l.from[i]), int(l.from[i+1]), within)
	case v == mixed:
		for child := l.children[i]; child < l.children[i+1]; child++ {
			s.enter(resolution+1, int(child), within)
		}
	}
	s.stack = s.stack[:before]
}

// leaves takes what belongs to the polygon of the cells [from, to).
func (s *search) leaves(from, to int, sides []side) {
	for i := from; i < to; i++ {
		// The boundary of a cell that was found valid does not fail.
		if in, err := s.polygon.takes(s.universe.cells[i], s.universe.centres[i], s.mode, sides); in && err == nil {
			s.take(i, i+1)
		}
	}
}
