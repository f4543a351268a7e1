package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Alarm is a unit's call for help, from its first SOS until a dispatcher closes it.
type Alarm struct {
	Unit    string
	Opened  time.Time // arrival of the first SOS; with Unit it names the alarm
	Source  string
	Verdict Verdict   // of the first SOS: whether the sender was known, on duty, …
	Point   orb.Point // of the last SOS, WGS 84; zero where it may not be kept
	Latest  time.Time // arrival of the last SOS
	Calls   int
	// Acked and Closed are zero as long as they have not happened.
	Acked    time.Time
	AckedBy  string
	Closed   time.Time
	ClosedBy string
	Reason   string
}

// resounds is how long after an alarm was closed the same SOS, still pressed,
// makes no new one.
const resounds = 10 * time.Minute

// Alarms are the newest alarms of all units, as the records tell them. Whoever
// takes the same records comes to the same alarms. It is not safe for concurrent
// use.
type Alarms struct {
	of map[string]*pressed
}

// pressed is the newest alarm of a unit, and whether its SOS is still pressed.
type pressed struct {
	Alarm
	still  bool
	sentAt time.Time // of the last SOS by its device; zero for one that was told by others
}

// NewAlarms begins with alarms that are known.
func NewAlarms(known []Alarm) *Alarms {
	a := &Alarms{of: map[string]*pressed{}}
	for _, one := range known {
		if have := a.of[one.Unit]; have == nil || one.Opened.After(have.Opened) {
			a.of[one.Unit] = &pressed{Alarm: one, still: true}
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
	Closed       AlarmStep = "closed"
)

// Take takes the next record, and tells the alarm it changed and how; the step is
// empty when it changed none.
func (a *Alarms) Take(r Record) (Alarm, AlarmStep) {
	now := a.of[r.Fix.Unit]
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
	a.of[r.Fix.Unit] = fresh
	return fresh.Alarm, Opened
}

func (a *Alarms) act(now *pressed, r Record) (Alarm, AlarmStep) {
	if now == nil || !now.Closed.IsZero() || r.Received.Before(now.Opened) {
		return Alarm{}, ""
	}
	switch {
	case r.Act == Acknowledge && now.Acked.IsZero():
		now.Acked, now.AckedBy = r.Received, r.Source
		return now.Alarm, Acknowledged
	case r.Act == Close:
		now.Closed, now.ClosedBy, now.Reason = r.Received, r.Source, r.Note
		return now.Alarm, Closed
	}
	return Alarm{}, ""
}

// Open is the unit's alarm that is not closed.
func (a *Alarms) Open(unit string) (Alarm, bool) {
	if now := a.of[unit]; now != nil && now.Closed.IsZero() {
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
		return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Unit, b.Unit))
	})
	return all
}

// AlarmChange is a step of an alarm, for the record.
type AlarmChange struct {
	Alarm Alarm
	Step  AlarmStep
	At    time.Time
	By    string // the source of an SOS, or the dispatcher's account
	Note  string
}

// Changes takes the records and tells what they did to the alarms, but for
// repetitions of one alarm the last one only.
func (a *Alarms) Changes(records []Record) []AlarmChange {
	var all []AlarmChange
	last := map[string]int{} // repetition of a unit in all
	for _, r := range records {
		alarm, step := a.Take(r)
		if step == "" {
			continue
		}
		change := AlarmChange{alarm, step, r.Received, r.Source, r.Note}
		if k, ok := last[alarm.Unit]; ok && step == Repeated {
			all[k] = change
			continue
		}
		delete(last, alarm.Unit)
		if step == Repeated {
			last[alarm.Unit] = len(all)
		}
		all = append(all, change)
	}
	return all
}
