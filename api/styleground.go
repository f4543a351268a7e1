package api

import (
	"slices"

	"sitmap/layers"
)

// The pens of the ground: areas, grids, roads, water, and outlines.

func (p painter) fills(l layers.Layer) []styleLayer {
	if !hasPolygons(l) || l.Symbol == layers.SymbolBoundary {
		return nil
	}
	paint := map[string]any{"fill-color": p.colour(l), "fill-opacity": 0.16}
	switch l.Symbol {
	case layers.SymbolWater:
		paint = map[string]any{"fill-color": p.palette["water"]}
	case layers.SymbolGrid:
		// Where grids have outlines, the fill steps back.
		paint["fill-opacity"] = byZoom(1, 11, 0.07, 14, 0.05)
	}
	return []styleLayer{{ID: "fill", Type: "fill", Filter: ofKind(l, "Polygon", nil), Paint: paint}}
}

func (p painter) lines(l layers.Layer) []styleLayer {
	if l.Geometry != layers.Lines && l.Geometry != layers.Mixed {
		return nil
	}
	switch l.Symbol {
	case layers.SymbolRoad:
		return p.roads(l)
	case layers.SymbolWater:
		return p.rivers(l)
	}
	return []styleLayer{{ID: "line", Type: "line", Filter: ofKind(l, "LineString", nil), Layout: round(), Paint: map[string]any{"line-color": p.colour(l), "line-width": 2}}}
}

func round() map[string]any { return map[string]any{"line-cap": "round", "line-join": "round"} }

// rivers that show at every zoom are broad; those that appear later are narrower.
func (p painter) rivers(l layers.Layer) []styleLayer {
	var early, late []string
	first := 0
	for _, c := range codesOf(l) {
		if c.MinZoom == 0 {
			early = append(early, c.Value)
			continue
		}
		late = append(late, c.Value)
		if first == 0 || c.MinZoom < first {
			first = c.MinZoom
		}
	}
	line := func(id string, from int, values []string, width expression) styleLayer {
		return styleLayer{ID: id, Type: "line", MinZoom: float64(from), Filter: ofKind(l, "LineString", legendIn(l, values)), Layout: round(),
			Paint: map[string]any{"line-color": p.palette["waterLine"], "line-width": width}}
	}
	var rules []styleLayer
	if len(late) > 0 {
		rules = append(rules, line("stream", first, late, byZoom(1.4, 7, 0.6, 12, 1.2, 16, 3)))
	}
	if len(early) > 0 {
		rules = append(rules, line("river", 0, early, byZoom(1.4, 7, 1.2, 12, 3, 16, 9)))
	}
	return rules
}

// roadWidths are pixels at zooms 8, 12 and 16 by tone: the strongest tone is
// the highest class, k8 is the railway. They are those of the web map.
var roadWidths = map[layers.Tone][3]float64{
	layers.K1: {1.6, 3, 9}, layers.K2: {1.2, 2.4, 8}, layers.K3: {0.9, 2, 7}, layers.K4: {0.6, 1.4, 6},
	layers.K5: {0.5, 1, 6}, layers.K6: {0.4, 0.7, 3}, layers.K8: {0.8, 1.3, 2.5},
}

// roads are drawn from the lowest class to the highest, all casings first.
func (p painter) roads(l layers.Layer) []styleLayer {
	codes := slices.Clone(codesOf(l))
	slices.Reverse(codes)
	var casings, lines []styleLayer
	for _, c := range codes {
		width, known := roadWidths[c.Tone]
		if !known {
			width = [3]float64{0.5, 1, 4}
		}
		wide := func(more float64) expression {
			return byZoom(1.5, 8, width[0]+more, 12, width[1]+more, 16, width[2]+more)
		}
		rule := styleLayer{Type: "line", MinZoom: float64(c.MinZoom), Filter: ofKind(l, "LineString", legendIs(l, c.Value))}
		if c.Tone == layers.K8 {
			rail := rule
			rail.ID, rail.Paint = c.Value, map[string]any{"line-color": p.palette["muted"], "line-width": wide(0), "line-opacity": 0.55, "line-dasharray": []float64{4, 2.5}}
			lines = append(lines, rail)
			continue
		}
		near, far := p.palette["road"], p.palette["farRoad"]
		if c.Tone == layers.K1 || c.Tone == layers.K2 {
			near, far = p.palette["mainRoad"], p.palette["farMainRoad"]
		}
		casing, line := rule, rule
		casing.ID, casing.Layout, casing.MinZoom = "casing-"+c.Value, round(), max(9, rule.MinZoom)
		casing.Paint = map[string]any{"line-color": p.palette["roadCasing"], "line-width": wide(1.4)}
		line.ID, line.Layout = c.Value, round()
		line.Paint = map[string]any{"line-color": byZoom(1, 8.9, far, 9.5, near), "line-width": wide(0)}
		casings, lines = append(casings, casing), append(lines, line)
	}
	return append(casings, lines...)
}

// borderWidths are pixels by level of the area.
var borderWidths = map[string]float64{"province": 2, "city": 2, "county": 1.5, "township": 1, "village": 0.5}

// borders are outlines. Of areas the strongest comes last, so that it lies on
// top of the weaker ones that run along it.
func (p painter) borders(l layers.Layer) []styleLayer {
	if !hasPolygons(l) || l.Symbol == layers.SymbolWater {
		return nil
	}
	switch l.Symbol {
	case layers.SymbolGrid:
		// Neighbours both draw the line they share, so it comes out twice as strong.
		return []styleLayer{{ID: "border", Type: "line", MinZoom: 12, Paint: map[string]any{"line-color": p.palette["boundary"], "line-width": 0.5, "line-opacity": 0.32}}}
	case layers.SymbolBoundary:
		var rules []styleLayer
		for _, c := range slices.Backward(codesOf(l)) {
			width, known := borderWidths[c.Value]
			if !known {
				width = 1
			}
			paint := map[string]any{"line-color": p.palette["boundary"], "line-width": width, "line-opacity": 0.95}
			if width < 1.5 {
				paint["line-opacity"] = 0.6
			}
			if width < 1 {
				paint["line-dasharray"] = []float64{4, 3}
			}
			rules = append(rules, styleLayer{ID: c.Value, Type: "line", MinZoom: float64(c.MinZoom), Filter: legendIs(l, c.Value),
				Layout: map[string]any{"line-join": "round"}, Paint: paint})
		}
		return rules
	}
	return []styleLayer{{ID: "border", Type: "line", Filter: ofKind(l, "Polygon", nil), Paint: map[string]any{"line-color": p.colour(l), "line-width": 1.5}}}
}
