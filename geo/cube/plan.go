package cube

import (
	"slices"
	"sync"
)

// plan is a question made ready for one base, with the room it works in.
// Plans are used again, so that a question makes no garbage.
type plan struct {
	base   *Base
	target int // the resolution of the answer, or total

	// What of a point is asked, the times as in the column of times.
	from, to    uint32
	window      window // the same
	never       bool   // no point of the base can lie in the window
	anyTime     bool   // every point of the base lies in the window
	anyCategory bool   // every point of the base has a category asked for
	table       [256]uint8
	wanted      []uint8 // the categories asked for that occur

	// How sums by day answer it, where there are any.
	dayFrom, dayTo int      // the whole days of the window
	edges          []window // what is left of the window beside them
	add, subtract  []int    // planes

	where  selection
	pieces []piece
	sieve  sieve
	sums   []int64 // by the rank of an area
}

// total is the target of a question that does not ask for cells.
const total = -1

var plans = sync.Pool{New: func() any { return new(plan) }}

// release forgets the question and keeps the room.
func (p *plan) release() {
	p.base = nil
	p.where.base, p.where.cells = nil, nil
	plans.Put(p)
}

// prepare makes the question ready for a view.
func (p *plan) prepare(v *View, q *Query, target int) {
	b := v.base
	p.base, p.target = b, target
	p.pieces, p.wanted, p.edges = p.pieces[:0], p.wanted[:0], p.edges[:0]
	w := Window{max(q.Window.From, FirstTime), min(q.Window.To, EndTime)}
	if w.From >= w.To {
		w.From, w.To = FirstTime, FirstTime
	}
	p.from, p.to = uint32(w.From-epoch), uint32(w.To-epoch)
	p.window = b.window(p.from, p.to)
	p.never = b.Len() == 0 || w.To <= b.first || w.From > b.last
	p.anyTime = w.From <= b.first && b.last < w.To
	p.anyCategory = true
	for c := range p.table {
		p.table[c] = 0
		if q.Categories.Has(uint8(c)) {
			p.table[c] = 1
			if b.byCategory[c] > 0 {
				p.wanted = append(p.wanted, uint8(c))
			}
		} else if b.byCategory[c] > 0 {
			p.anyCategory = false
		}
	}
	p.never = p.never || len(p.wanted) == 0
	p.planDays(w)
	p.where.prepare(v, q, target)
}

// planDays splits the window in whole days and edges, and chooses the planes
// to add and to subtract.
func (p *plan) planDays(w Window) {
	c := &p.base.cubes
	p.add, p.subtract = p.add[:0], p.subtract[:0]
	p.dayFrom, p.dayTo = 0, 0
	if p.never || c.planes == 0 {
		return
	}
	// Beyond the points there is nothing to be exact about.
	if w.From <= p.base.first {
		w.From = p.base.days.starts[0]
	}
	if w.To > p.base.last {
		w.To = p.base.days.starts[p.base.days.days()]
	}
	from, to, whole := p.base.days.within(w)
	p.dayFrom, p.dayTo = from, to
	if !whole {
		starts := p.base.days.starts
		if from == to { // within a day, or over one midnight
			p.edges = append(p.edges, p.window)
		} else {
			if w.From < starts[from] {
				p.edges = append(p.edges, p.base.window(p.from, uint32(starts[from]-epoch)))
			}
			if starts[to] < w.To {
				p.edges = append(p.edges, p.base.window(uint32(starts[to]-epoch), p.to))
			}
		}
	}
	if p.anyCategory {
		p.add = append(p.add, 0)
		return
	}
	if 2*len(p.wanted) <= c.planes {
		for _, category := range p.wanted {
			p.add = append(p.add, int(c.plane[category]))
		}
		return
	}
	p.add = append(p.add, 0)
	for category, n := range p.base.byCategory {
		if n > 0 && !slices.Contains(p.wanted, uint8(category)) {
			p.subtract = append(p.subtract, int(c.plane[category]))
		}
	}
}

// unfiltered reports whether every point of the base counts, where it lies in
// the right place.
func (p *plan) unfiltered() bool { return !p.never && p.anyTime && p.anyCategory }
