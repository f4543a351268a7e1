package demo

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// The cases drawn on the bare ground are those of the city, and another seed
// draws others with the same totals, with plants or without.
func TestRedrawnDisputesAreTheCitys(t *testing.T) {
	city := demoCity(t)
	ground, err := NewGround(city.Truth.Seed)
	if err != nil {
		t.Fatal(err)
	}
	places := func(cases []Case) (points []orb.Point) {
		for _, c := range cases {
			points = append(points, c.At)
		}
		slices.SortFunc(points, func(a, b orb.Point) int { return slices.Compare(a[:], b[:]) })
		return points
	}
	var want []orb.Point
	for _, f := range city.Layer("dispute") {
		want = append(want, f.Geometry.(orb.Point))
	}
	slices.SortFunc(want, func(a, b orb.Point) int { return slices.Compare(a[:], b[:]) })
	own, _ := ground.Disputes(city.Truth.Seed, true)
	if !slices.Equal(places(own), want) {
		t.Error("the ground's own disputes are not the city's")
	}
	quiet, truth := ground.Disputes(city.Truth.Seed+1, false)
	if len(quiet) != len(want) || len(truth.Hotspots) != 0 || slices.ContainsFunc(quiet, func(c Case) bool { return c.Hotspot >= 0 }) {
		t.Errorf("%d cases and %d hotspots in an unplanted city", len(quiet), len(truth.Hotspots))
	}
	if slices.Equal(places(quiet), want) {
		t.Error("another seed drew the same cases")
	}
}
