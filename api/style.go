package api

import (
	"context"
	"fmt"
	"strings"

	"sitmap/layers"
)

// Styles let a foreign client draw the map in the colours of ours: MapLibre
// style specification, version 8, without sprites and without glyphs, so that
// nothing has to be fetched but tiles. The paints are in stylepaint.go.

const typeStyle = "application/vnd.mapbox.style+json"

// style is a MapLibre style.
type style struct {
	Version  int                    `json:"version"`
	Name     string                 `json:"name"`
	Metadata map[string]any         `json:"metadata"`
	Center   *[2]float64            `json:"center,omitempty"`
	Zoom     float64                `json:"zoom"`
	Sources  map[string]styleSource `json:"sources"`
	Layers   []styleLayer           `json:"layers"`
}

// styleSource is a source of vector tiles by its TileJSON.
type styleSource struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// styleLayer is one rule of drawing. Zooms are [MinZoom, MaxZoom); 0 is none.
type styleLayer struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Source      string         `json:"source,omitempty"`
	SourceLayer string         `json:"source-layer,omitempty"`
	MinZoom     float64        `json:"minzoom,omitempty"`
	MaxZoom     float64        `json:"maxzoom,omitempty"`
	Filter      expression     `json:"filter,omitempty"`
	Layout      map[string]any `json:"layout,omitempty"`
	Paint       map[string]any `json:"paint,omitempty"`
}

// expression is an expression of the style specification: an operator and
// what it works on.
type expression []any

// styleSourceID names the one source of a style. QGIS and Maputnik take one
// tile with many layers more easily than many tiles with one.
const styleSourceID = "sitmap"

// layerStyle is the style of the layers that the path names.
func (s *Server) layerStyle(ctx context.Context, r *request) error {
	ls, err := s.layersByComma(r)
	if err != nil {
		return err
	}
	for i := range ls {
		ls[i].Visible = true // who asks for a layer wants to see it
	}
	return s.sendStyle(ctx, r, ls, "")
}

// mapStyle is the style of every layer that the reader may read; those that
// the map does not open with are there, switched off.
func (s *Server) mapStyle(ctx context.Context, r *request) error {
	return s.sendStyle(ctx, r, s.readable(r), mapName)
}

// readable are the layers that the asker may read, in drawing order.
func (s *Server) readable(r *request) []layers.Layer {
	var ls []layers.Layer
	for _, l := range s.options.Catalog {
		if r.scope().MayRead(l) == nil {
			ls = append(ls, l)
		}
	}
	return ls
}

// mapName is what the whole map is called.
const mapName = "平安态势图 · sitmap"

func (s *Server) sendStyle(ctx context.Context, r *request, ls []layers.Layer, name string) error {
	if len(ls) == 0 {
		return fmt.Errorf("there is no layer that you may read: %w", layers.ErrDenied)
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	ls, described, err := s.describeTiles(ctx, r, ls, base)
	if err != nil {
		return err
	}
	if name == "" {
		name = described.Name
	}
	theme := r.text("theme")
	palette := s.palettes[theme]
	p := painter{palette: palette, kinds: kindColours(s.options.Catalog, palette), labels: r.text("labels") != "no"}
	st := style{
		Version: 8, Name: name,
		Metadata: map[string]any{"sitmap:theme": theme, "sitmap:attribution": described.Attribution},
		Sources:  map[string]styleSource{styleSourceID: {"vector", base + "/tiles/" + joinIDs(ls) + ".json"}},
		Layers:   p.layers(ls),
	}
	if c := described.Center; c != nil {
		st.Center, st.Zoom = &[2]float64{c[0], c[1]}, c[2]
	}
	return r.jsonAs(typeStyle, st)
}

// joinIDs names several layers in one address.
func joinIDs(ls []layers.Layer) string {
	ids := make([]string, len(ls))
	for i, l := range ls {
		ids[i] = l.ID
	}
	return strings.Join(ids, ",")
}
