package release

import (
	"math"
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

func TestProbe(t *testing.T) {
	d := demoCity(t)
	s, r, err := Build(d.facts, d.ground, demoSpan, Rule{5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v; %d nodes %d leaves", r, len(s.tree.nodes), len(s.tree.leaves))
	for _, p := range s.Periods() {
		if p.Months == 1 && p.First%6 != 3 {
			continue
		}
		n := []int{}
		for c := range s.categories {
			n = append(n, len(s.layers[layerKey{p, c}]))
		}
		t.Logf("%v: %d pieces of all, %d of categories", p, len(s.layers[layerKey{p, All}]), n)
	}
	for _, level := range []layers.Level{layers.City, layers.County, layers.Township, layers.Village} {
		for _, p := range []Period{{2016*12 + 8, 1}, {2016*12 + 6, 3}, {2015 * 12, 12}} {
			u, err := s.Areas(Query{Periods: []Period{p}, Within: layers.Everywhere}, level)
			c, err2 := s.Cells(Query{Periods: []Period{p}, Within: layers.Everywhere}, 8)
			t.Log(level, p, len(u), err, len(c), err2)
		}
	}
}
