package cube

import "bytes"

// scan counts the points of the atoms [from, to) by reading them.
func (p *plan) scan(from, to uint32) int64 {
	if p.anyTime {
		return p.scanAll(from, to)
	}
	return p.scanBetween(from, to, p.from, p.to)
}

// scanAll reads the categories only.
func (p *plan) scanAll(from, to uint32) int64 {
	begin, end := p.base.atomPoint[from], p.base.atomPoint[to]
	if p.anyCategory {
		return int64(end - begin)
	}
	return p.countCategories(p.base.categories[begin:end])
}

// scanBetween counts the points with a time in [after, before).
func (p *plan) scanBetween(from, to, after, before uint32) int64 {
	n := int64(0)
	atomPoint, times := p.base.atomPoint, p.base.times
	begin := atomPoint[from]
	for _, end := range atomPoint[from+1 : to+1] {
		run := times[begin:end]
		first := earlier(run, after)
		last := first + earlier(run[first:], before)
		if p.anyCategory {
			n += int64(last - first)
		} else if first < last {
			n += p.countCategories(p.base.categories[int(begin)+first : int(begin)+last])
		}
		begin = end
	}
	return n
}

// earlier is how many of the ascending times lie before a second: a binary
// search without branches, because they would be guessed wrong half the time.
func earlier(times []uint32, second uint32) int {
	base, n := 0, len(times)
	for n > 1 {
		half := n >> 1
		// The sign of the difference is the comparison.
		base += half & int((int64(times[base+half-1])-int64(second))>>63)
		n -= half
	}
	if n == 1 {
		base -= int((int64(times[base]) - int64(second)) >> 63)
	}
	return base
}

// longRun is from where the library's vectorised count of one byte, once a
// category, beats looking every byte up.
const longRun = 128

// countCategories counts the bytes that are categories asked for.
func (p *plan) countCategories(run []uint8) int64 {
	n := 0
	if len(run) >= longRun && len(p.wanted) <= 8 {
		for i := range p.wanted {
			n += bytes.Count(run, p.wanted[i:i+1])
		}
		return int64(n)
	}
	table := &p.table
	for ; len(run) >= 4; run = run[4:] {
		n += int(table[run[0]]) + int(table[run[1]]) + int(table[run[2]]) + int(table[run[3]])
	}
	for _, c := range run {
		n += int(table[c])
	}
	return int64(n)
}
