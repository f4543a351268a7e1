package pyramid

import (
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/maptile/tilecover"

	"sitmap/data/demo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles/held"
)

var city = sync.OnceValues(func() (map[string][]layers.Feature, error) {
	c, err := demo.Generate(1, func(string) {})
	if err != nil {
		return nil, err
	}
	all := map[string][]layers.Feature{}
	for _, l := range c.Layers {
		for i := range l.Features {
			l.Features[i].FID = int32(i + 1)
		}
		all[l.Layer] = l.Features
	}
	return all, nil
})

func features(t testing.TB, id string) []layers.Feature {
	t.Helper()
	all, err := city()
	if err != nil {
		t.Fatal(err)
	}
	return all[id]
}

func partOf(t testing.TB, id string) (*held.Part, *held.Words) {
	t.Helper()
	l, err := catalog.All.Layer(id)
	if err != nil {
		t.Fatal(err)
	}
	b := held.NewBuilder(l, nil)
	for _, f := range features(t, id) {
		if err := b.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	return b.Part()
}

func tilesOf(t testing.TB, fs []layers.Feature, zoom maptile.Zoom) maptile.Set {
	var c orb.Collection
	for _, f := range fs {
		if f.Geometry != nil {
			c = append(c, f.Geometry)
		}
	}
	cover, err := tilecover.Collection(c, zoom)
	if err != nil {
		t.Fatal(err)
	}
	return cover
}

func BenchmarkPyramid(b *testing.B) {
	for _, id := range []string{"grid", "camera", "area", "road"} {
		part, words := partOf(b, id)
		var s *Snapshot
		b.Run(id+"/build", func(b *testing.B) {
			for b.Loop() {
				s = New(part, words)
			}
		})
		for z := maptile.Zoom(9); z <= 16; z++ {
			set := tilesOf(b, features(b, id)[:100], z)
			var all []maptile.Tile
			for at := range set {
				all = append(all, at)
			}
			b.Run(id+"/z"+string(rune('0'+z/10))+string(rune('0'+z%10)), func(b *testing.B) {
				b.ReportAllocs()
				n, size := 0, 0
				for b.Loop() {
					body, err := s.Tile(all[n%len(all)], layers.Query{}, access.System)
					if err != nil {
						b.Fatal(err)
					}
					n++
					size += len(body)
				}
				b.ReportMetric(float64(size)/float64(n), "B/tile")
			})
		}
	}
}
