package archive

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

const (
	// mostTiles bounds the tiles of one cover, and with them its memory.
	mostTiles = 4_000_000
	// margin is how far beyond its edge a tile may draw, as a share of its side:
	// the buffer, and a little for coordinates that were rounded.
	margin = float64(tiles.Buffer+8) / tiles.Extent
)

// Cover is the tiles in which something may lie: no tile that holds any part of
// what was added is missing, and those that hold nothing are few. Asking them
// all is how a pyramid is written without asking for the whole world.
type Cover struct {
	zooms  [tiles.MaxZoom + 1]map[uint64]struct{} // x and y in one number
	count  int
	bounds orb.Bound
	any    bool
}

// Add notes a geometry (longitude, latitude, degrees) that is drawn from zoom
// low to zoom high. The error is of kind layers.ErrInvalid when the tiles
// become too many to be written.
func (c *Cover) Add(g orb.Geometry, low, high int) error {
	switch g := g.(type) {
	case nil:
		return nil
	case orb.MultiPoint:
		return each(c, g, low, high)
	case orb.LineString:
		// By its segments, so that a line across the city does not fill its box.
		for i := 1; i < len(g); i++ {
			if err := c.box(orb.MultiPoint{g[i-1], g[i]}.Bound(), low, high); err != nil {
				return err
			}
		}
		return nil
	case orb.MultiLineString:
		return each(c, g, low, high)
	case orb.MultiPolygon:
		return each(c, g, low, high)
	case orb.Collection:
		return each(c, g, low, high)
	}
	return c.box(g.Bound(), low, high)
}

func each[G orb.Geometry](c *Cover, parts []G, low, high int) error {
	for _, p := range parts {
		if err := c.Add(p, low, high); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cover) box(b orb.Bound, low, high int) error {
	if b.IsEmpty() {
		return nil
	}
	if c.any {
		b0 := c.bounds
		c.bounds = b0.Union(b)
	} else {
		c.bounds, c.any = b, true
	}
	for z := max(low, 0); z <= min(high, tiles.MaxZoom); z++ {
		west, south := onSquare(b.Min, z)
		east, north := onSquare(b.Max, z)
		if c.zooms[z] == nil {
			c.zooms[z] = map[uint64]struct{}{}
		}
		columns := [2]uint32{tileNumber(west-margin, z), tileNumber(east+margin, z)}
		rows := [2]uint32{tileNumber(north-margin, z), tileNumber(south+margin, z)}
		wide, high := uint64(columns[1]-columns[0])+1, uint64(rows[1]-rows[0])+1
		if wide*high > mostTiles || c.count > mostTiles {
			return fmt.Errorf("more than %d tiles down to zoom %d; end at a higher zoom or choose a smaller area: %w", mostTiles, z, layers.ErrInvalid)
		}
		before := len(c.zooms[z])
		for x := columns[0]; x <= columns[1]; x++ {
			for y := rows[0]; y <= rows[1]; y++ {
				c.zooms[z][uint64(x)<<32|uint64(y)] = struct{}{}
			}
		}
		c.count += len(c.zooms[z]) - before
	}
	return nil
}

// Bounds is the box around everything that was added, in degrees; ok is false
// where that was nothing.
func (c *Cover) Bounds() (b orb.Bound, ok bool) { return c.bounds, c.any }

// Len is the number of tiles.
func (c *Cover) Len() int { return c.count }

// Zoom is the tiles of a zoom, in the order of a Writer.
func (c *Cover) Zoom(z int) []maptile.Tile {
	all := make([]maptile.Tile, 0, len(c.zooms[z]))
	for at := range c.zooms[z] {
		all = append(all, maptile.New(uint32(at>>32), uint32(at), maptile.Zoom(z)))
	}
	slices.SortFunc(all, func(a, b maptile.Tile) int { return cmp.Compare(ID(a), ID(b)) })
	return all
}

// onSquare is a place on the square of Web Mercator, in tiles of the zoom from
// the north-western corner.
func onSquare(p orb.Point, zoom int) (x, y float64) {
	n := math.Exp2(float64(zoom))
	phi := max(world.Min[1], min(world.Max[1], p[1])) * math.Pi / 180
	return (p[0] + 180) / 360 * n, (1 - math.Asinh(math.Tan(phi))/math.Pi) / 2 * n
}

func tileNumber(at float64, zoom int) uint32 {
	return uint32(max(0, min(math.Exp2(float64(zoom))-1, math.Floor(at))))
}
