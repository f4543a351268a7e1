package cube

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"

	"sitmap/geo/hex"
)

// change is a change on its way into a base.
type change struct {
	atom uint64 // the cell's ordinal and the rank of the area in the new base
	when uint64 // time and category
	row  int32
	n    int32 // how many came, less how many went
}

func (a change) compare(b change) int {
	return cmp.Or(cmp.Compare(a.atom, b.atom), cmp.Compare(a.when, b.when), cmp.Compare(a.row, b.row))
}

// merge makes a base of a view. What was removed and is not there is left.
func merge(v *View, options Options) (*Base, []Entry, error) {
	old := v.base
	m := merger{old: old}
	m.rankAreas(v.tail.newAreas)
	changes := m.sortChanges(v)
	if err := m.run(changes, options.Rows); err != nil {
		return nil, nil, err
	}
	m.dropAreas()
	runtime.KeepAlive(v) // and with it the memory of its columns
	var left []Entry
	for _, c := range m.left {
		e := Entry{Sign: -1, Point: Point{
			Cell: cellOf(c.atom>>16, Resolution), Area: m.ranked[c.atom&0xffff],
			Time: int64(c.when>>8) + epoch, Category: uint8(c.when), Row: c.row,
		}}
		for range -c.n {
			left = append(left, e)
		}
	}
	return &m.base, left, m.base.complete(m.cells, m.atoms, old, options)
}

// merger goes through the atoms of a base and sorted changes together.
type merger struct {
	old    *Base
	rank   []uint16 // of every area of the old base, then of the new areas: its rank
	ranked []int64
	base   Base
	cells  []hex.Cell
	atoms  []uint32 // the first atom of every cell
	left   []change
}

func (m *merger) rankAreas(newAreas []int64) {
	all := slices.Concat(m.old.areas, newAreas)
	m.ranked = slices.Sorted(slices.Values(all))
	m.rank = make([]uint16, len(all))
	for i, number := range all {
		at, _ := slices.BinarySearch(m.ranked, number)
		m.rank[i] = uint16(at)
	}
}

// sortChanges sums up equal changes and leaves those that cancel.
func (m *merger) sortChanges(v *View) []change {
	t := &v.tail
	changes := make([]change, len(t.times))
	for i := range changes {
		changes[i] = change{
			atom: ordinal(v.cell(t.cells[i]))<<16 | uint64(m.rank[t.areas[i]]),
			when: uint64(t.times[i])<<8 | uint64(t.categories[i]),
			n:    int32(t.signs[i]),
		}
		if t.rows != nil {
			changes[i].row = t.rows[i]
		}
	}
	slices.SortFunc(changes, change.compare)
	kept := changes[:0]
	for _, c := range changes {
		if n := len(kept); n > 0 && kept[n-1].compare(c) == 0 {
			kept[n-1].n += c.n
		} else {
			kept = append(kept, c)
		}
	}
	return slices.DeleteFunc(kept, func(c change) bool { return c.n == 0 })
}

func (m *merger) run(changes []change, rows bool) error {
	old, b := m.old, &m.base
	room := old.Len()
	for _, c := range changes {
		room += int(max(c.n, 0))
	}
	if room > maxPoints {
		return fmt.Errorf("%d points: %w", room, ErrFull)
	}
	b.times, b.categories = make([]uint32, 0, room), make([]uint8, 0, room)
	if rows {
		b.rows = make([]int32, 0, room)
	}
	b.atomPoint = make([]uint32, 0, old.Atoms()+1)
	b.atomArea = make([]uint16, 0, old.Atoms())

	last := &old.levels[Resolution]
	for i, cell := range last.cells {
		for a := last.child[i]; a < last.child[i+1]; a++ {
			key := ordinal(cell)<<16 | uint64(m.rank[old.atomArea[a]])
			for len(changes) > 0 && changes[0].atom < key {
				changes = m.takeAtom(changes, changes[0].atom, 0, 0)
			}
			changes = m.takeAtom(changes, key, old.atomPoint[a], old.atomPoint[a+1])
		}
	}
	for len(changes) > 0 {
		changes = m.takeAtom(changes, changes[0].atom, 0, 0)
	}
	b.atomPoint = append(b.atomPoint, uint32(len(b.times)))
	m.atoms = append(m.atoms, uint32(len(b.atomArea)))
	return nil
}

// takeAtom appends one atom: the points [from, to) of the old base with the
// changes at its head, and returns the changes behind it.
func (m *merger) takeAtom(changes []change, key uint64, from, to uint32) []change {
	n := 0
	for n < len(changes) && changes[n].atom == key {
		n++
	}
	b, begin := &m.base, len(m.base.times)
	for _, c := range changes[:n] {
		// The old points before the change, and the equal ones.
		at := from
		for at < to && m.compare(at, c) < 0 {
			at++
		}
		m.copyPoints(from, at)
		from = at
		equal := int32(0)
		for at < to && m.compare(at, c) == 0 {
			at++
			equal++
		}
		from = at
		equal += c.n
		if equal < 0 {
			c.n, equal = equal, 0
			m.left = append(m.left, c)
		}
		for range equal {
			b.times, b.categories = append(b.times, uint32(c.when>>8)), append(b.categories, uint8(c.when))
			if b.rows != nil {
				b.rows = append(b.rows, c.row)
			}
		}
	}
	m.copyPoints(from, to)
	if len(b.times) == begin {
		return changes[n:]
	}
	if cell := cellOf(key>>16, Resolution); len(m.cells) == 0 || m.cells[len(m.cells)-1] != cell {
		m.cells = append(m.cells, cell)
		m.atoms = append(m.atoms, uint32(len(b.atomArea)))
	}
	b.atomArea = append(b.atomArea, uint16(key))
	b.atomPoint = append(b.atomPoint, uint32(begin))
	return changes[n:]
}

// compare orders a point of the old base and a change of the same atom.
func (m *merger) compare(i uint32, c change) int {
	order := cmp.Compare(uint64(m.old.times[i])<<8|uint64(m.old.categories[i]), c.when)
	if order == 0 && m.old.rows != nil {
		order = cmp.Compare(m.old.rows[i], c.row)
	}
	return order
}

func (m *merger) copyPoints(from, to uint32) {
	b := &m.base
	b.times = append(b.times, m.old.times[from:to]...)
	b.categories = append(b.categories, m.old.categories[from:to]...)
	if b.rows == nil {
		return
	}
	if m.old.rows == nil { // rows are kept from now on
		b.rows = append(b.rows, make([]int32, to-from)...)
	} else {
		b.rows = append(b.rows, m.old.rows[from:to]...)
	}
}

// dropAreas leaves the areas that no atom has any more, so that a base does
// not depend on its past.
func (m *merger) dropAreas() {
	used := make([]bool, len(m.ranked))
	for _, area := range m.base.atomArea {
		used[area] = true
	}
	rank := make([]uint16, len(m.ranked))
	for i, number := range m.ranked {
		rank[i] = uint16(len(m.base.areas))
		if used[i] {
			m.base.areas = append(m.base.areas, number)
		}
	}
	for i, area := range m.base.atomArea {
		m.base.atomArea[i] = rank[area]
	}
}
