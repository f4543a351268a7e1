package data_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// Records that the database cannot take are kept apart, and hold up neither those
// that came with them nor those that came later. They come into the buffer past the
// gate, which would not let them in.
func TestBadRecordsHoldUpNobody(t *testing.T) {
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	p := openPatrol(t, store)
	now := time.Now()
	record := func(seq uint64, change func(*live.Record)) live.Record {
		r := live.Record{Source: "app", Verdict: live.Kept, Received: now, Fix: live.Fix{Unit: "U2", Seq: seq, At: now, Point: orb.Point{103, 38}, Speed: math.NaN(), Heading: math.NaN(), Accuracy: math.NaN(), Battery: math.NaN()}}
		if change != nil {
			change(&r)
		}
		return r
	}
	poison := map[string]func(*live.Record){
		"22021":                 func(r *live.Record) { r.Fix.Unit = "U\x00" },                                    // a text that no database holds
		"23514 position":        func(r *live.Record) { r.Fix.Point = orb.Point{200, 38} },                        // a place beyond the globe
		"23514 position_lon":    func(r *live.Record) { r.Fix.Point, r.Verdict = orb.Point{-181, 38}, live.Past }, // … whose clock is wrong
		"nothing":               func(r *live.Record) { r.Fix.At = time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC) },
		"22021 of an alarm":     func(r *live.Record) { r.Fix.Unit, r.Fix.SOS, r.Verdict = "\x00", true, live.UnknownUnit },
		"22021 of a dispatcher": func(r *live.Record) { r.Act, r.Source, r.Fix.Unit = live.Acknowledge, "wang\xff", "U1" },
	}
	p.send(20)
	sos := record(1, func(r *live.Record) { r.Fix.Unit, r.Fix.SOS = "U1", true })
	if err := p.stream.Append(t.Context(), []live.Record{sos}); err != nil {
		t.Fatal(err)
	}
	sound := 0
	for _, spoil := range poison {
		var message []live.Record
		for k := range 9 {
			sound++
			message = append(message, record(uint64(1000+sound), nil))
			if k == 4 {
				message = append(message, record(0, spoil))
			}
		}
		if err := p.stream.Append(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		p.send(5)
	}
	refused := 0
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	writer := &data.Writer{Stream: p.stream, Store: store, Grids: noGrids, Log: quiet, Refused: func(n int) { refused += n }}
	work.Go(func() { _ = writer.Run(ctx) })
	p.written()
	cancel()
	work.Wait()

	// The record from 1700 spoils nothing: it has a day of its own.
	want := len(poison) - 1
	if n, err := store.RefusedPositions(t.Context()); err != nil || int(n) != refused || refused != want {
		t.Errorf("%d records are kept apart (%v), %d were told, want %d: %s", n, err, refused, want,
			query[string](t, url, `select coalesce(string_agg(reason, ', ' order by number), '') from position_refused`))
	}
	if n := query[int](t, url, `select count(*)::int from position where unit = 'U2' and seq > 1000`); n != sound {
		t.Errorf("of %d sound records in bad company %d are stored", sound, n)
	}
	if n := query[int](t, url, `select count(*)::int from position where unit = 'U1'`); n != p.sent+1 {
		t.Errorf("of %d records around them %d are stored", p.sent+1, n)
	}
	if n := query[int](t, url, `select count(*)::int from alarm where unit = 'U1' and acked is null`); n != 1 {
		t.Errorf("the alarm of U1 is there %d times", n)
	}
	// What was kept apart can be read again.
	if got := query[string](t, url, `select string_agg(distinct source, ',') from position_refused where source = 'app'`); got != "app" {
		t.Errorf("of %q", got)
	}
	if removed, err := store.ForgetPositions(t.Context(), postgis.Before{Positions: time.Now().Add(time.Hour)}); err != nil || removed.Fixes == 0 {
		t.Errorf("%+v %v", removed, err)
	}
	if n, _ := store.RefusedPositions(t.Context()); n != 0 {
		t.Errorf("%d outlast what is kept of positions", n)
	}
}
