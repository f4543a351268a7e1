package tiles

import (
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// TileJSON describes a set of tiles to a client: TileJSON 3.0.0, the
// specification of github.com/mapbox/tilejson-spec.
type TileJSON struct {
	Version      string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description,omitempty"`
	Attribution  string        `json:"attribution,omitempty"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       *[4]float64   `json:"bounds,omitempty"`
	Center       *[3]float64   `json:"center,omitempty"`
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer is one layer of the tiles and what its features carry.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// Describe is the TileJSON of the layers; address is the URL template with
// {z}, {x} and {y}. States give the bounds.
func Describe(ls []layers.Layer, states map[string]layers.LayerState, address string) TileJSON {
	d := TileJSON{Version: "3.0.0", Tiles: []string{address}, MinZoom: MaxZoom}
	var names []string
	var bounds orb.Bound
	first, synthetic := true, false
	for _, l := range ls {
		names = append(names, l.Title.Zh+" "+l.Title.En)
		d.MinZoom = min(d.MinZoom, l.Zoom.Min)
		d.MaxZoom = max(d.MaxZoom, l.Zoom.Max)
		d.VectorLayers = append(d.VectorLayers, describeLayer(l))
		state := states[l.ID]
		synthetic = synthetic || state.Synthetic
		if state.Count == 0 || state.Bounds.IsZero() {
			continue
		}
		if first {
			bounds, first = state.Bounds, false
		} else {
			bounds = bounds.Union(state.Bounds)
		}
	}
	d.Name = strings.Join(names, ", ")
	if synthetic {
		d.Attribution = "演示数据 · synthetic"
	}
	if !first {
		d.Bounds = &[4]float64{bounds.Min[0], bounds.Min[1], bounds.Max[0], bounds.Max[1]}
		c := bounds.Center()
		d.Center = &[3]float64{c[0], c[1], float64(d.MinZoom)}
	}
	return d
}

func describeLayer(l layers.Layer) VectorLayer {
	v := VectorLayer{ID: l.ID, Description: l.About.En, MinZoom: l.Zoom.Min, MaxZoom: l.Zoom.Max, Fields: map[string]string{"id": "String"}}
	for _, f := range l.Fields {
		if f.TileZoom <= l.Zoom.Max {
			v.Fields[f.Name] = tileType(f.Type)
		}
	}
	if l.PointZoom > 0 {
		maps.Copy(v.Fields, map[string]string{"cluster": "Boolean", "count": "Number",
			"west": "Number", "south": "Number", "east": "Number", "north": "Number"})
		legend, _ := l.Field(l.Legend)
		for _, c := range legend.List {
			v.Fields["n_"+c.Value] = "Number"
		}
	}
	return v
}

func tileType(t layers.FieldType) string {
	switch {
	case t == layers.Boolean:
		return "Boolean"
	case slices.Contains([]layers.FieldType{layers.Integer, layers.Number}, t):
		return "Number"
	}
	return "String"
}
