package coverage

import (
	"reflect"
	"testing"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// A cell over two villages counts in the one with more of its public area, as one
// thing of which as much is seen as of the cell.
func TestHotspotsCountWhereTheyAre(t *testing.T) {
	cell, err := hex.Of(home.Point(0, 0), 10)
	if err != nil {
		t.Fatal(err)
	}
	at, err := cell.Centre()
	if err != nil {
		t.Fatal(err)
	}
	x, _ := home.XY(at)
	border := x + 20 // the cell is some 130 m across: the west has more of it
	town := []Grid{
		{Area: westVillage, Urban: true, Shape: square(-600, -600, border, 600)},
		{Area: eastVillage, Urban: true, Shape: square(border, -600, 600, 600)},
	}
	g := ground(t, 5, town)
	far, err := hex.Of(home.Point(0, 5000), 10)
	if err != nil {
		t.Fatal(err)
	}
	hot := []Demand{{Cell: cell, Weight: 1}, {Cell: far, Weight: 1}} // beyond any public area: no camera could see it
	looking := camera(0, 0, 0, 360, 40)
	r := report(t, g, Question{By: layers.Village, Hotspots: hot}, looking)
	var of CellRow
	for _, c := range r.Cells {
		if c.Cell == cell {
			of = c
		}
	}
	west, east := r.Rows[0].Hotspots, r.Rows[1].Hotspots
	near(t, "in the west", west.Total, 1, 1e-9)
	near(t, "in the east", east.Total, 0, 1e-9)
	near(t, "seen", west.Once, of.Once/of.Total, 1e-9)
	near(t, "of the whole", r.Whole.Hotspots.Share, of.Once/of.Total, 1e-9)
	if r := report(t, g, Question{}, looking); r.Whole.Hotspots != nil || r.Rows[0].Hotspots != nil {
		t.Error("hotspots are told of that nobody gave")
	}
	if r := report(t, g, Question{Hotspots: []Demand{}}, looking); r.Whole.Hotspots == nil {
		t.Error("that there is no hotspot is not told")
	}
}

// Where all streets are alike, the next camera looks into the hotspot.
func TestHotspotsMoveTheNextSpot(t *testing.T) {
	g, cameras := crossing(t)
	cell, err := hex.Of(home.Point(-50, -290), 10)
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Next: 1, Hotspots: []Demand{{Cell: cell, Weight: 1, Stress: HotspotStress}}}
	spot := report(t, g, q, cameras...).Next.Spots[0]
	c := camera(0, 0, spot.Direction, 80, 100)
	c.At = spot.At
	before, after := report(t, g, q, cameras...).Whole.Hotspots, report(t, g, q, append(cameras, c)...).Whole.Hotspots
	if !(after.Once > before.Once+0.1) {
		t.Errorf("the spot %+v sees %g of the hotspot more", spot, after.Once-before.Once)
	}
}

// Rows of villages add up to the rows of counties and townships.
func TestRowsAddUp(t *testing.T) {
	town := []Grid{
		{Area: westVillage, Urban: true, Shape: square(-600, -600, 0, 600)},
		{Area: eastVillage, Urban: true, Shape: square(0, -600, 300, 600)},
		{Area: elsewhere, Urban: true, Shape: square(300, -600, 600, 600)},
	}
	g := ground(t, 10, town, street)
	cameras := []Camera{camera(-100, 10, 90, 90, 200), camera(100, 0, 0, 360, 150), camera(280, 0, 90, 60, 90)}
	cameras[1].Area, cameras[1].State = eastVillage, Offline
	cameras[2].Area = elsewhere
	cell, err := hex.Of(home.Point(-50, 0), 9)
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Times: 2, Hotspots: []Demand{{Cell: cell, Weight: 1}}, Demand: []Demand{{At: home.Point(-60, 10), Area: westVillage, Weight: 1}}}
	q.By = layers.Village
	villages := report(t, g, q, cameras...)
	for _, level := range []layers.Level{layers.County, layers.Township, layers.Village} {
		q.By = level
		if got, want := villages.RowsBy(level), report(t, g, q, cameras...).Rows; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: added up %+v, counted %+v", level, got, want)
		}
	}
}
