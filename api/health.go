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

// ready answers 503 with the reason while the store does not answer, or what is
// served may have been overtaken. The tiles of the last state are served
// meanwhile; whoever balances loads may prefer another server.
func (s *Server) ready(ctx context.Context, r *request) error {
	err := s.options.Store.Ready(ctx)
	since, stale := s.options.Tiles.Stale()
	if err == nil && !stale {
		return r.json(statusBody{Status: "ok", Version: s.options.Version})
	}
	body := statusBody{Status: "unavailable", Reason: "changes of the map are not heard; tiles show the last known state"}
	if err != nil {
		r.log.Warn("not ready", "request", r.id.String(), "error", err.Error())
		body.Reason = "the database does not answer; tiles of the last known state are still served"
	}
	if stale {
		since = since.UTC().Truncate(time.Second)
		body.StaleSince = &since
	}
	r.fiber.Status(http.StatusServiceUnavailable)
	r.fiber.Set(fiber.HeaderRetryAfter, waitOf(err, http.StatusServiceUnavailable))
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
