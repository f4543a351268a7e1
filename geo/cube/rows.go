package cube

// What looking at a point takes, and what finding the ends of a window in a
// large atom takes that has to be fetched for it, in nanoseconds. They need to
// be right to a factor of two only.
const (
	readCost   = 0.7
	searchCost = 200
)

// byDay reports whether the sums by day of a level answer the question.
func (p *plan) byDay(level int) bool {
	c := &p.base.cubes
	return (c.dense[level] != nil || c.sparse[level] != nil) && p.daysPay()
}

// daysPay reports whether sums by day are less work than reading points: they
// leave the edges of the window to be read.
func (p *plan) daysPay() bool {
	switch {
	case len(p.edges) == 0:
		return true
	case p.dayFrom == p.dayTo, p.anyCategory:
		// Finding both ends of the window is all there is to do without them.
		return false
	case len(p.edges) == 1:
		return true
	}
	// Two edges mean that all atoms are gone through twice, against reading the
	// whole days.
	all, points := p.base.cubes.dense[0], int64(0)
	before, after := all.row(p.dayFrom, 0), all.row(p.dayTo, 0)
	for i := range before {
		points += int64(after[i] - before[i])
	}
	again := min(float64(p.base.Len())*readCost, float64(p.base.Atoms())*searchCost)
	return float64(points)*readCost > again
}

// countRows counts each of the cells [from, to) of the target level by days.
func (p *plan) countRows(from, to uint32, into *Counts) {
	d := p.base.cubes.dense[p.target]
	cells, counts := into.room(int(to - from))
	if d == nil {
		s := p.base.cubes.sparse[p.target]
		for i := range counts {
			at := from + uint32(i)
			counts[i] = int32(s.sum(p, at, at+1))
		}
	} else {
		clear(counts)
		for _, plane := range p.add {
			before, after := d.row(p.dayFrom, plane)[from:to], d.row(p.dayTo, plane)[from:to]
			for i := range counts {
				counts[i] += int32(after[i] - before[i])
			}
		}
		for _, plane := range p.subtract {
			before, after := d.row(p.dayFrom, plane)[from:to], d.row(p.dayTo, plane)[from:to]
			for i := range counts {
				counts[i] -= int32(after[i] - before[i])
			}
		}
	}
	if len(p.edges) > 0 {
		for i := range counts {
			at := from + uint32(i)
			counts[i] += int32(p.scanEdges(p.base.atomsOf(p.target, at, at+1)))
		}
	}
	all, n := p.base.levels[p.target].cells[from:to], 0
	sum := int64(0)
	for i, found := range counts {
		cells[n], counts[n] = all[i], found
		if found != 0 {
			n++
		}
		sum += int64(found)
	}
	into.keep(n)
	into.Total += sum
}

// sumRows counts the points of the cells [from, to) of a level by days.
func (p *plan) sumRows(level int, from, to uint32) int64 {
	n := int64(0)
	if d := p.base.cubes.dense[level]; d != nil {
		n = d.sum(p, from, to)
	} else {
		n = p.base.cubes.sparse[level].sum(p, from, to)
	}
	if len(p.edges) > 0 {
		n += p.scanEdges(p.base.atomsOf(level, from, to))
	}
	return n
}

// sum counts the points of the cells [from, to) on the days asked for.
func (d *dense) sum(p *plan, from, to uint32) int64 {
	n := int64(0)
	for _, plane := range p.add {
		n += d.between(p.dayFrom, p.dayTo, plane, from, to)
	}
	for _, plane := range p.subtract {
		n -= d.between(p.dayFrom, p.dayTo, plane, from, to)
	}
	return n
}

// between counts the points of a plane in the cells [from, to) on some days.
func (d *dense) between(dayFrom, dayTo, plane int, from, to uint32) int64 {
	n := int64(0)
	before, after := d.row(dayFrom, plane)[from:to], d.row(dayTo, plane)[from:to]
	for i := range before {
		n += int64(after[i] - before[i])
	}
	return n
}

// scanEdges reads the points of the atoms [from, to) in what is not whole days.
func (p *plan) scanEdges(from, to uint32) int64 {
	n := int64(0)
	for i := range p.edges {
		n += p.scanBetween(from, to, &p.edges[i])
	}
	return n
}
