package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// R 4.2, p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05, 0.5)) by each method; on
// paper: BH 0.06 for the first five, since 5·6/5·… is the smallest, and so on.
func TestAdjustOnPaper(t *testing.T) {
	p := []float64{0.04, 0.01, 0.5, math.NaN(), 0.02, 0.05, 0.03}
	harmonic := 1 + 1.0/2 + 1.0/3 + 1.0/4 + 1.0/5 + 1.0/6
	want := map[Correction][]float64{
		Uncorrected:        {0.04, 0.01, 0.5, math.NaN(), 0.02, 0.05, 0.03},
		BenjaminiHochberg:  {0.06, 0.06, 0.5, math.NaN(), 0.06, 0.06, 0.06},
		BenjaminiYekutieli: {0.06 * harmonic, 0.06 * harmonic, 1, math.NaN(), 0.06 * harmonic, 0.06 * harmonic, 0.06 * harmonic},
		Holm:               {0.12, 0.06, 0.5, math.NaN(), 0.10, 0.12, 0.12},
		Bonferroni:         {0.24, 0.06, 1, math.NaN(), 0.12, 0.30, 0.18},
	}
	for c, values := range want {
		for i, got := range Adjust(p, c) {
			same(t, "adjusted p", got, values[i])
		}
	}
}

// Threshold and Classes say the same as Adjust, at every level.
func TestClassesAreTheAdjustedLevels(t *testing.T) {
	draw := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		n := draw.IntN(40)
		z, p := make([]float64, n), make([]float64, n)
		for i := range p {
			z[i] = 3 * draw.NormFloat64()
			p[i] = TwoSided.P(z[i])
			if draw.IntN(8) == 0 {
				z[i], p[i] = math.NaN(), math.NaN()
			}
		}
		for _, c := range []Correction{Uncorrected, BenjaminiHochberg, BenjaminiYekutieli, Holm, Bonferroni} {
			classes := Classes(z, p, c)
			for i, q := range Adjust(p, c) {
				confidence := 0
				for _, level := range []int{90, 95, 99} {
					if q <= 1-float64(level)/100+1e-15 {
						confidence = level
					}
				}
				if classes[i].Confidence() != confidence || (classes[i] > 0) != (confidence > 0 && z[i] > 0) {
					t.Fatalf("z %g, adjusted %g: %v, want %d", z[i], q, classes[i], confidence)
				}
			}
		}
	}
}

// Turned upside down, what was hot at a level is cold at it.
func TestClassesTurnWithTheSign(t *testing.T) {
	z := []float64{5, -5, 3, -2.2, 0, 1, 4}
	var p, minus []float64
	for _, v := range z {
		p, minus = append(p, TwoSided.P(v)), append(minus, -v)
	}
	a, b := Classes(z, p, BenjaminiHochberg), Classes(minus, p, BenjaminiHochberg)
	names := map[Class]string{Cold99: "cold99", Cold95: "cold95", Cold90: "cold90", None: "none", Hot90: "hot90", Hot95: "hot95", Hot99: "hot99"}
	for i := range a {
		if a[i] != -b[i] || a[i].String() != names[a[i]] {
			t.Errorf("z %g: %v and %v", z[i], a[i], b[i])
		}
	}
	if a[0] != Hot99 || a[4] != None {
		t.Errorf("classes %v", a)
	}
}
