package data

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"sitmap/data/postgis"
	buffer "sitmap/data/stream"
	"sitmap/layers/live"
)

const (
	// writeAtOnce is how many records go into one transaction at most.
	writeAtOnce = 20_000
	// forgetEvery is how often what is written leaves the buffer.
	forgetEvery = time.Minute
	// gathering is the least time between two transactions: what comes meanwhile
	// shares the next one.
	gathering = 100 * time.Millisecond
	// staysEvery is how often stays are written. They grow with every fix, and one
	// that grew a hundred times is as dear as one that grew once.
	staysEvery = 30 * time.Second
	// endWithin is how long the last stays may take.
	endWithin = 5 * time.Second
	// staysBack is how far back stays are remembered: longer than one can go on
	// after its last fix was written.
	staysBack = 6 * time.Hour
	// firstWait and longestWait are between two tries to write.
	firstWait   = 200 * time.Millisecond
	longestWait = 3 * time.Second
)

// BufferKeeps is how long the buffer keeps what is written: servers that begin
// learn from it where the units are.
const BufferKeeps = 15 * time.Minute

// AlarmsBack is how far back closed alarms are remembered: longer than a shift, in
// which what a fence noticed and somebody closed may still be so.
const AlarmsBack = 24 * time.Hour

// Writer brings positions from the buffer to the store, in order, each once,
// however often either of them fails. Several may run on one database: what one
// has written the others pass over.
type Writer struct {
	Stream *buffer.Stream
	Store  *postgis.Store
	// Grids finds the service grid of a point, for stays.
	Grids func() *live.Grids
	// Register knows where units are at home; nil lets the store look it up.
	Register func() *live.Register
	Log      *slog.Logger
	// Wrote, unless nil, is told how many records a transaction held, and how
	// many fixes of them were new to the store.
	Wrote func(records int, stored int64)
	// Refused, unless nil, is told how many records the store did not take because
	// of what they say.
	Refused func(records int)

	marks []mark
	care  care
}

// mark is up to where the store was at a time.
type mark struct {
	at     time.Time
	number uint64
}

// written is records up to a message of the stream.
type written struct {
	number  uint64
	records []live.Record
	refused []postgis.Refused
}

