package cube

import (
	"slices"

	"sitmap/geo/hex"
)

// Counts is an answer by cells: columns in the integer order of the cells,
// without those whose count is 0. Handed to Count again, its room is used again.
type Counts struct {
	Resolution int
	Cells      []hex.Cell
	Counts     []int32
	Total      int64
}

func (c *Counts) reset(resolution int) {
	c.Resolution, c.Cells, c.Counts, c.Total = resolution, c.Cells[:0], c.Counts[:0], 0
}

func (c *Counts) push(cell hex.Cell, n int32) {
	c.Cells, c.Counts = append(c.Cells, cell), append(c.Counts, n)
	c.Total += int64(n)
}

// room makes place for n more cells and returns the columns' unused ends.
func (c *Counts) room(n int) ([]hex.Cell, []int32) {
	c.Cells, c.Counts = slices.Grow(c.Cells, n), slices.Grow(c.Counts, n)
	return c.Cells[len(c.Cells) : len(c.Cells)+n], c.Counts[len(c.Counts) : len(c.Counts)+n]
}

// keep makes the first n of the unused ends part of the columns.
func (c *Counts) keep(n int) {
	c.Cells, c.Counts = c.Cells[:len(c.Cells)+n], c.Counts[:len(c.Counts)+n]
}

// count answers from the base, piece by piece.
func (p *plan) count(pieces []piece, into *Counts) {
	var out uint32
	sum := int64(0)
	flush := func() {
		if sum != 0 {
			into.push(p.base.levels[p.target].cells[out], int32(sum))
			sum = 0
		}
	}
	for _, piece := range pieces {
		if int(piece.level) == p.target {
			flush()
			p.countRun(piece.from, piece.to, into)
			continue
		}
		if piece.out != out {
			flush()
			out = piece.out
		}
		sum += p.sum(int(piece.level), piece.from, piece.to)
	}
	flush()
}

// countRun counts each of the cells [from, to) of the target level.
func (p *plan) countRun(from, to uint32, into *Counts) {
	switch {
	case p.unfiltered():
		p.countOffsets(from, to, into)
	case p.byDay(p.target):
		p.countRows(from, to, into)
	default:
		p.countScan(from, to, into)
	}
}

// countScan counts each of the cells by reading.
func (p *plan) countScan(from, to uint32, into *Counts) {
	l := &p.base.levels[p.target]
	cells, counts := into.room(int(to - from))
	n, all := 0, int64(0)
	first, _ := p.base.atomsOf(p.target, from, from)
	for i := from; i < to; i++ {
		_, last := p.base.atomsOf(p.target, i, i+1)
		found := p.scan(first, last)
		first = last
		cells[n], counts[n] = l.cells[i], int32(found)
		if found != 0 {
			n++
			all += found
		}
	}
	into.keep(n)
	into.Total += all
}

// countOffsets counts whole cells: where their points end less where they begin.
func (p *plan) countOffsets(from, to uint32, into *Counts) {
	b := p.base
	cells, counts := into.room(int(to - from))
	copy(cells, b.levels[p.target].cells[from:to])
	atomPoint, atom := b.atomPoint, b.levels[Resolution].child
	if p.target == Resolution {
		ends := atom[from+1 : to+1]
		begin := atomPoint[atom[from]]
		first := begin
		for i, a := range ends {
			end := atomPoint[a]
			counts[i] = int32(end - begin)
			begin = end
		}
		into.Total += int64(begin - first)
	} else {
		leaf := b.levels[p.target].leaf
		begin := atomPoint[atom[leaf[from]]]
		first := begin
		for i, cell := range leaf[from+1 : to+1] {
			end := atomPoint[atom[cell]]
			counts[i] = int32(end - begin)
			begin = end
		}
		into.Total += int64(begin - first)
	}
	into.keep(int(to - from))
}

// sum counts the points below the cells [from, to) of a level, or in a run of atoms.
func (p *plan) sum(level int, from, to uint32) int64 {
	if level <= Resolution && !p.unfiltered() && p.byDay(level) {
		return p.sumRows(level, from, to)
	}
	return p.scan(p.base.atomsOf(level, from, to))
}
