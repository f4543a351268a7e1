package api

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// shared keeps the last few answers that are dear to find, and finds each once
// for all who ask for it at the same time. Keys name everything the answer
// depends on.
type shared[V any] struct {
	// within makes the context of the finding, which outlives a request that
	// does not wait for it.
	within func(time.Duration) (context.Context, context.CancelFunc)
	limit  time.Duration
	most   int

	mu     sync.Mutex
	recent []*sought[V] // the one asked for last at the end
}

// sought is an answer, or what is to become one when done is closed.
type sought[V any] struct {
	key   string
	done  chan struct{}
	value V
	err   error
}

// get is the answer of that key, by find where nobody has it yet. Failures are
// not kept.
func (s *shared[V]) get(ctx context.Context, key string, find func(context.Context) (V, error)) (V, error) {
	one := s.seek(key, find)
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("wait for what takes long: %w", ctx.Err())
	}
}

func (s *shared[V]) seek(key string, find func(context.Context) (V, error)) *sought[V] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := slices.IndexFunc(s.recent, func(o *sought[V]) bool { return o.key == key }); k >= 0 {
		one := s.recent[k]
		s.recent = append(slices.Delete(s.recent, k, k+1), one)
		return one
	}
	one := &sought[V]{key: key, done: make(chan struct{})}
	s.recent = append(s.recent, one)
	if len(s.recent) > s.most {
		s.recent = slices.Delete(s.recent, 0, 1)
	}
	go func() {
		defer close(one.done)
		ctx, cancel := s.within(s.limit)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				one.err = fmt.Errorf("panic: %v", p)
			}
			if one.err != nil {
				s.forget(one)
			}
		}()
		one.value, one.err = find(ctx)
	}()
	return one
}

func (s *shared[V]) forget(one *sought[V]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent = slices.DeleteFunc(s.recent, func(o *sought[V]) bool { return o == one })
}
