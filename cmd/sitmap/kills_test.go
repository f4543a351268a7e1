package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data/embedded"
	"sitmap/data/stream"
	"sitmap/geo/hex"
	"sitmap/layers/live"
)

// kills is how often the tests of this file kill: a few times, or a hundred times
// with SITMAP_FAULTS=full.
func kills(short int) int {
	if os.Getenv("SITMAP_FAULTS") == "full" {
		return 100
	}
	return short
}

// Whatever is killed, and whenever, what was answered is in the database, once, and
// what follows from it is right.
func TestNothingIsLostByKills(t *testing.T) {
	if testing.Short() {
		t.Skip("kills servers")
	}
	for name, kill := range map[string]func(*testing.T, *victim, *load, int) []time.Duration{"server": killServer, "database": killDatabase} {
		t.Run(name, func(t *testing.T) {
			if os.Getenv("SITMAP_FAULTS") != "full" {
				t.Parallel()
			}
			v := newVictim(t)
			v.start(t)
			v.awaitReady(t)
			l := newLoad(t, v)
			n := kills(2)
			took := kill(t, v, l, n)
			l.end()
			if t.Failed() {
				t.Fatalf("the server said:\n%s", v.tail())
			}
			lost, twice := v.judge(t, l.fixes)
			slices.Sort(took)
			fmt.Printf("FAULT kill-%s kills=%d answered=%d lost=%d twice=%d sent_again=%d unanswered_probes=%d recovery_median=%s recovery_max=%s\n", name, n,
				len(l.fixes), lost, twice, l.refused, l.unanswered(), took[len(took)/2].Round(10*time.Millisecond), took[len(took)-1].Round(10*time.Millisecond))
		})
	}
}

// killServer kills the server, mostly while it works and sometimes while it starts.
// It gives how long it took each time until a fix was answered again.
func killServer(t *testing.T, v *victim, l *load, n int) (took []time.Duration) {
	for k := range n {
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
		began := time.Now()
		v.kill()
		v.start(t)
		if k%5 == 4 {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
			v.kill()
			v.start(t)
		}
		again, ok := l.answeredSince(began, 2*time.Minute)
		if !ok {
			t.Fatalf("kill %d: nothing is answered any more:\n%s", k, v.tail())
		}
		took = append(took, again.Sub(began))
	}
	return took
}

