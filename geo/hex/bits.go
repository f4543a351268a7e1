package hex

import (
	"fmt"
	"math/bits"
	"strconv"
)

// The H3 index layout, from the top: one zero, 4 bits of mode (1 is a cell),
// 3 zeros, 4 bits of resolution, 7 bits of base cell, then fifteen digits of
// 3 bits from resolution 1 down to 15. A digit below the resolution is 7,
// "unused"; the others are 0 to 6, so that in integer order the descendants
// of a cell follow each other without a gap.
const (
	modeBits       = Cell(1) << 59
	resolutionBits = Cell(15) << 52
	baseShift      = 45
	baseCells      = 122
	allDigits      = Cell(1)<<baseShift - 1
	ones           = Cell(0o111111111111111) // the low bit of every digit
)

// below is the digits finer than a resolution.
func below(resolution int) Cell { return Cell(1)<<(3*(finest-resolution)) - 1 }

// pentagons has a bit for each base cell that is a pentagon.
var pentagons = [2]uint64{1<<4 | 1<<14 | 1<<24 | 1<<38 | 1<<49 | 1<<58 | 1<<63,
	1<<(72-64) | 1<<(83-64) | 1<<(97-64) | 1<<(107-64) | 1<<(117-64)}

func (c Cell) base() int { return int(c>>baseShift) & 127 }

func (c Cell) pentagonal() bool { b := c.base(); return pentagons[b>>6]>>(b&63)&1 == 1 }

// leading is the first digit that is not zero, or zero. Unused digits must
// have been cleared.
func leading(digits Cell) Cell {
	if digits == 0 {
		return 0
	}
	top := (bits.Len64(uint64(digits)) - 1) / 3 * 3
	return digits >> top & 7
}

// Resolution is the cell's own resolution.
func (c Cell) Resolution() int { return int(c>>52) & 15 }

// Valid tells whether the number is the index of a cell that exists. In the
// twelve pentagons the direction of digit 1 is missing.
func (c Cell) Valid() bool {
	unused := below(c.Resolution())
	digits := c & allDigits &^ unused
	sevens := digits & (digits >> 1) & (digits >> 2) & ones
	return c&^(resolutionBits|Cell(127)<<baseShift|allDigits) == modeBits &&
		c.base() < baseCells && c&unused == unused && sevens == 0 &&
		!(c.pentagonal() && leading(digits) == 1)
}

// Parse reads a cell as H3 tools write it, in hexadecimal. It fails for
// everything that is not a valid cell.
func Parse(s string) (Cell, error) {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil || !Cell(n).Valid() {
		return 0, fmt.Errorf("%.40q is no H3 cell", s)
	}
	return Cell(n), nil
}

// String writes the cell as H3 tools do, in hexadecimal.
func (c Cell) String() string { return strconv.FormatUint(uint64(c), 16) }

// Parent is the cell of a coarser resolution that the cell belongs to. A
// resolution finer than the cell's own gives the cell itself.
func (c Cell) Parent(resolution int) Cell {
	if resolution >= c.Resolution() {
		return c
	}
	return c&^resolutionBits | Cell(resolution)<<52 | below(resolution)
}

// Range is the first and the last descendant of the cell at a finer
// resolution, both included: the cells of that resolution between them are
// all its descendants and no others. At the cell's own or a coarser
// resolution both are its parent there.
func (c Cell) Range(resolution int) (first, last Cell) {
	own := c.Resolution()
	if resolution <= own {
		p := c.Parent(resolution)
		return p, p
	}
	open := below(own) &^ below(resolution)
	first = c&^(resolutionBits|open) | Cell(resolution)<<52
	return first, first | open&(ones*6)
}

// Children is the descendants of the cell at a finer resolution in ascending
// order: itself at its own resolution, none at a coarser one.
func (c Cell) Children(resolution int) []Cell {
	own := c.Resolution()
	if resolution < own || resolution > finest {
		return nil
	}
	if resolution == own {
		return []Cell{c}
	}
	count := 1
	for range resolution - own {
		count *= 7
	}
	children := make([]Cell, 0, count)
	pentagon := c.pentagonal() && c&allDigits&^below(own) == 0
	first, last := c.Range(resolution)
	unit := below(resolution) + 1 // one step of the finest digit in use
	unused := below(resolution)
	for at := first; ; at += unit {
		// A digit that stepped from 6 to 7 carries: adding one more makes it
		// 0 and raises the digit before it.
		for carry := unit; at&(carry*7) == carry*7; carry <<= 3 {
			at += carry
		}
		if !pentagon || leading(at&allDigits&^unused) != 1 {
			children = append(children, at)
		}
		if at == last {
			return children
		}
	}
}
