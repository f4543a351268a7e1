package cube

import "sitmap/geo/hex"

// dictionary gives every atom a number in the order of first appearance. It
// is a hash table of its own because a point costs one look-up: keys are the
// cell's ordinal and the number of its area, which fit 50 bits.
type dictionary struct {
	areas   map[int64]uint16
	numbers []int64 // of areas
	lately  int64   // the area asked for last, and its number
	latelyN uint16

	keys  []uint64 // of atoms, by number
	slots []slot
	shift uint8 // 64 less the bits of a slot's place
}

type slot struct {
	key  uint64 // plus one; 0 is an empty slot
	atom uint32
}

func newDictionary() dictionary {
	const bits = 12
	return dictionary{areas: map[int64]uint16{}, lately: -1, slots: make([]slot, 1<<bits), shift: 64 - bits}
}

// area is the number of an area; false when there are too many.
func (d *dictionary) area(number int64) (uint16, bool) {
	if number == d.lately {
		return d.latelyN, true
	}
	n, known := d.areas[number]
	if !known {
		if len(d.numbers) == maxAreas {
			return 0, false
		}
		n = uint16(len(d.numbers))
		d.areas[number] = n
		d.numbers = append(d.numbers, number)
	}
	d.lately, d.latelyN = number, n
	return n, true
}

func (d *dictionary) atom(cell hex.Cell, area uint16) uint32 {
	key := ordinal(cell)<<16 | uint64(area) + 1
	for i := d.place(key); ; i = (i + 1) & (len(d.slots) - 1) {
		switch s := &d.slots[i]; s.key {
		case key:
			return s.atom
		case 0:
			n := uint32(len(d.keys))
			*s = slot{key, n}
			d.keys = append(d.keys, key-1)
			if 2*len(d.keys) > len(d.slots) {
				d.grow()
			}
			return n
		}
	}
}

// place is where the search for a key begins (Fibonacci hashing).
func (d *dictionary) place(key uint64) int { return int(key * 0x9e3779b97f4a7c15 >> d.shift) }

func (d *dictionary) grow() {
	old := d.slots
	d.slots = make([]slot, 4*len(old))
	d.shift -= 2
	for _, s := range old {
		if s.key == 0 {
			continue
		}
		i := d.place(s.key)
		for d.slots[i].key != 0 {
			i = (i + 1) & (len(d.slots) - 1)
		}
		d.slots[i] = s
	}
}
