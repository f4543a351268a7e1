package data

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/live"
)

// mostDays is how many days (UTC) one file may put raw fixes into.
const mostDays = 400

// always is longer than anybody's history.
const always = 200 * 365 * 24 * time.Hour

// History brings past fixes into the store by the same judgement as live ones,
// but for the limits of the clock, and makes the same stays of them. Doing it
// again changes nothing.
type History struct {
	Store    *postgis.Store
	Register *live.Register // knows Source, and the shifts of the time in question
	Source   live.Source
	Grids    *live.Grids
	// Keep is the retention of raw fixes: of older ones only the passes are
	// written, unless Hold is how long they are kept from now on.
	Keep, Hold time.Duration
	Now        time.Time
	DryRun     bool
}

// Past is what became of past fixes.
type Past struct {
	Verdicts map[live.Verdict]int `json:"verdicts"`
	First    time.Time            `json:"first"`
	Last     time.Time            `json:"last"`
	Units    int                  `json:"units"`
	Stored   int64                `json:"stored"`   // fixes that were not there before
	Passed   int                  `json:"passOnly"` // fixes of which only the passes are kept
	Held     []string             `json:"held,omitempty"`
	Until    time.Time            `json:"until,omitzero"` // when the held days may be removed
	Recent   bool                 `json:"recent"`         // some are of the last day
}

// Write judges the fixes in the order of time, adds what is wrong to their
// rejects, and writes the others.
func (h History) Write(ctx context.Context, fixes *intake.Fixes) (Past, error) {
	past := Past{Verdicts: map[live.Verdict]int{}}
	records := h.judge(fixes, &past)
	if len(records) == 0 || h.DryRun {
		return past, nil
	}
	cut, days := h.Now.Add(-h.Keep), map[string]time.Time{}
	for _, r := range records {
		if !r.Fix.At.Before(cut) || h.Hold > 0 {
			day := r.Fix.At.Truncate(24 * time.Hour)
			days[day.Format(time.DateOnly)] = day
		}
	}
	if len(days) > mostDays {
		return past, fmt.Errorf("the positions lie on %d days, at most %d are kept of one file; split it by time: %w", len(days), mostDays, layers.ErrInvalid)
	}
	for _, name := range slices.Sorted(maps.Keys(days)) {
		if err := h.open(ctx, days[name], &past); err != nil {
			return past, err
		}
	}
	stays := live.NewStays(func() *live.Grids { return h.Grids }, nil)
	for part := range slices.Chunk(records, writeAtOnce) {
		stays.Take(part)
		told := postgis.Told{Stays: stays.Changed()}
		for _, r := range part {
			if r.Fix.At.Before(cut) && h.Hold == 0 {
				past.Passed++
				continue
			}
			told.Records = append(told.Records, r)
		}
		stored, err := h.Store.WritePositions(ctx, told)
		if err != nil {
			return past, err
		}
		past.Stored += stored
	}
	return past, nil
}

// open makes the day's partition, and holds the day where it would be removed.
func (h History) open(ctx context.Context, day time.Time, past *Past) error {
	w := layers.Window{From: day, To: day.AddDate(0, 0, 1)}
	if err := h.Store.MakePositionDays(ctx, w); err != nil {
		return err
	}
	if h.Hold == 0 || !day.Before(h.Now.Add(h.Hold-h.Keep)) {
		return nil // retention keeps it for as long as was asked
	}
	past.Until = h.Now.Add(h.Hold)
	past.Held = append(past.Held, day.Format(time.DateOnly))
	return h.Store.HoldPositions(ctx, w, past.Until)
}

// judge gives the records of the fixes that may be kept, by time.
func (h History) judge(fixes *intake.Fixes, past *Past) []live.Record {
	all := slices.Clone(fixes.All)
	slices.SortStableFunc(all, func(a, b intake.RowFix) int { return a.At.Compare(b.At) })
	session := live.NewJudge(live.Limits{Late: always, Oldest: always}).Begin(h.Register, h.Source.ID, h.Now)
	units := map[string]bool{}
	var records []live.Record
	var wrong []layers.Problem
	for _, one := range all {
		one.Unit = h.Source.UnitOf(one.Unit)
		r := session.Judge(one.Fix)
		past.Verdicts[r.Verdict]++
		if w := faultOf(r.Verdict, one); w != nil {
			wrong = append(wrong, *w)
		}
		if r.Verdict != live.Kept {
			continue
		}
		records = append(records, r)
		units[r.Fix.Unit] = true
		if past.First.IsZero() {
			past.First = r.Fix.At
		}
		past.Last = r.Fix.At
	}
	slices.SortStableFunc(wrong, func(a, b layers.Problem) int { return cmp.Compare(a.Row, b.Row) })
	for _, p := range wrong {
		fixes.Reject(p)
	}
	past.Units, past.Recent = len(units), past.Last.After(h.Now.Add(-live.VisitsKept))
	return records
}

// faultOf is why a row is rejected; nil where it is kept, was known, or may not be
// told apart: off shift, and at one person's post, only a number is kept.
func faultOf(v live.Verdict, one intake.RowFix) *layers.Problem {
	p := layers.Problem{Row: one.Row}
	switch v {
	case live.UnknownUnit:
		p.Column, p.Value = "unit", one.Unit
		p.Fault, p.Cure = "no such unit, or none the source may speak for", "import layer unit first, declare the device, or create units with --declare"
	case live.Future:
		p.Column, p.Value = "at", one.At.Format(time.RFC3339)
		p.Fault, p.Cure = "lies ahead of this machine's clock", "check the time and its zone"
	case live.Past:
		p.Column, p.Fault, p.Cure = "at", "is no time of this world's patrols", "check the time and its zone"
	case live.Outside:
		p.Column, p.Fault, p.Cure = "lon", "is far from the city", "check the coordinates, their system (--crs) and the city"
	case live.TooFast:
		p.Column, p.Fault, p.Cure = "lon", "nothing moves there so fast from where the unit was", "check place and time; the next fix that agrees is believed"
	case live.Malformed:
		p.Fault, p.Cure = "is no place on the globe, or no time", "check the row"
	default:
		return nil
	}
	return &p
}
