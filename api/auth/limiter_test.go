package auth

import (
	"strconv"
	"testing"
	"time"
)

// stopped is a clock that tests move on.
type stopped struct{ at time.Time }

func (s *stopped) now() time.Time { return s.at }

func newStopped() *stopped { return &stopped{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)} }

func TestAttemptsComeBackWithTime(t *testing.T) {
	clock := newStopped()
	l := newLimiter(clock.now, 3, 10*time.Second)
	for i := range 3 {
		if _, ok := l.take("wei"); !ok {
			t.Fatalf("attempt %d is refused", i)
		}
	}
	wait, ok := l.take("wei")
	if ok || wait != 10*time.Second {
		t.Fatalf("the fourth: %t, wait %s", ok, wait)
	}
	if _, ok := l.take("mei"); !ok {
		t.Error("another key is refused with it")
	}
	clock.at = clock.at.Add(4 * time.Second)
	if wait, ok := l.take("wei"); ok || wait != 6*time.Second {
		t.Errorf("after four seconds: %t, wait %s; asking must not make it longer", ok, wait)
	}
	clock.at = clock.at.Add(6 * time.Second)
	if _, ok := l.take("wei"); !ok {
		t.Error("after the wait it is still refused")
	}
	clock.at = clock.at.Add(time.Hour)
	for i := range 3 {
		if _, ok := l.take("wei"); !ok {
			t.Errorf("after an hour attempt %d is refused", i)
		}
	}
	if _, ok := l.take("wei"); ok {
		t.Error("the bucket holds more than its burst after an hour")
	}
}

func TestARightPasswordIsNoAttempt(t *testing.T) {
	l := newLimiter(newStopped().now, 2, time.Minute)
	for range 100 {
		if _, ok := l.take("wei"); !ok {
			t.Fatal("refused although each attempt was given back")
		}
		l.giveBack("wei")
	}
	l.giveBack("wei")
	l.take("wei")
	l.take("wei")
	if _, ok := l.take("wei"); ok {
		t.Error("giving back made the bucket larger than its burst")
	}
}

// Strangers who send a million names do not use up the memory, and do not free
// a name that was guessed at just now.
func TestAFloodOfKeys(t *testing.T) {
	clock := newStopped()
	l := newLimiter(clock.now, 1, time.Hour)
	l.take("wei")
	for i := range mostKeys + 10 {
		l.take("stranger" + strconv.Itoa(i))
	}
	if _, ok := l.take("wei"); ok {
		t.Error("a flood of keys gave the name new attempts")
	}
	for i := range 5 * mostKeys {
		l.take("another" + strconv.Itoa(i))
	}
	if n := len(l.young) + len(l.old); n > 2*mostKeys {
		t.Errorf("%d keys are remembered, more than %d", n, 2*mostKeys)
	}
}
