package demo

import (
	"fmt"
	"math"
	"time"

	"sitmap/layers"
)

// The stages of a dispute, as the layer codes them.
const (
	discovered = "discovered"
	registered = "registered"
	accepted   = "accepted"
	assigned   = "assigned"
	mediating  = "mediating"
	returned   = "returned"
	escalated  = "escalated"
	extended   = "extended"
	supervised = "supervised"
	reopened   = "reopened"
	resolved   = "resolved"
	verified   = "verified"
	closed     = "closed"
	withdrawn  = "withdrawn"
)

// outcome is how a case stands at the case clock.
type outcome int

const (
	settled outcome = iota
	withdrawnByParty
	stillOpen
)

// clock is the moment at which the demo's knowledge of cases ends.
var clock = day("2016-09-30").Add(18 * time.Hour)

// step is a stage to come: what, who does it, why.
type step struct{ to, unit, reason string }

// offices are the organisations that handle the cases of a village.
type offices struct{ grid, centre, village, township, county string }

func (w *world) officesOf(cell int) offices {
	v := w.villages[w.grids[cell].village]
	t := w.towns[v.town]
	return offices{
		grid: v.name + "网格", centre: v.name + "综治中心", village: v.name + "人民调解委员会",
		township: t.name + "综治中心", county: w.counties[v.county].name + "综治中心",
	}
}

// stagesOf is the course of a case up to its settlement, without times. A case
// that is still open has come some of the way when it is fresh, and all of it
// when it is old.
func stagesOf(o offices, end outcome, fresh bool, supervision string, d dice) (steps []step, responsible string) {
	responsible = o.village
	add := func(to, unit, reason string) { steps = append(steps, step{to, unit, reason}) }
	add(discovered, o.grid, "")
	add(registered, o.centre, "")
	if d.chance(0.02) {
		add(returned, o.village, "evidence_missing")
		add(registered, o.centre, "")
	}
	add(accepted, o.village, "")
	add(assigned, o.township, "")
	add(mediating, o.village, "")
	if supervision != "none" || d.chance(0.045) {
		responsible = o.township
		add(escalated, o.village, "beyond_village")
		add(assigned, o.county, "")
		add(mediating, o.township, "")
	}
	if supervision != "none" {
		responsible = o.county
		add(supervised, o.county, supervision)
		add(mediating, o.county, "")
	}
	if d.chance(0.06) {
		add(extended, responsible, "more_time")
		add(mediating, responsible, "")
	}
	switch end {
	case settled:
		if d.chance(0.006) {
			add(resolved, responsible, "")
			add(reopened, o.township, "agreement_not_kept")
			add(mediating, responsible, "")
		}
		add(resolved, responsible, "")
	case withdrawnByParty:
		add(withdrawn, responsible, "party_withdrew")
	case stillOpen:
		if fresh {
			steps = steps[:2+d.IntN(len(steps)-1)]
		}
	}
	return steps, responsible
}

// life is the log of a case and what a feature carries of it.
type life struct {
	log                []layers.Transition
	resolvedAt         time.Time
	closedAt, deadline time.Time
	status, unit       string
}

// live gives the steps of a case their times and adds what follows a
// settlement before the clock.
func (w *world) live(id string, c incident, end outcome, supervision string, d dice) life {
	o := w.officesOf(c.cell)
	fresh := clock.Sub(c.found) < 45*24*time.Hour
	steps, responsible := stagesOf(o, end, fresh, supervision, d)
	l := life{unit: responsible, deadline: c.found.AddDate(0, 0, 30)}
	span := w.span(c, end, supervision, d)
	at := c.found
	for i, s := range steps {
		if i > 0 {
			// The first steps take hours, mediation itself the rest.
			share := math.Pow(float64(i)/float64(len(steps)-1), 2.2)
			if end == stillOpen {
				share = 0.9 * float64(i) / float64(len(steps))
			}
			at = later(at, c.found.Add(time.Duration(share*float64(span))))
		}
		l.record(id, at, s)
		if s.to == extended {
			l.deadline = c.found.AddDate(0, 0, 60)
		}
		if s.to == resolved {
			l.resolvedAt = at
		}
	}
	if end != settled {
		return l
	}
	for _, s := range []step{{verified, o.township, ""}, {closed, o.township, ""}} {
		at = officeTime(at.Add(time.Duration(d.between(0.7, 6) * 24 * float64(time.Hour))))
		if at.After(clock) {
			break
		}
		l.record(id, at, s)
		if s.to == closed {
			l.closedAt = at
		}
	}
	return l
}

// span is the time from finding to settling: a week or so, longer for the
// heavy ones, and never beyond the clock.
func (w *world) span(c incident, end outcome, supervision string, d dice) time.Duration {
	days := math.Exp(math.Log(5) + 0.85*d.NormFloat64())
	if supervision != "none" {
		days = d.between(30, 75)
	}
	days = math.Min(days, 85)
	left := clock.Sub(c.found)
	span := time.Duration(days * 24 * float64(time.Hour))
	if end == stillOpen {
		return min(span, left*9/10)
	}
	if span >= left-30*time.Minute {
		span = time.Duration(d.between(0.35, 0.95) * float64(left-30*time.Minute))
	}
	return span
}

// later is the given time moved into office hours, but after the one before
// and not beyond the clock.
func later(before, t time.Time) time.Time {
	t = officeTime(t)
	if !t.After(before) {
		t = before.Add(3 * time.Minute)
	}
	return t
}

// officeTime moves a time of the night to the same day's office hours; what
// comes after the last office hour is done in it.
func officeTime(t time.Time) time.Time {
	local := t.In(cityZone)
	minute := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, cityZone)
	switch hour := local.Hour(); {
	case hour < 8:
		return midnight.Add(8*time.Hour + minute)
	case hour >= 18:
		return midnight.Add(17*time.Hour + minute)
	}
	return local
}

func (l *life) record(id string, at time.Time, s step) {
	l.log = append(l.log, layers.Transition{
		CaseID: id, At: at.UTC().Truncate(time.Second), From: l.status, To: s.to, Unit: s.unit, Reason: s.reason,
	})
	l.status = s.to
}

// caseID is the business number of a dispute.
func caseID(county int32, year, sequence int) string {
	return fmt.Sprintf("D%d-%d-%05d", county, year, sequence)
}
