package data_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data"
	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/data/stream"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// noGrids is a town without service grids.
func noGrids() *live.Grids { return live.NewGrids(nil) }

// patrolled is the small town with two units on duty and a source for them.
func patrolled(t *testing.T, store *postgis.Store) {
	t.Helper()
	square := orb.Polygon{{{102, 37}, {104, 37}, {104, 39}, {102, 39}, {102, 37}}}
	put(t, store, layers.Batch{Layer: "area"}, layers.Feature{ID: "6206", Geometry: square,
		Properties: map[string]any{"code": "6206", "name": "武威市", "level": "city", "time_zone": "Asia/Shanghai"}})
	for _, id := range []string{"U1", "U2"} {
		put(t, store, layers.Batch{Layer: "unit", City: "6206"}, layers.Feature{ID: id, Geometry: orb.Point{103, 38},
			Properties: map[string]any{"name": id, "call_sign": id, "force": "staff", "kind": "foot", "headcount": int64(3)}})
	}
	if err := store.SetFixSource(t.Context(), live.Source{ID: "app", CRS: "EPSG:4326", Area: layers.Everywhere}); err != nil {
		t.Fatal(err)
	}
	if err := store.SetDuties(t.Context(), []live.Duty{{Unit: "U1", To: 1440, Days: live.Daily}, {Unit: "U2", To: 1440, Days: live.Daily}}); err != nil {
		t.Fatal(err)
	}
}

// patrol is a gate with its buffer and store.
type patrol struct {
	t      *testing.T
	store  *postgis.Store
	stream *stream.Stream
	gate   *live.Gate
	sent   int
}

