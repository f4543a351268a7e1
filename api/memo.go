package api

import (
	"sync"
	"time"
)

// mostMemos bounds the memory of a memo of small answers.
const mostMemos = 5_000

// memo remembers answers for a while. Keys name everything the answer depends
// on, so an old answer is never wrong, only no longer asked for.
type memo[V any] struct {
	now  func() time.Time
	keep time.Duration
	most int

	mu      sync.Mutex
	answers map[string]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

func newMemo[V any](now func() time.Time, keep time.Duration) *memo[V] {
	return &memo[V]{now: now, keep: keep, most: mostMemos, answers: map[string]remembered[V]{}}
}

// atMost bounds the answers that are remembered, where each is large.
func (m *memo[V]) atMost(n int) *memo[V] {
	m.most = n
	return m
}

// get is the remembered answer, or the one that find gives. Failures are not
// remembered, and nobody waits for another's find.
func (m *memo[V]) get(key string, find func() (V, error)) (V, error) {
	m.mu.Lock()
	known, ok := m.answers[key]
	m.mu.Unlock()
	if ok && m.now().Before(known.until) {
		return known.value, nil
	}
	value, err := find()
	if err != nil {
		return value, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.answers) >= m.most {
		clear(m.answers)
	}
	m.answers[key] = remembered[V]{value, m.now().Add(m.keep)}
	return value, nil
}
