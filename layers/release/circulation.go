package release

// pair makes ready for exchanges between two runs of pieces. Where a run is more
// than one piece, only labels take part whose sums do not tell its pieces apart:
// whichever of them gives or takes is then the same to all sums.
func (e *exchange) pair(x, y ring) {
	for i, chain := range e.chains {
		hub := int16(0)
		for k, l := range chain {
			switch {
			case e.unit[l][x.from] == e.unit[l][y.from]:
			case len(chain)-1 == k:
				hub = fixed
			default:
				hub = int16(1 + l)
			}
		}
		if !e.whole(i, x) || !e.whole(i, y) || e.only != nil && !e.only[i] {
			hub = fixed
		}
		e.hubs[i] = hub
	}
	e.add(x, e.x)
	e.add(y, e.y)
}

// whole tells whether one sum of the label's category holds the whole run.
func (e *exchange) whole(label int, r ring) bool {
	if r.to-r.from == 1 {
		return true
	}
	around := e.relay.runs[e.relay.sum[label][r.from]]
	return around.from <= r.from && r.to <= around.to
}

func (e *exchange) add(of ring, sums []int32) {
	clear(sums)
	for p := of.from; p < of.to; p++ {
		for l, n := range e.table[p] {
			sums[l] += int32(n)
		}
	}
}

// raise finds one case more of a label of the target in run x, one less in y,
// everything published the same.
func (e *exchange) raise(x, y ring, labels []int, is []bool) bool {
	e.pair(x, y)
	for _, l := range labels {
		if e.y[l] > 0 && e.hubs[l] != fixed && e.cycle(x, y, int16(l), is) {
			return true
		}
	}
	return false
}

// cycle closes the rise of a label: from its row, one case less of another label
// in x, then one more of a label under the same hub, and so on until the label's
// own hub is reached.
func (e *exchange) cycle(x, y ring, start int16, is []bool) bool {
	for i := range e.from {
		e.from[i] = -1
	}
	if e.hubs[start] == 0 && e.loose(x, y) { // nothing tells the two apart
		e.step(x.from, start, 1)
		e.step(y.from, start, -1)
		return true
	}
	first, goal := int32(e.row[start]), int32(e.rows)+int32(e.hubs[start])
	e.from[first] = int32(start)
	queue := append(e.queue[:0], first)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for l, hub := range e.hubs {
			if hub == fixed || is[l] {
				continue
			}
			row, next := int32(e.row[l]), int32(e.rows)+int32(hub)
			switch {
			case row == at && e.from[next] < 0 && e.x[l] > 0:
				e.from[next] = int32(l)
				if next == goal {
					e.apply(x, y, start, goal)
					return true
				}
				queue = append(queue, next)
			case next == at && e.from[row] < 0 && e.y[l] > 0:
				e.from[row] = int32(l)
				queue = append(queue, row)
			}
		}
	}
	return false
}

// loose tells whether the rows of two pieces need not be kept: in the fine table,
// where no layer of the block's own period tells them apart.
func (e *exchange) loose(x, y ring) bool {
	top := e.b.layer(e.b.top(), All)
	return e.relay == nil && e.unit[top][x.from] == e.unit[top][y.from]
}

// apply walks the cycle back. In every row it meets, x gives one label and takes
// another, and y the other way round.
func (e *exchange) apply(x, y ring, start int16, goal int32) {
	for hub := goal; ; {
		given := int16(e.from[hub])
		taken := int16(e.from[e.row[given]])
		e.trade(x, taken, given)
		e.trade(y, given, taken)
		if taken == start {
			return
		}
		hub = int32(e.rows) + int32(e.hubs[taken])
	}
}

// trade lets some piece of the run give a case of one label for one of another.
func (e *exchange) trade(in ring, taken, given int16) {
	for p := in.from; p < in.to; p++ {
		if e.table[p][given] > 0 {
			e.move(p, taken, given)
			return
		}
	}
}

func (e *exchange) move(piece int32, taken, given int16) {
	e.step(piece, taken, 1)
	e.step(piece, given, -1)
}

func (e *exchange) step(piece int32, label, by int16) {
	e.table[piece][label] += by
	e.undo = append(e.undo, step{piece, label, by})
}

// restore takes all steps back.
func (e *exchange) restore() {
	for _, s := range e.undo {
		e.table[s.piece][s.label] -= s.by
	}
	e.undo = e.undo[:0]
}

