package api

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/data/demo"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/tiles/held"
)

// encodedBoth encodes features from memory and one by one; the two must agree to
// the last byte.
func encodedBoth(t *testing.T, l layers.Layer, features []layers.Feature) {
	t.Helper()
	builder := held.NewBuilder(l, nil)
	for i := range features {
		features[i].FID = int32(i + 1)
		if err := builder.Add(features[i]); err != nil {
			t.Fatal(err)
		}
	}
	part, _ := builder.Part()
	e, err := newHeldEncoder(l)
	if err != nil {
		t.Fatal(err)
	}
	e.remember(part)
	for k, f := range features {
		want, err := appendFeature(nil, l, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.append(nil, part, part.InOrder(k))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s %s\nfrom memory %s %v\n   one by one %s", l.ID, f.ID, got, err, want)
		}
	}
}

// Every feature of the demo city.
func TestMemoryEncodesTheCity(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	city, err := demo.Generate(1, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range city.Layers {
		l, err := catalog.All.Layer(made.Layer)
		if err != nil {
			t.Fatal(err)
		}
		encodedBoth(t, l, made.Features)
	}
}

// Shapes and values that the city does not have.
func TestMemoryEncodesEverything(t *testing.T) {
	square := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	hole := orb.Ring{{1, 1}, {2, 1.23456789}, {2, 2}, {1, 2}, {1, 1}}
	flat := orb.Ring{{1, 1}, {2, 2}, {3, 3}, {1, 1}}
	back := square.Clone()
	back.Reverse()
	l := layers.Layer{ID: "site", Geometry: layers.Mixed, Fields: []layers.Field{
		{Name: "text <&>"}, {Name: "count", Type: layers.Integer}, {Name: "size", Type: layers.Number}, {Name: "open", Type: layers.Boolean},
	}}
	shapes := []orb.Geometry{
		nil, orb.Point{-0.00000001, 1e-7}, orb.LineString{{1, 2}, {3, 4}, {1, 2}}, orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, orb.MultiLineString{{{1, 2}, {3, 4}}},
		orb.Polygon{square}, orb.Polygon{back, hole}, orb.Polygon{flat}, orb.MultiPolygon{{square}}, orb.MultiPolygon{{back, hole, flat}, {square}, {hole}},
		orb.Polygon{}, orb.MultiPolygon{}, orb.MultiLineString{},
	}
	texts := []any{nil, "", "plain", "路口", "a\"b\\c", "</script>&", "\u2028", "–", "tab\t", "\xff", "del\x7f", true, int64(7)}
	sizes := []any{nil, 0.0, -1.5, 1e-7, 1e21, -3e300, 12.0, math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 60, 0.1 + 0.2}
	var features []layers.Feature
	for n := range 400 {
		f := layers.Feature{ID: strconv.Itoa(n) + "<", Geometry: shapes[n%len(shapes)], Properties: map[string]any{}}
		for name, v := range map[string]any{"text <&>": texts[n%len(texts)], "size": sizes[n%len(sizes)], "count": int64(n*n-300) << (n % 40), "open": n%3 == 0} {
			if i, whole := v.(int); whole {
				v = float64(i)
			}
			if v != nil {
				f.Properties[name] = v
			}
		}
		features = append(features, f)
	}
	encodedBoth(t, l, features)
}

// strconv writes the shortest text that reads back the same.
func TestDegreesAreShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 1_000_000 {
		x := 360 * (r.Float64() - 0.5)
		switch r.IntN(4) {
		case 0:
			x = math.Round(x*1e4) / 1e4
		case 1:
			x = (math.Round(x*1e7) + 0.5) / 1e7
		}
		checkDegrees(t, x)
	}
}

func FuzzDegrees(f *testing.F) {
	for _, x := range []float64{0, -0.00000001, 180, 1e8, -1e8, 1e300, math.Inf(1), 123456789.12345678} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) { checkDegrees(t, x) })
}

func checkDegrees(t *testing.T, x float64) {
	t.Helper()
	if got, want := string(appendDegrees(nil, x)), strconv.FormatFloat(math.Round(x*1e7)/1e7+0, 'f', -1, 64); got != want {
		t.Fatalf("%v is written %s, want %s", x, got, want)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "路口", "a\"b", "\u2028", "\xff", "–", "\x00", "<>&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := appendText(nil, []byte(s)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	})
}
