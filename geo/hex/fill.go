package hex

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// Containment is when a cell counts as part of a shape.
type Containment int

const (
	Centre   Containment = iota // its middle lies in the shape
	Inside                      // the whole cell lies in the shape
	Touching                    // any part of it lies in the shape
)

// Fill is the cells of a resolution that belong to a shape, in ascending
// order: to any one of its polygons. Sides of shapes and cells are straight in
// longitude and latitude, and no longer than half a turn: a side from 170 to
// -170 crosses the antimeridian. A point on a border that two polygons share
// belongs to one of them. It fails for a resolution outside 0–15 and for
// corners that are nowhere near the globe.
//
// It goes down from the base cells: a cell whose surroundings no side enters
// is wholly in or out with all its descendants, and only the others are looked
// into.
func Fill(shape orb.MultiPolygon, resolution int, mode Containment) ([]Cell, error) {
	if resolution < 0 || resolution > finest {
		return nil, fmt.Errorf("no cells of resolution %d", resolution)
	}
	var cells []Cell
	for _, rings := range shape {
		polygon, err := newPolygon(rings)
		if err != nil {
			return nil, err
		}
		f := filling{polygon: polygon, resolution: resolution, mode: mode, cells: cells}
		for _, base := range roots() {
			if err := f.enter(base.cell, base.centre, f.polygon.sides); err != nil {
				return nil, fmt.Errorf("fill a shape: %w", err)
			}
		}
		cells = f.cells
	}
	if len(shape) > 1 {
		slices.Sort(cells)
		cells = slices.Compact(cells)
	}
	return cells, nil
}

type filling struct {
	polygon    *polygon
	resolution int
	mode       Containment
	cells      []Cell
	stack      []side // the sides in the boxes on the way down
}

// enter takes what belongs to the polygon of a cell and its descendants.
func (f *filling) enter(c Cell, centre orb.Point, sides []side) error {
	own := c.Resolution()
	if own == f.resolution && f.mode == Centre {
		if f.polygon.containsTurned(centre) {
			f.cells = append(f.cells, c)
		}
		return nil
	}
	before := len(f.stack)
	v, within, stack := f.polygon.judge(surroundings(centre, own), sides, f.stack)
	f.stack = stack
	defer func() { f.stack = f.stack[:before] }()
	switch {
	case v == outside:
	case v == inside:
		f.cells = append(f.cells, c.Children(f.resolution)...)
	case own == f.resolution:
		in, err := f.polygon.takes(c, centre, f.mode, within)
		if err != nil {
			return err
		}
		if in {
			f.cells = append(f.cells, c)
		}
	default:
		for _, child := range c.Children(own + 1) {
			at, err := child.Centre()
			if err != nil {
				return err
			}
			if err := f.enter(child, at, within); err != nil {
				return err
			}
		}
	}
	return nil
}

// surroundings is a box around everything that belongs to a cell's
// descendants. On the faces of the icosahedron, which are never smaller than
// the ground, a cell's corners lie baseStep/√7^r/√3 from its middle; its
// descendants reach out by 1.0525 times that, the sum of
// √3/√7·(1 + 1/√7 + 1/7 + …).
func surroundings(centre orb.Point, resolution int) orb.Bound {
	return padded(orb.Bound{Min: centre, Max: centre}, resolution)
}

// padded is a box around the surroundings of all middles in a box.
func padded(b orb.Bound, resolution int) orb.Bound {
	reach := 1.06 / math.Sqrt(3) / scales[resolution]
	b.Min[1] -= reach * 180 / math.Pi
	b.Max[1] += reach * 180 / math.Pi
	if b.Min[1] <= -90 || b.Max[1] >= 90 { // all longitudes meet at the pole
		b.Min[0], b.Max[0] = -180, 180
		return b
	}
	east := math.Asin(math.Sin(reach)/math.Cos(max(-b.Min[1], b.Max[1])*math.Pi/180-reach)) * 180 / math.Pi
	b.Min[0] -= east
	b.Max[0] += east
	return b
}

type root struct {
	cell   Cell
	centre orb.Point
}

// roots is the base cells, in ascending order.
var roots = sync.OnceValue(func() []root {
	all := make([]root, baseCells)
	for i := range all {
		c := modeBits | Cell(i)<<baseShift | allDigits
		at, err := c.Centre()
		if err != nil {
			panic(err) // every base cell has a middle
		}
		all[i] = root{c, at}
	}
	return all
})
