package cube

import (
	"fmt"
	"slices"
	"sort"
)

// allCategories is how many counts of a span of time Series by category has.
const allCategories = 256

// Series counts the points that a question is about by spans of time: span i
// is [bounds[i], bounds[i+1]) as far as it lies in the query's window. It
// appends one count for every span. Bounds at the starts of local days, such
// as those of days and months, are answered from the sums by day. The query's
// Resolution matters to Bounds only.
func (v *View) Series(q Query, bounds []int64, into []int64) ([]int64, error) {
	return v.series(q, bounds, 1, into)
}

// SeriesByCategory is Series with 256 counts for every span, one a category.
func (v *View) SeriesByCategory(q Query, bounds []int64, into []int64) ([]int64, error) {
	return v.series(q, bounds, allCategories, into)
}

func (v *View) series(q Query, bounds []int64, width int, into []int64) ([]int64, error) {
	if err := q.check(); err != nil {
		return into, err
	}
	if len(bounds) < 2 || !slices.IsSorted(bounds) {
		return into, fmt.Errorf("spans of time need two bounds or more, ascending: %w", ErrQuestion)
	}
	q.Window.From, q.Window.To = max(q.Window.From, bounds[0]), min(q.Window.To, bounds[len(bounds)-1])
	p := v.plan(&q, total)
	defer p.release()
	s := spans{plan: p, width: width}
	for _, bound := range bounds {
		second := uint32(min(max(bound, FirstTime), EndTime) - epoch)
		s.ends = append(s.ends, min(max(second, p.from), p.to))
	}
	begin, n := len(into), (len(bounds)-1)*width
	into = slices.Grow(into, n)[:begin+n]
	s.counts = into[begin:]
	clear(s.counts)
	if !p.never {
		s.countBase(&q)
	}
	for _, i := range p.sift(v, &q) {
		s.add(v.tail.times[i], v.tail.categories[i], int64(v.tail.signs[i]))
	}
	return into, nil
}

// spans is a series on its way: its bounds in the column of times, cut to the
// window, and its counts.
type spans struct {
	*plan
	width  int // counts of a span: 1, or one a category
	ends   []uint32
	days   []int // of every bound: its day, when all bounds are starts of days
	counts []int64
}

// add counts one point that the question is about.
func (s *spans) add(second uint32, category uint8, n int64) {
	// The last bound that is not behind the second begins its span.
	next := sort.Search(len(s.ends), func(i int) bool { return s.ends[i] > second })
	at := (next - 1) * s.width
	if s.width > 1 {
		at += int(category)
	}
	s.counts[at] += n
}

func (s *spans) countBase(q *Query) {
	c := &s.base.cubes
	byDay := c.planes > 0 && s.findDays()
	if byDay && c.areas != nil && q.Cells == nil && q.Bounds == nil {
		for rank := range s.allowedRanks(q) {
			s.addRows(c.areas, rank, rank+1)
		}
		return
	}
	s.pieces = s.where.find(s.pieces)
	for _, piece := range s.pieces {
		if level := int(piece.level); byDay && level <= Resolution && c.dense[level] != nil {
			s.addRows(c.dense[level], piece.from, piece.to)
		} else {
			s.addPoints(s.base.atomsOf(level, piece.from, piece.to))
		}
	}
}

// findDays finds the day that each bound begins, if all do. What lies before
// the first point begins the first day, what lies behind the last one is its end.
func (s *spans) findDays() bool {
	starts := s.base.days.starts
	for _, end := range s.ends {
		switch at := int64(end) + epoch; {
		case at <= s.base.first:
			s.days = append(s.days, 0)
		case at > s.base.last:
			s.days = append(s.days, len(starts)-1)
		default:
			day, exact := slices.BinarySearch(starts, at)
			if !exact {
				return false
			}
			s.days = append(s.days, day)
		}
	}
	return true
}

// addRows counts the cells [from, to) by days.
func (s *spans) addRows(d *dense, from, to uint32) {
	for i := range s.days[1:] {
		first, last := s.days[i], s.days[i+1]
		if first == last {
			continue
		}
		if s.width > 1 {
			for _, category := range s.wanted {
				s.counts[i*s.width+int(category)] += d.between(first, last, int(s.base.cubes.plane[category]), from, to)
			}
			continue
		}
		for _, plane := range s.plan.add {
			s.counts[i] += d.between(first, last, plane, from, to)
		}
		for _, plane := range s.subtract {
			s.counts[i] -= d.between(first, last, plane, from, to)
		}
	}
}

// addPoints counts the atoms [from, to) by reading their points.
func (s *spans) addPoints(from, to uint32) {
	b := s.base
	for a := from; a < to; a++ {
		begin, end := b.atomPoint[a], b.atomPoint[a+1]
		times, categories := b.times[begin:end], b.categories[begin:end]
		span := 0
		for i := earlier(times, s.from); i < len(times) && times[i] < s.to; i++ {
			for times[i] >= s.ends[span+1] {
				span++
			}
			at := span * s.width
			if s.width > 1 {
				at += int(categories[i])
			}
			s.counts[at] += int64(s.table[categories[i]])
		}
	}
}
