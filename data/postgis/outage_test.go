package postgis_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// Connections that died in the pool are not the reader's trouble.
func TestDeadConnectionsAreReplaced(t *testing.T) {
	s := city(t)
	for range 3 {
		if err := s.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		one[int](t, s, `select count(pg_terminate_backend(pid))::int from pg_stat_activity where datname = current_database() and application_name = 'sitmap'`)
		if n, err := s.Count(t.Context(), layer(t, "camera"), layers.Query{}, all); err != nil || n != 400 {
			t.Errorf("%d cameras (%v)", n, err)
		}
	}
}

// While the database is down every read is unavailable, in words without SQL;
// when it is back the same store goes on.
func TestOutage(t *testing.T) {
	dir := pgtest.Dir(t)
	start := func() *embedded.Cluster {
		c, err := embedded.Join(t.Context(), embedded.Options{Dir: dir, Unsafe: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(context.WithoutCancel(t.Context())) })
		return c
	}
	c := start()
	s, err := postgis.Open(t.Context(), c.URL(), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, states := s.States(t.Context())
	_, search := s.Search(t.Context(), "x", 1, all)
	_, account := s.Account(t.Context(), "x")
	_, begin := s.Begin(t.Context(), layers.Batch{Layer: "area"})
	for what, err := range map[string]error{"ready": s.Ready(t.Context()), "states": states, "search": search, "account": account, "begin": begin} {
		if !errors.Is(err, layers.ErrUnavailable) || strings.Contains(err.Error(), "select") || strings.Contains(err.Error(), "/") {
			t.Errorf("%s: %v, want unavailable without inner details", what, err)
		}
	}
	start()
	if _, err := s.States(t.Context()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// A caller who leaves stops the statement on the server, and the connection is
// good for the next one.
func TestCallersWhoLeave(t *testing.T) {
	s := city(t)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, s)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `lock table layer_version in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := s.States(ctx); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a read past its deadline: %v, want unavailable", err)
	}
	left, leave := context.WithCancel(t.Context())
	go func() { time.Sleep(100 * time.Millisecond); leave() }()
	if _, err := s.States(left); !errors.Is(err, context.Canceled) {
		t.Errorf("a read that was left: %v, want cancelled", err)
	}
	running := -1
	for range 100 {
		if running = one[int](t, s, `select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'sitmap' and state = 'active' and wait_event_type = 'Lock'`); running == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if running != 0 {
		t.Errorf("%d statements go on for nobody", running)
	}
	tx.Rollback(t.Context())
	if _, err := s.States(t.Context()); err != nil {
		t.Error(err)
	}
}
