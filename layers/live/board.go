package live

import (
	"cmp"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
)

// State is what a unit does just now, as far as its fixes tell.
type State string

// The states of a unit.
const (
	Off      State = "off"      // not on duty; its place is nobody's business
	Post     State = "post"     // on duty at a one-person post, whose place is the post's
	OnDuty   State = "duty"     // on duty and heard, too short to say more
	Moving   State = "moving"   // left where it was lately
	Dwelling State = "dwelling" // stays where it is
	Silent   State = "silent"   // on duty and not heard
	SOS      State = "sos"      // asks for help
)

// States lists them all.
var States = []State{Off, Post, OnDuty, Moving, Dwelling, Silent, SOS}

const (
	// silentAfter is how long a unit on duty may say nothing.
	silentAfter = 5 * time.Minute
	// dwellWithin and dwellAfter: who stays so near for so long dwells.
	dwellWithin = 60.0 // metres
	dwellAfter  = 3 * time.Minute
	// lookAround is how often every unit is looked at for what only time changes.
	lookAround = 2 * time.Second
)

// Seen is a unit as the board shows it.
type Seen struct {
	Unit  Unit
	State State
	// Shift is the one that is on; zero when none is.
	Shift Shift
	// Fix is the newest; its At is zero when there is none, or none that may be
	// shown. Misdated says that At is its time of arrival.
	Fix      Fix
	Misdated bool
	// Since is since when it stays within 60 metres of where it is.
	Since time.Time
}

// entry is a unit on the board.
type entry struct {
	Seen
	listed  *listed
	anchor  orb.Point
	left    bool   // it left an anchor since it was first heard
	changed uint64 // version with which it last changed
	touched bool   // since the last Tick
}

// Board is the newest picture of all units. It is safe for concurrent use; no
// reader holds up another or the fixes.
type Board struct {
	mu       sync.RWMutex
	register *Register
	entries  []*entry // by area number, then id: what a scope sees is a run of them
	of       map[string]*entry
	alarms   *Alarms
	version  uint64 // grows when units changed
	reset    uint64 // who knows less than this version knows nothing
	alarmed  uint64 // grows when alarms changed
	rung     bool   // alarms changed since the last Tick
	looked   time.Time
	now      time.Time // of the last Tick
}

// NewBoard makes a board without units; alarms are those that are known.
func NewBoard(alarms []Alarm) *Board {
	return &Board{register: NewRegister(nil, nil, nil, City{}), of: map[string]*entry{}, alarms: NewAlarms(alarms), version: 1, alarmed: 1}
}

// Learn replaces what is known of units and shifts.
func (b *Board) Learn(r *Register) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.register = r
	b.looked = time.Time{}
	entries := make([]*entry, 0, len(r.units))
	of := make(map[string]*entry, len(r.units))
	same := len(r.units) == len(b.of)
	for id, u := range r.units {
		e := b.of[id]
		if e == nil || e.Unit.Area != u.Area {
			same = false
		}
		if e == nil {
			e = &entry{Seen: Seen{State: Off}}
		}
		e.listed, e.Unit = u, u.Unit
		of[id] = e
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.Unit.Area, b.Unit.Area), cmp.Compare(a.Unit.ID, b.Unit.ID))
	})
	b.entries, b.of = entries, of
	if !same { // somebody may see others than before
		b.version++
		b.reset = b.version
		b.rung = true
	}
}

// Take takes records, in any order of time.
func (b *Board) Take(records []Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range records {
		if _, step := b.alarms.Take(r); step != "" {
			b.rung = true
			if e := b.of[r.Fix.Unit]; e != nil {
				e.touched = true
			}
		}
		if r.Count > 0 || r.Act != 0 || !r.Verdict.Stored() {
			continue
		}
		e := b.of[r.Fix.Unit]
		if e == nil || !e.older(r) {
			continue
		}
		first := e.Fix.At.IsZero()
		e.Fix, e.Misdated = r.Fix, r.Verdict.Misdated()
		e.Fix.At = r.When()
		if first || orbgeo.Distance(e.anchor, r.Fix.Point) > dwellWithin {
			e.anchor, e.Since, e.left = r.Fix.Point, e.Fix.At, !first
		}
		e.touched = true
	}
}

// Tick publishes what changed since the last one, and tells whether anything did.
// Called twice a second, it gives readers two pictures a second at most.
func (b *Board) Tick(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
	next := b.version + 1
	changed := b.reset == b.version && b.rung
	all := now.Sub(b.looked) >= lookAround
	if all {
		b.looked = now
	}
	for _, e := range b.entries {
		if !e.touched && !all {
			continue
		}
		was, shift := e.State, e.Shift
		b.settle(e, now)
		if e.touched || e.State != was || e.Shift != shift {
			e.changed, e.touched, changed = next, false, true
			b.version = next
		}
	}
	if b.rung {
		b.alarmed++
		b.rung, changed = false, true
	}
	return changed
}

