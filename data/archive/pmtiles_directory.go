package archive

import (
	"encoding/binary"
	"math"
	"sort"
)

// entry is a line of a directory: a tile and those after it that are equal to
// it, or, where run is 0, the leaf directory that begins with the tile.
type entry struct {
	id, offset  uint64
	length, run uint32
}

// maxEntries is the longest directory that is read.
const maxEntries = 1 << 20

// directory is entries in the order of their ids.
type directory []entry

// find is the entry that holds the tile, or the leaf in which it would be.
func (d directory) find(id uint64) (entry, bool) {
	i := sort.Search(len(d), func(i int) bool { return d[i].id > id }) - 1
	if i < 0 {
		return entry{}, false
	}
	e := d[i]
	return e, e.run == 0 || id-e.id < uint64(e.run)
}

// bytes is the directory as it lies in the file, before packing: the number of
// entries, then each column by itself, in variable-length integers.
func (d directory) bytes() []byte {
	b := binary.AppendUvarint(make([]byte, 0, 6*len(d)+8), uint64(len(d)))
	last := uint64(0)
	for _, e := range d {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range d {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range d {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range d {
		if i > 0 && e.offset == d[i-1].offset+uint64(d[i-1].length) {
			b = binary.AppendUvarint(b, 0) // right after the one before
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
	}
	return b
}

// readDirectory reads a directory whose tiles and leaves lie in sections of
// those lengths.
func readDirectory(b []byte, data, leaves uint64) (directory, error) {
	c := column{rest: b}
	n := c.number(maxEntries)
	// An entry takes four bytes at least.
	if c.failed || n == 0 || n > uint64(len(c.rest)/4) {
		return nil, damaged("a directory of %d bytes has no sound number of entries", len(b))
	}
	d := make(directory, n)
	id := uint64(0)
	for i := range d {
		step := c.number(math.MaxUint64)
		if i > 0 && step == 0 || id+step < id {
			return nil, damaged("a directory is not in order")
		}
		id += step
		d[i].id = id
	}
	for i := range d {
		d[i].run = uint32(c.number(math.MaxUint32))
	}
	for i := range d {
		d[i].length = uint32(c.number(math.MaxUint32))
	}
	for i := range d {
		at := c.number(math.MaxUint64)
		switch {
		case at > 0:
			d[i].offset = at - 1
		case i > 0: // the check below has kept the one before inside its section
			d[i].offset = d[i-1].offset + uint64(d[i-1].length)
		default:
			c.failed = true
		}
		section := data
		if d[i].run == 0 {
			section = leaves
		}
		end := d[i].offset + uint64(d[i].length)
		if d[i].length == 0 || end < d[i].offset || end > section {
			return nil, damaged("an entry of a directory points beyond its section")
		}
		if i > 0 && d[i].id-d[i-1].id < uint64(d[i-1].run) {
			return nil, damaged("two entries of a directory hold the same tile")
		}
	}
	if c.failed || len(c.rest) > 0 {
		return nil, damaged("a directory does not end where it should")
	}
	return d, nil
}

// column reads integers one after the other and remembers a failure.
type column struct {
	rest   []byte
	failed bool
}

func (c *column) number(most uint64) uint64 {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 || n > most {
		c.failed, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}
