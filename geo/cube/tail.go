package cube

import (
	"fmt"
	"slices"

	"sitmap/geo/hex"
)

// tail is the changes since the base, as columns in the order they came. A
// longer tail shares its columns with the shorter ones before it.
type tail struct {
	cells      []uint32 // the cell's number in the base, or the number of cells there plus that of the stranger
	areas      []uint16 // the rank in the base, or the number of areas there plus that of the new area
	times      []uint32
	categories []uint8
	signs      []int8
	rows       []int32 // when rows are kept

	strangers []stranger // cells that the base does not have
	newAreas  []int64    // areas that it does not have
}

// stranger is a cell of resolution 9, with the centres of itself and its parents.
type stranger struct {
	cell   hex.Cell
	centre [Resolution + 1]place
}

// book finds the strangers and the new areas of a tail by what they are.
type book struct {
	strangers map[hex.Cell]uint32
	areas     map[int64]uint16
}

// forget makes the book that of the tail again.
func (k *book) forget(t *tail) {
	*k = book{}
	for i, s := range t.strangers {
		k.note(s.cell, uint32(i))
	}
	for i, a := range t.newAreas {
		k.noteArea(a, uint16(i))
	}
}

func (k *book) note(c hex.Cell, n uint32) {
	if k.strangers == nil {
		k.strangers = map[hex.Cell]uint32{}
	}
	k.strangers[c] = n
}

func (k *book) noteArea(a int64, n uint16) {
	if k.areas == nil {
		k.areas = map[int64]uint16{}
	}
	k.areas[a] = n
}

// push appends a change that was checked.
func (v *View) push(k *book, change Entry, rows bool) error {
	cell, second, _ := change.home()
	t := &v.tail
	id, ok := v.base.find(cell)
	if !ok {
		n, known := k.strangers[cell]
		if !known {
			s, err := newStranger(cell)
			if err != nil {
				return err
			}
			n = uint32(len(t.strangers))
			t.strangers = append(t.strangers, s)
			k.note(cell, n)
		}
		id = uint32(len(v.base.levels[Resolution].cells)) + n
	}
	rank, ok := slices.BinarySearch(v.base.areas, change.Area)
	if !ok {
		n, known := k.areas[change.Area]
		if !known {
			if len(v.base.areas)+len(t.newAreas) >= maxAreas {
				return fmt.Errorf("%d areas: %w", maxAreas, ErrFull)
			}
			n = uint16(len(t.newAreas))
			t.newAreas = append(t.newAreas, change.Area)
			k.noteArea(change.Area, n)
		}
		rank = len(v.base.areas) + int(n)
	}
	if v.base.Len()+len(t.times) >= maxPoints {
		return fmt.Errorf("%d points and changes: %w", maxPoints, ErrFull)
	}
	t.cells, t.areas = append(t.cells, id), append(t.areas, uint16(rank))
	t.times, t.categories = append(t.times, second), append(t.categories, change.Category)
	t.signs = append(t.signs, change.Sign)
	if rows {
		t.rows = append(t.rows, change.Row)
	}
	return nil
}

func newStranger(cell hex.Cell) (stranger, error) {
	s := stranger{cell: cell}
	for r := range s.centre {
		at, err := middle(cell.Parent(r))
		if err != nil {
			return s, err
		}
		s.centre[r] = at
	}
	return s, nil
}

// find is the number of a cell of resolution 9.
func (b *Base) find(c hex.Cell) (uint32, bool) {
	i, ok := slices.BinarySearch(b.levels[Resolution].cells, c)
	return uint32(i), ok
}

// entry is the change of that number.
func (v *View) entry(i int) Entry {
	t := &v.tail
	e := Entry{Sign: t.signs[i], Point: Point{
		Cell: v.cell(t.cells[i]), Area: v.area(t.areas[i]),
		Time: int64(t.times[i]) + epoch, Category: t.categories[i],
	}}
	if t.rows != nil {
		e.Row = t.rows[i]
	}
	return e
}

// cell is the cell of a number in the tail.
func (v *View) cell(id uint32) hex.Cell {
	cells := v.base.levels[Resolution].cells
	if int(id) < len(cells) {
		return cells[id]
	}
	return v.tail.strangers[int(id)-len(cells)].cell
}

// area is the area number of a rank in the tail.
func (v *View) area(rank uint16) int64 {
	if int(rank) < len(v.base.areas) {
		return v.base.areas[rank]
	}
	return v.tail.newAreas[int(rank)-len(v.base.areas)]
}