// Due is what is to be written about alarms that nobody answered; see Alarms.Due.
func (b *Board) Due(now time.Time, patience time.Duration) []Record {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.alarms.Due(now, patience)
}

// settle finds the state of a unit.
func (b *Board) settle(e *entry, now time.Time) {
	shift, on := e.listed.shiftAt(now)
	e.Shift = shift
	if !on {
		// What was seen on duty is not shown any more.
		e.Fix, e.Misdated, e.anchor, e.Since, e.left = Fix{}, false, orb.Point{}, time.Time{}, false
	}
	_, calls := b.alarms.Open(e.Unit.ID, "")
	switch {
	case calls:
		e.State = SOS
	case !on:
		e.State = Off
	case e.Unit.Alone():
		e.State = Post
	case e.Fix.At.IsZero() || now.Sub(e.Fix.At) > silentAfter:
		e.State = Silent
	case e.Fix.At.Sub(e.Since) >= dwellAfter:
		e.State = Dwelling
	case e.left:
		e.State = Moving
	default:
		e.State = OnDuty
	}
}

// within is the run of entries whose home lies in the range. The lock is held.
func (b *Board) within(r layers.AreaRange) []*entry {
	from := sort.Search(len(b.entries), func(k int) bool { return b.entries[k].Unit.Area >= r.Low })
	to := sort.Search(len(b.entries), func(k int) bool { return b.entries[k].Unit.Area > r.High })
	return b.entries[from:max(from, to)]
}

// Since gives the units of the range that changed since the version mark, and the
// version that is known then. fresh says that it is the whole picture, which
// replaces whatever was known: all that are on duty or call for help. A mark of 0
// knows nothing.
func (b *Board) Since(mark uint64, r layers.AreaRange) (changed []Seen, fresh bool, now uint64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	fresh = mark == 0 || mark < b.reset
	if mark == b.version && !fresh {
		return nil, false, mark
	}
	for _, e := range b.within(r) {
		if fresh && e.State != Off || !fresh && e.changed > mark {
			changed = append(changed, e.seen(b.now))
		}
	}
	return changed, fresh, b.version
}

// All are the units of the range, on duty or not.
func (b *Board) All(r layers.AreaRange) []Seen {
	b.mu.RLock()
	defer b.mu.RUnlock()
	run := b.within(r)
	all := make([]Seen, len(run))
	for k, e := range run {
		all[k] = e.seen(b.now)
	}
	return all
}

// Unit is what is known of a unit.
func (b *Board) Unit(id string) (Unit, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.register.Unit(id)
}

// Units are the units of the range, by id.
func (b *Board) Units(r layers.AreaRange) []Unit {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.register.Units(r)
}

// Call is an open alarm as it is shown.
type Call struct {
	Alarm
	Known bool // the unit is one of the city's
	Of    Unit // zero when not Known
}

// Calls gives the open alarms that the range answers for when they changed since
// the version mark, and the version that is known then; told is false when they
// did not. An alarm of a unit belongs to its home. One of nobody we know belongs
// to whoever answers for all of its source's area, or for the whole city.
func (b *Board) Calls(mark uint64, r layers.AreaRange) (calls []Call, told bool, now uint64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if mark == b.alarmed {
		return nil, false, mark
	}
	for _, a := range b.alarms.AllOpen() {
		if c, ok := b.call(a, r); ok {
			calls = append(calls, c)
		}
	}
	return calls, true, b.alarmed
}

// Call is the unit's open alarm about that, when the range answers for it.
func (b *Board) Call(unit, about string, r layers.AreaRange) (Call, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	a, ok := b.alarms.Open(unit, about)
	if !ok {
		return Call{}, false
	}
	return b.call(a, r)
}

func (b *Board) call(a Alarm, r layers.AreaRange) (Call, bool) {
	of, known := b.register.Unit(a.Unit)
	home := b.register.city.Range
	if known {
		home = layers.AreaRange{Low: of.Area, High: of.Area}
	} else if source, ok := b.register.Source(a.Source); ok {
		if part := (layers.AreaRange{Low: max(home.Low, source.Area.Low), High: min(home.High, source.Area.High)}); part.Low <= part.High {
			home = part
		}
	}
	return Call{a, known, of}, r.Low <= home.Low && home.High <= r.High
}

// Counts are the units of the range by state.
func (b *Board) Counts(r layers.AreaRange) map[State]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	counts := map[State]int{}
	for _, e := range b.within(r) {
		counts[e.State]++
	}
	return counts
}
