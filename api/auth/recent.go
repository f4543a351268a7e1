package auth

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

const (
	// believed is how long a user is taken from memory. It bounds how long a
	// revoked session or token goes on working; keep it under a second.
	believed = 800 * time.Millisecond
	// Bridge is how long a user whom the store knew goes on being believed
	// while the store does not answer at all (docs/decisions/0010).
	Bridge = 15 * time.Minute
	// DeviceBridge is the same for those who report and read nothing: as long as
	// what they report can wait for the store.
	DeviceBridge = 2 * time.Hour
	// mostRecent bounds the memory.
	mostRecent = 10_000
)

// recent remembers who is behind a secret: for a moment, and through an outage
// of the store for as long as bridge says.
type recent struct {
	now    func() time.Time
	bridge time.Duration
	// bridged counts how often somebody was believed because the store did
	// not answer.
	bridged atomic.Uint64

	mu sync.RWMutex
	// round grows when everything is to be asked again, so that an answer that
	// was already on its way is not kept.
	round int
	users map[[32]byte]seen
}

type seen struct {
	user   access.User
	until  time.Time // believed without a question
	proved time.Time // when the store was last asked and said so
	lost   bool      // the store did not answer when last asked
	asking bool      // lost, and somebody is asking again: nobody else waits for it
}

func newRecent(now func() time.Time) *recent {
	return &recent{now: now, bridge: Bridge, users: map[[32]byte]seen{}}
}

// known is the remembered user, if the store need not be asked.
func (r *recent) known(hash [32]byte) (access.User, bool) {
	r.mu.RLock()
	s, ok := r.users[hash]
	r.mu.RUnlock()
	if !ok || !r.now().Before(s.until) {
		return access.User{}, false
	}
	if s.lost {
		r.bridged.Add(1)
	}
	return s.user, true
}

// user is the remembered user, or the one that ask finds. Failures are not
// remembered; whoever was refused is forgotten, and not bridged.
func (r *recent) user(hash [32]byte, ask func() (access.User, error)) (access.User, error) {
	if user, ok := r.known(hash); ok {
		return user, nil
	}
	asked, round, user, ok := r.begin(hash)
	if ok {
		return user, nil
	}
	user, err := ask()
	r.mu.Lock()
	defer r.mu.Unlock()
	s, had := r.users[hash]
	switch {
	case err == nil && round == r.round:
		r.makeRoom(asked)
		// Counted from before the question: the answer may already be that old.
		r.users[hash] = seen{user: user, until: asked.Add(believed), proved: asked}
		return user, nil
	case errors.Is(err, layers.ErrUnavailable) && had && asked.Sub(s.proved) < r.bridge:
		s.lost, s.asking, s.until = true, false, r.now().Add(believed)
		r.users[hash] = s
		r.bridged.Add(1)
		return s.user, nil
	case errors.Is(err, layers.ErrNotFound):
		delete(r.users, hash)
	case had:
		s.asking = false
		r.users[hash] = s
	}
	return user, err
}

// begin notes that the store is being asked. While it is lost, those who come
// meanwhile are not kept waiting for it: ok, and the user from before.
func (r *recent) begin(hash [32]byte) (asked time.Time, round int, user access.User, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked = r.now()
	s, had := r.users[hash]
	if had && s.lost {
		if s.asking && asked.Sub(s.proved) < r.bridge {
			r.bridged.Add(1)
			return asked, r.round, s.user, true
		}
		s.asking = true
		r.users[hash] = s
	}
	return asked, r.round, user, false
}

// makeRoom lets go of those that not even an outage would need any more, and
// of everybody when that is not enough.
func (r *recent) makeRoom(now time.Time) {
	if len(r.users) < mostRecent {
		return
	}
	for hash, s := range r.users {
		if now.Sub(s.proved) >= r.bridge {
			delete(r.users, hash)
		}
	}
	if len(r.users) >= mostRecent {
		clear(r.users)
	}
}

// forget makes every next question go to the store. Those who are gone are
// forgotten altogether: nothing bridges them.
func (r *recent) forget(gone func(hash [32]byte, user access.User) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.round++
	for hash, s := range r.users {
		if gone(hash, s.user) {
			delete(r.users, hash)
			continue
		}
		s.until = time.Time{}
		r.users[hash] = s
	}
}

// asking is a question to the store about many at once.
type asking struct {
	of    *recent
	asked time.Time
	round int
}

// ask notes that the store is being asked.
func (r *recent) ask() asking {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return asking{r, r.now(), r.round}
}

// learn notes the answer: who is not in it is nobody any more.
func (a asking) learn(hashes [][32]byte, users map[[32]byte]access.User) {
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	if a.round != a.of.round {
		return
	}
	for _, hash := range hashes {
		user, ok := users[hash]
		if !ok {
			delete(a.of.users, hash)
			continue
		}
		a.of.makeRoom(a.asked)
		a.of.users[hash] = seen{user: user, until: a.asked.Add(believed), proved: a.asked}
	}
}
