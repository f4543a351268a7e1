package archive

import "github.com/paulmach/orb/maptile"

// ID is the place of a tile in an archive: zoom after zoom, and within a zoom
// along a Hilbert curve, so that neighbours lie close together. These are the
// tile ids of PMTiles version 3. The tile must be valid and its zoom at most 30.
func ID(t maptile.Tile) uint64 {
	// Below zoom z lie 1 + 4 + … + 4^(z-1) tiles.
	id := (uint64(1)<<(2*t.Z) - 1) / 3
	x, y := t.X, t.Y
	for side := uint32(1) << t.Z >> 1; side > 0; side >>= 1 {
		// Which quarter of the square, in the order of the curve: the left upper,
		// left lower, right lower, right upper one.
		var right, low uint32
		if x&side != 0 {
			right = 1
		}
		if y&side != 0 {
			low = 1
		}
		id += uint64(side) * uint64(side) * uint64(3*right^low)
		// The curve inside the two upper quarters lies on its side.
		if low == 0 {
			if right == 1 {
				x, y = side-1-x&(side-1), side-1-y&(side-1)
			}
			x, y = y, x
		}
	}
	return id
}
