package mvt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitmap/layers"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// fixture is a tile of @mapbox/mvt-fixtures with what its authors say of it.
type fixture struct {
	name        string
	body        []byte
	description string
	valid       bool // by version 2 of the specification
	tile        fixtureTile
}

// fixtureTile is tile.json: the messages before they were encoded.
type fixtureTile struct {
	Layers []struct {
		Name     string
		Extent   *uint32
		Keys     []string
		Values   []map[string]any
		Features []struct {
			ID   *uint64
			Tags []int
			Type mvt.Type
		}
	}
}

func fixtures(t *testing.T) (all []fixture) {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(mvttest.Modules(t), "@mapbox/mvt-fixtures/fixtures/*"))
	if err != nil || len(dirs) < 70 {
		t.Fatalf("%d fixtures, %v; there are more than 70 in version 4.0.0", len(dirs), err)
	}
	for _, dir := range dirs {
		read := func(name string) []byte {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return content
		}
		var info struct {
			Description string
			Validity    struct{ V2 bool }
		}
		if err := json.Unmarshal(read("info.json"), &info); err != nil {
			t.Fatal(err)
		}
		f := fixture{name: filepath.Base(dir), body: read("tile.mvt"), description: info.Description, valid: info.Validity.V2}
		// Of a tile that is valid the file says what is in it; others may not even fit.
		if err := json.Unmarshal(read("tile.json"), &f.tile); err != nil && f.valid {
			t.Fatalf("%s: %v", f.name, err)
		}
		all = append(all, f)
	}
	return all
}

// otherwise are the fixtures that we judge differently, and why. What they call
// recoverable we refuse with the rest: recovering is for those who draw a map, and
// this reader judges. Valid by version 1 only, like 061, is invalid.
var otherwise = map[string]string{
	"003": "accepted: the type is missing, which protobuf reads as Unknown; byte for byte the same tile as 016, which is valid",
	"057": "refused: a MoveTo of 2²⁹-1 points with one pair of parameters breaks the same rule as 051, which is fatal",
}

// Every fixture is decoded or refused as its key says.
func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			want := f.valid
			if _, differs := otherwise[f.name]; differs {
				want = !want
			}
			got, err := mvt.Decode(f.body)
			if want && err != nil {
				t.Errorf("%s\nis refused: %v", f.description, err)
			}
			if !want && !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%s\nis not refused as invalid but %v", f.description, err)
			}
			if want && err == nil && f.valid {
				holds(t, got, f.tile)
			}
		})
	}
}

// holds compares all but the geometry, which tile.json has as commands only.
func holds(t *testing.T, got []mvt.Layer, want fixtureTile) {
	t.Helper()
	if len(got) != len(want.Layers) {
		t.Fatalf("%d layers, want %d", len(got), len(want.Layers))
	}
	for i, l := range want.Layers {
		extent := uint32(4096)
		if l.Extent != nil {
			extent = *l.Extent
		}
		if got[i].Name != l.Name || got[i].Extent != extent || len(got[i].Features) != len(l.Features) {
			t.Fatalf("%s\nwant %q, extent %d, %d features", mvt.Dump(got), l.Name, extent, len(l.Features))
		}
		for j, f := range l.Features {
			g := got[i].Features[j]
			if f.ID != nil && g.ID != *f.ID || f.Type != g.Type || 2*len(g.Properties) != len(f.Tags) {
				t.Errorf("feature %d of\n%s\nwant id %v, type %s, tags %v", j, mvt.Dump(got), f.ID, f.Type, f.Tags)
				continue
			}
			for k, p := range g.Properties {
				key, value := l.Keys[f.Tags[2*k]], l.Values[f.Tags[2*k+1]]
				if p.Key != key || !isValue(p.Value, value) {
					t.Errorf("property %d is %s = %T %[3]v, want %s = %v", k, p.Key, p.Value, key, value)
				}
			}
		}
	}
}

// isValue compares with a value message, whose one field names the type.
func isValue(got any, message map[string]any) bool {
	for field, want := range message {
		switch v := got.(type) {
		case string:
			return field == "string_value" && v == fmt.Sprint(want) // 076 is built from a number
		case bool:
			return field == "bool_value" && v == want
		case float32:
			return field == "float_value" && v == float32(want.(float64))
		case float64:
			return field == "double_value" && v == want
		case int64:
			return (field == "int_value" || field == "sint_value") && float64(v) == want
		case uint64:
			return field == "uint_value" && float64(v) == want
		}
	}
	return false
}

// The text of every fixture, or why it is refused, for people to read.
func TestFixturesAsText(t *testing.T) {
	var b strings.Builder
	for _, f := range fixtures(t) {
		fmt.Fprintf(&b, "---- %s\n", f.name)
		if got, err := mvt.Decode(f.body); err != nil {
			fmt.Fprintln(&b, err)
		} else {
			b.WriteString(mvt.Dump(got))
		}
	}
	golden(t, "testdata/fixtures.txt", b.String())
}

// golden compares with a file; SITMAP_BLESS=1 writes it anew, and then read the
// difference.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("SITMAP_BLESS") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwhich is not %s; SITMAP_BLESS=1 writes it there", got, file)
	}
}

// What we accept, others read alike. Each that is left out has its reason.
func TestFixturesForeign(t *testing.T) {
	leftOut := map[string]string{
		"003": "orb refuses Unknown geometry",
		"016": "orb refuses Unknown geometry",
		"039": "orb refuses Unknown geometry",
		"049": "GDAL keeps positions in 32 bits, where these go beyond",
		"050": "GDAL keeps positions in 32 bits, where these go beyond",
	}
	var bodies [][]byte
	var names []string
	for _, f := range fixtures(t) {
		if _, err := mvt.Decode(f.body); err == nil && leftOut[f.name] == "" {
			bodies, names = append(bodies, f.body), append(names, f.name)
		}
	}
	mvttest.Foreign(t, bodies...)
	if t.Failed() {
		for i, n := range names {
			t.Logf("tile %d is fixture %s", i, n)
		}
	}
}
