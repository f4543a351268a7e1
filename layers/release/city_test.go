package release

import (
	"math"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/demo"
	"sitmap/geo/hex"
	"sitmap/layers"
)

var cityZone = time.FixedZone("Asia/Shanghai", 8*3600)

// demoSpan is the city's complete months: January 2015 to September 2016.
var demoSpan = Span{2015 * 12, 2016*12 + 9}

type demoCase struct {
	ground *Ground
	facts  []Fact
}

// theCity is the demo city as a release sees it.
var theCity = sync.OnceValues(func() (*demoCase, error) {
	city, err := demo.Generate(1, nil)
	if err != nil {
		return nil, err
	}
	return demoFacts(city)
})

func demoCity(t testing.TB) *demoCase {
	t.Helper()
	c, err := theCity()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// theSet is the release of the demo city, theReport what making it found.
var (
	theReport Report
	theSet    = sync.OnceValues(func() (*Set, error) {
		d, err := theCity()
		if err != nil {
			return nil, err
		}
		s, report, err := Build(d.facts, d.ground, demoSpan, Rule{DefaultThreshold}, nil)
		theReport = report
		return s, err
	})
)

func theRelease(t testing.TB) *Set {
	t.Helper()
	s, err := theSet()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func demoFacts(city *demo.City) (*demoCase, error) {
	grids := make(map[int64]int)
	for _, f := range city.Layer("grid") {
		grids[areaAt(f.Area, layers.Village)]++
	}
	d := &demoCase{ground: &Ground{City: 620600000000000}}
	for _, f := range city.Layer("area") {
		if f.Properties["level"] != "village" {
			continue
		}
		shape := asMulti(f.Geometry)
		cells, err := hex.Fill(shape, 9, hex.Centre)
		if err != nil {
			return nil, err
		}
		var centre orb.Point
		for _, c := range cells {
			at, err := c.Centre()
			if err != nil {
				return nil, err
			}
			centre[0] += at[0] / float64(len(cells))
			centre[1] += at[1] / float64(len(cells))
			d.ground.Places = append(d.ground.Places, Place{c, f.Area})
		}
		if len(cells) == 0 {
			centre = shape[0][0][0]
		}
		d.ground.Villages = append(d.ground.Villages, Village{f.Area, grids[f.Area], centre})
	}
	seen := make(map[uint8]bool)
	for _, f := range city.Layer("dispute") {
		at, err := time.Parse(time.RFC3339, f.Properties["found_at"].(string))
		if err != nil {
			return nil, err
		}
		code, err := strconv.Atoi(f.Properties["category"].(string))
		if err != nil {
			return nil, err
		}
		cell, err := hex.Of(f.Geometry.(orb.Point), 9)
		if err != nil {
			return nil, err
		}
		seen[uint8(code)] = true
		d.facts = append(d.facts, Fact{cell, areaAt(f.Area, layers.Village), MonthOf(at, cityZone), uint8(code), 1})
	}
	for c := range math.MaxUint8 {
		if seen[uint8(c)] {
			d.ground.Categories = append(d.ground.Categories, uint8(c))
		}
	}
	return d, nil
}

func asMulti(g orb.Geometry) orb.MultiPolygon {
	if p, ok := g.(orb.Polygon); ok {
		return orb.MultiPolygon{p}
	}
	return g.(orb.MultiPolygon)
}

// The demo city: every withheld number is proven open, quickly enough for a
// server to do it; how much stays readable is printed.
func TestDemoCity(t *testing.T) {
	d := demoCity(t)
	rule := Rule{DefaultThreshold}
	s, report := theRelease(t), theReport
	again, _, err := Build(d.facts, d.ground, demoSpan, rule, nil)
	if err != nil || again.Version() != s.Version() {
		t.Errorf("the same facts made %s and %s: %v", s.Version(), again.Version(), err)
	}
	t.Logf("%d numbers published, %d withheld and open by at least %d, in %v; %d bytes", report.Numbers, report.Withheld, report.Tightest, report.Took, len(s.Bytes()))
	if report.Cases != 10_412+8_134 || report.Unplaced != 0 || report.Pending != 0 {
		t.Errorf("%+v", report)
	}
	if report.Tightest < rule.full() || report.Withheld < 100_000 {
		t.Errorf("proven: %+v", report)
	}
	limited := limitedByTheCity(s)
	t.Logf("where the city's own number is 0, 1, 2: %d withheld numbers", limited)
	if limited[0]+limited[1]+limited[2] != report.Small {
		t.Errorf("%d numbers are held to less than the rule, the city's own number explains %d", report.Small, limited)
	}
	for key, pieces := range s.layers {
		for _, p := range pieces {
			if p.node != 0 && int(p.count) < rule.Threshold {
				t.Errorf("%v shows %d", key, p.count)
			}
		}
	}
	readable, err := s.Readable(All)
	if err != nil {
		t.Fatal(err)
	}
	for i, least := range []float64{0.55, 0.9, 0.95} {
		r := readable[i]
		t.Logf("%2d months: %.0f pieces; in pieces within one village %.0f %% of cases, one township %.0f %%, four townships %.0f %%", r.Months, r.Pieces, 100*r.Village.Cases, 100*r.Township.Cases, 100*r.Townships.Cases)
		if r.Township.Cases < least || r.County.Cases < 0.999 {
			t.Errorf("%d months: too little is readable: %+v", r.Months, r)
		}
	}
	for _, level := range []layers.Level{layers.County, layers.Township} {
		units, err := s.Areas(everything(Period{2016*12 + 6, quarterly}), level)
		if want := map[layers.Level]int{layers.County: 4, layers.Township: 95}[level]; err != nil || len(units) < want {
			t.Errorf("the third quarter shows %d places of level %s: %v", len(units), level, err)
		}
	}
}

// limitedByTheCity counts the withheld numbers that cannot be as wide as a rule of
// 3, because the city's own number of the period and category is 0, 1 or 2.
func limitedByTheCity(s *Set) (numbers [3]int) {
	for _, part := range blocksOf(s.span) {
		b := s.block(part)
		b.withheld(func(l int, _ int32) {
			p, c := b.parts(l)
			city := 0
			for m := b.periods[p].First; m < b.periods[p].end(); m++ {
				city += s.totals[m][c+1]
			}
			if city < len(numbers) {
				numbers[city]++
			}
		})
	}
	return numbers
}

// Linear programming over everything that is said of a quarter of the demo city,
// all categories together: each withheld number of the quarter is open, and no
// witness claims more than that.
func TestBoundsOfTheDemoCity(t *testing.T) {
	d := demoCity(t)
	span := Span{2016*12 + 6, 2016*12 + 9}
	if os.Getenv("SITMAP_FULL") != "" {
		span.From = 2016 * 12
	}
	s, _, err := Build(d.facts, d.ground, span, Rule{DefaultThreshold}, nil)
	if err != nil {
		t.Fatal(err)
	}
	checked, tightest := 0, math.Inf(1)
	for _, part := range blocksOf(span) {
		attack, err := NewAttack(s, part, false)
		if err != nil {
			t.Fatal(err)
		}
		b := s.block(part)
		a := newAuditor(b, s.rule)
		b.withheld(func(l int, n int32) {
			if !b.together(l) {
				return
			}
			f := a.prove(l, n)
			p, _ := b.parts(l)
			bound, err := attack.Bounds(int(n), b.periods[p], All)
			if err != nil {
				t.Fatal(err)
			}
			checked++
			tightest = min(tightest, bound.Width())
			if bound.Width() < float64(f.need) || bound.Low.Float() > float64(f.count-f.down) || bound.High.Float() < float64(f.count+f.up) {
				t.Errorf("%v, place %d: %+v, proven %d − %d to + %d", b.periods[p], n, bound, f.count, f.down, f.up)
			}
		})
	}
	t.Logf("%d withheld numbers, the tightest %g wide", checked, tightest)
}

// The same with categories, four groups of them, for one county of the demo city
// as a city of its own: the whole city with all has more unknowns than whole
// numbers of 62 bits bear.
func TestBoundsOfOneCounty(t *testing.T) {
	d := demoCity(t)
	county := layers.RangeOfNumber(620622000000000, layers.County)
	g := &Ground{City: county.Low + 1, Categories: []uint8{0, 1, 2, 3}}
	for _, v := range d.ground.Villages {
		if county.Contains(v.Number) {
			g.Villages = append(g.Villages, v)
		}
	}
	var facts []Fact
	for _, f := range d.facts {
		if county.Contains(f.Area) {
			f.Category %= 4
			facts = append(facts, f)
		}
	}
	span := Span{2016*12 + 3, 2016*12 + 6}
	s, report, err := Build(facts, g, span, Rule{DefaultThreshold}, nil)
	if err != nil {
		t.Fatal(err)
	}
	attack, err := NewAttack(s, span, true)
	if err != nil {
		t.Fatal(err)
	}
	b := s.block(span)
	a := newAuditor(b, s.rule)
	seen, checked := 0, 0
	b.withheld(func(l int, n int32) {
		if seen++; seen%12 != 0 && os.Getenv("SITMAP_FULL") == "" {
			return
		}
		f := a.prove(l, n)
		p, c := b.parts(l)
		bound, err := attack.Bounds(int(n), b.periods[p], c)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		if bound.Width() < float64(f.need) || bound.Low.Float() > float64(f.count-f.down) || bound.High.Float() < float64(f.count+f.up) {
			t.Errorf("%v, category %d, place %d: %+v, proven %d − %d to + %d", b.periods[p], c, n, bound, f.count, f.down, f.up)
		}
	})
	t.Logf("%d of %d withheld numbers beside %d published ones", checked, seen, report.Numbers)
}

// Cells of every resolution are drawn once, in the piece that holds their middle,
// and the pieces sum to the city.
func TestCellsAreDrawnOnce(t *testing.T) {
	d := demoCity(t)
	s, _, err := Build(d.facts, d.ground, Span{2016 * 12, 2016*12 + 3}, Rule{DefaultThreshold}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for resolution := 5; resolution <= 9; resolution++ {
		units, err := s.Cells(everything(Period{2016 * 12, quarterly}), resolution)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[hex.Cell]bool)
		sum := 0
		for _, u := range units {
			sum += u.Count
			for _, c := range u.Cells {
				if seen[c] || c.Resolution() != resolution {
					t.Fatalf("cell %v twice, or not of resolution %d", c, resolution)
				}
				seen[c] = true
			}
		}
		want := make(map[hex.Cell]bool)
		for _, p := range d.ground.Places {
			c := p.Cell.Parent(resolution)
			if middle, _ := c.Range(9); middle == p.Cell {
				want[c] = true
			}
		}
		total, err := s.City(everything(Period{2016 * 12, quarterly}))
		if err != nil || sum != total || len(seen) != len(want) {
			t.Errorf("resolution %d: %d cells of %d, %d cases of %d: %v", resolution, len(seen), len(want), sum, total, err)
		}
		t.Logf("resolution %d: %d units of %d cells", resolution, len(units), len(seen))
	}
}

// A higher threshold hides more, and the dial says so.
func TestDial(t *testing.T) {
	span := Span{2015 * 12, 2015*12 + 6}
	g, facts := randomCity(1, span, 3, 600)
	settings, err := Dial(facts, g, span, []int{3, 5, 10, 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range settings {
		if i > 0 && (s.Report.Numbers >= settings[i-1].Report.Numbers || s.Readable[0].Pieces > settings[i-1].Readable[0].Pieces) {
			t.Errorf("threshold %d shows %d numbers, threshold %d %d", s.Rule.Threshold, s.Report.Numbers, settings[i-1].Rule.Threshold, settings[i-1].Report.Numbers)
		}
	}
	if _, err := Dial(facts, g, span, []int{2}); err == nil {
		t.Error("a threshold of 2 was taken")
	}
}

// The auditors' view gives the tightest numbers, each with what bounds it, and the
// truth between its ends.
func TestTightest(t *testing.T) {
	s, _, _ := small(t, 8)
	open := s.Tightest(25)
	if len(open) != 25 {
		t.Fatalf("%d numbers", len(open))
	}
	for i, o := range open {
		if o.High-o.Low < s.rule.full() || len(o.Around) == 0 || len(o.Areas) == 0 {
			t.Errorf("%+v", o)
		}
		for _, a := range o.Around {
			if o.High > a.Count {
				t.Errorf("%+v may be more than %+v", o, a)
			}
		}
		if i > 0 && o.High-o.Low < open[0].High-open[0].Low {
			t.Errorf("%+v is tighter than the first", o)
		}
	}
}
