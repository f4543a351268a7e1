package stats

import (
	"fmt"
	"testing"

	"sitmap/geo/ledgertest"
)

// ledger recomputes the first table of docs/correctness.md.
func ledger(t *testing.T) map[string]float64 {
	t.Helper()
	our := map[string]float64{}
	w, y := toy(t)
	our["Gi, toy, point 1"] = giOf(t, Gi, w, y)[0]
	our["Gi*, toy, point 6"] = giOf(t, GiStar, w, y)[5]
	g := global(t)(GlobalG(w, y))
	our["G, toy"], our["Var(G), toy"], our["p(G), toy, one-sided"] = g.Value, g.Variance, g.P(Greater)

	grid := table(t, "getisord.txt")
	var east, south []float64
	for i := range grid {
		east, south = append(east, 30*float64(i%16)), append(south, 30*float64(i/16))
	}
	for _, band := range []float64{30, 60, 90, 120, 150} {
		w, err := Band(east, south, band)
		if err != nil {
			t.Fatal(err)
		}
		our[fmt.Sprintf("Gi, 16 × 16, %g m", band)] = giOf(t, Gi, w, grid)[119]
		our[fmt.Sprintf("Gi*, 16 × 16, %g m", band)] = giOf(t, GiStar, w, grid)[119]
	}
	ledgerColumbus(t, our)
	ledgerCarolina(t, our)
	ledgerSmall(t, our)
	return our
}

func ledgerColumbus(t *testing.T, our map[string]float64) {
	w, crime := neighbourhoods(t, "columbus-neighbours.txt"), table(t, "columbus-crime.txt")
	rows, sides := w.Standardised(), neighbourhoods(t, "columbus-rook.txt").Standardised()
	i, c, g := global(t)(Moran(rows, crime, Randomised)), global(t)(Geary(rows, crime, Randomised)), global(t)(GlobalG(w, crime))
	our["I, Columbus"], our["Var(I), Columbus, randomised"], our["z(I), Columbus, randomised"] = i.Value, i.Variance, i.Z
	our["z(I), Columbus, normal"] = global(t)(Moran(rows, crime, Normal)).Z
	our["C, Columbus"], our["Var(C), Columbus"] = c.Value, c.Variance
	our["G, Columbus"], our["Var(G) × 10⁵, Columbus"] = g.Value, 1e5*g.Variance
	c = global(t)(Geary(sides, crime, Randomised))
	our["C, Columbus by sides"], our["z(C), Columbus by sides, randomised"] = c.Value, c.Z
	our["z(C), Columbus by sides, normal"] = global(t)(Geary(sides, crime, Normal)).Z
	l, err := LocalMoran(rows, crime, ByN)
	if err != nil {
		t.Fatal(err)
	}
	our["local I, Columbus, area 1"], our["z of local I, Columbus, area 1"] = l.Value[0], l.Z[0]
	z := giOf(t, GiStar, w, crime)
	our["Gi*, Columbus, area 29"] = z[28]
	var p []float64
	for _, v := range z {
		p = append(p, TwoSided.P(v))
	}
	our["BH-adjusted p, Columbus, area 1"] = Adjust(p, BenjaminiHochberg)[0]
	for c, name := range map[Correction]string{Uncorrected: "uncorrected", BenjaminiHochberg: "Benjamini–Hochberg", Holm: "Holm", Bonferroni: "Bonferroni"} {
		for _, q := range Adjust(p, c) {
			if q <= 0.05 {
				our["p < 0.05, Columbus, "+name]++
			}
		}
	}
}

func ledgerCarolina(t *testing.T, our map[string]float64) {
	w, cases, births := neighbourhoods(t, "sids-neighbours.txt"), table(t, "sids-cases.txt"), table(t, "sids-births.txt")
	raw, _ := Rates(cases, births)
	i := global(t)(Moran(w, raw, Randomised))
	our["I of the rate, North Carolina"], our["Var(I) of the rate, North Carolina"] = i.Value, i.Variance
	eb, variance, mean, _ := EmpiricalBayes(cases, births)
	our["EB variance × 10⁷, North Carolina"], our["EB mean, North Carolina"], our["EB × 1000, North Carolina, county 1"] = 1e7*variance, mean, 1000*eb[0]
	local, _ := LocalEmpiricalBayes(w, cases, births)
	our["local EB × 1000, North Carolina, county 3"] = 1000 * local[2]
	standard, _ := AssuncaoReis(cases, births)
	our["EB-Moran, North Carolina"] = global(t)(Moran(w, standard, Randomised)).Value
	expected, _ := Expected(cases, births)
	map1, _ := ProbabilityMap(cases, births)
	our["expected, North Carolina, county 1"], our["P(X ≤ k), North Carolina, county 1"] = expected[0], map1[0]
	for _, z := range giOf(t, GiStar, w, raw) {
		our["Gi* of the rate, North Carolina, Northampton"] = max(z, our["Gi* of the rate, North Carolina, Northampton"])
	}
}

func ledgerSmall(t *testing.T, our map[string]float64) {
	our["I, St. Louis"] = global(t)(Moran(neighbourhoods(t, "stl-neighbours.txt").Standardised(), table(t, "stl-hr8893.txt"), Normal)).Value
	nine := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	our["Var(I), 3 × 3, randomised"] = global(t)(Moran(Rook(3, 3), nine, Randomised)).Variance
	our["Var(I), 3 × 3, normal"] = global(t)(Moran(Rook(3, 3), nine, Normal)).Variance
	black := make([]bool, 16)
	for i := 8; i < 16; i++ {
		black[i] = true
	}
	joins, _ := JoinCounts(Rook(4, 4), black)
	our["joins BB, 4 × 4"], our["joins BW, 4 × 4"] = joins.BlackBlack, joins.BlackWhite
	w, z := deSmith(t)
	l, _ := LocalMoran(w, z, ByNLessOne)
	our["local I, De Smith, point 7"] = l.Value[6]
	e, b := smoothing()
	standard, _ := AssuncaoReis(e, b)
	p, _ := Choynowski(e, b)
	our["Assunção–Reis, area 1"], our["Choynowski, area 1"] = standard[0], p[0]
}

func TestLedger(t *testing.T) {
	ledgertest.Compare(t, "Values, neighbours and corrections", ledger(t))
}
