// Package stream is the durable buffer of live positions: a stream of NATS
// JetStream, either inside this program or in a cluster of its own. It is the
// one room that knows NATS.
//
// What Append returned for is on the disk (each write is synced) and is found
// again by Follow, in the same order, until Forget or its age removes it. One
// sync serves all requests that wait for it.
package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"sitmap/layers"
	"sitmap/layers/live"
)

const (
	streamName = "positions"
	subject    = "sitmap.positions"
	identity   = "sitmap-identity" // of the stream, in its metadata
	// MaxAge is how long records stay at most, written or not.
	MaxAge = 72 * time.Hour
	// maxMessage is the bytes of records in a message. NATS takes 1 MiB.
	maxMessage = 512 << 10
	// maxWaiting is how many bytes of records wait for their write before more
	// are refused: some 170,000 fixes.
	maxWaiting = 8 << 20
	// flights is how many messages are under way at once: while one is synced
	// the next is received.
	flights = 2
	// ackTimeout is how long a message may take to become durable.
	ackTimeout = 5 * time.Second
)

// Options say where the stream is.
type Options struct {
	// Dir is the folder of the private stream.
	Dir string
	// URL is an existing NATS cluster instead; several servers with commas.
	URL string
	// Replicas is how many servers of the cluster keep each record; 0 is 1.
	Replicas int
	// MaxBytes is how large the stream may grow; 0 is 4 GiB, which is some 90
	// million fixes. A full one refuses what comes.
	MaxBytes int64
	// MaxAge is how long records stay at most; 0 is MaxAge. See age.go for by which
	// clock.
	MaxAge time.Duration
	// Unsafe leaves it to NATS when to sync, which it does every two minutes: a
	// power cut then loses what was answered. For the tests that show it.
	Unsafe bool
	Log    *slog.Logger
}

// Stream is an open stream. It is safe for concurrent use.
type Stream struct {
	options Options
	link    atomic.Pointer[link]
	id      string
	folder  *folder // nil with a URL
	decoded decoded
	// failed says that the private server cannot write; failing wakes who looks.
	failed  atomic.Bool
	failing chan struct{}
	acked   atomic.Uint64 // number of the last message that was answered

	waiting chan *request
	bytes   atomic.Int64 // waiting
	work    sync.WaitGroup
	stop    context.CancelFunc
	ended   <-chan struct{}
	// appended counts records and messages, for the measure of sharing.
	records, messages atomic.Uint64
}

// request is records that wait for their write.
type request struct {
	frames []byte
	count  int
	done   chan error
}

// Open starts or finds the stream. An error of kind layers.ErrUnavailable says
// that the cluster does not answer, layers.ErrConflict that the stream is in use
// by another server of the folder.
func Open(ctx context.Context, o Options) (*Stream, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 30
	}
	if o.MaxAge == 0 {
		o.MaxAge = MaxAge
	}
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Stream{options: o, waiting: make(chan *request, 4096), stop: stop, ended: base.Done(), failing: make(chan struct{}, 1)}
	if err := s.begin(ctx); err != nil {
		stop()
		s.disconnect()
		return nil, err
	}
	if s.folder != nil {
		s.work.Go(func() { s.mend(base) })
	}
	for range flights {
		s.work.Go(func() { s.fly(base) })
	}
	s.work.Go(func() { s.forgetOld(base) })
	return s, nil
}

// begin takes the folder, if there is one, and opens the stream.
func (s *Stream) begin(ctx context.Context) (err error) {
	if s.options.URL == "" {
		if s.folder, err = takeFolder(s.options.Dir); err != nil {
			return err
		}
	}
	l, found, err := s.connect(ctx)
	if err != nil {
		return err
	}
	s.id = found.Config.Metadata[identity]
	s.acked.Store(found.State.LastSeq)
	s.link.Store(l)
	return nil
}

// connect starts the server where it is private, connects to it and finds or
// makes the stream.
func (s *Stream) connect(ctx context.Context) (_ *link, found *jetstream.StreamInfo, err error) {
	l := &link{}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	options := []nats.Option{nats.Name("sitmap"), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond)}
	if s.options.URL == "" {
		if l.server, err = startServer(s.options); err != nil {
			return nil, nil, err
		}
		options = append(options, nats.InProcessServer(l.server))
	}
	if l.conn, err = nats.Connect(s.options.URL, options...); err != nil {
		return nil, nil, fmt.Errorf("connect to NATS: %w: %w", layers.ErrUnavailable, err)
	}
	if l.js, err = jetstream.New(l.conn); err != nil {
		return nil, nil, fmt.Errorf("JetStream: %w", err)
	}
	stream, err := s.findStream(ctx, l.js)
	if err != nil {
		return nil, nil, fmt.Errorf("stream %s: %w: %w", streamName, layers.ErrUnavailable, err)
	}
	return l, stream.CachedInfo(), nil
}

// findStream finds the stream, with the limits as they are wanted now, or makes it.
func (s *Stream) findStream(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	config := jetstream.StreamConfig{
		Name: streamName, Subjects: []string{subject}, Storage: jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxBytes: s.options.MaxBytes, Replicas: max(1, s.options.Replicas),
		Metadata: map[string]string{identity: nuid.Next()},
	}
	found, err := js.Stream(ctx, streamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return js.CreateStream(ctx, config)
	}
	if err != nil {
		return nil, err
	}
	now := found.CachedInfo().Config
	if s.options.Replicas == 0 {
		config.Replicas = now.Replicas
	}
	if now.MaxBytes == config.MaxBytes && now.MaxAge == config.MaxAge && now.Replicas == config.Replicas {
		return found, nil
	}
	now.MaxBytes, now.MaxAge, now.Replicas = config.MaxBytes, config.MaxAge, config.Replicas
	return js.UpdateStream(ctx, now)
}

