package tiles

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// lookEvery is how often the store is asked for its state without an
	// announcement; it bounds staleness should one be lost.
	lookEvery = time.Second
	// followTimeout bounds how long reading one change may take, or one layer.
	followTimeout = 2 * time.Minute
)

// Loaded is closed once every layer was read, or could not be.
func (s *Server) Loaded() <-chan struct{} { return s.loaded }

// Load reads every layer of the catalogue and returns when that is done.
func (s *Server) Load(ctx context.Context) error {
	defer s.loading.Do(func() { close(s.loaded) })
	var work errgroup.Group
	for _, l := range s.layers {
		work.Go(func() error { return s.follow(ctx, l) })
	}
	return work.Wait()
}

// Heard takes an announcement of the store: the layer has that version. It
// returns at once; Run follows.
func (s *Server) Heard(layer string, version int64) {
	if l, ok := s.layers[layer]; ok && l.now.Load().version < version {
		select {
		case l.heard <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// Run reads the layers and follows their changes until ctx ends. While the
// store does not answer it goes on asking; meanwhile the last state is served.
func (s *Server) Run(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	var reading sync.WaitGroup
	reading.Add(len(s.layers))
	work.Go(func() error {
		// Reading leaves behind several times what is kept; nobody needs it again.
		reading.Wait()
		s.loading.Do(func() { close(s.loaded) })
		debug.FreeOSMemory()
		return nil
	})
	for _, l := range s.layers {
		work.Go(func() error {
			s.keepUp(ctx, l)
			reading.Done()
			for {
				select {
				case <-ctx.Done():
					return nil
				case <-l.heard:
					s.keepUp(ctx, l)
				}
			}
		})
	}
	work.Go(func() error {
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-look.C:
				s.look(ctx)
			}
		}
	})
	return work.Wait()
}

func (s *Server) keepUp(ctx context.Context, l *layer) {
	ctx, cancel := context.WithTimeout(ctx, followTimeout)
	defer cancel()
	err := s.follow(ctx, l)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.options.Log.Warn("a layer could not follow the store", "layer", l.ID, "error", err)
	}
}

// look asks the store for its state: whether it answers at all, and whether a
// layer moved without our hearing it.
func (s *Server) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	asked := time.Now()
	states, err := s.store.States(ctx)
	if err != nil {
		s.lost.CompareAndSwap(0, asked.UnixNano())
		return
	}
	s.lost.Store(0)
	for id, state := range states {
		s.Heard(id, state.Version)
	}
}

// lookTimeout is how long the store may take before it counts as lost.
const lookTimeout = 3 * time.Second

// Epoch grows whenever any tile may have changed: what was asked for and
// answered in an epoch may be answered the same way until it ends.
func (s *Server) Epoch() uint64 { return s.epoch.Load() }

// Stale tells whether what is served may have been overtaken, because the
// store does not answer, and since when.
func (s *Server) Stale() (since time.Time, stale bool) {
	lost := s.lost.Load()
	if lost == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, lost).UTC(), true
}

// CachedBytes is the memory of ready tiles.
func (s *Server) CachedBytes() uint64 { return s.cache.bytes() }
