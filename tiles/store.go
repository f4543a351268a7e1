package tiles

import (
	"context"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Encoder makes the tile of one layer where the layer lies: rows become a
// Mapbox Vector Tile 2.1 layer without passing through Go. The bytes hold one
// layer named by its id, or nothing when no feature meets the tile. Equal
// data give equal bytes.
type Encoder interface {
	EncodeTile(ctx context.Context, l layers.Layer, t maptile.Tile, q layers.Query, s access.Scope) ([]byte, error)
	// States is the state of every layer, by id; its versions are part of
	// every cache key.
	States(ctx context.Context) (map[string]layers.LayerState, error)
}
