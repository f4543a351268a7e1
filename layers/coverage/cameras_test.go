package coverage

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/hex"
	"sitmap/layers"
)

var home = geo.PlaneAt(orb.Point{102.63, 37.93})

func square(west, south, east, north float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{home.Point(west, south), home.Point(east, south), home.Point(east, north), home.Point(west, north), home.Point(west, south)}}}
}

func line(xy ...float64) orb.LineString {
	var l orb.LineString
	for k := 0; k < len(xy); k += 2 {
		l = append(l, home.Point(xy[k], xy[k+1]))
	}
	return l
}

// Two villages of one township side by side, and one of another county beyond.
const (
	westVillage = 620602101201001
	eastVillage = 620602101202001
	elsewhere   = 620621100201001
)

func camera(x, y, direction, angle, far float64) Camera {
	return Camera{At: home.Point(x, y), Area: westVillage, State: Working, HighDefinition: true, Direction: direction, Angle: angle, Range: far}
}

func ground(t *testing.T, step float64, grids []Grid, roads ...Road) *Ground {
	t.Helper()
	g, err := NewGround(grids, roads, step)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func report(t *testing.T, g *Ground, q Question, cameras ...Camera) *Report {
	t.Helper()
	if q.By == "" {
		q.By = layers.County
	}
	r, err := Cameras(g, cameras, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %g, want %g ± %g", what, got, want, tolerance)
	}
}

var (
	country = []Grid{{Area: westVillage, Shape: square(-1000, -1000, 1000, 1000)}}
	street  = Road{ID: "R1", Name: "long street", Class: "street", Line: line(-500, 0, 500, 0)}
)

// A camera 30 m beside a straight road that looks at it over 90° sees
// 2·30·tan 45° = 60 m of it; a broken one sees nothing, but would.
func TestOneCameraOverARoad(t *testing.T) {
	g := ground(t, 10, country, street)
	r := report(t, g, Question{Gaps: 9}, camera(0, -30, 0, 90, 100))
	near(t, "road", r.Whole.Roads.Total, 1000, 0.01)
	near(t, "seen", r.Whole.Roads.Once, 60, 0.01)
	near(t, "twice", r.Whole.Roads.Twice, 0, 0)
	near(t, "share", r.Whole.Roads.Share, 0.06, 1e-5)

	if len(r.Roads) != 2 || r.Roads[0].Road != "R1" || r.Roads[0].Code != "620602" {
		t.Fatalf("gaps %+v", r.Roads)
	}
	for k, ends := range [][2]float64{{-500, -30}, {30, 500}} {
		gap := r.Roads[k]
		if gap.Line[0][0] > home.At[0] {
			ends = [2]float64{30, 500}
		} else {
			ends = [2]float64{-500, -30}
		}
		near(t, "gap", gap.Length, 470, 0.01)
		first, last := gap.Line[0], gap.Line[len(gap.Line)-1]
		x0, _ := home.XY(first)
		x1, _ := home.XY(last)
		near(t, "from", x0, ends[0], 0.01)
		near(t, "to", x1, ends[1], 0.01)
		if len(gap.Line) != 2 {
			t.Errorf("a straight gap has %d corners", len(gap.Line))
		}
	}

	broken := camera(0, -30, 0, 90, 100)
	broken.State = Offline
	unfinished := camera(0, -30, 0, 90, 100)
	unfinished.State = Building
	astray := camera(9000, 0, 0, 90, 100)
	astray.Area, astray.State = 0, "faulty"
	r = report(t, g, Question{}, broken, unfinished, astray)
	near(t, "seen by none that works", r.Whole.Roads.Once, 0, 0)
	near(t, "seen if all worked", r.Whole.Roads.OnceInstalled, 60, 0.01)
	near(t, "but once only", r.Whole.Roads.TwiceInstalled, 0, 0)
	if c := r.Whole.Cameras; c.Total != 3 || c.Installed != 2 || c.OfflineShare != 0.5 || r.Rows[0].Cameras.Total != 2 || c.DownShare != 1 || c.States[Building] != 1 {
		t.Errorf("count %+v", c)
	}
}

// Two full circles of 50 m whose middles are 50 m apart share a lens of
// 2R²·acos(d/2R) − d/2·√(4R²−d²) = 3070.92 m², and of a road through both
// middles 150 m are seen, 50 m of them twice.
func TestTwoCamerasOverlap(t *testing.T) {
	town := []Grid{{Area: westVillage, Urban: true, Shape: square(-200, -200, 200, 200)}}
	g := ground(t, 1, town, Road{ID: "R", Class: "street", Line: line(-150, 0, 150, 0)})
	a, b := camera(-25, 0, 77, 360, 50), camera(25, 0, 300, 360, 50)
	r := report(t, g, Question{Times: 2}, a, b)
	circle, lens := math.Pi*2500, 3070.92
	near(t, "town", r.Whole.Public.Total, 160_000, 500)
	near(t, "once", r.Whole.Public.Once, 2*circle-lens, 40)
	near(t, "twice", r.Whole.Public.Twice, lens, 20)
	near(t, "share", r.Whole.Public.Share, lens/160_000, 0.0002)
	near(t, "road once", r.Whole.Roads.Once, 150, 0.01)
	near(t, "road twice", r.Whole.Roads.Twice, 50, 0.01)

	b.State = "faulty"
	r = report(t, g, Question{Times: 2}, a, b)
	near(t, "one works", r.Whole.Public.Once, circle, 30)
	near(t, "none twice", r.Whole.Public.Twice, 0, 0)
	near(t, "twice if both worked", r.Whole.Public.TwiceInstalled, lens, 20)
	near(t, "road twice if both worked", r.Whole.Roads.TwiceInstalled, 50, 0.01)
}

// What is unknown is assumed and counted; a panorama looks around by its build.
// What is being built is not asked.
func TestWhatIsUnknownIsAssumed(t *testing.T) {
	nan := math.NaN()
	unknown := camera(0, 0, nan, 90, 80)
	blank := camera(0, 0, 0, nan, nan)
	panorama := camera(0, 0, nan, nan, 80)
	panorama.Panorama = true
	unfinished := camera(0, 0, nan, nan, nan)
	unfinished.State = Building
	r := report(t, ground(t, 10, country, street), Question{}, unknown, blank, panorama, unfinished)
	if r.Guesses != (Guesses{Direction: 1, Angle: 1, Range: 1}) {
		t.Errorf("assumed %+v", r.Guesses)
	}
	for name, c := range map[string]struct {
		Camera
		area float64
	}{
		"direction unknown": {unknown, math.Pi * 6400},
		"panorama":          {panorama, math.Pi * 6400},
		"nothing known":     {blank, math.Pi / 6 * 2500}, // 60° over 50 m
		"near is blind":     {camera(0, 0, 0, 90, 50), math.Pi / 4 * (2500 - 25)},
	} {
		a := Assumptions{}
		if name == "near is blind" {
			a.Near = 5
		}
		near(t, name, c.Sector(Overview, a).Area(), c.area, 1e-6)
	}
}

// Pixels on a metre, by arithmetic: 1920 pixels over 60° leave 25 on a metre
// at 1920/(25·2·tan 30°) = 66.51 m, 62.5 at 26.60 m, 125 at 13.30 m; 704 pixels
// 25 at 24.39 m; a panorama of 360° with 1920 has 25 at 1920/(25·2π) = 12.22 m.
func TestRangeByPurpose(t *testing.T) {
	low := camera(0, 0, 0, 60, 200)
	low.HighDefinition = false
	around := camera(0, 0, 0, 360, 200)
	around.Panorama = true
	for _, c := range []struct {
		Camera
		Purpose
		far float64
	}{
		{camera(0, 0, 0, 60, 200), Overview, 200},
		{camera(0, 0, 0, 60, 200), Detect, 66.51},
		{camera(0, 0, 0, 60, 200), Observe, 26.60},
		{camera(0, 0, 0, 60, 200), Recognise, 13.30},
		{camera(0, 0, 0, 60, 40), Detect, 40},
		{low, Detect, 24.39},
		{around, Detect, 12.22},
	} {
		near(t, string(c.Purpose), c.Sector(c.Purpose, Assumptions{}).Far(), c.far, 0.005)
	}
}

// A road through two villages and a county is told apart by where it lies, but
// for a piece at each border, and what lies in no grid is not counted.
func TestRowsByArea(t *testing.T) {
	grids := []Grid{
		{Area: westVillage, Shape: square(-600, -600, 0, 600)},
		{Area: eastVillage, Urban: true, Shape: square(0, -100, 300, 100)},
		{Area: elsewhere, Shape: square(300, -600, 400, 600)},
	}
	g := ground(t, 5, grids, street)
	cameras := []Camera{camera(0, 0, 0, 360, 50), {At: home.Point(350, 0), Area: elsewhere, State: Offline, Direction: 0, Angle: 360, Range: 20}}
	for _, c := range []struct {
		by     layers.Level
		codes  []string
		metres []float64
		seen   []float64
	}{
		{layers.Village, []string{"620602101201", "620602101202", "620621100201"}, []float64{500, 300, 100}, []float64{50, 50, 0}},
		{layers.Township, []string{"620602101", "620621100"}, []float64{800, 100}, []float64{100, 0}},
		{layers.County, []string{"620602", "620621"}, []float64{800, 100}, []float64{100, 0}},
	} {
		r := report(t, g, Question{By: c.by}, cameras...)
		if len(r.Rows) != len(c.codes) {
			t.Fatalf("by %s: %+v", c.by, r.Rows)
		}
		for k, row := range r.Rows {
			if row.Code != c.codes[k] {
				t.Errorf("by %s: row %d is %s", c.by, k, row.Code)
			}
			near(t, row.Code, row.Roads.Total, c.metres[k], pieceLength)
			near(t, row.Code+" seen", row.Roads.Once, c.seen[k], pieceLength)
		}
		near(t, "whole", r.Whole.Roads.Total, 900, pieceLength)
		// The strips of 12 m on both sides in the west and beyond, and the
		// town: 24·500 + 24·100 + 300·200.
		near(t, "public", r.Whole.Public.Total, 12_000+2400+60_000, 1000)
	}
	east := layers.RangeOfNumber(eastVillage/1000*1000, layers.Village)
	r := report(t, g, Question{By: layers.Village, Area: &east, Gaps: 99}, cameras...)
	if len(r.Rows) != 1 || r.Whole.Cameras.Total != 0 {
		t.Errorf("only the east: %+v", r.Rows)
	}
	near(t, "east", r.Whole.Roads.Total, 300, pieceLength)
	near(t, "east, seen by a camera of the west", r.Whole.Roads.Once, 50, pieceLength)
	near(t, "its gap", r.Roads[0].Length, r.Whole.Roads.Total-r.Whole.Roads.Once, 0.01)
	sum := 0.0
	for _, c := range r.Cells {
		sum += c.Total
	}
	near(t, "cells", sum, r.Whole.Public.Total, 1e-6)
}

// Cells hold all the public area, and each cell's is the area counted point by
// point.
func TestCells(t *testing.T) {
	town := []Grid{{Area: westVillage, Urban: true, Shape: square(-300, -300, 300, 300)}}
	g := ground(t, 7, town, street)
	count := map[hex.Cell]float64{}
	for row := range g.lattice.Rows {
		for k := row.From; k < row.To; k++ {
			if g.areaOf(k) == 0 {
				continue
			}
			cell, err := hex.Of(orb.Point{row.First[0] + float64(k-row.From)*row.East, row.First[1]}, CellResolution)
			if err != nil {
				t.Fatal(err)
			}
			count[cell] += 49
		}
	}
	r := report(t, g, Question{Gaps: 3}, camera(0, 0, 0, 360, 100))
	if len(r.Cells) != len(count) {
		t.Fatalf("%d cells, want %d", len(r.Cells), len(count))
	}
	once := 0.0
	for _, c := range r.Cells {
		near(t, c.Cell.String(), c.Total, count[c.Cell], 1e-6)
		once += c.Once
	}
	near(t, "seen", once, r.Whole.Public.Once, 1e-6)
	if len(r.Gaps) != 3 || r.Gaps[0].Lack < r.Gaps[1].Lack || r.Gaps[1].Lack < r.Gaps[2].Lack {
		t.Errorf("gaps %+v", r.Gaps)
	}
}

func TestDemand(t *testing.T) {
	town := []Grid{{Area: westVillage, Urban: true, Shape: square(-300, -300, 300, 300)}}
	g := ground(t, 5, town, street)
	cell, err := hex.Of(home.Point(0, 0), 10)
	if err != nil {
		t.Fatal(err)
	}
	wanted := []Demand{
		{At: home.Point(20, 0), Area: westVillage, Weight: 3},  // seen by both
		{At: home.Point(-40, 0), Area: westVillage, Weight: 5}, // by the first only
		{At: home.Point(90, 0), Weight: 7},                     // by none
		{Cell: cell, Area: westVillage, Weight: 100},
		{Shape: square(-50, -300, 50, 300), Area: westVillage, Weight: 10}, // a strip of which the first sees a circle
	}
	r := report(t, g, Question{Demand: wanted}, camera(0, 0, 0, 360, 50), camera(40, 0, 0, 360, 50))
	var of CellRow
	for _, c := range r.Cells {
		if c.Cell == cell {
			of = c
		}
	}
	if of.Once == 0 || of.Once == of.Total {
		t.Fatalf("the cell is seen in part: %+v", of)
	}
	// The second circle is 40 m further east, and beyond the strip from x = 50 on:
	// it adds what of the segment left of 10 m from its middle is not in the first.
	lens := func(r, d float64) float64 { return 2*r*r*math.Acos(d/2/r) - d/2*math.Sqrt(4*r*r-d*d) }
	segment := 2500*math.Acos(0.2) - 10*math.Sqrt(2400) // of the second, east of the strip
	strip := 10 * (2*math.Pi*2500 - segment - lens(50, 40)) / 60_000
	near(t, "total", r.Whole.Demand.Total, 125, 1e-9)
	near(t, "once", r.Whole.Demand.Once, 8+100*of.Once/of.Total+strip, 0.03)
	near(t, "twice", r.Whole.Demand.Twice, 3+100*of.Twice/of.Total+10*lens(50, 40)/60_000, 0.03)
	near(t, "of the village", r.Rows[0].Demand.Total, 118, 1e-9)
}

// The parts of a piece seen once, twice and too rarely, against counting.
func TestPartsOfAPiece(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for range 2000 {
		var list []sight
		for range r.IntN(6) {
			a, b := float64(r.IntN(101))/100, float64(r.IntN(101))/100
			list = append(list, sight{geo.Part{From: min(a, b), To: max(a, b)}, r.IntN(3) > 0})
		}
		inOrder(list)
		times := 1 + r.IntN(2)
		var gaps []geo.Part
		blind(list, times, func(p geo.Part) { gaps = append(gaps, p) })
		var once, twice, all float64
		for k := range 100 {
			at, n, installed := (float64(k)+0.5)/100, 0, 0
			for _, s := range list {
				if s.From < at && at < s.To {
					installed++
					if s.working {
						n++
					}
				}
			}
			if n >= 1 {
				once += 0.01
			}
			if n >= 2 {
				twice += 0.01
			}
			if installed >= 1 {
				all += 0.01
			}
			inGap := slices.ContainsFunc(gaps, func(p geo.Part) bool { return p.From < at && at < p.To })
			if inGap != (n < times) {
				t.Fatalf("%+v: at %g seen %d times of %d, gaps %v", list, at, n, times, gaps)
			}
		}
		a, b := covered(list, false)
		c, _ := covered(list, true)
		near(t, "once", a, once, 1e-9)
		near(t, "twice", b, twice, 1e-9)
		near(t, "installed", c, all, 1e-9)
	}
}

func TestWrongQuestions(t *testing.T) {
	g := ground(t, 10, nil)
	for name, q := range map[string]Question{
		"purpose": {By: layers.County, Purpose: "identify"},
		"times":   {By: layers.County, Times: 3},
		"level":   {By: layers.City},
		"gaps":    {By: layers.County, Gaps: -1},
		"demand":  {By: layers.County, Demand: []Demand{{Weight: math.NaN()}}},
	} {
		if _, err := Cameras(g, nil, q); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := report(t, g, Question{Gaps: 9, Next: 9}, camera(0, 0, 0, 90, 50))
	if r.Whole.Public.Total != 0 || r.Whole.Public.Share != 0 || len(r.Next.Spots) != 0 || r.Whole.Cameras.Total != 1 {
		t.Errorf("no ground: %+v", r.Whole)
	}
}
