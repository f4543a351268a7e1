package live

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/geo"
	"sitmap/layers"
)

// Limits is what a judge believes. Its zero value stands for the defaults.
type Limits struct {
	// Ahead is how far a device's clock may be ahead: 2 minutes.
	Ahead time.Duration
	// Late is from when on a fix is late: 10 minutes.
	Late time.Duration
	// Oldest is how old a fix may be, which is as long as fixes are kept: 72 hours.
	Oldest time.Duration
	// Fastest is as fast as any unit moves: 70 m/s, which is 252 km/h.
	Fastest float64
	// Slack is what two fixes may be apart whatever the time between, because
	// receivers err: 250 metres.
	Slack float64
	// Margin is how far beyond the bounds of the city units go: 30 km.
	Margin float64
}

func (l Limits) filled() Limits {
	for _, d := range []struct{ at, value *time.Duration }{
		{&l.Ahead, new(2 * time.Minute)}, {&l.Late, new(10 * time.Minute)}, {&l.Oldest, new(72 * time.Hour)},
	} {
		if *d.at == 0 {
			*d.at = *d.value
		}
	}
	for _, d := range []struct {
		at    *float64
		value float64
	}{{&l.Fastest, 70}, {&l.Slack, 250}, {&l.Margin, 30_000}} {
		if *d.at == 0 {
			*d.at = d.value
		}
	}
	return l
}

// Register is what is known of the city when a fix is judged. It does not change.
type Register struct {
	sources map[string]Source
	units   map[string]Unit
	shifts  map[string][]Shift
	city    City
}

// City is where the units are.
type City struct {
	Bounds orb.Bound        // WGS 84; zero limits nothing
	Range  layers.AreaRange // of its areas
}

// NewRegister takes the sources, units and shifts of a city.
func NewRegister(sources []Source, units []Unit, shifts []Shift, city City) *Register {
	k := &Register{sources: map[string]Source{}, units: map[string]Unit{}, shifts: map[string][]Shift{}, city: city}
	for _, s := range sources {
		k.sources[s.ID] = s
	}
	for _, u := range units {
		k.units[u.ID] = u
	}
	for _, s := range shifts {
		k.shifts[s.Unit] = append(k.shifts[s.Unit], s)
	}
	return k
}

// Source is the source of that id.
func (k *Register) Source(id string) (Source, bool) {
	s, ok := k.sources[id]
	return s, ok
}

// Unit is the unit of that id.
func (k *Register) Unit(id string) (Unit, bool) {
	u, ok := k.units[id]
	return u, ok
}

