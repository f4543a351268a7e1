package cube

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The wire form of Counts. All numbers but the first two bytes are unsigned
// LEB128, as in protocol buffers: 7 bits a byte, lowest first, the top bit set
// on all bytes but the last.
//
//	1 byte   the version of this form, 1
//	1 byte   r, the resolution
//	number   n, how many cells
//	number   the sum of all counts
//	n times  the cell's ordinal less that of the cell before (the first: less 0)
//	n times  the cell's count, 1 or more
//
// The ordinal is the 7+3r bits of base cell and digits in the H3 index, below
// 2^34 at resolution 9, so that a JavaScript number holds it; the index is
//
//	const unused = BigInt(3 * (15 - r))
//	const index = (1n << 59n) | (BigInt(r) << 52n) | (BigInt(ordinal) << unused) | ((1n << unused) - 1n)
//	index.toString(16)
//
// A city's neighbours differ in their last digits, so that a cell takes about
// two bytes before compression.
const wireVersion = 1

// ErrWire says that bytes are not the wire form of Counts.
var ErrWire = errors.New("not counts of cells")

// AppendBinary appends the wire form. It fails when a count is below 1, which
// happens only if more was removed from a cube than was in it.
func (c *Counts) AppendBinary(into []byte) ([]byte, error) {
	into = append(into, wireVersion, byte(c.Resolution))
	into = binary.AppendUvarint(into, uint64(len(c.Cells)))
	into = binary.AppendUvarint(into, uint64(c.Total))
	before := uint64(0)
	for _, cell := range c.Cells {
		next := ordinal(cell)
		into = binary.AppendUvarint(into, next-before)
		before = next
	}
	for i, n := range c.Counts {
		if n < 1 {
			return into, fmt.Errorf("%v has the count %d: %w", c.Cells[i], n, ErrWire)
		}
		into = binary.AppendUvarint(into, uint64(n))
	}
	return into, nil
}

// Decode reads the wire form. Only what AppendBinary writes is accepted.
func (c *Counts) Decode(from []byte) error {
	if len(from) < 2 || from[0] != wireVersion || from[1] > Resolution {
		return fmt.Errorf("neither version nor resolution at the head: %w", ErrWire)
	}
	c.reset(int(from[1]))
	r := wire{from[2:], nil}
	n, total := r.number(), r.number()
	// A cell takes two bytes or more.
	if r.err == nil && n > uint64(len(r.rest)/2) {
		return fmt.Errorf("%d cells in %d bytes: %w", n, len(r.rest), ErrWire)
	}
	at := uint64(0)
	for i := range n {
		step := r.number()
		at += step
		if r.err != nil || i > 0 && step == 0 || step >= 1<<34 || at >= 1<<(7+3*c.Resolution) {
			return fmt.Errorf("cell %d: %w", i, ErrWire)
		}
		cell := cellOf(at, c.Resolution)
		if !cell.Valid() {
			return fmt.Errorf("cell %d, %v, does not exist: %w", i, cell, ErrWire)
		}
		c.Cells = append(c.Cells, cell)
	}
	for i := range n {
		count := r.number()
		if r.err != nil || count < 1 || count > math.MaxInt32 {
			return fmt.Errorf("count %d: %w", i, ErrWire)
		}
		c.Counts = append(c.Counts, int32(count))
		c.Total += int64(count)
	}
	if r.err != nil || len(r.rest) > 0 || uint64(c.Total) != total {
		return fmt.Errorf("the sum or the end is wrong: %w", ErrWire)
	}
	return nil
}

// wire reads numbers until one is wrong.
type wire struct {
	rest []byte
	err  error
}

// number reads one in the shortest form there is.
func (w *wire) number() uint64 {
	v, n := binary.Uvarint(w.rest)
	if n <= 0 || n > 1 && w.rest[n-1] == 0 {
		w.err = ErrWire
		return 0
	}
	w.rest = w.rest[n:]
	return v
}
