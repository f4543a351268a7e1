package api

import (
	"fmt"
	"math"

	"sitmap/frontend"
	"sitmap/layers"
)

// Points: circles by class, clusters as circles by how much they hold.

var (
	isCluster = expression{"has", "cluster"}
	isSingle  = expression{"!", expression{"has", "cluster"}}
)

// singles have one rule for each tone: QGIS 3.22 paints a circle in one colour.
func (p painter) singles(l layers.Layer) []styleLayer {
	if !hasPoints(l) {
		return nil
	}
	rule := func(id, paint string, which expression) styleLayer {
		return styleLayer{ID: id, Type: "circle", Filter: ofKind(l, "Point", every(p.single(l), which)), Paint: map[string]any{
			"circle-color": paint, "circle-radius": byZoom(1, 6, 3, 14, 5, 18, 8),
			"circle-stroke-color": p.palette["paper"], "circle-stroke-width": 1,
		}}
	}
	var rules []styleLayer
	var painted []string
	for _, t := range tonesOf(l) {
		rules = append(rules, rule("point-"+string(t.tone), p.tone(t.tone), legendIn(l, t.values)))
		painted = append(painted, t.values...)
	}
	if len(painted) == 0 {
		return []styleLayer{rule("point", p.palette["muted"], nil)}
	}
	if f, _ := l.Field(l.Legend); !f.Required || len(painted) < len(f.List) {
		rules = append(rules, rule("point-other", p.palette["muted"], expression{"!", legendIn(l, painted)}))
	}
	return rules
}

// single keeps what is no cluster, where there are any.
func (p painter) single(l layers.Layer) expression {
	if !clustered(l) {
		return nil
	}
	return isSingle
}

// clustered reports whether tiles of the layer carry clusters at some zoom.
func clustered(l layers.Layer) bool { return l.PointZoom > l.Zoom.Min && hasPoints(l) }

// kindColours gives each clustered layer of the catalogue one of the hues of
// kinds, whatever layers a style is about.
func kindColours(c layers.Catalog, palette frontend.Palette) map[string]string {
	hues := []layers.Tone{layers.K1, layers.K2, layers.K3, layers.K4, layers.K5, layers.K6, layers.K7, layers.K8}
	kinds := map[string]string{}
	for _, l := range c {
		if clustered(l) {
			kinds[l.ID] = palette[string(hues[len(kinds)%len(hues)])]
		}
	}
	return kinds
}

// asides are how far, in pixels, the clusters of each layer are moved, so that
// those of several layers, counted in the same cells, do not hide each other:
// around a small circle, two of them along the diagonal, where the next cells
// are farthest. The web map moves its rings alike.
func asides(ls []layers.Layer) map[string][2]float64 {
	var shown []string
	for _, l := range ls {
		if clustered(l) && l.Visible {
			shown = append(shown, l.ID)
		}
	}
	aside := map[string][2]float64{}
	if len(shown) < 2 {
		return aside
	}
	radius := 24.0
	if len(shown) == 2 {
		radius = 18
	}
	for i, id := range shown {
		angle := math.Pi/4 + 2*math.Pi*float64(i)/float64(len(shown))
		aside[id] = [2]float64{math.Round(-radius * math.Cos(angle)), math.Round(-radius * math.Sin(angle))}
	}
	return aside
}

// clusterSizes are the circles of clusters: pixels of radius, from how many
// features on.
var clusterSizes = []struct {
	from   int
	radius float64
}{{0, 9}, {10, 12}, {100, 16}, {1000, 20}}

// clusters have one rule for each size. Their colour is that of the layer, so
// that those of several layers are told apart; what they are made of is for
// clients that can draw a ring.
func (p painter) clusters(l layers.Layer) []styleLayer {
	if !clustered(l) {
		return nil
	}
	var rules []styleLayer
	for i, size := range clusterSizes {
		which := expression{"all", isCluster, expression{">=", expression{"get", "count"}, size.from}}
		if i+1 < len(clusterSizes) {
			which = append(which, expression{"<", expression{"get", "count"}, clusterSizes[i+1].from})
		}
		rules = append(rules, styleLayer{ID: fmt.Sprintf("cluster-%d", max(2, size.from)), Type: "circle", MaxZoom: float64(l.PointZoom), Filter: which, Paint: map[string]any{
			"circle-color": p.kinds[l.ID], "circle-opacity": 0.85, "circle-radius": size.radius,
			"circle-stroke-color": p.palette["paper"], "circle-stroke-width": 1.5, "circle-translate": p.aside[l.ID],
		}})
	}
	return rules
}

// nameZooms is from and to which zoom the names of a level say something.
var nameZooms = map[string][2]float64{"city": {4, 7}, "county": {7, 10}, "township": {10, 13}, "village": {13, 17}}

func (p painter) names(l layers.Layer) []styleLayer {
	if l.Label == "" {
		return nil
	}
	if l.Symbol == layers.SymbolBoundary {
		var rules []styleLayer
		for _, c := range codesOf(l) {
			if zooms, ok := nameZooms[c.Value]; ok {
				rules = append(rules, styleLayer{ID: "name-" + c.Value, Type: "symbol", MinZoom: zooms[0], MaxZoom: zooms[1], Filter: legendIs(l, c.Value),
					Layout: p.text(expression{"get", l.Label}, 13), Paint: p.ink()})
			}
		}
		return rules
	}
	if !hasPoints(l) {
		return nil
	}
	from := 14.0
	if l.PointZoom > 0 {
		from = min(float64(l.PointZoom)+2.5, 17)
	}
	layout := p.text(expression{"get", l.Label}, 12)
	layout["text-anchor"], layout["text-offset"] = "top", []float64{0, 0.6}
	return []styleLayer{{ID: "name", Type: "symbol", MinZoom: from, Filter: ofKind(l, "Point", p.single(l)), Layout: layout, Paint: p.ink()}}
}

// counts are written into the circles of clusters.
func (p painter) counts(l layers.Layer) []styleLayer {
	if !clustered(l) {
		return nil
	}
	layout := p.text(expression{"to-string", expression{"get", "count"}}, 11)
	layout["text-allow-overlap"], layout["text-ignore-placement"] = true, true
	return []styleLayer{{ID: "count", Type: "symbol", MaxZoom: float64(l.PointZoom), Filter: isCluster, Layout: layout, Paint: with(p.ink(), "text-translate", p.aside[l.ID])}}
}

func (p painter) text(what expression, size float64) map[string]any {
	return map[string]any{"text-field": what, "text-font": []string{"Noto Sans SC"}, "text-size": size, "text-max-width": 9}
}

func (p painter) ink() map[string]any {
	return map[string]any{"text-color": p.palette["text"], "text-halo-color": p.palette["paper"], "text-halo-width": 1.4}
}
