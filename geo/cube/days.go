package cube

import (
	"fmt"
	"slices"
	"time"
)

// Days gives the starts of the local days that hold a span of time: in
// ascending order, the first at or before first, the last behind last, where
// the last day ends. Other cuts do as well, hours for instance, where windows
// begin at them and the sums may take the memory; parts should be about equal.
type Days func(first, last int64) []int64

// DaysIn cuts days at midnight of a time zone. Where the clocks are put
// forward at midnight a day begins with its first second; a day of 23 or 25
// hours is one day.
func DaysIn(zone *time.Location) Days {
	return func(first, last int64) []int64 {
		y, m, d := time.Unix(first, 0).In(zone).Date()
		starts := []int64{midnight(y, m, d, zone)}
		for starts[len(starts)-1] <= last {
			d++
			next := midnight(y, m, d, zone)
			if next > starts[len(starts)-1] {
				starts = append(starts, next)
			}
		}
		return starts
	}
}

// midnight is the first second of a date. time.Date alone may answer with the
// evening before when midnight is skipped, and with the later one of two.
func midnight(y int, m time.Month, d int, zone *time.Location) int64 {
	at := time.Date(y, m, d, 0, 0, 0, 0, zone)
	date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if at.Day() != date.Day() {
		_, end := at.ZoneBounds()
		return end.Unix()
	}
	if begin, _ := at.ZoneBounds(); !begin.IsZero() {
		if before := begin.Add(-time.Second); before.Day() == date.Day() && at.Sub(begin) < time.Hour*3 {
			_, offset := before.Zone()
			return date.Unix() - int64(offset)
		}
	}
	return at.Unix()
}

// cutDays asks for the days of a span and checks what it is told.
func cutDays(days Days, first, last int64) ([]int64, error) {
	if days == nil {
		days = DaysIn(time.UTC)
	}
	starts := days(first, last)
	n := len(starts)
	if n < 2 || starts[0] > first || starts[n-1] <= last {
		return nil, fmt.Errorf("the days given do not hold the times from %d to %d", first, last)
	}
	if n-1 > maxDays {
		return nil, fmt.Errorf("%d days: %w", n-1, ErrFull)
	}
	for i := range starts[1:] {
		if starts[i+1] <= starts[i] {
			return nil, fmt.Errorf("the days given are out of order at %d", starts[i+1])
		}
	}
	return slices.Clone(starts), nil
}

// calendar finds the day of a time.
type calendar struct {
	starts []int64 // unix seconds; day i is [starts[i], starts[i+1])
	perDay float64 // days in a second, on the average
}

func newCalendar(starts []int64) calendar {
	c := calendar{starts: starts}
	if n := len(starts) - 1; n > 0 {
		c.perDay = float64(n) / float64(starts[n]-starts[0])
	}
	return c
}

func (c calendar) days() int { return max(len(c.starts)-1, 0) }

// of is the day of a second that lies in one: a guess by the average, which
// clocks put forward or back make wrong by one.
func (c calendar) of(at int64) int {
	day := min(int(float64(at-c.starts[0])*c.perDay), len(c.starts)-2)
	for at < c.starts[day] {
		day--
	}
	for at >= c.starts[day+1] {
		day++
	}
	return day
}

// within is the whole days of a window, [from, to), and whether they fill it
// as far as there are days at all.
func (c calendar) within(w Window) (from, to int, whole bool) {
	n := c.days()
	if n == 0 {
		return 0, 0, true
	}
	w.From, w.To = max(w.From, c.starts[0]), min(w.To, c.starts[n])
	if w.From >= w.To {
		return 0, 0, true
	}
	from, exact := slices.BinarySearch(c.starts, w.From)
	to, ends := slices.BinarySearch(c.starts, w.To)
	if !ends {
		to--
	}
	return from, max(from, to), exact && ends
}
