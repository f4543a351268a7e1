package held

import (
	"github.com/paulmach/orb"

	"sitmap/layers"
)

// Rings are the numbers of feature i's rings or lines, or of its one point: from
// first up to, not including, end.
func (p *Part) Rings(i int) (first, end int) {
	if p.shape == nil {
		return i, i + 1
	}
	return int(p.shape[i]), int(p.shape[i+1])
}

// Exact is ring or line r as it came, in degrees, longitude first; the closing
// point of a ring is left out. Nobody may write to it.
func (p *Part) Exact(r int) []orb.Point {
	if p.shape == nil {
		return p.exact[r : r+1 : r+1]
	}
	return p.exact[p.rings[r]:p.rings[r+1]:p.rings[r+1]]
}

// Begins tells whether ring r is the outline of a polygon, rather than a hole in
// the polygon before it.
func (p *Part) Begins(r int) bool { return p.shape != nil && p.begins[r] }

// Several tells whether feature i came as a MultiLineString or MultiPolygon, be
// it of one.
func (p *Part) Several(i int) bool { return p.shape != nil && p.several[i] }

// Geometry is the shape of feature i as it came, to the last digit; rings are
// closed. It is nil for a feature without a place.
func (p *Part) Geometry(i int) orb.Geometry {
	first, end := p.Rings(i)
	switch p.Kind[i] {
	case Point:
		return p.Exact(first)[0]
	case Line:
		lines := make(orb.MultiLineString, 0, end-first)
		for r := first; r < end; r++ {
			lines = append(lines, append(orb.LineString{}, p.Exact(r)...))
		}
		if p.Several(i) {
			return lines
		}
		return lines[0]
	case Polygon:
		polygons := orb.MultiPolygon{}
		for r := first; r < end; r++ {
			if p.Begins(r) {
				polygons = append(polygons, nil)
			}
			last := len(polygons) - 1
			polygons[last] = append(polygons[last], closed(p.Exact(r)))
		}
		switch {
		case p.Several(i):
			return polygons
		case len(polygons) == 0:
			return orb.Polygon{}
		}
		return polygons[0]
	}
	return nil
}

func closed(points []orb.Point) orb.Ring {
	if len(points) == 0 {
		return orb.Ring{}
	}
	ring := make(orb.Ring, 0, len(points)+1)
	return append(append(ring, points...), points[0])
}

// Feature is feature i as it came.
func (p *Part) Feature(i int) layers.Feature {
	id, _ := p.Columns[0].Value(p.Columns[0].Refs[i]).(string)
	f := layers.Feature{
		ID: id, FID: p.FID[i], Geometry: p.Geometry(i), Properties: make(map[string]any, len(p.Columns)-1),
		Area: p.Area[i], Synthetic: p.Synthetic[i], Version: p.Version[i],
	}
	for k := 1; k < len(p.Columns); k++ {
		c := &p.Columns[k]
		if v := c.Value(c.Refs[i]); v != nil {
			f.Properties[c.Field.Name] = v
		}
	}
	return f
}
