package api_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/api"
	"sitmap/geo/cube"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/tally"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// counting lets a server count from sums.
func counting(t testing.TB) func(*api.Options) {
	return func(o *api.Options) {
		o.Counts = tally.NewServer(o.Store.(tally.Source), catalog.All, tally.Options{Registry: o.Store.(tally.Registry)})
		if err := o.Counts.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- o.Counts.Run(t.Context()) }()
		t.Cleanup(func() {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

type cellsAnswer struct {
	Resolution int
	From, To   string
	Total      int64
	N          int
	Breaks     []int64
	Cells      []struct {
		Cell  string
		Count int64
	}
}

func (r reply) cells(t testing.TB) cellsAnswer {
	t.Helper()
	var a cellsAnswer
	if err := json.Unmarshal(r.body, &a); err != nil || r.status != 200 {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return a
}

// Whether counts come from sums, from the features in memory or from the store, a
// client gets the same bytes.
func TestCountsAnswerAsTheFeatures(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	sums, memory, store := open(t, stopped, counting(t)), open(t, stopped, remembering(t)), open(t, stopped)
	readers := []who{{access.Analyst, city}, {access.Analyst, county}, {access.Viewer, sibling}, {access.Leader, ""}}
	var paths []string
	for _, l := range []layers.Layer{layerOf(t, "camera"), layerOf(t, "dispute"), layerOf(t, "road")} {
		for _, query := range []string{"", "?res=9", "?res=5&bbox=102.1,37.1,102.6,37.8", "?bbox=170,-10,-170,10&res=6", "?bbox=102.05,37.25,102.05,37.25", "?area=" + county,
			"?area=620602001001&res=9", "?area=7", "?datetime=2016-09-30", "?from=2016-09-30&to=2016-10-01&res=8", "?from=..", "?from=2017-01-01", "?res=4", "?bbox=1,2,3", "?from=2016-09-02&to=2016-09-02", "?nothing=1"} {
			paths = append(paths, "/api/h3/"+l.ID+query, "/api/hotspots/"+l.ID+query)
		}
		if f, ok := l.Field(l.Legend); ok {
			two := f.List[0].Value + "," + f.List[1].Value
			paths = append(paths, "/api/h3/"+l.ID+"?category="+two, "/api/h3/"+l.ID+"?"+f.Name+"="+two, "/api/h3/"+l.ID+"?res=7&category="+f.List[1].Value, "/api/h3/"+l.ID+"?category=nonsense")
		}
	}
	for _, l := range []string{"dispute", "camera"} {
		for _, query := range []string{"", "&area=" + county, "&from=2016-09-30&to=2016-09-30T09:00:00Z", "&from=2016-07-01"} {
			for _, level := range []string{"city", "county", "township", "village"} {
				paths = append(paths, "/api/areas/counts/"+l+"?level="+level+query)
			}
			for _, by := range []string{"day", "month", "category"} {
				paths = append(paths, "/api/h3/"+l+"/series?by="+by+query)
			}
			paths = append(paths, "/api/h3/"+l+"?compare=2016-08-01/2016-09-01"+query, "/api/h3/"+l+"?res=9&compare=2016-09-01/..&from=2016-08-01&to=2016-09-01")
		}
	}
	paths = append(paths, "/api/h3/dispute?status=discovered", "/api/h3/camera?high_definition=true&res=9", "/api/h3/dispute?category=A1")
	for _, reader := range readers {
		for _, path := range paths {
			if strings.Contains(path, "dispute") && !reader.role.Has(access.ReadCases) {
				continue // answered from the release, which only a server that counts has
			}
			one := sums.get(reader, path)
			same(t, reader.String()+" "+path, sums, one, store, store.get(reader, path))
			same(t, reader.String()+" "+path, sums, one, memory, memory.get(reader, path))
		}
	}
}

// The town has 2, 6 and 5 features of each layer in its counties, all in different
// places.
func TestCellsOfTheTown(t *testing.T) {
	d := open(t, stopped, counting(t))
	camera := func(w who, query string) cellsAnswer { return d.get(w, "/api/h3/camera"+query).cells(t) }
	cityAnalyst := who{access.Analyst, city}
	all := camera(cityAnalyst, "?res=9")
	if all.Total != 8 || all.N != 8 || fmt.Sprint(all.Breaks) != "[1]" {
		t.Errorf("the city has %+v", all)
	}
	for _, c := range all.Cells {
		if cell, err := hex.Parse(c.Cell); err != nil || cell.Resolution() != 9 || c.Count != 1 {
			t.Errorf("cell %+v: %v", c, err)
		}
	}
	if got := camera(cityAnalyst, "?area="+county); got.Total != 2 || got.Resolution != 8 {
		t.Errorf("the county has %+v; its box of 45 by 111 km has 7,000 cells of resolution 8", got)
	}
	if got := camera(who{access.Viewer, sibling}, "?res=5"); got.Total != 6 {
		t.Errorf("the reader of the sibling county counts %d", got.Total)
	}
	if got := camera(cityAnalyst, "?area="+foreign); got.Total != 0 || got.N != 0 {
		t.Errorf("the foreign county shows %+v", got)
	}
	// The box holds the first camera of the first village alone: the next is 50 km away.
	at := shapeOf(layerOf(t, "camera"), places[3], 0).(orb.Point)
	box := fmt.Sprintf("%f,%f,%f,%f", at[0]-0.001, at[1]-0.001, at[0]+0.001, at[1]+0.001)
	if got := camera(cityAnalyst, "?bbox="+box); got.Total != 1 || got.Resolution != 9 {
		t.Errorf("the box shows %+v", got)
	}
	// Disputes open on September 2016 by the city's clock.
	got := d.get(cityAnalyst, "/api/h3/dispute").cells(t)
	if got.Total != 8 || got.From != "2016-08-31T16:00:00Z" || got.To != "2016-09-30T16:00:00Z" {
		t.Errorf("cases: %+v", got)
	}
	if got := d.get(cityAnalyst, "/api/h3/dispute?to=2016-09-30").cells(t); got.Total != 0 || got.From != "" || got.To != "2016-09-29T16:00:00Z" {
		t.Errorf("cases before the last day of September: %+v", got)
	}
}

// The binary form holds what the JSON form does.
func TestCellsInBinary(t *testing.T) {
	d := open(t, stopped, counting(t))
	cityAnalyst := who{access.Analyst, city}
	const path = "/api/h3/dispute?res=8&compare=2016-09-01/2016-10-01&from=2016-09-01&to=2016-10-01"
	want := d.get(cityAnalyst, path).cells(t)
	got := d.get(cityAnalyst, path+"&f=bin")
	if got.status != 200 || got.header.Get("Content-Type") != "application/vnd.sitmap.counts" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	var parts [][]byte
	for rest := got.body; len(rest) > 0; {
		n := binary.LittleEndian.Uint32(rest)
		parts, rest = append(parts, rest[4:4+n]), rest[4+n:]
	}
	var head cellsAnswer
	if err := json.Unmarshal(parts[0], &head); err != nil || len(parts) != 3 || head.Total != want.Total || head.From != want.From {
		t.Fatalf("%d parts, %s: %v", len(parts), parts[0], err)
	}
	for _, part := range parts[1:] {
		var counts cube.Counts
		if err := counts.Decode(part); err != nil || len(counts.Cells) != len(want.Cells) || counts.Total != 8 {
			t.Fatalf("%+v %v", counts, err)
		}
		for i, c := range want.Cells {
			if counts.Cells[i].String() != c.Cell || int64(counts.Counts[i]) != c.Count {
				t.Errorf("%s has %d, want %+v", counts.Cells[i], counts.Counts[i], c)
			}
		}
	}
}

// The first city's cases lie on the last day of September 2016: one in each village
// of the county, two and four in those of its sibling.
func TestSeriesAndAreasOfTheTown(t *testing.T) {
	d := open(t, stopped, counting(t))
	cityAnalyst := who{access.Analyst, city}
	for path, want := range map[string]string{
		"/api/h3/dispute/series?by=month":                                              "2016-08-31T16:00:00Z 8",
		"/api/h3/dispute/series?by=day&from=2016-09-29&to=2016-10-02":                  "2016-09-28T16:00:00Z 0, 2016-09-29T16:00:00Z 8, 2016-09-30T16:00:00Z 0",
		"/api/h3/dispute/series?by=month&from=2016-08-15&to=2016-10-15":                "2016-07-31T16:00:00Z 0, 2016-08-31T16:00:00Z 8, 2016-09-30T16:00:00Z 0",
		"/api/h3/dispute/series?by=day&from=2016-09-30&to=2016-09-30T08:00:00%2B08:00": "2016-09-29T16:00:00Z 0",
		"/api/h3/camera/series?by=category":                                            "working 8, faulty 0, offline 0, building 0",
		"/api/areas/counts/dispute?level=county":                                       "620602 2, 620622 6",
		"/api/areas/counts/dispute?level=village&area=620622":                          "620622001001 2, 620622001002 4",
		"/api/areas/counts/dispute?level=city":                                         "6206 8",
		"/api/areas/counts/dispute?level=county&area=620602001001":                     "620602 1 partial",
	} {
		got := d.get(cityAnalyst, path)
		var answer struct {
			Items []struct {
				From, Category string
				Count          int
			}
			Areas []struct {
				Code    string
				Count   int
				Partial bool
			}
		}
		if err := json.Unmarshal(got.body, &answer); err != nil || got.status != 200 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
			continue
		}
		var lines []string
		for _, i := range answer.Items {
			lines = append(lines, fmt.Sprintf("%s%s %d", i.From, i.Category, i.Count))
		}
		for _, a := range answer.Areas {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s %d %s", a.Code, a.Count, map[bool]string{true: "partial"}[a.Partial]), " "))
		}
		if line := strings.Join(lines, ", "); line != want {
			t.Errorf("%s is %s, want %s", path, line, want)
		}
	}
}

// Tiles of cells hold the cells and counts of the JSON form, as valid polygons around
// the cells' middles.
func TestTilesOfCells(t *testing.T) {
	d := open(t, stopped, counting(t))
	cityAnalyst := who{access.Analyst, city}
	want := map[string]string{}
	for _, c := range d.get(cityAnalyst, "/api/h3/camera?res=6").cells(t).Cells {
		want[c.Cell] = fmt.Sprint(c.Count)
	}
	path := strings.Replace(tilePath(layerOf(t, "area"), city, 6), "/tiles/area", "/api/h3/camera/tiles", 1)
	got := d.get(cityAnalyst, path+"?res=6&class=yes")
	if got.status != 200 || got.header.Get("Etag") == "" {
		t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	decoded, err := mvt.Decode(got.body)
	if err != nil || len(decoded) != 1 || decoded[0].Name != "h3" {
		t.Fatalf("%v\n%s", err, mvt.Dump(decoded))
	}
	mvttest.Valid(t, decoded)
	for _, f := range decoded[0].Features {
		count := fmt.Sprint(f.Properties[1].Value)
		if cell := fmt.Sprint(f.Properties[0].Value); want[cell] != count {
			t.Errorf("cell %s has %s, want %q", cell, count, want[cell])
		} else {
			delete(want, cell)
		}
	}
	if len(want) > 0 {
		t.Errorf("the tile lacks %v", want)
	}
	if empty := d.get(cityAnalyst, "/api/h3/camera/tiles/9/1/1.mvt"); empty.status != 200 || len(empty.body) > 0 {
		t.Errorf("elsewhere: %d with %d bytes", empty.status, len(empty.body))
	}
}

// The drawing holds the western of the two counties: 2 of 8 cases.
func TestInsideADrawing(t *testing.T) {
	d := open(t, stopped, counting(t))
	ask := func(w who, body string) map[string]any {
		got := d.post(w, "/api/h3/dispute/inside", body)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", body, got.status, got.body)
		}
		return got.json(t)
	}
	const west = `"within":{"type":"Polygon","coordinates":[[[101.9,37],[102.5,37],[102.5,38],[101.9,38],[101.9,37]]]}`
	cityAnalyst := who{access.Analyst, city}
	a := ask(cityAnalyst, `{`+west+`}`)
	// 0.6 degrees of longitude at 37.5 N are 53.0 km, a degree of latitude is 111.2 km.
	if km2 := a["km2"].(float64); a["count"] != 2.0 || a["share"] != 0.25 || km2 < 5850 || km2 > 5950 || a["from"] != "2016-08-31T16:00:00Z" {
		t.Errorf("the western county: %v", a)
	}
	if got := fmt.Sprint(a["categories"], a["months"]); got != "[map[category:01 count:2]] [map[count:2 month:2016-09]]" {
		t.Errorf("its categories and months: %s", got)
	}
	if a := ask(cityAnalyst, `{`+west+`,"datetime":"2016-08-01/2016-09-01"}`); a["count"] != 0.0 || a["share"] != nil || fmt.Sprint(a["months"]) != "[map[count:2 month:2016-09]]" {
		t.Errorf("in August: %v", a)
	}
	if a := ask(cityAnalyst, `{`+west+`,"filters":{"category":["02"]}}`); a["count"] != 0.0 {
		t.Errorf("another category: %v", a)
	}
	if a := ask(who{access.Analyst, sibling}, `{`+west+`}`); a["count"] != 0.0 || a["share"] != 0.0 {
		t.Errorf("the neighbour's analyst: %v", a)
	}
	for body, parameter := range map[string]string{`{}`: "within", `{"within":{"type":"Point"}}`: "within", `{` + west + `,"filters":{"colour":["red"]}}`: "filters", `{` + west + `,"datetime":"x"}`: "datetime"} {
		if got := d.post(cityAnalyst, "/api/h3/dispute/inside", body); got.status != 400 || got.json(t)["parameter"] != parameter {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

// Once a change is reached, nobody is given what was counted before, nor remembered
// from a moment ago.
func TestCountsFollowTheStore(t *testing.T) {
	var counts *tally.Server
	d := open(t, stopped, counting(t), func(o *api.Options) { counts = o.Counts })
	conn, err := pgx.Connect(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	cityAnalyst := who{access.Analyst, city}
	paths := []string{"/api/h3/dispute?res=5", "/api/areas/counts/dispute?level=city", "/api/h3/dispute/series"}
	for want := 8.0; want > 4; want-- {
		for range 2 {
			for _, path := range paths {
				if got := d.get(cityAnalyst, path).json(t)["total"]; got != want {
					t.Fatalf("%s counts %v, want %v", path, got, want)
				}
			}
		}
		if _, err := conn.Exec(t.Context(), `delete from event where id = (select id from event where area between 620600000000000 and 620699999999999 order by id limit 1)`); err != nil {
			t.Fatal(err)
		}
		states, err := d.store.States(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := counts.Reach(t.Context(), "dispute", states["dispute"].Version); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(d.get(nobody, "/metrics").body); !strings.Contains(got, `sitmap_counting_seconds_count{from="sums"}`) || !strings.Contains(got, "sitmap_counts_bytes") || !strings.Contains(got, "sitmap_counts_changes 4") {
		t.Errorf("the metrics lack the counts:\n%s", got)
	}
}

func TestTheSameAnswerIsNotSentTwice(t *testing.T) {
	d := open(t, stopped, counting(t))
	first := d.get(analyst, "/api/h3/camera?res=9")
	tag := first.header.Get("Etag")
	if first.header.Get("Cache-Control") != "private, no-cache" || tag == "" {
		t.Fatalf("the head is %v", first.header)
	}
	if again := d.get(analyst, "/api/h3/camera?res=9", "If-None-Match", tag); again.status != 304 || len(again.body) > 0 {
		t.Errorf("again: %d with %d bytes", again.status, len(again.body))
	}
	if other := d.get(analyst, "/api/h3/camera?res=8", "If-None-Match", tag); other.status != 200 {
		t.Errorf("another question: %d", other.status)
	}
}

func TestWrongQuestionsAboutCells(t *testing.T) {
	d := open(t, stopped, counting(t))
	for query, names := range map[string][]string{
		"?res=4":                                 {"res", "5 to 9"},
		"?res=nine":                              {"res"},
		"?bbox=1,2":                              {"bbox", "west,south,east,north"},
		"?area=999":                              {"area"},
		"?from=yesterday":                        {"from", "RFC 3339"},
		"?from=2016-10-01&to=2016-09-01":         {"to", "after the start"},
		"?from=2016-09-01&datetime=2016-09-01":   {"datetime", "either"},
		"?category=none":                         {"category", "category"},
		"?colour=red":                            {"colour", "unknown", "bbox"},
		"?from=2016-09-01&from=2016-10-01":       {"from", "once"},
		"?status=" + url.QueryEscape("closed,x"): {"status"},
	} {
		got := d.get(analyst, "/api/h3/dispute"+query)
		problem := got.json(t)
		if got.status != 400 || problem["parameter"] != names[0] {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
		for _, word := range names[1:] {
			if !strings.Contains(fmt.Sprint(problem["detail"]), word) {
				t.Errorf("%s: the answer does not say %q: %s", query, word, got.body)
			}
		}
	}
	if got := d.get(analyst, "/api/h3/road").json(t); got["parameter"] != "layer" || !strings.Contains(fmt.Sprint(got["detail"]), "camera") {
		t.Errorf("roads: %v", got)
	}
	if got := d.get(analyst, "/api/hotspots/dispute/8824890651fffff"); got.status != 404 {
		t.Errorf("a cell far away: %d", got.status)
	}
	for _, cell := range []string{"8424891ffffffff", "nonsense00000000", "8a2489000007fff", "8824890651ffffe"} {
		if got := d.get(analyst, "/api/hotspots/dispute/"+cell); got.status != 400 || got.json(t)["parameter"] != "cell" {
			t.Errorf("cell %s: %d %s", cell, got.status, got.body)
		}
	}
}
