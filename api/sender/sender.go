// Package sender sends fixes to a server's own door, as a device's platform
// would: in batches, again and again until they are answered.
package sender

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Sender sends to one server with one token. It is safe for concurrent use.
type Sender struct {
	url, token string
	client     *http.Client
}

// New makes a sender to the server at that address, http://host:port.
func New(url, token string) *Sender {
	return &Sender{url: url, token: token, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// Close ends the connections that are kept.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// fix is a fix as /api/positions wants it.
type fix struct {
	Unit     string    `json:"unit"`
	Seq      uint64    `json:"seq"`
	At       time.Time `json:"at"`
	Lon      float64   `json:"lon"`
	Lat      float64   `json:"lat"`
	Speed    *float64  `json:"speed,omitempty"`
	Heading  *float64  `json:"heading,omitempty"`
	Accuracy *float64  `json:"accuracy,omitempty"`
	Battery  *float64  `json:"battery,omitempty"`
	SOS      bool      `json:"sos,omitempty"`
}

// Send sends the fixes, 5,000 at most, until they are answered, and gives how
// many got each verdict. While the server cannot take them it waits as long as it
// is told and comes again; refused tells how often that was. The error is ctx's,
// or says why the server will never take them.
func (s *Sender) Send(ctx context.Context, fixes []live.Fix) (verdicts map[string]int, refused int, err error) {
	body := struct {
		Fixes []fix `json:"fixes"`
	}{make([]fix, len(fixes))}
	for k, f := range fixes {
		body.Fixes[k] = fix{f.Unit, f.Seq, f.At, f.Point[0], f.Point[1], number(f.Speed), number(f.Heading), number(f.Accuracy), number(f.Battery), f.SOS}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, 0, fmt.Errorf("fixes as JSON: %w", err)
	}
	for {
		verdicts, wait, err := s.once(ctx, text)
		if err != nil || verdicts != nil {
			return verdicts, refused, err
		}
		refused++
		select {
		case <-ctx.Done():
			return nil, refused, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// number is a number as JSON has it; nil for unknown.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// once sends once; no verdicts and no error say that it has to be sent again
// after wait.
func (s *Sender) once(ctx context.Context, body []byte) (verdicts map[string]int, wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/positions", bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("server %s: %w: %w", s.url, layers.ErrInvalid, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := s.client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		return nil, time.Second, nil // the server is away
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, time.Second, nil // it may have been taken; sent again it does no harm
	}
	switch {
	case answer.StatusCode == http.StatusOK:
		var read struct{ Verdicts []string }
		if err := json.Unmarshal(text, &read); err != nil {
			return nil, 0, fmt.Errorf("answer of %s: %w", s.url, err)
		}
		verdicts = map[string]int{}
		for _, v := range read.Verdicts {
			verdicts[v]++
		}
		return verdicts, 0, nil
	case answer.StatusCode == http.StatusServiceUnavailable, answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode >= 500:
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		return nil, time.Duration(seconds) * time.Second, nil
	}
	return nil, 0, fmt.Errorf("the server answers %d: %.300s: %w", answer.StatusCode, text, layers.ErrInvalid)
}
