package tiles

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// What TileJSON 3.0.0 requires is there (tilejson, tiles, vector_layers with
// id and fields), and every property that a tile may carry is named.
func TestDescribe(t *testing.T) {
	camera := layers.Layer{
		ID: "camera", Title: layers.Text{Zh: "摄像机", En: "Cameras"}, Geometry: layers.Points, Zoom: layers.ZoomRange{Min: 6, Max: 16}, PointZoom: 14, Legend: "state",
		Fields: []layers.Field{
			{Name: "state", Type: layers.Coded, List: []layers.Code{{Value: "working"}, {Value: "faulty"}}},
			{Name: "direction_deg", Type: layers.Number, TileZoom: 14},
			{Name: "owner", Type: layers.String, TileZoom: layers.NotInTile},
		},
	}
	states := map[string]layers.LayerState{"camera": {Count: 2, Synthetic: true, Bounds: orb.Bound{Min: orb.Point{102, 37}, Max: orb.Point{104, 39}}}}
	text, err := json.Marshal(Describe([]layers.Layer{camera}, states, "http://127.0.0.1/tiles/camera/{z}/{x}/{y}.mvt"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		TileJSON     string
		Tiles        []string
		MinZoom      int
		MaxZoom      int
		Bounds       [4]float64
		Attribution  string
		VectorLayers []struct {
			ID     string
			Fields map[string]string
		} `json:"vector_layers"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.TileJSON != "3.0.0" || len(got.Tiles) != 1 || got.MinZoom != 6 || got.MaxZoom != 16 || got.Bounds != [4]float64{102, 37, 104, 39} || got.Attribution == "" {
		t.Errorf("%s", text)
	}
	fields := got.VectorLayers[0].Fields
	for name, want := range map[string]string{"id": "String", "state": "String", "direction_deg": "Number", "cluster": "Boolean", "count": "Number", "n_working": "Number", "n_faulty": "Number", "west": "Number", "owner": ""} {
		if fields[name] != want {
			t.Errorf("%s is a %q, want %q", name, fields[name], want)
		}
	}
}

// The form of TileJSON 3.0.0: what the specification asks of each key, as its
// text and its JSON schema have it.
func TestDescribeKeepsTheForm(t *testing.T) {
	point := layers.Layer{ID: "camera", Geometry: layers.Points, Zoom: layers.ZoomRange{Min: 6, Max: 14}, PointZoom: 14}
	line := layers.Layer{ID: "road", Geometry: layers.Lines, Zoom: layers.ZoomRange{Min: 8, Max: 16}}
	states := map[string]layers.LayerState{
		"camera": {Count: 1, Bounds: orb.Bound{Min: orb.Point{101.8, 36.6}, Max: orb.Point{104.2, 39.5}}},
		"road":   {Count: 1, Bounds: orb.Bound{Min: orb.Point{-181, -89}, Max: orb.Point{104, 89.5}}},
	}
	var got map[string]any
	text, err := json.Marshal(Describe([]layers.Layer{point, line}, states, "http://h/tiles/camera,road/{z}/{x}/{y}.mvt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(got["tilejson"].(string)) || got["scheme"] != "xyz" {
		t.Errorf("version %v, scheme %v", got["tilejson"], got["scheme"])
	}
	for _, must := range []string{"{z}", "{x}", "{y}"} {
		if !strings.Contains(got["tiles"].([]any)[0].(string), must) {
			t.Errorf("the template lacks %s", must)
		}
	}
	low, high := got["minzoom"].(float64), got["maxzoom"].(float64)
	center, bounds := got["center"].([]any), got["bounds"].([]any)
	if low != 6 || high != 16 || center[2].(float64) < low || center[2].(float64) > high {
		t.Errorf("zooms %g to %g, centre %v", low, high, center)
	}
	// The latitude at which Web Mercator is a square: 85.0511 degrees.
	for i, want := range []float64{-180, -85.0511, 104.2, 85.0511} {
		if math.Abs(bounds[i].(float64)-want) > 1e-4 {
			t.Errorf("bounds %v", bounds)
		}
	}
	for _, l := range got["vector_layers"].([]any) {
		l := l.(map[string]any)
		if l["id"] == "" || l["fields"].(map[string]any)["id"] != "String" || l["minzoom"].(float64) < low || l["maxzoom"].(float64) > high {
			t.Errorf("layer %v", l)
		}
	}
	for key := range got {
		if !slices.Contains([]string{"tilejson", "tiles", "vector_layers", "attribution", "bounds", "center", "description", "maxzoom", "minzoom", "name", "scheme"}, key) {
			t.Errorf("key %s is none of TileJSON", key)
		}
	}
}

// A map opens where the whole can be seen: the city is 2.4 degrees wide and
// 2.9 high, 1/93 of the world in Mercator's height, which two tiles of zoom 7
// cover (2/128) and two of zoom 8 (2/256) do not.
func TestTheCentreShowsTheWhole(t *testing.T) {
	l := layers.Layer{ID: "area", Geometry: layers.Polygons, Zoom: layers.ZoomRange{Min: 4, Max: 16}}
	zoom := func(b orb.Bound) float64 {
		return Describe([]layers.Layer{l}, map[string]layers.LayerState{"area": {Count: 1, Bounds: b}}, "x").Center[2]
	}
	if z := zoom(orb.Bound{Min: orb.Point{101.83, 36.67}, Max: orb.Point{104.21, 39.46}}); z != 7 {
		t.Errorf("the city at zoom %g", z)
	}
	at := orb.Point{102.6, 37.9}
	if z := zoom(orb.Bound{Min: at, Max: at}); z != 16 {
		t.Errorf("a single point at zoom %g", z)
	}
	if z := zoom(orb.Bound{Min: orb.Point{-180, -85}, Max: orb.Point{180, 85}}); z != 4 {
		t.Errorf("the world at zoom %g", z)
	}
}

// Only what is told at some zoom is described, and clusters only where there
// are any.
func TestCarried(t *testing.T) {
	names := func(l layers.Layer) (all []string) {
		for _, f := range Carried(l) {
			all = append(all, f.Name)
		}
		return all
	}
	l := layers.Layer{Geometry: layers.Points, Zoom: layers.ZoomRange{Min: 6, Max: 12}, Legend: "kind", Fields: []layers.Field{
		{Name: "kind", Type: layers.Coded, List: []layers.Code{{Value: "a"}}}, {Name: "late", TileZoom: 12}, {Name: "later", TileZoom: 13},
	}}
	if got := names(l); !slices.Equal(got, []string{"id", "kind", "late"}) {
		t.Errorf("single points: %v", got)
	}
	l.PointZoom = 6
	if got := names(l); len(got) != 3 {
		t.Errorf("points that stand alone from the first zoom: %v", got)
	}
	l.PointZoom = 7
	if got := names(l); !slices.Equal(got[3:], []string{"cluster", "count", "west", "south", "east", "north", "n_a"}) {
		t.Errorf("clusters: %v", got)
	}
	l.Geometry = layers.Lines
	if got := names(l); len(got) != 3 {
		t.Errorf("lines are not counted: %v", got)
	}
}

// A layer without features has no bounds rather than wrong ones.
func TestDescribeEmpty(t *testing.T) {
	d := Describe([]layers.Layer{open}, nil, "x")
	if d.Bounds != nil || d.Center != nil || d.Attribution != "" {
		t.Errorf("%+v", d)
	}
}
