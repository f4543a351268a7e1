package stream

import (
	"testing"
	"time"

	"sitmap/layers/live"
)

// Each step is how long the process has run, what the machine's clock says, both in
// hours from noon, and how many messages there are; kept are those of three days. What
// goes was worked out on paper.
func TestWhatIsTooOldGoesByAClockThatCanBeBelieved(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	hours := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
	type look struct {
		up, clock float64
		last      uint64
		number    uint64
		cutoff    float64 // of the machine's clock; 0 for not believed
	}
	const year = 365 * 24
	for name, looks := range map[string][]look{
		"even":                {{0, 0, 10, 0, 0}, {1, 1, 20, 0, 0}, {24, 24, 30, 0, -48}, {72, 72, 40, 10, 0.0001}, {73, 73, 40, 20, 1}},
		"a leap by a year":    {{0, 0, 10, 0, 0}, {30, year + 30, 20, 0, 0}, {31, 31, 30, 0, -41}},
		"an hour ahead":       {{0, 0, 10, 0, 0}, {30, 31, 20, 0, 0}, {31, 31, 20, 0, -41}},
		"began in the future": {{0, year, 10, 0, 0}, {1, 1, 20, 0, 0}, {72, 72, 20, 10, 0}, {73, 73, 20, 20, 0}},
	} {
		known := ages{began: noon.Add(hours(looks[0].clock))}
		up := map[time.Time]float64{known.began: 0}
		for k, l := range looks {
			now := noon.Add(hours(l.clock))
			if _, ok := up[now]; !ok {
				up[now] = l.up
			}
			number, cutoff := known.old(l.last, now, hours(72), func(at time.Time) time.Duration { return hours(l.up - up[at]) })
			want := time.Time{}
			if l.cutoff != 0 {
				want = noon.Add(hours(l.clock - 72))
			}
			if number != l.number || !cutoff.Equal(want) {
				t.Errorf("%s, look %d: up to message %d and %v, want %d and %v", name, k, number, cutoff, l.number, want)
			}
		}
	}
}

// What is so old goes, and nothing else.
func TestOldMessagesGo(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), MaxAge: time.Millisecond})
	for k := range 3 {
		if err := s.Append(t.Context(), numbered("a", k, 1)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(5 * time.Millisecond)
	if held, err := s.Held(t.Context()); err != nil || held.First != 1 || held.Last != 3 {
		t.Fatalf("%+v %v: NATS removes by an age of its own", held, err)
	}
	cut := time.Now()
	if err := s.Append(t.Context(), []live.Record{numbered("b", 0, 1)[0]}); err != nil {
		t.Fatal(err)
	}
	for want, at := range map[uint64]time.Time{0: cut.Add(-time.Hour), 3: cut, 4: time.Now().Add(time.Hour)} {
		if got, err := s.before(t.Context(), at, 4); err != nil || got != want {
			t.Errorf("before %s is message %d (%v), want %d", at, got, err, want)
		}
	}
	// This process has known the first three for longer than they may stay.
	known := ages{began: cut, marks: []ageMark{{cut.Add(-time.Second), 3}}}
	if err := s.forgetOnce(t.Context(), &known); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Held(t.Context()); err != nil || held.First != 4 || held.Last != 4 {
		t.Errorf("%+v %v, want message 4 alone", held, err)
	}
}
