package cube

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"sitmap/geo/hex"
)

// Column is a column of a base as bytes in the order of the machine, which is
// little-endian. Columns of one name and layout mean the same in every base.
type Column struct {
	Name  string
	Bytes []byte
}

// layout is the first number of the summary: it changes with what the columns mean.
const layout = 1

// ErrColumns says that columns are not those of a base.
var ErrColumns = errors.New("not the columns of a cube")

// summary is what a base knows besides its columns, as one column.
type summary struct {
	layout, points, planes int64
	first, last            int64
	byCategory             [256]int64
}

// Columns gives all of a base, without copying it: the bytes must not be changed.
func (b *Base) Columns() []Column {
	s := []summary{{layout, int64(b.Len()), int64(b.cubes.planes), b.first, b.last, b.byCategory}}
	columns := []Column{
		{"summary", bytesOf(s)}, {"days", bytesOf(b.days.starts)}, {"areas", bytesOf(b.areas)}, {"sample", bytesOf(b.sample)},
		{"atom/area", bytesOf(b.atomArea)}, {"atom/point", bytesOf(b.atomPoint)},
		{"times", bytesOf(b.times)}, {"categories", bytesOf(b.categories)},
	}
	add := func(name string, bytes []byte) {
		if len(bytes) > 0 {
			columns = append(columns, Column{name, bytes})
		}
	}
	add("rows", bytesOf(b.rows))
	for r := range b.levels {
		l, at := &b.levels[r], fmt.Sprintf("level/%d/", r)
		add(at+"cells", bytesOf(l.cells))
		add(at+"child", bytesOf(l.child))
		add(at+"leaf", bytesOf(l.leaf))
		add(at+"centre", bytesOf(l.centre))
		add(at+"spread", bytesOf(l.spread))
		add(at+"area-low", bytesOf(l.areaLow))
		add(at+"area-high", bytesOf(l.areaHigh))
		if d := b.cubes.dense[r]; d != nil {
			add(fmt.Sprintf("dense/%d", r), bytesOf(d.sums))
		}
		if s := b.cubes.sparse[r]; s != nil {
			at := fmt.Sprintf("sparse/%d/", r)
			add(at+"start", bytesOf(s.start))
			add(at+"days", bytesOf(s.days))
			add(at+"categories", bytesOf(s.categories))
			add(at+"counts", bytesOf(s.counts))
		}
	}
	if d := b.cubes.areas; d != nil {
		add("dense/areas", bytesOf(d.sums))
	}
	return columns
}

// FromColumns makes a base of the columns of one, which it goes on using: they
// must begin at multiples of 8 bytes and not change. A missing column is nil.
// What it keeps alive as long as the base lives is for the owner of the memory.
//
// It fails with ErrColumns unless every question has an answer; whether the
// answers are true is for checksums to say.
func FromColumns(column func(name string) []byte, keepAlive any) (*Base, error) {
	r := columnReader{column: column}
	b := &Base{owner: keepAlive}
	s := read[summary](&r, "summary")
	if r.err != nil || len(s) != 1 || s[0].layout != layout {
		return nil, fmt.Errorf("the summary: %w", ErrColumns)
	}
	b.first, b.last, b.byCategory, b.cubes.planes = s[0].first, s[0].last, s[0].byCategory, int(s[0].planes)
	b.days = newCalendar(slices.Clone(read[int64](&r, "days")))
	b.areas = slices.Clone(read[int64](&r, "areas"))
	b.sample = read[uint32](&r, "sample")
	b.atomArea, b.atomPoint = read[uint16](&r, "atom/area"), read[uint32](&r, "atom/point")
	b.times, b.categories = read[uint32](&r, "times"), read[uint8](&r, "categories")
	b.rows = read[int32](&r, "rows")
	if int64(len(b.times)) != s[0].points {
		return nil, fmt.Errorf("%d times of %d points: %w", len(b.times), s[0].points, ErrColumns)
	}
	for level := range b.levels {
		l, at := &b.levels[level], fmt.Sprintf("level/%d/", level)
		l.cells, l.child, l.leaf = read[hex.Cell](&r, at+"cells"), read[uint32](&r, at+"child"), read[uint32](&r, at+"leaf")
		l.centre, l.spread = read[place](&r, at+"centre"), read[box](&r, at+"spread")
		l.areaLow, l.areaHigh = read[uint16](&r, at+"area-low"), read[uint16](&r, at+"area-high")
	}
	b.readCubes(&r)
	if r.err != nil {
		return nil, r.err
	}
	if what := b.fault(); what != "" {
		return nil, fmt.Errorf("%s: %w", what, ErrColumns)
	}
	return b, nil
}

func (b *Base) readCubes(r *columnReader) {
	c := &b.cubes
	if c.planes == 0 {
		return
	}
	planes := c.planes
	if c.number(&b.byCategory); c.planes != planes {
		r.err = fmt.Errorf("%d planes: %w", planes, ErrColumns)
		return
	}
	sums := func(name string, cells int) *dense {
		if s := read[uint32](r, name); s != nil {
			return &dense{cells, c.planes, s}
		}
		return nil
	}
	c.areas = sums("dense/areas", len(b.areas))
	for level := range c.dense {
		c.dense[level] = sums(fmt.Sprintf("dense/%d", level), len(b.levels[level].cells))
		at := fmt.Sprintf("sparse/%d/", level)
		if start := read[uint32](r, at+"start"); start != nil {
			c.sparse[level] = &sparse{start, read[uint16](r, at+"days"), read[uint8](r, at+"categories"), read[uint32](r, at+"counts")}
		}
	}
}

// columnReader remembers the first column that is wrong.
type columnReader struct {
	column func(name string) []byte
	err    error
}

// read is a column as numbers.
func read[T any](r *columnReader, name string) []T {
	bytes := r.column(name)
	size := int(unsafe.Sizeof(*new(T)))
	if len(bytes) == 0 {
		return nil
	}
	start := unsafe.Pointer(unsafe.SliceData(bytes))
	if len(bytes)%size != 0 || uintptr(start)%8 != 0 {
		r.err = fmt.Errorf("column %s has %d bytes: %w", name, len(bytes), ErrColumns)
		return nil
	}
	return unsafe.Slice((*T)(start), len(bytes)/size)
}

// bytesOf is numbers as bytes.
func bytesOf[T any](numbers []T) []byte {
	if len(numbers) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), len(numbers)*int(unsafe.Sizeof(numbers[0])))
}
