package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// newRequestID is a random name for a request, in its answer and its log line.
func newRequestID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// finish counts and logs a request that was answered. The line names the
// operation and never the address that was asked for: searches and drawings
// stay out of the log. status is handed in because a stream ends after Fiber
// has taken its memory back.
func (s *Server) finish(ctx context.Context, r *request, status int, err error) {
	took := s.options.Clock().Sub(r.began)
	s.metrics.observe(r.op, status, took)
	attrs := []slog.Attr{
		slog.String("request", r.id),
		slog.String("operation", r.op.ID),
		slog.String("method", r.op.Method),
		slog.Int("status", status),
		slog.Float64("ms", float64(took)/float64(time.Millisecond)),
	}
	if r.user.ID != 0 {
		attrs = append(attrs, slog.Int64("user", r.user.ID))
	}
	level := slog.LevelInfo
	switch {
	case status >= 500 || r.stream && err != nil: // a stream that broke had said 200
		level = slog.LevelError
	case r.op.Tag == "health" || r.op.Tag == "contract":
		level = slog.LevelDebug
	}
	if err != nil && level == slog.LevelError {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	s.options.Log.LogAttrs(ctx, level, "request", attrs...)
}

// logPanic writes down what nobody foresaw.
func (s *Server) logPanic(r *request, what any, stack []byte) {
	s.options.Log.Error("panic", "request", r.id, "operation", r.op.ID, "panic", fmt.Sprint(what), "stack", string(stack))
}
