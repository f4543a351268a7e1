package postgis_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/layers"
)

func area(code, level, parent, zone string, g orb.Geometry) layers.Feature {
	return layers.Feature{ID: code, Geometry: g, Properties: props{"code": code, "level": level, "parent": parent, "name": "n " + code, "time_zone": zone}}
}

// A city with codes of its own gets numbers in the private range, of the same
// structure, that stay when the tree grows; rows may come in any order.
func TestForeignCity(t *testing.T) {
	s := open(t, pgtest.URL(t))
	rows := staged(
		area("BOS-D4-1", "township", "BOS-D4", "", rect(-71.1, 42.3, -71.05, 42.35)),
		area("BOS-D4", "county", "BOS", "", nil),
		area("BOS", "city", "", "America/New_York", nil),
		area("7", "village", "BOS-D4-1", "", nil),
		area("X", "village", "BOS", "", nil),
	)
	mustLoad(t, s, layers.Batch{Layer: "area"}, rows)
	numbers := func() map[string]int64 {
		all := map[string]int64{}
		for _, code := range []string{"BOS", "BOS-D4", "BOS-D4-1", "7", "X"} {
			a, err := s.Area(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			all[code] = a.Range.Low
		}
		return all
	}
	want := map[string]int64{"BOS": 9000_00_000_000_000, "BOS-D4": 9000_01_000_000_000, "BOS-D4-1": 9000_01_001_000_000, "7": 9000_01_001_001_000, "X": 9000_00_000_001_000}
	for code, n := range numbers() {
		if n != want[code] {
			t.Errorf("%s has number %d, want %d", code, n, want[code])
		}
	}
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("BOS-A1", "county", "BOS", "", nil), rows[0].Feature, area("NYC", "city", "", "America/New_York", nil)))
	for code, n := range numbers() {
		if n != want[code] {
			t.Errorf("%s got the new number %d", code, n)
		}
	}
	if a, _ := s.Area(t.Context(), "NYC"); a.Range.Low != 9001_00_000_000_000 {
		t.Errorf("the second city has number %d", a.Range.Low)
	}
	node, err := s.AreaNode(t.Context(), "X", all)
	if err != nil || len(node.Path) != 2 || node.Path[0].Code != "BOS" || len(node.Siblings) != 2 {
		t.Errorf("%+v (%v)", node, err)
	}
	info, err := s.City(t.Context(), "BOS")
	if err != nil || info.Zone.String() != "America/New_York" {
		t.Errorf("%v (%v)", info.Zone, err)
	}
	cities, err := s.Cities(t.Context(), all)
	if err != nil || len(cities) != 2 || cities[0].Code != "BOS" {
		t.Errorf("%v (%v)", cities, err)
	}
}

// Areas without an outline get the union of those below; one that is given later
// replaces it, and a file without outlines takes none away.
func TestOutlinesAreDerived(t *testing.T) {
	s := open(t, pgtest.URL(t))
	bounds := func(code string) layers.BoundsBox {
		a, err := s.Area(t.Context(), code)
		if err != nil || a.Bounds == nil {
			t.Fatalf("%s: %v, outline %v", code, err, a.Bounds)
		}
		return *a.Bounds
	}
	tree := staged(area("6206", "city", "", "", nil), area("620621", "county", "", "", nil), area("620621100", "township", "", "", nil),
		area("620621100200", "village", "", "", rect(102, 37, 103, 38)), area("620621100201", "village", "", "", rect(103, 37, 104, 38)))
	mustLoad(t, s, layers.Batch{Layer: "area"}, tree)
	want := layers.BoundsBox{102, 37, 104, 38}
	for _, code := range []string{"6206", "620621", "620621100"} {
		if bounds(code) != want {
			t.Errorf("%s reaches over %v, want %v", code, bounds(code), want)
		}
	}
	if done := mustLoad(t, s, layers.Batch{Layer: "area"}, tree); done.Stored != 0 {
		t.Errorf("the same tree again stores %d", done.Stored)
	}
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("620621100202", "village", "620621100", "", rect(104, 37, 105, 38))))
	if got := bounds("6206"); got != (layers.BoundsBox{102, 37, 105, 38}) {
		t.Errorf("with one village more the city reaches over %v", got)
	}
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("6206", "city", "", "", rect(100, 30, 110, 40))))
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("6206", "city", "", "", nil)))
	if got := bounds("6206"); got != (layers.BoundsBox{100, 30, 110, 40}) {
		t.Errorf("the given outline became %v", got)
	}
	found, err := s.Search(t.Context(), "620621100", 1, all)
	if err != nil || len(found) != 1 || found[0].Bounds == nil || *found[0].Bounds != (layers.BoundsBox{102, 37, 105, 38}) || found[0].Lon < 102 {
		t.Errorf("a search shows %+v (%v)", found, err)
	}
}

