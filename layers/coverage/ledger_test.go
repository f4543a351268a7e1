package coverage

import (
	"testing"

	"sitmap/geo"
	"sitmap/geo/ledgertest"
)

// ledger recomputes the table of docs/correctness.md about coverage.
func ledger(t *testing.T) map[string]float64 {
	t.Helper()
	our := map[string]float64{}
	g := ground(t, 10, country, street)
	our["road seen by one camera, m"] = report(t, g, Question{}, camera(0, -30, 0, 90, 100)).Whole.Roads.Once
	our["road seen, range 35 m, m"] = report(t, g, Question{}, camera(0, -30, 0, 90, 35)).Whole.Roads.Once
	our["sector, 90° from 10 to 50 m, m²"] = geo.SectorOf(30, 90, 10, 50).Area()
	town := []Grid{{Area: westVillage, Urban: true, Shape: square(-200, -200, 200, 200)}}
	two := report(t, ground(t, 1, town), Question{}, camera(-25, 0, 0, 360, 50), camera(25, 0, 0, 360, 50)).Whole.Public
	our["two circles, shared, 1,000 m²"], our["two circles, together, 1,000 m²"] = two.Twice/1000, two.Once/1000
	our["range to detect, 60°, 1920 pixels, m"] = camera(0, 0, 0, 60, 200).Sector(Detect, Assumptions{}).Far()

	three := []Pass{{"a", 0, at(0), at(0)}, {"a", 0, at(10), at(10)}, {"a", 0, at(40), at(40)}}
	idle := patrols(t, []Place{{}}, three, shift(60), Rule{Join: 1})
	our["mean idleness"], our["worst idleness"] = idle.MeanIdle, idle.WorstIdle
	var cycle []Pass
	for lap := -2; lap < 12; lap++ {
		for u := range 4 {
			when := 2400*float64(lap) + 600*float64(u)
			cycle = append(cycle, Pass{string(rune('a' + u)), 0, at(when), at(when)})
		}
	}
	round := patrols(t, []Place{{}}, cycle, shift(6000), Rule{})
	our["worst idleness of a cycle, s"], our["mean idleness of a cycle, s"] = round.WorstIdle, round.MeanIdle
	plan := make([]Place, 10)
	plan[0].Risk, plan[1].Risk = 0.5, 0.3
	for k := 2; k < 10; k++ {
		plan[k].Risk = 0.025
	}
	passes := []Pass{{"a", 0, at(100), at(200)}, {"a", 1, at(300), at(900)}}
	our["lift of a plan"] = patrols(t, plan, passes, shift(3600), Rule{}).Lift
	return our
}

func TestLedger(t *testing.T) {
	ledgertest.Compare(t, "Coverage", ledger(t))
}
