package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/paulmach/orb"
)

// maxGeometries is how many geometries one collection of them may hold.
const maxGeometries = 10_000

// decodeGeometry reads a GeoJSON geometry (RFC 7946, section 3.1) from valid
// JSON. cut says that positions had more than two numbers, of which the first
// two are kept. An empty geometry and null are nil. The error says what is
// wrong, for people.
func decodeGeometry(raw []byte) (g orb.Geometry, cut bool, err error) {
	if string(raw) == "null" {
		return nil, false, nil
	}
	if raw[0] != '{' {
		return nil, false, errors.New("the geometry is not an object")
	}
	var kind string
	var coordinates, geometries []byte
	err = eachMember(raw, func(name string, value []byte) error {
		switch name {
		case "type":
			kind, _ = jsonString(value)
		case "coordinates":
			coordinates = value
		case "geometries":
			geometries = value
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	if kind == "GeometryCollection" {
		return decodeCollection(geometries)
	}
	if coordinates == nil {
		return nil, false, fmt.Errorf("the geometry %q has no coordinates", columnName(kind))
	}
	r := coordinateReader{cursor: cursor{b: coordinates}}
	g, err = r.geometry(kind)
	return g, r.cut, err
}

// decodeCollection reads the members of a collection of geometries, which must
// not be collections again.
func decodeCollection(raw []byte) (orb.Geometry, bool, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, false, errors.New("a GeometryCollection has no list of geometries")
	}
	if len(parts) > maxGeometries {
		return nil, false, fmt.Errorf("a GeometryCollection of %d geometries", len(parts))
	}
	var all orb.Collection
	var cut bool
	for _, part := range parts {
		var kind struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(part, &kind) == nil && kind.Type == "GeometryCollection" {
			return nil, false, errors.New("a GeometryCollection inside another")
		}
		g, c, err := decodeGeometry(part)
		if err != nil {
			return nil, false, err
		}
		cut = cut || c
		if g != nil {
			all = append(all, g)
		}
	}
	if len(all) == 0 {
		return nil, cut, nil
	}
	return all, cut, nil
}

// coordinateReader reads nested lists of numbers.
type coordinateReader struct {
	cursor
	cut bool
}

func (r *coordinateReader) geometry(kind string) (orb.Geometry, error) {
	if r.peek() == '[' {
		if rest := (cursor{b: r.b, i: r.i + 1}); rest.peek() == ']' {
			return nil, nil // empty: RFC 7946 lets it stand for "no place"
		}
	}
	switch kind {
	case "Point":
		return r.point()
	case "MultiPoint":
		points, err := list(r, r.point)
		return orb.MultiPoint(points), err
	case "LineString":
		return r.line()
	case "MultiLineString":
		lines, err := list(r, r.line)
		return orb.MultiLineString(lines), err
	case "Polygon":
		return r.polygon()
	case "MultiPolygon":
		polygons, err := list(r, r.polygon)
		return orb.MultiPolygon(polygons), err
	}
	return nil, fmt.Errorf("%q is not a kind of geometry", columnName(kind))
}

var errCoordinates = errors.New("the coordinates are not lists of numbers as their kind of geometry has them")

// list reads a list whose elements one reads.
func list[T any](r *coordinateReader, one func() (T, error)) ([]T, error) {
	if !r.take('[') {
		return nil, errCoordinates
	}
	var all []T
	if r.take(']') {
		return nil, errors.New("an empty list stands among the coordinates")
	}
	for {
		element, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, element)
		if r.take(']') {
			return all, nil
		}
		if !r.take(',') {
			return nil, errCoordinates
		}
	}
}

func (r *coordinateReader) point() (orb.Point, error) {
	numbers, err := list(r, r.number)
	if err != nil {
		return orb.Point{}, err
	}
	if len(numbers) < 2 {
		return orb.Point{}, errors.New("a position has fewer than two numbers")
	}
	r.cut = r.cut || len(numbers) > 2
	return orb.Point{numbers[0], numbers[1]}, nil
}

func (r *coordinateReader) number() (float64, error) {
	raw, err := r.value()
	if err != nil {
		return 0, errCoordinates
	}
	switch c := raw[0]; {
	case c == '"':
		return 0, errors.New("a coordinate is written as text, in quotes")
	case c == '[':
		return 0, errCoordinates
	case c != '-' && (c < '0' || c > '9'):
		return 0, errors.New("a coordinate is not a number")
	}
	x, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0, errors.New("a coordinate is beyond all numbers")
	}
	return x, nil
}

func (r *coordinateReader) line() (orb.LineString, error) {
	points, err := list(r, r.point)
	if err == nil && len(points) < 2 {
		err = errors.New("a line has fewer than two positions")
	}
	return points, err
}

func (r *coordinateReader) ring() (orb.Ring, error) {
	points, err := list(r, r.point)
	switch {
	case err != nil:
		return nil, err
	case len(points) < 4:
		return nil, errors.New("a ring has fewer than four positions")
	case points[0] != points[len(points)-1]:
		return nil, errors.New("a ring does not end where it begins")
	}
	return points, nil
}

func (r *coordinateReader) polygon() (orb.Polygon, error) { return list(r, r.ring) }
