package intake_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/wkt"

	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// TestCases runs the cases of testdata/import: options, the file, and what came
// of it, parted by lines of dashes. SITMAP_BLESS=1 writes what came of it anew;
// then read the difference.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/import/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.SplitN(string(content), "\n----\n", 3)
			if len(parts) < 2 {
				t.Fatal("want options, a line of four dashes, and the file")
			}
			request, store := readOptions(t, parts[0], parts[1])
			report, err := intake.Run(t.Context(), request, store, catalog.All)
			got := dump(report, err, store)
			if os.Getenv("SITMAP_BLESS") != "" {
				blessed := parts[0] + "\n----\n" + parts[1] + "\n----\n" + got
				if err := os.WriteFile(file, []byte(blessed), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if len(parts) < 3 || got != parts[2] {
				t.Errorf("got\n%s\nSITMAP_BLESS=1 writes this into the case", got)
			}
		})
	}
}

// readOptions reads "name: value" lines; those that begin with # are comments.
func readOptions(t *testing.T, options, content string) (intake.Request, *recorder) {
	t.Helper()
	store := &recorder{cities: []layers.CityInfo{wuwei()}}
	request := intake.Request{}
	name := "input.csv"
	if strings.HasPrefix(strings.TrimSpace(content), "{") {
		name = "input.geojson"
	}
	for line := range strings.Lines(options) {
		key, value, found := strings.Cut(strings.TrimSpace(line), ":")
		if value = strings.TrimSpace(value); strings.HasPrefix(key, "#") || !found {
			continue
		}
		switch key {
		case "layer":
			request.Layer = value
		case "file":
			name = value
		case "crs":
			request.CRS = value
		case "city":
			request.City = value
		case "cities":
			store.cities = nil
			for code := range strings.FieldsSeq(value) {
				store.cities = append(store.cities, map[string]layers.CityInfo{"6206": wuwei(), "BOS": boston()}[code])
			}
		case "map":
			a, err := intake.ParseAssignment(value)
			if err != nil {
				t.Fatal(err)
			}
			request.Map = append(request.Map, a)
		case "code": // field, value, zh, en
			part := strings.Split(value, ",")
			if request.Codes == nil {
				request.Codes = layers.Codebook{}
			}
			request.Codes[part[0]] = append(request.Codes[part[0]], layers.Code{Value: part[1], Title: layers.Text{Zh: part[2], En: part[3]}})
		case "strict":
			request.Strict = true
		case "dry-run":
			request.DryRun = true
		default:
			t.Fatalf("unknown option %q", key)
		}
	}
	request.File = format.Bytes(name, []byte(content))
	return request, store
}

// dump is everything an import came to, as text.
func dump(r intake.Report, err error, store *recorder) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if err != nil {
		line("error: %v", err)
	}
	if r.CRS != "" {
		line("crs: %s %s", r.CRS, r.CRSSource)
	}
	for _, m := range r.Mapping {
		line("column: %s → %s", m.Column, m.Field)
	}
	for _, c := range r.LeftOut {
		line("left out: %s (%s)", c.Column, c.Reason.En)
	}
	if len(store.batches) > 0 {
		line("rows: %d = %d stored + %d rejected, %s", r.Rows, r.Stored, r.Rejected, store.last().finished)
		for _, s := range store.last().staged {
			properties, _ := json.Marshal(s.Feature.Properties) // sorted by name
			place := "no place"
			if s.Feature.Geometry != nil {
				place = wkt.MarshalString(s.Feature.Geometry)
			}
			line("feature: %s %s %s", s.Feature.ID, place, properties)
		}
	}
	for _, p := range r.Problems {
		line("problem: %s", p)
	}
	for _, w := range r.Warnings {
		line("warning: %s", w.En)
	}
	return b.String()
}
