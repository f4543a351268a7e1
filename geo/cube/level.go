package cube

import (
	"fmt"

	"sitmap/geo/hex"
)

// raise makes all levels from the cells of the last one, their first atoms
// and the atoms' areas. Centres are taken from an older base where it has the
// cell.
func (b *Base) raise(cells []hex.Cell, atoms []uint32, old *Base) error {
	last := &b.levels[Resolution]
	last.cells, last.child = cells, atoms
	for r := Resolution - 1; r >= 0; r-- {
		b.levels[r].group(b.levels[r+1].cells, r)
	}
	for r := range b.levels {
		var known *level
		if old != nil {
			known = &old.levels[r]
		}
		if err := b.levels[r].findCentres(known); err != nil {
			return err
		}
	}
	for r := Resolution - 1; r >= 0; r-- {
		b.summarise(r)
	}
	return nil
}

// group makes the level the parents of the cells of the next one.
func (l *level) group(finer []hex.Cell, resolution int) {
	n := 0
	shift := shiftOf(resolution)
	for i, c := range finer {
		// Resolution and finer digits are equal or below the shift.
		if i == 0 || c>>shift != finer[i-1]>>shift {
			n++
		}
	}
	l.cells, l.child = make([]hex.Cell, 0, n), make([]uint32, 0, n+1)
	for i, c := range finer {
		if i == 0 || c>>shift != finer[i-1]>>shift {
			l.cells = append(l.cells, c.Parent(resolution))
			l.child = append(l.child, uint32(i))
		}
	}
	l.child = append(l.child, uint32(len(finer)))
}

// findCentres computes the middle of every cell that the known level does not have.
func (l *level) findCentres(known *level) error {
	l.centre = make([]place, len(l.cells))
	next := 0
	for i, c := range l.cells {
		if known != nil {
			for next < len(known.cells) && known.cells[next] < c {
				next++
			}
			if next < len(known.cells) && known.cells[next] == c {
				l.centre[i] = known.centre[next]
				continue
			}
		}
		p, err := middle(c)
		if err != nil {
			return err
		}
		l.centre[i] = p
	}
	return nil
}

func middle(c hex.Cell) (place, error) {
	p, err := c.Centre()
	if err != nil {
		return place{}, fmt.Errorf("%v: %w", err, ErrPoint)
	}
	return place{fixed(p[0]), fixed(p[1])}, nil
}

// summarise fills what a level, but not the last, knows of what is below it.
func (b *Base) summarise(r int) {
	l, finer := &b.levels[r], &b.levels[r+1]
	n := len(l.cells)
	l.leaf, l.spread = make([]uint32, n+1), make([]box, n)
	l.areaLow, l.areaHigh = make([]uint16, n), make([]uint16, n)
	for i := range n {
		from, to := l.child[i], l.child[i+1]
		spread := box{l.centre[i], l.centre[i]}
		low, high := uint16(maxAreas), uint16(0)
		for c := from; c < to; c++ {
			if r+1 == Resolution {
				spread.add(box{finer.centre[c], finer.centre[c]})
			} else {
				spread.add(finer.spread[c])
			}
			cLow, cHigh := b.areasOf(r+1, c)
			low, high = min(low, cLow), max(high, cHigh)
		}
		l.spread[i], l.areaLow[i], l.areaHigh[i] = spread, low, high
	}
	for i := range l.leaf {
		at := l.child[i]
		if r+1 < Resolution {
			at = finer.leaf[at]
		}
		l.leaf[i] = at
	}
}

// areasOf is the lowest and the highest rank of the areas in a cell. The
// atoms of one cell lie in order of their areas.
func (b *Base) areasOf(level int, i uint32) (low, high uint16) {
	l := &b.levels[level]
	if level < Resolution {
		return l.areaLow[i], l.areaHigh[i]
	}
	return b.atomArea[l.child[i]], b.atomArea[l.child[i+1]-1]
}
