package siting

import (
	"math"
	"math/rand/v2"
	"testing"
)

// town is sites and places scattered over a square kilometre times size², each
// site covering what lies within 150 m.
func town(sites, places int, size float64) Demand {
	r := rand.New(rand.NewPCG(1, 1))
	d := Demand{Weights: make([]float64, places)}
	at := make([][2]float64, places)
	for i := range at {
		at[i] = [2]float64{1000 * size * r.Float64(), 1000 * size * r.Float64()}
		d.Weights[i] = float64(1 + r.IntN(9))
	}
	for range sites {
		x, y := 1000*size*r.Float64(), 1000*size*r.Float64()
		var s Set
		for i, p := range at {
			if math.Hypot(p[0]-x, p[1]-y) <= 150 {
				s.AddRun(i, i+1)
			}
		}
		d.Sites = append(d.Sites, s)
	}
	return d
}

func run(b *testing.B, d Demand, count int, e Effort) {
	var last Choice
	for b.Loop() {
		var err error
		if last, err = Cover(d, count, e); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*last.Gap(), "%gap")
}

func BenchmarkCoverTen(b *testing.B)   { run(b, town(2000, 20_000, 3), 10, Effort{}) }
func BenchmarkCoverExact(b *testing.B) { run(b, town(200, 2000, 1), 10, Exact) }
