package pyramid

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/tiles/held"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// small are a few features that show what a tile can hold: grids that share
// borders, one with a hole and its filling, a road with a bridge, cameras apart
// and together.
func small(t testing.TB) map[string]*Snapshot {
	t.Helper()
	square := func(w, s, e, n float64) orb.Ring { return orb.Ring{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}} }
	hole := square(102.63, 37.92, 102.65, 37.94)
	grids := []orb.Geometry{
		orb.Polygon{{{102.60, 37.90}, {102.61, 37.9004}, {102.62, 37.8997}, {102.62, 37.95}, {102.60, 37.95}, {102.60, 37.90}}},
		orb.Polygon{{{102.62, 37.8997}, {102.66, 37.9}, {102.66, 37.95}, {102.62, 37.95}, {102.62, 37.8997}}, hole},
		orb.Polygon{hole},
		orb.MultiPolygon{{square(102.66, 37.90, 102.67, 37.91)}, {square(102.67, 37.92, 102.68, 37.93)}},
	}
	all := map[string][]layers.Feature{}
	for i, g := range grids {
		setting := []string{"urban", "rural"}[i%2]
		all["grid"] = append(all["grid"], layers.Feature{Geometry: g, Area: 620602001001000, Properties: map[string]any{
			"name": "第" + string(rune('1'+i)) + "网格", "setting": setting, "staff_count": int64(i)}})
	}
	for i, p := range []orb.Point{{102.605, 37.91}, {102.6051, 37.9101}, {102.64, 37.93}, {102.61, 37.94}} {
		state := []string{"working", "working", "faulty", "offline"}[i]
		all["camera"] = append(all["camera"], layers.Feature{Geometry: p, Area: 620602001001000, Properties: map[string]any{
			"name": "东大街", "kind": "fixed", "state": state, "place_kind": "junction", "direction_deg": 90.5, "fov_deg": 60.0}})
	}
	all["road"] = []layers.Feature{
		{Geometry: orb.LineString{{102.55, 37.905}, {102.6, 37.9051}, {102.72, 37.906}}, Properties: map[string]any{"class": "trunk", "name": "国道", "bridge": true}},
		{Geometry: orb.LineString{{102.61, 37.905}, {102.61, 37.93}}, Properties: map[string]any{"class": "village"}},
	}
	snapshots := map[string]*Snapshot{}
	for id, fs := range all {
		l, err := catalog.All.Layer(id)
		if err != nil {
			t.Fatal(err)
		}
		b := held.NewBuilder(l, nil)
		for i, f := range fs {
			f.ID, f.FID = id+string(rune('1'+i)), int32(i+1)
			if err := b.Add(f); err != nil {
				t.Fatal(err)
			}
		}
		snapshots[id] = New(b.Part())
	}
	return snapshots
}

var shown = []struct {
	layer string
	at    maptile.Tile
}{
	{"grid", maptile.At(orb.Point{102.61, 37.92}, 9)},
	{"grid", maptile.At(orb.Point{102.64, 37.93}, 13)},
	{"grid", maptile.At(orb.Point{102.64, 37.93}, 15)},
	{"grid", maptile.At(orb.Point{102.61, 37.92}, 16)},
	{"camera", maptile.At(orb.Point{102.61, 37.92}, 8)},
	{"camera", maptile.At(orb.Point{102.605, 37.91}, 13)},
	{"camera", maptile.At(orb.Point{102.605, 37.91}, 14)},
	{"road", maptile.At(orb.Point{102.61, 37.92}, 8)},
	{"road", maptile.At(orb.Point{102.61, 37.906}, 14)},
}

// What the tiles of a few features hold, as text. SITMAP_BLESS=1 writes it anew;
// read the difference.
func TestTilesAsText(t *testing.T) {
	snapshots := small(t)
	var b strings.Builder
	for _, s := range shown {
		decoded, err := mvt.Decode(tile(t, snapshots[s.layer], s.at, layers.Query{}))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(fmt.Sprintf("=== %s %d/%d/%d\n", s.layer, s.at.Z, s.at.X, s.at.Y) + mvt.Dump(decoded))
	}
	file := filepath.Join("testdata", "tiles.txt")
	if os.Getenv("SITMAP_BLESS") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("got\n%s\nwhich is not %s (%v); SITMAP_BLESS=1 writes it there", b.String(), file, err)
	}
}

// Three decoders that are not ours read the same features from our tiles.
func TestForeignDecoders(t *testing.T) {
	var bodies [][]byte
	snapshots := small(t)
	for _, s := range shown {
		bodies = append(bodies, tile(t, snapshots[s.layer], s.at, layers.Query{}))
	}
	for _, id := range []string{"grid", "camera", "road", "area", "key_area"} {
		s := snapshotOf(t, id)
		for _, zoom := range []maptile.Zoom{9, 12, 15} {
			bodies = append(bodies, tile(t, s, maptile.At(orb.Point{102.64, 37.93}, zoom), layers.Query{}))
		}
	}
	seen := 0
	for _, forms := range mvttest.Foreign(t, bodies...) {
		for _, l := range forms {
			seen += len(l.Features)
		}
	}
	if seen < 10_000 {
		t.Errorf("only %d features were compared", seen)
	}
}
