package stream

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// ageEvery is how often it is looked what is too old.
	ageEvery = time.Hour
	// settled is how long the clock has to have gone evenly before it is believed how
	// old a message is, and uneven how much it may differ then from the clock that
	// nobody can set.
	settled = 24 * time.Hour
	uneven  = 5 * time.Minute
)

// NATS would remove what is too old by the clock of the machine: one that leaps ahead
// for a moment would empty the stream, with all that is not written yet. So the stream
// has no age of its own, and what is too old is removed here: what this process has
// seen there for so long, or what is so old by a clock that has gone evenly for a day.

// ages is what is known of the age of messages.
type ages struct {
	began time.Time // with the reading of the clock that nobody can set
	marks []ageMark // the last message at some times, the oldest first
}

type ageMark struct {
	at     time.Time
	number uint64
}

// old is up to which message everything was there for so long already, now that last is
// the newest one. cutoff is since when messages may stay by the machine's clock; zero
// when that is not believed. elapsed is how long ago a time was for certain.
func (a *ages) old(last uint64, now time.Time, age time.Duration, elapsed func(time.Time) time.Duration) (number uint64, cutoff time.Time) {
	for len(a.marks) > 0 && elapsed(a.marks[0].at) >= age {
		number, a.marks = a.marks[0].number, a.marks[1:]
	}
	a.marks = append(a.marks, ageMark{now, last})
	up := elapsed(a.began)
	if step := now.Round(0).Sub(a.began.Round(0)) - up; up >= settled && step.Abs() <= uneven {
		cutoff = now.Add(-age)
	}
	return number, cutoff
}

// forgetOld removes what is too old, until ctx ends.
func (s *Stream) forgetOld(ctx context.Context) {
	known := ages{began: time.Now()}
	tick := time.NewTicker(ageEvery)
	defer tick.Stop()
	for {
		if err := s.forgetOnce(ctx, &known); err != nil && ctx.Err() == nil {
			s.options.Log.Warn("what is too old stays in the buffer", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Stream) forgetOnce(ctx context.Context, known *ages) error {
	held, err := s.Held(ctx)
	if err != nil {
		return err
	}
	number, cutoff := known.old(held.Last, time.Now(), s.options.MaxAge, time.Since)
	if !cutoff.IsZero() && held.Oldest.Before(cutoff) {
		before, err := s.before(ctx, cutoff, held.Last)
		if err != nil {
			return err
		}
		number = max(number, before)
	}
	if number < held.First {
		return nil
	}
	s.options.Log.Warn("positions grew too old before they could be written; they are removed", "up to message", number, "from", held.First)
	return s.Forget(ctx, number)
}

// before is the number of the last message before that time.
func (s *Stream) before(ctx context.Context, cutoff time.Time, last uint64) (uint64, error) {
	consumer, err := s.link.Load().js.OrderedConsumer(ctx, streamName, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &cutoff})
	if err != nil {
		return 0, err
	}
	next, err := consumer.Fetch(1, jetstream.FetchMaxWait(ackTimeout))
	if err != nil {
		return 0, err
	}
	for message := range next.Messages() {
		meta, err := message.Metadata()
		if err != nil {
			return 0, err
		}
		return meta.Sequence.Stream - 1, nil
	}
	return last, next.Error() // nothing came since
}
