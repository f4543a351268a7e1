package data

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sitmap/data/postgis"
	buffer "sitmap/data/stream"
	"sitmap/layers/live"
)

// The store refuses a batch as a whole, also when it is one record that it cannot
// take. Then the messages are written one by one; of the one that is refused the
// records are tried, half by half; and the ones that cannot be taken are kept apart,
// as they came, in the transaction that writes the rest. So one bad record holds up
// nobody.

// care is what the writer knows of messages that were refused.
type care struct {
	until uint64                    // up to this message they are written one by one
	bad   map[uint64]map[int]string // why, by message and record
}

// careful is the error of a run that ends so that the next one takes more care.
type careful struct {
	until  uint64
	number uint64         // the message that was looked through; 0 for none
	bad    map[int]string // its records that cannot be taken
}

func (*careful) Error() string { return "the store does not take what some records say" }

// take notes what the run learned; false when it learned nothing of this kind.
func (c *care) take(err error) bool {
	var learned *careful
	if !errors.As(err, &learned) {
		return false
	}
	c.until = max(c.until, learned.until)
	if learned.number > 0 {
		c.bad = map[uint64]map[int]string{learned.number: learned.bad}
	}
	return true
}

// of is the message without the records that cannot be taken.
func (c *care) of(m written) written {
	bad := c.bad[m.number]
	if len(bad) == 0 {
		return m
	}
	sound := written{number: m.number}
	for k, r := range m.records {
		if reason, is := bad[k]; is {
			sound.refused = append(sound.refused, postgis.Refused{
				Number: m.number, Part: k, Source: r.Source, Received: r.Received, Reason: reason, Record: buffer.Encoded(r),
			})
			continue
		}
		sound.records = append(sound.records, r)
	}
	return sound
}

// sift says what to do after the store refused a batch, from its first message to
// the one of the number to.
func (w *Writer) sift(ctx context.Context, first written, to uint64, reason string) error {
	if to != first.number {
		return &careful{until: to}
	}
	if len(w.care.bad[to]) >= len(first.records) {
		return fmt.Errorf("message %d is refused without its records: %s", to, reason)
	}
	bad := map[int]string{}
	if len(w.care.bad[to]) == 0 {
		known, err := w.Store.Alarms(ctx, time.Now().Add(-AlarmsBack))
		if err != nil {
			return err
		}
		t := trial{writer: w, alarms: known, bad: bad}
		if err := t.try(ctx, first.records, 0); err != nil {
			return err
		}
	}
	if len(bad) == 0 { // each of them is sound, and together they are not
		for k := range first.records {
			bad[k] = reason
		}
	}
	return &careful{until: to, number: to, bad: bad}
}

// trial looks for the records of a message that cannot be taken.
type trial struct {
	writer *Writer
	alarms []live.Alarm  // before the message
	sound  []live.Record // so far
	bad    map[int]string
}

// try goes through some of the records; from is the number of the first.
func (t *trial) try(ctx context.Context, records []live.Record, from int) error {
	alarms, stays := live.NewAlarms(t.alarms), live.NewStays(t.writer.Grids, nil)
	alarms.Changes(t.sound)
	stays.Take(t.sound)
	stays.Changed()
	stays.Take(records)
	err := t.writer.Store.TryPositions(ctx, postgis.Told{Records: records, Alarms: alarms.Changes(records), Stays: stays.Changed()})
	reason, refused := postgis.BadRecords(err)
	switch {
	case err == nil:
		t.sound = append(t.sound, records...)
		return nil
	case !refused:
		return err
	case len(records) == 1:
		t.bad[from] = reason
		return nil
	}
	half := len(records) / 2
	if err := t.try(ctx, records[:half], from); err != nil {
		return err
	}
	return t.try(ctx, records[half:], from+half)
}

// tellRefused says what was kept apart, without its places.
func (w *Writer) tellRefused(m written) {
	for _, r := range m.refused {
		w.Log.Error("the store does not take a position; it is kept in position_refused", "message", m.number, "record", r.Part, "source", r.Source, "reason", r.Reason)
	}
	if w.Refused != nil {
		w.Refused(len(m.refused))
	}
}