// Units are the units whose home lies in the range, by id.
func (k *Register) Units(within layers.AreaRange) []Unit {
	var all []Unit
	for _, u := range k.units {
		if within.Contains(u.Area) {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Unit) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// ShiftAt is the unit's shift at that time.
func (k *Register) ShiftAt(unit string, at time.Time) (Shift, bool) {
	for _, s := range k.shifts[unit] {
		if !at.Before(s.From) && at.Before(s.To) {
			return s, true
		}
	}
	return Shift{}, false
}

// remembered is how many fixes of a unit the judge knows again. The store knows
// all of them again; this only spares the way.
const remembered = 16

// track is what the judge remembers of a unit.
type track struct {
	last, doubted mark // doubted: the last one that seemed too fast
	keys          [remembered]key
	next          int
}

// mark is where a unit was.
type mark struct {
	at    time.Time
	point orb.Point
}

// key is a fix of a unit.
type key struct {
	source string
	at     int64 // Unix nanoseconds
	seq    uint64
}

func keyOf(source string, f Fix) key { return key{source, f.At.UnixNano(), f.Seq} }

func (t *track) knows(k key) bool {
	for _, have := range t.keys {
		if have == k {
			return true
		}
	}
	return false
}

func (t *track) add(k key) {
	t.keys[t.next%remembered] = k
	t.next++
}

// Judge says what is made of fixes. It is not safe for concurrent use.
type Judge struct {
	limits Limits
	tracks map[string]*track
}

// NewJudge makes a judge that remembers nothing yet.
func NewJudge(limits Limits) *Judge {
	return &Judge{limits: limits.filled(), tracks: map[string]*track{}}
}

// Session is the judgement of some fixes that came together. What it found is
// forgotten unless Keep is called: a fix is known only when it is durable.
type Session struct {
	judge  *Judge
	known  *Register
	source Source
	found  bool
	now    time.Time
	tracks map[string]*track
	around orb.Bound // where units go; zero for no limit
}

// Begin begins to judge fixes of the source that arrive now.
func (j *Judge) Begin(known *Register, source string, now time.Time) *Session {
	s := &Session{judge: j, known: known, now: now, tracks: map[string]*track{}}
	s.source, s.found = known.Source(source)
	if !s.found {
		s.source.ID = source
	}
	if known.city.Bounds != (orb.Bound{}) {
		s.around = orbgeo.BoundPad(known.city.Bounds, j.limits.Margin)
	}
	return s
}

// Keep remembers what was judged, now that it is durable.
func (s *Session) Keep() {
	for unit, mine := range s.tracks {
		theirs := s.judge.tracks[unit]
		if theirs == nil {
			s.judge.tracks[unit] = mine
			continue
		}
		// Another session may have ended meanwhile: its last place stays if newer.
		if mine.last.at.After(theirs.last.at) {
			theirs.last = mine.last
		}
		theirs.doubted = mine.doubted
		for _, k := range mine.keys {
			if k != (key{}) && !theirs.knows(k) {
				theirs.add(k)
			}
		}
	}
}

// Judge judges the next fix and gives the record to keep, with the point in
// WGS 84 where it may be kept and without one where not.
func (s *Session) Judge(f Fix) Record {
	r := Record{Source: s.source.ID, Received: s.now, Fix: f}
	r.Verdict = s.verdict(&r.Fix)
	if r.Verdict == Malformed {
		r.Fix.At, r.Fix.Seq = s.now, 0
	}
	if !r.Verdict.Stored() {
		r.Fix.Unit = legible(f.Unit)
		r.Fix.Point, r.Fix.Speed, r.Fix.Heading, r.Fix.Accuracy = orb.Point{}, math.NaN(), math.NaN(), math.NaN()
	}
	return r
}

// legible is the name of a unit that may be anything, as it can be shown and kept.
func legible(unit string) string {
	return strings.Map(func(c rune) rune {
		if c == utf8.RuneError || unicode.IsControl(c) {
			return -1
		}
		return c
	}, unit[:min(len(unit), maxName)])
}

// verdict also brings the point home to WGS 84.
func (s *Session) verdict(f *Fix) Verdict {
	if !s.found {
		return UnknownSource
	}
	if !plausible(*f) {
		return Malformed
	}
	unit, ok := s.known.units[f.Unit]
	if !ok || !s.source.speaksFor(unit) {
		return UnknownUnit
	}
	v := s.clock(f.At)
	when := f.At
	if v.Misdated() {
		when = s.now
	}
	// Privacy first: where the unit is, is not looked at off shift.
	if _, on := s.known.ShiftAt(unit.ID, when); !on {
		return OffShift
	}
	if unit.alone() {
		return Alone
	}
	f.Point, ok = geo.ToWGS84(f.Point, s.source.CRS)
	if !ok || !plausible(*f) {
		return Malformed
	}
	if s.around != (orb.Bound{}) && !s.around.Contains(f.Point) {
		return Outside
	}
	t := s.track(unit.ID)
	k := keyOf(s.source.ID, *f)
	if t.knows(k) {
		return Known
	}
	if !s.reachable(t, mark{when, f.Point}) {
		return TooFast
	}
	t.add(k)
	return v
}

// plausible tells whether the fix names a unit, a place on the globe and a time.
func plausible(f Fix) bool {
	return f.Unit != "" && len(f.Unit) <= maxName && !f.At.IsZero() && f.At.Year() > 1900 && f.At.Year() < 2200 &&
		math.Abs(f.Point[0]) <= 180 && math.Abs(f.Point[1]) <= 90 && f.Point != orb.Point{}
}

// maxName is how long the id of a unit may be, as in every layer.
const maxName = 64

// clock judges the device's clock.
func (s *Session) clock(at time.Time) Verdict {
	age := s.now.Sub(at)
	switch l := s.judge.limits; {
	case age < -l.Ahead:
		return Future
	case age > l.Oldest:
		return Past
	case age > l.Late:
		return Late
	}
	return Kept
}

// track is the unit's in this session.
func (s *Session) track(unit string) *track {
	t := s.tracks[unit]
	if t == nil {
		t = &track{}
		if known := s.judge.tracks[unit]; known != nil {
			*t = *known
		}
		s.tracks[unit] = t
	}
	return t
}

// reachable tells whether a unit can have come from where it was last seen, and
// notes where it is. A place that seemed too far is believed when the next fix
// agrees with it: then it was the fix before that erred.
func (s *Session) reachable(t *track, now mark) bool {
	if !s.agree(t.last, now) && (t.doubted.at.IsZero() || !s.agree(t.doubted, now)) {
		t.doubted = now
		return false
	}
	t.doubted = mark{}
	if now.at.After(t.last.at) {
		t.last = now
	}
	return true
}

func (s *Session) agree(a, b mark) bool {
	if a.at.IsZero() {
		return true
	}
	l := s.judge.limits
	return orbgeo.Distance(a.point, b.point) <= l.Slack+l.Fastest*math.Abs(b.at.Sub(a.at).Seconds())
}
