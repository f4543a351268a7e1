package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"sitmap/layers/live"
)

// From says where in the stream to begin: after the message of a number, or, when
// Since is not zero, with those that came since then.
type From struct {
	After uint64
	Since time.Time
}

// Follow hands the records of each message to take, with the message's number,
// from there on and for as long as ctx lasts, in order and without a gap. It ends
// with nil then, or with take's first error. It waits for the cluster as long as
// that does not answer. A message that is damaged is told in the log, and what of
// it is whole is handed on.
func (s *Stream) Follow(ctx context.Context, from From, take func(number uint64, records []live.Record) error) error {
	const most = 5 * time.Second
	wait := 100 * time.Millisecond
	for ctx.Err() == nil {
		before := from
		err := s.follow(ctx, &from, take)
		var stopped *stopError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &stopped):
			return stopped.error
		case from != before:
			wait = 100 * time.Millisecond
		}
		s.options.Log.Warn("positions are not followed; trying again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, most)
	}
	return nil
}

// stopError is what take returned.
type stopError struct{ error }

// follow is Follow until anything breaks; from goes ahead with what was taken.
func (s *Stream) follow(ctx context.Context, from *From, take func(uint64, []live.Record) error) error {
	config := jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from.After + 1}
	if !from.Since.IsZero() {
		config = jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &from.Since}
	}
	consumer, err := s.link.Load().js.OrderedConsumer(ctx, streamName, config)
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(64))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		message, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		meta, err := message.Metadata()
		if err != nil {
			return err
		}
		records, err := s.decoded.records(meta.Sequence.Stream, message.Data())
		if err != nil {
			s.options.Log.Error("a message of positions is damaged", "number", meta.Sequence.Stream, "whole", len(records), "error", err)
		}
		if err := take(meta.Sequence.Stream, records); err != nil {
			return &stopError{err}
		}
		*from = From{After: meta.Sequence.Stream}
	}
}

// Forget removes all messages up to that number: they are in the store.
func (s *Stream) Forget(ctx context.Context, number uint64) error {
	found, err := s.link.Load().js.Stream(ctx, streamName)
	if err == nil {
		err = found.Purge(ctx, jetstream.WithPurgeSequence(number+1))
	}
	if err != nil {
		return fmt.Errorf("remove what is stored from the buffer: %w", err)
	}
	return nil
}

// Held is what the stream holds.
type Held struct {
	First, Last uint64 // numbers of messages; First is Last+1 when there are none
	Bytes       uint64
	Oldest      time.Time // zero when there are none
}

// Held asks what the stream holds.
func (s *Stream) Held(ctx context.Context) (Held, error) {
	found, err := s.link.Load().js.Stream(ctx, streamName)
	if err != nil {
		return Held{}, fmt.Errorf("state of the buffer: %w", err)
	}
	state := found.CachedInfo().State
	h := Held{First: state.FirstSeq, Last: state.LastSeq, Bytes: state.Bytes}
	if state.Msgs > 0 {
		h.Oldest = state.FirstTime
	} else {
		h.First = state.LastSeq + 1
	}
	return h, nil
}
