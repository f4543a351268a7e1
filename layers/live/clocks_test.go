package live

import (
	"testing"
	"time"

	"sitmap/layers"
)

// The server's clock is an hour ahead for a while, or an hour behind, and is set right.
// The units' clocks are right all the time. The board goes on, and nothing on it is
// younger than new.
func TestTheBoardOutlastsTheServersClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour, "a year ahead": 365 * 24 * time.Hour, "a year behind": -365 * 24 * time.Hour} {
		log := &recorder{}
		shown, right := time.Duration(0), noon
		g := NewGate(log, Limits{}, func() time.Time { return right.Add(shown) })
		duty := []Shift{{Unit: "foot", From: noon.AddDate(-2, 0, 0), To: noon.AddDate(2, 0, 0)}}
		known := NewRegister([]Source{{ID: "app", CRS: "EPSG:4326", Area: layers.Everywhere}}, units, duty, City{Bounds: cityBounds, Range: county("6206")})
		g.Learn(known)
		b := NewBoard(nil)
		b.Learn(known)
		kept := 0
		for minute := range 30 {
			shown = 0
			if minute >= 10 && minute < 20 {
				shown = off
			}
			right = noon.Add(time.Duration(minute) * time.Minute)
			log.records = nil
			f := fix("foot", uint64(minute), right, square)
			got, err := g.Receive(t.Context(), "app", []Fix{f})
			if err != nil || !got[0].Stored() {
				t.Fatalf("%s, minute %d: %v %v", name, minute, got, err)
			}
			kept += len(log.records)
			b.Take(log.records)
			b.Tick(right.Add(shown))
			s := stateOf(t, b, "foot")
			if age := right.Add(shown).Sub(s.Fix.At); age < 0 || s.Since.After(s.Fix.At) {
				t.Errorf("%s, minute %d: %s old, there since %s", name, minute, age, s.Since)
			}
			if minute >= 20 && s.Fix.Seq != uint64(minute) {
				t.Errorf("%s, minute %d: fix %d is shown", name, minute, s.Fix.Seq)
			}
		}
		if kept != 30 {
			t.Errorf("%s: %d of 30 fixes are kept", name, kept)
		}
	}
}

// A device whose clock is ahead by what is allowed is shown as heard now.
func TestNothingIsYoungerThanNew(t *testing.T) {
	b := openBoard()
	r := seen("foot", 90, 0)
	r.Received = noon
	b.Take([]Record{r})
	b.Tick(noon)
	if s := stateOf(t, b, "foot"); !s.Fix.At.Equal(noon) {
		t.Errorf("at %s", s.Fix.At)
	}
	if changed, _, _ := b.Since(0, layers.Everywhere); changed[0].Fix.At.After(noon) {
		t.Errorf("told at %s", changed[0].Fix.At)
	}
}

// Who presses the button after the server's clock was set back is heard, also when the
// last alarm was closed by the clock that was ahead; what is told again is not.
func TestAnAlarmAfterTheClockWasSetBack(t *testing.T) {
	a := NewAlarms(nil)
	at := func(device, server time.Duration) Record {
		r := sos(seen("foot", 0, 0))
		r.Fix.At, r.Received = noon.Add(device), noon.Add(server)
		return r
	}
	step := func(r Record, want AlarmStep) {
		t.Helper()
		if _, got := a.Take(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	first := at(0, time.Hour)
	step(first, Opened)
	step(Record{Act: Close, Source: "wang", Received: noon.Add(time.Hour + time.Minute), Fix: Fix{Unit: "foot"}}, Closed)
	step(first, "")
	step(at(5*time.Minute, 5*time.Minute), Opened)
	step(at(6*time.Minute, 6*time.Minute), Repeated)
	step(at(6*time.Minute, 6*time.Minute), "")
	step(Record{Act: Close, Source: "wang", Received: noon.Add(7 * time.Minute), Fix: Fix{Unit: "foot"}}, Closed)
}
