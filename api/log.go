package api

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"sitmap/layers/access"
)

// requestID names a request, in its answer and its log line: eight characters
// of the running program, eight of the request.
type requestID [16]byte

func (id requestID) String() string { return string(id[:]) }

// requestIDs gives each request its id: a number behind a random beginning,
// so that two programs, or two runs, do not share ids. An id is no secret.
type requestIDs struct {
	program [4]byte
	last    atomic.Uint32
}

func newRequestIDs() *requestIDs {
	ids := &requestIDs{}
	// Read never fails: where the system has no randomness, the program ends.
	_, _ = rand.Read(ids.program[:])
	return ids
}

func (ids *requestIDs) next() (id requestID) {
	var raw [8]byte
	copy(raw[:], ids.program[:])
	binary.BigEndian.PutUint32(raw[4:], ids.last.Add(1))
	hex.Encode(id[:], raw[:])
	return id
}

// finish counts and logs a request that was answered. The line names the
// operation and never the address that was asked for: searches and drawings
// stay out of the log. status is handed in because a stream ends after Fiber
// has taken its memory back.
func (s *Server) finish(ctx context.Context, r *request, status int, err error) {
	took := s.options.Clock().Sub(r.began)
	s.metrics.observe(r.op, status, took)
	s.note(ctx, r, status, took, err)
}

// note writes the line of a request into the log.
func (s *Server) note(ctx context.Context, r *request, status int, took time.Duration, err error) {
	level := levelOf(r, status, err)
	if !s.options.Log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs,
		slog.String("request", r.id.String()),
		slog.String("operation", r.op.ID),
		slog.String("method", r.op.Method),
		slog.Int("status", status),
		slog.Float64("ms", float64(took)/float64(time.Millisecond)),
	)
	if r.user.ID != 0 {
		attrs = append(attrs, slog.Int64("user", r.user.ID))
	}
	if err != nil && level == slog.LevelError {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	s.options.Log.LogAttrs(ctx, level, "request", attrs...)
}

// levelOf is how important the line is. A map asks for tiles by the thousand, and
// devices report as often: what was answered is counted, and in the log only with
// --verbose.
func levelOf(r *request, status int, err error) slog.Level {
	switch {
	case status >= 500 || r.stream && err != nil: // a stream that broke had said 200
		return slog.LevelError
	case r.op.Tag == "health" || r.op.Tag == "contract" || (r.op.ID == "tile" || r.op.Right == access.Report) && status < 400:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// logPanic writes down what nobody foresaw.
func (s *Server) logPanic(r *request, what any, stack []byte) {
	s.options.Log.Error("panic", "request", r.id.String(), "operation", r.op.ID, "panic", fmt.Sprint(what), "stack", string(stack))
}
