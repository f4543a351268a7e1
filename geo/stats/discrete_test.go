package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
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

// The sum of two dice: 2 to 12 with 1 to 6 ways of 36.
func TestTailsOfTwoDice(t *testing.T) {
	var two Discrete
	for _, ways := range []float64{0, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1} {
		two = append(two, ways/36)
	}
	greater, less, both := two.Tails(Greater), two.Tails(Less), two.Tails(TwoSided)
	expect(t, "P(≥ 11)", greater[11], 3.0/36, 1e-15)
	expect(t, "P(≤ 4)", less[4], 6.0/36, 1e-15)
	expect(t, "two-sided p of 11", both[11], 6.0/36, 1e-15)
	expect(t, "two-sided p of 7", both[7], 1, 1e-15)
}

// Binomial against its terms summed, and its promise for sums of
// hypergeometric numbers, whose distribution is worked out term by term.
func TestBinomialBoundsSums(t *testing.T) {
	draw := rand.New(rand.NewPCG(11, 11))
	for range 200 {
		sum, mean, trials := Discrete{1}, 0.0, 0
		for range 1 + draw.IntN(4) {
			all := 5 + draw.IntN(60)
			marked, drawn := draw.IntN(all+1), draw.IntN(all+1)
			mass := Hypergeometric(all, marked, drawn)
			next := make(Discrete, len(sum)+len(mass)-1)
			for i, p := range sum {
				for j, q := range mass {
					next[i+j] += p * q
				}
			}
			sum = next
			mean += float64(marked) * float64(drawn) / float64(all)
			trials += min(marked, drawn)
		}
		if trials == 0 {
			continue
		}
		chance := mean / float64(trials)
		greater, less, below := sum.Tails(Greater), sum.Tails(Less), 0.0
		for k := range trials + 1 {
			at := math.Exp(logChoose(trials, k)) * math.Pow(chance, float64(k)) * math.Pow(1-chance, float64(trials-k))
			below += at
			up, down := Binomial(float64(k), float64(trials), chance, Greater), Binomial(float64(k), float64(trials), chance, Less)
			same(t, "P(X ≤ k)", down, below)
			same(t, "P(X ≥ k)", up, 1-below+at)
			if float64(k) >= mean+1 && greater[k] > up+1e-9 || float64(k) <= mean-1 && less[k] > down+1e-9 {
				t.Fatalf("tails of %d, mean %g: %g and %g, bounded by %g and %g", k, mean, greater[k], less[k], up, down)
			}
		}
	}
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
