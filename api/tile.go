package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

const (
	typeTile = "application/vnd.mapbox-vector-tile"
	typeMLT  = "application/vnd.maplibre-tile"
	// askAgain keeps a copy in the reader's own browser, which asks each time
	// whether it still holds: rights may have changed, and so may the data.
	askAgain = "private, no-cache"
	// headerStale says since when the store has not been heard of, so that
	// what is served may have been overtaken.
	headerStale = "Sitmap-Stale-Since"
)

// tile answers with the vector tile; one in which nothing lies is 200 with no
// bytes, which is a valid tile without layers. Layers of points are also to be
// had as a MapLibre Tile.
func (s *Server) tile(ctx context.Context, r *request) error {
	ls, err := s.layersByComma(r)
	if err != nil {
		return err
	}
	at, err := r.tileAddress()
	if err != nil {
		return err
	}
	q, err := s.question(ctx, r, ls)
	if err != nil {
		return err
	}
	t, err := s.options.Tiles.Tile(ctx, ls, at, q, r.scope())
	if err != nil {
		return fmt.Errorf("tile %d/%d/%d: %w", at.Z, at.X, at.Y, err)
	}
	if r.prefersMLT() && onlyPoints(ls) {
		// What that format cannot hold comes in the other one, and says so.
		if made, err := t.MLT(); err == nil {
			return r.sendTile(made, typeMLT)
		}
	}
	return r.sendTile(t, typeTile)
}

func onlyPoints(ls []layers.Layer) bool {
	return !slices.ContainsFunc(ls, func(l layers.Layer) bool { return l.Geometry != layers.Points })
}

// tileAddress is the tile that the path names.
func (r *request) tileAddress() (maptile.Tile, error) {
	at := maptile.New(uint32(r.number("x")), uint32(r.number("y")), maptile.Zoom(r.number("z")))
	if !at.Valid() {
		last := uint64(1)<<at.Z - 1
		name := "x"
		if uint64(at.X) <= last {
			name = "y"
		}
		return at, layers.BadParameter(name, "zoom %d has tiles 0 to %d", at.Z, last)
	}
	return at, nil
}

// sendTile answers with the tile in the coding that the client likes best.
func (r *request) sendTile(t *tiles.Tile, mediaType string) error {
	liked := r.codings().best(byTaste[:]...)
	body, tag, coding := t.As(liked)
	return r.sendReady(ready{body, tag, coding, mediaType, varies + ", Accept"}, liked)
}

// tileJSON describes the tiles of the layers. Bounds are those of the
// reader's own area where the layer is limited to it.
func (s *Server) tileJSON(ctx context.Context, r *request) error {
	ls, err := s.layersByComma(r)
	if err != nil {
		return err
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	_, d, err := s.describeTiles(ctx, r, ls, base)
	if err != nil {
		return err
	}
	return r.json(d)
}
