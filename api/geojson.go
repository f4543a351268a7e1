package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// rounded keeps seven decimals of a coordinate: about a centimetre.
func rounded(x float64) float64 {
	return math.Round(x*1e7) / 1e7
}

// appendFeature writes a feature as GeoJSON (RFC 7946): longitude first, outer
// rings counter-clockwise. Every field of the layer is written, null where it
// has no value, so that each page of a table has the same columns. links may
// be nil.
func appendFeature(b []byte, l layers.Layer, f layers.Feature, links []link) ([]byte, error) {
	b = append(b, `{"type":"Feature","id":`...)
	b, err := appendJSON(b, f.ID)
	if err != nil {
		return nil, err
	}
	b = append(b, `,"geometry":`...)
	if b, err = appendGeometry(b, f.Geometry); err != nil {
		return nil, fmt.Errorf("%s %s: %w", l.ID, f.ID, err)
	}
	b = append(b, `,"properties":{`...)
	for i, field := range l.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(b, field.Name); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendJSON(b, f.Properties[field.Name]); err != nil {
			return nil, fmt.Errorf("%s %s, field %s: %w", l.ID, f.ID, field.Name, err)
		}
	}
	b = append(b, `}`...)
	if links != nil {
		b = append(b, `,"links":`...)
		if b, err = appendJSON(b, links); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendJSON(b []byte, v any) ([]byte, error) {
	encoded, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode a value: %w", err)
	}
	return append(b, encoded...), nil
}

func appendGeometry(b []byte, g orb.Geometry) ([]byte, error) {
	if g == nil {
		return append(b, "null"...), nil
	}
	b = append(b, `{"type":"`...)
	b = append(b, g.GeoJSONType()...)
	b = append(b, `","coordinates":`...)
	switch g := g.(type) {
	case orb.Point:
		b = appendPosition(b, g)
	case orb.MultiPoint:
		b = appendPositions(b, g)
	case orb.LineString:
		b = appendPositions(b, g)
	case orb.MultiLineString:
		b = appendList(b, g, func(b []byte, line orb.LineString) []byte { return appendPositions(b, line) })
	case orb.Polygon:
		b = appendPolygon(b, g)
	case orb.MultiPolygon:
		b = appendList(b, g, appendPolygon)
	default:
		return nil, fmt.Errorf("a %T has no place on the map", g)
	}
	return append(b, '}'), nil
}

func appendPolygon(b []byte, p orb.Polygon) []byte {
	outer := true
	return appendList(b, p, func(b []byte, ring orb.Ring) []byte {
		want := orb.CW
		if outer {
			want, outer = orb.CCW, false
		}
		if ring.Orientation() != want {
			ring = ring.Clone()
			ring.Reverse()
		}
		return appendPositions(b, ring)
	})
}

func appendPositions[L ~[]orb.Point](b []byte, line L) []byte {
	return appendList(b, line, appendPosition)
}

func appendPosition(b []byte, p orb.Point) []byte {
	b = append(b, '[')
	b = appendDegrees(b, p[0])
	b = append(b, ',')
	b = appendDegrees(b, p[1])
	return append(b, ']')
}

// appendDegrees writes the number with as many of seven decimals as it needs.
//
// It is the shortest text that reads back as rounded(x): a decimal of fifteen
// digits or fewer is the only one of its length or shorter that a float64 stands
// for.
func appendDegrees(b []byte, x float64) []byte {
	scaled := x * 1e7
	if !(math.Abs(scaled) < 999e7) {
		return strconv.AppendFloat(b, rounded(x)+0, 'f', -1, 64)
	}
	// math.Round, which would cost as much as all the rest.
	n := int64(scaled)
	switch rest := scaled - float64(n); {
	case rest >= 0.5:
		n++
	case rest <= -0.5:
		n--
	}
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	whole, decimals := uint32(n/1e7), uint32(n%1e7)
	if whole < 10 {
		b = append(b, byte('0'+whole))
	} else {
		if whole >= 100 {
			b = append(b, byte('0'+whole/100))
		}
		b = append(b, pairs[2*(whole%100)], pairs[2*(whole%100)+1])
	}
	if decimals == 0 {
		return b
	}
	// Two digits at a time; an eighth one, 0, makes the pairs even.
	high, low := decimals/1000, decimals%1000*10
	p, q, r, t := 2*(high/100), 2*(high%100), 2*(low/100), 2*(low%100)
	b = append(b, '.', pairs[p], pairs[p+1], pairs[q], pairs[q+1], pairs[r], pairs[r+1], pairs[t])
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// pairs are the numbers 00 to 99.
var pairs = func() (all [200]byte) {
	for n := range 100 {
		all[2*n], all[2*n+1] = byte('0'+n/10), byte('0'+n%10)
	}
	return all
}()

func appendList[T any, L ~[]T](b []byte, list L, each func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = each(b, item)
	}
	return append(b, ']')
}
