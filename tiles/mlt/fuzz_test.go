package mlt_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"sitmap/layers"
	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
)

// Whatever a tile holds: it is refused as invalid, or its layers with features
// follow one another, each with its tag and name, to the last byte.
func FuzzEncode(f *testing.F) {
	feature := func(id any, at orb.Point, p geojson.Properties) *geojson.Feature {
		return &geojson.Feature{ID: id, Geometry: at, Properties: p}
	}
	body, err := orbmvt.Marshal(orbmvt.Layers{
		{Name: "camera", Version: 2, Extent: 4096, Features: []*geojson.Feature{
			feature(uint64(7), orb.Point{1, -2}, geojson.Properties{"name": "武威", "n": -5, "share": float32(0.1), "ratio": 0.1, "big": uint64(1) << 52, "on": false}),
			feature(nil, orb.Point{600, 3}, geojson.Properties{"name": "say no", "n": 7}),
			feature(uint64(1)<<31, orb.Point{600, 3}, geojson.Properties{"name": "武威", "n": 7, "on": true}),
		}},
		{Name: "unit", Version: 2, Extent: 512, Features: []*geojson.Feature{feature(uint64(0), orb.Point{0, 0}, nil)}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		decoded, err := mvt.Decode(body)
		if err != nil {
			return
		}
		tile, err := mlt.Encode(decoded)
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) || tile != nil {
				t.Fatalf("% x and %v", tile, err)
			}
			return
		}
		for _, l := range decoded {
			if len(l.Features) == 0 {
				continue
			}
			length, n := binary.Uvarint(tile)
			begin := append(mvt.AppendVarint([]byte{1}, uint64(len(l.Name))), l.Name...)
			if n <= 0 || uint64(len(tile)-n) < length || string(tile[n:n+len(begin)]) != string(begin) {
				t.Fatalf("layer %q is not at % x", l.Name, tile)
			}
			tile = tile[n+int(length):]
		}
		if len(tile) > 0 {
			t.Fatalf("% x follow the last layer", tile)
		}
	})
}

// Columns of every sort, drawn by lot.
func TestMapLibreReadsWhateverIsDrawn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var tiles [][]mvt.Layer
	for range 400 {
		var tile []mvt.Layer
		for k := range 1 + r.IntN(3) {
			tile = append(tile, mvt.Layer{Name: fmt.Sprint("l", k), Version: 2, Extent: 1 << r.IntN(31), Features: drawn(r)})
		}
		tiles = append(tiles, tile)
	}
	roundTrip(t, tiles...)
}

func drawn(r *rand.Rand) []mvt.Feature {
	kinds := []func() any{
		func() any { return r.IntN(2) == 0 },
		func() any { return int64(r.Int32()) >> r.IntN(31) },
		func() any { return -int64(r.Int32()) >> r.IntN(31) },
		func() any { return r.Uint64() >> (11 + r.IntN(50)) },
		func() any { return r.NormFloat64() * math.Pow(10, float64(r.IntN(30))) },
		func() any { return float32(r.NormFloat64()) },
		func() any { return string([]rune("武威凉州😀 abc")[:r.IntN(10)]) },
	}
	fs := make([]mvt.Feature, 1+r.IntN(1<<r.IntN(10)))
	idBits, places := r.IntN(53), r.IntN(32)
	for i := range fs {
		fs[i] = at(r.Uint64N(1<<idBits), int64(r.Int32())>>places, -int64(r.Int32())>>places)
	}
	for k := range r.IntN(12) {
		kind, there, again := kinds[r.IntN(len(kinds))], r.Float64()*1.2, r.Float64()
		v := kind()
		for i := range fs {
			if r.Float64() > again {
				v = kind()
			}
			if r.Float64() < there {
				fs[i].Properties = append(fs[i].Properties, mvt.Property{Key: fmt.Sprint("k", k), Value: v})
			}
		}
	}
	return fs
}
