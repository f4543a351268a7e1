package tally

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
)

// layer is a layer of points as this server follows it.
type layer struct {
	layers.Layer
	now   atomic.Pointer[Moment]
	heard chan struct{} // an announcement came

	// following lets one goroutine at a time make the next moment.
	following sync.Mutex
	cube      *cube.Cube
	merging   atomic.Bool
	shelved   atomic.Pointer[string] // the key under which the layer was last kept, or found

	// released is what is published of the layer, by city. publishing lets one
	// goroutine at a time make the next.
	publishing sync.Mutex
	released   atomic.Pointer[map[string]*Released]

	reached sync.Mutex
	turned  chan struct{} // closed when the next moment is there
}

func newLayer(l layers.Layer) *layer {
	kept := &layer{Layer: l, heard: make(chan struct{}, 1), turned: make(chan struct{})}
	kept.released.Store(&map[string]*Released{})
	kept.now.Store(&Moment{layer: l, version: -1, codes: newCodes(l)})
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
	change, err := s.source.Changes(ctx, l.ID, now.version)
	switch {
	case err != nil:
		return err
	case change.Version <= now.version:
		return nil
	case change.Whole:
		return s.load(ctx, l, change.Version)
	}
	return s.patch(ctx, l, now, change)
}

// load reads the whole layer. It is known to have that version at least.
// following is locked.
func (s *Server) load(ctx context.Context, l *layer, version int64) error {
	began := time.Now()
	states, err := s.source.States(ctx)
	if err != nil {
		return err
	}
	state := states[l.ID]
	next := &Moment{layer: l.Layer, version: max(version, state.Version), codes: newCodes(l.Layer)}
	options := cube.Options{Days: cube.DaysIn(s.options.Zone), Rows: true}
	if kept := s.fetch(l, state, options); kept != nil && kept.version >= version {
		s.turn(l, kept)
		return nil
	}
	l.shelved.Store(nil)
	b := cube.NewBuilder(options, int(state.Count))
	err = s.source.Features(ctx, l.Layer, layers.Query{}, access.System, func(f layers.Feature) error {
		p, err := pointOf(l.Layer, f, next.codes)
		if err == nil {
			err = b.Add(p)
		}
		if errors.Is(err, cube.ErrPoint) {
			next.uncounted++
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read layer %s: %w", l.ID, err)
	}
	base, err := b.Finish()
	if err != nil {
		return fmt.Errorf("count layer %s: %w", l.ID, err)
	}
	l.cube = cube.New(base, options)
	next.view = l.cube.View()
	s.options.Log.Info("layer counted", "layer", l.ID, "features", base.Len(), "uncounted", next.uncounted, "took", time.Since(began).Round(time.Millisecond))
	s.turn(l, next)
	return nil
}

// patch takes the changed features out and in again. following is locked.
func (s *Server) patch(ctx context.Context, l *layer, now *Moment, change layers.Change) error {
	next := &Moment{layer: l.Layer, version: change.Version, codes: now.codes.clone(), uncounted: now.uncounted}
	var entries []cube.Entry
	if len(change.FIDs) > 0 {
		for _, p := range now.view.Find(change.FIDs) {
			entries = append(entries, cube.Entry{Point: p, Sign: -1})
		}
		err := s.source.Features(ctx, l.Layer, layers.Query{FIDs: change.FIDs}, access.System, func(f layers.Feature) error {
			p, err := pointOf(l.Layer, f, next.codes)
			if errors.Is(err, cube.ErrPoint) {
				next.uncounted++
				return nil
			}
			entries = append(entries, cube.Entry{Point: p, Sign: 1})
			return err
		})
		if err != nil {
			return fmt.Errorf("read what changed of layer %s: %w", l.ID, err)
		}
	}
	if err := l.cube.Apply(entries); err != nil {
		return fmt.Errorf("count what changed of layer %s: %w", l.ID, err)
	}
	next.view = l.cube.View()
	s.turn(l, next)
	if next.view.Tail() >= s.options.MergeAfter && l.merging.CompareAndSwap(false, true) {
		go s.merge(l, l.cube)
	}
	return nil
}

// merge works the changes into the sums, beside questions and changes, and keeps
// them.
func (s *Server) merge(l *layer, c *cube.Cube) {
	defer l.merging.Store(false)
	s.swap(l, c)
	ctx, cancel := context.WithTimeout(context.Background(), followTimeout)
	defer cancel()
	s.keep(ctx, l)
}

func (s *Server) swap(l *layer, c *cube.Cube) {
	if err := c.Merge(); err != nil {
		s.options.Log.Warn("the changes of a layer stay beside its sums", "layer", l.ID, "error", err)
		return
	}
	l.following.Lock()
	defer l.following.Unlock()
	if l.cube != c {
		return // the layer was read anew meanwhile
	}
	now := *l.now.Load()
	now.view = c.View() // the same points: nobody has to be told
	l.now.Store(&now)
}

// pointOf is what is counted of a feature.
func pointOf(l layers.Layer, f layers.Feature, c *codes) (cube.Point, error) {
	p := cube.Point{Area: f.Area / village * village, Category: c.of(f), Row: f.FID}
	if f.Geometry == nil {
		return p, cube.ErrPoint
	}
	// Coarser cells are parents of the stored one everywhere; the cell of a coarser
	// resolution around the same point may be another.
	cell, err := hex.Of(f.Geometry.Bound().Min, hex.StoredResolution)
	if err != nil {
		return p, fmt.Errorf("%w: %w", cube.ErrPoint, err)
	}
	p.Cell = cell
	if l.Dated() {
		p.Time, err = l.Instant(f)
	}
	return p, err
}

// turn makes the next moment the present one.
func (s *Server) turn(l *layer, next *Moment) {
	l.reached.Lock()
	defer l.reached.Unlock()
	l.now.Store(next)
	s.epoch.Add(1)
	close(l.turned)
	l.turned = make(chan struct{})
}
