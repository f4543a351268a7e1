package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"sitmap/layers"
)

func TestDrawings(t *testing.T) {
	rights := map[string]string{
		"a square":              `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
		"with a hole":           `{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,2],[2,2],[1,1]]]}`,
		"two parts":             `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`,
		"heights are ignored":   `{"type":"Polygon","coordinates":[[[0,0,100],[1,0,100],[1,1,100],[0,0,100]]]}`,
		"a bbox member":         `{"type":"Polygon","bbox":[0,0,1,1],"coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
		"the hand crosses":      `{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`,
		"the most vertices":     star(maxVertices-1, 1),
		"few vertices crossing": star(maxCrossing-1, 7),
	}
	for name, right := range rights {
		if area, err := parseDrawing(json.RawMessage(right)); err != nil || len(area) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrongs := map[string]string{
		"nothing":               `null`,
		"a number":              `7`,
		"a point":               `{"type":"Point","coordinates":[0,0]}`,
		"a feature":             `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`,
		"no coordinates":        `{"type":"Polygon"}`,
		"no ring":               `{"type":"Polygon","coordinates":[]}`,
		"no part":               `{"type":"MultiPolygon","coordinates":[]}`,
		"an empty part":         `{"type":"MultiPolygon","coordinates":[[]]}`,
		"an open ring":          `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`,
		"a ring of three":       `{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`,
		"off the globe":         `{"type":"Polygon","coordinates":[[[0,0],[181,0],[1,1],[0,0]]]}`,
		"latitude first":        `{"type":"Polygon","coordinates":[[[37,102],[38,102],[38,103],[37,102]]]}`,
		"one number":            `{"type":"Polygon","coordinates":[[[0],[1],[2],[0]]]}`,
		"four numbers":          `{"type":"Polygon","coordinates":[[[0,0,0,0],[1,0,0,0],[1,1,0,0],[0,0,0,0]]]}`,
		"text":                  `{"type":"Polygon","coordinates":[[["0","0"],[1,0],[1,1],[0,0]]]}`,
		"too large a number":    `{"type":"Polygon","coordinates":[[[1e999,0],[1,0],[1,1],[1e999,0]]]}`,
		"too many vertices":     star(maxVertices, 1),
		"many vertices, cross":  star(maxCrossing, 7),
		"a polygon as multi":    `{"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
		"a geometry collection": `{"type":"GeometryCollection","geometries":[]}`,
	}
	for name, wrong := range wrongs {
		if _, err := parseDrawing(json.RawMessage(wrong)); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// star is a closed ring of so many corners that goes round the centre so many
// times: once is a plain outline, more often crosses itself.
func star(corners, turns int) string {
	var b strings.Builder
	for i := range corners + 1 {
		angle := 2 * math.Pi * float64(i%corners*turns) / float64(corners)
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%g,%g]", 10*math.Cos(angle), 10*math.Sin(angle))
	}
	return `{"type":"Polygon","coordinates":[[` + b.String() + `]]}`
}

// Whatever is drawn, what passes is closed, bounded and on the globe.
func FuzzDrawing(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`))
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],null,[1,1],[0,0]]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		area, err := parseDrawing(raw)
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%s: %v", raw, err)
			}
			return
		}
		for _, polygon := range area {
			for _, ring := range polygon {
				if b := ring.Bound(); len(ring) < 4 || !ring.Closed() || b.Min[0] < -180 || b.Max[0] > 180 || b.Min[1] < -90 || b.Max[1] > 90 {
					t.Errorf("%s passed as %v", raw, ring)
				}
			}
		}
	})
}
