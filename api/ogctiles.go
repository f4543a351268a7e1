package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// OGC API – Tiles, part 1 (OGC 20-057): vector tilesets of single collections
// and of the whole data set, and their tiles. The metadata of a tileset are in
// ogctileset.go, its tile matrix set in ogcmatrix.go, limits in ogclimits.go.

const relTilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"

// rememberLimits is how long the limits of a tileset may lag behind the data.
const rememberLimits = 5 * time.Second

// tileset is what the path and the parameter collections name.
type tileset struct {
	layers  []layers.Layer // in drawing order
	address string         // of the list of tilesets it is in
	query   string         // "?collections=…" where not all are meant
	title   string
}

// as is the query that leads to the tileset in a form; clients that go by the
// end of an address, as GDAL does, see what it is.
func (t tileset) as(form string) string {
	if t.query == "" {
		return "?f=" + form
	}
	return t.query + "&f=" + form
}

// datasetTileset is of every layer that the asker may read, or of those that
// the parameter collections names.
func (s *Server) datasetTileset(r *request, base string) (tileset, error) {
	t := tileset{layers: s.readable(r), address: base + "/ogc/tiles", title: mapName}
	if !r.given("collections") {
		return t, nil
	}
	ids, err := collectionsIn(r.text("collections"), base)
	if err != nil {
		return t, err
	}
	var chosen []layers.Layer
	for _, l := range s.options.Catalog {
		i := slices.Index(ids, l.ID)
		if i < 0 {
			continue
		}
		if err := r.scope().MayRead(l); err != nil {
			return t, err
		}
		ids = slices.Delete(ids, i, i+1)
		chosen = append(chosen, l)
	}
	if len(ids) > 0 {
		return t, layers.BadParameter("collections", "name collections of %s/ogc/collections, each once; %q is none", base, shown(ids[0]))
	}
	t.layers, t.query = chosen, "?collections="+joinIDs(chosen)
	return t, nil
}

// collectionsIn reads a list of collections: ids or addresses of this server,
// joined by commas.
func collectionsIn(text, base string) ([]string, error) {
	var ids []string
	for id := range strings.SplitSeq(text, ",") {
		if rest, ours := strings.CutPrefix(id, base+"/ogc/collections/"); ours {
			id = strings.TrimSuffix(rest, "/")
		}
		if id == "" {
			return nil, layers.BadParameter("collections", "give ids of collections joined by commas")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// collectionTileset is of the one layer that the path names.
func (s *Server) collectionTileset(r *request, base string) (tileset, error) {
	l, err := s.layer(r)
	if err != nil {
		return tileset{}, err
	}
	return tileset{layers: []layers.Layer{l}, address: collectionAddress(base, l) + "/tiles", title: l.Title.Zh + " · " + l.Title.En}, nil
}

type tilesetOf func(r *request, base string) (tileset, error)

// listTilesets answers with the tilesets there are: one, in WebMercatorQuad.
func (s *Server) listTilesets(of tilesetOf) handler {
	return func(_ context.Context, r *request) error {
		base, err := r.asJSON()
		if err != nil {
			return err
		}
		t, err := of(r, base)
		if err != nil {
			return err
		}
		return r.json(struct {
			Tilesets []tilesetItem `json:"tilesets"`
			Links    []link        `json:"links"`
		}{
			[]tilesetItem{{t.title, "vector", webMercator, matrixSetURI, []link{
				{t.address + "/" + matrixSetID + t.query, "self", "application/json", "the tileset"},
				{matrixSetAddress(base), relTilingScheme, "application/json", "its tile matrix set"},
			}}},
			[]link{{t.address + t.query, "self", "application/json", "this list"}},
		})
	}
}

// sendOGCTile answers with a tile. Beyond the limits of the tileset there is
// none (404); inside them one in which nothing lies is 200 with no bytes, which
// is a valid tile without layers.
func (s *Server) sendOGCTile(of tilesetOf) handler {
	return func(ctx context.Context, r *request) error {
		if err := r.takes(typeTile, "application/x-protobuf", "application/octet-stream"); err != nil {
			return err
		}
		base, err := r.client.base()
		if err != nil {
			return err
		}
		if err := r.knowsMatrixSet(); err != nil {
			return err
		}
		set, err := of(r, base)
		if err != nil {
			return err
		}
		at := maptile.New(uint32(r.number("tileCol")), uint32(r.number("tileRow")), maptile.Zoom(r.number("tileMatrix")))
		limits, err := s.limits(ctx, r, set)
		switch {
		case errors.Is(err, layers.ErrUnavailable):
			// The tile server may still hold what it served before.
			if !at.Valid() {
				return fmt.Errorf("tile %d/%d/%d does not exist: %w", at.Z, at.Y, at.X, layers.ErrNotFound)
			}
		case err != nil:
			return err
		default:
			if err := contain(limits, at); err != nil {
				return fmt.Errorf("tile %d/%d/%d: %w", at.Z, at.Y, at.X, err)
			}
		}
		q, err := s.question(ctx, r, set.layers)
		if err != nil {
			return err
		}
		t, err := s.options.Tiles.Tile(ctx, set.layers, at, q, r.scope())
		if err != nil {
			return fmt.Errorf("tile %d/%d/%d: %w", at.Z, at.Y, at.X, err)
		}
		return r.sendTile(t, typeTile)
	}
}

// limits are those of the tileset for the reader.
func (s *Server) limits(ctx context.Context, r *request, set tileset) ([]matrixLimits, error) {
	key := r.user.Area + " " + r.scope().Key() + " " + joinIDs(set.layers)
	return s.tileLimits.get(key, func() ([]matrixLimits, error) {
		ls, known, err := s.carried(ctx, r, set.layers)
		if err != nil {
			return nil, err
		}
		return limitsOf(ls, known), nil
	})
}
