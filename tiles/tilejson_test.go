package tiles

import (
	"encoding/json"
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

// A layer without features has no bounds rather than wrong ones.
func TestDescribeEmpty(t *testing.T) {
	d := Describe([]layers.Layer{open}, nil, "x")
	if d.Bounds != nil || d.Center != nil || d.Attribution != "" {
		t.Errorf("%+v", d)
	}
}
