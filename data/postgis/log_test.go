package postgis_test

import (
	"strings"
	"testing"
	"time"

	"sitmap/data/postgis"
	"sitmap/layers"
)

// life is the log of a case on one line.
func life(t *testing.T, s *postgis.Store, id string) string {
	t.Helper()
	return one[string](t, s, `select coalesce(string_agg(to_char(at, 'MM-DD') || ' ' || from_status || '>' || to_status || case reason when '' then '' else ' (' || reason || ')' end, ', ' order by number), '') from event_log where id = $1`, id)
}

func putCase(t *testing.T, s *postgis.Store, at time.Time, id string, p props) {
	t.Helper()
	f := disputes()[0].Feature
	f.ID, f.Properties = id, p
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206", At: at}, staged(f))
}

// The life of a case that nobody told follows from its own times, and from what
// each import found changed.
func TestLifeFollowsFromTimes(t *testing.T) {
	s := city(t)
	if got, want := life(t, s, "D0000"), "01-01 >discovered, 01-11 discovered>resolved, 01-13 resolved>closed"; got != want {
		t.Errorf("a closed case: %s, want %s", got, want)
	}
	if got, want := life(t, s, "D0119"), "12-10 >mediating"; got != want {
		t.Errorf("an open case: %s, want %s", got, want)
	}
	day := func(d int) time.Time { return time.Date(2017, 3, d, 0, 0, 0, 0, time.UTC) }
	p := props{"category": "01", "status": "registered", "found_at": "2017-02-01T00:00:00Z"}
	putCase(t, s, day(1), "N", p)
	putCase(t, s, day(2), "N", p)
	p = with(p, "unit", "司法所")
	putCase(t, s, day(3), "N", p)
	p = with(p, "status", "mediating")
	putCase(t, s, day(4), "N", p)
	p = with(with(p, "status", "closed"), "resolved_at", "2017-03-05T00:00:00Z")
	p = with(p, "closed_at", "2017-03-06T00:00:00Z")
	putCase(t, s, day(7), "N", p)
	putCase(t, s, day(8), "N", with(p, "status", "reopened"))
	want := "02-01 >registered, 03-04 registered>mediating (import), 03-05 mediating>resolved, 03-06 resolved>closed, 03-08 closed>reopened (import)"
	if got := life(t, s, "N"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A life that is told is kept as told, once.
func TestLifeAsTold(t *testing.T) {
	s := city(t)
	f := disputes()[0].Feature
	f.ID = "told"
	steps := []layers.Transition{
		{CaseID: "told", At: time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC), To: "discovered", Unit: "综治中心"},
		{CaseID: "told", At: time.Date(2016, 1, 5, 0, 0, 0, 0, time.UTC), From: "discovered", To: "returned", Reason: "area"},
		{CaseID: "nobody", At: time.Date(2016, 1, 5, 0, 0, 0, 0, time.UTC), To: "discovered"},
	}
	version := int64(0)
	for range 2 {
		b, err := s.Begin(t.Context(), layers.Batch{Layer: "dispute", City: "6206"})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Discard(t.Context())
		if err := b.Put(t.Context(), staged(f)); err != nil {
			t.Fatal(err)
		}
		if err := b.PutTransitions(t.Context(), steps); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := life(t, s, "told"), "01-01 >discovered, 01-05 discovered>returned (area)"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if v := state(t, s, "dispute").Version; version != 0 && v != version {
			t.Error("the same life again is a change")
		} else {
			version = v
		}
	}
	if life(t, s, "nobody") != "" {
		t.Error("a life without a case is kept")
	}
}

func TestTheLogIsAppendOnly(t *testing.T) {
	s := city(t)
	for _, sql := range []string{`update event_log set to_status = 'closed'`, `delete from event_log`, `truncate event_log`} {
		if _, err := connect(t, s).Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
