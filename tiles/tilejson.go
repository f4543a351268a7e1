package tiles

import (
	"math"
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
	Scheme       string        `json:"scheme"`
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

// Describe is the TileJSON of the layers, in their order; address is the URL
// template with {z}, {x} and {y}. States give the bounds, which are cut to what
// Web Mercator shows. Fields are those of the layers as given: who hands in a
// city's own code list gets its values among them.
func Describe(ls []layers.Layer, states map[string]layers.LayerState, address string) TileJSON {
	d := TileJSON{Version: "3.0.0", Scheme: "xyz", Tiles: []string{address}, MinZoom: MaxZoom, VectorLayers: []VectorLayer{}}
	var names, about []string
	var bounds orb.Bound
	first, synthetic := true, false
	for _, l := range ls {
		names = append(names, l.Title.Zh+" "+l.Title.En)
		about = append(about, l.About.Zh+" "+l.About.En)
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
	if len(ls) == 1 {
		d.Description = about[0]
	}
	if synthetic {
		d.Attribution = "演示数据 · synthetic"
	}
	if !first {
		b := onMercator(bounds)
		d.Bounds = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		c := b.Center()
		d.Center = &[3]float64{c[0], c[1], float64(max(d.MinZoom, min(d.MaxZoom, zoomFor(b))))}
	}
	return d
}

// onMercator cuts a box to the square of Web Mercator (EPSG:3857).
func onMercator(b orb.Bound) orb.Bound {
	const north = 85.0511287798066 // atan(sinh π)
	return orb.Bound{
		Min: orb.Point{max(b.Min[0], -180), max(b.Min[1], -north)},
		Max: orb.Point{min(b.Max[0], 180), min(b.Max[1], north)},
	}
}

// zoomFor is the deepest zoom at which the box spans at most two tiles, which
// is about a window of 1,000 pixels with tiles of 512.
func zoomFor(b orb.Bound) int {
	rise := func(lat float64) float64 { return math.Asinh(math.Tan(lat*math.Pi/180)) / (2 * math.Pi) }
	span := max((b.Max[0]-b.Min[0])/360, rise(b.Max[1])-rise(b.Min[1])) // of the world
	if span <= 0 {
		return MaxZoom
	}
	return max(0, int(math.Floor(math.Log2(2/span))))
}

func describeLayer(l layers.Layer) VectorLayer {
	v := VectorLayer{ID: l.ID, Description: l.About.En, MinZoom: l.Zoom.Min, MaxZoom: l.Zoom.Max, Fields: map[string]string{}}
	for _, f := range Carried(l) {
		v.Fields[f.Name] = tileType(f.Type)
	}
	return v
}

// Carried are the properties that features in the tiles of a layer may have at
// some zoom: the business code, the declared fields, and what clusters tell.
func Carried(l layers.Layer) []layers.Field {
	fields := []layers.Field{{Name: "id", Title: layers.Text{Zh: "编码", En: "Code"}, Type: layers.String}}
	for _, f := range l.Fields {
		if f.TileZoom <= l.Zoom.Max && f.Name != "id" {
			fields = append(fields, f)
		}
	}
	if !clusters(l) {
		return fields
	}
	number := func(name, zh, en string, t layers.FieldType) layers.Field {
		return layers.Field{Name: name, Title: layers.Text{Zh: zh, En: en}, Type: t}
	}
	fields = append(fields,
		number("cluster", "聚合", "Cluster", layers.Boolean), number("count", "数量", "Count", layers.Integer),
		number("west", "西", "West", layers.Number), number("south", "南", "South", layers.Number),
		number("east", "东", "East", layers.Number), number("north", "北", "North", layers.Number))
	legend, _ := l.Field(l.Legend)
	for _, c := range legend.List {
		fields = append(fields, number("n_"+c.Value, c.Title.Zh, c.Title.En, layers.Integer))
	}
	return fields
}

// clusters reports whether tiles of the layer count its points at some zoom.
func clusters(l layers.Layer) bool {
	return l.PointZoom > l.Zoom.Min && (l.Geometry == layers.Points || l.Geometry == layers.Mixed)
}

func tileType(t layers.FieldType) string {
	switch t {
	case layers.Boolean:
		return "Boolean"
	case layers.Integer, layers.Number:
		return "Number"
	}
	return "String"
}
