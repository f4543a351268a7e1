package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/archive"
	"sitmap/layers"
	"sitmap/tiles"
)

// What cannot be exported is refused before any database is opened: the folder
// of these commands cannot exist.
func TestExportRefuses(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there.pmtiles")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"an ending it does not know": {[]string{"road", filepath.Join(folder, "x.zip")}, 2, ".pmtiles, .mbtiles"},
		"a layer it does not know":   {[]string{"road,roads", filepath.Join(folder, "x.pmtiles")}, 1, "roads"},
		"single dated cases":         {[]string{"road,dispute", filepath.Join(folder, "x.pmtiles")}, 1, "--cases"},
		"a file that exists":         {[]string{"road", there}, 1, "--force"},
	}
	for name, test := range tests {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"export", "--var", "/dev/null/none"}, test.args...), strings.NewReader(""), &out, &out)
		if code != test.code || !strings.Contains(out.String(), test.says) {
			t.Errorf("%s: ended with %d: %s", name, code, &out)
		}
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

// exports writes layers into files of both formats: every tile is what the
// server serves, a tile that is not there is one in which nothing lies, the sums
// are the city's, and the same city makes the same file.
func (c *aCity) exports(t *testing.T) {
	folder := t.TempDir()
	for _, ending := range []string{".pmtiles", ".mbtiles"} {
		path := filepath.Join(folder, "x"+ending)
		c.command(t, "export", "camera,road", path, "--max-zoom", "10", "--review-number", "GS(2016)0000号")
		first := c.exported(t, path, "/tiles/camera,road/", "")
		if first.clustered+first.single["camera"] != 36_000 {
			t.Errorf("%s: zoom 10 holds %d cameras in clusters and %d alone, the city 36000", ending, first.clustered, first.single["camera"])
		}
		if roads := c.matched(t, "road", "&class=motorway"); first.single["motorway"] != roads {
			t.Errorf("%s: zoom 10 holds %d stretches of motorway, the city %d", ending, first.single["motorway"], roads)
		}
		m := first.meta
		if m.MinZoom != 6 || m.MaxZoom != 10 || len(m.Layers) != 2 || !strings.Contains(m.Attribution, "演示数据 · synthetic") || !strings.Contains(m.Attribution, "GS(2016)0000号") {
			t.Errorf("%s: described as %+v", ending, m)
		}
		again := filepath.Join(folder, "again"+ending)
		c.command(t, "export", "camera,road", again, "--max-zoom", "10", "--review-number", "GS(2016)0000号")
		a, errA := os.ReadFile(path)
		b, errB := os.ReadFile(again)
		if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: the same city made two different files (%d and %d bytes, %v)", ending, len(a), len(b), err)
		}
	}
	path := filepath.Join(folder, "grid.pmtiles")
	c.command(t, "export", "grid", path, "--area", "620602", "--min-zoom", "10", "--max-zoom", "11")
	if got, want := c.exported(t, path, "/tiles/grid/", "?area=620602").single["grid"], c.matched(t, "grid", "&area=620602"); got != want {
		t.Errorf("zoom 11 holds %d grids, the county %d", got, want)
	}
}

// exportedFile is what a file holds at its deepest zoom.
type exportedFile struct {
	meta      archive.Meta
	clustered int
	single    map[string]int // by layer, and by class of road: different features
}

// exported compares a file with the server over all tiles around the city.
func (c *aCity) exported(t *testing.T, path, route, question string) exportedFile {
	t.Helper()
	r, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := exportedFile{meta: r.Meta(), single: map[string]int{}}
	seen := map[string]bool{}
	for z := got.meta.MinZoom; z <= got.meta.MaxZoom; z++ {
		west, north := tileAt(got.meta.Bounds.Min[0], got.meta.Bounds.Max[1], z)
		east, south := tileAt(got.meta.Bounds.Max[0], got.meta.Bounds.Min[1], z)
		for x := west - 1; x <= east+1; x++ {
			for y := north - 1; y <= south+1; y++ {
				at := maptile.New(uint32(x), uint32(y), maptile.Zoom(z))
				body, coding, err := r.Tile(t.Context(), at)
				if err != nil && !errors.Is(err, layers.ErrNotFound) {
					t.Fatal(err)
				}
				if coding == tiles.Gzip {
					body = gunzip(t, body)
				}
				served := c.body(t, fmt.Sprintf("%s%d/%d/%d.mvt%s", route, z, x, y, question))
				if !bytes.Equal(body, served) {
					t.Fatalf("%s, tile %d/%d/%d: %d bytes, the server has %d", path, z, x, y, len(body), len(served))
				}
				if z == got.meta.MaxZoom {
					got.count(t, body, seen)
				}
			}
		}
	}
	return got
}

func (f *exportedFile) count(t *testing.T, body []byte, seen map[string]bool) {
	t.Helper()
	decoded, err := mvt.Unmarshal(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range decoded {
		for _, one := range l.Features {
			if n, ok := one.Properties["count"].(float64); ok && one.Properties["cluster"] == true {
				f.clustered += int(n)
			} else if name := fmt.Sprint(l.Name, one.ID); !seen[name] {
				seen[name] = true
				f.single[l.Name]++
				f.single[fmt.Sprint(one.Properties["class"])]++
			}
		}
	}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// body is what the server answers, unpacked.
func (c *aCity) body(t *testing.T, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
	return body
}
