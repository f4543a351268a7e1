package mlt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"sitmap/layers"
	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
)

// at is a feature of one point.
func at(id uint64, x, y int64, properties ...mvt.Property) mvt.Feature {
	return mvt.Feature{ID: id, HasID: true, Type: mvt.Point, Properties: properties, Shape: mvt.Shape{Points: []mvt.XY{{x, y}}}}
}

func layer(features ...mvt.Feature) []mvt.Layer {
	return []mvt.Layer{{Name: "camera", Version: 2, Extent: 4096, Features: features}}
}

// On paper, from the layout of the specification: two cameras of which one has a
// name.
func TestBytes(t *testing.T) {
	got, err := mlt.Encode(layer(at(7, 10, -3), at(9, 12, 5, mvt.Property{Key: "name", Value: "武"})))
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Join([][]byte{
		{61, 1, 6}, []byte("camera"), {0x80, 0x20, 3}, // 11+8+6+9+8+7+9+3 bytes follow; tag, name, extent 4096, columns
		{0, 4, 29, 4}, []byte("name"), // id, geometry, text that some lack
		{0x10, 0x02, 2, 2, 7, 9},                // ids as varints: as steps they are no shorter
		{2, 0x10, 0x62, 2, 2, 1, 2, 2, 0},       // two streams; one run of two points
		{0x13, 0x42, 4, 4, 20, 5, 4, 16},        // +10, -3, +2, +8, folded
		{3, 0x00, 0x00, 2, 2, 0xff, 0b10},       // three streams; the second has a value, in one literal
		{0x30, 0x02, 1, 1, 3, 0x10, 0x00, 0, 3}, // one text of three bytes; its bytes
		[]byte("武"),                             // E6 AD A6
	}, nil)
	if !bytes.Equal(got, want) {
		t.Errorf("got\n% x, want\n% x", got, want)
	}
}

func TestNothing(t *testing.T) {
	for _, l := range [][]mvt.Layer{nil, layer()} {
		if got, err := mlt.Encode(l); err != nil || len(got) > 0 {
			t.Errorf("% x, %v", got, err)
		}
	}
}

func TestWhatItCannotHold(t *testing.T) {
	pair := func(a, b any) []mvt.Layer {
		return layer(at(1, 0, 0, mvt.Property{Key: "k", Value: a}), at(2, 0, 0, mvt.Property{Key: "k", Value: b}))
	}
	with := func(change func(*mvt.Feature)) []mvt.Layer {
		f := at(1, 0, 0)
		change(&f)
		return layer(at(9, 0, 0), f)
	}
	tests := map[string]struct {
		layers []mvt.Layer
		says   string
	}{
		"a line":                  {with(func(f *mvt.Feature) { f.Type = mvt.LineString }), "feature 1 is not one point"},
		"two points":              {with(func(f *mvt.Feature) { f.Shape.Points = make([]mvt.XY, 2) }), "feature 1 is not one point"},
		"a far point":             {with(func(f *mvt.Feature) { f.Shape.Points[0][0] = 1 << 31 }), "beyond 32 bits"},
		"an id of 53 bits":        {with(func(f *mvt.Feature) { f.ID = 1<<52 + 1 }), "beyond 2⁵²"},
		"text and a number":       {pair("1", int64(1)), "several types"},
		"a number and a bool":     {pair(1.5, true), "several types"},
		"a number beyond doubles": {pair(uint64(1<<53+1), 1.0), "beyond 2⁵³"},
		"one below them":          {pair(int64(-1<<53-1), 1.0), "beyond 2⁵³"},
		"no name":                 {[]mvt.Layer{{Features: layer(at(1, 0, 0))[0].Features}}, "no name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mlt.Encode(test.layers)
			if got != nil || !errors.Is(err, layers.ErrInvalid) || !strings.Contains(fmt.Sprint(err), test.says) {
				t.Errorf("% x and %v", got, err)
			}
		})
	}
}

// Whatever a column can look like, MapLibre reads what was written.
func TestMapLibreReadsEveryColumn(t *testing.T) {
	var tiles [][]mvt.Layer
	columns := map[string]func(i int) any{
		"one word":      func(int) any { return "working" },
		"few words":     func(i int) any { return []string{"武威", "", "a"}[i*i%3] },
		"all words":     func(i int) any { return fmt.Sprint("camera ", i*i) },
		"true":          func(int) any { return true },
		"true or false": func(i int) any { return i%3 == 0 },
		"the same":      func(int) any { return int64(5) },
		"the same, low": func(int) any { return int64(-5) },
		"rising":        func(i int) any { return int64(1_000_000 + i) },
		"falling":       func(i int) any { return int64(40 - i) },
		"jumping":       func(i int) any { return uint64(i * 715_827_882 % (1 << 32)) },
		"jumping, low":  func(i int) any { return int64(int32(i * 715_827_882)) },
		"extremes":      func(i int) any { return []int64{math.MinInt32, math.MaxInt32}[i%2] },
		"runs":          func(i int) any { return int64(i / 20) },
		"large":         func(i int) any { return int64(1)<<53 - int64(i) },
		"halves":        func(i int) any { return float64(i) / 2 },
		"tenths":        func(i int) any { return float64(i) / 10 },
		"mixed numbers": func(i int) any { return []any{int64(i), 0.25, float32(0.5), uint64(1) << 40}[i%4] },
	}
	holes := map[string]func(i int) bool{
		"none":  func(int) bool { return false },
		"some":  func(i int) bool { return i%3 == 1 },
		"long":  func(i int) bool { return i > 3 && i < 60 },
		"last":  func(i int) bool { return i > 0 },
		"first": func(i int) bool { return i == 0 },
	}
	for _, n := range []int{1, 2, 3, 9, 70, 1100} {
		for _, hole := range holes {
			for _, idOf := range []func(i int) (uint64, bool){
				func(i int) (uint64, bool) { return uint64(i), true },
				func(i int) (uint64, bool) { return 1<<31 + uint64(i*i*7919%1000), true },
				func(i int) (uint64, bool) { return 1 << 52 >> (i % 50), true },
				func(i int) (uint64, bool) { return 4, i%4 == 0 },
				func(i int) (uint64, bool) { return 0, false },
			} {
				var fs []mvt.Feature
				for i := range n {
					f := at(0, int64(i*i*31%5000-64), int64(math.MaxInt32-i))
					if i%50 == 7 {
						f.Shape.Points[0] = mvt.XY{math.MinInt32, math.MaxInt32}
					}
					if f.ID, f.HasID = idOf(i); !f.HasID {
						f.ID = 0
					}
					for name, value := range columns {
						if !hole(i + len(name)%2) {
							f.Properties = append(f.Properties, mvt.Property{Key: name, Value: value(i)})
						}
					}
					fs = append(fs, f)
				}
				tiles = append(tiles, append(layer(fs...), mvt.Layer{Name: "unit", Version: 2, Extent: 1, Features: fs[:1]}))
			}
		}
	}
	roundTrip(t, tiles...)
}
