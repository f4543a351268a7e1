package stats

import (
	"math"
	"testing"
)

func giOf(t testing.TB, f func(Weights, []float64) ([]float64, error), w Weights, x []float64) []float64 {
	t.Helper()
	z, err := f(w, x)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// F1: pysal/esda, docstring of esda/getisord.py and esda/tests/test_getisord.py;
// spdep agrees to 11 digits, also for row-standardised weights.
func TestGiOfToyPoints(t *testing.T) {
	w, y := toy(t)
	gi := []float64{-1.01367289855, -0.0436158942, 1.31558702896, -0.31412675821, 1.15373985811, 1.77833940862}
	star := []float64{-1.39727626201, -0.28917761563, 0.65064963516, -0.28917761563, 1.23452088352, 2.02424330939}
	for _, w := range []Weights{w, w.Standardised()} {
		expectAll(t, "Gi", giOf(t, Gi, w, y), gi, 1e-10)
		expectAll(t, "Gi*", giOf(t, GiStar, w, y), star, 1e-10)
	}
}

// F2: the 16 × 16 grid of Getis and Ord 1996, by spdep (man/localG.Rd).
func TestGiOfGetisAndOrdsGrid(t *testing.T) {
	values := table(t, "getisord.txt")
	var x, y []float64
	for i := range values {
		x, y = append(x, 30*float64(i%16)), append(y, 30*float64(i/16))
	}
	printed := []struct{ band, gi, star, printed1996 float64 }{
		{30, 1.22197916259, 1.45077980739, 1.44794348052},
		{60, 1.74809754297, 1.90055888287, 1.89684322167},
		{90, 1.98613542716, 2.09693874647, 2.09283915555},
		{120, 1.89337382440, 1.98190685195, 1.97803215255},
		{150, 1.23745425268, 1.30669844418, 1.30414380157},
	}
	for _, row := range printed {
		w, err := Band(x, y, row.band)
		if err != nil {
			t.Fatal(err)
		}
		gi, star := giOf(t, Gi, w, values), giOf(t, GiStar, w, values)
		expect(t, "Gi of cell 120", gi[119], row.gi, 1e-11)
		expect(t, "Gi* of cell 120", star[119], row.star, 1e-11)
		// The paper divides the variance by n−1.
		expect(t, "Gi* of cell 120 as printed", star[119]*math.Sqrt(255.0/256), row.printed1996, 1e-11)
		switch row.band {
		case 30:
			expectLargest(t, "Gi", gi, 218, 3.75354408221)
			expectLargest(t, "Gi*", star, 204, 4.31040738319)
			cells := []int{1, 2, 17, 100, 120, 136, 204, 256}
			want := []float64{-2.229709558, -2.489752964, -2.489752964, 0.4609087235, 1.450779807, 1.670751159, 4.310407383, 0.4291472708}
			for k, cell := range cells {
				expect(t, "Gi*(30)", star[cell-1], want[k], 1e-9)
			}
		case 150:
			expectLargest(t, "Gi", gi, 185, 11.2789096097)
		}
	}
}

func expectLargest(t *testing.T, name string, z []float64, cell int, want float64) {
	t.Helper()
	best := 0
	for i := range z {
		if z[i] > z[best] {
			best = i
		}
	}
	if best != cell-1 {
		t.Errorf("largest %s at cell %d, want %d", name, best+1, cell)
	}
	expect(t, "largest "+name, z[best], want, 1e-11)
}

// F3: Columbus, Gi* by spdep, and how many of its places remain.
func TestGiStarOfColumbusAndItsCorrections(t *testing.T) {
	w := neighbourhoods(t, "columbus-neighbours.txt")
	z := giOf(t, GiStar, w, table(t, "columbus-crime.txt"))
	expectAll(t, "Gi*", z, table(t, "columbus-gistar.txt"), 1e-8)
	expectLargest(t, "Gi*", z, 29, 3.2860702391)
	var p []float64
	for _, v := range z {
		p = append(p, TwoSided.P(v))
	}
	for c, want := range map[Correction]int{Uncorrected: 17, BenjaminiHochberg: 5, Holm: 2, Bonferroni: 1} {
		found, line, byLine := 0, Threshold(p, 0.05, c), 0
		for i, v := range Adjust(p, c) {
			if v <= 0.05 {
				found++
			}
			if p[i] <= line {
				byLine++
			}
		}
		if found != want || byLine != want {
			t.Errorf("correction %d leaves %d places, by its threshold %d, want %d", c, found, byLine, want)
		}
	}
	expectAll(t, "BH-adjusted p", Adjust(p, BenjaminiHochberg),
		[]float64{0.265861430756, 0.304548031256, 0.582855276437, 0.933288606965, 0.507373713556, 0.945269775608}, 1e-11)
}

// F4: North Carolina, rates per thousand; Northampton leads.
func TestGiStarOfNorthCarolina(t *testing.T) {
	rate := table(t, "sids-cases.txt")
	for i, births := range table(t, "sids-births.txt") {
		rate[i] *= 1000 / births
	}
	z := giOf(t, GiStar, neighbourhoods(t, "sids-neighbours.txt"), rate)
	expectAll(t, "Gi* of the rate", z, []float64{-1.69909282361, -1.43555208848, -1.92214749373, -0.963686048979, 4.05200584877, 2.43385955913}, 1e-11)
	best := 0
	for i := range z {
		if z[i] > z[best] {
			best = i
		}
	}
	expect(t, "largest", z[best], 4.052006, 1e-6)
}
