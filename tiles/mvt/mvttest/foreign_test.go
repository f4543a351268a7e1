package mvttest_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// Everything that decoders are known to see differently, in one tile: names
// that look like numbers, an extent of its own, features with and without id,
// text in Chinese, keys that some features lack, all shapes.
func TestForeignAgree(t *testing.T) {
	feature := func(id any, g orb.Geometry, p geojson.Properties) *geojson.Feature {
		return &geojson.Feature{ID: id, Geometry: g, Properties: p}
	}
	square := func(x, y, side float64) orb.Ring { // clockwise on the screen, as an exterior is
		return orb.Ring{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
	}
	hole := square(2, 2, 4)
	hole.Reverse()
	body, err := orbmvt.Marshal(orbmvt.Layers{
		{Name: "10", Version: 2, Extent: 512, Features: []*geojson.Feature{
			feature(uint64(7), orb.Point{1, -2}, geojson.Properties{"name": "武威", "n": -5, "share": float32(0.1), "ratio": 0.1, "big": uint64(1) << 52, "on": false}),
			feature(nil, orb.MultiPoint{{1, 2}, {600, 3}}, geojson.Properties{"name": "say \"no\"\n", "n": 7}),
		}},
		{Name: "9", Version: 2, Extent: 4096, Features: []*geojson.Feature{
			feature(uint64(0), orb.LineString{{0, 0}, {5, 5}}, nil),
			feature(uint64(1), orb.MultiLineString{{{0, 0}, {5, 5}}, {{-64, 9}, {4160, 9}}}, nil),
			feature(uint64(2), orb.Polygon{square(0, 0, 10), hole}, geojson.Properties{"code": "620602"}),
			feature(uint64(3), orb.MultiPolygon{{square(20, 0, 10)}, {square(0, 0, 10), hole}}, nil),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := mvttest.Foreign(t, body, nil)
	if len(got) != 2 || len(got[0]) != 2 || got[1] != nil {
		t.Fatalf("got %v; want two layers, and none of the empty tile", got)
	}
	f := got[0][0].Features[0]
	if f.ID != 7 || f.Properties["name"] != "武威" || f.Properties["big"] != float64(1<<52) || f.Shape.Points[0] != (mvt.XY{1, -2}) {
		t.Errorf("the first feature is %v", f)
	}
	if got := got[0][1].Features[3].Shape.Polygons; len(got) != 2 || len(got[1]) != 2 {
		t.Errorf("the multi-polygon is %v", got)
	}
}

// Whatever two decoders can disagree on is found and named.
func TestDifferences(t *testing.T) {
	one := func(change func(*mvttest.Layer)) []mvttest.Layer {
		l := mvttest.Layer{Name: "grid", Version: 2, Extent: 4096, Features: []mvttest.Feature{{
			ID: 7, HasID: true, Type: mvt.Polygon, Properties: map[string]any{"n": 1.5},
			Shape: mvt.Shape{Polygons: []mvt.Rings{{{{0, 0}, {9, 0}, {9, 9}}}}},
		}}}
		change(&l)
		return []mvttest.Layer{l}
	}
	tests := map[string]struct {
		change func(*mvttest.Layer)
		want   string
	}{
		"nothing":        {func(*mvttest.Layer) {}, ""},
		"untold extents": {func(l *mvttest.Layer) { l.Version, l.Extent = 0, 0 }, ""},
		"a name":         {func(l *mvttest.Layer) { l.Name = "gird" }, `layers ["gird"]`},
		"an extent":      {func(l *mvttest.Layer) { l.Extent = 512 }, "extent 512"},
		"a feature more": {func(l *mvttest.Layer) { l.Features = append(l.Features, l.Features[0]) }, "2 features, we read 1"},
		"an id":          {func(l *mvttest.Layer) { l.Features[0].ID = 8 }, "id: 8, we read 7"},
		"no id":          {func(l *mvttest.Layer) { l.Features[0].HasID = false }, "id:"},
		"a type":         {func(l *mvttest.Layer) { l.Features[0].Type = mvt.LineString }, "type: linestring, we read polygon"},
		"a value":        {func(l *mvttest.Layer) { l.Features[0].Properties["n"] = 1.5000001 }, "n: float64 1.5000001, we read float64 1.5"},
		"a value's type": {func(l *mvttest.Layer) { l.Features[0].Properties["n"] = "1.5" }, "n: string 1.5"},
		"a key less":     {func(l *mvttest.Layer) { delete(l.Features[0].Properties, "n") }, "n: absent"},
		"a key more":     {func(l *mvttest.Layer) { l.Features[0].Properties["m"] = true }, "m: true, we read absent"},
		"a vertex":       {func(l *mvttest.Layer) { l.Features[0].Shape.Polygons[0][0][1][0]++ }, "polygons:"},
		"a point":        {func(l *mvttest.Layer) { l.Features[0].Shape.Points = []mvt.XY{{}} }, "points:"},
		"a line":         {func(l *mvttest.Layer) { l.Features[0].Shape.Lines = [][]mvt.XY{{{}, {1, 1}}} }, "lines:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(mvttest.Differences(one(func(*mvttest.Layer) {}), one(test.change)), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
