package live

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

// What a fence notices is put into the log as a record, like a fix: so it is
// durable, and every server and the store come to the same alarms, whoever
// noticed it first. Every server notices; what was noticed before is passed over
// by Alarms.

const (
	// unsure is how far a fix may be off that does not say so.
	unsure = 20.0 // metres
	// agreeing is how many fixes in a row say that a unit crossed a border,
	// each of them farther from it than it may be off.
	agreeing = 2
	// sayAgain is how long what was noticed may be on its way to the log and back.
	sayAgain = 10 * time.Second
)

// Watch notices what fences are about. It is safe for concurrent use.
type Watch struct {
	mu       sync.Mutex
	register *Register
	zone     *time.Location
	fences   map[int64]Fence
	places   map[string]*ground // by code of the area
	outlines map[int64]*ground  // by fence
	posted   map[string][]int64 // fences of each unit
	of       map[string]*watched
	sources  map[string]*watched // what a source was last heard of
	known    []Alarm             // until the units are known
	said     map[alarmKey]saying
}

// watched is what is known of a unit, or of a source as a whole.
type watched struct {
	source    string
	at, heard time.Time // of the newest fix: its time, and when it came
	point     orb.Point
	anchor    orb.Point // where it stays since then
	since     time.Time
	of        map[int64]*side // by fence
}

// side is on which side of a fence a unit is.
type side struct {
	known, inside bool
	toward        bool // what the last votes were for
	votes         int
	alarmed       time.Time // since when its alarm is raised; zero for none
	about         string    // the fence, which may be gone by then
}

// saying is a record on its way.
type saying struct {
	record Record
	last   time.Time
}

// NewWatch makes a watch without fences; alarms are the newest that are known of
// each unit and fence.
func NewWatch(alarms []Alarm) *Watch {
	return &Watch{
		zone: time.UTC, places: map[string]*ground{}, of: map[string]*watched{}, sources: map[string]*watched{}, said: map[alarmKey]saying{},
		known: alarms,
	}
}

// Learn replaces what is known of units and shifts, of the fences, and of the
// places of their areas, by code.
func (w *Watch) Learn(r *Register, fences []Fence, places map[string]orb.Geometry, zone *time.Location) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.register, w.zone = r, zone
	w.fences, w.places, w.outlines, w.posted = map[int64]Fence{}, map[string]*ground{}, map[int64]*ground{}, map[string][]int64{}
	for code, shape := range places {
		if g := groundOf(shape); g != nil {
			w.places[code] = g
		}
	}
	for _, f := range fences {
		w.fences[f.ID] = f
		if f.Outline != nil {
			w.outlines[f.ID] = groundOf(f.Outline)
		}
		for _, u := range r.units {
			if !u.Alone() && f.concerns(u.Unit) {
				w.posted[u.ID] = append(w.posted[u.ID], f.ID)
			}
		}
	}
	w.recall()
}

// recall takes up the alarms that were known when it began: what is still so need
// not be said again.
func (w *Watch) recall() {
	for _, a := range w.known {
		for _, f := range w.fences {
			lasting := f.Kind != Enter && f.Kind != Leave
			if a.About == f.About() && lasting && (a.Closed.IsZero() || a.ClosedBy != "") {
				list := w.of
				if _, unit := w.register.Unit(a.Unit); !unit {
					list = w.sources
				}
				one := entryOf(list, a.Unit)
				if s := one.side(f); a.Opened.After(s.alarmed) {
					s.known, s.inside, s.alarmed = true, f.Kind == StayOut, a.Opened
				}
			}
		}
	}
	w.known = nil
}

func entryOf(list map[string]*watched, name string) *watched {
	one := list[name]
	if one == nil {
		one = &watched{of: map[int64]*side{}}
		list[name] = one
	}
	return one
}

func (u *watched) side(f Fence) *side {
	s := u.of[f.ID]
	if s == nil {
		s = &side{about: f.About()}
		u.of[f.ID] = s
	}
	return s
}

// Take takes records as they come.
func (w *Watch) Take(records []Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range records {
		switch {
		case r.Act == Raise || r.Act == Clear:
			key := alarmKey{r.Fix.Unit, r.About}
			if mine, ok := w.said[key]; ok && mine.record.Act == r.Act {
				delete(w.said, key)
			}
		case r.Count == 0 && r.Act == 0 && r.Verdict.Stored():
			w.take(r)
		}
	}
}

func (w *Watch) take(r Record) {
	source := entryOf(w.sources, r.Source)
	if r.Received.After(source.heard) {
		source.heard, source.source = r.Received, r.Source
	}
	fences := w.posted[r.Fix.Unit]
	when := r.When()
	if len(fences) == 0 {
		return
	}
	u := entryOf(w.of, r.Fix.Unit)
	if !when.After(u.at) {
		return
	}
	first := u.at.IsZero()
	u.source, u.at, u.heard, u.point = r.Source, when, r.Received, r.Fix.Point
	if first || orbgeo.Distance(u.anchor, u.point) > dwellWithin {
		u.anchor, u.since = u.point, when
	}
	off := unsure
	if r.Fix.Accuracy > 0 { // NaN is not
		off = r.Fix.Accuracy
	}
	for _, id := range fences {
		w.hold(u, w.fences[id], r.Fix, when, off)
	}
}

