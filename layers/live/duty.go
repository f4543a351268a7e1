package live

import (
	"fmt"
	"time"

	"sitmap/layers"
)

// Duty is a shift that comes round every week.
type Duty struct {
	Unit string
	// From and To are minutes of the city's day, 0 to 1439 and 1 to 1440. One that
	// ends before it begins, or then, ends the next day.
	From, To  int
	Days      Weekdays // on which it begins
	Post      string
	Means     string
	Headcount int
}

// Weekdays are days of the week as bits, Monday the lowest.
type Weekdays uint8

// Daily is every day.
const Daily Weekdays = 127

// has tells whether the day is one of them.
func (w Weekdays) has(day time.Weekday) bool { return w&(1<<((day+6)%7)) != 0 }

// Check is nil, or an error of kind layers.ErrInvalid that says what is wrong.
func (d Duty) Check() error {
	if d.From < 0 || d.From > 1439 || d.To < 1 || d.To > 1440 || d.Days == 0 || d.Days > Daily {
		return fmt.Errorf("duty of unit %s from minute %d to %d on days %d: want 0 to 1439, 1 to 1440, 1 to 127: %w", d.Unit, d.From, d.To, d.Days, layers.ErrInvalid)
	}
	return nil
}

// Shifts are the duty's shifts that meet the window, which has both ends, by the
// clock of the zone.
func (d Duty) Shifts(w layers.Window, zone *time.Location) []Shift {
	var all []Shift
	first := w.From.In(zone).AddDate(0, 0, -1) // a night before may reach into it
	for day := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone); day.Before(w.To); day = day.AddDate(0, 0, 1) {
		if !d.Days.has(day.Weekday()) {
			continue
		}
		ends := day
		if d.To <= d.From {
			ends = day.AddDate(0, 0, 1)
		}
		from := time.Date(day.Year(), day.Month(), day.Day(), 0, d.From, 0, 0, zone)
		to := time.Date(ends.Year(), ends.Month(), ends.Day(), 0, d.To, 0, 0, zone)
		if to.After(w.From) && from.Before(w.To) {
			all = append(all, Shift{d.Unit, from.UTC(), to.UTC(), d.Post, d.Means, d.Headcount})
		}
	}
	return all
}
