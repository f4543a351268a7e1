package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

const (
	typeTile = "application/vnd.mapbox-vector-tile"
	// askAgain keeps a copy in the reader's own browser, which asks each time
	// whether it still holds: rights may have changed, and so may the data.
	askAgain = "private, no-cache"
)

// tile answers with the vector tile; one in which nothing lies is 200 with no
// bytes, which is a valid tile without layers.
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
	return r.sendTile(t)
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

// sendTile answers with the tile in the coding the client likes.
func (r *request) sendTile(t *tiles.Tile) error {
	want := tiles.Identity
	if r.accepts("gzip") {
		want = tiles.Gzip
	}
	body, tag, coding := t.As(want)
	r.cache(askAgain)
	if r.fresh(tag) {
		return nil
	}
	r.fiber.Set(fiber.HeaderContentType, typeTile)
	if coding != tiles.Identity {
		r.fiber.Set(fiber.HeaderContentEncoding, coding.String())
	}
	return r.fiber.Send(body)
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
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return fmt.Errorf("state of the layers: %w", err)
	}
	home, err := s.facts.place(ctx, states, r.scope())
	if err != nil {
		return err
	}
	own, err := s.ownBounds(ctx, r.user, home)
	if err != nil {
		return err
	}
	ids := make([]string, len(ls))
	known := map[string]layers.LayerState{}
	for i, l := range ls {
		ids[i] = l.ID
		state := states[l.ID]
		b := boundsFor(l, state, own, r.scope())
		state.Bounds = orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
		known[l.ID] = state
	}
	address := base + "/tiles/" + strings.Join(ids, ",") + "/{z}/{x}/{y}.mvt"
	return r.json(tiles.Describe(ls, known, address))
}
