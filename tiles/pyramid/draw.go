package pyramid

import (
	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/tiles/held"
)

// drawAll generalises every line and outline of a part, zoom by zoom.
func drawAll(part *held.Part) func(p *Pyramid, zoom int) []drawn {
	c, zooms := newCoverage(part.Layer), minZooms(part)
	for i := range part.Len() {
		if part.Kind[i] == held.Polygon {
			c.add(part, int32(i), zooms[i])
		}
	}
	return func(p *Pyramid, zoom int) []drawn {
		all := make([]drawn, part.Len())
		for i := range all {
			if part.Kind[i] == held.Line && int(p.minZoom[i]) <= zoom {
				all[i] = drawLines(part, int32(i), zoom)
			}
		}
		var e easel
		for k, polygons := range c.level(zoom) {
			all[c.whose[k]] = e.polygons(polygons)
		}
		return all
	}
}

func drawLines(part *held.Part, i int32, zoom int) drawn {
	var e easel
	return e.lines(part.Shape(int(i)), shiftOf(zoom), tolerance(zoom, part.Layer.Zoom.Max))
}

// coverage generalises outlines. Those of a layer of polygons share their
// borders: neighbours, and areas with the areas inside them. The outlines of
// other layers have nothing to do with one another.
type coverage struct {
	layer   layers.Layer
	shapes  []mesh.Shape
	whose   []int32
	minZoom []int

	mesh  *mesh.Mesh // of the outlines that appear at the last zoom asked for
	order []int      // their places in shapes
}

func newCoverage(l layers.Layer) *coverage { return &coverage{layer: l} }

// add takes outline i of a part, and the zoom from which it appears: outlines
// that appear later do not touch how those before look.
func (c *coverage) add(part *held.Part, i int32, minZoom uint8) {
	c.shapes = append(c.shapes, part.Shape(int(i)))
	c.whose = append(c.whose, i)
	c.minZoom = append(c.minZoom, int(minZoom))
}

// level is all outlines at a zoom, in the order in which they were added; one
// that does not appear is empty.
func (c *coverage) level(zoom int) []mesh.Polygons {
	shift, tol := shiftOf(zoom), tolerance(zoom, c.layer.Zoom.Max)
	all := make([]mesh.Polygons, len(c.shapes))
	var order []int
	for k, z := range c.minZoom {
		if z <= zoom {
			order = append(order, k)
		}
	}
	if c.layer.Geometry != layers.Polygons {
		for _, k := range order {
			all[k] = mesh.New(c.shapes[k:k+1]).Level(shift, tol)[0]
		}
		return all
	}
	// Deeper zooms show the same or more; the mesh is made anew when more.
	if c.mesh == nil || len(order) != len(c.order) {
		chosen := make([]mesh.Shape, len(order))
		for n, k := range order {
			chosen[n] = c.shapes[k]
		}
		c.mesh, c.order = mesh.New(chosen), order
	}
	for n, polygons := range c.mesh.Level(shift, tol) {
		all[c.order[n]] = polygons
	}
	return all
}
