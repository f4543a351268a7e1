package api

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitmap/frontend"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// styleOf is the style of the layers as the server makes it, without a server.
func styleOf(t *testing.T, theme string, labels bool, ls []layers.Layer) style {
	t.Helper()
	palettes, err := frontend.Palettes()
	if err != nil {
		t.Fatal(err)
	}
	p := painter{palette: palettes[theme], kinds: kindColours(catalog.All, palettes[theme]), labels: labels}
	return style{Version: 8, Name: mapName, Metadata: map[string]any{"sitmap:theme": theme}, Zoom: 7,
		Sources: map[string]styleSource{styleSourceID: {"vector", "http://127.0.0.1:8080/tiles/" + joinIDs(ls) + ".json"}}, Layers: p.layers(ls)}
}

// The styles of the whole catalogue are as reviewed. The files are also read by
// a test of the web application, which has the validator of the specification.
func TestStylesAreAsReviewed(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		got, err := json.MarshalIndent(styleOf(t, theme, true, catalog.All), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		file := filepath.Join("testdata", "style-"+theme+".json")
		if os.Getenv("SITMAP_BLESS") != "" {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("the %s style is not that of %s (%v); SITMAP_BLESS=1 writes it anew, and the difference is reviewed", theme, file, err)
		}
	}
}

// A style asks tiles only for what they carry: each source layer is one of the
// layers, each property one of Carried, and no rule is drawn where no tile is.
func TestStylesAskForWhatTilesCarry(t *testing.T) {
	s := styleOf(t, "light", true, catalog.All)
	seen := map[string]bool{}
	for _, rule := range s.Layers {
		if seen[rule.ID] {
			t.Errorf("two rules are called %s", rule.ID)
		}
		seen[rule.ID] = true
		if rule.Type == "background" {
			continue
		}
		l, err := catalog.All.Layer(rule.SourceLayer)
		if err != nil {
			t.Errorf("%s: %v", rule.ID, err)
			continue
		}
		if rule.MinZoom < float64(l.Zoom.Min) || rule.MaxZoom != 0 && rule.MaxZoom <= rule.MinZoom {
			t.Errorf("%s is drawn from zoom %g to %g, tiles begin at %d", rule.ID, rule.MinZoom, rule.MaxZoom, l.Zoom.Min)
		}
		text, err := json.Marshal(rule)
		if err != nil {
			t.Fatal(err)
		}
		for _, operator := range []string{`["get","`, `["has","`} {
			for _, part := range strings.Split(string(text), operator)[1:] {
				name, _, _ := strings.Cut(part, `"`)
				if !slices.ContainsFunc(tiles.Carried(l), func(f layers.Field) bool { return f.Name == name }) {
					t.Errorf("%s asks for %s, which no tile of %s carries", rule.ID, name, l.ID)
				}
			}
		}
		if (rule.Layout["visibility"] == "none") == l.Visible {
			t.Errorf("%s: visible is %v", rule.ID, l.Visible)
		}
	}
	for _, l := range catalog.All {
		if !slices.ContainsFunc(s.Layers, func(r styleLayer) bool { return r.SourceLayer == l.ID }) {
			t.Errorf("layer %s is not drawn", l.ID)
		}
	}
}

// The order is water, land lines, borders, points: what lies above hides what
// lies below, never the other way; inside a pass the catalogue's order holds.
func TestStylesPaintInPasses(t *testing.T) {
	s := styleOf(t, "light", true, catalog.All)
	at := func(id string) int {
		i := slices.IndexFunc(s.Layers, func(r styleLayer) bool { return r.ID == id })
		if i < 0 {
			t.Fatalf("there is no rule %s", id)
		}
		return i
	}
	order := []string{"land", "water:fill", "grid:fill", "water:river", "road:casing-trunk", "road:village", "road:trunk", "road:motorway", "area:village", "area:city", "grid:border", "site:point-k1", "camera:point-good", "unit:point-k1", "camera:cluster-10", "area:name-county", "camera:count"}
	for i := range order[1:] {
		if at(order[i]) >= at(order[i+1]) {
			t.Errorf("%s lies above %s", order[i], order[i+1])
		}
	}
	// The light palette of palette.json, as any reader of it can look up.
	if got := s.Layers[at("camera:point-critical")].Paint["circle-color"]; got != "#C62828" {
		t.Errorf("cameras that are offline are %v", got)
	}
	if rule := s.Layers[at("area:village")]; rule.MinZoom != 11 {
		t.Errorf("village boundaries begin at zoom %g", rule.MinZoom)
	}
}

// Without labels there is nothing to write with.
func TestStylesWithoutLabels(t *testing.T) {
	for _, rule := range styleOf(t, "dark", false, catalog.All).Layers {
		if rule.Type == "symbol" {
			t.Errorf("%s writes", rule.ID)
		}
	}
}

// A layer whose legend has no tones, or which has no legend, is drawn too.
func TestStylesOfPlainLayers(t *testing.T) {
	plain := layers.Layer{ID: "hydrant", Geometry: layers.Points, Zoom: layers.ZoomRange{Min: 6, Max: 16}, Visible: true, Symbol: layers.SymbolDot}
	pipe := layers.Layer{ID: "pipe", Geometry: layers.Lines, Zoom: layers.ZoomRange{Min: 6, Max: 16}, Visible: true, Symbol: layers.SymbolDot}
	s := styleOf(t, "light", true, []layers.Layer{plain, pipe})
	var ids []string
	for _, rule := range s.Layers {
		ids = append(ids, rule.ID)
	}
	if want := []string{"land", "pipe:line", "hydrant:point"}; !slices.Equal(ids, want) {
		t.Errorf("rules %v, want %v", ids, want)
	}
}
