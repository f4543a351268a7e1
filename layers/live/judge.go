package live

import (
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/geo"
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

// Judge says what is made of fixes. It is not safe for concurrent use.
type Judge struct {
	limits   Limits
	tracks   map[string]*track
	sources  map[string]uint32
	sessions uint64
}

// NewJudge makes a judge that remembers nothing yet.
func NewJudge(limits Limits) *Judge {
	return &Judge{limits: limits.filled(), tracks: map[string]*track{}, sources: map[string]uint32{}}
}

// Session is the judgement of some fixes that came together. It judges all of them
// before another session begins. What it found is forgotten unless Keep is called,
// whenever that is: a fix is known only when it is durable.
type Session struct {
	judge  *Judge
	known  *Register
	source Source
	found  bool
	now    time.Time
	number uint64 // of the session
	sender uint32 // the source's
	news   []news
	keys   []newKey
	around orb.Bound // where units go; zero for no limit
}

// news is what a session found out about a unit.
type news struct {
	track         *track // as it is remembered
	last, doubted mark
	keys          int // the newest of its keys in the session; -1 for none
}

// newKey is a fix that was not known, of which of the news, and which of the keys
// was the one before it there; -1 for none.
type newKey struct {
	key
	of, before int
}

// Begin begins to judge fixes of the source that arrive now.
func (j *Judge) Begin(known *Register, source string, now time.Time) *Session {
	j.sessions++
	s := &Session{judge: j, known: known, now: now, number: j.sessions}
	s.source, s.found = known.Source(source)
	if !s.found {
		s.source.ID = source
	} else if s.sender = j.sources[source]; s.sender == 0 {
		s.sender = uint32(len(j.sources) + 1)
		j.sources[source] = s.sender
	}
	if known.city.Bounds != (orb.Bound{}) {
		s.around = orbgeo.BoundPad(known.city.Bounds, j.limits.Margin)
	}
	return s
}

// Keep remembers what was judged, now that it is durable.
func (s *Session) Keep() {
	for _, mine := range s.news {
		theirs := mine.track
		// Another session may have ended meanwhile: its last place stays if newer.
		if mine.last.at > theirs.last.at {
			theirs.last = mine.last
		}
		theirs.doubted = mine.doubted
	}
	for _, mine := range s.keys {
		if theirs := s.news[mine.of].track; !theirs.knows(mine.key) {
			theirs.add(mine.key)
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
	if !plausible(f) {
		return Malformed
	}
	unit := s.known.units[f.Unit]
	if unit == nil || !s.source.speaksFor(&unit.Unit) {
		return UnknownUnit
	}
	f.Unit = unit.ID // one text for all fixes of the unit
	v := s.clock(f.At)
	when := f.At
	if v.Misdated() {
		when = s.now
	}
	// Privacy first: where the unit is, is not looked at off shift.
	if _, on := unit.shiftAt(when); !on {
		return OffShift
	}
	if unit.alone() {
		return Alone
	}
	var ok bool
	f.Point, ok = geo.ToWGS84(f.Point, s.source.CRS)
	if !ok || !plausible(f) {
		return Malformed
	}
	if s.around != (orb.Bound{}) && !s.around.Contains(f.Point) {
		return Outside
	}
	at := s.newsOf(unit.ID)
	k := key{f.At.UnixNano(), f.Seq, s.sender}
	if s.knows(at, k) {
		return Known
	}
	if !s.reachable(&s.news[at], mark{when.UnixNano(), f.Point}) {
		return TooFast
	}
	s.keys = append(s.keys, newKey{k, at, s.news[at].keys})
	s.news[at].keys = len(s.keys) - 1
	return v
}

// plausible tells whether the fix names a unit, a place on the globe and a time.
func plausible(f *Fix) bool {
	return f.Unit != "" && len(f.Unit) <= maxName && f.At.After(earliest) && f.At.Before(latest) &&
		math.Abs(f.Point[0]) <= 180 && math.Abs(f.Point[1]) <= 90 && f.Point != orb.Point{}
}

// Between these lie the times that nanoseconds can count and clocks may show.
var earliest, latest = time.Date(1900, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

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

// newsOf is where the session keeps what it found out about the unit.
func (s *Session) newsOf(unit string) int {
	t := s.judge.tracks[unit]
	if t == nil {
		t = &track{}
		s.judge.tracks[unit] = t
	}
	if t.session != s.number {
		t.session, t.news = s.number, len(s.news)
		s.news = append(s.news, news{t, t.last, t.doubted, -1})
	}
	return t.news
}

// knows tells whether the fix was kept before, or judged in this session.
func (s *Session) knows(at int, k key) bool {
	for mine := s.news[at].keys; mine >= 0; mine = s.keys[mine].before {
		if s.keys[mine].key == k {
			return true
		}
	}
	return s.news[at].track.knows(k)
}

// reachable tells whether a unit can have come from where it was last seen, and
// notes where it is. A place that seemed too far is believed when the next fix
// agrees with it: then it was the fix before that erred.
func (s *Session) reachable(t *news, now mark) bool {
	if !s.agree(t.last, now) && (t.doubted == (mark{}) || !s.agree(t.doubted, now)) {
		t.doubted = now
		return false
	}
	t.doubted = mark{}
	if now.at > t.last.at || t.last == (mark{}) {
		t.last = now
	}
	return true
}

func (s *Session) agree(a, b mark) bool {
	if a == (mark{}) {
		return true
	}
	l := s.judge.limits
	return orbgeo.Distance(a.point, b.point) <= l.Slack+l.Fastest*math.Abs(float64(b.at-a.at))/1e9
}
