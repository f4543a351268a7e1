package tiles

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/held"
	"sitmap/tiles/pyramid"
)

// loadsAtOnce bounds how many layers are read into memory side by side.
var loadsAtOnce = max(1, runtime.NumCPU()/2)

// layer is a layer of the catalogue as this server follows it.
type layer struct {
	layers.Layer
	now   atomic.Pointer[moment]
	heard chan struct{} // an announcement came

	// following lets one goroutine at a time make the next moment.
	following sync.Mutex
	// rebuilding is the snapshot that is being gathered into one part beside the
	// changes, nil for none; what changes meanwhile is noted in missed.
	rebuilding *pyramid.Snapshot
	missed     []int32
}

func newLayer(l layers.Layer) *layer {
	kept := &layer{Layer: l, heard: make(chan struct{}, 1)}
	kept.now.Store(&moment{version: -1})
	return kept
}

// follow brings the layer up to the store's state.
func (s *Server) follow(ctx context.Context, l *layer) error {
	l.following.Lock()
	defer l.following.Unlock()
	now := l.now.Load()
	if now.version < 0 {
		return s.load(ctx, l, 0)
	}
	change, err := s.store.Changes(ctx, l.ID, now.version)
	if err != nil {
		return err
	}
	if change.Version <= now.version {
		return nil
	}
	return s.apply(ctx, l, change)
}

// Apply takes a change from whoever knows it already; changes of a layer come in
// the order of their versions. From the moment it returns, no tile shows what was
// before.
func (s *Server) Apply(ctx context.Context, change layers.Change) error {
	l, ok := s.layers[change.Layer]
	if !ok {
		return fmt.Errorf("layer %s: %w", change.Layer, layers.ErrNotFound)
	}
	l.following.Lock()
	defer l.following.Unlock()
	return s.apply(ctx, l, change)
}

// apply makes the moment after a change. following is locked.
func (s *Server) apply(ctx context.Context, l *layer, change layers.Change) error {
	now := l.now.Load()
	switch {
	case change.Whole:
		return s.load(ctx, l, change.Version)
	case now.held == nil:
		s.turn(l, now.after(change.Version, nil, worldBoxes(change.Boxes)))
		return nil
	}
	next, touched, err := s.patch(ctx, l, now.held, change.FIDs)
	if errors.Is(err, layers.ErrInvalid) {
		return s.load(ctx, l, change.Version) // a shape that cannot be held
	}
	if err != nil {
		return err
	}
	if l.rebuilding != nil {
		l.missed = append(l.missed, change.FIDs...)
	}
	s.turn(l, now.after(change.Version, next, touched))
	if next.Worn() && l.rebuilding == nil {
		l.rebuilding, l.missed = next, nil
		go s.rebuild(l, next)
	}
	return nil
}

// patch reads the changed features and makes the snapshot that has them.
func (s *Server) patch(ctx context.Context, l *layer, from *pyramid.Snapshot, fids []int32) (*pyramid.Snapshot, []mesh.Box, error) {
	if len(fids) == 0 {
		return from, nil, nil
	}
	var present []layers.Feature
	err := s.store.Features(ctx, l.Layer, layers.Query{FIDs: fids}, access.System, func(f layers.Feature) error {
		present = append(present, f)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return from.Patch(fids, present)
}

// rebuild gathers a worn snapshot into one part, while changes go on. What they
// changed is taken from the present snapshot and not from the store, which may
// know more already: where two snapshots differ must always be known.
func (s *Server) rebuild(l *layer, worn *pyramid.Snapshot) {
	rebuilt := worn.Rebuilt()
	l.following.Lock()
	defer l.following.Unlock()
	if l.rebuilding != worn {
		return // the layer was read anew meanwhile
	}
	l.rebuilding = nil
	now := *l.now.Load()
	current, _, err := rebuilt.Patch(l.missed, now.held.Features(l.missed))
	if err != nil {
		s.options.Log.Warn("a layer stays in two parts", "layer", l.ID, "error", err)
		return
	}
	now.held = current // the same features: no tile changes
	l.now.Store(&now)
}

// load reads the whole layer, or leaves it to the store where it is too large.
// It is known to have that version at least. following is locked.
func (s *Server) load(ctx context.Context, l *layer, version int64) error {
	s.parallel <- struct{}{}
	defer func() { <-s.parallel }()
	states, err := s.store.States(ctx)
	if err != nil {
		return err
	}
	state := states[l.ID]
	var snapshot *pyramid.Snapshot
	if weight(l.Layer, state.Count) <= s.options.Held {
		began := time.Now()
		snapshot, err = s.read(ctx, l)
		switch {
		case errors.Is(err, layers.ErrInvalid):
			s.options.Log.Warn("the store makes the tiles of a layer that cannot be held", "layer", l.ID, "error", err)
		case err != nil:
			return err
		default:
			s.options.Log.Info("layer in memory", "layer", l.ID, "features", snapshot.Len(), "took", time.Since(began).Round(time.Millisecond))
		}
	}
	l.rebuilding = nil // of what was before
	s.turn(l, l.now.Load().afresh(max(version, state.Version), snapshot))
	return nil
}

func (s *Server) read(ctx context.Context, l *layer) (*pyramid.Snapshot, error) {
	b := held.NewBuilder(l.Layer, nil)
	if err := s.store.Features(ctx, l.Layer, layers.Query{}, access.System, b.Add); err != nil {
		return nil, fmt.Errorf("read layer %s: %w", l.ID, err)
	}
	return pyramid.New(b.Part()), nil
}

// turn makes the next moment the present one: from here on, no tile shows what
// was before.
func (s *Server) turn(l *layer, next *moment) {
	l.now.Store(next)
	s.epoch.Add(1)
	s.watchers.tell(Moved{l.ID, next.version})
}

// InMemory tells whether the layer is held in memory, rather than encoded by
// the store for each tile.
func (s *Server) InMemory(layer string) bool {
	l, ok := s.layers[layer]
	return ok && l.now.Load().held != nil
}
