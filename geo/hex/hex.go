// Package hex is the one room that knows Uber's H3: it turns places into
// cells and cells into places. Resolutions run from 0 (continents) to 15
// (a square metre); the store keeps resolution 10, about 0.015 km² a cell.
package hex

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cell is an H3 index. Stored in a database it is a signed 64-bit number;
// valid cells never have the top bit set, so the order is the same.
type Cell uint64

// StoredResolution is the resolution at which every feature's cell is kept.
const StoredResolution = 10

// finest is the last resolution of H3.
const finest = 15

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

// Centre is the middle of the cell, longitude first.
func (c Cell) Centre() (orb.Point, error) {
	at, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return orb.Point{}, fmt.Errorf("cell %v: %w", c, err)
	}
	return orb.Point{at.Lng, at.Lat}, nil
}

// Disk is the cells at most k steps away from the cell, itself included, in
// ascending order.
func (c Cell) Disk(k int) ([]Cell, error) {
	if k < 0 {
		return nil, fmt.Errorf("no disk of %d steps", k)
	}
	near, err := h3.GridDisk(h3.Cell(c), k)
	if err != nil {
		return nil, fmt.Errorf("%d steps around %v: %w", k, c, err)
	}
	disk := make([]Cell, len(near))
	for i, n := range near {
		disk[i] = Cell(n)
	}
	slices.Sort(disk)
	return slices.Compact(disk), nil
}

// Area is how much of the earth's surface the cell covers, in square metres,
// on the sphere that has the surface of WGS 84.
func (c Cell) Area() (float64, error) {
	if !c.Valid() {
		return 0, fmt.Errorf("%v is no cell", c)
	}
	a, err := h3.CellAreaM2(h3.Cell(c))
	if err != nil {
		return 0, fmt.Errorf("area of %v: %w", c, err)
	}
	return a, nil
}

// Boundary is the outline of the cell, closed and counter-clockwise. It has
// five to ten corners: where a cell lies across an edge of H3's icosahedron,
// its sides have a bend. Longitudes run on across the antimeridian, beyond
// ±180; the outline of a cell with a pole in it goes around by the pole.
func (c Cell) Boundary() (orb.Ring, error) {
	corners, err := h3.CellToBoundary(h3.Cell(c))
	if err != nil {
		return nil, fmt.Errorf("outline of %v: %w", c, err)
	}
	ring := make(orb.Ring, 0, len(corners)+4)
	for _, at := range corners {
		ring = append(ring, orb.Point{at.Lng, at.Lat})
	}
	return closed(ring), nil
}

// closed makes the longitudes of a ring of open ends continuous and closes
// it. A ring that goes once around the earth is closed by way of the pole
// that it lies nearer to.
func closed(ring orb.Ring) orb.Ring {
	for i := 1; i < len(ring); i++ {
		ring[i][0] = beside(ring[i][0], ring[i-1][0])
	}
	first, last := ring[0], ring[len(ring)-1]
	if end := beside(first[0], last[0]); end != first[0] {
		pole := math.Copysign(90, first[1])
		ring = append(ring, orb.Point{end, first[1]}, orb.Point{end, pole}, orb.Point{first[0], pole})
	}
	return append(ring, first)
}

// beside is the longitude moved by whole turns to within half a turn of
// another.
func beside(longitude, of float64) float64 {
	return longitude - 360*math.Round((longitude-of)/360)
}