func openPatrol(t *testing.T, store *postgis.Store) *patrol {
	t.Helper()
	s, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p := &patrol{t: t, store: store, stream: s, gate: live.NewGate(s, live.Limits{}, time.Now)}
	now := time.Now()
	register, err := store.Register(t.Context(), layers.Window{From: now.Add(-72 * time.Hour), To: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	p.gate.Learn(register)
	return p
}

// send sends n fixes of U1 and wants each of them kept.
func (p *patrol) send(n int) {
	p.t.Helper()
	fixes := make([]live.Fix, n)
	for k := range fixes {
		p.sent++
		fixes[k] = live.Fix{Unit: "U1", Seq: uint64(p.sent), At: time.Now(), Point: orb.Point{103, 38}, Speed: 1, Heading: math.NaN(), Accuracy: 5, Battery: 1}
	}
	p.receive(live.Kept, fixes...)
}

func (p *patrol) receive(want live.Verdict, fixes ...live.Fix) {
	p.t.Helper()
	verdicts, err := p.gate.Receive(p.t.Context(), "app", fixes)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, v := range verdicts {
		if v != want {
			p.t.Fatalf("a fix is %s, want %s", v, want)
		}
	}
}

// write runs a writer until the buffer is written.
func (p *patrol) write() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	var work sync.WaitGroup
	writer := &data.Writer{Stream: p.stream, Store: p.store, Grids: noGrids, Log: quiet}
	work.Go(func() { _ = writer.Run(ctx) })
	defer work.Wait()
	defer cancel()
	p.written()
}

func (p *patrol) written() {
	p.t.Helper()
	held, err := p.stream.Held(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for range 600 {
		if at, err := p.store.PositionCursor(p.t.Context(), p.stream.Identity()); err == nil && at >= held.Last {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatal("the buffer is not written")
}

// stored are the stored fixes by their number, as often as they are there.
func (p *patrol) stored(scope access.Scope) map[uint64]int {
	p.t.Helper()
	found := map[uint64]int{}
	if err := p.store.Positions(p.t.Context(), nil, layers.Window{}, scope, func(r live.Record) error {
		found[r.Fix.Seq]++
		return nil
	}); err != nil {
		p.t.Fatal(err)
	}
	return found
}

func (p *patrol) allOnce() {
	p.t.Helper()
	found := p.stored(access.System)
	for seq := 1; seq <= p.sent; seq++ {
		if found[uint64(seq)] != 1 {
			p.t.Fatalf("fix %d of %d is stored %d times", seq, p.sent, found[uint64(seq)])
		}
	}
	if len(found) != p.sent {
		p.t.Errorf("%d fixes are stored, %d were sent", len(found), p.sent)
	}
}

func query[T any](t *testing.T, url, sql string, args ...any) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// What the gate answered comes to the store, once, also when it is written again
// from the beginning, and by two writers.
func TestPositionsAreWrittenOnce(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	p := openPatrol(t, store)
	for range 20 {
		p.send(50)
	}
	p.receive(live.UnknownUnit, live.Fix{Unit: "ghost", At: time.Now(), Point: orb.Point{103, 38}})
	misdated := live.Fix{Unit: "U2", Seq: 1, At: time.Now().AddDate(1, 0, 0), Point: orb.Point{103, 38}}
	p.receive(live.Future, misdated)
	sos := live.Fix{Unit: "U2", Seq: 2, At: time.Now(), Point: orb.Point{103, 38.001}, SOS: true}
	p.receive(live.Kept, sos)
	if err := p.stream.Append(t.Context(), []live.Record{
		{Source: "wang", Received: time.Now(), Act: live.Acknowledge, Fix: live.Fix{Unit: "U2"}},
		{Source: "wang", Received: time.Now(), Act: live.Close, Note: "误报", Fix: live.Fix{Unit: "U2"}},
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for range 2 {
		writer := &data.Writer{Stream: p.stream, Store: store, Grids: noGrids, Log: quiet}
		work.Go(func() { _ = writer.Run(ctx) })
	}
	p.written()
	cancel()
	work.Wait()
	whole := func() {
		t.Helper()
		found := p.stored(access.System)
		if len(found) != p.sent { // U2's SOS has the number of one of U1's
			t.Errorf("%d numbers are stored, want %d", len(found), p.sent)
		}
		if n := query[int](t, url, `select count(*)::int from position`); n != p.sent+1 {
			t.Errorf("%d fixes are stored, want %d", n, p.sent+1)
		}
		if got := query[string](t, url, `select string_agg(unit || ' ' || verdict || ' ' || (at > now()), ',') from position_misdated`); got != "U2 3 true" {
			t.Errorf("misdated: %s", got)
		}
		if got := query[int](t, url, `select count(*)::int from pass where unit = 'U1'`); got != 1 {
			t.Errorf("U1, which stays where it is, has %d stays", got)
		}
		if !query[bool](t, url, `select (select max(to_at) - min(from_at) from pass where unit = 'U1') = (select max(at) - min(at) from position where unit = 'U1')`) {
			t.Error("the stay is not from the first fix to the last")
		}
		if got := query[string](t, url, `select string_agg(unit || calls || acked_by || closed_by || reason || lat, ',') from alarm`); got != "U21wangwang误报38.001" {
			t.Errorf("alarms: %s", got)
		}
	}
	whole()
	if got := query[string](t, url, `select string_agg(what, ',' order by number) from alarm_log`); got != "opened,acknowledged,closed" {
		t.Errorf("what happened to the alarm: %s", got)
	}
	if n := query[int](t, url, `select fixes::int from fix_count where verdict = $1`, int16(live.UnknownUnit)); n != 1 {
		t.Errorf("%d fixes of unknown units are counted", n)
	}
	query[int](t, url, `with gone as (delete from position_cursor returning 1) select count(*)::int from gone`)
	p.write()
	whole()
}

// Who wrote fixes died before it wrote their stays: whoever goes on makes them anew
// from the buffer, and they are whole.
func TestStaysComeLater(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	p := openPatrol(t, store)
	p.send(3)
	held, err := p.stream.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var records []live.Record
	enough := errors.New("enough")
	if err := p.stream.Follow(t.Context(), stream.From{}, func(number uint64, more []live.Record) error {
		if records = append(records, more...); number >= held.Last {
			return enough
		}
		return nil
	}); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	if n, err := store.WritePositions(t.Context(), postgis.Told{Stream: p.stream.Identity(), To: held.Last, Records: records, StaysLater: true}); err != nil || n != 3 {
		t.Fatalf("%d stored: %v", n, err)
	}
	if _, from, err := store.Stays(t.Context(), p.stream.Identity(), time.Time{}); err != nil || from != 0 {
		t.Errorf("the stays speak up to message %d: %v", from, err)
	}
	p.send(3)
	p.write()
	p.allOnce()
	if got := query[string](t, url, `select count(*) || ' ' || (min(from_at) = (select min(at) from position)) || ' ' || (max(to_at) = (select max(at) from position)) from pass`); got != "1 true true" {
		t.Errorf("stays, from the first fix, to the last: %s", got)
	}
	if _, from, err := store.Stays(t.Context(), p.stream.Identity(), time.Time{}); err != nil || from <= held.Last {
		t.Errorf("in the end the stays speak up to message %d: %v", from, err)
	}
}

// Straight into the tables or by way of what is there already: the same rows, and
// each fix once.
func TestTwoWaysToTheSamePositions(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	at := time.Date(2026, 5, 10, 23, 59, 59, 123_456_789, time.UTC) // the next one is in another partition
	nan := math.NaN()
	var records []live.Record
	for k := range 4 {
		records = append(records, live.Record{Source: "平台", Verdict: live.Kept, Received: at, Fix: live.Fix{
			Unit: "U1", Seq: math.MaxUint64 - uint64(k), At: at.Add(time.Duration(k) * time.Second), Point: orb.Point{103.1234567, 38.7654321},
			Speed: 1.5, Heading: nan, Accuracy: math.Inf(1), Battery: 0.5, SOS: k == 1,
		}})
	}
	records = append(records, records[0], records[0])
	records[4].Verdict, records[4].Fix.At = live.Past, at.AddDate(-100, 0, 0)
	records[5] = live.Record{Source: "平台", Verdict: live.OffShift, Received: at, Count: 7}
	const rows = `select string_agg(t::text, E'\n' order by t::text) from (select * from position union all select * from position_misdated) t`
	home := func(string) int64 {
		return query[int64](t, url, `select area from feature where layer = 'unit' and id = 'U1' and valid_to is null`)
	}
	var found []string
	for k, told := range []postgis.Told{{Stream: "sorted", To: 1, Records: records}, {Stream: "straight", To: 1, Records: records, Home: home}} {
		if n, err := store.WritePositions(t.Context(), told); err != nil || n != 5 {
			t.Fatalf("%s: %d stored, want 5: %v", told.Stream, n, err)
		}
		found = append(found, query[string](t, url, rows))
		if k == 0 {
			query[int](t, url, `with a as (delete from position returning 1), b as (delete from position_misdated returning 1) select count(*)::int from a`)
		}
	}
	if found[0] != found[1] || !strings.Contains(found[0], "2026-05-10 23:59:59.123456+00") {
		t.Errorf("sorted:\n%s\nstraight:\n%s", found[0], found[1])
	}
	fresh := records[0]
	fresh.Fix.Seq = 1
	if n, err := store.WritePositions(t.Context(), postgis.Told{Stream: "straight", After: 1, To: 2, Records: append(records[:4:4], fresh), Home: home}); err != nil || n != 1 {
		t.Errorf("four that are there and a new one: %d stored, %v", n, err)
	}
}

// With the database down fixes are taken as ever, and written when it is back.
func TestTheDatabaseMayBeAway(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	dir := pgtest.Dir(t)
	start := func() *embedded.Cluster {
		c, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := start()
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	store, err := postgis.Open(t.Context(), c.URL(), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	patrolled(t, store)
	p := openPatrol(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	writer := &data.Writer{Stream: p.stream, Store: store, Grids: noGrids, Log: quiet}
	work.Go(func() { _ = writer.Run(ctx) })
	defer work.Wait()
	defer cancel()
	p.send(100)
	p.written()
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		p.send(100)
	}
	c = start()
	p.send(100)
	p.written()
	p.allOnce()
}

// Old fixes go, by whole days and then one by one, and what went is on record.
func TestRetention(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	patrolled(t, store)
	noon := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	var records []live.Record
	for hours := range 120 { // one an hour, back to noon five days before
		at := noon.Add(-time.Duration(hours) * time.Hour)
		records = append(records, live.Record{Source: "app", Verdict: live.Kept, Received: at, Fix: live.Fix{Unit: "U1", Seq: uint64(hours), At: at, Point: orb.Point{103, 38}}},
			live.Record{Source: "app", Verdict: live.Past, Received: at, Fix: live.Fix{Unit: "U1", Seq: uint64(hours), At: at.AddDate(-1, 0, 0), Point: orb.Point{103, 38}}})
	}
	if n, err := store.WritePositions(t.Context(), postgis.Told{Stream: "test", To: 1, Records: records}); err != nil || n != 240 {
		t.Fatalf("%d stored: %v", n, err)
	}
	// Kept are those of the last 72 hours: numbers 0 to 72, of each kind. On the
	// fifth and sixth whole days have ended by noon of the seventh.
	before := postgis.Before{Positions: noon.Add(-72 * time.Hour)}
	removed, err := store.ForgetPositions(t.Context(), before)
	if err != nil || removed.Fixes != 2*(120-73) || removed.Days != 2 {
		t.Errorf("removed %+v %v, want %d fixes and 2 whole days", removed, err, 2*(120-73))
	}
	if n := query[int](t, url, `select count(*)::int from position`); n != 73 {
		t.Errorf("%d fixes are left", n)
	}
	if n := query[int64](t, url, `select fixes from position_removal`); n != removed.Fixes {
		t.Errorf("on record are %d", n)
	}
	if again, err := store.ForgetPositions(t.Context(), before); err != nil || again.Fixes != 0 {
		t.Errorf("again: %+v %v", again, err)
	}
}

// Positions are read by those who answer for the unit's home, and by nobody else.
func TestPositionsHaveAScope(t *testing.T) {
	store, err := postgis.Open(t.Context(), pgtest.URL(t), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	p := openPatrol(t, store)
	p.send(3)
	p.write()
	of := func(code string) access.Scope {
		r, err := layers.RangeOfCode(code)
		if err != nil {
			t.Fatal(err)
		}
		return access.Scope{Area: r}
	}
	for _, c := range []struct {
		scope access.Scope
		want  int
	}{{access.System, 3}, {of("6206"), 3}, {of("6207"), 0}, {access.Scope{}, 0}} {
		if got := len(p.stored(c.scope)); got != c.want {
			t.Errorf("%v reads %d fixes, want %d", c.scope, got, c.want)
		}
	}
}
