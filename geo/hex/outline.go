package hex

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Outline is the border of a set of cells of one resolution.
func Outline(cells []Cell) (orb.MultiPolygon, error) {
	cells, err := sorted(cells)
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	foreign := make([]h3.Cell, len(cells))
	for i, c := range cells {
		foreign[i] = h3.Cell(c)
	}
	polygons, err := h3.CellsToMultiPolygon(foreign)
	if err != nil {
		return nil, fmt.Errorf("outline of %d cells: %w", len(cells), err)
	}
	var outline orb.MultiPolygon
	for _, p := range polygons {
		polygon := orb.Polygon{}
		for _, loop := range append([]h3.GeoLoop{p.GeoLoop}, p.Holes...) {
			ring := make(orb.Ring, 0, len(loop)+1)
			for _, at := range loop {
				ring = append(ring, orb.Point{at.Lng, at.Lat})
			}
			polygon = append(polygon, closed(ring))
		}
		outline = append(outline, polygon)
	}
	return outline, nil
}

// sorted is a copy of the cells in ascending order without doubles. It fails
// for invalid cells and for a mix of resolutions.
func sorted(cells []Cell) ([]Cell, error) {
	cells = slices.Clone(cells)
	slices.Sort(cells)
	cells = slices.Compact(cells)
	for _, c := range cells {
		if !c.Valid() {
			return nil, fmt.Errorf("%v is no cell", c)
		}
		if c.Resolution() != cells[0].Resolution() {
			return nil, fmt.Errorf("cells of resolutions %d and %d together", cells[0].Resolution(), c.Resolution())
		}
	}
	return cells, nil
}
