package stats

import (
	"math"
	"math/big"
	"testing"
)

// Hypergeometric against the binomial coefficients themselves, in whole
// numbers without rounding.
func TestHypergeometricIsItsDefinition(t *testing.T) {
	choose := func(n, k int) *big.Int { return new(big.Int).Binomial(int64(n), int64(k)) }
	for _, c := range [][3]int{{10, 4, 3}, {10, 10, 3}, {10, 0, 3}, {10, 4, 10}, {18424, 731, 25}, {300, 290, 40}, {1, 1, 1}} {
		all, marked, drawn := c[0], c[1], c[2]
		mass := Hypergeometric(all, marked, drawn)
		for k := range mass {
			want := 0.0
			if k <= marked && drawn-k <= all-marked {
				ways := new(big.Int).Mul(choose(marked, k), choose(all-marked, drawn-k))
				want, _ = new(big.Rat).SetFrac(ways, choose(all, drawn)).Float64()
			}
			if math.Abs(mass[k]-want) > 1e-10*want {
				t.Errorf("%v: P(%d) = %g, want %g", c, k, mass[k], want)
			}
		}
	}
	for _, c := range [][3]int{{3, 1, 4}, {3, 4, 1}, {3, -1, 1}, {3, 1, -1}, {3, 1, 0}} {
		if d := Hypergeometric(c[0], c[1], c[2]); len(d) != 1 || d[0] != 1 {
			t.Errorf("%v: %v", c, d)
		}
	}
}

// The sum of parts drawn from the same urn's strata, by enumeration of two
// dice: 2 to 12 with 1 to 6 of 36.
func TestSumAndTails(t *testing.T) {
	die := Discrete{0, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6}
	two := die.Plus(die)
	for k, ways := range []float64{0, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1} {
		expect(t, "P of two dice", two[k], ways/36, 1e-15)
	}
	greater, less, both := two.Tails(Greater), two.Tails(Less), two.Tails(TwoSided)
	expect(t, "P(≥ 11)", greater[11], 3.0/36, 1e-15)
	expect(t, "P(≤ 4)", less[4], 6.0/36, 1e-15)
	expect(t, "two-sided p of 11", both[11], 6.0/36, 1e-15)
	expect(t, "two-sided p of 7", both[7], 1, 1e-15)
}

// scipy 1.16: nbinom(n, p) with n = 1/dispersion, p = n/(n + mean).
func TestNegativeBinomial(t *testing.T) {
	expect(t, "P(X ≥ 9)", NegativeBinomial(9, 3, 0.25, Greater), 0.025180236197600174, 1e-10)
	expect(t, "P(X ≤ 1)", NegativeBinomial(1, 6, 0.1, Less), 0.04320099833421409, 1e-10)
	expect(t, "Poisson", NegativeBinomial(9, 3, 0, Greater), Poisson(9, 3, Greater), 0)
}

func TestDeviateTurnsBackToItsP(t *testing.T) {
	for _, p := range []float64{1, 0.5, 0.05, 1e-9, 1e-200} {
		for _, sign := range []float64{1, -1} {
			z := Deviate(p, sign)
			if got := TwoSided.P(z); math.Abs(got-p) > 1e-9*p || z*sign < 0 {
				t.Errorf("p %g became z %g and p %g", p, z, got)
			}
		}
	}
	if Deviate(0, 1) != 38 || Deviate(0.3, 0) != 0 || !math.IsNaN(Deviate(math.NaN(), 0)) {
		t.Error("the ends of Deviate")
	}
}
