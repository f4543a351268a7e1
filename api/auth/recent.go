package auth

import (
	"sync"
	"time"

	"sitmap/layers/access"
)

const (
	// believed is how long a user is taken from memory. It bounds how long a
	// revoked session or token goes on working; keep it under a second.
	believed = 800 * time.Millisecond
	// mostRecent bounds the memory.
	mostRecent = 10_000
)

// recent remembers for a moment who is behind a secret.
type recent struct {
	now func() time.Time
	mu  sync.Mutex
	// round grows when everything is forgotten, so that an answer that was
	// already on its way is not kept.
	round int
	users map[[32]byte]seen
}

type seen struct {
	user  access.User
	until time.Time
}

func newRecent(now func() time.Time) *recent {
	return &recent{now: now, users: map[[32]byte]seen{}}
}

// user is the remembered user, or the one that ask finds. Failures are not
// remembered.
func (r *recent) user(hash [32]byte, ask func() (access.User, error)) (access.User, error) {
	r.mu.Lock()
	asked, round := r.now(), r.round
	s, ok := r.users[hash]
	r.mu.Unlock()
	if ok && asked.Before(s.until) {
		return s.user, nil
	}
	user, err := ask()
	if err != nil {
		return access.User{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if round != r.round {
		return user, nil
	}
	if len(r.users) >= mostRecent {
		clear(r.users)
	}
	// Counted from before the question: the answer may already be that old.
	r.users[hash] = seen{user: user, until: asked.Add(believed)}
	return user, nil
}

// forget makes every next question go to the store.
func (r *recent) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.users)
	r.round++
}
