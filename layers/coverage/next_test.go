package coverage

import (
	"slices"
	"testing"

	"sitmap/geo"
	"sitmap/geo/lattice"
)

// crossing is a small town of streets with some cameras.
func crossing(t *testing.T) (*Ground, []Camera) {
	t.Helper()
	grids := []Grid{{Area: westVillage, Urban: true, Shape: square(-400, -400, 400, 400)}}
	var roads []Road
	for _, at := range []float64{-300, 0, 300} {
		for _, from := range []float64{-300, 0} {
			roads = append(roads, Road{Class: "street", Line: line(from, at, from+300, at)}, Road{Class: "county", Line: line(at, from, at, from+300)})
		}
	}
	return ground(t, 5, grids, roads...), []Camera{camera(0, 0, 0, 90, 120), camera(0, 0, 180, 90, 120), camera(-300, 0, 90, 90, 100)}
}

// What the proposed spots are said to add is what the report shows when they
// stand; the first is the best single one; and the gain keeps to its bound.
func TestNextSpots(t *testing.T) {
	g, cameras := crossing(t)
	for _, times := range []int{1, 2} {
		q := Question{Times: times, Next: 4}
		before := report(t, g, q, cameras...)
		next := before.Next
		if len(next.Spots) != 4 || next.Gain > next.Bound+1e-6 || next.Gap > 0.05 {
			t.Fatalf("%d times: %+v", times, next)
		}
		public, metres, gain := 0.0, 0.0, 0.0
		built := slices.Clone(cameras)
		for _, s := range next.Spots {
			public += s.Public
			metres += s.Metres
			gain += s.Gain
			c := camera(0, 0, s.Direction, next.Camera.Angle, next.Camera.Range)
			c.At = s.At
			built = append(built, c)
		}
		after := report(t, g, q, built...)
		seen := func(e Extent) float64 { return e.Share * e.Total }
		near(t, "public", seen(after.Whole.Public)-seen(before.Whole.Public), public, 1e-6)
		near(t, "metres", seen(after.Whole.Roads)-seen(before.Whole.Roads), metres, 1e-6)
		near(t, "gain", gain, next.Gain, 1e-6)

		// What a candidate is thought to gain alone, before the choice, is right.
		var list []view
		for _, c := range cameras {
			list = append(list, view{geo.PlaneAt(c.At), c.Sector(Overview, Assumptions{}), true})
		}
		s := g.look(list)
		weights := s.weights(q)
		if times == 1 {
			s.forget(weights)
		}
		ahead, most := s.gains(weights, times), 0.0
		for _, spot := range g.candidates(q) {
			c, gain := camera(0, 0, spot.direction, 80, 100), 0.0
			g.lattice.Seen(geo.PlaneAt(spot.at), c.Sector(Overview, Assumptions{}), func(r lattice.Run) { gain += ahead[r.To] - ahead[r.From] })
			most = max(most, gain)
		}
		near(t, "the greatest gain alone", next.Spots[0].Gain, most, 1e-6)
		if times == 2 {
			continue
		}
		lack := func(r *Report) (sum float64) {
			for _, c := range r.Cells {
				sum += c.Lack
			}
			return sum
		}
		near(t, "weight", lack(before)-lack(after), next.Gain, 1e-6)
		best := 0.0
		for _, s := range g.candidates(q) {
			c := camera(0, 0, s.direction, 80, 100)
			c.At = s.at
			best = max(best, lack(before)-lack(report(t, g, Question{}, append(slices.Clone(cameras), c)...)))
		}
		alone := report(t, g, Question{Next: 1}, cameras...).Next
		near(t, "best single spot", alone.Gain, best, 1e-6)
		near(t, "its bound", alone.Bound, best, 1e-6)
	}
}

// Demand draws a camera to it.
func TestDemandMovesTheNextSpot(t *testing.T) {
	g, cameras := crossing(t)
	at := home.Point(-50, -290)
	r := report(t, g, Question{Next: 1, Demand: []Demand{{At: at, Weight: 1e6}}}, cameras...)
	s := r.Next.Spots[0]
	c := camera(0, 0, s.Direction, 80, 100)
	if !c.Sector(Overview, Assumptions{}).Contains(geo.PlaneAt(s.At).XY(at)) {
		t.Errorf("the spot %+v does not see what is wanted", s)
	}
}
