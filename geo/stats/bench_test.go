package stats

import (
	"math/rand/v2"
	"testing"
)

// city is as many places as the city has cells of resolution 8.
func city() (Weights, []float64) {
	draw := rand.New(rand.NewPCG(238, 238))
	w := Queen(238, 238)
	x := make([]float64, w.Len())
	for i := range x {
		x[i] = draw.ExpFloat64()
	}
	return w, x
}

func BenchmarkGiStar(b *testing.B) {
	w, x := city()
	for b.Loop() {
		if _, err := GiStar(w, x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGiStarToClasses(b *testing.B) {
	w, x := city()
	for b.Loop() {
		z, _ := GiStar(w, x)
		p := make([]float64, len(z))
		for i, v := range z {
			p[i] = TwoSided.P(v)
		}
		Classes(z, p, BenjaminiHochberg)
	}
}

func BenchmarkLocalMoran(b *testing.B) {
	w, x := city()
	w = w.Standardised()
	for b.Loop() {
		if _, err := LocalMoran(w, x, ByN); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPermutations999(b *testing.B) {
	w, x := city()
	uneven := w
	uneven.Values = make([]float64, len(w.Neighbours))
	for i := range uneven.Values {
		uneven.Values[i] = 1 + float64(i%3)
	}
	for name, f := range map[string]func() (Ranks, error){
		"shared":           func() (Ranks, error) { return PermuteShared(w, x, 999, 1) },
		"shared, weighted": func() (Ranks, error) { return PermuteShared(uneven, x, 999, 1) },
		"each":             func() (Ranks, error) { return PermuteEach(w, x, 999, 1) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
