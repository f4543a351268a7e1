package api

import (
	"testing"

	"sitmap/data/demo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles/held"
	"sitmap/tiles/pyramid"
)

// BenchmarkPages writes pages of a thousand features of the demo city from
// memory, without a server around it.
func BenchmarkPages(b *testing.B) {
	city, err := demo.Generate(1, func(string) {})
	if err != nil {
		b.Fatal(err)
	}
	for _, made := range city.Layers {
		if made.Layer != "camera" && made.Layer != "grid" {
			continue
		}
		l, err := catalog.All.Layer(made.Layer)
		if err != nil {
			b.Fatal(err)
		}
		builder := held.NewBuilder(l, nil)
		for i, f := range made.Features {
			f.FID = int32(i + 1)
			if err := builder.Add(f); err != nil {
				b.Fatal(err)
			}
		}
		snapshot := pyramid.New(builder.Part())
		b.Run(l.ID, func(b *testing.B) {
			b.ReportAllocs()
			var buffer []byte
			after := int32(0)
			for b.Loop() {
				found, err := snapshot.Select(layers.Query{}, access.System)
				if err != nil {
					b.Fatal(err)
				}
				encoder, err := newHeldEncoder(l)
				if err != nil {
					b.Fatal(err)
				}
				h := &heldPage{page: page{layer: l, query: layers.Query{Limit: 1000}}, encoder: encoder, found: found, last: after % int32(len(made.Features)-1000)}
				if buffer, err = h.appendSome(buffer[:0], wholePage); err != nil || h.returned != 1000 {
					b.Fatal(h.returned, err)
				}
				after += 997
			}
			b.SetBytes(int64(len(buffer)))
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/item")
		})
	}
}
