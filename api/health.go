package api

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// health answers as long as the process lives.
func (s *Server) health(_ context.Context, r *request) error {
	return r.json(statusBody{Status: "ok", Version: s.options.Version})
}

// ready answers 503 with the reason while the store does not.
func (s *Server) ready(ctx context.Context, r *request) error {
	if err := s.options.Store.Ready(ctx); err != nil {
		r.log.Warn("not ready", "request", r.id.String(), "error", err.Error())
		r.fiber.Status(http.StatusServiceUnavailable)
		r.fiber.Set(fiber.HeaderRetryAfter, waitOf(err, http.StatusServiceUnavailable))
		return r.json(statusBody{Status: "unavailable", Reason: "the database does not answer"})
	}
	return r.json(statusBody{Status: "ok", Version: s.options.Version})
}

type statusBody struct {
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	Version string `json:"version,omitempty"`
}

func (s *Server) writeMetrics(_ context.Context, r *request) error {
	text, err := s.metrics.text()
	if err != nil {
		return err
	}
	return r.send("text/plain; version=0.0.4; charset=utf-8", text)
}
