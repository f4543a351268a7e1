package cube

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"

	"sitmap/geo/hex"
)

// sieve is the room in which a plan goes through a tail.
type sieve struct {
	passed  []uint32 // the numbers of the changes that count
	members []uint64 // a bit for every cell in the right place
	runs    []piece
	deltas  []int32  // by cell; all 0 between questions
	touched []uint64 // a bit for every cell in deltas; all 0 between questions
	late    []cellCount
}

type cellCount struct {
	cell hex.Cell
	n    int32
}

// sift lists the changes of the tail that the question is about.
func (p *plan) sift(v *View, q *Query) []uint32 {
	s, t := &p.sieve, &v.tail
	s.passed = s.passed[:0]
	if len(t.times) == 0 || p.from == p.to {
		return nil
	}
	inPlace := q.Cells != nil || q.Bounds != nil
	if inPlace {
		p.findMembers(v, q)
	}
	byAreas, allowed, members := q.Areas != nil, p.where.allowed, s.members
	span := p.to - p.from
	for i, second := range t.times {
		if second-p.from >= span || p.table[t.categories[i]] == 0 {
			continue
		}
		if area := t.areas[i]; byAreas && allowed[area] == allowed[area+1] {
			continue
		}
		if cell := t.cells[i]; inPlace && members[cell>>6]>>(cell&63)&1 == 0 {
			continue
		}
		s.passed = append(s.passed, uint32(i))
	}
	return s.passed
}

// findMembers marks the cells, strangers too, that the question's cells and
// bounds hold.
func (p *plan) findMembers(v *View, q *Query) {
	s := &p.sieve
	known := len(v.base.levels[Resolution].cells)
	words := (known + len(v.tail.strangers) + 63) / 64
	s.members = slices.Grow(s.members[:0], words)[:words]
	clear(s.members)
	where := p.where // with room of its own, but for the areas
	where.target, where.open, where.next = Resolution, where.open&^byArea, 0
	s.runs = where.find(s.runs[:0])
	for _, run := range s.runs {
		for i := run.from; i < run.to; {
			if i&63 == 0 && i+64 <= run.to {
				s.members[i>>6] = 1<<64 - 1
				i += 64
				continue
			}
			s.members[i>>6] |= 1 << (i & 63)
			i++
		}
	}
	for n := range v.tail.strangers {
		stranger := &v.tail.strangers[n]
		if q.Bounds != nil && !p.where.bounds.holds(stranger.centre[q.Resolution]) {
			continue
		}
		if q.Cells != nil {
			at := sort.Search(len(q.Cells), func(i int) bool { return q.Cells[i].Last >= stranger.cell })
			if at == len(q.Cells) || q.Cells[at].First > stranger.cell {
				continue
			}
		}
		i := known + n
		s.members[i>>6] |= 1 << (i & 63)
	}
}

// collect sums the changes that count by cells of the target resolution, in
// the order of the cells. Sorting is by marking: the base knows the order.
func (p *plan) collect(v *View, passed []uint32) []cellCount {
	s, t := &p.sieve, &v.tail
	s.late = s.late[:0]
	if len(passed) == 0 {
		return nil
	}
	known := len(v.base.levels[Resolution].cells)
	all := known + len(t.strangers)
	if len(s.deltas) < all {
		s.deltas, s.touched = make([]int32, all), make([]uint64, (all+63)/64)
	}
	for _, i := range passed {
		cell := t.cells[i]
		s.deltas[cell] += int32(t.signs[i])
		s.touched[cell>>6] |= 1 << (cell & 63)
	}
	ordered := true
	for w, word := range s.touched[:(all+63)/64] {
		if word == 0 {
			continue
		}
		s.touched[w] = 0
		for ; word != 0; word &= word - 1 {
			id := w<<6 + bits.TrailingZeros64(word)
			n := s.deltas[id]
			s.deltas[id] = 0
			cell := v.cell(uint32(id)).Parent(p.target)
			if last := len(s.late) - 1; last >= 0 && s.late[last].cell == cell {
				s.late[last].n += n
				continue
			} else if last >= 0 && cell < s.late[last].cell {
				ordered = false // a stranger
			}
			s.late = append(s.late, cellCount{cell, n})
		}
	}
	if !ordered {
		slices.SortFunc(s.late, func(a, b cellCount) int { return cmp.Compare(a.cell, b.cell) })
		kept := s.late[:1]
		for _, c := range s.late[1:] {
			if last := &kept[len(kept)-1]; last.cell == c.cell {
				last.n += c.n
			} else {
				kept = append(kept, c)
			}
		}
		s.late = kept
	}
	return s.late
}

// merge adds sorted changes to the counts of an answer.
func (c *Counts) merge(late []cellCount) {
	missing, zeros := late[:0], false
	i := 0
	for _, change := range late {
		c.Total += int64(change.n)
		for i < len(c.Cells) && c.Cells[i] < change.cell {
			i++
		}
		if i < len(c.Cells) && c.Cells[i] == change.cell {
			c.Counts[i] += change.n
			zeros = zeros || c.Counts[i] == 0
		} else if change.n != 0 {
			missing = append(missing, change)
		}
	}
	if n, more := len(c.Cells), len(missing); more > 0 {
		c.room(more)
		c.keep(more)
		// From the back, so that nothing is overwritten that is still to be moved.
		for to := n + more - 1; more > 0; to-- {
			if n > 0 && c.Cells[n-1] > missing[more-1].cell {
				n--
				c.Cells[to], c.Counts[to] = c.Cells[n], c.Counts[n]
			} else {
				more--
				c.Cells[to], c.Counts[to] = missing[more].cell, missing[more].n
			}
		}
	}
	if !zeros {
		return
	}
	n := 0
	for i, found := range c.Counts {
		c.Cells[n], c.Counts[n] = c.Cells[i], found
		if found != 0 {
			n++
		}
	}
	c.Cells, c.Counts = c.Cells[:n], c.Counts[:n]
}
