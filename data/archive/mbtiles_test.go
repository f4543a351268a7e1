package archive

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// A second SQLite, in C, finds the database sound, the rows counted from the
// south, the columns the specification asks for, and equal tiles kept once.
func TestSQLiteReadsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("needs sqlite3, which -short leaves out")
	}
	path := filepath.Join(t.TempDir(), "x.mbtiles")
	// Zoom 7 has rows 0 to 127: row 50 from the north is row 77 from the south.
	write(t, path, aMeta, []aTile{{maptile.New(100, 50, 7), []byte{0x1a, 1}}, {maptile.New(3, 3, 8), []byte{0x1a, 1}}, {maptile.New(3, 4, 8), []byte{0x1a, 2}}})
	script := `pragma integrity_check; pragma application_id; select zoom_level, tile_column, tile_row, hex(substr(tile_data, 1, 2)) from tiles order by 1, 2, 3;
		select count(*) from images; select value from metadata where name = 'bounds'; select json_extract(value, '$.vector_layers[0].id') from metadata where name = 'json';`
	out, err := exec.CommandContext(t.Context(), "sqlite3", path, script).CombinedOutput()
	want := "ok\n1297105496\n7|100|77|1F8B\n8|3|251|1F8B\n8|3|252|1F8B\n2\n101.8,36.5,104.2,39.5\nroad\n"
	if err != nil || string(out) != want {
		t.Errorf("%v, got\n%swant\n%s", err, out, want)
	}
}

// Files of others: a plain table, few metadata, tiles that are not packed, and
// rows that are too large or not bytes at all.
func TestFilesOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.mbtiles")
	db, err := openSQLite(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"create table metadata (name text, value text)",
		"create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)",
		"insert into metadata values ('format', 'PNG'), ('bounds', 'nonsense'), ('name', 'x'), (null, null), ('center', x'00ff')",
		"insert into tiles values (3, 1, 7, x'89504e47'), (3, 2, 7, zeroblob(20000000)), (4, 2, 7, null), (4, 3, 7, 'text')",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if m := r.Meta(); m.Kind != PNG || m.MinZoom != 3 || m.MaxZoom != 4 || m.Bounds != world {
		t.Errorf("%+v", m)
	}
	if body, _, err := r.Tile(t.Context(), maptile.New(1, 0, 3)); err != nil || string(body) != "\x89PNG" {
		t.Errorf("%q, %v", body, err)
	}
	for _, at := range []maptile.Tile{{X: 2, Y: 0, Z: 3}, {X: 2, Y: 8, Z: 4}} {
		if _, _, err := r.Tile(t.Context(), at); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%v: %v", at, err)
		}
	}
}

func TestGDALReadsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("needs GDAL, which -short leaves out")
	}
	path := filepath.Join(t.TempDir(), "x.mbtiles")
	write(t, path, aMeta, gdalTiles(t))
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-ro", "-so", "-al", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"MBTiles", "Layer name: road", "Feature Count: 1", "class: String"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("GDAL does not say %q:\n%s", want, out)
		}
	}
}

// gdalTiles is one road in the deepest tile, which is where GDAL reads.
func gdalTiles(t *testing.T) []aTile {
	t.Helper()
	var all []aTile
	for z := maptile.Zoom(6); z <= 12; z++ {
		at := maptile.At(aMeta.Center, z)
		road := geojson.NewFeature(orb.LineString{{102.9, 37.9}, {103.1, 38.1}})
		road.Properties["class"] = "trunk"
		layer := mvt.NewLayer("road", &geojson.FeatureCollection{Features: []*geojson.Feature{road}})
		layer.ProjectToTile(at)
		body, err := mvt.Marshal(mvt.Layers{layer})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, aTile{at, body})
	}
	return all
}

// A file whose view never ends is left at the deadline, not read for ever.
func TestEndlessView(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.mbtiles")
	db, err := openSQLite(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"create table metadata (name text, value text)",
		"insert into metadata values ('format', 'pbf'), ('minzoom', 0), ('maxzoom', 3)",
		`create view tiles as with recursive n(i) as (select 1 union all select i + 1 from n)
			select i as zoom_level, i as tile_column, i as tile_row, x'1a' as tile_data from n`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, _, err := r.Tile(ctx, maptile.New(0, 0, 0)); !errors.Is(err, ctx.Err()) {
		t.Errorf("%v", err)
	}
}

// What a file says about itself is read or left out, and never nonsense.
func FuzzMetadata(f *testing.F) {
	f.Add("101.8,36.5,104.2,39.5", `{"name":"x","vector_layers":[{"id":"road","fields":{"class":"String"}}]}`)
	f.Add("-180,-90,180,90", `{"vector_layers":"none","name":7}`)
	f.Add("NaN,0,1e999,1", `[`)
	f.Fuzz(func(t *testing.T, bounds, text string) {
		b, ok := numbers(bounds, 4)
		if !ok {
			b = []float64{0, 0, 0, 0}
		}
		box := soundBounds(orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}})
		if box.Min[0] >= box.Max[0] || box.Min[1] >= box.Max[1] || !world.Contains(box.Min) || !world.Contains(box.Max) {
			t.Errorf("%q was read as %v", bounds, box)
		}
		readDescription([]byte(text))
	})
}