// tries is how many pairs a search looks at before it gives up: a number that
// would need more counts as too narrow.
const tries = 2000

// ring is a run of pieces [from, to).
type ring struct{ from, to int32 }

func (r ring) holds(other ring) bool { return r.from <= other.from && other.to <= r.to }

// up is how many cases of some labels the innermost ring can be proven to have
// more, at most need. The rings around it are those from which cases may come,
// each around the one before.
func (e *exchange) up(rings []ring, labels []int, is []bool, need int) int {
	defer e.restore()
	return e.lift(rings, labels, is, need)
}

// lift is up, but leaves the table as it found it possible.
func (e *exchange) lift(rings []ring, labels []int, is []bool, need int) int {
	tried, before := 0, e.sum(rings[0], labels)
	for {
		found := e.sum(rings[0], labels) - before
		if found >= need || !e.pull(rings, labels, is, &tried) {
			return found
		}
	}
}

// lifted is how many cases of each label the innermost ring has in the city that
// lift finds.
func (e *exchange) lifted(rings []ring, labels []int, is []bool, need int) []int16 {
	defer e.restore()
	e.lift(rings, labels, is, need)
	counts := make([]int16, len(labels))
	for i, l := range labels {
		counts[i] = int16(e.sum(rings[0], []int{l}))
	}
	return counts
}

func (e *exchange) sum(of ring, labels []int) int {
	sum := 0
	for p := of.from; p < of.to; p++ {
		for _, l := range labels {
			sum += int(e.table[p][l])
		}
	}
	return sum
}

// pull brings one case into the innermost ring: directly from one of the others,
// the nearest first, else from farther out into the next and from there.
func (e *exchange) pull(rings []ring, labels []int, is []bool, tried *int) bool {
	if e.relay != nil && len(rings) > 1 {
		for _, l := range labels {
			if e.relay.bring(rings[0], l, is) {
				return true
			}
		}
	}
	for k := 1; k < len(rings); k++ {
		if e.between(rings[0], rings[k-1], rings[k], labels, is, tried) {
			return true
		}
	}
	return len(rings) > 2 && e.pull(rings[1:], labels, is, tried) && e.pull(rings[:2], labels, is, tried)
}

// between brings one case into the inner ring from the outer one, beyond hole:
// between whole sums of the category where there are such, then between pieces.
func (e *exchange) between(inner, hole, outer ring, labels []int, is []bool, tried *int) bool {
	if e.relay == nil {
		return e.each(inner, hole, outer, labels, tried, single, func(own, other ring) bool { return e.raise(own, other, labels, is) })
	}
	sum := func(p int32) ring { return e.relay.runs[e.relay.sum[labels[0]][p]] }
	return e.each(inner, hole, outer, labels, tried, sum, func(own, other ring) bool { return e.raise(own, other, labels, is) }) ||
		e.each(inner, hole, outer, labels, tried, single, func(own, other ring) bool { return e.raise(own, other, labels, is) })
}

func single(p int32) ring { return ring{p, p + 1} }

// each tries runs of the inner ring with runs of the outer one that hold a case
// of the labels.
func (e *exchange) each(inner, hole, outer ring, labels []int, tried *int, run func(int32) ring, try func(own, other ring) bool) bool {
	for p := outer.from; p < outer.to; {
		other := run(p)
		p = other.to
		if hole.holds(other) {
			p = max(p, hole.to)
			continue
		}
		if !outer.holds(other) || other.holds(hole) || labels != nil && e.sum(other, labels) == 0 {
			continue
		}
		for q := inner.from; q < inner.to; {
			own := run(q)
			q = own.to
			if !inner.holds(own) {
				continue
			}
			if *tried++; *tried > tries {
				return false
			}
			if try(own, other) {
				return true
			}
		}
	}
	return false
}

// down is how many cases of some labels the inner ring can be proven to have
// less, at most need; they go to the rest of the outer ring.
func (e *exchange) down(inner, outer ring, labels []int, is []bool, need int) int {
	defer e.restore()
	found, tried := 0, 0
	for found < need && e.each(inner, inner, outer, nil, &tried, single, func(own, other ring) bool {
		return e.sum(own, labels) > 0 && e.raise(other, own, labels, is)
	}) {
		found++
	}
	return found
}
