package format

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitmap/layers"
)

func TestDetect(t *testing.T) {
	tests := map[string]struct{ name, named, content, want string }{
		"by extension":             {"a.CSV", "", "{", "csv"},
		"by another extension":     {"a.json", "", "x", "geojson"},
		"by name before all":       {"a.csv", "GeoJSON", "", "geojson"},
		"by a brace":               {"upload", "", " \n{\"type\":1}", "geojson"},
		"by separators":            {"upload.txt", "", "a;b\n1;2\n", "csv"},
		"a spreadsheet is refused": {"a.xlsx", "", "PK\x03\x04\x00", "a.xlsx is in none of the formats this program reads (geojson, gpx, csv); convert it, or name the format: invalid"},
		"XML is refused":           {"a.kml", "", "<kml a=\"b,c\">", "a.kml is in none of the formats this program reads (geojson, gpx, csv); convert it, or name the format: invalid"},
		"an unknown name":          {"a.csv", "shp", "", `format "shp" is not one of geojson, gpx, csv: invalid`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Detect(Bytes(test.name, []byte(test.content)), test.named)
			if err != nil {
				got.ID = err.Error()
			}
			if got.ID != test.want {
				t.Errorf("got %q, want %q", got.ID, test.want)
			}
		})
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a file can be read again
		if b, err := io.ReadAll(f.Reader(t.Context())); string(b) != "a,b\n" || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
	}
	if f.Name != "a.csv" || f.Size != 4 {
		t.Errorf("got name %q, size %d", f.Name, f.Size)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenFile(dir); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("a folder: got %v", err)
	}
	if _, err := OpenFile(filepath.Join(dir, "none")); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("no file: got %v", err)
	}
}

// A stream becomes a file that can be read twice and disappears when closed.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f, err := Spool("dir/x.csv", strings.NewReader("a,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(f.Reader(t.Context())); string(b) != "a,b\n" || f.Name != "x.csv" {
		t.Errorf("got %q named %q", b, f.Name)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestReadingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := GeoJSON.Open(ctx, Bytes("x", []byte(collection(point(1, "[1,"+strings.Repeat(" ", 3*sniffed)+"2]"), point(2, "[1,2]")))))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 3 {
		if _, err = r.Next(); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
