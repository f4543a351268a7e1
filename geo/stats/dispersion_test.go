package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// On paper: 0 and 8 where 2 each were expected lie 2 and 6 off, and
// (4 + 36)/(2 + 4d) = 2 for d = 4.5. As many as expected lie no wider than
// Poisson's.
func TestDispersion(t *testing.T) {
	nan := math.NaN()
	expect(t, "dispersion", Dispersion([]float64{0, 8}, []float64{2, 2}), 4.5, 1e-12)
	expect(t, "with places that say nothing", Dispersion([]float64{0, 8, 3, nan, 1}, []float64{2, 2, 0, 1, nan}), 4.5, 1e-12)
	for name, counts := range map[string][]float64{"as expected": {2, 2}, "nothing": nil} {
		if d := Dispersion(counts, []float64{2, 2}[:len(counts)]); d != 0 {
			t.Errorf("%s: %g", name, d)
		}
	}
	if d := Dispersion([]float64{1e9}, []float64{1e-9}); math.IsInf(d, 0) || math.IsNaN(d) {
		t.Errorf("beyond measure: %g", d)
	}
}

// Of 20,000 places whose true rates have variance 0.3, about 0.3 comes back,
// for all that many expect but one case.
func TestDispersionComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	counts, expected := make([]float64, 20000), make([]float64, 20000)
	sigma := math.Sqrt(math.Log1p(0.3))
	for i := range counts {
		expected[i] = 0.5 + 8*r.Float64()*r.Float64()
		counts[i] = float64(poissonDraw(r, expected[i]*math.Exp(sigma*r.NormFloat64()-sigma*sigma/2)))
	}
	if d := Dispersion(counts, expected); math.Abs(d-0.3) > 0.03 {
		t.Errorf("dispersion %g, want 0.3", d)
	}
}

// poissonDraw draws by multiplying uniform numbers (Knuth).
func poissonDraw(r *rand.Rand, mean float64) (n int) {
	for p := r.Float64(); p > math.Exp(-mean); p *= r.Float64() {
		n++
	}
	return n
}

// On paper: rates of variance 0.5 about 1 follow a gamma distribution of shape
// 2; six cases where two were expected make (6 + 2)/(2 + 2). With the mean and
// the variance of EmpiricalBayes it is EmpiricalBayes.
func TestShrink(t *testing.T) {
	expect(t, "six of two", Shrink(6, 2, 1, 0.5), 2, 1e-12)
	expect(t, "all alike", Shrink(6, 2, 1, 0), 1, 1e-12)
	cases, births := table(t, "sids-cases.txt"), table(t, "sids-births.txt")
	all, variance, mean, err := EmpiricalBayes(cases, births)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		expect(t, "county", Shrink(cases[i], births[i], mean, variance), all[i], 1e-12)
	}
	for _, unknown := range [][2]float64{{1, 0}, {-1, 2}, {math.NaN(), 1}} {
		if got := Shrink(unknown[0], unknown[1], 1, 1); !math.IsNaN(got) {
			t.Errorf("%v: %g", unknown, got)
		}
	}
}

// By Simpson's rule on 20,001 points, in another language.
func TestPoissonLognormal(t *testing.T) {
	for _, c := range []struct{ k, mean, dispersion, greater float64 }{
		{10, 4, 0.25, 0.04572334809},
		{30, 10, 0.06, 0.000179558096},
		{145, 29.2, 0.3, 0.0004283624737},
		{3, 0.5, 1, 0.03355427912},
	} {
		expect(t, "P(X ≥ k)", PoissonLognormal(c.k, c.mean, c.dispersion, Greater), c.greater, 1e-7)
		expect(t, "two-sided", PoissonLognormal(c.k, c.mean, c.dispersion, TwoSided), min(1, 2*c.greater), 1e-7)
		if gamma := NegativeBinomial(c.k, c.mean, c.dispersion, Greater); gamma > c.greater && c.greater < 0.01 {
			t.Errorf("%+v: the gamma distribution's tail %g is heavier", c, gamma)
		}
	}
	expect(t, "P(X ≤ 0)", PoissonLognormal(0, 10, 0.3, Less), 0.004358450039, 1e-6)
	expect(t, "P(X ≤ 2)", PoissonLognormal(2, 12, 0.1, Less), 0.006524965554, 1e-6)
	expect(t, "no dispersion", PoissonLognormal(7, 3, 0, Greater), Poisson(7, 3, Greater), 0)
	if got := PoissonLognormal(-1, 3, 1, Greater); !math.IsNaN(got) {
		t.Errorf("of −1: %g", got)
	}
}
