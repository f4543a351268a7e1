// Package replay is what units did in a past window: where they went, where they
// stopped, where they called for help, and who looked at it. Units are posts and
// teams; fixes off shift and of one-person posts were never stored, so that there
// is nothing of them to show. It does no I/O.
package replay

import (
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

const (
	// Longest is the longest window that is shown at once.
	Longest = 24 * time.Hour
	// MostSteps is how many steps of all units together one answer may hold.
	MostSteps = 2_000_000
	// Scale is how many whole numbers make a degree: one is about a metre.
	Scale = 100_000
)

// paces are the times between two steps to choose from: the first is finer than
// any device reports.
var paces = []time.Duration{
	time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
}

// Pace is the finest time between two steps with which that many units fit into
// one answer.
func Pace(units int, window time.Duration) time.Duration {
	for _, pace := range paces {
		if Fits(units, window, pace) {
			return pace
		}
	}
	return paces[len(paces)-1]
}

// Fits tells whether one answer holds that many units at that pace.
func Fits(units int, window, pace time.Duration) bool {
	return int64(units)*Steps(window, pace) <= MostSteps
}

// Steps is how many steps a unit has at most.
func Steps(window, pace time.Duration) int64 { return int64((window + pace - 1) / pace) }

// Question is whose tracks are asked for.
type Question struct {
	Units  []string      // by id; their order is that of the answer
	Window layers.Window // with both ends
	// Pace divides the window into steps: of each step a unit's first fix is told.
	Pace time.Duration
}

// Track is one unit's.
type Track struct {
	Unit  string
	Steps []Step // by time
	Stops []Stop // by their beginning
	Calls []Call // by time
}

// Step is a fix, as short as possible: whole seconds since 1970 and the place in
// parts of a degree (see Scale), WGS 84.
type Step struct {
	At       int64
	Lon, Lat int32
}

// Call is a call for help. Its point is zero where the place may not be kept.
type Call struct {
	At    time.Time
	Point orb.Point
}

// Thin adds a fix to steps that are made in the order of time, unless the step it
// falls into has one already.
func Thin(steps []Step, begin int64, pace time.Duration, one Step) []Step {
	seconds := int64(pace / time.Second)
	if n := len(steps); n > 0 && (steps[n-1].At-begin)/seconds == (one.At-begin)/seconds {
		return steps
	}
	return append(steps, one)
}

// Look is that somebody looked at tracks. It is logged before anything is shown.
type Look struct {
	Number int64
	At     time.Time
	By     string // name of the account
	Role   string
	Unit   string           // one unit, by its id; empty for all of an area
	Area   layers.AreaRange // in which the units have their homes
	Window layers.Window
	Units  int // how many were shown
}
