package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// Alarm is a unit's call for help, from its first SOS until a dispatcher closes
// it, or what a fence noticed of a unit, until somebody closes it or its cause ends.
type Alarm struct {
	Unit string
	// About is empty for a call for help; otherwise the fence, by Fence.About.
	// A unit has one open alarm about one thing.
	About   string
	Opened  time.Time // arrival of the first SOS; with Unit and About it names the alarm
	Since   time.Time // when its cause began, by the fence's reckoning; zero for an SOS
	Title   string    // the fence's name; empty for an SOS
	Source  string
	Verdict Verdict   // of the first SOS: whether the sender was known, on duty, …
	Point   orb.Point // of the last SOS, WGS 84; zero where it may not be kept
	Latest  time.Time // arrival of the last SOS
	Calls   int
	// Level is how often it was escalated: 0 waits for the township, 1 for the
	// county as well, TopLevel for the city.
	Level int
	// Acked and Closed are zero as long as they have not happened.
	Acked    time.Time
	AckedBy  string
	Closed   time.Time
	ClosedBy string // empty when its cause ended
	Reason   string
}

// levels are who an alarm waits for.
var levels = [...]layers.Level{layers.Township, layers.County, layers.City}

// TopLevel is beyond which no alarm is escalated.
const TopLevel = len(levels) - 1

// alarmKey is what a unit has one open alarm of.
type alarmKey struct{ unit, about string }

func (a Alarm) key() alarmKey { return alarmKey{a.Unit, a.About} }

// resounds is how long after an alarm was closed the same SOS, still pressed,
// makes no new one.
const resounds = 10 * time.Minute

// Alarms are the newest alarms of all units, as the records tell them. Whoever
// takes the same records comes to the same alarms. It is not safe for concurrent
// use.
type Alarms struct {
	of map[alarmKey]*pressed
}

// pressed is the newest alarm of a unit, and whether its SOS is still pressed.
type pressed struct {
	Alarm
	still  bool
	sentAt time.Time // of the last SOS by its device; zero for one that was told by others
}

// NewAlarms begins with alarms that are known.
func NewAlarms(known []Alarm) *Alarms {
	a := &Alarms{of: map[alarmKey]*pressed{}}
	for _, one := range known {
		if have := a.of[one.key()]; have == nil || one.Opened.After(have.Opened) {
			a.of[one.key()] = &pressed{Alarm: one, still: true}
		}
	}
	return a
}

// AlarmStep is what a record did to an alarm.
type AlarmStep string

// The steps of an alarm.
const (
	Opened       AlarmStep = "opened"
	Repeated     AlarmStep = "repeated"
	Acknowledged AlarmStep = "acknowledged"
	Escalated    AlarmStep = "escalated"
	Closed       AlarmStep = "closed"
	Cleared      AlarmStep = "cleared" // its cause ended
)

// Take takes the next record, and tells the alarm it changed and how; the step is
// empty when it changed none.
func (a *Alarms) Take(r Record) (Alarm, AlarmStep) {
	now := a.of[alarmKey{r.Fix.Unit, r.About}]
	switch {
	case r.Count > 0:
		return Alarm{}, ""
	case r.Act != 0:
		return a.act(now, r)
	case !r.Fix.SOS:
		if now != nil && r.Verdict.Stored() {
			now.still = false
		}
		return Alarm{}, ""
	case now != nil && !r.Received.After(now.Latest) && !now.steppedBack(r):
		return Alarm{}, "" // told before, or with others at the same time
	case now != nil && now.Closed.IsZero():
		now.Calls++
		now.Latest, now.sentAt = r.Received, r.Fix.At
		if r.Verdict.Stored() {
			now.Point = r.Fix.Point
		}
		now.still = true
		return now.Alarm, Repeated
	case now != nil && now.still && !now.steppedBack(r) && r.Received.Before(now.Closed.Add(resounds)):
		return Alarm{}, ""
	}
	fresh := &pressed{Alarm{Unit: r.Fix.Unit, Opened: r.Received, Source: r.Source, Verdict: r.Verdict, Point: r.Fix.Point, Latest: r.Received, Calls: 1}, true, r.Fix.At}
	a.of[fresh.key()] = fresh
	return fresh.Alarm, Opened
}

