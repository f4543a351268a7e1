// Package hex is the one room that knows Uber's H3: it turns places into
// cells and cells into places. Resolutions run from 0 (continents) to 15
// (a square metre); the store keeps resolution 10, about 0.015 km² a cell.
package hex

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cell is an H3 index. Stored in a database it is a signed 64-bit number;
// valid cells never have the top bit set, so the order is the same.
type Cell uint64

// StoredResolution is the resolution at which every feature's cell is kept.
const StoredResolution = 10

// Of is the cell of the given resolution around a point (longitude,
// latitude). It fails for a resolution outside 0–15 and for coordinates that
// are not on the globe.
func Of(p orb.Point, resolution int) (Cell, error) {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return 0, fmt.Errorf("no cell at longitude %g, latitude %g", p[0], p[1])
	}
	c, err := h3.LatLngToCell(h3.LatLng{Lat: p[1], Lng: p[0]}, resolution)
	if err != nil {
		return 0, fmt.Errorf("cell of %g %g at resolution %d: %w", p[0], p[1], resolution, err)
	}
	return Cell(c), nil
}

// Resolution is the cell's own resolution.
func (c Cell) Resolution() int { return int(c>>52) & 15 }

// Parent is the cell of a coarser resolution that the cell belongs to: the
// digits below that resolution are set to 7, "unused", and the resolution
// field is lowered (H3 index layout: 4 bits of resolution at bit 52, fifteen
// digits of 3 bits below bit 45). A resolution finer than the cell's own
// gives the cell itself.
func (c Cell) Parent(resolution int) Cell {
	if resolution >= c.Resolution() {
		return c
	}
	unused := Cell(1)<<(3*(15-resolution)) - 1
	return c&^(15<<52) | Cell(resolution)<<52 | unused
}

// Centre is the middle of the cell, longitude first.
func (c Cell) Centre() (orb.Point, error) {
	at, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return orb.Point{}, fmt.Errorf("cell %x: %w", uint64(c), err)
	}
	return orb.Point{at.Lng, at.Lat}, nil
}

// String writes the cell as H3 tools do, in hexadecimal.
func (c Cell) String() string { return h3.Cell(c).String() }
