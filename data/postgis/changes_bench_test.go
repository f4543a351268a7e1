package postgis_test

import (
	"context"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// BenchmarkApplyOne moves one feature of a layer of the real size to and fro;
// ms/apply is the time of Apply alone, which is how long others wait for the
// layer.
func BenchmarkApplyOne(b *testing.B) {
	s := large(b)
	for _, id := range []string{"camera", "grid", "dispute"} {
		b.Run(id, func(b *testing.B) {
			l := layer(b, id)
			var f layers.Feature
			if err := s.Features(b.Context(), l, layers.Query{Limit: 1}, all, func(one layers.Feature) error { f = one; return nil }); err != nil {
				b.Fatal(err)
			}
			shape := f.Geometry
			var applied time.Duration
			n := 0
			for b.Loop() {
				n++
				if p, ok := shape.(orb.Point); ok {
					f.Geometry = orb.Point{p[0], p[1] + float64(n%2)*0.001}
				} else {
					f.Properties = with(f.Properties, "name", []string{"东", "西"}[n%2])
				}
				batch, err := s.Begin(b.Context(), layers.Batch{Layer: id, City: "6206"})
				if err != nil {
					b.Fatal(err)
				}
				if err := batch.Put(b.Context(), staged(f)); err != nil {
					b.Fatal(err)
				}
				if _, err := batch.Check(b.Context()); err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				if _, err := batch.Apply(b.Context()); err != nil {
					b.Fatal(err)
				}
				applied += time.Since(began)
				batch.Discard(context.WithoutCancel(b.Context()))
			}
			b.ReportMetric(float64(applied.Microseconds())/1000/float64(n), "ms/apply")
		})
	}
}

// BenchmarkFeatures reads a whole layer, as the tile engine does when it starts.
func BenchmarkFeatures(b *testing.B) {
	s := large(b)
	for _, id := range []string{"area", "grid", "camera", "road", "dispute"} {
		b.Run(id, func(b *testing.B) {
			l := layer(b, id)
			for b.Loop() {
				if err := s.Features(b.Context(), l, layers.Query{}, all, func(layers.Feature) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
