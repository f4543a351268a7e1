package live

import (
	"time"

	"sitmap/layers"
)

// Attendance is whether a unit came to its shift, by its first fix in its home
// area: the village, as fixes err and grids are small.
type Attendance string

// The kinds of attendance.
const (
	Upcoming Attendance = "upcoming" // the shift has not begun
	Expected Attendance = "expected" // it has just begun, and nobody was heard at home
	OnTime   Attendance = "ontime"
	TooLate  Attendance = "late"
	Away     Attendance = "away"   // heard, and not at home
	Absent   Attendance = "absent" // not heard at all
	Unheard  Attendance = "post"   // a one-person post, whose place is never stored
)

// Attendances lists them all.
var Attendances = []Attendance{Upcoming, Expected, OnTime, TooLate, Away, Absent, Unheard}

const (
	// grace is how much later than its shift begins a unit is on time.
	grace = 10 * time.Minute
	// soon is how much before its shift ends a unit may be heard last.
	soon = 15 * time.Minute
)

// HomeOf is the home area of a unit: the village its home lies in.
func HomeOf(u Unit) layers.AreaRange {
	const width = 1000 // grids of a village
	low := u.Area / width * width
	return layers.AreaRange{Low: low, High: low + width - 1}
}

// Presence is when a unit was heard during a shift; zero times for never.
type Presence struct {
	Home        time.Time // first in its home area
	First, Last time.Time // anywhere
}

// Attended is a shift with what came of it.
type Attended struct {
	Shift
	Weekly bool
	Presence
	State Attendance
	// Late is how much after its beginning a unit came, and Early how much before
	// its end one was heard last whose shift is over; zero for within what is allowed.
	Late, Early time.Duration
}

// Attend tells what came of a shift by now.
func Attend(s Shift, u Unit, p Presence, now time.Time) Attended {
	a := Attended{Shift: s, Presence: p}
	begun := now.Sub(s.From)
	switch {
	case u.Alone():
		a.Presence, a.State = Presence{}, Unheard
		return a
	case begun < 0:
		a.State = Upcoming
		return a
	case !p.Home.IsZero() && p.Home.Sub(s.From) <= grace:
		a.State = OnTime
	case !p.Home.IsZero():
		a.State, a.Late = TooLate, p.Home.Sub(s.From)
	case begun <= grace:
		a.State = Expected
	case !p.First.IsZero():
		a.State = Away
	default:
		a.State = Absent
	}
	if left := s.To.Sub(p.Last); !p.Last.IsZero() && !now.Before(s.To) && left > soon {
		a.Early = left
	}
	return a
}
