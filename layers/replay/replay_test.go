package replay_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers/live"
	"sitmap/layers/replay"
)

// By arithmetic: 13,500 units and a day, 2,000,000 / 13,500 = 148 steps, which
// are 584 seconds or more; one unit has room for every second.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		units  int
		window time.Duration
		want   time.Duration
	}{
		{1, 24 * time.Hour, time.Second}, {0, 24 * time.Hour, time.Second}, {23, 24 * time.Hour, time.Second}, {24, 24 * time.Hour, 10 * time.Second},
		{4500, 24 * time.Hour, 5 * time.Minute}, {13_500, 24 * time.Hour, 10 * time.Minute}, {13_500, time.Hour, 30 * time.Second}, {5_000_000, 24 * time.Hour, time.Hour},
	} {
		if got := replay.Pace(c.units, c.window); got != c.want {
			t.Errorf("%d units for %s: %s, want %s", c.units, c.window, got, c.want)
		}
	}
	if !replay.Fits(1, replay.Longest, time.Second) || replay.Fits(13_500, replay.Longest, time.Minute) {
		t.Error("one unit fits at any pace, and the whole force not at one a minute")
	}
}

// Stays of one who stands where cells meet are one stop; who comes back after a
// while stops again; who walks by within five minutes does not stop.
func TestStops(t *testing.T) {
	home, err := hex.Of(orb.Point{102.638, 37.928}, 10)
	if err != nil {
		t.Fatal(err)
	}
	near, err := home.Disk(1)
	if err != nil {
		t.Fatal(err)
	}
	far, err := hex.Of(orb.Point{102.65, 37.928}, 10)
	if err != nil {
		t.Fatal(err)
	}
	beside := near[1]
	if beside == home {
		beside = near[0]
	}
	noon := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
	stay := func(cell hex.Cell, from, to float64) live.Stay {
		return live.Stay{Unit: "U", Cell: cell, From: at(from), To: at(to)}
	}
	got := replay.Stops([]live.Stay{
		stay(home, 0, 3), stay(beside, 1, 2.5), stay(beside, 4, 8), // one stop, longest beside
		stay(far, 9, 13),                         // four minutes
		stay(home, 20, 20.5), stay(home, 21, 26), // half a minute is driving by
		stay(home, 29, 35), // three minutes away: another stop
		stay(far, 34, 34.9),
	})
	middle := func(c hex.Cell) orb.Point { p, _ := c.Centre(); return p }
	want := []replay.Stop{{at(0), at(8), middle(beside)}, {at(21), at(26), middle(home)}, {at(29), at(35), middle(home)}}
	if len(got) != len(want) {
		t.Fatalf("%d stops %v", len(got), got)
	}
	for k := range want {
		if got[k] != want[k] {
			t.Errorf("stop %d: %v, want %v", k, got[k], want[k])
		}
	}
}
