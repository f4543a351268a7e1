package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"sitmap/bench/measure"
	"sitmap/geo/hex"
)

// county is a ring around 5,000 km² with so many corners.
func county(corners int) orb.Ring {
	r := rand.New(rand.NewPCG(51, 52))
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / float64(corners)
		away := 40 * (1 + 0.2*math.Sin(5*angle) + 0.02*r.Float64()) // km
		sin, cos := math.Sincos(angle)
		ring = append(ring, orb.Point{102.9 + away*cos*east(37.9), 37.9 + away*sin*kilometre})
	}
	return append(ring, ring[0])
}

// geometry measures which cells of the city lie in a county, what their outline
// is, and which cell is above another.
func (b *bench) geometry() error {
	all, err := hex.Fill(orb.MultiPolygon{ground.ToPolygon()}, 9, hex.Centre)
	if err != nil {
		return err
	}
	u, err := hex.NewUniverse(all)
	if err != nil {
		return err
	}
	ring := county(5_000)
	shape := orb.MultiPolygon{{ring}}
	foreign := h3.GeoPolygon{}
	for _, p := range ring[1:] {
		foreign.GeoLoop = append(foreign.GeoLoop, h3.LatLng{Lat: p[1], Lng: p[0]})
	}
	var cells []hex.Cell
	var runs []hex.Run
	var theirs, theirs2 []h3.Cell
	within := &side{name: "ours, of a universe", run: func() error { runs = u.Within(shape, hex.Centre); return nil }}
	fill := &side{name: "ours", run: func() (err error) { cells, err = hex.Fill(shape, 9, hex.Centre); return err }}
	old := &side{name: "h3-go PolygonToCells", run: func() (err error) { theirs, err = h3.PolygonToCells(foreign, 9); return err }}
	experimental := &side{name: "h3-go PolygonToCellsExperimental", run: func() (err error) {
		theirs2, err = h3.PolygonToCellsExperimental(foreign, 9, h3.ContainmentCenter)
		return err
	}}
	if err := contest(b.repeats(5, 3), within, fill, old, experimental); err != nil {
		return err
	}
	slices.Sort(theirs)
	slices.Sort(theirs2)
	same := func(a hex.Cell, b h3.Cell) bool { return a == hex.Cell(b) }
	found := 0
	for _, r := range runs {
		found += r.To - r.From
	}
	if !slices.EqualFunc(cells, theirs, same) || !slices.Equal(theirs, theirs2) || found != len(cells) {
		return fmt.Errorf("the county has %d cells, %d of the universe; h3-go says %d and %d", len(cells), found, len(theirs), len(theirs2))
	}
	rival := best([]*side{old, experimental})
	title := fmt.Sprintf("Cells in a county of 5,000 corners (%d of %d): h3-go / ", len(cells), u.Len())
	b.judgeRatio(title+"ours, of a universe", rival, within, 70)
	b.judgeRatio(title+"ours, of all there are", rival, fill, 0)

	outline := &side{name: "ours", run: func() error { _, err := hex.Outline(cells); return err }}
	theirOutline := &side{name: "h3-go", run: func() error { _, err := h3.CellsToMultiPolygon(theirs); return err }}
	above := &side{name: "ours", run: func() error {
		for _, c := range cells {
			sum += c.Parent(7)
		}
		return nil
	}}
	theirAbove := &side{name: "h3-go", run: func() error {
		for _, c := range theirs {
			if _, err := c.Parent(7); err != nil {
				return err
			}
		}
		return nil
	}}
	if err := contest(b.repeats(5, 3), outline, theirOutline, above, theirAbove); err != nil {
		return err
	}
	b.judgeRatio("Outline of these cells: h3-go / ours", theirOutline, outline, 0)
	b.judgeRatio("Parents of these cells: h3-go / ours", theirAbove, above, 0)
	universe := &side{name: "universe", run: func() error { _, err := hex.NewUniverse(all); return err }}
	if err := contest(b.repeats(3, 3), universe); err != nil {
		return err
	}
	b.report.Judge(fmt.Sprintf("A universe of %d cells, with neighbours", u.Len()), "–", milliseconds(universe.median()), "", measure.Unknown)
	return nil
}

// sum keeps the compiler from leaving out what nobody looks at.
var sum hex.Cell
