package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sitmap/layers/access"
)

// homesBody is what the tests read of an answer against households.
type homesBody struct {
	N      int
	Method struct {
		Measure string
		Base    *struct{ Households, Unmeasured, UnmeasuredCount int }
	}
	Places []struct{ Flags []string }
	Masked []string
}

// Nobody lives in the grids of the town, so that all its cases are masked and said;
// once a grid states households, the cells it covers are judged. Each reader knows of
// the households of the own area alone.
func TestHotspotsAgainstHouseholds(t *testing.T) {
	d := open(t, stopped, counting(t))
	cityAnalyst, countyAnalyst := who{access.Analyst, city}, who{access.Analyst, county}
	ask := func(w who, question string) (body homesBody) {
		t.Helper()
		got := d.get(w, "/api/hotspots/"+question+"&measure=households&from=..&to=..")
		if got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if err := json.Unmarshal(got.body, &body); err != nil {
			t.Fatal(err)
		}
		if body.Method.Measure != "households" || body.Method.Base == nil {
			t.Fatalf("%s", got.body)
		}
		return body
	}
	all := ask(cityAnalyst, "dispute?res=7")
	if all.N != 0 || all.Method.Base.Households != 0 || all.Method.Base.UnmeasuredCount != 8 || len(all.Masked) != all.Method.Base.Unmeasured || len(all.Masked) == 0 {
		t.Errorf("without households: %+v", all)
	}
	if own := ask(countyAnalyst, "dispute?res=7"); own.Method.Base.UnmeasuredCount != 2 {
		t.Errorf("a county of two cases: %+v", own)
	}
	if cameras := ask(cityAnalyst, "camera?res=7"); len(cameras.Masked) == 0 {
		t.Errorf("a layer without dates: %+v", cameras)
	}
	missing := d.get(cityAnalyst, "/api/hotspots/dispute/"+all.Masked[0]+"?measure=households&from=..&to=..")
	if missing.status != 404 || !strings.Contains(string(missing.body), "households") {
		t.Errorf("a masked cell: %d %s", missing.status, missing.body)
	}

	conn, err := pgx.Connect(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `update feature set props = jsonb_set(props, '{household_band}', '"50-149"') where layer = 'grid'`); err != nil {
		t.Fatal(err)
	}
	// The same question again would be answered as before until the server is told.
	told := ask(cityAnalyst, "dispute?res=6")
	if told.N == 0 || told.Method.Base.UnmeasuredCount != 0 || len(told.Masked) != 0 || told.Method.Base.Households == 0 {
		t.Errorf("with households: %+v", told)
	}
	own := ask(countyAnalyst, "dispute?res=6")
	if own.Method.Base.Households == 0 || own.Method.Base.Households >= told.Method.Base.Households {
		t.Errorf("the county has %d of %d households", own.Method.Base.Households, told.Method.Base.Households)
	}
	shuffled := d.get(cityAnalyst, "/api/hotspots/dispute/shuffles?res=7&n=5&measure=households&from=..&to=..").json(t)
	if shuffled["n"] != 5.0 || len(shuffled["shuffles"].([]any)) != 5 {
		t.Errorf("scattered: %v", shuffled)
	}
	for _, path := range []string{"/api/hotspots/dispute?measure=people", "/api/hotspots/dispute/shuffles?measure=none"} {
		if got := d.get(cityAnalyst, path); got.status != 400 || got.json(t)["parameter"] != "measure" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