func (a *Alarms) act(now *pressed, r Record) (Alarm, AlarmStep) {
	if r.Act == Raise {
		return a.raise(now, r)
	}
	if now == nil || !now.Closed.IsZero() || r.Received.Before(now.Opened) {
		return Alarm{}, ""
	}
	switch {
	case r.Act == Acknowledge && now.Acked.IsZero():
		now.Acked, now.AckedBy = r.Received, r.Source
		return now.Alarm, Acknowledged
	case r.Act == Escalate && now.Acked.IsZero() && r.Level > now.Level && r.Level <= TopLevel:
		now.Level = r.Level
		return now.Alarm, Escalated
	case r.Act == Clear && r.About != "":
		now.Closed, now.Reason = r.Received, r.Note
		return now.Alarm, Cleared
	case r.Act == Close:
		now.Closed, now.ClosedBy, now.Reason = r.Received, r.Source, r.Note
		return now.Alarm, Closed
	}
	return Alarm{}, ""
}

// raise opens what a fence noticed. Every server notices it and says so; the first
// one counts.
func (a *Alarms) raise(now *pressed, r Record) (Alarm, AlarmStep) {
	switch {
	case r.About == "" || now != nil && !r.Fix.At.After(now.Since):
		return Alarm{}, ""
	case now != nil && now.Closed.IsZero():
		now.Calls++
		now.Since, now.Latest, now.Point = r.Fix.At, r.Received, r.Fix.Point
		return now.Alarm, Repeated
	}
	fresh := &pressed{Alarm: Alarm{
		Unit: r.Fix.Unit, About: r.About, Opened: r.Received, Since: r.Fix.At, Title: r.Note, Source: r.Source, Verdict: Kept, Point: r.Fix.Point, Latest: r.Received, Calls: 1,
	}}
	a.of[fresh.key()] = fresh
	return fresh.Alarm, Opened
}

// Due is what is to be written about alarms that nobody answered: one record for
// each level that an alarm rises to when it has waited that long, once for each
// patience that went by.
func (a *Alarms) Due(now time.Time, patience time.Duration) []Record {
	var due []Record
	for _, one := range a.AllOpen() {
		if !one.Acked.IsZero() {
			continue
		}
		// One from the future was opened before the clock was set back: nobody
		// knows how long ago, so it waits no longer.
		waited := now.Sub(one.Opened)
		if waited < -aheadAtMost {
			waited = time.Duration(TopLevel) * patience
		}
		for level := one.Level + 1; level <= TopLevel && waited >= time.Duration(level)*patience; level++ {
			due = append(due, Record{Received: now.UTC().Truncate(time.Microsecond), Act: Escalate, About: one.About, Level: level, Note: string(levels[level]), Fix: Fix{Unit: one.Unit}})
		}
	}
	return due
}

// Open is the unit's alarm about that which is not closed.
func (a *Alarms) Open(unit, about string) (Alarm, bool) {
	if now := a.of[alarmKey{unit, about}]; now != nil && now.Closed.IsZero() {
		return now.Alarm, true
	}
	return Alarm{}, false
}

// AllOpen are all alarms that are not closed, the oldest first.
func (a *Alarms) AllOpen() []Alarm {
	var all []Alarm
	for _, now := range a.of {
		if now.Closed.IsZero() {
			all = append(all, now.Alarm)
		}
	}
	slices.SortFunc(all, func(a, b Alarm) int {
		return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.About, b.About))
	})
	return all
}

// AlarmChange is a step of an alarm, for the record.
type AlarmChange struct {
	Alarm Alarm
	Step  AlarmStep
	At    time.Time
	By    string // the source of an SOS, or the dispatcher's account; empty for ourselves
	Note  string
}

// Changes takes the records and tells what they did to the alarms, but for
// repetitions of one alarm the last one only.
func (a *Alarms) Changes(records []Record) []AlarmChange {
	var all []AlarmChange
	last := map[alarmKey]int{} // repetition of an alarm in all
	for _, r := range records {
		alarm, step := a.Take(r)
		if step == "" {
			continue
		}
		change := AlarmChange{alarm, step, r.Received, r.Source, r.Note}
		if k, ok := last[alarm.key()]; ok && step == Repeated {
			all[k] = change
			continue
		}
		delete(last, alarm.key())
		if step == Repeated {
			last[alarm.key()] = len(all)
		}
		all = append(all, change)
	}
	return all
}

// AlarmQuestion asks for past and present alarms.
type AlarmQuestion struct {
	State  string        // "open", "closed", or empty for both
	Window layers.Window // of when they opened; either end may be open
	Limit  int
	// Before is where the page before ended: the alarm's time, unit and fence.
	Before                  time.Time
	BeforeUnit, BeforeAbout string
}

// PastAlarm is an alarm with what was done about it.
type PastAlarm struct {
	Alarm
	Steps []PastStep
}

// PastStep is a line of an alarm's log.
type PastStep struct {
	At   time.Time `json:"at"`
	Step AlarmStep `json:"step"`
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
}
