package tally

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"sitmap/layers"
)

// followTimeout bounds how long reading one change may take, or one layer.
const followTimeout = 2 * time.Minute

// lastTimeout bounds how long keeping the layers may hold up the end of a program.
const lastTimeout = 10 * time.Second

// Load reads every layer of points, publishes what is to be published, and returns
// when that is done.
func (s *Server) Load(ctx context.Context) error {
	var work errgroup.Group
	for _, l := range s.layers {
		work.Go(func() error {
			if err := s.follow(ctx, l); err != nil || !s.publishes(l) {
				return err
			}
			return s.publish(ctx, l)
		})
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

// Run reads the layers and follows their changes until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	for _, l := range s.layers {
		if s.publishes(l) {
			work.Go(func() error { return s.keepPublished(ctx, l) })
		}
		work.Go(func() error {
			s.keepUp(ctx, l)
			for {
				select {
				case <-ctx.Done():
					last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
					defer cancel()
					s.keep(last, l)
					return nil
				case <-l.heard:
					s.keepUp(ctx, l)
				}
			}
		})
	}
	return work.Wait()
}

// publishPause is how long changes of a layer gather before it is published anew.
const publishPause = 2 * time.Second

// keepPublished publishes the layer after its changes, until ctx ends.
func (s *Server) keepPublished(ctx context.Context, l *layer) error {
	published := int64(-1)
	for {
		l.reached.Lock()
		now, turned := l.now.Load().version, l.turned
		l.reached.Unlock()
		if now != published && now >= 0 {
			working, cancel := context.WithTimeout(ctx, followTimeout)
			err := s.publish(working, l)
			cancel()
			if err != nil && ctx.Err() == nil {
				s.options.Log.Warn("the counts of a layer could not be published", "layer", l.ID, "error", err)
			} else {
				published = now
			}
		}
		pause := time.NewTimer(publishPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		if published == now {
			select {
			case <-ctx.Done():
				return nil
			case <-turned:
			}
		}
	}
}

func (s *Server) keepUp(ctx context.Context, l *layer) {
	ctx, cancel := context.WithTimeout(ctx, followTimeout)
	defer cancel()
	err := s.follow(ctx, l)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.options.Log.Warn("the counts of a layer could not follow the store", "layer", l.ID, "error", err)
	}
	if err == nil && l.shelved.Load() == nil {
		s.keep(ctx, l)
	}
}

// Reach waits until the layer is counted at that version or a newer one. The
// error is of kind layers.ErrUnavailable when ctx ends before.
func (s *Server) Reach(ctx context.Context, layer string, version int64) error {
	l, ok := s.layers[layer]
	if !ok {
		return nil
	}
	for {
		l.reached.Lock()
		now, turned := l.now.Load().version, l.turned
		l.reached.Unlock()
		if now >= version {
			return nil
		}
		s.Heard(layer, version)
		select {
		case <-turned:
		case <-ctx.Done():
			return fmt.Errorf("layer %s is counted at version %d, not yet %d: %w", layer, now, version, layers.ErrUnavailable)
		}
	}
}
