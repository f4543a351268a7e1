package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitmap/layers"
)

// link is the way to the stream.
type link struct {
	server *server.Server // the private one; nil with a URL
	conn   *nats.Conn
	js     jetstream.JetStream
}

func (l *link) close() {
	if l.conn != nil {
		l.conn.Close()
	}
	if l.server != nil {
		l.server.Shutdown()
		l.server.WaitForShutdown()
	}
}

const (
	lookEvery  = time.Second
	openWithin = time.Minute
)

// mend opens the private server's store again when it has failed, until ctx ends.
// After one write that failed, for instance because the disk was full, it takes
// none any more and leaves who waits without an answer.
func (s *Stream) mend(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-s.failing:
		}
		ill := s.link.Load().server.Healthz(nil).Error
		if ill == "" {
			continue
		}
		s.failed.Store(true)
		if s.folder.full() {
			continue // it would fail again
		}
		s.options.Log.Warn("the buffer cannot write; opening it again", "error", ill)
		if err := s.reopen(ctx); err != nil {
			s.options.Log.Error("the buffer is not opened; trying again", "error", err)
			continue
		}
		s.failed.Store(false)
		s.options.Log.Info("the buffer writes again")
	}
}

// reopen starts the private server anew. What was answered must be there; an error
// says that it is not.
func (s *Stream) reopen(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	s.link.Load().close()
	l, found, err := s.connect(ctx)
	if err != nil {
		return err
	}
	if found.Config.Metadata[identity] != s.id || found.State.LastSeq < s.acked.Load() {
		l.close()
		return fmt.Errorf("the buffer has lost messages: its last one is %d, answered was %d: %w", found.State.LastSeq, s.acked.Load(), layers.ErrUnavailable)
	}
	s.link.Store(l)
	return nil
}

// sawAck notes that the message of the number is durable.
func (s *Stream) sawAck(number uint64) {
	for {
		last := s.acked.Load()
		if last >= number || s.acked.CompareAndSwap(last, number) {
			return
		}
	}
}
