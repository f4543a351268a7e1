package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

func patrolledStore(t *testing.T) *postgis.Store {
	t.Helper()
	store, err := postgis.Open(t.Context(), pgtest.URL(t), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	return store
}

var someNoon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// What fences raise and what time escalates comes to the store through the buffer,
// once, although three servers say it; the history has it with what was done.
func TestAlertsAreWrittenOnce(t *testing.T) {
	store := patrolledStore(t)
	p := openPatrol(t, store)
	board := live.NewBoard(nil)
	at := func(second int) time.Time {
		return time.Now().UTC().Truncate(time.Second).Add(time.Duration(second) * time.Second)
	}
	raise := live.Record{Source: "app", Received: at(0), Act: live.Raise, About: "leave/1", Note: "岗区", Fix: live.Fix{Unit: "U1", At: at(-10), Point: orb.Point{103, 38}}}
	say := func(records ...live.Record) {
		t.Helper()
		if err := p.stream.Append(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		board.Take(records)
	}
	say(raise, raise, raise)
	due := board.Due(at(125), 2*time.Minute)
	if len(due) != 1 {
		t.Fatalf("due after two minutes: %+v", due)
	}
	say(append(due, due...)...)
	say(live.Record{Source: "wang", Received: at(130), Act: live.Acknowledge, About: "leave/1", Fix: live.Fix{Unit: "U1"}},
		live.Record{Source: "wang", Received: at(140), Act: live.Close, About: "leave/1", Note: "已归队", Fix: live.Fix{Unit: "U1"}},
		live.Record{Source: "app", Received: at(150), Act: live.Raise, About: "lost/2", Note: "失联", Fix: live.Fix{Unit: "U2", At: at(150), Point: orb.Point{103, 38}}},
		live.Record{Received: at(160), Act: live.Clear, About: "lost/2", Note: "heard", Fix: live.Fix{Unit: "U2"}},
		live.Record{Source: "app", Received: at(170), Act: live.Raise, About: "lost/2", Note: "失联", Fix: live.Fix{Unit: "app", At: at(170)}})
	p.write()
	city, err := layers.RangeOfCode("6206")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(q live.AlarmQuestion, within layers.AreaRange) (said []string) {
		t.Helper()
		past, err := store.AlarmHistory(t.Context(), q, within)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range past {
			var steps []string
			for _, s := range a.Steps {
				steps = append(steps, strings.TrimSpace(string(s.Step)+" "+s.Note))
			}
			said = append(said, fmt.Sprintf("%s %s %d %t: %s", a.Unit, a.About, a.Level, a.Closed.IsZero(), strings.Join(steps, ", ")))
		}
		return said
	}
	all := []string{
		"app lost/2 0 true: opened 失联", "U2 lost/2 0 false: opened 失联, cleared heard",
		"U1 leave/1 1 false: opened 岗区, escalated county, acknowledged, closed 已归队",
	}
	if got := ask(live.AlarmQuestion{Limit: 10}, city); !slices.Equal(got, all) {
		t.Errorf("the history is\n%s", strings.Join(got, "\n"))
	}
	if got := ask(live.AlarmQuestion{Limit: 10, State: "closed"}, city); !slices.Equal(got, all[1:]) {
		t.Errorf("closed are\n%s", strings.Join(got, "\n"))
	}
	if got := ask(live.AlarmQuestion{Limit: 1, Before: at(150), BeforeUnit: "U2", BeforeAbout: "lost/2"}, layers.Everywhere); !slices.Equal(got, all[2:]) {
		t.Errorf("the next page is\n%s", strings.Join(got, "\n"))
	}
	if got := ask(live.AlarmQuestion{Limit: 10}, layers.AreaRange{Low: 620602000000000, High: 620602999999999}); got != nil {
		t.Errorf("another area sees %v", got)
	}
	// A server that begins anew knows them.
	known, err := store.Alarms(t.Context(), at(-3600))
	if err != nil || len(known) != 3 || known[0].Title != "岗区" || !known[0].Since.Equal(raise.Fix.At) || known[0].Level != 1 {
		t.Errorf("known are %+v %v", known, err)
	}
	if steps := live.NewAlarms(known).Changes([]live.Record{raise}); len(steps) > 0 {
		t.Errorf("told again, it says %v", steps)
	}
}

// Fences come back as they were declared, and with the places they name.
func TestFencesAreKept(t *testing.T) {
	store := patrolledStore(t)
	before, err := store.RosterVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	outline := orb.Polygon{{{103, 38}, {103.1, 38}, {103.1, 38.1}, {103, 38}}}
	for _, f := range []live.Fence{
		{Name: "a", Kind: live.StayOut, Area: "6206", Units: []string{"U1"}, Outline: outline, From: 480, To: 1080, Days: 31, By: "wang"},
		{Name: "b", Kind: live.StayIn, Place: "6206", By: "wang"},
		{Name: "c", Kind: live.Lost, After: 5 * time.Minute, By: "wang"},
	} {
		if _, err := store.AddFence(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	fences, places, zone, err := store.Watching(t.Context())
	if err != nil || len(fences) != 3 || zone.String() != "Asia/Shanghai" {
		t.Fatalf("%+v %v %v", fences, zone, err)
	}
	if f := fences[0]; f.Outline[0][1] != outline[0][1] || f.Days != 31 || f.Units[0] != "U1" || f.By != "wang" || fences[2].After != 5*time.Minute {
		t.Errorf("%+v", fences)
	}
	if shape, ok := places["6206"]; !ok || shape.Bound().Max != (orb.Point{104, 39}) {
		t.Errorf("places are %v", places)
	}
	if after, err := store.RosterVersion(t.Context()); err != nil || after == before {
		t.Errorf("the version went from %s to %s, %v", before, after, err)
	}
}

// Shifts with what came of them: U1 is at home from twelve minutes after on, U2
// was there before, stays, and is heard no more before noon.
func TestAttendanceOfADay(t *testing.T) {
	store := patrolledStore(t)
	home, err := layers.AreaNumber("6206")
	if err != nil {
		t.Fatal(err)
	}
	at := func(minute int) time.Time { return someNoon.Add(time.Duration(minute) * time.Minute) }
	shift := func(unit string) live.UnitRoster {
		return live.UnitRoster{Unit: unit, Shifts: []live.Shift{{Unit: unit, From: at(0), To: at(480), Headcount: 2}}}
	}
	if err := store.SetRosters(t.Context(), []live.UnitRoster{shift("U1"), shift("U2")}, at(-60)); err != nil {
		t.Fatal(err)
	}
	stay := func(unit string, grid int64, from, to int) live.Stay {
		return live.Stay{Unit: unit, Grid: grid, Cell: 1, From: at(from), To: at(to)}
	}
	if _, err := store.WritePositions(t.Context(), postgis.Told{Stream: "test", To: 1, Stays: []live.Stay{
		stay("U1", home+5000, 2, 5), stay("U1", home+7, 12, 30), stay("U1", home+5000, 31, 470), stay("U2", home+1, -20, 100),
	}}); err != nil {
		t.Fatal(err)
	}
	units := []live.Unit{{ID: "U1", Headcount: 3, Area: home}, {ID: "U2", Headcount: 3, Area: home}}
	ask := func(w layers.Window, now time.Time) (said []string) {
		t.Helper()
		all, err := store.Attended(t.Context(), w, layers.Everywhere, units, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			said = append(said, fmt.Sprintf("%s %s %s %s %t", a.Unit, a.State, a.Late, a.Early, a.Weekly))
		}
		return said
	}
	// A day of Shanghai; the weekly duties of the fixture are all day and have no
	// shift that meets a single one.
	day := layers.Window{From: someNoon.Add(-20 * time.Hour), To: someNoon.Add(4 * time.Hour)}
	if got, want := ask(day, at(500)), []string{"U1 late 12m0s 0s false", "U2 ontime 0s 6h20m0s false"}; !slices.Equal(got, want) {
		t.Errorf("the day has %v, want %v", got, want)
	}
	if got, want := ask(layers.Window{From: at(5), To: at(5)}, at(5)), []string{"U1 late 12m0s 0s false", "U2 ontime 0s 0s false"}; !slices.Equal(got, want) {
		t.Errorf("at the moment %v, want %v", got, want)
	}
	// The past is not rewritten, and two that overlap are refused.
	again := live.UnitRoster{Unit: "U1", Shifts: []live.Shift{{Unit: "U1", From: at(470), To: at(600)}}}
	if err := store.SetRosters(t.Context(), []live.UnitRoster{again}, at(490)); err == nil || !strings.Contains(err.Error(), "before an earlier one ends") {
		t.Errorf("one that begins before a past one ended: %v", err)
	}
	if err := store.MergeRosters(t.Context(), []live.UnitRoster{again}); err != nil {
		t.Error(err)
	}
	if r, err := store.UnitRoster(t.Context(), "U1", at(0)); err != nil || len(r.Shifts) != 1 || !r.Shifts[0].From.Equal(at(470)) || len(r.Duties) != 0 {
		t.Errorf("a file's shift stands in the place of what it meets: %+v %v", r, err)
	}
}
