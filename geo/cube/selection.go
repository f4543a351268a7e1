package cube

import "sitmap/geo/hex"

// selection finds the atoms that a question is about, as few runs of cells as
// large as can be, by walking down the levels: a cell that every condition
// holds is taken with all that is below it, one that some condition excludes
// is left, others are opened.
type selection struct {
	base   *Base
	target int

	open    condition
	allowed []uint32 // of every rank of an area: how many below it are allowed
	cells   []CellRange
	next    int // the first range that does not end before where the walk is
	bounds  box
	inView  int // the level whose centres must lie in bounds

	room []uint32 // for allowed
}

// condition is a set of the conditions that a cell is not yet known to meet.
type condition uint8

const (
	byArea condition = 1 << iota
	byCell
	byBounds
)

// piece is a run of cells of a level, or of atoms on the level below the last,
// that counts wholly. On the target level every cell counts for itself; on
// others the run counts for one cell of the target, or for the total.
type piece struct {
	level    int8
	out      uint32
	from, to uint32
}

const atomLevel = Resolution + 1

func (s *selection) prepare(v *View, q *Query, target int) {
	b := v.base
	s.base, s.target, s.open, s.next = b, target, 0, 0
	if q.Areas != nil {
		s.open |= byArea
		s.allowed = allow(s.room[:0], b.areas, v.tail.newAreas, q.Areas)
		s.room = s.allowed
	}
	if q.Cells != nil {
		s.open |= byCell
		s.cells = q.Cells
	}
	if q.Bounds != nil {
		s.open |= byBounds
		s.bounds, s.inView = fixedBounds(*q.Bounds), q.Resolution
	}
}

// allow counts, for every rank and one more, the areas below it that lie in
// one of the ranges.
func allow(into []uint32, areas, more []int64, ranges []AreaRange) []uint32 {
	into = append(into, 0)
	n := uint32(0)
	for _, list := range [2][]int64{areas, more} {
		for _, number := range list {
			for _, r := range ranges {
				if r.Low <= number && number <= r.High {
					n++
					break
				}
			}
			into = append(into, n)
		}
	}
	return into
}

// find appends the pieces in the order of their cells.
func (s *selection) find(pieces []piece) []piece {
	return s.walk(pieces, 0, 0, uint32(len(s.base.levels[0].cells)), 0, s.open)
}

func (s *selection) walk(pieces []piece, level int, from, to, out uint32, open condition) []piece {
	l := &s.base.levels[level]
	if open == 0 {
		return s.take(pieces, level, from, to, out)
	}
	for i := from; i < to; i++ {
		left := open
		if left&byArea != 0 {
			low, high := s.base.areasOf(level, i)
			switch n := s.allowed[high+1] - s.allowed[low]; n {
			case 0:
				continue
			case uint32(high-low) + 1:
				left &^= byArea
			}
		}
		if left&byBounds != 0 {
			if level == s.inView {
				if !s.bounds.holds(l.centre[i]) {
					continue
				}
				left &^= byBounds
			} else if spread := l.spread[i]; !s.bounds.meets(spread) {
				continue
			} else if s.bounds.covers(spread) {
				left &^= byBounds
			}
		}
		if left&byCell != 0 {
			first, last := l.cells[i].Range(Resolution)
			s.skipTo(first)
			if s.next == len(s.cells) {
				break
			}
			if r := s.cells[s.next]; r.First > last {
				continue
			} else if r.First <= first && last <= r.Last {
				left &^= byCell
			}
		}
		if level == s.target {
			out = i
		}
		switch {
		case left == 0:
			pieces = s.take(pieces, level, i, i+1, out)
		case level == Resolution:
			for a := l.child[i]; a < l.child[i+1]; a++ {
				if area := s.base.atomArea[a]; s.allowed[area] != s.allowed[area+1] {
					pieces = s.take(pieces, atomLevel, a, a+1, out)
				}
			}
		default:
			pieces = s.walk(pieces, level+1, l.child[i], l.child[i+1], out, left)
		}
	}
	return pieces
}

// skipTo leaves the ranges behind that end before a cell: the walk goes from
// low cells to high ones.
func (s *selection) skipTo(c hex.Cell) {
	step := 1
	for ; s.next+step < len(s.cells) && s.cells[s.next+step].Last < c; step *= 2 {
		s.next += step
	}
	for ; step > 0; step /= 2 {
		if s.next+step < len(s.cells) && s.cells[s.next+step].Last < c {
			s.next += step
		}
	}
	if s.next < len(s.cells) && s.cells[s.next].Last < c {
		s.next++
	}
}

// take appends a run, as cells of the target level when it is coarser, or
// makes the last piece longer.
func (s *selection) take(pieces []piece, level int, from, to, out uint32) []piece {
	if level < s.target {
		from, to = s.base.descend(level, s.target, from, to)
		level = s.target
	}
	if from == to {
		return pieces
	}
	if n := len(pieces) - 1; n >= 0 {
		if last := &pieces[n]; last.level == int8(level) && last.to == from && (level == s.target || last.out == out) {
			last.to = to
			return pieces
		}
	}
	return append(pieces, piece{int8(level), out, from, to})
}
