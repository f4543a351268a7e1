package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"sitmap/layers"
)

// Every geometry that orb knows as a shape on the map is read back equal by
// another decoder.
func TestGeometriesAreReadBack(t *testing.T) {
	square := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	hole := orb.Ring{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}}
	for _, g := range []orb.Geometry{
		orb.Point{102.5, 37.25},
		orb.MultiPoint{{1, 2}, {3, 4}},
		orb.LineString{{1, 2}, {3, 4}, {-5, -6.5}},
		orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
		orb.Polygon{square, hole},
		orb.MultiPolygon{{square, hole}, {{{10, 10}, {11, 10}, {11, 11}, {10, 10}}}},
	} {
		b, err := appendGeometry(nil, g)
		if err != nil {
			t.Errorf("%s: %v", g.GeoJSONType(), err)
			continue
		}
		back, err := geojson.UnmarshalGeometry(b)
		if err != nil || !orb.Equal(back.Geometry(), g) {
			t.Errorf("%s came back as %s: %v", g.GeoJSONType(), b, err)
		}
	}
	if b, err := appendGeometry(nil, nil); err != nil || string(b) != "null" {
		t.Errorf("no geometry is %s %v", b, err)
	}
}

// RFC 7946, 3.1.6: the outer ring runs counter-clockwise, holes clockwise.
func TestRingsFollowTheRightHand(t *testing.T) {
	clockwise := orb.Ring{{0, 0}, {0, 4}, {4, 4}, {4, 0}, {0, 0}}
	counter := orb.Ring{{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}
	given := orb.Polygon{clockwise, counter}
	b, err := appendGeometry(nil, orb.MultiPolygon{given, given})
	if err != nil {
		t.Fatal(err)
	}
	back, err := geojson.UnmarshalGeometry(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, polygon := range back.Geometry().(orb.MultiPolygon) {
		if polygon[0].Orientation() != orb.CCW || polygon[1].Orientation() != orb.CW {
			t.Errorf("outer ring %v, hole %v", polygon[0].Orientation(), polygon[1].Orientation())
		}
	}
	if given[0].Orientation() != orb.CW {
		t.Error("the feature itself was turned round")
	}
}

func TestCoordinatesHaveSevenDecimals(t *testing.T) {
	for x, want := range map[float64]string{
		102.123456789: "102.1234568", 37: "37", -0.00000001: "0", 1e-7: "0.0000001", -179.99999999: "-180", 100.1: "100.1",
	} {
		if got := string(appendDegrees(nil, x)); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}

// Names, quotes and line separators in values never break the document, and a
// field without a value is written as null.
func TestFeaturesAreJSON(t *testing.T) {
	l := layers.Layer{ID: "site", Fields: []layers.Field{{Name: "name"}, {Name: "count"}, {Name: "empty"}}}
	f := layers.Feature{ID: `a"b\c</script>`, Geometry: orb.Point{1, 2}, Properties: map[string]any{"name": "x\"\u2028\ty", "count": int64(3)}}
	b, err := appendFeature(nil, l, f, []link{{Href: "http://h/?a=1&b=2", Rel: "self"}})
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		ID         string         `json:"id"`
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if back.ID != f.ID || back.Properties["name"] != f.Properties["name"] || back.Properties["count"] != 3.0 {
		t.Errorf("came back as %+v", back)
	}
	if v, ok := back.Properties["empty"]; !ok || v != nil {
		t.Errorf("the field without a value is %v, %t", v, ok)
	}
	if strings.Contains(string(b), "</script>") {
		t.Error("the document can end a script element")
	}
}
