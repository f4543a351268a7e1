package postgis_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sitmap/data/postgis"
	"sitmap/layers"
)

// hear listens and hands on what is heard, from the moment it hears.
func hear(t *testing.T, s *postgis.Store) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan string, 1000), make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, func(layer string, version int64) { heard <- fmt.Sprint(layer, " ", version) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return heard
}

// await reads until the wanted words were all heard.
func await(t *testing.T, heard <-chan string, want ...string) {
	t.Helper()
	for left := slices.Clone(want); len(left) > 0; {
		select {
		case word := <-heard:
			left = slices.DeleteFunc(left, func(w string) bool { return w == word })
		case <-time.After(30 * time.Second):
			t.Fatalf("not heard: %v", left)
		}
	}
}

// Every server on the database hears all: what is there when it begins, imports of
// the other, edits past both; of a transaction that was rolled back, nothing.
func TestTwoListeners(t *testing.T) {
	s, url := cityAt(t)
	first, second := hear(t, s), hear(t, open(t, url))
	for _, heard := range []<-chan string{first, second} {
		await(t, heard, "area 1", "grid 1", "camera 1", "road 1", "key_area 1", "dispute 1")
	}
	conn := connect(t, s)
	if _, err := conn.Exec(t.Context(), `begin; delete from feature_road where id = 'r1'; rollback`); err != nil {
		t.Fatal(err)
	}
	rows := roads()
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "name", "新路")
	mustLoad(t, s, layers.Batch{Layer: "road", City: "6206"}, rows)
	sql(t, s, `delete from feature_camera where fid = 1`, `delete from feature_grid where fid = 1`, `delete from feature_grid where fid = 2`)
	for _, heard := range []<-chan string{first, second} {
		var words []string
		for range 3 {
			select {
			case word := <-heard:
				words = append(words, word)
			case <-time.After(30 * time.Second):
				t.Fatal("silence")
			}
		}
		slices.Sort(words)
		if want := []string{"camera 2", "grid 2", "road 2"}; !slices.Equal(words, want) {
			t.Errorf("heard %v, want %v", words, want)
		}
	}
}

// Tables made by an older program tell of their changes once this one has opened
// the database.
func TestOlderTablesAreWatched(t *testing.T) {
	s, url := cityAt(t)
	for _, table := range []string{"feature_camera", "event_2016"} {
		for _, trigger := range []string{"note_inserted", "note_updated", "note_deleted", "note_emptied"} {
			sql(t, s, "drop trigger "+trigger+" on "+table)
		}
	}
	open(t, url)
	sql(t, s, `delete from feature_camera where fid = 1`, `delete from event_2016 where id = 'D0000'`)
	if got := changes(t, s, "camera", 1); got != "2: [1]; 102.05,37.05,102.05,37.05" {
		t.Error(got)
	}
	if got := changes(t, s, "dispute", 1); got != "2: [1]; 102.5,37.1,102.5,37.1" {
		t.Error(got)
	}
}

// Imports of two layers and edits that cross them at the same time: all arrive,
// none waits for another in a circle, and every version names what it did.
func TestChangesAtOnce(t *testing.T) {
	s := city(t)
	const rounds = 8
	var work sync.WaitGroup
	fail := make(chan error, 4*rounds)
	do := func(f func(round int) error) {
		work.Add(1)
		go func() {
			defer work.Done()
			for round := range rounds {
				if err := f(round); err != nil {
					fail <- err
				}
			}
		}()
	}
	for id, rows := range map[string][]layers.Staged{"camera": cameras(), "grid": grids()} {
		do(func(round int) error {
			f := rows[round].Feature
			f.Properties = with(f.Properties, "name", fmt.Sprint("改", round))
			fresh := f
			if id == "camera" {
				fresh.ID = fmt.Sprintf("6206020000132900000%d", round)
			} else {
				fresh.ID = fmt.Sprintf("62062110020090%d", round)
			}
			_, rejects, err := load(t.Context(), s, layers.Batch{Layer: id, City: "6206"}, staged(f, fresh))
			if err == nil && len(rejects) > 0 {
				err = fmt.Errorf("%v", rejects)
			}
			return err
		})
	}
	for _, order := range [][2]string{{"camera", "grid"}, {"grid", "camera"}} {
		do(func(round int) error {
			conn := connect(t, s)
			defer conn.Close(t.Context())
			// Each editor has rows of its own, so that only what the triggers
			// lock could stop them.
			fid := map[string]int{"camera": 20, "grid": 30}[order[0]]/10*10 - 10 + round%2
			_, err := conn.Exec(t.Context(), fmt.Sprintf(`begin; update feature_%s set props = props || '{"x":%d}' where fid = %d; select pg_sleep(0.01); update feature_%s set props = props || '{"x":%d}' where fid = %d; commit`,
				order[0], round, fid, order[1], round, fid))
			return err
		})
	}
	work.Wait()
	close(fail)
	for err := range fail {
		t.Error(err)
	}
	for _, id := range []string{"camera", "grid"} {
		c, err := s.Changes(t.Context(), id, 1)
		// One version an import, one an edit of either editor.
		if err != nil || c.Version != 1+3*rounds || c.Whole || len(c.FIDs) != 2*rounds+4 {
			t.Errorf("%s: version %d, whole %v, %d numbers (%v); want %d, false, %d", id, c.Version, c.Whole, len(c.FIDs), err, 1+3*rounds, 2*rounds+4)
		}
	}
}

// An edit that holds a row which an import wants, and then commits, stops neither.
func TestAnEditAndAnImportOfTheSameRow(t *testing.T) {
	s := city(t)
	conn := connect(t, s)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `update feature_camera set props = props || '{"name":"手"}' where fid = 1`); err != nil {
		t.Fatal(err)
	}
	f := cameras()[0].Feature
	f.Properties = with(f.Properties, "state", "offline")
	fresh := f
	fresh.ID = "62060200001329999999"
	done := make(chan error, 1)
	go func() {
		_, _, err := load(t.Context(), s, layers.Batch{Layer: "camera", City: "6206"}, staged(f, fresh))
		done <- err
	}()
	for range 200 {
		if one[int](t, s, `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'update "feature_camera"%'`) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Errorf("the edit: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the import: %v", err)
	}
	if got := changes(t, s, "camera", 1); got != "3: [1 401]; 102.05,37.05,102.05,37.05" {
		t.Error(got)
	}
}
