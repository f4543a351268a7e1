package data

import (
	"context"
	"errors"
	"log/slog"
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
	Log   *slog.Logger
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
	stream := w.Stream.Identity()
	stays, cursor, err := w.Store.Stays(ctx, stream, time.Now().Add(-staysBack))
	if err != nil {
		return false, err
	}
	known, err := w.Store.Alarms(ctx, time.Now().Add(-AlarmsBack))
	if err != nil {
		return false, err
	}
	alarms, fold := live.NewAlarms(known), live.NewStays(w.Grids, stays)
	ctx, cancel := context.WithCancel(ctx)
	messages := make(chan written, 64)
	from := buffer.From{After: cursor}
	followed := make(chan error, 1)
	go func() {
		defer close(messages)
		followed <- w.Stream.Follow(ctx, from, func(number uint64, records []live.Record) error {
			select {
			case messages <- written{number: number, records: records}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	defer func() {
		cancel()
		<-followed
	}()
	forget := time.NewTicker(forgetEvery)
	defer forget.Stop()
	for {
		select {
		case first, ok := <-messages:
			if !ok {
				return wrote, errors.New("the buffer is not followed any more")
			}
			batch := w.care.of(first)
			if first.number > w.care.until {
				batch = gather(first, messages)
			}
			stored, err := w.Store.WritePositions(ctx, postgis.Told{
				Stream: stream, After: cursor, To: batch.number,
				Records: batch.records, Alarms: alarms.Changes(batch.records), Stays: fold.Take(batch.records), Refused: batch.refused,
			})
			if reason, bad := postgis.BadRecords(err); bad {
				return wrote, w.sift(ctx, first, batch.number, reason)
			}
			if err != nil {
				return wrote, err // the next run asks where the store is
			}
			cursor, wrote = batch.number, true
			if len(batch.refused) > 0 {
				w.tellRefused(batch)
			}
			if w.Wrote != nil {
				w.Wrote(len(batch.records), stored)
			}
		case <-forget.C:
			w.forget(ctx, cursor, time.Now())
		}
	}
}

// gather adds what is there already, as far as one transaction takes it.
func gather(batch written, more <-chan written) written {
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
