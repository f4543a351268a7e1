package api

import (
	"strings"
	"time"

	"sitmap/layers"
)

const wantWhen = "give an instant or from/to in RFC 3339, '..' for an open end, days allowed (2016-09-01/2016-10-01); write + as %2B in an address"

// parseWhen reads a datetime parameter: an instant or an interval, either end
// of which may be open or a day of the zone's calendar. The window holds its
// start and not its end; a single day is the whole day.
func parseWhen(name, text string, zone *time.Location) (layers.Window, error) {
	from, to, interval := strings.Cut(text, "/")
	start, day, err := parseMoment(name, from, zone)
	if err != nil {
		return layers.Window{}, err
	}
	if !interval {
		switch {
		case start.IsZero():
			return layers.Window{}, layers.BadParameter(name, "%s", wantWhen)
		case day:
			return layers.Window{From: start, To: start.AddDate(0, 0, 1)}, nil
		}
		return wholeSeconds(start, start.Add(1)), nil
	}
	end, _, err := parseMoment(name, to, zone)
	if err != nil {
		return layers.Window{}, err
	}
	switch {
	case start.IsZero() && end.IsZero():
		return layers.Window{}, layers.BadParameter(name, "give at least one end of the interval")
	case !start.IsZero() && start.Equal(end):
		end = start.Add(1)
	case !start.IsZero() && !end.IsZero() && end.Before(start):
		return layers.Window{}, layers.BadParameter(name, "begin the interval with its earlier end")
	}
	return wholeSeconds(start, end), nil
}

// wholeSeconds is the window with both ends at the next whole second, which
// holds the same features: those are dated in whole seconds. So windows that
// mean the same are the same, and a moment is as long as its second.
func wholeSeconds(from, to time.Time) layers.Window {
	next := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(time.Second - 1).Truncate(time.Second)
	}
	return layers.Window{From: next(from), To: next(to)}
}

// parseMoment reads one end; an open one is the zero time.
func parseMoment(name, text string, zone *time.Location) (at time.Time, day bool, err error) {
	if text == "" || text == ".." {
		return time.Time{}, false, nil
	}
	at, err = time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.ParseInLocation(time.DateOnly, text, zone)
		day = true
	}
	// The years that PostgreSQL and RFC 3339 both write with four digits.
	if err != nil || at.Year() < 1 || at.Year() > 9998 {
		return time.Time{}, false, layers.BadParameter(name, "%s", wantWhen)
	}
	return at.UTC(), day, nil
}
