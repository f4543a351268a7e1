package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

// many is a store that is asked about many at once.
type many struct {
	Accounts
	users map[[32]byte]access.User
	away  bool
	asked int
}

func (m *many) SeeAll(_ context.Context, sessions, tokens [][32]byte, _ time.Duration) (map[[32]byte]access.User, error) {
	if m.asked++; m.away {
		return nil, layers.ErrUnavailable
	}
	found := map[[32]byte]access.User{}
	for _, hash := range append(sessions, tokens...) {
		if u, ok := m.users[hash]; ok {
			found[hash] = u
		}
	}
	return found, nil
}

func (m *many) SeeSession(_ context.Context, hash [32]byte, _ time.Duration) (access.User, error) {
	return m.one(hash)
}

func (m *many) TokenUser(_ context.Context, hash [32]byte) (access.User, error) { return m.one(hash) }

func (m *many) one(hash [32]byte) (access.User, error) {
	m.asked++
	if u, ok := m.users[hash]; ok {
		return u, nil
	}
	return access.User{}, layers.ErrNotFound
}

// One question answers for all who watch; who has ended is gone with the next one.
func TestRefresh(t *testing.T) {
	clock := newStopped()
	m := &many{users: map[[32]byte]access.User{}}
	a, err := New(m, clock.now)
	if err != nil {
		t.Fatal(err)
	}
	session, hash := NewSession()
	token, tokenHash := NewToken()
	m.users[hash], m.users[tokenHash] = access.User{ID: 1}, access.User{ID: 2}
	proofs := []Proof{{Session: session}, {Token: token}}
	watch := func(p Proof) (int64, error) {
		u, err := a.Watch(t.Context(), p, "192.0.2.1")
		return u.ID, err
	}
	for round := range 3 {
		m.asked = 0
		if err := a.Refresh(t.Context(), proofs); err != nil {
			t.Fatal(err)
		}
		for k, p := range proofs {
			if id, err := watch(p); err != nil || id != int64(k+1) {
				t.Errorf("round %d: %d %v, want %d", round, id, err, k+1)
			}
		}
		if m.asked != 1 {
			t.Errorf("round %d: the store was asked %d times", round, m.asked)
		}
		clock.at = clock.at.Add(believed + time.Millisecond)
	}
	m.away = true
	if err := a.Refresh(t.Context(), proofs); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("the store is away: %v", err)
	}
	m.away = false
	delete(m.users, hash)
	delete(m.users, tokenHash)
	if err := a.Refresh(t.Context(), proofs); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(proofs, Proof{}) {
		if id, err := watch(p); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("revoked: %d %v", id, err)
		}
	}
}
