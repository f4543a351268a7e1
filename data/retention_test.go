package data

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/geo/hex"
	"sitmap/layers/catalog"
	"sitmap/layers/live"

	"io"
	"log/slog"
)

// Each step is what the clock says and how long the last run is ago for certain; sure
// is the time by which is removed. Worked out on paper from the rule.
func TestALeapOfTheClockIsNotBelievedAtOnce(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	at := func(hours float64) time.Time { return noon.Add(time.Duration(hours * float64(time.Hour))) }
	type run struct{ clock, even, sure float64 } // hours
	year := 365 * 24.0
	day := func(from, sure float64) (all []run) {
		for h := range 24 {
			all = append(all, run{from + float64(h), 1, sure + float64(h)})
		}
		return all
	}
	for name, runs := range map[string][]run{
		"even":                         {{0, 0, 0}, {1, 1, 1}, {2, 1, 2}},
		"a short stop":                 {{0, 0, 0}, {0.05, 0, 0.05}},
		"an hour ahead for an hour":    {{0, 0, 0}, {2, 1, 1}, {2, 1, 2}, {3, 1, 3}},
		"a year ahead for three hours": {{0, 0, 0}, {year + 1, 1, 1}, {year + 2, 1, 2}, {year + 3, 1, 3}, {4, 1, 4}},
		"an hour back":                 {{0, 0, 0}, {1, 1, 1}, {1, 1, 1}, {2, 1, 2}},
		"a year back, and right again": {{0, 0, 0}, {1 - year, 1, 1 - year}, {2, 1, 2 - year}},
		"ten days without the program": append(append([]run{{0, 0, 0}, {240, 0, 0}}, day(241, 1)[:23]...), run{264, 1, 264}, run{265, 1, 265}),
		"two leaps":                    append(append([]run{{0, 0, 0}, {240, 0, 0}, {241, 1, 1}, {480, 1, 2}}, day(481, 3)[:23]...), run{504, 1, 504}),
		"a leap, and back by the half": {{0, 0, 0}, {100, 1, 1}, {51, 1, 2}},
	} {
		var clock postgis.RetentionClock
		for k, r := range runs {
			var sure time.Time
			clock, sure = step(clock, at(r.clock), time.Duration(r.even*float64(time.Hour)))
			if !sure.Equal(at(r.sure)) {
				t.Errorf("%s, run %d at %g h: it is %g h for certain, want %g", name, k, r.clock, sure.Sub(noon).Hours(), r.sure)
				break
			}
		}
	}
}

// The job removes fixes and passes by their own times, keeps what only a leap of the
// clock made old, and says on record what it removed.
func TestTheJobOutlastsALeapOfTheClock(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	noon := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	var told postgis.Told
	for day := range 10 { // one fix and one pass each noon of the ten days before
		at := noon.AddDate(0, 0, -day)
		told.Records = append(told.Records, live.Record{Source: "app", Verdict: live.Kept, Received: at, Fix: live.Fix{Unit: "U1", Seq: uint64(day), At: at, Point: [2]float64{103, 38}}})
		cell, err := hex.Of([2]float64{103, 38}, 10)
		if err != nil {
			t.Fatal(err)
		}
		told.Stays = append(told.Stays, live.Stay{Unit: "U1", Cell: cell, From: at, To: at})
	}
	told.Stream, told.To = "test", 1
	if _, err := store.WritePositions(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	left := func() (s string) {
		var fixes, passes int
		if err := conn.QueryRow(t.Context(), `select (select count(*) from position), (select count(*) from pass)`).Scan(&fixes, &passes); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(fixes, " fixes, ", passes, " passes")
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	keep := Keep{Positions: 72 * time.Hour, Passes: 7 * 24 * time.Hour}
	run := func(now time.Time, even time.Duration, keep Keep, want string) {
		t.Helper()
		if err := tidy(t.Context(), store, keep, now, even, log); err != nil {
			t.Fatal(err)
		}
		if got := left(); got != want {
			t.Errorf("%s: %s are left, want %s", now, got, want)
		}
	}
	run(noon, 0, Keep{Positions: 72 * time.Hour}, "4 fixes, 10 passes") // noon of today and of three days before; passes for ever
	run(noon.Add(time.Hour), time.Hour, keep, "3 fixes, 7 passes")      // the one of seven days before is too old by an hour
	run(noon.AddDate(1, 0, 0), time.Hour, keep, "3 fixes, 7 passes")
	run(noon.Add(3*time.Hour), time.Hour, keep, "3 fixes, 7 passes")
	var passes int
	if err := conn.QueryRow(t.Context(), `select sum(passes) from position_removal`).Scan(&passes); err != nil || passes != 3 {
		t.Errorf("%d passes are on record (%v), want 3", passes, err)
	}
}
