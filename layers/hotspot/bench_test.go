package hotspot

import (
	"testing"

	"sitmap/geo/stats"
)

// The whole city by cells of resolution 8: what a map request costs.
func BenchmarkCity(b *testing.B) {
	cases, _ := groundOf(b).Disputes(100, true)
	r := recordOf(b, cells(b, 8), cases)
	b.Logf("%d cells", r.places.Near.Len())
	for name, q := range map[string]Question{
		"all kinds": {From: 14, To: 17}, "one kind": {From: 14, To: 17, Kinds: []int{5}}, "bare counts": {From: 14, To: 17, Measure: Evenly},
		"households": {From: 14, To: 17, Measure: ByBase, Base: householdsOn(b, 8)},
	} {
		b.Run("judge "+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Judge(q); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("emergence "+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Emergence(q); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("99 reshuffles "+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Reshuffle(q, 99, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("sweep", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Sweep(0, months, 3, stats.BenjaminiHochberg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
