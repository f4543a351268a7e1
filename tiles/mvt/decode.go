package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"sitmap/layers"
)

// The fields of vector_tile.proto that a reader meets.
const (
	tileLayer = 3

	layerName     = 1
	layerFeature  = 2
	layerKey      = 3
	layerValue    = 4
	layerExtent   = 5
	layerVersion  = 15
	defaultExtent = 4096

	featureID       = 1
	featureTags     = 2
	featureType     = 3
	featureGeometry = 4
)

var tileSchema = map[uint64]rule{tileLayer: {"layer", asBytes, true}}

var layerSchema = map[uint64]rule{
	layerName:    {"name", asBytes, false},
	layerFeature: {"feature", asBytes, true},
	layerKey:     {"key", asBytes, true},
	layerValue:   {"value", asBytes, true},
	layerExtent:  {"extent", asVarint, false},
	layerVersion: {"version", asVarint, false},
}

var featureSchema = map[uint64]rule{
	featureID:       {"id", asVarint, false},
	featureTags:     {"list of tags", asBytes, false},
	featureType:     {"type", asVarint, false},
	featureGeometry: {"geometry", asBytes, false},
}

// Decode reads a tile, uncompressed. No bytes are a tile without layers.
//
// An error is of kind layers.ErrInvalid and names the layer, and the feature by
// its place from 0. What the specification only advises against is let pass:
// a layer without features, keys or values that stand twice in their lists,
// ids that two features share. So is what protobuf settles: a missing extent is
// 4096, a missing type is Unknown, fields of numbers that the schema does not
// have are for others. Layers that say version 1 are held to the rules of
// 2.1, and so are refused where their rings wind the other way.
//
// Decode does not look whether rings cross themselves or one another. The
// result keeps nothing of body, and takes memory in proportion to it whatever
// counts and lengths it claims.
func Decode(body []byte) ([]Layer, error) {
	var all []Layer
	names := map[string]bool{}
	m, fields := message(body), once{schema: tileSchema}
	for {
		number, err := fields.next(&m)
		if err != nil {
			return nil, fmt.Errorf("tile: %w: %w", err, layers.ErrInvalid)
		}
		if number == 0 {
			return all, nil
		}
		part, err := m.bytes()
		if err != nil {
			return nil, fmt.Errorf("tile: layer %d: %w: %w", len(all), err, layers.ErrInvalid)
		}
		l, err := decodeLayer(part)
		if err == nil && names[l.Name] {
			err = errors.New("an earlier layer has the same name")
		}
		if err != nil {
			return nil, fmt.Errorf("tile: layer %d %q: %w: %w", len(all), l.Name, err, layers.ErrInvalid)
		}
		names[l.Name] = true
		all = append(all, l)
	}
}

// layerReader holds what the features of a layer share.
type layerReader struct {
	keys   []string
	values []any
	usedBy []int // for each key, the feature that used it last, from 1
}

// decodeLayer reads a layer twice: keys and values may stand behind the
// features that point at them. The name is right also when there is an error
// in what follows it.
func decodeLayer(body message) (l Layer, err error) {
	l.Extent = defaultExtent
	var r layerReader
	var features [][]byte
	fields := once{schema: layerSchema}
	for {
		number, err := fields.next(&body)
		if err != nil {
			return l, err
		}
		if number == 0 {
			break
		}
		var part []byte
		switch number {
		case layerName:
			l.Name, err = body.text()
		case layerFeature:
			part, err = body.bytes()
			features = append(features, part)
		case layerKey:
			var key string
			key, err = body.text()
			r.keys = append(r.keys, key)
		case layerValue:
			var value any
			if part, err = body.bytes(); err == nil {
				value, err = decodeValue(part)
			}
			r.values = append(r.values, value)
		case layerExtent:
			l.Extent, err = body.uint32()
		case layerVersion:
			l.Version, err = body.uint32()
		}
		if err != nil {
			return l, fmt.Errorf("%s: %w", layerSchema[number].name, err)
		}
	}
	switch {
	case !fields.has(layerVersion):
		return l, errors.New("it has no version")
	case l.Version != 1 && l.Version != 2:
		return l, fmt.Errorf("its version is %d; this reader knows 1 and 2", l.Version)
	case !fields.has(layerName):
		return l, errors.New("it has no name")
	case l.Extent == 0:
		return l, errors.New("its extent is 0")
	}
	r.usedBy = make([]int, len(r.keys))
	for i, part := range features {
		f, err := r.feature(part, i)
		if err != nil {
			return l, fmt.Errorf("feature %d: %w", i, err)
		}
		l.Features = append(l.Features, f)
	}
	return l, nil
}

