package api

import (
	"context"
	"fmt"

	"sitmap/layers"
)

// groundKey names the state of the layers that the ground is made of.
func groundKey(states map[string]layers.LayerState) string {
	return fmt.Sprintf("%d %d", states["road"].Version, states["grid"].Version)
}

// keepGround makes the ground of coverage before anybody asks for it: once the
// layers are loaded, so that it holds up nothing, and after every change of what it
// is made of, until ctx ends. What fails is left to the first request.
func (s *Server) keepGround(ctx context.Context) {
	wake, take, stop := s.options.Tiles.Watch()
	defer stop()
	select {
	case <-ctx.Done():
		return
	case <-s.options.Tiles.Loaded():
	}
	take()
	s.makeReady(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		for _, moved := range take() {
			if moved.Layer == "road" || moved.Layer == "grid" {
				s.makeReady(ctx)
				break
			}
		}
	}
}

func (s *Server) makeReady(ctx context.Context) {
	states, err := s.options.Store.States(ctx)
	if err == nil {
		_, err = s.cover.grounds.get(ctx, groundKey(states), s.publicGround)
	}
	if err != nil && ctx.Err() == nil {
		s.options.Log.Warn("the ground of coverage is not made ahead", "error", err)
	}
}
