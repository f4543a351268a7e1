package cube

import (
	"fmt"

	"sitmap/geo/hex"
)

// fault says what keeps columns from being those of a base: lengths that do
// not fit each other, or places outside of them.
func (b *Base) fault() string {
	atoms, points := len(b.atomArea), len(b.times)
	switch {
	case points > maxPoints || len(b.categories) != points || b.rows != nil && len(b.rows) != points:
		return "points"
	case !climbs(b.areas, 0, 1<<62) || len(b.areas) > maxAreas:
		return "areas"
	case !offsets(b.atomPoint, atoms, points):
		return "atoms"
	case len(b.sample) != min(points, sampleSize):
		return "sample"
	case points > 0 && b.calendarFault():
		return "days"
	}
	for _, area := range b.atomArea {
		if int(area) >= len(b.areas) {
			return "the areas of atoms"
		}
	}
	for level := range b.levels {
		if b.levelFault(level) {
			return fmt.Sprintf("level %d", level)
		}
	}
	if b.cubesFault() {
		return "sums by day"
	}
	return ""
}

func (b *Base) calendarFault() bool {
	starts := b.days.starts
	return len(starts) < 2 || b.days.days() > maxDays || !climbs(starts, -1<<40, 1<<40) ||
		b.first > b.last || b.first < FirstTime || b.last >= EndTime ||
		starts[0] > b.first || starts[len(starts)-1] <= b.last
}

func (b *Base) levelFault(level int) bool {
	l := &b.levels[level]
	n := len(l.cells)
	below := len(b.atomArea)
	if level < Resolution {
		below = len(b.levels[level+1].cells)
	}
	if !climbs(l.cells, 0, 1<<60) || !offsets(l.child, n, below) || len(l.centre) != n {
		return true
	}
	for i, c := range l.cells {
		if !c.Valid() || c.Resolution() != level {
			return true
		}
		if level == Resolution {
			continue
		}
		for _, child := range b.levels[level+1].cells[l.child[i]:l.child[i+1]] {
			if child.Parent(level) != c {
				return true
			}
		}
	}
	if level == Resolution {
		return false
	}
	if !offsets(l.leaf, n, len(b.levels[Resolution].cells)) || len(l.spread) != n || len(l.areaLow) != n || len(l.areaHigh) != n {
		return true
	}
	for i, from := range l.child[:n] {
		if level+1 < Resolution {
			finer := b.levels[level+1].leaf
			if int(from) >= len(finer) {
				return true
			}
			from = finer[from]
		}
		if l.leaf[i] != from || l.areaLow[i] > l.areaHigh[i] || int(l.areaHigh[i]) >= len(b.areas) {
			return true
		}
	}
	return false
}

func (b *Base) cubesFault() bool {
	c := &b.cubes
	if c.planes == 0 {
		return false
	}
	if c.dense[0] == nil {
		return true
	}
	wrong := func(d *dense) bool {
		return d != nil && len(d.sums) != (b.days.days()+1)*d.planes*d.cells
	}
	for level := range c.dense {
		if wrong(c.dense[level]) {
			return true
		}
		if s := c.sparse[level]; s != nil {
			n := len(s.days)
			if !offsets(s.start, len(b.levels[level].cells), n) || len(s.categories) != n || len(s.counts) != n {
				return true
			}
		}
	}
	return wrong(c.areas)
}

// offsets reports whether a column can be where the parts of n things begin,
// none of them empty, with the end of the last.
func offsets(column []uint32, n, end int) bool {
	return len(column) == n+1 && column[0] == 0 && int(column[n]) == end && climbs(column, 0, 1<<32-1)
}

// climbs reports whether numbers ascend, none equal, from low to high.
func climbs[T uint32 | int64 | hex.Cell](numbers []T, low, high T) bool {
	for i, n := range numbers {
		if n < low || n > high || i > 0 && n <= numbers[i-1] {
			return false
		}
	}
	return true
}
