package api

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/tiles/held"
)

// heldEncoder writes features that are held in memory as GeoJSON, byte for byte
// as appendFeature does, without making features of them first. It is for the
// features of one selection.
type heldEncoder struct {
	names [][]byte // by column, what stands before its value; of the id nothing
	// written are names with values by column and number of the value, as far as
	// they were met; nil for columns whose values seldom come again.
	written [][][]byte
	arena   []byte
}

const (
	// fewValues is how many values a column may have for them to be remembered,
	// manyFeatures how long a page must be for that to pay.
	fewValues    = 1024
	manyFeatures = 50
)

func newHeldEncoder(l layers.Layer) (*heldEncoder, error) {
	e := &heldEncoder{names: make([][]byte, 1, len(l.Fields)+1), written: make([][][]byte, len(l.Fields)+1)}
	for i, f := range l.Fields {
		var name []byte
		if i > 0 {
			name = append(name, ',')
		}
		name, err := appendJSON(name, f.Name)
		if err != nil {
			return nil, err
		}
		e.names = append(e.names, append(name, ':'))
	}
	return e, nil
}

// remember makes the encoder ready for a long page of the part's layer.
func (e *heldEncoder) remember(part *held.Part) {
	for k := range part.Columns {
		if c := &part.Columns[k]; !c.Once && c.Values() <= fewValues {
			e.written[k] = make([][]byte, c.Values())
		}
	}
}

// append writes feature i of the part.
func (e *heldEncoder) append(b []byte, part *held.Part, i int) ([]byte, error) {
	b = append(b, `{"type":"Feature","id":`...)
	b, err := appendHeldValue(b, &part.Columns[0], part.Columns[0].Refs[i])
	if err != nil {
		return nil, err
	}
	b = append(b, `,"geometry":`...)
	b = appendHeldGeometry(b, part, i)
	b = append(b, `,"properties":{`...)
	for k := 1; k < len(e.names); k++ {
		c := &part.Columns[k]
		ref := c.Refs[i]
		// Parts of a selection number values alike; a later one may know more.
		known := e.written[k]
		if int(ref) < len(known) && known[ref] != nil {
			b = append(b, known[ref]...)
			continue
		}
		from := len(b)
		b = append(b, e.names[k]...)
		if b, err = appendHeldValue(b, c, ref); err != nil {
			return nil, err
		}
		if int(ref) < len(known) {
			first := len(e.arena)
			e.arena = append(e.arena, b[from:]...)
			known[ref] = e.arena[first:len(e.arena):len(e.arena)]
		}
	}
	return append(b, '}', '}'), nil
}

func appendHeldValue(b []byte, c *held.Column, ref uint32) ([]byte, error) {
	if text, ok := c.Text(ref); ok {
		return appendText(b, text)
	}
	switch v := c.Value(ref).(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if size := math.Abs(v); size == 0 || 1e-6 <= size && size < 1e21 {
			return strconv.AppendFloat(b, v, 'f', -1, 64), nil
		}
		return appendJSON(b, v)
	default:
		return appendJSON(b, v)
	}
}

// appendText writes a text as json.Marshal does. Most need nothing but quotes.
func appendText(b, text []byte) ([]byte, error) {
	var all byte
	for _, c := range text {
		if !plainInJSON[c] {
			return appendJSON(b, string(text))
		}
		all |= c
	}
	if all >= utf8.RuneSelf && !utf8.Valid(text) {
		return appendJSON(b, string(text))
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"'), nil
}

// plainInJSON marks the bytes that json.Marshal leaves as they are, wherever
// they stand. Byte E2 may begin a line separator, which it does not.
var plainInJSON = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= ' ' && c != 0x7f && c != 0xe2
	}
	for _, c := range `"\<>&` {
		plain[c] = false
	}
	return plain
}()

func appendHeldGeometry(b []byte, part *held.Part, i int) []byte {
	first, end := part.Rings(i)
	switch part.Kind[i] {
	case held.Point:
		b = append(b, `{"type":"Point","coordinates":`...)
		b = appendPosition(b, part.Exact(first)[0])
	case held.Line:
		if !part.Several(i) {
			b = append(b, `{"type":"LineString","coordinates":`...)
			b = appendPositions(b, part.Exact(first))
			break
		}
		b = append(b, `{"type":"MultiLineString","coordinates":[`...)
		for r := first; r < end; r++ {
			if r > first {
				b = append(b, ',')
			}
			b = appendPositions(b, part.Exact(r))
		}
		b = append(b, ']')
	case held.Polygon:
		several := part.Several(i)
		if several {
			b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
		} else {
			b = append(b, `{"type":"Polygon","coordinates":`...)
		}
		b = appendHeldPolygons(b, part, first, end, several)
		if several {
			b = append(b, ']')
		}
	default:
		return append(b, "null"...)
	}
	return append(b, '}')
}

// appendHeldPolygons writes polygons without the brackets around all of them.
func appendHeldPolygons(b []byte, part *held.Part, first, end int, several bool) []byte {
	if first == end && !several {
		return append(b, "[]"...)
	}
	for r := first; r < end; r++ {
		want := orb.CW
		switch {
		case !part.Begins(r):
			b = append(b, ',')
		case r > first:
			b = append(b, "],["...)
			want = orb.CCW
		default:
			b = append(b, '[')
			want = orb.CCW
		}
		b = appendOpenRing(b, part.Exact(r), want)
	}
	if first < end {
		b = append(b, ']')
	}
	return b
}

// appendOpenRing closes a ring and writes it in the wanted direction, beginning
// with its first point in either.
func appendOpenRing(b []byte, points []orb.Point, want orb.Orientation) []byte {
	if len(points) == 0 {
		return append(b, "[]"...)
	}
	// The edge that closes the ring adds nothing to the area as orb computes it.
	turned := orb.Ring(points).Orientation() != want
	b = append(b, '[')
	b = appendPosition(b, points[0])
	for k := 1; k < len(points); k++ {
		b = append(b, ',')
		at := k
		if turned {
			at = len(points) - k
		}
		b = appendPosition(b, points[at])
	}
	b = append(b, ',')
	b = appendPosition(b, points[0])
	return append(b, ']')
}
