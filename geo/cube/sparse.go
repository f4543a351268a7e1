package cube

import (
	"slices"
	"sort"
)

// sparse is, for one level, how many points of a category every cell had on
// every day that had any: for levels whose dense sums would be nothing mostly,
// and bases with many points to each of these entries.
type sparse struct {
	start      []uint32 // of every cell: its first entry; one more for the end
	days       []uint16 // of every entry, by cell, day and category
	categories []uint8
	counts     []uint32
}

// pointsPerEntry is how many points an entry must stand for on the average,
// so that reading entries instead of points pays for their memory.
const pointsPerEntry = 4

const entryBytes = 2 + 1 + 4

func (s *sparse) bytes() int {
	if s == nil {
		return 0
	}
	return entryBytes*len(s.days) + 4*len(s.start)
}

// fillSparse makes the entries of the levels below the dense ones, where they pay.
func (b *Base) fillSparse(left int, options Options) {
	for level := denseLevel + 1; level <= Resolution; level++ {
		cells := len(b.levels[level].cells)
		if !options.eager {
			// Every so many cells tell what all would take.
			step := max(cells/1000, 1)
			sampled, points := 0, 0
			var s sparse
			for i := 0; i < cells; i += step {
				points += s.appendCell(b, level, uint32(i))
			}
			sampled = len(s.days)
			if points < pointsPerEntry*sampled || sampled*step*entryBytes*9/8 > left {
				continue
			}
		}
		s := &sparse{start: make([]uint32, 1, cells+1)}
		for i := range cells {
			s.appendCell(b, level, uint32(i))
			s.start = append(s.start, uint32(len(s.days)))
		}
		b.cubes.sparse[level] = s
		left -= s.bytes()
	}
}

// appendCell appends the entries of a cell and returns how many points they stand for.
func (s *sparse) appendCell(b *Base, level int, cell uint32) int {
	first, last := b.atomsOf(level, cell, cell+1)
	begin, end := b.atomPoint[first], b.atomPoint[last]
	keys := make([]uint32, 0, end-begin) // day and category
	for i := begin; i < end; i++ {
		day := b.days.of(int64(b.times[i]) + epoch)
		keys = append(keys, uint32(day)<<8|uint32(b.categories[i]))
	}
	slices.Sort(keys)
	for i, key := range keys {
		if i > 0 && key == keys[i-1] {
			s.counts[len(s.counts)-1]++
			continue
		}
		s.days, s.categories, s.counts = append(s.days, uint16(key>>8)), append(s.categories, uint8(key)), append(s.counts, 1)
	}
	return len(keys)
}

// sum counts the points of the cells [from, to) on the days asked for.
func (s *sparse) sum(p *plan, from, to uint32) int64 {
	n := int64(0)
	for i := from; i < to; i++ {
		begin, end := int(s.start[i]), int(s.start[i+1])
		days := s.days[begin:end]
		first := sort.Search(len(days), func(k int) bool { return int(days[k]) >= p.dayFrom })
		for k := begin + first; k < end && int(s.days[k]) < p.dayTo; k++ {
			n += int64(s.counts[k]) * int64(p.table[s.categories[k]])
		}
	}
	return n
}
