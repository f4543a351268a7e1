package intake_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// Whatever is in the file: no panic; an error has a kind; a batch that was
// begun is ended; a problem names its row and a cure; every row is stored or
// rejected; and what is staged obeys the layer.
func FuzzRun(f *testing.F) {
	cases, err := filepath.Glob("testdata/import/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if parts := strings.SplitN(string(content), "\n----\n", 3); len(parts) == 3 && len(parts[1]) < 2000 {
			for i := range catalog.All {
				if strings.Contains(parts[0], "layer: "+catalog.All[i].ID+"\n") {
					f.Add([]byte(parts[1]), uint8(i), strings.HasPrefix(parts[1], "{"))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, which uint8, geojson bool) {
		store := &recorder{cities: []layers.CityInfo{wuwei()}}
		name := map[bool]string{true: "x.geojson", false: "x.csv"}[geojson]
		layer := catalog.All[int(which)%len(catalog.All)]
		report, err := intake.Run(t.Context(), intake.Request{Layer: layer.ID, File: format.Bytes(name, content)}, store, catalog.All)
		if err != nil && !errors.Is(err, layers.ErrInvalid) && !errors.Is(err, layers.ErrNotFound) {
			t.Fatalf("the error %v has no kind", err)
		}
		if len(store.batches) == 0 {
			return
		}
		if got := store.last().finished; got == "" || report.Applied != (got == "applied") {
			t.Fatalf("the batch is %q, the report says applied %t", got, report.Applied)
		}
		if report.Applied && report.Rows != report.Stored+report.Unchanged+report.Rejected {
			t.Fatalf("%d rows, but %d + %d + %d", report.Rows, report.Stored, report.Unchanged, report.Rejected)
		}
		for _, p := range append(report.Problems, store.last().rejects...) {
			if p.Row < 1 || p.Fault == "" || p.Cure == "" {
				t.Fatalf("the problem %+v lacks something", p)
			}
		}
		for _, s := range store.last().staged {
			if problems := layers.Validate(layer, s.Feature, nil); len(problems) > 0 {
				t.Fatalf("row %d was staged with %v", s.Row, problems)
			}
		}
	})
}