// feature reads the layer's feature at place index.
func (r *layerReader) feature(body message, index int) (f Feature, err error) {
	var tags, commands message
	fields := once{schema: featureSchema}
	for {
		number, err := fields.next(&body)
		if err != nil {
			return f, err
		}
		if number == 0 {
			break
		}
		switch number {
		case featureID:
			f.ID, err = body.varint()
			f.HasID = true
		case featureTags:
			tags, err = body.bytes()
		case featureType:
			f.Type, err = decodeType(&body)
		case featureGeometry:
			commands, err = body.bytes()
		}
		if err != nil {
			return f, fmt.Errorf("%s: %w", featureSchema[number].name, err)
		}
	}
	if !fields.has(featureGeometry) {
		return f, errors.New("it has no geometry")
	}
	if f.Properties, err = r.properties(tags, index); err != nil {
		return f, fmt.Errorf("tags: %w", err)
	}
	if f.Shape, err = decodeShape(f.Type, commands); err != nil {
		return f, fmt.Errorf("geometry: %w", err)
	}
	return f, nil
}

func decodeType(m *message) (Type, error) {
	v, err := m.varint()
	if err == nil && v > uint64(Polygon) {
		err = fmt.Errorf("%d is none of the four types", v)
	}
	return Type(v), err
}

// properties looks up the pairs of a key's and a value's index.
func (r *layerReader) properties(tags message, index int) (list []Property, err error) {
	for len(tags) > 0 {
		key, err := tags.uint32()
		if err != nil {
			return nil, err
		}
		if len(tags) == 0 {
			return nil, errors.New("their number is odd")
		}
		value, err := tags.uint32()
		if err != nil {
			return nil, err
		}
		if uint64(key) >= uint64(len(r.keys)) {
			return nil, fmt.Errorf("key %d of %d", key, len(r.keys))
		}
		if uint64(value) >= uint64(len(r.values)) {
			return nil, fmt.Errorf("value %d of %d", value, len(r.values))
		}
		if r.usedBy[key] == index+1 {
			return nil, fmt.Errorf("key %d (%q) stands there twice", key, r.keys[key])
		}
		r.usedBy[key] = index + 1
		list = append(list, Property{r.keys[key], r.values[value]})
	}
	return list, nil
}

// decodeValue reads a value, which has exactly one field. What a later version
// of the specification may add is no value of this one.
func decodeValue(body message) (value any, err error) {
	number, kind, err := body.field()
	if len(body) == 0 && err != nil {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, err
	}
	type form struct {
		number uint64
		kind   wire
	}
	switch (form{number, kind}) {
	case form{1, asBytes}:
		value, err = body.text()
	case form{2, as32}:
		var b []byte
		if b, err = body.take(4); err == nil {
			value = math.Float32frombits(binary.LittleEndian.Uint32(b))
		}
	case form{3, as64}:
		var b []byte
		if b, err = body.take(8); err == nil {
			value = math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
	case form{4, asVarint}:
		var v uint64
		v, err = body.varint()
		value = int64(v)
	case form{5, asVarint}:
		value, err = body.varint()
	case form{6, asVarint}:
		var v uint64
		v, err = body.varint()
		value = int64(v>>1) ^ -int64(v&1)
	case form{7, asVarint}:
		var v uint64
		if v, err = body.varint(); err == nil && v > 1 {
			err = fmt.Errorf("a bool of %d, which some read as true and some as false", v)
		}
		value = v == 1
	default:
		return nil, fmt.Errorf("no type of value is field %d as %s", number, kind)
	}
	if err == nil && len(body) > 0 {
		err = errors.New("it has more than one field")
	}
	return value, err
}
