package held

import (
	"bytes"
	"hash/maphash"
)

// ids finds features by their business code: a table with open addressing of
// indexes plus one, 0 where it is free. Half of it stays free.
type ids struct {
	seed  maphash.Seed
	table []uint32
}

func newIDs(c *Column) ids {
	size := 2
	for size < 2*len(c.Refs) {
		size *= 2
	}
	t := ids{seed: maphash.MakeSeed(), table: make([]uint32, size)}
	for i, ref := range c.Refs {
		text, _ := c.Text(ref)
		at := t.slot(text)
		for t.table[at] != 0 {
			at = (at + 1) % len(t.table)
		}
		t.table[at] = uint32(i + 1)
	}
	return t
}

func (t *ids) slot(text []byte) int {
	return int(maphash.Bytes(t.seed, text) & uint64(len(t.table)-1))
}

// Find is the index of the feature of that business code.
func (p *Part) Find(id string) (i int, ok bool) {
	c, want := &p.Columns[0], []byte(id)
	for at := p.ids.slot(want); p.ids.table[at] != 0; at = (at + 1) % len(p.ids.table) {
		i := int(p.ids.table[at] - 1)
		if text, _ := c.Text(c.Refs[i]); bytes.Equal(text, want) {
			return i, true
		}
	}
	return 0, false
}
