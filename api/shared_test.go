package api

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func newShared(most int) *shared[int] {
	return &shared[int]{most: most, limit: time.Minute, within: func(d time.Duration) (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), d)
	}}
}

// Many who ask at once for the same get one answer, found once, and it is kept.
func TestSharedIsFoundOnce(t *testing.T) {
	s := newShared(2)
	var times atomic.Int32
	gate := make(chan struct{})
	find := func(context.Context) (int, error) {
		<-gate
		return int(times.Add(1)), nil
	}
	var asked sync.WaitGroup
	for range 20 {
		asked.Go(func() {
			if v, err := s.get(t.Context(), "a", find); v != 1 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	close(gate)
	asked.Wait()
	if v, err := s.get(t.Context(), "a", find); v != 1 || err != nil || times.Load() != 1 {
		t.Errorf("got %d, %v after %d times", v, err, times.Load())
	}
}

// Who does not wait goes without; the answer is there for the next.
func TestSharedOutlivesWhoAsked(t *testing.T) {
	s := newShared(2)
	gate := make(chan struct{})
	gone, leave := context.WithCancel(t.Context())
	leave()
	find := func(ctx context.Context) (int, error) {
		<-gate
		return 7, ctx.Err()
	}
	if _, err := s.get(gone, "a", find); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(gate)
	if v, err := s.get(t.Context(), "a", func(context.Context) (int, error) { return 8, nil }); v != 7 || err != nil {
		t.Errorf("the next got %d, %v", v, err)
	}
}

// Failures, and what panicked, are asked for again; of answers the last ones
// asked for are kept.
func TestSharedForgets(t *testing.T) {
	s := newShared(2)
	value := func(v int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { return v, nil }
	}
	ask := func(key string, v, want int) {
		t.Helper()
		if got, err := s.get(t.Context(), key, value(v)); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", key, got, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := s.get(t.Context(), "a", func(context.Context) (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := s.get(t.Context(), "b", func(context.Context) (int, error) { panic("lost") }); err == nil {
		t.Error("a panic is no answer")
	}
	ask("a", 1, 1)
	ask("b", 2, 2)
	ask("a", 9, 1)
	ask("c", 3, 3) // b was asked for longest ago
	ask("a", 9, 1)
	ask("b", 4, 4)
}
