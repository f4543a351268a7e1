package api_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sitmap/api"
	"sitmap/geo/cube"
	"sitmap/layers/access"
	"sitmap/layers/tally"
)

// The city has eight cases in one month: two in the one county, six in the other. Two
// are fewer than five, and six would give them away: the two counties are shown
// together.
func TestReadersWithoutCaseRightsGetTheRelease(t *testing.T) {
	d := open(t, stopped, counting(t))
	leader := who{access.Leader, city}
	get := func(w who, path string) map[string]any {
		t.Helper()
		got := d.get(w, path)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		return got.json(t)
	}
	counties := get(leader, "/api/areas/counts/dispute?level=county")
	if got := lineOf(counties); got != "620602+620622=8 exact merged" {
		t.Errorf("the counties are %s", got)
	}
	for name, want := range map[string]any{"disclosure": "released", "period": "2016-09", "total": 8.0, "snapped": false, "version": 1.0, "from": "2016-08-31T16:00:00Z", "to": "2016-09-30T16:00:00Z"} {
		if counties[name] != want {
			t.Errorf("%s is %v, want %v", name, counties[name], want)
		}
	}
	if got := lineOf(get(who{access.Viewer, county}, "/api/areas/counts/dispute?level=county")); got != "620602=0 withheld beyond" {
		t.Errorf("the county's reader sees %s", got)
	}
	cells := get(leader, "/api/h3/dispute?res=6")
	if units := cells["units"].([]any); len(units) != 1 || len(units[0].(map[string]any)["cells"].([]any)) < 200 || cells["total"] != 8.0 || len(cells["cells"].([]any)) > 0 {
		t.Errorf("by cell: %.400s", fmt.Sprint(cells))
	}
	// What is published lies on the ground of the city, so that a box shows a part of it.
	if units := get(leader, "/api/h3/dispute?res=8&bbox=102.1,37.1,102.2,37.2")["units"].([]any); len(units) != 1 || len(units[0].(map[string]any)["cells"].([]any)) > 500 {
		t.Errorf("a box shows %d units", len(units))
	}
	for path, want := range map[string]string{
		"/api/h3/dispute/series?by=month":                "2016-08-31T16:00:00Z 8 exact",
		"/api/h3/dispute/series?by=category&category=01": "01 8 exact",
		"/api/h3/dispute/series?by=category&category=02": "02 0 none",
		"/api/h3/dispute/series?by=month&area=620602":    "2016-08-31T16:00:00Z 0 withheld",
		"/api/h3/dispute/series?by=month&area=620702":    "2016-08-31T16:00:00Z 0 withheld",
	} {
		var lines []string
		for _, item := range get(leader, path)["items"].([]any) {
			i := item.(map[string]any)
			at := i["from"]
			if at == nil {
				at = i["category"]
			}
			lines = append(lines, fmt.Sprintf("%v %v %v", at, i["count"], i["state"]))
		}
		if got := strings.Join(lines, ", "); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	snapped := get(leader, "/api/h3/dispute?res=6&from=2016-09-10&to=2016-09-20T10:00:00Z")
	if snapped["snapped"] != true || snapped["from"] != "2016-08-31T16:00:00Z" || snapped["total"] != 8.0 {
		t.Errorf("ten days become %v to %v, %v", snapped["from"], snapped["to"], snapped["total"])
	}
	for query, parameter := range map[string]string{
		"h3/dispute?status=closed": "status", "h3/dispute?from=2016-10-01&to=2016-11-01": "from", "h3/dispute/series?by=day": "by", "h3/dispute?category=zz": "category",
	} {
		if got := d.get(leader, "/api/"+query); got.status != 400 || got.json(t)["parameter"] != parameter {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	inside := d.post(leader, "/api/h3/dispute/inside", `{"within":{"type":"Polygon","coordinates":[[[101.9,37],[102.5,37],[102.5,38],[101.9,38],[101.9,37]]]}}`).json(t)
	if inside["count"] != 8.0 || inside["snapped"] != true || inside["share"] != 1.0 || len(inside["units"].([]any)) != 1 {
		t.Errorf("a drawing around the one county: %.300s", fmt.Sprint(inside))
	}
	// The one unit is the whole city, all whose cases are of one kind and month.
	if got := fmt.Sprint(inside["categories"]); got != "[map[category:01 count:8 state:exact]]" {
		t.Errorf("by category: %s", got)
	}
	if got := fmt.Sprint(inside["months"]); got != "[map[count:8 month:2016-09 state:exact]]" {
		t.Errorf("by month: %s", got)
	}
	// Who may see cases is answered exactly.
	if got := get(who{access.Analyst, city}, "/api/areas/counts/dispute?level=county"); got["disclosure"] != "exact" || got["units"] != nil {
		t.Errorf("the analyst: %v", got)
	}
	// The catalogue and the stream count the releases of both cities.
	for _, l := range get(leader, "/catalog")["layers"].([]any) {
		l := l.(map[string]any)
		if l["id"] == "dispute" && (l["counts"] != "released" || l["allowed"] != false || l["version"] != 2.0 || l["count"] != nil || l["changed"] != nil || l["window"].(map[string]any)["to"] != "2016-09-30T16:00:00Z") {
			t.Errorf("the catalogue says %v", l)
		}
	}
	if hello := string(d.get(leader, "/api/live").body); !strings.Contains(hello, `{"layer":"dispute","version":2}`) {
		t.Errorf("the stream begins with %s", hello)
	}
}

// The binary form says the same as the JSON: which unit each cell belongs to.
func TestUnitsInBinary(t *testing.T) {
	d := open(t, stopped, counting(t))
	leader := who{access.Leader, city}
	const path = "/api/h3/dispute?res=7"
	want := d.get(leader, path).json(t)["units"].([]any)
	got := d.get(leader, path+"&f=bin")
	if got.status != 200 || got.header.Get("Content-Type") != "application/vnd.sitmap.counts" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	size := binary.LittleEndian.Uint32(got.body)
	head, rest := got.body[4:4+size], got.body[4+size:]
	var answer struct {
		Total int64
		Units []struct {
			Count int
			Cells []string
		}
	}
	if err := json.Unmarshal(head, &answer); err != nil || answer.Total != 8 || len(answer.Units) != len(want) || len(answer.Units[0].Cells) > 0 {
		t.Fatalf("%s: %v", head, err)
	}
	var counts cube.Counts
	if err := counts.Decode(rest[4:]); err != nil || int(binary.LittleEndian.Uint32(rest)) != len(rest)-4 {
		t.Fatal(err)
	}
	of := map[string]int{}
	for i, u := range want {
		for _, cell := range u.(map[string]any)["cells"].([]any) {
			of[cell.(string)] = i + 1
		}
	}
	if len(counts.Cells) != len(of) {
		t.Errorf("%d cells, want %d", len(counts.Cells), len(of))
	}
	for i, cell := range counts.Cells {
		if of[cell.String()] != int(counts.Counts[i]) {
			t.Errorf("cell %v is of unit %d, want %d", cell, counts.Counts[i], of[cell.String()])
		}
	}
}

// A reader without case rights is told of a layer of cases when something new is
// published of it, and not when it changes.
func TestTheStreamTellsOfReleases(t *testing.T) {
	var counts *tally.Server
	var m movable
	d := open(t, stopped, counting(t), m.take, func(o *api.Options) { counts = o.Counts })
	conn, err := pgx.Connect(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	stream := d.read(t, who{access.Leader, city})
	stream.next("hello")
	for _, edit := range []string{`update event set status = 'closed' where id = 'SECRET620622-dispute-620622001002-1'`, `delete from event where id = 'SECRET620622-dispute-620622001002-0'`} {
		if _, err := conn.Exec(t.Context(), edit); err != nil {
			t.Fatal(err)
		}
	}
	if err := counts.Reach(t.Context(), "dispute", 4); err != nil {
		t.Fatal(err)
	}
	m.move(t, "dispute", 4)
	m.move(t, "road", 9)
	if err := counts.Publish(t.Context(), "dispute"); err != nil {
		t.Fatal(err)
	}
	// The layer is at version 4, its releases of two cities make 3.
	told := map[string]int64{}
	for len(told) < 2 {
		got, _ := stream.next("layers")
		for layer, version := range got {
			if before, again := told[layer]; again && before != version {
				t.Errorf("layer %s at %d and %d", layer, before, version)
			}
			told[layer] = version
		}
	}
	if fmt.Sprint(told) != "map[dispute:3 road:9]" {
		t.Errorf("the reader is told of %v", told)
	}
}

// lineOf writes the units of areas as "code+code=count state reason, …".
func lineOf(answer map[string]any) string {
	var lines []string
	for _, unit := range answer["units"].([]any) {
		u := unit.(map[string]any)
		var codes []string
		for _, a := range u["areas"].([]any) {
			codes = append(codes, a.(map[string]any)["code"].(string))
		}
		lines = append(lines, fmt.Sprintf("%s=%v %s %s", strings.Join(codes, "+"), u["count"], u["state"], u["reason"]))
	}
	return strings.Join(lines, ", ")
}
