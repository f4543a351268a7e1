package api_test

import (
	"fmt"
	"testing"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// Every number that a reader is told is the number of their own area: in the
// catalogue, in numberMatched, in totals, in tables; whoever asked before.
func TestNumbersAreThoseOfTheReadersArea(t *testing.T) {
	d := open(t)
	for _, area := range []string{"", city, county, sibling, otherCity} {
		w := who{access.Analyst, area}
		own := inCounty(area)
		inCatalog := map[string]float64{}
		for _, l := range d.get(w, "/catalog").json(t)["layers"].([]any) {
			l := l.(map[string]any)
			inCatalog[l["id"].(string)] = l["count"].(float64)
		}
		totals := map[string]map[string]any{}
		for _, one := range d.post(w, "/api/inside", `{}`).json(t)["totals"].([]any) {
			one := one.(map[string]any)
			totals[one["layer"].(string)] = one
		}
		for _, l := range catalog.All {
			if l.ID == "area" {
				continue
			}
			want, seen := float64(own), float64(own)
			if l.Access == layers.Open {
				seen = float64(inCounty("")) // drawn for everybody, counted at home
			}
			say := func(what string, got any, want float64) {
				if got != want {
					t.Errorf("%s for %q: %s is %v, want %v", l.ID, area, what, got, want)
				}
			}
			say("the catalogue's count", inCatalog[l.ID], want)
			say("the total", totals[l.ID]["count"], want)
			say("numberMatched", d.get(w, "/ogc/collections/"+l.ID+"/items?limit=1").json(t)["numberMatched"], seen)
			say("matched of the table", d.post(w, "/api/inside/"+l.ID, `{}`).json(t)["matched"], want)
			for _, beyond := range []string{county, sibling, otherCity} {
				want := float64(0)
				if within(beyond, area) {
					want = float64(inCounty(beyond))
				} else if within(area, beyond) {
					want = float64(own)
				}
				if l.Access == layers.Open {
					want = float64(inCounty(beyond))
				}
				path := fmt.Sprintf("/ogc/collections/%s/items?area=%s", l.ID, beyond)
				say("numberMatched in "+beyond, d.get(w, path).json(t)["numberMatched"], want)
			}
			for _, sum := range l.Sums {
				got := totals[l.ID]["sums"].(map[string]any)[sum]
				field, _ := l.Field(sum)
				say("the sum of "+sum, got, float64(own)*max(1, least(field)))
			}
		}
	}
}

func within(code, area string) bool { return len(code) >= len(area) && code[:len(area)] == area }

// A reader without case rights learns nothing of cases, not even how many.
func TestCasesAreForAnalysts(t *testing.T) {
	d := open(t)
	for _, role := range []access.Role{access.Viewer, access.Dispatcher, access.Leader, access.Administrator} {
		w := who{role, city}
		for _, l := range d.get(w, "/catalog").json(t)["layers"].([]any) {
			l := l.(map[string]any)
			if l["id"] != "dispute" {
				continue
			}
			for _, told := range []string{"count", "span", "window", "bounds", "asOf"} {
				if v, ok := l[told]; ok {
					t.Errorf("the catalogue tells a %s the %s of disputes: %v", role, told, v)
				}
			}
			if l["allowed"] != false || l["why"] == nil {
				t.Errorf("disputes of a %s: allowed %v, why %v", role, l["allowed"], l["why"])
			}
		}
		for _, one := range d.post(w, "/api/inside", `{}`).json(t)["totals"].([]any) {
			if one := one.(map[string]any); one["layer"] == "dispute" && (one["allowed"] != false || len(one) != 2) {
				t.Errorf("the totals tell a %s %v", role, one)
			}
		}
		if got := d.get(w, "/tiles/area,dispute/9/401/198.mvt"); got.status != 403 {
			t.Errorf("a tile with disputes among others is %d for a %s", got.status, role)
		}
	}
}

// The catalogue opens on the reader's own city and, for dated layers, on its
// last complete month in its own time; the code lists are the city's own.
func TestTheCatalogueIsOfTheReadersCity(t *testing.T) {
	d := open(t)
	tests := map[string]struct {
		who              who
		city, category   string
		from, to, reason string
	}{
		"one county":       {who{access.Analyst, county}, city, "01", "2016-08-31T16:00:00Z", "2016-09-30T16:00:00Z", "the case of 30 September is on the last day of the month"},
		"the other city":   {who{access.Analyst, otherCity}, otherCity, "A1", "2016-08-31T16:00:00Z", "2016-09-30T16:00:00Z", "its own code list"},
		"both, the larger": {who{access.Analyst, ""}, city, "01", "2016-08-31T16:00:00Z", "2016-09-30T16:00:00Z", "eight features of each layer against five"},
	}
	for name, test := range tests {
		got := d.get(test.who, "/catalog").json(t)
		if code := got["city"].(map[string]any)["code"]; code != test.city {
			t.Errorf("%s: the city is %v, want %s: %s", name, code, test.city, test.reason)
		}
		if got["timeZone"] != "Asia/Shanghai" || got["synthetic"] != true {
			t.Errorf("%s: zone %v, synthetic %v", name, got["timeZone"], got["synthetic"])
		}
		for _, l := range got["layers"].([]any) {
			l := l.(map[string]any)
			if l["id"] != "dispute" {
				continue
			}
			window := l["window"].(map[string]any)
			if window["from"] != test.from || window["to"] != test.to {
				t.Errorf("%s: the window is %v, want %s to %s: %s", name, window, test.from, test.to, test.reason)
			}
			if l["asOf"] != "2016-09-30T15:59:59Z" {
				t.Errorf("%s: the cases speak until %v, want the end of their last day", name, l["asOf"])
			}
			first := l["fields"].([]any)[0].(map[string]any)["codes"].([]any)[0].(map[string]any)["value"]
			if first != test.category {
				t.Errorf("%s: the first category is %v, want %s: %s", name, first, test.category, test.reason)
			}
		}
	}
}

// A new import is seen at once, although numbers are remembered.
func TestAChangeIsSeenAtOnce(t *testing.T) {
	d := open(t)
	count := func() any {
		for _, l := range d.get(analyst, "/catalog").json(t)["layers"].([]any) {
			if l := l.(map[string]any); l["id"] == "site" {
				return l["count"]
			}
		}
		return nil
	}
	if before := count(); before != 2.0 {
		t.Fatalf("two sites expected, not %v", before)
	}
	l := layerOf(t, "site")
	p := places[3]
	one := layers.Staged{Row: 1, Feature: layers.Feature{ID: "new-site", Geometry: shapeOf(l, p, 3), Properties: propertiesOf(l, p)}}
	if err := importBatch(t.Context(), d.store, layers.Batch{Layer: "site", City: city, File: "more.csv"}, []layers.Staged{one}); err != nil {
		t.Fatal(err)
	}
	if after := count(); after != 3.0 {
		t.Errorf("after the import the catalogue counts %v sites, want 3", after)
	}
}

// The catalogue says who makes the tiles of each layer; a town's fit into memory.
func TestTheCatalogueSaysWhoMakesTiles(t *testing.T) {
	d := open(t)
	all := d.get(analyst, "/catalog").json(t)["layers"].([]any)
	if len(all) != len(catalog.All) {
		t.Fatalf("%d layers", len(all))
	}
	for _, one := range all {
		if l := one.(map[string]any); l["tiles"] != "memory" {
			t.Errorf("the tiles of %s are made by the %v", l["id"], l["tiles"])
		}
	}
}
