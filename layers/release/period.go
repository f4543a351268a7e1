package release

import (
	"fmt"
	"time"

	"sitmap/layers"
)

// Period is a calendar month, quarter or year.
type Period struct {
	First  Month
	Months int // 1, 3 or 12
}

// The lengths of periods, in months.
const (
	monthly   = 1
	quarterly = 3
	yearly    = 12
)

func (p Period) end() Month { return p.First + Month(p.Months) }

// Holds tells whether the other period lies inside.
func (p Period) Holds(other Period) bool { return p.First <= other.First && other.end() <= p.end() }

// String writes 2016, 2016-Q3 or 2016-09.
func (p Period) String() string {
	switch p.Months {
	case yearly:
		return fmt.Sprintf("%04d", int(p.First)/12)
	case quarterly:
		return fmt.Sprintf("%04d-Q%d", int(p.First)/12, int(p.First)%12/quarterly+1)
	}
	return p.First.String()
}

// periodsOf lists the complete periods inside a span: its months, then its
// quarters, then its years.
func periodsOf(s Span) []Period {
	var all []Period
	for _, length := range []int{monthly, quarterly, yearly} {
		first := (s.From + Month(length) - 1) / Month(length) * Month(length)
		for ; first+Month(length) <= s.To; first += Month(length) {
			all = append(all, Period{first, length})
		}
	}
	return all
}

// blocksOf cuts a span into what no number spans: complete years, else complete
// quarters, else months.
func blocksOf(s Span) []Span {
	var blocks []Span
	for at := s.From; at < s.To; {
		length := Month(monthly)
		for _, longer := range []Month{quarterly, yearly} {
			if at%longer == 0 && at+longer <= s.To {
				length = longer
			}
		}
		blocks = append(blocks, Span{at, at + length})
		at += length
	}
	return blocks
}

// Snapped is a window made of released periods.
type Snapped struct {
	Periods []Period
	// Moved says that it is not quite the window asked for.
	Moved bool
}

// Window is the snapped window in time.
func (s Snapped) Window(zone *time.Location) layers.Window {
	if len(s.Periods) == 0 {
		return layers.Window{}
	}
	return layers.Window{From: s.Periods[0].First.Start(zone), To: s.Periods[len(s.Periods)-1].end().Start(zone)}
}

// snap makes a window of whole periods: the months whose greater part lies in
// it, at least the nearest one, written with as few periods as there are.
func snap(w layers.Window, zone *time.Location, span Span) (Snapped, error) {
	if span.From >= span.To {
		return Snapped{}, fmt.Errorf("nothing is published yet: %w", layers.ErrNotFound)
	}
	from, to := span.From.Start(zone), span.To.Start(zone)
	if !w.From.IsZero() {
		from = w.From
	}
	if !w.To.IsZero() {
		to = w.To
	}
	if !from.Before(to) {
		return Snapped{}, layers.BadParameter("to", "want a time after from")
	}
	first, last := nearest(from, zone), nearest(to, zone)
	if last == first {
		first = MonthOf(from.Add(to.Sub(from)/2), zone)
		last = first + 1
	}
	first, last = max(first, span.From), min(last, span.To)
	if first >= last {
		return Snapped{}, layers.BadParameter("from", "published are the complete months %s to %s", span.From, span.To-1)
	}
	s := Snapped{Periods: cover(Span{first, last})}
	s.Moved = !from.Equal(first.Start(zone)) || !to.Equal(last.Start(zone))
	return s, nil
}

// nearest is the month whose beginning is nearest.
func nearest(t time.Time, zone *time.Location) Month {
	m := MonthOf(t, zone)
	if t.Sub(m.Start(zone)) > (m + 1).Start(zone).Sub(t) {
		return m + 1
	}
	return m
}

// cover writes a run of months with the longest calendar periods.
func cover(s Span) []Period {
	var periods []Period
	for _, b := range blocksOf(s) {
		periods = append(periods, Period{b.From, int(b.To - b.From)})
	}
	return periods
}
