package tiles

import (
	"context"
	"sync"
	"time"

	"sitmap/layers"
)

// lookEvery is how long a version is believed without an announcement; it
// bounds staleness should an announcement be lost.
const lookEvery = time.Second

// versions remembers the state of the layers. While the store does not
// answer, the last known state holds, so that tiles already made go on being
// served.
type versions struct {
	encoder Encoder
	mu      sync.Mutex
	states  map[string]layers.LayerState
	until   time.Time
	since   time.Time // when the store stopped answering; zero while it does
}

func newVersions(e Encoder) *versions { return &versions{encoder: e} }

func (v *versions) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.until = time.Time{}
}

// current is the newest known state of every layer.
func (v *versions) current(ctx context.Context) (map[string]layers.LayerState, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if time.Now().Before(v.until) {
		return v.states, nil
	}
	states, err := v.encoder.States(ctx)
	if err != nil {
		if v.states == nil {
			return nil, err
		}
		states = v.states
		if v.since.IsZero() {
			v.since = time.Now()
		}
	} else {
		v.since = time.Time{}
	}
	v.states, v.until = states, time.Now().Add(lookEvery)
	return states, nil
}

func (v *versions) lost() (since time.Time, lost bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since, !v.since.IsZero()
}