func TestTreesThatDoNotFit(t *testing.T) {
	s := city(t)
	for want, f := range map[string]layers.Feature{
		"parent: is neither in the file nor stored": area("620699001", "township", "620699", "", nil),
		"parent: is missing":                        area("QX", "county", "", "", nil),
		"level: is not below its parent":            area("620621300", "township", "620621100", "", nil),
		"level: is not a level":                     area("62", "province", "", "", nil),
		"parent: has a code that":                   area("620622300", "township", "620621", "", nil),
		"code: is stored as a county":               area("620621", "township", "620622", "", nil),
		"code: has the number of area 6206":         area("620600", "county", "6206", "", nil),
		"time_zone: is missing":                     area("BOS", "city", "", "", nil),
		"time_zone: is no time zone":                area("BOS2", "city", "", "Boston", nil),
	} {
		done, rejects, err := load(t.Context(), s, layers.Batch{Layer: "area"}, staged(f))
		if err != nil || len(rejects) != 1 || !strings.HasPrefix(rejects[0].Column+": "+rejects[0].Fault, want) || done.Stored != 0 {
			t.Errorf("%s: %v, stored %d (%v), want %s", f.ID, rejects, done.Stored, err, want)
		}
	}
	// What hangs below a refused row is refused with it.
	_, rejects, err := load(t.Context(), s, layers.Batch{Layer: "area"}, staged(area("QY", "county", "nowhere", "", nil), area("QY1", "township", "QY", "", nil)))
	if err != nil || len(rejects) != 2 {
		t.Errorf("%v (%v)", rejects, err)
	}
}

func TestNoSuchArea(t *testing.T) {
	s := city(t)
	for _, code := range []string{"", "620623", "999999999999999", "abc", "\x00", "\xff", "6206' or '1'='1"} {
		if _, err := s.Area(t.Context(), code); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%q: %v, want not found", code, err)
		}
	}
}

// A city without outlines cannot place anything, and says so.
func TestCityWithoutOutlines(t *testing.T) {
	s := open(t, pgtest.URL(t))
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("6206", "city", "", "", nil), area("620621", "county", "6206", "", nil)))
	_, rejects, err := load(t.Context(), s, layers.Batch{Layer: "camera", City: "6206"}, cameras()[:1])
	if err != nil || len(rejects) != 1 || !strings.Contains(rejects[0].Cure, "outlines") {
		t.Errorf("%v (%v)", rejects, err)
	}
	given := cameras()[:1]
	given[0].Feature.Area = 620621000000000
	if done := mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, given); done.Stored != 1 {
		t.Errorf("%+v", done)
	}
	if node, err := s.AreaNode(t.Context(), "6206", all); err != nil || node.Area.Bounds != nil || len(node.Children) != 1 {
		t.Errorf("%+v (%v)", node, err)
	}
}

// Where two cities overlap on the map, an import finds the areas of its own.
func TestPlacesStayInTheirCity(t *testing.T) {
	s := city(t)
	mustLoad(t, s, layers.Batch{Layer: "area"}, staged(area("TST", "city", "", "Europe/Berlin", rect(102, 37, 104, 39)), area("TST1", "county", "TST", "", rect(102, 37, 104, 39))))
	f := cameras()[0].Feature
	f.ID = "62060200001311111111"
	mustLoad(t, s, layers.Batch{Layer: "camera", City: "TST"}, staged(f))
	got, err := s.Feature(t.Context(), layer(t, "camera"), f.ID, all)
	if err != nil || got.Area != 9000_01_000_000_000 {
		t.Errorf("it lies in %d (%v)", got.Area, err)
	}
}