// killDatabase kills PostgreSQL: its first process, or one of the others. It gives
// how long it took each time until a fix that came after it was in the database.
func killDatabase(t *testing.T, v *victim, l *load, n int) (took []time.Duration) {
	lost := l.unanswered()
	for k := range n {
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
		began := time.Now()
		victims := []int{v.postmaster()}
		if others := v.backends(); k%3 == 1 && len(others) > 0 {
			victims = []int{others[rand.IntN(len(others))]}
		}
		for _, pid := range victims {
			if pid > 0 {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if k%5 == 4 { // and once more while it starts
			time.Sleep(time.Duration(rand.IntN(1000)) * time.Millisecond)
			if pid := v.postmaster(); pid > 0 {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if _, ok := l.answeredSince(began, time.Minute); !ok {
			t.Fatalf("kill %d: nothing is answered:\n%s", k, v.tail())
		}
		for {
			written, err := query[bool](t.Context(), v, `select exists (select from position where unit = $1 and at > $2)`, prober, began)
			if err == nil && written {
				break
			}
			if time.Since(began) > 2*time.Minute {
				t.Fatalf("kill %d: nothing is written any more: %v\n%s", k, err, v.tail())
			}
			time.Sleep(10 * time.Millisecond)
		}
		took = append(took, time.Since(began))
	}
	if now := l.unanswered(); now > lost {
		t.Errorf("%d fixes were not answered while the database was away", now-lost)
	}
	return took
}

// stored is a row of position.
type stored struct {
	answered
	point orb.Point
	cell  int64
}

// judge waits until all is written, stops the server and looks at everything that is
// left: fixes, stays, counts, cursor and buffer.
func (v *victim) judge(t *testing.T, fixes []answered) (lost, twice int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if lost, twice = v.compare(t, fixes); lost == 0 || time.Now().After(end) {
			break
		}
	}
	if lost > 0 || twice > 0 {
		t.Errorf("of %d answered fixes %d are lost, %d are there twice", len(fixes), lost, twice)
	}
	v.stop(t) // the last stays are written at the end
	cluster, err := embedded.Start(t.Context(), embedded.Options{Dir: v.folder, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(t.Context(), v.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	v.judgeStays(t, conn)
	rows, err := conn.Query(t.Context(), `select source, verdict, sum(fixes)::int from fix_count group by 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	var source string
	var verdict, n int
	if _, err := pgx.ForEachRow(rows, []any{&source, &verdict, &n}, func() error {
		counted[fmt.Sprint(source, verdict)] = n
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var cursor int64
	var identity string
	if err := conn.QueryRow(t.Context(), `select stream, number from position_cursor`).Scan(&identity, &cursor); err != nil {
		t.Fatal(err) // also when there are two
	}
	v.judgeBuffer(t, identity, uint64(cursor), counted)
	return lost, twice
}

// compare looks for the answered fixes in the database.
func (v *victim) compare(t *testing.T, fixes []answered) (lost, twice int) {
	t.Helper()
	found := map[answered]int{}
	for _, s := range v.positions(t) {
		found[s.answered]++
		if found[s.answered] == 2 {
			twice++
		}
	}
	for _, f := range fixes {
		f.at = f.at.UTC()
		if found[f] == 0 {
			lost++
		}
	}
	return lost, twice
}

func (v *victim) positions(t *testing.T) []stored {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), v.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, err := conn.Query(t.Context(), `select unit, seq, at, lon, lat, cell from position order by unit, at`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s stored, err error) {
		var seq int64
		err = row.Scan(&s.unit, &seq, &s.at, &s.point[0], &s.point[1], &s.cell)
		s.seq, s.at = uint64(seq), s.at.UTC()
		return s, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// judgeStays compares the stays with those that the fixes in the database make: per
// unit, grid and cell, cut where two minutes are without a fix.
func (v *victim) judgeStays(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	type spot struct {
		unit string
		grid int64
		cell int64
	}
	open := map[spot][2]time.Time{}
	var want []string
	line := func(s spot, from, to time.Time) string {
		return fmt.Sprint(s.unit, s.grid, s.cell, from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
	}
	for _, s := range v.positions(t) { // in the order of a unit's time
		cell, err := hex.Of(s.point, 10)
		if err != nil || int64(cell) != s.cell {
			t.Fatalf("%v has the cell %x", s, s.cell)
		}
		x, y := math.Floor((s.point[0]-west)/side), math.Floor((s.point[1]-south)/side)
		here := spot{s.unit, 620602001001000 + int64(10*x+y), s.cell}
		stay, ok := open[here]
		switch {
		case !ok:
			stay = [2]time.Time{s.at, s.at}
		case s.at.Sub(stay[1]) > 2*time.Minute:
			want = append(want, line(here, stay[0], stay[1]))
			stay = [2]time.Time{s.at, s.at}
		default:
			stay[1] = s.at
		}
		open[here] = stay
	}
	for here, stay := range open {
		want = append(want, line(here, stay[0], stay[1]))
	}
	rows, err := conn.Query(t.Context(), `select unit, grid, cell, from_at, to_at from pass`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var s spot
	var from, to time.Time
	if _, err := pgx.ForEachRow(rows, []any{&s.unit, &s.grid, &s.cell, &from, &to}, func() error {
		got = append(got, line(s, from, to))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d stays, want %d\nonly stored: %s\nmissing: %s", len(got), len(want), without(got, want), without(want, got))
	}
}

// without is the first few of a that are not in b; both are sorted.
func without(a, b []string) string {
	var all []string
	for _, one := range a {
		if _, found := slices.BinarySearchFunc(b, one, cmp.Compare[string]); !found && len(all) < 5 {
			all = append(all, one)
		}
	}
	return strings.Join(all, "\n")
}

// judgeBuffer looks at the buffer of the server that has stopped: the cursor stands
// at its end, and the counts of the database are those of all its records.
func (v *victim) judgeBuffer(t *testing.T, identity string, cursor uint64, counted map[string]int) {
	t.Helper()
	s, err := stream.Open(t.Context(), stream.Options{Dir: v.folder + "/positions"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	held, err := s.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Identity() != identity || held.Last != cursor {
		t.Errorf("written is message %d of %s, the buffer ends with %d of %s", cursor, identity, held.Last, s.Identity())
	}
	if held.First != 1 {
		t.Logf("the buffer begins with message %d, so that counts cannot be compared", held.First)
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	records := map[string]int{}
	if err := s.Follow(ctx, stream.From{}, func(number uint64, all []live.Record) error {
		for _, r := range all {
			records[fmt.Sprint(r.Source, int(r.Verdict))] += max(1, r.Count)
		}
		if number == held.Last {
			cancel()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(records) != fmt.Sprint(counted) {
		t.Errorf("counted are %v, the buffer holds %v", counted, records)
	}
}
