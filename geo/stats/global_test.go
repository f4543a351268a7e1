package stats

import (
	"math"
	"testing"
)

func global(t *testing.T) func(g Global, err error) Global {
	return func(g Global, err error) Global {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
}

// F1, pysal/esda: docstring of esda/getisord.py.
func TestGlobalGOfToyPoints(t *testing.T) {
	w, y := toy(t)
	g := global(t)(GlobalG(w, y))
	expect(t, "G", g.Value, 0.5570977917981, 1e-12)
	expect(t, "E(G)", g.Expected, 0.4666666666667, 1e-12)
	expect(t, "Var(G)", g.Variance, 0.0092035501951, 1e-11)
	expect(t, "p", g.P(Greater), 0.172936, 1e-5)
}

// F3, Columbus by spdep.
func TestGlobalStatisticsOfColumbus(t *testing.T) {
	w, crime := neighbourhoods(t, "columbus-neighbours.txt"), table(t, "columbus-crime.txt")
	rows := w.Standardised()
	i := global(t)(Moran(rows, crime, Randomised))
	expect(t, "I", i.Value, 0.48577091366177, 1e-13)
	expect(t, "E(I)", i.Expected, -1.0/48, 1e-15)
	expect(t, "Var(I)", i.Variance, 0.00899112132178, 1e-12)
	expect(t, "z(I)", i.Z, 5.342713639, 1e-9)
	expect(t, "z(I), normal", global(t)(Moran(rows, crime, Normal)).Z, 5.38181026396, 1e-11)
	c := global(t)(Geary(rows, crime, Randomised))
	expect(t, "C", c.Value, 0.54780337716725, 1e-13)
	expect(t, "Var(C)", c.Variance, 0.00980410787039, 1e-12)
	g := global(t)(GlobalG(w, crime))
	expect(t, "G", g.Value, 0.122724245379, 1e-11)
	expect(t, "E(G)", g.Expected, 0.0977891156463, 1e-12)
	expect(t, "Var(G)", g.Variance, 3.38397155846e-05, 1e-11)
}

// F5: St. Louis and the lattice are of esda/tests/test_moran.py, Columbus by
// sides of esda/tests/test_geary.py, the joins of esda/tests/test_join_counts.py.
func TestGlobalStatisticsOfEsdasTests(t *testing.T) {
	i := global(t)(Moran(neighbourhoods(t, "stl-neighbours.txt").Standardised(), table(t, "stl-hr8893.txt"), Randomised))
	expect(t, "I of St. Louis", i.Value, 0.24365582621771659, 1e-14)
	nine := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	expect(t, "Var(I) of the lattice", global(t)(Moran(Rook(3, 3), nine, Randomised)).Variance, 0.0596875, 1e-14)
	expect(t, "Var(I) of the lattice, normal", global(t)(Moran(Rook(3, 3), nine, Normal)).Variance, 0.053125, 1e-14)
	rook, crime := neighbourhoods(t, "columbus-rook.txt").Standardised(), table(t, "columbus-crime.txt")
	c := global(t)(Geary(rook, crime, Randomised))
	expect(t, "C", c.Value, 0.5154408058652411, 1e-14)
	expect(t, "z(C)", c.Z, -4.652156651668989, 1e-13)
	expect(t, "z(C), normal", global(t)(Geary(rook, crime, Normal)).Z, -4.5376938201608, 1e-13)
	black := make([]bool, 16)
	for i := 8; i < 16; i++ {
		black[i] = true
	}
	joins, err := JoinCounts(Rook(4, 4), black)
	if want := (Joins{BlackBlack: 10, WhiteWhite: 10, BlackWhite: 4}); err != nil || joins != want {
		t.Errorf("joins %+v, %v, want %+v", joins, err, want)
	}
}

// F3 and F6: local Moran by spdep, and by esda with the other divisor
// (libpysal examples desmith).
func TestLocalMoran(t *testing.T) {
	w, crime := neighbourhoods(t, "columbus-neighbours.txt").Standardised(), table(t, "columbus-crime.txt")
	l, err := LocalMoran(w, crime, ByN)
	if err != nil {
		t.Fatal(err)
	}
	expectAll(t, "I", l.Value, []float64{0.73681849060836, 0.52877701326597, 0.09385074166160, 0.00482096662822, 0.18678679912414, -0.18157051694472}, 1e-12)
	expectAll(t, "z(I)", l.Z, []float64{0.9378076510, 0.9856591203, 0.7184189125, 0.0666623234, 0.6165978593, -0.4547457513}, 1e-9)

	w, z := deSmith(t)
	l, err = LocalMoran(w, z, ByNLessOne)
	if err != nil {
		t.Fatal(err)
	}
	expectAll(t, "I", l.Value, []float64{-0.11409277, -0.19940543, -0.13351408, -0.51770383, 0.48095009, 0.12208113, 1.19148298, -0.58144305, 0.07101383, 0.34314301}, 1e-7)
	for i, q := range l.Quadrant {
		// By the sign of I and of the value's deviation from the mean 1.022.
		high := z[i] > 1.022
		alike := l.Value[i] > 0
		if high != (q == HighHigh || q == HighLow) || alike != (q == HighHigh || q == LowLow) {
			t.Errorf("quadrant %d of place %d, I %g", q, i, l.Value[i])
		}
	}
}

// F7 (esda/tests/test_smoothing.py, spdep) and F4 (spdep).
func TestRates(t *testing.T) {
	e, b := smoothing()
	standard, err := AssuncaoReis(e, b)
	if err != nil {
		t.Fatal(err)
	}
	expectAll(t, "Assunção–Reis", standard, []float64{1.03843594, -0.04099089, -0.56250375, -1.73061861}, 1e-8)
	p, err := Choynowski(e, b)
	if err != nil {
		t.Fatal(err)
	}
	expectAll(t, "Choynowski", p, []float64{0.19260697, 0.53782574, 0.34710652, 0.05929046, 0.07703394, 0.41583127, 0.35638018, 0.33442577}, 1e-8)

	w, cases, births := neighbourhoods(t, "sids-neighbours.txt"), table(t, "sids-cases.txt"), table(t, "sids-births.txt")
	raw, _ := Rates(cases, births)
	i := global(t)(Moran(w, raw, Randomised))
	expect(t, "I", i.Value, 0.19374042221645, 1e-12)
	expect(t, "E(I)", i.Expected, -0.0101010101, 1e-9)
	expect(t, "Var(I)", i.Variance, 0.00364821501318, 1e-12)
	eb, variance, mean, err := EmpiricalBayes(cases, births)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "a", variance*1e7, 7.69293064701, 1e-11)
	expect(t, "b", mean, 0.00202144489365, 1e-13)
	expectAll(t, "EB", eb, []float64{0.00169729733086, 0.00170537768084, 0.00177308702207, 0.00201286808422, 0.0035349}, 1e-7)
	expectAll(t, "EB", scaled(eb, 1000), []float64{1.69729733086, 1.70537768084, 1.77308702207, 2.01286808422}, 1e-10)
	local, err := LocalEmpiricalBayes(w, cases, births)
	if err != nil {
		t.Fatal(err)
	}
	expectAll(t, "local EB", scaled(local, 1000), []float64{0.992227550852, 1.263902932255, 1.085927674172, 1.259445843829}, 1e-11)
	standard, _ = AssuncaoReis(cases, births)
	expect(t, "EB-Moran", global(t)(Moran(w, standard, Randomised)).Value, 0.229437292521, 1e-11)
	expected, _ := Expected(cases, births)
	expectAll(t, "expected", expected, []float64{2.20539637898, 0.98444366321, 6.44436632097, 1.02689400598}, 1e-10)
	p, _ = ProbabilityMap(cases, births)
	expectAll(t, "probability map", p, []float64{0.353256583353, 0.373647042720, 0.377179725939, 0.725866307215}, 1e-11)
}

