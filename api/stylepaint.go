package api

import (
	"slices"

	"sitmap/frontend"
	"sitmap/layers"
)

// painter turns layers into rules of drawing, in the colours of one theme.
//
// Rules are kept so plain that QGIS reads them too: a class that is drawn
// differently has a rule of its own with a filter, zooms are the only thing
// that is interpolated, and values are compared one by one.
type painter struct {
	palette frontend.Palette
	kinds   map[string]string     // the colour of a layer's clusters
	aside   map[string][2]float64 // how far they are moved, in pixels
	labels  bool
}

// layers paints in passes, so that no fill hides a line and no line a point;
// within a pass the order is that of the catalogue, from the bottom.
func (p painter) layers(ls []layers.Layer) []styleLayer {
	p.aside = asides(ls)
	all := []styleLayer{{ID: "land", Type: "background", Paint: map[string]any{"background-color": p.palette["land"]}}}
	passes := []func(layers.Layer) []styleLayer{p.fills, p.lines, p.borders, p.singles, p.clusters}
	if p.labels {
		passes = append(passes, p.names, p.counts)
	}
	for _, pass := range passes {
		for _, l := range ls {
			all = append(all, p.finish(l, pass(l))...)
		}
	}
	return all
}

// finish gives the rules of a layer what all of them have.
func (p painter) finish(l layers.Layer, rules []styleLayer) []styleLayer {
	for i := range rules {
		r := &rules[i]
		r.ID, r.Source, r.SourceLayer = l.ID+":"+r.ID, styleSourceID, l.ID
		r.MinZoom = max(r.MinZoom, float64(l.Zoom.Min))
		if !l.Visible {
			r.Layout = with(r.Layout, "visibility", "none")
		}
	}
	return rules
}

func with(m map[string]any, name string, value any) map[string]any {
	if m == nil {
		m = map[string]any{}
	}
	m[name] = value
	return m
}

func hasPolygons(l layers.Layer) bool {
	return l.Geometry == layers.Polygons || l.Geometry == layers.Mixed
}

// hasPoints reports whether the layer is drawn with marks; what pens draw is
// ground even where a point is among it.
func hasPoints(l layers.Layer) bool {
	pen := slices.Contains([]layers.Symbol{layers.SymbolBoundary, layers.SymbolGrid, layers.SymbolRoad, layers.SymbolWater}, l.Symbol)
	return !pen && (l.Geometry == layers.Points || l.Geometry == layers.Mixed)
}

// ofKind keeps one kind of geometry of a layer that mixes them.
func ofKind(l layers.Layer, kind string, more expression) expression {
	if l.Geometry != layers.Mixed {
		return more
	}
	return every(expression{"==", expression{"geometry-type"}, kind}, more)
}

// every is that all filters hold; empty ones do not count.
func every(filters ...expression) expression {
	some := slices.DeleteFunc(filters, func(f expression) bool { return f == nil })
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	}
	all := expression{"all"}
	for _, f := range some {
		all = append(all, f)
	}
	return all
}

// legendIs keeps one class of the layer.
func legendIs(l layers.Layer, value string) expression {
	return expression{"==", expression{"get", l.Legend}, value}
}

// legendIn keeps several classes of the layer.
func legendIn(l layers.Layer, values []string) expression {
	if len(values) == 1 {
		return legendIs(l, values[0])
	}
	either := expression{"any"}
	for _, v := range values {
		either = append(either, legendIs(l, v))
	}
	return either
}

// codesOf are the classes of the layer's legend.
func codesOf(l layers.Layer) []layers.Code {
	f, _ := l.Field(l.Legend)
	return f.List
}

// toneOf is the classes that share a tone.
type toneOf struct {
	tone   layers.Tone
	values []string
}

// tonesOf are the tones of the layer's legend, in its order.
func tonesOf(l layers.Layer) []toneOf {
	var all []toneOf
	for _, c := range codesOf(l) {
		if c.Tone == "" {
			continue
		}
		i := slices.IndexFunc(all, func(t toneOf) bool { return t.tone == c.Tone })
		if i < 0 {
			i, all = len(all), append(all, toneOf{tone: c.Tone})
		}
		all[i].values = append(all[i].values, c.Value)
	}
	return all
}

// colour is the paint of a feature by its class.
func (p painter) colour(l layers.Layer) any {
	tones := tonesOf(l)
	if len(tones) == 0 {
		return p.palette["muted"]
	}
	match := expression{"match", expression{"get", l.Legend}}
	for _, t := range tones {
		match = append(match, t.values, p.tone(t.tone)) // QGIS 3.22 reads lists only
	}
	return append(match, p.palette["muted"])
}

func (p painter) tone(t layers.Tone) string {
	if paint, ok := p.palette[string(t)]; ok {
		return paint
	}
	return p.palette["accent"]
}

// byZoom interpolates between stops: zoom, value, zoom, value, …
func byZoom(base float64, stops ...any) expression {
	how := expression{"linear"}
	if base != 1 {
		how = expression{"exponential", base}
	}
	return append(expression{"interpolate", how, expression{"zoom"}}, stops...)
}
