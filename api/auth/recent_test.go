package auth

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

func nobody([32]byte, access.User) bool { return false }

func TestAUserIsBelievedForAMoment(t *testing.T) {
	clock := newStopped()
	r := newRecent(clock.now)
	asked := 0
	ask := func() (access.User, error) {
		asked++
		return access.User{ID: int64(asked)}, nil
	}
	key, other := [32]byte{1}, [32]byte{2}
	steps := []struct {
		name string
		key  [32]byte
		wait time.Duration
		want int64
	}{
		{"first", key, 0, 1},
		{"at once again", key, 0, 1},
		{"somebody else", other, 0, 2},
		{"just before the end", key, believed - time.Millisecond, 1},
		{"at the end", key, time.Millisecond, 3},
	}
	for _, s := range steps {
		clock.at = clock.at.Add(s.wait)
		if u, err := r.user(s.key, ask); err != nil || u.ID != s.want {
			t.Errorf("%s: user %d %v, want %d", s.name, u.ID, err, s.want)
		}
	}
	if believed >= time.Second {
		t.Errorf("a revoked session goes on for %s", believed)
	}
	r.forget(nobody)
	if u, _ := r.user(key, ask); u.ID != 4 {
		t.Error("forgetting did not forget")
	}
}

// An answer that was on its way while everything was forgotten is not kept:
// it may tell of the time before.
func TestForgettingMeetsAnAnswerOnItsWay(t *testing.T) {
	r := newRecent(newStopped().now)
	key := [32]byte{1}
	_, err := r.user(key, func() (access.User, error) {
		r.forget(nobody) // somebody signs out meanwhile
		return access.User{ID: 1}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.user(key, func() (access.User, error) { return access.User{}, errors.New("gone") }); err == nil {
		t.Error("the answer from before was kept")
	}
}

// While the store does not answer, whoever it knew is believed for a quarter
// of an hour and counted; strangers, and those it refused or who signed out,
// are not.
func TestAnOutageIsBridged(t *testing.T) {
	clock := newStopped()
	r := newRecent(clock.now)
	known := func() (access.User, error) { return access.User{ID: 7}, nil }
	away := func() (access.User, error) { return access.User{}, fmt.Errorf("no answer: %w", layers.ErrUnavailable) }
	refused := func() (access.User, error) { return access.User{}, layers.ErrNotFound }
	key, other, stranger := [32]byte{1}, [32]byte{2}, [32]byte{3}
	for _, k := range [][32]byte{key, other} {
		if _, err := r.user(k, known); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.user(stranger, away); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a stranger: %v", err)
	}
	if r.bridged.Load() != 0 {
		t.Error("somebody was bridged before the outage")
	}
	for _, after := range []time.Duration{believed, time.Minute, Bridge - time.Minute - believed - time.Nanosecond} {
		clock.at = clock.at.Add(after)
		if u, err := r.user(key, away); err != nil || u.ID != 7 {
			t.Errorf("%s into the outage: %v %v", after, u, err)
		}
	}
	if n := r.bridged.Load(); n != 3 {
		t.Errorf("%d counted, want 3", n)
	}
	// Signing out ends it, outage or not.
	if _, err := r.user(other, away); err != nil {
		t.Error(err)
	}
	r.forget(func(h [32]byte, _ access.User) bool { return h == other })
	if _, err := r.user(other, away); err == nil {
		t.Error("who signed out is believed")
	}
	if _, err := r.user(key, away); err != nil {
		t.Errorf("who did not sign out: %v", err)
	}
	clock.at = clock.at.Add(believed)
	if _, err := r.user(key, away); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a quarter of an hour into the outage: %v", err)
	}
	// The store is back, and knows better.
	if u, err := r.user(key, known); err != nil || u.ID != 7 {
		t.Errorf("after the outage: %v %v", u, err)
	}
	clock.at = clock.at.Add(believed)
	if _, err := r.user(key, refused); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("refused: %v", err)
	}
	if _, err := r.user(key, away); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("refused, then an outage: %v", err)
	}
}

// A store that hangs keeps one request at a time waiting, not all of them.
func TestAHangingStoreKeepsOneWaiting(t *testing.T) {
	clock := newStopped()
	r := newRecent(clock.now)
	key := [32]byte{1}
	away := func() (access.User, error) { return access.User{}, layers.ErrUnavailable }
	if _, err := r.user(key, func() (access.User, error) { return access.User{ID: 1}, nil }); err != nil {
		t.Fatal(err)
	}
	clock.at = clock.at.Add(believed)
	if _, err := r.user(key, away); err != nil {
		t.Fatal(err)
	}
	clock.at = clock.at.Add(believed)
	_, err := r.user(key, func() (access.User, error) {
		_, err := r.user(key, func() (access.User, error) {
			t.Error("a second one asks while the first waits")
			return access.User{}, nil
		})
		if err != nil {
			t.Errorf("the second one: %v", err)
		}
		return away()
	})
	if err != nil {
		t.Error(err)
	}
}

// A device may report for longer than anybody may read.
func TestDevicesAreBridgedForLonger(t *testing.T) {
	clock := newStopped()
	store := &tokenStore{}
	a, err := New(store, clock.now)
	if err != nil {
		t.Fatal(err)
	}
	token, _ := NewToken()
	for _, ask := range []func(context.Context, string, string) (access.User, error){a.Token, a.Device} {
		if u, err := ask(t.Context(), token, "x"); err != nil || u.ID != 7 {
			t.Fatalf("user %d, %v", u.ID, err)
		}
	}
	store.away = true
	clock.at = clock.at.Add(Bridge + time.Minute)
	if _, err := a.Token(t.Context(), token, "x"); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a reader after %v: %v", Bridge+time.Minute, err)
	}
	if u, err := a.Device(t.Context(), token, "x"); err != nil || u.ID != 7 {
		t.Errorf("a device after %v: user %d, %v", Bridge+time.Minute, u.ID, err)
	}
	clock.at = clock.at.Add(DeviceBridge)
	if _, err := a.Device(t.Context(), token, "x"); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a device after two hours: %v", err)
	}
}

// tokenStore knows every token, unless it is away.
type tokenStore struct {
	Accounts
	away bool
}

func (s *tokenStore) TokenUser(context.Context, [32]byte) (access.User, error) {
	if s.away {
		return access.User{}, fmt.Errorf("no answer: %w", layers.ErrUnavailable)
	}
	return access.User{ID: 7}, nil
}
