package cube

import (
	"bytes"
	"math/bits"
	"slices"
)

// scan counts the points of the atoms [from, to) by reading them.
func (p *plan) scan(from, to uint32) int64 {
	if p.anyTime {
		begin, end := p.base.atomPoint[from], p.base.atomPoint[to]
		if p.anyCategory {
			return int64(end - begin)
		}
		return int64(p.countCategories(p.base.categories[begin:end]))
	}
	return p.scanBetween(from, to, p.from, p.to)
}

// scanBetween counts the points of the atoms with a time in [after, before).
func (p *plan) scanBetween(from, to, after, before uint32) int64 {
	var counts [blockAtoms]int32
	n := int64(0)
	for ; from < to; from += blockAtoms {
		part := counts[:min(to-from, blockAtoms)]
		p.scanBlock(from, after, before, part)
		for _, count := range part {
			n += int64(count)
		}
	}
	return n
}

// blockAtoms is how many atoms are searched together: first all their times,
// then all their categories. The searches have no branches that could be
// guessed wrong, so that the processor is at several of them at once.
const blockAtoms = 256

// scanBlock counts, for each of some atoms that begin with from, the points
// with a time in [after, before).
func (p *plan) scanBlock(from, after, before uint32, counts []int32) {
	var found [blockAtoms][2]uint32
	atomPoint, times := p.base.atomPoint[from:int(from)+len(counts)+1], p.base.times
	begin := atomPoint[0]
	for i, end := range atomPoint[1:] {
		n := end - begin
		at := &found[i&(blockAtoms-1)]
		if n < 32 && int(begin)+32 <= len(times) {
			at[0], at[1] = earlierOfFew((*[32]uint32)(times[begin:begin+32]), n, after, before)
		} else {
			run := times[begin:end]
			at[0] = uint32(p.base.earlier(run, after))
			at[1] = uint32(p.base.earlier(run, before))
		}
		// Times that are out of order, which only a damaged file has, must not
		// end the program.
		at[0], at[1] = begin+at[0], begin+max(at[0], at[1])
		begin = end
	}
	if p.anyCategory {
		for i := range counts {
			at := &found[i&(blockAtoms-1)]
			counts[i] = int32(at[1] - at[0])
		}
		return
	}
	categories := p.base.categories
	for i := range counts {
		at := &found[i&(blockAtoms-1)]
		counts[i] = int32(p.countCategories(categories[at[0]:at[1]]))
	}
}

// earlierOfFew is how many of the first n times, which are fewer than 32 and
// ascending, lie before each of two seconds.
func earlierOfFew(times *[32]uint32, n, a, b uint32) (uint32, uint32) {
	var i, j uint32
	for step := uint32(16); step > 0; step >>= 1 {
		// The signs of the differences are the comparisons.
		k, l := i+step-1, j+step-1
		i += step & uint32((int64(times[k&31])-int64(a))>>63&((int64(k)-int64(n))>>63))
		j += step & uint32((int64(times[l&31])-int64(b))>>63&((int64(l)-int64(n))>>63))
	}
	return i, j
}

// earlier is how many of the ascending times lie before a second. In a long
// run it looks first where the second stands among a sample of all times:
// runs differ, but not much, and what is not looked at is not fetched.
func (b *Base) earlier(times []uint32, second uint32) int {
	n := len(times)
	if n <= 128 {
		return earlier(times, second)
	}
	rank, _ := slices.BinarySearch(b.sample, second)
	guess := n * rank / len(b.sample)
	reach := 16 << (bits.Len(uint(n)) / 2) / 4 // some four deviations of a fair sample
	low, high := max(guess-reach, 0), min(guess+reach, n)
	if (low == 0 || times[low-1] < second) && (high == n || times[high] >= second) {
		return low + earlier(times[low:high], second)
	}
	return earlier(times, second)
}

// sampleSize is how many times are kept, if there are so many.
const sampleSize = 4096

// takeSample keeps some times, ascending.
func (b *Base) takeSample() {
	n, size := len(b.times), min(len(b.times), sampleSize)
	b.sample = make([]uint32, 0, size)
	for i := range size {
		b.sample = append(b.sample, b.times[int64(i)*int64(n)/int64(size)])
	}
	slices.Sort(b.sample)
}

// earlier is how many of the ascending times lie before a second: a binary
// search without branches, because they would be guessed wrong half the time.
func earlier(times []uint32, second uint32) int {
	base, n := 0, len(times)
	for n > 1 {
		half := n >> 1
		base += half & int((int64(times[base+half-1])-int64(second))>>63)
		n -= half
	}
	if n == 1 {
		base -= int((int64(times[base]) - int64(second)) >> 63)
	}
	return base
}

// The library's count of one byte is vectorised. Called once a category it beats
// looking every byte up in a table when the run is long and the categories few.
const (
	vectorCategories = 8
	vectorRun        = 16 // bytes for each category
)

// countCategories counts the bytes that are categories asked for.
func (p *plan) countCategories(run []uint8) int {
	n := 0
	if k := len(p.wanted); k <= vectorCategories && len(run) >= vectorRun*k {
		for i := range p.wanted {
			n += bytes.Count(run, p.wanted[i:i+1])
		}
		return n
	}
	table := &p.table
	for ; len(run) >= 4; run = run[4:] {
		n += int(table[run[0]]) + int(table[run[1]]) + int(table[run[2]]) + int(table[run[3]])
	}
	for _, c := range run {
		n += int(table[c])
	}
	return n
}
