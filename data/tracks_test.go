package data_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
	"sitmap/layers/replay"
)

// A day that is held outlives the retention job, and no longer than it is held.
func TestHeldDaysAreKept(t *testing.T) {
	url := pgtest.Database(t, "", nil)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	patrolled(t, store)
	noon := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	var records []live.Record
	for days := range 6 {
		at := noon.AddDate(0, 0, -days)
		records = append(records, live.Record{Source: "app", Verdict: live.Kept, Received: at, Fix: live.Fix{Unit: "U1", At: at, Point: orb.Point{103, 38}}})
	}
	if _, err := store.WritePositions(t.Context(), postgis.Told{Stream: "test", To: 1, Records: records}); err != nil {
		t.Fatal(err)
	}
	held := layers.Window{From: noon.AddDate(0, 0, -4), To: noon.AddDate(0, 0, -4).Add(time.Hour)}
	before := noon.Add(-72*time.Hour + time.Minute)
	if is, err := store.Held(t.Context(), held, before); err != nil || is {
		t.Errorf("held before anybody held it: %t %v", is, err)
	}
	if err := store.HoldPositions(t.Context(), held, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if is, err := store.Held(t.Context(), held, before); err != nil || !is {
		t.Errorf("held: %t %v", is, err)
	}
	if is, err := store.Held(t.Context(), layers.Window{From: held.From, To: held.From.AddDate(0, 0, 1)}, before); err != nil || is {
		t.Errorf("held with the day after: %t %v", is, err)
	}
	// Removed are those of the third day, row by row, and of the fifth, whole.
	if removed, err := store.ForgetPositions(t.Context(), postgis.Before{Positions: before}); err != nil || removed.Fixes != 2 || removed.Days != 1 {
		t.Errorf("removed %+v %v", removed, err)
	}
	if err := store.HoldPositions(t.Context(), held, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, url, `select count(*)::int from position where at < '2026-05-08'`); n != 1 {
		t.Errorf("%d old fixes are left; a shorter hold must not undo a longer one", n)
	}
	query[int64](t, url, `with past as (update position_hold set until = now() - interval '1 minute' returning 1) select count(*) from past`)
	if removed, err := store.ForgetPositions(t.Context(), postgis.Before{Positions: before}); err != nil || removed.Fixes != 1 {
		t.Errorf("when the hold has ended: removed %+v %v", removed, err)
	}
}

// The log of looks takes lines and gives none back.
func TestLogOfLooksIsAppendOnly(t *testing.T) {
	url := pgtest.Database(t, "", nil)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now().UTC().Truncate(time.Second)
	look := replay.Look{By: "d", Role: "dispatcher", Unit: "U1", Area: layers.AreaRange{Low: 5, High: 5}, Window: layers.Window{From: now.Add(-time.Hour), To: now}, Units: 1}
	if err := store.LogLooks(t.Context(), []replay.Look{look, look}); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{`update track_look set by = 'x'`, `delete from track_look`, `truncate track_look`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is allowed", sql)
		}
	}
	// Half a look is no look.
	bad := look
	bad.By = ""
	if err := store.LogLooks(t.Context(), []replay.Look{look, bad}); err == nil {
		t.Error("a look of nobody is logged")
	}
	looks, err := store.Looks(t.Context(), layers.Everywhere, 2, 10)
	if err != nil || len(looks) != 1 || looks[0].Number != 1 || looks[0].Window != look.Window || looks[0].Unit != "U1" {
		t.Errorf("%+v %v", looks, err)
	}
	if n := query[int](t, url, `select count(*)::int from track_look`); n != 2 {
		t.Errorf("%d lines", n)
	}
}
