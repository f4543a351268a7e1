package coverage

import (
	"testing"

	"sitmap/data/demo"
	"sitmap/layers"
)

// wuwei is the demo city: 28,175 grids, 36,000 cameras, its roads.
func wuwei(b *testing.B) (grids []Grid, roads []Road, cameras []Camera) {
	b.Helper()
	city, err := demo.Generate(1, func(string) {})
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range city.Layer("grid") {
		if g, ok := GridOf(f); ok {
			grids = append(grids, g)
		}
	}
	for _, f := range city.Layer("road") {
		roads = append(roads, RoadsOf(f)...)
	}
	for _, f := range city.Layer("camera") {
		if c, ok := CameraOf(f); ok {
			cameras = append(cameras, c)
		}
	}
	return grids, roads, cameras
}

func BenchmarkCity(b *testing.B) {
	grids, roads, cameras := wuwei(b)
	ground, err := NewGround(grids, roads, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ground", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewGround(grids, roads, 0); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(ground.lattice.Len()), "points")
		b.ReportMetric(float64(len(ground.pieces)), "pieces")
	})
	for _, q := range []struct {
		name string
		Question
	}{
		{"report", Question{By: layers.County, Gaps: 50}},
		{"report and next ten", Question{By: layers.County, Gaps: 50, Next: 10}},
		{"twice, next ten", Question{By: layers.Township, Times: 2, Gaps: 50, Next: 10}},
		{"observe, next ten", Question{By: layers.County, Purpose: Observe, Gaps: 50, Next: 10}},
	} {
		b.Run(q.name, func(b *testing.B) {
			var r *Report
			for b.Loop() {
				var err error
				if r, err = Cameras(ground, cameras, q.Question); err != nil {
					b.Fatal(err)
				}
			}
			b.Logf("%+v", r.Whole)
			b.Logf("next: gain %.0f, bound %.0f, gap %.2f %%; %+v", r.Next.Gain, r.Next.Bound, 100*r.Next.Gap, r.Next.Spots)
			for _, g := range r.Roads[:min(3, len(r.Roads))] {
				b.Logf("gap %s %s %s %.0f m, %d points", g.Road, g.Name, g.Class, g.Length, len(g.Line))
			}
			b.Logf("%d cells, %+v", len(r.Cells), r.Gaps[:min(3, len(r.Gaps))])
		})
	}
}
