package mvttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/paulmach/orb/geojson"

	"sitmap/tiles/mvt"
)

// gdal decodes a file with GDAL, layer by layer. It is not told which tile this
// is, and so keeps tile units, with y up from the tile's lower edge: the extents
// that turn them over come from our own decoder, as do the layers' names.
func gdal(t testing.TB, file string, ours []Layer) (all []Layer) {
	t.Helper()
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Fatal("ogr2ogr is missing: run make test, which installs it, or install gdal-bin")
	}
	for _, l := range ours {
		form := Layer{Name: l.Name}
		// GeoJSON of before RFC 7946, which leaves the order of a ring's vertices alone.
		out := ogr2ogr(t, "-f", "GeoJSON", "-oo", "CLIP=NO", "-oo", "METADATA_FILE=", "/vsistdout/", "MVT:"+file, l.Name)
		var collection struct{ Features []gdalFeature }
		decoder := json.NewDecoder(bytes.NewReader(out))
		decoder.UseNumber()
		if err := decoder.Decode(&collection); err != nil {
			t.Fatalf("%s, layer %q: GDAL's answer: %v", file, l.Name, err)
		}
		texts := textual(l)
		for _, feature := range collection.Features {
			f, err := feature.form(int64(l.Extent), texts)
			if err != nil {
				t.Fatalf("%s, layer %q: GDAL's answer: %v", file, l.Name, err)
			}
			form.Features = append(form.Features, f)
		}
		all = append(all, form)
	}
	return all
}

func ogr2ogr(t testing.TB, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "ogr2ogr", args...)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("ogr2ogr %q: %v\n%.2000s", args, err, &complaints)
	}
	return out
}

// textual are the keys under which some features have text and others numbers.
// GDAL gives each key of a layer one type, which then is text.
func textual(l Layer) map[string]bool {
	kinds := map[string][2]bool{}
	for _, f := range l.Features {
		for key, value := range f.Properties {
			kind := kinds[key]
			if _, text := value.(string); text {
				kind[0] = true
			} else {
				kind[1] = true
			}
			kinds[key] = kind
		}
	}
	both := map[string]bool{}
	for key, kind := range kinds {
		both[key] = kind[0] && kind[1]
	}
	return both
}

// gdalFeature is a feature as ogr2ogr writes it.
type gdalFeature struct {
	Properties map[string]any    `json:"properties"`
	Geometry   *geojson.Geometry `json:"geometry"`
}

func (g gdalFeature) form(extent int64, texts map[string]bool) (f Feature, err error) {
	f.Properties = map[string]any{}
	for key, value := range g.Properties {
		number, isNumber := value.(json.Number)
		switch {
		case value == nil: // of a field that other features of the layer have
		case key == "mvt_id":
			if f.ID, err = number.Float64(); err != nil {
				return f, fmt.Errorf("mvt_id %v: %w", value, err)
			}
			f.HasID = true
		case isNumber:
			f.Properties[key] = printed(number)
		case texts[key]:
			f.Properties[key] = printed(fmt.Sprint(value))
		default:
			f.Properties[key] = value
		}
	}
	if g.Geometry == nil {
		return f, nil
	}
	if f.Type, f.Shape, err = shape(g.Geometry.Geometry()); err != nil {
		return f, err
	}
	turnOver(f.Shape, extent)
	return f, nil
}

// turnOver makes y go the other way.
func turnOver(s mvt.Shape, extent int64) {
	paths := append([][]mvt.XY{s.Points}, s.Lines...)
	for _, rings := range s.Polygons {
		paths = append(paths, rings...)
	}
	for _, path := range paths {
		for i := range path {
			path[i][1] = extent - path[i][1]
		}
	}
}
