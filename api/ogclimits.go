package api

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// matrixLimits are the tiles of one matrix that a tileset offers, ends included.
type matrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

// limitsOf are the limits of a tileset of the layers: at each zoom the tiles
// that meet the bounds of the layers which exist at that zoom and hold anything.
func limitsOf(ls []layers.Layer, known map[string]layers.LayerState) []matrixLimits {
	all := []matrixLimits{}
	for z := range scales {
		var bounds orb.Bound
		found := false
		for _, l := range ls {
			state := known[l.ID]
			if z < l.Zoom.Min || z > l.Zoom.Max || state.Count == 0 || state.Bounds.IsZero() {
				continue
			}
			if !found {
				bounds, found = state.Bounds, true
			} else {
				bounds = bounds.Union(state.Bounds)
			}
		}
		if found {
			all = append(all, limitsAt(z, bounds))
		}
	}
	return all
}

// limitsAt are the rows, from the north, and columns that a box meets.
func limitsAt(z int, b orb.Bound) matrixLimits {
	n := math.Exp2(float64(z))
	col := func(lon float64) uint32 { return within((lon+180)/360*n, n) }
	row := func(lat float64) uint32 {
		return within((1-math.Asinh(math.Tan(max(-85.06, min(85.06, lat))*math.Pi/180))/math.Pi)/2*n, n)
	}
	return matrixLimits{strconv.Itoa(z), row(b.Max[1]), row(b.Min[1]), col(b.Min[0]), col(b.Max[0])}
}

// within is the tile that a place along an axis of n tiles lies in.
func within(at, n float64) uint32 { return uint32(max(0, min(n-1, math.Floor(at)))) }

// contain reports, for a tile beyond the limits, what they are.
func contain(limits []matrixLimits, t maptile.Tile) error {
	for _, m := range limits {
		if m.TileMatrix != strconv.Itoa(int(t.Z)) {
			continue
		}
		if t.Y < m.MinTileRow || t.Y > m.MaxTileRow || t.X < m.MinTileCol || t.X > m.MaxTileCol {
			return fmt.Errorf("at tile matrix %s there are rows %d to %d and columns %d to %d: %w",
				m.TileMatrix, m.MinTileRow, m.MaxTileRow, m.MinTileCol, m.MaxTileCol, layers.ErrNotFound)
		}
		return nil
	}
	if len(limits) == 0 {
		return fmt.Errorf("the tileset is empty: %w", layers.ErrNotFound)
	}
	return fmt.Errorf("the tileset has tile matrices %s to %s: %w", limits[0].TileMatrix, limits[len(limits)-1].TileMatrix, layers.ErrNotFound)
}
