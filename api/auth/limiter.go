package auth

import (
	"sync"
	"time"
)

// mostKeys bounds the memory of a limiter: so many buckets in each of two
// generations.
const mostKeys = 50_000

// limiter gives each key a bucket of attempts that fills again with time. It
// forgets keys that were long quiet, and when strangers flood it with keys
// the oldest half goes first.
type limiter struct {
	now    func() time.Time
	burst  float64
	refill time.Duration // for one attempt

	mu       sync.Mutex
	young    map[string]bucket
	old      map[string]bucket
	oldSince time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter(now func() time.Time, burst float64, refill time.Duration) *limiter {
	return &limiter{now: now, burst: burst, refill: refill, young: map[string]bucket{}, old: map[string]bucket{}, oldSince: now()}
}

// take uses up one attempt; when there is none it says how long until there is.
func (l *limiter) take(key string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	if b.left < 1 {
		l.keep(key, b)
		return time.Duration((1 - b.left) * float64(l.refill)), false
	}
	b.left--
	l.keep(key, b)
	return 0, true
}

// giveBack returns an attempt that was not one.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	b.left = min(b.left+1, l.burst)
	l.keep(key, b)
}

// bucket is the key's bucket as full as it is now.
func (l *limiter) bucket(key string) bucket {
	now := l.now()
	b, known := l.young[key]
	if !known {
		b, known = l.old[key]
	}
	if !known {
		return bucket{left: l.burst, at: now}
	}
	b.left = min(b.left+float64(now.Sub(b.at))/float64(l.refill), l.burst)
	b.at = now
	return b
}

// keep stores the bucket and ages the generations. A bucket that was not
// touched while a whole generation passed has filled up, and need not be kept.
func (l *limiter) keep(key string, b bucket) {
	full := time.Duration(l.burst) * l.refill
	if len(l.young) >= mostKeys || b.at.Sub(l.oldSince) > full {
		l.old, l.young, l.oldSince = l.young, map[string]bucket{}, b.at
	}
	l.young[key] = b
}
