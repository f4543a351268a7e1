package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// health answers as long as the process lives.
func (s *Server) health(_ context.Context, r *request) error {
	return r.json(statusBody{Status: "ok", Version: s.options.Version})
}

// ready answers 503 with the reason while the store does not answer. The tiles
// of the last known state are served meanwhile; since when they may be old is
// told here as in their headers, and also for the moment after the store is back.
func (s *Server) ready(ctx context.Context, r *request) error {
	body := statusBody{Status: "ok", Version: s.options.Version}
	if since, stale := s.options.Tiles.Stale(); stale {
		since = since.UTC().Truncate(time.Second)
		body.StaleSince = &since
	}
	if err := s.options.Store.Ready(ctx); err != nil {
		r.log.Warn("not ready", "request", r.id.String(), "error", err.Error())
		body.Status, body.Version = "unavailable", ""
		body.Reason = "the database does not answer; tiles of the last known state are still served"
		r.fiber.Status(http.StatusServiceUnavailable)
		r.fiber.Set(fiber.HeaderRetryAfter, waitOf(err, http.StatusServiceUnavailable))
	}
	return r.json(body)
}

type statusBody struct {
	Status     string     `json:"status"`
	Reason     string     `json:"reason,omitempty"`
	StaleSince *time.Time `json:"staleSince,omitempty"`
	Version    string     `json:"version,omitempty"`
}

func (s *Server) writeMetrics(_ context.Context, r *request) error {
	text, err := s.metrics.text()
	if err != nil {
		return err
	}
	return r.send("text/plain; version=0.0.4; charset=utf-8", text)
}
