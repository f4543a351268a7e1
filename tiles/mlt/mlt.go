// Package mlt writes MapLibre Tiles (MLT, tag 1 of version 1) of points: the
// same features as a Mapbox Vector Tile, laid down column by column, which
// compresses better where points carry many attributes.
//
// Lines and polygons are refused: without the format's heavier ways of packing
// geometry they come out larger than in the older format.
//
// The layout is that of the specification, held to what the decoder of MapLibre
// GL JS (@maplibre/mlt) reads.
//
// https://maplibre.org/maplibre-tile-spec/specification/
package mlt

import (
	"errors"
	"fmt"
	"math"

	"sitmap/layers"
	"sitmap/tiles/mvt"
)

const (
	layerTag = 1 // a block that holds its own metadata

	// The types of column. That of a property is of column.go.
	idType       = 0
	nullable     = 1 // added to the type of a column that some features lack
	wide         = 2 // added to the type of ids that need 64 bits
	geometryType = 4

	point = 0 // the type of geometry
)

// maxID is the greatest id: JavaScript folds the steps between ids into float64,
// which has 53 bits.
const maxID = 1 << 52

// Encode writes the layers, as mvt.Decode reads them, as one tile,
// uncompressed. Ids, names, values and positions are kept; so is the order of
// layers and features. A layer without features is left out, and a tile without
// layers is no bytes.
//
// A column has one type, so whole numbers and fractions of one key are all told
// as fractions, which are the same numbers in JavaScript. What the format, or a
// reader in JavaScript, cannot hold is an error of kind layers.ErrInvalid that
// names the layer: anything but one point to a feature, a key with values of
// several types, whole numbers beyond 2⁵³, ids beyond 2⁵².
func Encode(all []mvt.Layer) ([]byte, error) {
	var tile []byte
	for _, l := range all {
		if len(l.Features) == 0 {
			continue
		}
		body, err := encodeLayer(l)
		if err != nil {
			return nil, fmt.Errorf("layer %q as MLT: %w: %w", l.Name, err, layers.ErrInvalid)
		}
		tile = append(mvt.AppendVarint(tile, uint64(len(body))), body...)
	}
	return tile, nil
}

func encodeLayer(l mvt.Layer) ([]byte, error) {
	if l.Name == "" {
		return nil, errors.New("it has no name")
	}
	columns, err := columnsOf(l)
	if err != nil {
		return nil, err
	}
	ids, err := idsOf(l)
	if err != nil {
		return nil, err
	}
	places, err := placesOf(l)
	if err != nil {
		return nil, err
	}
	count := len(columns) + 1
	if len(ids.values) > 0 {
		count++
	}
	b := appendText([]byte{layerTag}, l.Name)
	b = mvt.AppendVarint(b, uint64(l.Extent))
	b = mvt.AppendVarint(b, uint64(count))
	if len(ids.values) > 0 {
		b = append(b, ids.columnType(len(l.Features)))
	}
	b = append(b, geometryType)
	for _, c := range columns {
		b = appendText(append(b, c.columnType(len(l.Features))), c.key)
	}
	if len(ids.values) > 0 {
		b = ids.append(b, len(l.Features))
	}
	b = appendPoints(b, places)
	for _, c := range columns {
		b = c.append(b, len(l.Features))
	}
	return b, nil
}

func appendText(b []byte, text string) []byte {
	return append(mvt.AppendVarint(b, uint64(len(text))), text...)
}

// ids are the ids of those features that have one.
type ids struct {
	at     []int // features, rising
	values []int64
	widest int64
}

func idsOf(l mvt.Layer) (c ids, err error) {
	for i, f := range l.Features {
		if !f.HasID {
			continue
		}
		if f.ID > maxID {
			return c, fmt.Errorf("feature %d: the id %d is beyond 2⁵²", i, f.ID)
		}
		c.at, c.values = append(c.at, i), append(c.values, int64(f.ID))
		c.widest = max(c.widest, int64(f.ID))
	}
	return c, nil
}

func (c ids) columnType(features int) byte {
	t := byte(idType)
	if len(c.values) < features {
		t += nullable
	}
	if c.widest > math.MaxUint32 {
		t += wide
	}
	return t
}

func (c ids) append(b []byte, features int) []byte {
	b = appendPresent(b, c.at, features)
	if c.widest > math.MaxUint32 {
		return appendIntegers(b, ofData, c.values, unsigned64)
	}
	return appendIntegers(b, ofData, c.values, unsigned32)
}

// placesOf are the points, x and y in turn.
func placesOf(l mvt.Layer) ([]int32, error) {
	places := make([]int32, 0, 2*len(l.Features))
	for i, f := range l.Features {
		if f.Type != mvt.Point || len(f.Shape.Points) != 1 {
			return nil, fmt.Errorf("feature %d is not one point", i)
		}
		for _, v := range f.Shape.Points[0] {
			if v != int64(int32(v)) {
				return nil, fmt.Errorf("feature %d lies at %d, beyond 32 bits", i, f.Shape.Points[0])
			}
			places = append(places, int32(v))
		}
	}
	return places, nil
}

// appendPoints appends the column of geometry: that all are points, told once,
// and the steps from each to the next, x and y apart.
func appendPoints(b []byte, places []int32) []byte {
	b = append(b, 2) // streams
	b = appendRuns(b, ofData, []run{{point, len(places) / 2}}, unsigned32)
	var steps []byte
	var last [2]int32
	for i, v := range places {
		steps = mvt.AppendVarint(steps, uint64(mvt.Zigzag(v-last[i%2])))
		last[i%2] = v
	}
	return appendStream(b, ofVertices, asPairSteps, len(places), steps)
}
