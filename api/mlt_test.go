package api_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sitmap/layers/access"
	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
)

const (
	typeMVT = "application/vnd.mapbox-vector-tile"
	typeMLT = "application/vnd.maplibre-tile"
)

// Layers of points come as MapLibre Tiles to whoever prefers them, with the
// features of the other format and a tag of their own; the tests of tiles/mlt
// hold such bytes against the decoder of MapLibre. The quick way, which answers
// each second question here, never gives one format for the other.
func TestMapLibreTiles(t *testing.T) {
	d, c, _, _ := openCounted(t)
	const points, mixed = "/tiles/committee,centre,site,hazard,camera,unit/7/100/49.mvt", "/tiles/camera,grid/9/401/198.mvt"
	tests := []struct{ path, accept, want string }{
		{points, "", typeMVT},
		{points, "*/*", typeMVT},
		{points, "application/*", typeMVT},
		{points, typeMVT, typeMVT},
		{points, typeMLT, typeMLT},
		{points, "Application/vnd.MapLibre-Tile", typeMLT},
		{points, typeMLT + ", */*;q=0.1", typeMLT},
		{points, typeMVT + ", " + typeMLT, typeMLT},
		{points, typeMVT + ", " + typeMLT + ";q=0.9", typeMVT},
		{points, typeMLT + ";q=0", typeMVT},
		{mixed, typeMLT, typeMVT},
		{"/tiles/grid/9/401/198.mvt", typeMLT, typeMVT},
	}
	tags := map[string]string{}
	plain := d.get(analyst, points, "Accept-Encoding", "identity")
	decoded, err := mvt.Decode(plain.body)
	if err != nil || len(decoded) != 6 {
		t.Fatalf("%d layers, %v", len(decoded), err)
	}
	packed, err := mlt.Encode(decoded)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for _, test := range tests {
			for _, coding := range []string{"identity", "zstd"} {
				name := fmt.Sprintf("round %d, %s as %q, %s", round, test.path, test.accept, coding)
				got := d.get(analyst, test.path, "Accept", test.accept, "Accept-Encoding", coding)
				if kind := got.header.Get("Content-Type"); got.status != 200 || kind != test.want {
					t.Errorf("%s: %d %s, want %s", name, got.status, kind, test.want)
				}
				if vary := got.header.Get("Vary"); !strings.HasSuffix(vary, ", Accept") {
					t.Errorf("%s: it varies by %s", name, vary)
				}
				if test.path == points && coding == "identity" {
					want := plain.body
					if test.want == typeMLT {
						want = packed
					}
					if !bytes.Equal(got.body, want) {
						t.Errorf("%s: %d bytes, want %d", name, len(got.body), len(want))
					}
				}
				what, tag := strings.Join([]string{test.path, test.want, got.header.Get("Content-Encoding")}, " "), got.header.Get("ETag")
				if other, ok := tags[tag]; ok && other != what {
					t.Errorf("%s: the tag of %s", name, other)
				}
				tags[tag] = what
				if again := d.get(analyst, test.path, "Accept", test.accept, "Accept-Encoding", coding, "If-None-Match", tag); again.status != 304 {
					t.Errorf("%s: its own tag gives %d", name, again.status)
				}
			}
		}
	}
	// Three addresses, two codings, and who prefers the new format or does not.
	if n := c.asked.Load(); n > 12 {
		t.Errorf("the tile server was asked %d times", n)
	}
}

// An empty tile is the same bytes in both formats, and still two things.
func TestEmptyMapLibreTile(t *testing.T) {
	d := open(t)
	const path = "/tiles/camera/9/0/0.mvt"
	old, new := d.get(analyst, path), d.get(analyst, path, "Accept", typeMLT)
	if len(old.body)+len(new.body) > 0 || new.header.Get("Content-Type") != typeMLT || old.header.Get("ETag") == new.header.Get("ETag") {
		t.Errorf("%v and %v", old.header, new.header)
	}
}

// The rights are those of the tile: the format opens nothing.
func TestMapLibreTilesKeepScopes(t *testing.T) {
	d := open(t)
	const path = "/tiles/dispute/9/401/198.mvt"
	for w, want := range map[who]int{analyst: 200, viewer: 403, nobody: 401} {
		for range 2 {
			if got := d.get(w, path, "Accept", typeMLT); got.status != want {
				t.Errorf("%s: %d, want %d", w, got.status, want)
			}
		}
	}
	const cameras = "/tiles/camera/7/100/49.mvt"
	whole, part := d.get(who{access.Analyst, city}, cameras, "Accept", typeMLT), d.get(who{access.Analyst, county}, cameras, "Accept", typeMLT)
	if bytes.Equal(whole.body, part.body) || len(part.body) == 0 {
		t.Errorf("a county's tile of %d bytes is the city's of %d", len(part.body), len(whole.body))
	}
}
