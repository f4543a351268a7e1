// Package tiles makes the bytes of a tile: which layers go into it, who
// encodes them, what is kept ready and under which name. It knows no HTTP
// and no SQL.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"

	"sitmap/layers"
	"sitmap/layers/access"
)

const (
	// MaxZoom is the deepest zoom that is addressed at all.
	MaxZoom = 22
	// Extent is the units across a tile, Buffer the units drawn beyond its
	// edge so that outlines and symbols are not cut.
	Extent = 4096
	Buffer = 64

	// encodeTimeout bounds one computation, which may outlive the request
	// that began it because others wait for it too.
	encodeTimeout = 20 * time.Second
)

// Server answers for tiles: it decides who encodes a layer, lets one
// computation serve everybody who asks for the same thing, and keeps the
// result for as long as the layer's version holds.
type Server struct {
	encoder  Encoder
	versions *versions
	cache    *cache
	running  singleflight.Group
	watchers watchers
	epoch    atomic.Uint64
}

// NewServer makes a server whose cache holds at most so many bytes of ready
// tiles.
func NewServer(encoder Encoder, cacheBytes uint64) (*Server, error) {
	c, err := newCache(cacheBytes)
	if err != nil {
		return nil, fmt.Errorf("tile cache: %w", err)
	}
	return &Server{encoder: encoder, versions: newVersions(encoder), cache: c, watchers: watchers{all: map[*watcher]bool{}}}, nil
}

// Apply takes what a commit did to a layer: from the moment it returns, no
// tile shows what was before. Changes of a layer come in the order of their
// versions; one that is known already does no harm.
func (s *Server) Apply(_ context.Context, c layers.Change) {
	s.versions.forget()
	s.epoch.Add(1)
	s.watchers.tell(Moved{c.Layer, c.Version})
}

// Epoch grows whenever any tile may have changed: what was asked for and
// answered in an epoch may be answered the same way until it ends.
func (s *Server) Epoch() uint64 { return s.epoch.Load() }

// Stale tells whether what is served may have been overtaken, because the
// store does not answer, and since when.
func (s *Server) Stale() (since time.Time, stale bool) { return s.versions.lost() }

// Tile is the tile of the layers, in their order, as far as the scope sees
// them. Filters in q apply to every layer that has the field's name; a dated
// window only to dated layers. The error is of kind ErrInvalid for a tile
// that does not exist, ErrDenied for a layer the scope may not read.
func (s *Server) Tile(ctx context.Context, ls []layers.Layer, t maptile.Tile, q layers.Query, scope access.Scope) (*Tile, error) {
	if t.Z > MaxZoom || !t.Valid() {
		return nil, fmt.Errorf("tile %d/%d/%d does not exist: %w", t.Z, t.X, t.Y, layers.ErrInvalid)
	}
	for _, l := range ls {
		if err := scope.MayRead(l); err != nil {
			return nil, err
		}
	}
	states, err := s.versions.current(ctx)
	if err != nil {
		return nil, err
	}
	parts := make([]*Tile, len(ls))
	for i, l := range ls {
		if parts[i], err = s.layer(ctx, l, states[l.ID].Version, t, q, scope); err != nil {
			return nil, fmt.Errorf("layer %s, tile %d/%d/%d: %w", l.ID, t.Z, t.X, t.Y, err)
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return join(parts), nil
}

// layer is one layer's part of a tile, from the cache or computed once for
// everybody who waits for it.
func (s *Server) layer(ctx context.Context, l layers.Layer, version int64, t maptile.Tile, q layers.Query, scope access.Scope) (*Tile, error) {
	if int(t.Z) < l.Zoom.Min || int(t.Z) > l.Zoom.Max {
		return empty, nil
	}
	q = narrow(q, l)
	key := keyOf(l, version, t, q, scope)
	if tile, ok := s.cache.get(key); ok {
		return tile, nil
	}
	waiting := s.running.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), encodeTimeout)
		defer cancel()
		body, err := s.encoder.EncodeTile(ctx, l, t, q, scope)
		if err != nil {
			return nil, err
		}
		tile := newTile(body)
		s.cache.put(key, tile)
		return tile, nil
	})
	select {
	case <-ctx.Done():
		return nil, errors.Join(layers.ErrUnavailable, ctx.Err())
	case done := <-waiting:
		if done.Err != nil {
			return nil, done.Err
		}
		return done.Val.(*Tile), nil
	}
}

// narrow leaves of a question what can be asked of the layer.
func narrow(q layers.Query, l layers.Layer) layers.Query {
	if !l.Dated() {
		q.Window = layers.Window{}
	}
	q.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(f layers.Filter) bool {
		_, has := l.Field(f.Field)
		return !has
	})
	return q
}
