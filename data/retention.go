package data

import (
	"context"
	"log/slog"
	"time"

	"sitmap/data/postgis"
	"sitmap/layers"
)

const (
	// daysAhead is how many days of positions have their partitions before they begin.
	daysAhead = 2
	tidyEvery = time.Hour
	// leap is from when on a step of the clock beyond the time that went by for certain
	// is not believed at once. A program that did not run looks the same.
	leap = 5 * time.Minute
	// settled is how long a clock has to go on after a leap before it is believed.
	settled = 24 * time.Hour
)

// Keep is how long what tells of units is kept.
type Keep struct {
	Positions time.Duration // raw fixes
	Passes    time.Duration // stays, from their end; 0 for ever
}

// KeepPositions removes what is older than keep every hour, and makes the days to
// come, until ctx ends; then it returns nil. What a run removed is on record.
//
// A clock that leaps ahead makes everything old. So a leap is believed only when the
// clock has gone on from there for a day; until then no more time has passed than went
// by for certain. A clock that goes back removes less by itself.
func KeepPositions(ctx context.Context, store *postgis.Store, keep Keep, log *slog.Logger) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	last := time.Time{}
	for {
		now, even := time.Now(), time.Duration(0)
		if !last.IsZero() {
			even = now.Sub(last) // by the clock that nobody can set
		}
		err := tidy(ctx, store, keep, now, even, log)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			log.Warn("old positions are not removed; trying again in an hour", "error", err)
		default:
			last = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tidy is one run of the job; even is how long ago the last one was for certain, 0
// when nobody knows.
func tidy(ctx context.Context, store *postgis.Store, keep Keep, now time.Time, even time.Duration, log *slog.Logger) error {
	if err := store.MakePositionDays(ctx, layers.Window{From: now.Add(-keep.Positions), To: now.AddDate(0, 0, daysAhead)}); err != nil {
		return err
	}
	known, err := store.RetentionClock(ctx)
	if err != nil {
		return err
	}
	clock, sure := step(known, now, even)
	if clock.Leapt != known.Leapt && !clock.Leapt.IsZero() {
		log.Warn("the clock leapt ahead, or the program did not run; what grew old by that is kept for another day", "from", clock.Leapt, "to", now.UTC())
	}
	before := postgis.Before{Positions: sure.Add(-keep.Positions)}
	if keep.Passes > 0 {
		before.Passes = sure.Add(-keep.Passes)
	}
	removed, err := store.ForgetPositions(ctx, before)
	if err != nil {
		return err
	}
	if removed.Fixes > 0 || removed.Days > 0 || removed.Passes > 0 {
		log.Info("old positions removed", "before", removed.Before, "days", removed.Days, "fixes", removed.Fixes, "passes", removed.Passes)
	}
	return store.SetRetentionClock(ctx, clock)
}

// step goes on from the clock of the last run to now, and gives which time it is for
// certain.
func step(c postgis.RetentionClock, now time.Time, even time.Duration) (postgis.RetentionClock, time.Time) {
	now = now.UTC().Round(0)
	ahead := now.Sub(c.Seen) - even // beyond what went by
	switch {
	case c.Seen.IsZero(): // an empty database has nothing to remove
		return postgis.RetentionClock{Seen: now}, now
	case !c.Leapt.IsZero() && !now.After(c.Leapt.Add(c.Since+even+leap)):
		c = postgis.RetentionClock{} // it went back to where it belongs
	case ahead > leap && c.Leapt.IsZero():
		c.Leapt = c.Seen.Add(even)
	case ahead > leap:
		c.Leapt, c.Since = c.Leapt.Add(c.Since+even), 0
	case !c.Leapt.IsZero():
		if c.Since += even; c.Since >= settled {
			c = postgis.RetentionClock{}
		}
	}
	c.Seen = now
	if c.Leapt.IsZero() {
		return c, now
	}
	return c, c.Leapt.Add(c.Since)
}
