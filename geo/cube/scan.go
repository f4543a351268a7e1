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
	return p.scanBetween(from, to, &p.window)
}

// largeAtom is how many points make it worth while to search an atom for the
// ends of a window. Where there are fewer, reading on is quicker than fetching
// what is looked at in turn, and atoms side by side are read as one.
const largeAtom = 256

// scanBetween counts the points of the atoms [from, to) in a window.
func (p *plan) scanBetween(from, to uint32, w *window) int64 {
	b := p.base
	begin, n := b.atomPoint[from], 0
	unread := begin
	for _, end := range b.atomPoint[from+1 : to+1] {
		if end-begin >= largeAtom {
			n += p.countPoints(unread, begin, w) + p.countFound(begin, end, w)
			unread = end
		}
		begin = end
	}
	return int64(n + p.countPoints(unread, begin, w))
}

// countPoints counts those of the points [begin, end) that lie in the window
// and have a category asked for, by looking at each. It has no branches that
// could be guessed wrong.
func (p *plan) countPoints(begin, end uint32, w *window) int {
	times := p.base.times[begin:end]
	categories := p.base.categories[begin:end][:len(times)]
	after, length, n := w.from.second, uint64(w.to.second-w.from.second), 0
	for i, second := range times {
		// The sign of the difference is the comparison.
		inside := (uint64(second-after) - length) >> 63
		n += int(inside & uint64(p.table[categories[i]]))
	}
	return n
}

// countFound counts the same in one atom, whose points are in order of time.
func (p *plan) countFound(begin, end uint32, w *window) int {
	times := p.base.times[begin:end]
	first := p.base.earlier(times, w.from)
	// Times that are out of order, which only a damaged file has, must not end
	// the program.
	last := max(p.base.earlier(times, w.to), first)
	if p.anyCategory {
		return last - first
	}
	return p.countCategories(p.base.categories[begin:end][first:last])
}

// window is the times from one moment to another, without the latter.
type window struct{ from, to moment }

// moment is a second, with its rank in the sample of a base's times.
type moment struct {
	second uint32
	rank   int
}

func (b *Base) window(from, to uint32) window {
	return window{moment{from, earlier(b.sample, from)}, moment{to, earlier(b.sample, to)}}
}

// earlier is how many of the ascending times lie before a moment. It looks
// first where the moment stands among a sample of all times: runs differ, but
// not much, and what is not looked at is not fetched.
func (b *Base) earlier(times []uint32, m moment) int {
	n := len(times)
	guess := n * m.rank / len(b.sample)
	reach := 16 << (bits.Len(uint(n)) / 2) / 4 // some four deviations of a fair sample
	low, high := max(guess-reach, 0), min(guess+reach, n)
	if (low == 0 || times[low-1] < m.second) && (high == n || times[high] >= m.second) {
		return low + earlier(times[low:high], m.second)
	}
	return earlier(times, m.second)
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
