package cube

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// AreaCount is how many points lie in an area.
type AreaCount struct {
	Area  int64 // the number of a village or of what it belongs to
	Count int64
}

// CountAreas counts the points that a question is about by areas, which it
// appends in the order of their numbers; areas without any are left out. The
// unit is the power of ten by which area numbers of the level differ: a number
// is rounded down to a multiple of it. The query's Resolution matters to
// Bounds only.
func (v *View) CountAreas(q Query, unit int64, into []AreaCount) ([]AreaCount, error) {
	if err := q.check(); err != nil {
		return into, err
	}
	if unit < 1 {
		return into, fmt.Errorf("areas by units of %d: %w", unit, ErrQuestion)
	}
	p := v.plan(&q, total)
	defer p.release()
	n := len(v.base.areas) + len(v.tail.newAreas)
	p.sums = slices.Grow(p.sums[:0], n)[:n]
	clear(p.sums)
	if !p.never {
		p.sumAreas(&q)
	}
	for _, i := range p.sift(v, &q) {
		p.sums[v.tail.areas[i]] += int64(v.tail.signs[i])
	}
	begin := len(into)
	for rank, count := range p.sums {
		if count == 0 {
			continue
		}
		area := v.area(uint16(rank))
		area -= area % unit
		if last := len(into) - 1; last >= begin && into[last].Area == area {
			into[last].Count += count
		} else {
			into = append(into, AreaCount{area, count})
		}
	}
	return tidy(into, begin), nil
}

// tidy puts what new areas brought in its place.
func tidy(list []AreaCount, begin int) []AreaCount {
	counts := list[begin:]
	slices.SortFunc(counts, func(a, b AreaCount) int { return cmp.Compare(a.Area, b.Area) })
	n := 0
	for i := 0; i < len(counts); n++ {
		sum := AreaCount{Area: counts[i].Area}
		for ; i < len(counts) && counts[i].Area == sum.Area; i++ {
			sum.Count += counts[i].Count
		}
		if counts[n] = sum; sum.Count == 0 {
			n--
		}
	}
	return list[:begin+n]
}

// sumAreas adds the points of the base to the sums, by the rank of their area.
func (p *plan) sumAreas(q *Query) {
	b := p.base
	if p.areasByDay(q) {
		for rank := range p.allowedRanks(q) {
			p.sums[rank] += b.cubes.areas.sum(p, rank, rank+1)
		}
		return
	}
	p.pieces = p.where.find(p.pieces)
	for _, piece := range p.pieces {
		from, to := b.atomsOf(int(piece.level), piece.from, piece.to)
		if p.unfiltered() {
			begin := b.atomPoint[from]
			for a, end := range b.atomPoint[from+1 : to+1] {
				p.sums[b.atomArea[int(from)+a]] += int64(end - begin)
				begin = end
			}
			continue
		}
		for a := from; a < to; a++ {
			p.sums[b.atomArea[a]] += p.scan(a, a+1)
		}
	}
}

// areasByDay reports whether the question is answered by the sums of areas by
// day alone.
func (p *plan) areasByDay(q *Query) bool {
	return p.base.cubes.areas != nil && q.Cells == nil && q.Bounds == nil && len(p.edges) == 0
}

// allowedRanks is the ranks of the base's areas that the question allows.
func (p *plan) allowedRanks(q *Query) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for rank := range uint32(len(p.base.areas)) {
			if q.Areas != nil && p.where.allowed[rank] == p.where.allowed[rank+1] {
				continue
			}
			if !yield(rank) {
				return
			}
		}
	}
}
