package hex

import (
	"slices"

	"github.com/paulmach/orb"
)

// Universe is the cells of a city at one resolution as dense numbers: a
// cell's number is its rank in integer order, so that everything about the
// cells rests in plain arrays and everything below a coarser cell is one run.
type Universe struct {
	resolution int
	cells      []Cell
	centres    []orb.Point
	offsets    []int32 // cell i's neighbours are near[offsets[i]:offsets[i+1]]
	near       []int32
}

// Run is the dense numbers from From up to but without To.
type Run struct{ From, To int }

// NewUniverse takes the cells, which must be valid and of one resolution, in
// any order, doubles allowed.
func NewUniverse(cells []Cell) (*Universe, error) {
	cells, err := sorted(cells)
	if err != nil {
		return nil, err
	}
	u := &Universe{cells: cells, centres: make([]orb.Point, len(cells)), offsets: make([]int32, 1, len(cells)+1)}
	if len(cells) > 0 {
		u.resolution = cells[0].Resolution()
	}
	for i, c := range cells {
		if u.centres[i], err = c.Centre(); err != nil {
			return nil, err
		}
		disk, err := c.Disk(1)
		if err != nil {
			return nil, err
		}
		for _, n := range disk {
			if j, ok := u.Find(n); ok && j != i {
				u.near = append(u.near, int32(j))
			}
		}
		u.offsets = append(u.offsets, int32(len(u.near)))
	}
	return u, nil
}

// Len is the number of cells.
func (u *Universe) Len() int { return len(u.cells) }

// Resolution is the resolution of all the cells, 0 when there are none.
func (u *Universe) Resolution() int { return u.resolution }

// Cell is the cell of a dense number.
func (u *Universe) Cell(i int) Cell { return u.cells[i] }

// Find is the dense number of a cell, if it belongs to the universe.
func (u *Universe) Find(c Cell) (int, bool) { return slices.BinarySearch(u.cells, c) }

// Centre is the middle of cell i, longitude first.
func (u *Universe) Centre(i int) orb.Point { return u.centres[i] }

// Run is the dense numbers [from, to) of the cells below a coarser cell.
func (u *Universe) Run(parent Cell) (from, to int) {
	if parent.Resolution() > u.resolution {
		return 0, 0
	}
	first, last := parent.Range(u.resolution)
	from, _ = slices.BinarySearch(u.cells, first)
	to, _ = slices.BinarySearch(u.cells, last+1)
	return from, to
}

// Neighbours is the dense numbers of the cells that share a side with cell i
// and belong to the universe, in ascending order. The slice must not be
// changed.
func (u *Universe) Neighbours(i int) []int32 { return u.near[u.offsets[i]:u.offsets[i+1]] }

// Within is the cells that belong to a shape, as runs in ascending order.
func (u *Universe) Within(shape orb.MultiPolygon, mode Containment) []Run {
	cells, err := Fill(shape, u.resolution, mode)
	if err != nil {
		return nil
	}
	var runs []Run
	for _, c := range cells {
		if i, ok := u.Find(c); ok {
			if n := len(runs); n > 0 && runs[n-1].To == i {
				runs[n-1].To++
			} else {
				runs = append(runs, Run{i, i + 1})
			}
		}
	}
	return runs
}

// WithinBounds is the cells whose middle lies in the bounds, as runs in
// ascending order.
func (u *Universe) WithinBounds(b orb.Bound) []Run {
	var runs []Run
	for i, p := range u.centres {
		if !b.Contains(p) {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].To == i {
			runs[n-1].To++
		} else {
			runs = append(runs, Run{i, i + 1})
		}
	}
	return runs
}