// hold holds a fix against a fence.
func (w *Watch) hold(u *watched, f Fence, fix Fix, when time.Time, off float64) {
	s := u.side(f)
	if !f.Kind.placed() {
		return
	}
	unit, _ := w.register.Unit(fix.Unit)
	place := w.outlines[f.ID]
	if place == nil {
		place = w.places[f.placeOf(unit)]
	}
	if place == nil {
		return
	}
	crossed := s.vote(place, fix.Point, off)
	switch {
	case f.Kind == Enter || f.Kind == Leave:
		if crossed && s.inside == (f.Kind == Enter) && f.holds(when, w.zone) {
			w.raise(fix.Unit, u, f, when)
		}
	case s.known:
		w.judge(fix.Unit, u, f, s.inside == (f.Kind == StayOut) && f.holds(when, w.zone), when, "back")
	}
}

// vote notes on which side a fix is, and tells whether the unit crossed over now.
func (s *side) vote(place *ground, p orb.Point, off float64) (crossed bool) {
	in := place.contains(p)
	if s.known && in == s.inside {
		s.votes = 0
		return false
	}
	if !place.clear(p, off) {
		return false
	}
	if in != s.toward {
		s.toward, s.votes = in, 0
	}
	if s.votes++; s.votes < agreeing {
		return false
	}
	crossed = s.known
	s.known, s.inside, s.votes = true, in, 0
	return crossed
}

// judge raises the alarm of what lasts when it begins, and clears it when it is over.
func (w *Watch) judge(unit string, u *watched, f Fence, wrong bool, since time.Time, over string) {
	s := u.side(f)
	switch {
	case wrong && s.alarmed.IsZero():
		s.alarmed = since
		w.raise(unit, u, f, since)
	case !wrong && !s.alarmed.IsZero():
		s.alarmed = time.Time{}
		w.say(Record{Act: Clear, About: f.About(), Note: over, Fix: Fix{Unit: unit}})
	}
}

func (w *Watch) raise(unit string, u *watched, f Fence, since time.Time) {
	w.say(Record{Source: u.source, Act: Raise, About: f.About(), Note: f.Name, Fix: Fix{Unit: unit, At: since.UTC().Truncate(time.Microsecond), Point: u.point}})
}

func (w *Watch) say(r Record) { w.said[alarmKey{r.Fix.Unit, r.About}] = saying{record: r} }

// Look notices what only time brings, and gives what is to be put into the log
// now. What does not come back by Take is given again.
func (w *Watch) Look(now time.Time) []Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.register == nil {
		return nil
	}
	for id, u := range w.of {
		w.look(id, u, now)
	}
	for id, u := range w.sources {
		for fence, s := range u.of {
			f, ok := w.fences[fence]
			if !s.alarmed.IsZero() && (!ok || now.Sub(u.heard) <= f.After) {
				w.over(id, s, "heard")
			}
		}
	}
	var due []Record
	for _, key := range slices.SortedFunc(maps.Keys(w.said), func(a, b alarmKey) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.about, b.about))
	}) {
		one := w.said[key]
		if now.Sub(one.last) < sayAgain {
			continue
		}
		one.last, one.record.Received = now, now.UTC().Truncate(time.Microsecond)
		w.said[key] = one
		due = append(due, one.record)
	}
	return due
}

// look notices what time brings to a unit.
func (w *Watch) look(id string, u *watched, now time.Time) {
	shift, on := w.register.ShiftAt(id, now)
	for fence, s := range u.of {
		f, ok := w.fences[fence]
		switch {
		case !ok:
			w.over(id, s, "removed")
			delete(u.of, fence)
		case !on || !s.alarmed.IsZero() && s.alarmed.Before(shift.From):
			w.over(id, s, "off")
			delete(u.of, fence)
		case !s.alarmed.IsZero() && !f.holds(now, w.zone):
			w.over(id, s, "hours")
		case f.Kind == Lost:
			w.lookLost(id, u, f, shift, now)
		case f.Kind == Still && !u.at.IsZero():
			since := u.since
			if since.Before(shift.From) {
				since = shift.From
			}
			still := u.at.Sub(since) >= f.After && f.holds(now, w.zone)
			w.judge(id, u, f, still, since.Add(f.After), "moved")
		}
	}
	if !on {
		delete(w.of, id)
	}
}

// lookLost notices that a unit is not heard any more. Where nothing at all is
// heard from its source, that is said once, of the source.
func (w *Watch) lookLost(id string, u *watched, f Fence, shift Shift, now time.Time) {
	if u.heard.Before(shift.From) {
		return // not yet heard in this shift
	}
	lost := now.Sub(u.heard) > f.After && f.holds(now, w.zone)
	if source := w.sources[u.source]; lost && u.of[f.ID].alarmed.IsZero() && now.Sub(source.heard) > f.After {
		if _, declared := w.register.Source(u.source); declared {
			w.judge(u.source, source, f, true, source.heard.Add(f.After), "heard")
			return
		}
	}
	w.judge(id, u, f, lost, u.heard.Add(f.After), "heard")
}

// over clears the alarm about a fence, if there is one.
func (w *Watch) over(unit string, s *side, why string) {
	if s.alarmed.IsZero() {
		return
	}
	s.alarmed = time.Time{}
	w.say(Record{Act: Clear, About: s.about, Note: why, Fix: Fix{Unit: unit}})
}
