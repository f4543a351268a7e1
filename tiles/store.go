package tiles

import (
	"context"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Store is where the layers rest.
type Store interface {
	// EncodeTile makes the tile of one layer where the layer lies: rows become a
	// Mapbox Vector Tile 2.1 layer without passing through Go. The bytes hold one
	// layer named by its id, or nothing when no feature meets the tile. Equal
	// data give equal bytes.
	EncodeTile(ctx context.Context, l layers.Layer, t maptile.Tile, q layers.Query, s access.Scope) ([]byte, error)
	// States is the state of every layer, by id.
	States(ctx context.Context) (map[string]layers.LayerState, error)
	// Features hands each feature of the query to yield, in the order of FID, and
	// stops at yield's first error.
	Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error
	// Changes is what was committed to the layer after that version, as one.
	Changes(ctx context.Context, layer string, since int64) (layers.Change, error)
}