// Identity names this stream among all there ever were: a number of Follow means
// something only together with it.
func (s *Stream) Identity() string { return s.id }

// Renew gives the stream another identity: a new one has begun that holds what the
// old one held. It is called before anybody else uses the stream.
func (s *Stream) Renew(ctx context.Context) error {
	js := s.link.Load().js
	found, err := js.Stream(ctx, streamName)
	if err == nil {
		config := found.CachedInfo().Config
		config.Metadata[identity] = nuid.Next()
		s.id = config.Metadata[identity]
		_, err = js.UpdateStream(ctx, config)
	}
	if err != nil {
		return fmt.Errorf("renew the buffer: %w: %w", layers.ErrUnavailable, err)
	}
	return nil
}

// Append makes the records durable, together with those of others who wait, and
// returns when they are. An error of kind layers.ErrUnavailable promises nothing:
// they may be durable nevertheless.
func (s *Stream) Append(ctx context.Context, records []live.Record) error {
	if len(records) == 0 {
		return nil
	}
	if s.folder != nil && s.folder.full() {
		return fmt.Errorf("the disk of the buffer is full: %w", layers.ErrUnavailable)
	}
	if s.failed.Load() {
		return fmt.Errorf("the buffer cannot write just now: %w", layers.ErrUnavailable)
	}
	var open []*request
	for _, part := range parts(records) {
		r := &request{frames: part.frames, count: part.count, done: make(chan error, 1)}
		if err := s.enqueue(r); err != nil {
			return err
		}
		open = append(open, r)
	}
	for _, r := range open {
		select {
		case err := <-r.done:
			if err != nil {
				return err
			}
		case <-s.ended:
			return errEnding
		case <-ctx.Done():
			return fmt.Errorf("waiting for the buffer: %w: %w", layers.ErrUnavailable, ctx.Err())
		}
	}
	return nil
}

var errEnding = fmt.Errorf("the buffer is ending: %w", layers.ErrUnavailable)

func (s *Stream) enqueue(r *request) error {
	if s.bytes.Add(int64(len(r.frames))) > maxWaiting {
		s.bytes.Add(-int64(len(r.frames)))
		return fmt.Errorf("the buffer does not keep up: %w", layers.ErrUnavailable)
	}
	select {
	case s.waiting <- r:
		return nil
	default:
		s.bytes.Add(-int64(len(r.frames)))
		return fmt.Errorf("the buffer does not keep up: %w", layers.ErrUnavailable)
	}
}

// part is records that fit into a message.
type part struct {
	frames []byte
	count  int
}

// parts cuts records into what fits into a message each; nearly always it is one.
func parts(records []live.Record) []part {
	const most = maxMessage / 192 // no record is longer than 192 bytes, but for its source
	var all []part
	for len(records) > 0 {
		n := min(len(records), most)
		all = append(all, part{encode(make([]byte, 0, 64*n+64), records[:n]), n})
		records = records[n:]
	}
	return all
}

// fly writes what waits, message by message: all that came while the last one
// was written shares the next.
func (s *Stream) fly(ctx context.Context) {
	var next *request
	for {
		first := next
		next = nil
		if first == nil {
			select {
			case first = <-s.waiting:
			case <-ctx.Done():
				return
			}
		}
		together := []*request{first}
		size := len(first.frames)
	more:
		for {
			select {
			case r := <-s.waiting:
				if size+len(r.frames) > maxMessage {
					next = r
					break more
				}
				together = append(together, r)
				size += len(r.frames)
			default:
				break more
			}
		}
		s.write(ctx, together, size)
	}
}

func (s *Stream) write(ctx context.Context, together []*request, size int) {
	message := make([]byte, 0, size)
	count := 0
	for _, r := range together {
		message = append(message, r.frames...)
		count += r.count
	}
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	ack, err := s.link.Load().js.Publish(ctx, subject, message, jetstream.WithExpectStream(streamName))
	if err != nil {
		select {
		case s.failing <- struct{}{}:
		default:
		}
		s.options.Log.Warn("positions are not durable; their senders come again", "records", count, "error", err)
		err = fmt.Errorf("the buffer did not take the records: %w: %w", layers.ErrUnavailable, err)
	} else {
		s.sawAck(ack.Sequence)
		s.records.Add(uint64(count))
		s.messages.Add(1)
	}
	s.bytes.Add(-int64(size))
	for _, r := range together {
		r.done <- err
	}
}

// Written is how many records became durable in how many messages since Open.
func (s *Stream) Written() (records, messages uint64) {
	return s.records.Load(), s.messages.Load()
}

// Close ends the stream's work; who waits in Append is told that nothing is
// promised. The records stay.
func (s *Stream) Close() {
	s.stop()
	s.work.Wait()
	s.disconnect()
}

func (s *Stream) disconnect() {
	if l := s.link.Load(); l != nil {
		l.close()
	}
	if s.folder != nil {
		s.folder.leave()
	}
}
