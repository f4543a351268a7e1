package auth

import (
	"errors"
	"testing"
	"time"

	"sitmap/layers/access"
)

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
	r.forget()
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
		r.forget() // somebody signs out meanwhile
		return access.User{ID: 1}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.user(key, func() (access.User, error) { return access.User{}, errors.New("gone") }); err == nil {
		t.Error("the answer from before was kept")
	}
}
