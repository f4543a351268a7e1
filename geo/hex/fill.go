package hex

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Containment is when a cell counts as part of a shape.
type Containment int

const (
	Centre   Containment = iota // its middle lies in the shape
	Inside                      // the whole cell lies in the shape
	Touching                    // any part of it lies in the shape
)

// Fill is the cells of a resolution that belong to a shape, in ascending
// order.
func Fill(shape orb.MultiPolygon, resolution int, mode Containment) ([]Cell, error) {
	if resolution < 0 || resolution > finest {
		return nil, fmt.Errorf("no resolution %d", resolution)
	}
	var cells []Cell
	for _, polygon := range shape {
		if len(polygon) == 0 {
			continue
		}
		loops := make([]h3.GeoLoop, len(polygon))
		for i, ring := range polygon {
			for _, p := range ring {
				loops[i] = append(loops[i], h3.LatLng{Lat: p[1], Lng: p[0]})
			}
		}
		found, err := h3.PolygonToCellsExperimental(h3.GeoPolygon{GeoLoop: loops[0], Holes: loops[1:]}, resolution, h3.ContainmentMode(mode))
		if err != nil {
			return nil, fmt.Errorf("fill with cells of resolution %d: %w", resolution, err)
		}
		for _, c := range found {
			cells = append(cells, Cell(c))
		}
	}
	slices.Sort(cells)
	return slices.Compact(cells), nil
}
