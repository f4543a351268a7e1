package hotspot

import (
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// households are those of the demo city's grids, as its map tells them: by
// band, town and country apart.
var households = sync.OnceValues(func() (*Spreading, error) {
	g, err := ground()
	if err != nil {
		return nil, err
	}
	var areas []Inhabited
	for _, grid := range g.Grids() {
		number, _ := BandMiddle(grid.Households)
		a := Inhabited{Shape: orb.MultiPolygon{grid.Shape}, Number: number}
		if grid.Urban {
			a.Stratum = 1
		}
		areas = append(areas, a)
	}
	return Spread(areas, 2)
})

// householdsOn is the base of all cells of a resolution.
func householdsOn(t testing.TB, resolution int) Base {
	t.Helper()
	s, err := households()
	if err != nil {
		t.Fatal(err)
	}
	inside, err := hex.Fill(orb.MultiPolygon{groundOf(t).Outline()}, resolution, hex.Touching)
	if err != nil {
		t.Fatal(err)
	}
	universe, err := hex.NewUniverse(inside)
	if err != nil {
		t.Fatal(err)
	}
	return s.On(universe)
}

// Of cities in which nothing was planted, no more have a place with more or
// fewer cases than its households explain than the level says: villages differ
// in what nobody wrote down, and the spread that is estimated holds it.
func TestQuietCitiesAreQuietByHouseholds(t *testing.T) {
	resolutions, n := []int{7}, cities(12)
	if n == 100 {
		resolutions = []int{6, 7, 8}
	}
	found := map[string]*discoveries{}
	for _, resolution := range resolutions {
		base := householdsOn(t, resolution)
		for city := range n {
			cases := quietCity(t, city)
			l := cells(t, resolution)
			r := recordOf(t, l, cases)
			for name, q := range map[string]Question{
				"all kinds, last month":   {From: months - 1, To: months},
				"all kinds, a quarter":    {From: 14, To: 17},
				"all kinds, all times":    {From: 0, To: months},
				"families, last month":    {From: months - 1, To: months, Kinds: []int{5}},
				"farmland, a spring":      {From: 14, To: 17, Kinds: []int{1}},
				"a kind and month by lot": {From: city % months, To: city%months + 1, Kinds: []int{city % len(kinds)}},
			} {
				q.Measure, q.Base = ByBase, base
				a, err := r.Judge(q)
				if err != nil {
					t.Fatal(err)
				}
				name = l.name + ", " + name
				if found[name] == nil {
					found[name] = &discoveries{}
				}
				found[name].count(surest(a.Verdicts))
			}
		}
	}
	for name, a := range found {
		t.Logf("%s: %v of %d quiet cities have a discovery at 90, 95, 99 %%", name, *a, n)
		a.honest(t, name, n)
	}
}

// What was planted stands out against households too.
func TestPlantedHotspotsAreFoundByHouseholds(t *testing.T) {
	n, total := min(cities(3), 20), 0
	resolutions := []int{7}
	if n == 20 {
		resolutions = []int{6, 7, 8}
	}
	for _, resolution := range resolutions {
		base, asked := householdsOn(t, resolution), power{}
		l := cells(t, resolution)
		for city := range n {
			cases, truth := groundOf(t).Disputes(int64(100+city), true)
			r := recordOf(t, l, cases)
			for i, h := range truth.Hotspots {
				q := Question{Kinds: []int{slices.Index(kinds, h.Category)}, Measure: ByBase, Base: base}
				q.From, q.To = monthsOf(t, h)
				a, err := r.Judge(q)
				if err != nil {
					t.Fatal(err)
				}
				a.Verdicts = slices.DeleteFunc(a.Verdicts, func(v Verdict) bool { return v.Class < 0 || !inside(l, v.Place, h) })
				asked.of(l.name)[i].count(surest(a.Verdicts))
			}
		}
		found := 0
		for i, plant := range asked.of(l.name) {
			t.Logf("%s, plant %d: found in %v of %d cities at 90, 95, 99 %%", l.name, i+1, plant, n)
			found += plant[1]
		}
		t.Logf("%s: %d of %d", l.name, found, 8*n)
		if resolution == 7 {
			total = found
		}
	}
	if total < 8*n/2 {
		t.Errorf("%d of %d planted hotspots found at 95 %%", total, 8*n)
	}
}
