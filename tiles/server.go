// Package tiles makes the bytes of a tile: which layers go into it, who
// encodes them, what is kept ready and under which name. It knows no HTTP
// and no SQL.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/pyramid"
)

const (
	// MaxZoom is the deepest zoom that is addressed at all.
	MaxZoom = 22
	// Extent is the units across a tile, Buffer the units drawn beyond its
	// edge, whoever encodes it.
	Extent = pyramid.Extent
	Buffer = pyramid.Buffer

	// encodeTimeout bounds one computation, which may outlive the request
	// that began it because others wait for it too.
	encodeTimeout = 20 * time.Second
)

// Options say what a server may use.
type Options struct {
	// CacheBytes bounds the memory of ready tiles.
	CacheBytes uint64
	// Held is the number of points up to which a layer is held in memory, and of
	// a layer of lines or outlines five times the number; the store answers for
	// larger ones. 0 means DefaultHeld, less than 0 none.
	Held int64
	// Log hears of what goes wrong behind the requests; nil for nobody.
	Log *slog.Logger
}

// DefaultHeld is about 450 MB of points with fifteen fields each; or 300,000
// outlines with twenty-five vertices, which in every zoom and exactly take as much.
const DefaultHeld = 1_500_000

// weight is how many points a layer's features count for.
func weight(l layers.Layer, features int64) int64 {
	if l.Geometry == layers.Points {
		return features
	}
	return 5 * features
}

// Server answers for tiles: it decides who encodes a layer, lets one
// computation serve everybody who asks for the same thing, and keeps the
// result until a change touches it.
type Server struct {
	store    Store
	options  Options
	layers   map[string]*layer
	cache    *cache
	running  singleflight.Group
	watchers watchers
	epoch    atomic.Uint64
	lost     atomic.Int64 // Unix nanoseconds since when the store does not answer; 0 while it does
	parallel chan struct{}
	loaded   chan struct{} // closed once Run or Load has read the layers
	loading  sync.Once
}

// NewServer makes a server for the layers of the catalogue. Until Load or Run
// has read them, the store makes the tiles.
func NewServer(store Store, catalog layers.Catalog, o Options) (*Server, error) {
	if o.Held == 0 {
		o.Held = DefaultHeld
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c, err := newCache(o.CacheBytes)
	if err != nil {
		return nil, fmt.Errorf("tile cache: %w", err)
	}
	s := &Server{store: store, options: o, cache: c, layers: map[string]*layer{}, watchers: watchers{all: map[*watcher]bool{}}, parallel: make(chan struct{}, loadsAtOnce), loaded: make(chan struct{})}
	for _, l := range catalog {
		s.layers[l.ID] = newLayer(l)
	}
	return s, nil
}

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
	if len(ls) == 1 {
		return s.one(ctx, ls[0], t, q, scope)
	}
	parts := make([]*Tile, len(ls))
	faults := make([]error, len(ls))
	var encoding sync.WaitGroup
	for i, l := range ls {
		encoding.Go(func() { parts[i], faults[i] = s.one(ctx, l, t, q, scope) })
	}
	encoding.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return s.joined(ls, t, q, scope, parts), nil
}

// joined is the tile that holds all parts; it is kept as long as they are.
func (s *Server) joined(ls []layers.Layer, t maptile.Tile, q layers.Query, scope access.Scope, parts []*Tile) *Tile {
	keys := make([]string, len(ls))
	for i, l := range ls {
		keys[i] = keyOf(l, t, narrow(q, l), scope)
	}
	key := strings.Join(keys, "\n")
	if e, ok := s.cache.get(key); ok && slices.Equal(e.parts, parts) {
		return e.tile
	}
	tile := join(parts)
	s.cache.put(key, &entry{tile: tile, parts: parts})
	return tile
}

// one is one layer's part of a tile, from the cache or computed once for
// everybody who waits for it.
func (s *Server) one(ctx context.Context, l layers.Layer, t maptile.Tile, q layers.Query, scope access.Scope) (*Tile, error) {
	if int(t.Z) < l.Zoom.Min || int(t.Z) > l.Zoom.Max {
		return empty, nil
	}
	kept, ok := s.layers[l.ID]
	if !ok {
		return nil, fmt.Errorf("layer %s: %w", l.ID, layers.ErrNotFound)
	}
	q = narrow(q, l)
	key := keyOf(l, t, q, scope)
	now := kept.now.Load()
	old, _ := s.cache.get(key)
	if old != nil {
		generation := old.generation.Load()
		if now.holds(generation, t) {
			if generation < now.generation {
				// Compared once, it need not be compared again.
				old.generation.CompareAndSwap(generation, now.generation)
			}
			return old.tile, nil
		}
	}
	tile, err := s.compute(ctx, l, now, key, t, q, scope, old)
	if err != nil && old != nil && errors.Is(err, layers.ErrUnavailable) {
		return old.tile, nil // the last known state; Stale tells
	}
	if err != nil {
		return nil, fmt.Errorf("layer %s, tile %d/%d/%d: %w", l.ID, t.Z, t.X, t.Y, err)
	}
	return tile, nil
}

// compute makes a tile of the layer as it is now, once for all who wait. The
// store may know more already; then the tile is made again when we hear of it.
func (s *Server) compute(ctx context.Context, l layers.Layer, now *moment, key string, t maptile.Tile, q layers.Query, scope access.Scope, old *entry) (*Tile, error) {
	waiting := s.running.DoChan(fmt.Sprintf("%d %s", now.generation, key), func() (any, error) {
		body, err := s.encode(ctx, l, now, t, q, scope)
		if err != nil {
			return nil, err
		}
		tile := newTile(body)
		if old != nil && old.tile.ETag == tile.ETag {
			tile = old.tile // with its codings
		}
		e := &entry{tile: tile}
		e.generation.Store(now.generation)
		s.cache.put(key, e)
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

func (s *Server) encode(ctx context.Context, l layers.Layer, now *moment, t maptile.Tile, q layers.Query, scope access.Scope) ([]byte, error) {
	if now.held != nil {
		return now.held.Tile(t, q, scope)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), encodeTimeout)
	defer cancel()
	return s.store.EncodeTile(ctx, l, t, q, scope)
}

// narrow leaves of a question what can be asked of the layer.
func narrow(q layers.Query, l layers.Layer) layers.Query {
	if !l.Dated() {
		q.Window = layers.Window{}
	}
	if len(q.Filters) > 0 {
		q.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(f layers.Filter) bool {
			_, has := l.Field(f.Field)
			return !has
		})
	}
	return q
}
