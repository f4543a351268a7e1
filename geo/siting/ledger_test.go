package siting

import (
	"fmt"
	"math/bits"
	"testing"

	"sitmap/geo/ledgertest"
)

// ledger recomputes the table of docs/correctness.md about siting.
func ledger(t *testing.T) map[string]float64 {
	t.Helper()
	our := map[string]float64{}
	w, _ := sanFrancisco(t)
	d := w.within(5000)
	for p := 1; p <= 6; p++ {
		choice, err := Cover(d, p, Exact)
		if err != nil || !choice.Best {
			t.Fatalf("p = %d: %+v, %v", p, choice, err)
		}
		our[fmt.Sprintf("MCLP, 5 km, people, p = %d", p)] = choice.Value
		if p == 4 {
			tracts, state := 0, d.standing()
			for _, j := range choice.Sites {
				state.add(d.Sites[j])
			}
			for _, word := range state.once {
				tracts += bits.OnesCount64(word)
			}
			our["MCLP, 5 km, share of tracts, p = 4, %"] = 100 * float64(tracts) / 205
		}
	}
	quick, err := Cover(d, 6, Effort{})
	if err != nil {
		t.Fatal(err)
	}
	our["MCLP, 5 km, bound without search, p = 6"] = quick.Bound
	fewest, err := Fewest(d, Exact)
	if err != nil || !fewest.Best {
		t.Fatalf("%+v, %v", fewest, err)
	}
	our["LSCP, 5 km, sites"] = float64(len(fewest.Sites))
	median, err := Median(w, 4, Exact)
	if err != nil || !median.Best {
		t.Fatalf("%+v, %v", median, err)
	}
	our["p-median, mean distance, p = 4"] = median.Value / sum(w.Weights)
	centre, err := Centre(w, 4, Exact)
	if err != nil || !centre.Best {
		t.Fatalf("%+v, %v", centre, err)
	}
	our["p-centre, distance, p = 4"] = centre.Far
	return our
}

func TestLedger(t *testing.T) {
	ledgertest.Compare(t, "Siting", ledger(t))
}
