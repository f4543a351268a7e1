// Package live is about where the units are just now: what a device sends, what
// is made of it, and the newest picture of all units. A unit is a post or a team
// with a headcount; there is no person in it. It does no I/O: those who receive
// fixes, keep them and show them are handed in or hand things in.
//
// The way of a fix: a door decodes it, Gate.Receive judges it, hands what may be
// kept to a Log, and answers when that is durable; the Log tells every Board, and
// one writer brings it to the store.
package live

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/layers"
)

// Fix is one position as a device sent it. It is one by source, unit, At and Seq:
// sent again it is the same fix.
type Fix struct {
	Unit string    // id of a feature of layer unit
	Seq  uint64    // the device's own number; 0 where the protocol has none
	At   time.Time // by the device's clock
	// Point is longitude, latitude in the source's coordinate system; WGS 84
	// once it is judged.
	Point    orb.Point
	Speed    float64 // metres a second; NaN when unknown, like the next three
	Heading  float64 // degrees clockwise from north
	Accuracy float64 // radius in metres
	Battery  float64 // 0 to 1
	SOS      bool    // somebody asks for help
}

// Source is what sends fixes: an app, a vendor's platform, a gateway. Each has
// an account of role device, whose name is its ID.
type Source struct {
	ID       string
	Name     string
	Protocol string // for people
	CRS      geo.CRS
	// Area holds the units the source may speak for; Units, unless nil, are the
	// only ones among them.
	Area  layers.AreaRange
	Units map[string]bool
	// Devices says which unit carries the device of that number, for protocols
	// that do not name units.
	Devices map[string]string
}

// UnitOf is the unit that carries the device, or the name itself where nothing
// else is agreed.
func (s Source) UnitOf(device string) string {
	if unit, ok := s.Devices[device]; ok {
		return unit
	}
	return device
}

// speaksFor tells whether the source may send fixes of the unit.
func (s *Source) speaksFor(u *Unit) bool {
	return s.Area.Contains(u.Area) && (s.Units == nil || s.Units[u.ID])
}

// Unit is what the judge and the board know of a unit.
type Unit struct {
	ID        string
	Name      string
	CallSign  string
	Force     string
	Kind      string
	Headcount int
	Area      int64     // number of its home area
	Home      orb.Point // WGS 84
}

// Alone tells that the unit is a place and not a track: one person.
func (u Unit) Alone() bool { return u.Headcount < 2 }

// Shift says that a unit is on duty in [From, To): where, and with what.
type Shift struct {
	Unit      string
	From, To  time.Time
	Post      string // where, in words
	Means     string // on foot, by car, …; a code of layer unit's field kind
	Headcount int    // planned; 0 for that of the unit
}

// Verdict is what was made of a fix. Each is final: the sender need not send
// the fix again.
type Verdict uint8

// The verdicts. Their numbers are at rest in the log; a new one comes last.
const (
	// Kept: right in every respect.
	Kept Verdict = iota + 1
	// Late: kept, but it came long after its time.
	Late
	// Future and Past: kept apart and flagged, because the device's clock cannot
	// be right. Its own time is nowhere used; the time of arrival is.
	Future
	Past
	// Known: the same fix was kept before.
	Known
	// OffShift: counted; the position is not kept, because the unit is not on duty.
	OffShift
	// Alone: counted; the position is not kept, because the unit is one person's post.
	Alone
	// UnknownUnit: there is no such unit, or none the source may speak for.
	UnknownUnit
	// UnknownSource: nobody declared where the fixes of this account come from.
	UnknownSource
	// Outside: far from the city.
	Outside
	// TooFast: nothing moves so fast.
	TooFast
	// Malformed: not a place, not a time, or no unit.
	Malformed
	// Unproven: a call for help by somebody who proved nothing; nothing else is
	// taken from those. Its unit is whatever they call themselves.
	Unproven

	verdicts = iota + 1
)

var verdictNames = [...]string{
	Kept: "kept", Late: "late", Future: "future", Past: "past", Known: "known", OffShift: "off_shift", Alone: "alone",
	UnknownUnit: "unknown_unit", UnknownSource: "unknown_source", Outside: "outside", TooFast: "too_fast", Malformed: "malformed", Unproven: "unproven",
}

// Verdicts lists them all.
var Verdicts = []Verdict{Kept, Late, Future, Past, Known, OffShift, Alone, UnknownUnit, UnknownSource, Outside, TooFast, Malformed, Unproven}

func (v Verdict) String() string {
	if v > 0 && int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict %d", uint8(v))
}

// MarshalText is its name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Stored tells whether the position is kept.
func (v Verdict) Stored() bool { return v == Kept || v == Late || v.Misdated() }

// Misdated tells that the device's clock cannot be right.
func (v Verdict) Misdated() bool { return v == Future || v == Past }

// Record is a judged fix on its way to the store and to every board, or how many
// fixes of a source got a verdict that leaves nothing to keep. The fix's point is
// WGS 84, and zero unless the verdict is one that is stored: what may not be kept
// does not leave the gate.
type Record struct {
	Source   string
	Verdict  Verdict
	Received time.Time
	Count    int // 0 for a fix; otherwise Fix is empty
	Fix      Fix
	// Act is what was done about the alarm of Fix.Unit, at Received: by a
	// dispatcher, whose account Source is then, Note the reason; or by ourselves.
	Act  Act
	Note string
	// About is which alarm of the unit; empty for its call for help. Of what a
	// fence noticed, Fix has time and place, and Note the fence's name.
	About string
	Level int // to which an alarm is escalated
}

// Act is something done about an alarm, or that a fence makes one.
type Act uint8

// What can be done about an alarm. Their numbers are at rest in the log.
const (
	Acknowledge Act = iota + 1
	Close
	Raise    // a fence noticed something
	Clear    // what it noticed is over
	Escalate // nobody answered
)

// When is the time that counts: the device's, or that of arrival where the
// device's clock cannot be right.
func (r Record) When() time.Time {
	if r.Verdict.Misdated() || !r.Verdict.Stored() {
		return r.Received
	}
	return r.Fix.At
}

// Receiver takes fixes; *Gate is the one. There is one verdict a fix, in their
// order, and all that is to be kept is durable by then. An error of kind
// layers.ErrUnavailable says that nothing is promised: send them again later.
type Receiver interface {
	Receive(ctx context.Context, source string, fixes []Fix) ([]Verdict, error)
}

// Log makes records durable: Append returns when they are, or an error of kind
// layers.ErrUnavailable.
type Log interface {
	Append(ctx context.Context, records []Record) error
}

// UnitOf reads a feature of layer unit.
func UnitOf(f layers.Feature) Unit {
	text := func(field string) string {
		s, _ := f.Properties[field].(string)
		return s
	}
	headcount, _ := f.Properties["headcount"].(int64)
	home, _ := f.Geometry.(orb.Point)
	return Unit{
		ID: f.ID, Name: text("name"), CallSign: text("call_sign"), Force: text("force"), Kind: text("kind"),
		Headcount: int(headcount), Area: f.Area, Home: home,
	}
}