func scaled(x []float64, by float64) []float64 {
	var y []float64
	for _, v := range x {
		y = append(y, v*by)
	}
	return y
}

// Poisson against its own sum, straight from the definition.
func TestPoissonTails(t *testing.T) {
	for _, mean := range []float64{0, 0.01, 0.7, 1, 3.3, 40, 700} {
		for _, k := range []float64{0, 1, 2, 5, 39, 41, 650, 760} {
			less, term := 0.0, math.Exp(-mean)
			for j := 0.0; j <= k; j++ {
				less += term
				if j < k {
					term *= mean / (j + 1)
				}
			}
			expect(t, "P(X ≤ k)", Poisson(k, mean, Less), less, 1e-11)
			expect(t, "P(X ≥ k)", Poisson(k, mean, Greater), 1-less+term, 1e-11)
		}
	}
	// scipy 1.16, poisson.sf(19, 2) and poisson.sf(99, 60): 1 − P(X ≤ 19) would
	// have lost all but two of these digits.
	expect(t, "far tail", Poisson(20, 2, Greater)*1e14, 6.443731393112101, 1e-12)
	expect(t, "far tail", Poisson(100, 60, Greater)*1e6, 1.4815276326460494, 1e-11)
	for _, bad := range [][2]float64{{-1, 1}, {1, -1}, {math.NaN(), 1}, {1, math.Inf(1)}} {
		if p := Poisson(bad[0], bad[1], Greater); !math.IsNaN(p) {
			t.Errorf("Poisson(%v) = %g", bad, p)
		}
	}
}
