package intake

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/layers"
)

// parseDegrees reads one coordinate of a table.
func parseDegrees(text string) (float64, *layers.Wrong) {
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return 0, &layers.Wrong{Fault: "is missing", Cure: "give the coordinate, or leave the row out"}
	case err == nil && !math.IsNaN(x) && !math.IsInf(x, 0):
		return x, nil
	case strings.ContainsAny(text, "°′″'\"度分秒"):
		return 0, &layers.Wrong{Fault: "degrees, minutes and seconds", Cure: "write decimal degrees, such as 102.6343"}
	case strings.Count(text, ",") == 1 && !strings.Contains(text, "."):
		return 0, &layers.Wrong{Fault: "a comma for the decimal point", Cure: "write decimal degrees with a point, such as 102.6343"}
	}
	return 0, &layers.Wrong{Fault: "not a number of degrees", Cure: "write decimal degrees, such as 102.6343"}
}

// cityMargin widens the box of the city, in degrees, about two kilometres: the
// store decides exactly, this check only explains what is far off.
const cityMargin = 0.02

// placeCheck judges coordinates by plain sense.
type placeCheck struct {
	city string
	box  *orb.Bound // nil when nothing is known
}

func newPlaceCheck(city layers.AreaName) placeCheck {
	c := placeCheck{city: strings.TrimSpace(city.Code + " " + city.Name)}
	if b := city.Bounds; b != nil {
		box := orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}.Pad(cityMargin)
		c.box = &box
	}
	return c
}

// globe judges coordinates as the file has them: whether they can be degrees of
// longitude and latitude, in this order.
func (c placeCheck) globe(g orb.Geometry) *layers.Wrong {
	if hasOrigin(g) {
		return &layers.Wrong{Fault: "lies at 0, 0, which stands for an unknown place", Cure: "find the right coordinates or leave the row out"}
	}
	b := g.Bound()
	x, y := furthest(b.Min[0], b.Max[0]), furthest(b.Min[1], b.Max[1])
	switch {
	case math.Abs(x) <= 180 && math.Abs(y) <= 90:
		return nil
	case math.Abs(x) >= 1000 && math.Abs(y) >= 1000:
		return projected(x, y)
	case math.Abs(x) <= 90 && math.Abs(y) <= 180:
		return &layers.Wrong{Fault: fmt.Sprintf("latitude %s is beyond 90; longitude and latitude seem to be exchanged", degrees(y)), Cure: "put the longitude first, or map the two columns the other way round"}
	}
	return &layers.Wrong{Fault: fmt.Sprintf("%s, %s is nowhere on the globe", degrees(x), degrees(y)), Cure: "give a longitude of −180 to 180 and a latitude of −90 to 90, or leave the row out"}
}

// inCity judges WGS 84 coordinates by the box of the city.
func (c placeCheck) inCity(g orb.Geometry) *layers.Wrong {
	if c.box == nil || c.box.Intersects(g.Bound()) {
		return nil
	}
	at := g.Bound().Center()
	switch {
	case c.box.Contains(orb.Point{at[1], at[0]}):
		return &layers.Wrong{Fault: "longitude and latitude are exchanged", Cure: "put the longitude first, or map the two columns the other way round"}
	case c.box.Contains(orb.Point{-at[0], at[1]}):
		return &layers.Wrong{Fault: "the longitude has the wrong sign", Cure: "west of Greenwich is negative"}
	}
	return &layers.Wrong{Fault: fmt.Sprintf("%s, %s lies outside the city %s", degrees(at[0]), degrees(at[1]), c.city),
		Cure: "check the coordinates, their system (--crs) and the city (--city)"}
}

// projected explains metres where degrees belong. Chinese survey coordinates by
// Gauss-Krüger carry the number of their zone before the easting.
func projected(x, y float64) *layers.Wrong {
	w := &layers.Wrong{Fault: "metres of a projected system, not degrees", Cure: "convert the file to longitude and latitude first (ogr2ogr -t_srs EPSG:4490)"}
	for _, easting := range []float64{x, y} {
		zone := int(easting / 1e6)
		switch {
		case zone >= 25 && zone <= 45: // zones of 3 degrees
			w.Fault = fmt.Sprintf("metres of Gauss-Krüger zone %d (central meridian %d° E), not degrees", zone, 3*zone)
			w.Cure = fmt.Sprintf("convert the file to longitude and latitude first; if it is CGCS2000, with ogr2ogr -s_srs EPSG:%d -t_srs EPSG:4490", 4513+zone-25)
		case zone >= 13 && zone <= 23: // zones of 6 degrees
			w.Fault = fmt.Sprintf("metres of Gauss-Krüger zone %d (central meridian %d° E), not degrees", zone, 6*zone-3)
			w.Cure = fmt.Sprintf("convert the file to longitude and latitude first; if it is CGCS2000, with ogr2ogr -s_srs EPSG:%d -t_srs EPSG:4490", 4491+zone-13)
		}
	}
	return w
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// furthest is the one further from zero.
func furthest(a, b float64) float64 {
	if math.Abs(a) > math.Abs(b) {
		return a
	}
	return b
}

// hasOrigin reports whether a position of the geometry is 0, 0.
func hasOrigin(g orb.Geometry) (found bool) {
	eachPoint(g, func(p *orb.Point) { found = found || *p == orb.Point{} })
	return found
}

// toWGS84 brings the geometry home from a system that ParseCRS knows, in place.
func toWGS84(g orb.Geometry, from geo.CRS) orb.Geometry {
	if p, ok := g.(orb.Point); ok {
		home, _ := geo.ToWGS84(p, from)
		return home
	}
	eachPoint(g, func(p *orb.Point) { *p, _ = geo.ToWGS84(*p, from) })
	return g
}

// plain turns a multi-point of one point into the point, as some programs
// write nothing but multi-points.
func plain(g orb.Geometry) orb.Geometry {
	if many, ok := g.(orb.MultiPoint); ok && len(many) == 1 {
		return many[0]
	}
	return g
}

func countPoints(g orb.Geometry) (n int) {
	eachPoint(g, func(*orb.Point) { n++ })
	return n
}

// eachPoint calls for every position of the geometry. A change of the position
// changes the geometry, except where that is a point itself.
func eachPoint(g orb.Geometry, call func(*orb.Point)) {
	line := func(points []orb.Point) {
		for i := range points {
			call(&points[i])
		}
	}
	switch g := g.(type) {
	case nil:
	case orb.Point:
		call(&g)
	case orb.MultiPoint:
		line(g)
	case orb.LineString:
		line(g)
	case orb.MultiLineString:
		for _, l := range g {
			line(l)
		}
	case orb.Polygon:
		for _, r := range g {
			line(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			eachPoint(p, call)
		}
	case orb.Collection:
		for _, one := range g {
			eachPoint(one, call)
		}
	}
}