// Run writes until ctx ends; then it returns nil. While the store does not answer
// the buffer fills, and is written when it does again.
func (w *Writer) Run(ctx context.Context) error {
	wait := firstWait
	for ctx.Err() == nil {
		wrote, err := w.run(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if w.care.take(err) {
			continue
		}
		w.Log.Warn("positions are not written; the buffer keeps them", "error", err)
		if wrote {
			wait = firstWait
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, longestWait)
	}
	return nil
}

// run writes from the cursor on until anything fails, and tells whether it wrote
// anything before that.
func (w *Writer) run(ctx context.Context) (wrote bool, err error) {
	one := &writing{Writer: w, stream: w.Stream.Identity()}
	from, err := one.begin(ctx)
	if err != nil {
		return false, err
	}
	following, cancel := context.WithCancel(ctx)
	messages := make(chan written, 64)
	followed := make(chan error, 1)
	go func() {
		defer close(messages)
		followed <- w.Stream.Follow(following, buffer.From{After: from}, func(number uint64, records []live.Record) error {
			select {
			case messages <- written{number: number, records: records}:
				return nil
			case <-following.Done():
				return following.Err()
			}
		})
	}()
	defer func() {
		cancel()
		<-followed
	}()
	err = one.all(ctx, messages)
	return one.wrote, err
}

// writing is a Writer at work, from one failure to the next.
type writing struct {
	*Writer
	stream string
	cursor uint64
	alarms *live.Alarms
	stays  *live.Stays
	// refused are records of messages up to the cursor that belong to no stay.
	refused map[uint64]map[int]bool
	wrote   bool
}

// begin learns where the store is, and tells after which message to follow: the
// stays are written later than the rest, so that it is before the cursor.
func (w *writing) begin(ctx context.Context) (from uint64, err error) {
	stays, from, err := w.Store.Stays(ctx, w.stream, time.Now().Add(-staysBack))
	if err != nil {
		return 0, err
	}
	if w.cursor, err = w.Store.PositionCursor(ctx, w.stream); err != nil {
		return 0, err
	}
	if w.refused, err = w.Store.RefusedParts(ctx, w.stream, from); err != nil {
		return 0, err
	}
	known, err := w.Store.Alarms(ctx, time.Now().Add(-AlarmsBack))
	if err != nil {
		return 0, err
	}
	w.alarms, w.stays = live.NewAlarms(known), live.NewStays(w.Grids, stays)
	return from, nil
}

func (w *writing) all(ctx context.Context, messages <-chan written) error {
	forget, stay := time.NewTicker(forgetEvery), time.NewTicker(staysEvery)
	defer forget.Stop()
	defer stay.Stop()
	gathered := time.NewTimer(0)
	defer gathered.Stop()
	for {
		select {
		case <-gathered.C:
		case <-ctx.Done():
			return w.end(ctx)
		}
		pause := time.Duration(0)
		select {
		case <-ctx.Done():
			return w.end(ctx)
		case first, ok := <-messages:
			if !ok {
				return errors.New("the buffer is not followed any more")
			}
			if first.number <= w.cursor {
				w.stay(first)
				break
			}
			began := time.Now()
			if err := w.take(ctx, first, messages); err != nil {
				return err // the next run asks where the store is
			}
			pause = gathering - time.Since(began)
		case <-stay.C:
			if err := w.writeStays(ctx); err != nil {
				return err
			}
		case <-forget.C:
			w.forget(ctx, w.cursor, time.Now())
		}
		gathered.Reset(pause)
	}
}

// stay takes a message that was written before, but for the stays.
func (w *writing) stay(m written) {
	gone := w.refused[m.number]
	if len(gone) == 0 {
		w.stays.Take(m.records)
		return
	}
	var sound []live.Record
	for k, r := range m.records {
		if !gone[k] {
			sound = append(sound, r)
		}
	}
	w.stays.Take(sound)
}

// take writes a message, and those that are there already.
func (w *writing) take(ctx context.Context, first written, more <-chan written) error {
	batch := w.care.of(first)
	if first.number > w.care.until {
		batch = gather(first, more)
	}
	told := postgis.Told{
		Stream: w.stream, After: w.cursor, To: batch.number,
		Records: batch.records, Alarms: w.alarms.Changes(batch.records), StaysLater: true, Refused: batch.refused,
	}
	if w.Register != nil {
		told.Home = homeIn(w.Register())
	}
	stored, err := w.Store.WritePositions(ctx, told)
	if reason, bad := postgis.BadRecords(err); bad {
		return w.sift(ctx, first, batch.number, reason)
	}
	if err != nil {
		return err
	}
	w.stays.Take(batch.records)
	w.cursor, w.wrote = batch.number, true
	if len(batch.refused) > 0 {
		w.tellRefused(batch)
	}
	if w.Wrote != nil {
		w.Wrote(len(batch.records), stored)
	}
	return nil
}

// homeIn finds the area of a unit's home; 0 for a unit that is there no more.
func homeIn(register *live.Register) func(string) int64 {
	return func(id string) int64 {
		unit, _ := register.Unit(id)
		return unit.Area
	}
}

// writeStays writes the stays that changed.
func (w *writing) writeStays(ctx context.Context) error {
	changed := w.stays.Changed()
	if len(changed) == 0 {
		return nil
	}
	_, err := w.Store.WritePositions(ctx, postgis.Told{Stream: w.stream, After: w.cursor, To: w.cursor, Stays: changed})
	return err
}

// end writes the stays before the end, so that whoever begins next need not make
// them anew.
func (w *writing) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	return w.writeStays(ctx)
}

// gather adds what is there already, as far as one transaction takes it.
func gather(batch written, more <-chan written) written {
	batch.records = slices.Clip(batch.records) // they are others' as well
	for len(batch.records) < writeAtOnce {
		select {
		case next, ok := <-more:
			if !ok {
				return batch
			}
			batch.number = next.number
			batch.records = append(batch.records, next.records...)
		default:
			return batch
		}
	}
	return batch
}

// forget removes from the buffer what was written long enough ago.
func (w *Writer) forget(ctx context.Context, cursor uint64, now time.Time) {
	w.marks = append(w.marks, mark{now, cursor})
	old := uint64(0)
	for len(w.marks) > 0 && now.Sub(w.marks[0].at) >= BufferKeeps {
		old, w.marks = w.marks[0].number, w.marks[1:]
	}
	if old == 0 {
		return
	}
	if err := w.Stream.Forget(ctx, old); err != nil {
		w.Log.Warn("what is written stays in the buffer", "error", err)
	}
}
