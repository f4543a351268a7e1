package main

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/bench/measure"
	"sitmap/geo/hex"
	"sitmap/geo/stats"
)

// hotspots measures the statistics over every cell of resolution 8 of the city
// and 8 km around it, empty ones too.
func (b *bench) hotspots() error {
	box := orb.Bound{
		Min: orb.Point{ground.Min[0] - 8*east(ground.Min[1]), ground.Min[1] - 8*kilometre},
		Max: orb.Point{ground.Max[0] + 8*east(ground.Min[1]), ground.Max[1] + 8*kilometre},
	}
	cells, err := hex.Fill(orb.MultiPolygon{box.ToPolygon()}, 8, hex.Centre)
	if err != nil {
		return err
	}
	u, err := hex.NewUniverse(cells)
	if err != nil {
		return err
	}
	w, err := stats.NewWeights(u.Len(), u.Neighbours)
	if err != nil {
		return err
	}
	x := make([]float64, u.Len())
	for _, c := range b.city.cells {
		if i, ok := u.Find(c.Parent(8)); ok {
			x[i]++
		}
	}
	var classes []stats.Class
	classed := &side{name: "Gi*, p, FDR, class", run: func() error {
		z, err := stats.GiStar(w, x)
		if err != nil {
			return err
		}
		p := make([]float64, len(z))
		for i, v := range z {
			p[i] = stats.TwoSided.P(v)
		}
		classes = stats.Classes(z, p, stats.BenjaminiHochberg)
		return nil
	}}
	permuted := &side{name: "999 permutations", run: func() error {
		_, err := stats.PermuteShared(w, x, 999, 1)
		return err
	}}
	if err := contest(b.repeats(9, 5), classed, permuted); err != nil {
		return err
	}
	hot := 0
	for _, c := range classes {
		if c.Confidence() > 0 {
			hot++
		}
	}
	line := func(s *side, name, wanted string, most float64, more string) {
		b.report.Judge(fmt.Sprintf("Hotspots: %s, %d cells", name, u.Len()), wanted, milliseconds(s.median())+more,
			milliseconds(slices.Min(s.seconds))+" … "+milliseconds(slices.Max(s.seconds)), measure.AtMost(s.median(), most))
	}
	line(classed, "Gi*, its p, false discovery rate and class", "≤ 20 ms", 0.020, fmt.Sprintf(" (%d cells stand out)", hot))
	line(permuted, "999 permutations", "≤ 1 s", 1, "")
	return nil
}
