package mlt_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/demo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles/held"
	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
	"sitmap/tiles/pyramid"
)

var city = sync.OnceValues(func() (*demo.City, error) { return demo.Generate(1, func(string) {}) })

// fullest is, of each zoom, the tile of the demo city in which most features of
// the layer lie, as the encoder of tiles makes it.
func fullest(t testing.TB, l layers.Layer) map[maptile.Tile][]byte {
	t.Helper()
	c, err := city()
	if err != nil {
		t.Fatal(err)
	}
	b := held.NewBuilder(l, nil)
	var points []orb.Point
	for _, of := range c.Layers {
		if of.Layer != l.ID {
			continue
		}
		for i, f := range of.Features {
			f.FID = int32(i + 1)
			points = append(points, f.Geometry.(orb.Point))
			if err := b.Add(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	snapshot := pyramid.New(b.Part())
	all := map[maptile.Tile][]byte{}
	for z := maptile.Zoom(max(9, l.Zoom.Min)); int(z) <= l.Zoom.Max; z++ {
		var most maptile.Tile
		within := map[maptile.Tile]int{}
		for _, p := range points {
			at := maptile.At(p, z)
			if within[at]++; within[at] > within[most] {
				most = at
			}
		}
		if all[most], err = snapshot.Tile(most, layers.Query{}, access.System); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// pointLayers are those of the catalogue of which the demo city has features.
func pointLayers(t testing.TB) (all []layers.Layer) {
	t.Helper()
	c, err := city()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range catalog.All {
		for _, of := range c.Layers {
			if of.Layer == l.ID && len(of.Features) > 0 && l.Geometry == layers.Points {
				all = append(all, l)
			}
		}
	}
	return all
}

// Of every layer of points and every zoom, clusters and points, MapLibre reads
// the same from both formats.
func TestMapLibreReadsTheCity(t *testing.T) {
	var tiles [][]mvt.Layer
	seen := 0
	for _, l := range pointLayers(t) {
		for at, body := range fullest(t, l) {
			decoded, err := mvt.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			if len(decoded) != 1 || len(decoded[0].Features) == 0 {
				t.Fatalf("%s: nothing lies in %v", l.ID, at)
			}
			seen += len(decoded[0].Features)
			tiles = append(tiles, decoded)
		}
	}
	if seen < 5_000 {
		t.Errorf("only %d features were compared", seen)
	}
	roundTrip(t, tiles...)
}

// What the format is offered for: compressed, the fullest tiles of the large
// layers are a third smaller. A quarter is where it would stop being worth it.
func TestSmaller(t *testing.T) {
	for _, id := range []string{"camera", "dispute", "unit"} {
		l, err := catalog.All.Layer(id)
		if err != nil {
			t.Fatal(err)
		}
		var before, after int
		for _, body := range fullest(t, l) {
			decoded, err := mvt.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			made, err := mlt.Encode(decoded)
			if err != nil {
				t.Fatal(err)
			}
			before, after = before+zipped(t, body), after+zipped(t, made)
		}
		t.Logf("%s: %d bytes, which were %d", id, after, before)
		if 4*after > 3*before {
			t.Errorf("%s: %d bytes, which were %d", id, after, before)
		}
	}
}

// The sizes of both formats, in bytes, and the time of the way from one to the
// other.
func BenchmarkCity(b *testing.B) {
	packer, err := zstd.NewWriter(nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, l := range pointLayers(b) {
		for at, body := range fullest(b, l) {
			b.Run(fmt.Sprintf("%s/%d", l.ID, at.Z), func(b *testing.B) {
				var made []byte
				for b.Loop() {
					decoded, err := mvt.Decode(body)
					if err != nil {
						b.Fatal(err)
					}
					if made, err = mlt.Encode(decoded); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(body)), "mvt")
				b.ReportMetric(float64(len(made)), "mlt")
				b.ReportMetric(float64(zipped(b, body)), "mvt.gz")
				b.ReportMetric(float64(zipped(b, made)), "mlt.gz")
				b.ReportMetric(float64(len(packer.EncodeAll(body, nil))), "mvt.zst")
				b.ReportMetric(float64(len(packer.EncodeAll(made, nil))), "mlt.zst")
			})
		}
	}
}

func zipped(b testing.TB, body []byte) int {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, 5)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Len()
}
