package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/errgroup"

	"sitmap/api"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// The walk proves the table of rights: every operation of openapi.yaml, with
// every role, answering for a county, for the city above it, for a foreign city
// and for everywhere, asked about their own, the sibling, the parent and a
// foreign area. Every status is what access.Table says, every answer is what
// the contract says, and no answer holds a byte of a county beyond the asker's
// area. An operation without requests here fails the test.

// asked is one request of the walk.
type asked struct {
	path, body string
	layer      string          // whose access counts; "" for none
	counts     bool            // published for those who may not see the layer's cases
	want       int             // the status for who has the right; 0 for 200
	wants      func(w who) int // instead of want
}

// app is a small web application.
var app = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>sitmap</title>" + strings.Repeat("<p>map</p>", 400))},
	"assets/app-a1.js":   {Data: []byte("export const map = 1;" + strings.Repeat("// map\n", 400))},
	"assets/noto.woff2":  {Data: []byte("wOF2")},
	"assets/site.unkown": {Data: []byte("?")},
}

// The walk's fixes are the same whenever it is asked.
var walkFixes, walkSOS = sent(places[3], 0, 1, 2, false), sent(places[7], 0, 1, 1, true)

var targets = []string{county, sibling, city, foreign}

// walk is what is asked of each operation.
func walk() map[string][]asked {
	w := map[string][]asked{
		"health":         {{path: "/healthz"}},
		"ready":          {{path: "/readyz"}},
		"metrics":        {{path: "/metrics"}},
		"login":          {{path: "/api/login", body: `{"name":"WHO","password":"wrong"}`, want: 401}},
		"logout":         {{path: "/api/logout", want: 204}},
		"me":             {{path: "/api/me"}},
		"changePassword": {{path: "/api/me/password", body: `{"old":"wrong","new":"a new long password"}`, want: 400}},
		"catalog":        {{path: "/catalog"}},
		"basemapJSON":    {{path: "/basemap.json"}},
		"basemapTile":    {{path: "/basemap/9/401/198"}, {path: "/basemap/9/401/199?v=1"}, {path: "/basemap/1/2/0", want: 400}},
		"areaRoots":      {{path: "/api/areas"}},
		"search":         {{path: "/api/search?q=SECRET"}, {path: "/api/search?q=62&limit=50"}, {path: "/api/search?q=%E5%9C%B0"}},
		"ogcLanding":     {{path: "/ogc"}, {path: "/ogc/"}},
		"ogcConformance": {{path: "/ogc/conformance"}},
		"ogcCollections": {{path: "/ogc/collections"}, {path: "/ogc/collections/"}},
		"mapStyle":       {{path: "/styles/map.json"}, {path: "/styles/map.json?theme=dark&labels=no"}},
		"style":          {{path: "/styles/area,road,water.json"}},
		"imports":        {{path: "/api/imports"}, {path: "/api/imports?limit=200"}},
		"importRejects":  rejectsAsked(),
		"release":        {{path: "/api/release/dispute"}, {path: "/api/release/dispute?threshold=3"}, {path: "/api/release/camera", want: 404}, {path: "/api/release/dispute?threshold=2", want: 400}},
		"attackRelease":  {{path: "/api/release/dispute/attack"}, {path: "/api/release/dispute/attack?month=2016-09"}, {path: "/api/release/dispute/attack?area=620602"}, {path: "/api/release/dispute/attack?area=nowhere", want: 400}, {path: "/api/release/dispute/attack?month=2016-08", want: 400}},
		"live":           {{path: "/api/live"}},
		"osmAnd":         {{path: "/ingest/osmand?id=U&lat=37.2&lon=102.1"}, {path: "/ingest/osmand?lat=37.2&lon=102.1", want: 400}},
		"osmAndPost":     {{path: "/ingest/osmand", body: `{"device_id":"U","location":{"coords":{"latitude":37.2,"longitude":102.1}}}`}, {path: "/ingest/osmand", body: `{}`, want: 400}},
		"ownTracks":      {{path: "/ingest/owntracks?d=U", body: `{"_type":"location","lat":37.2,"lon":102.1,"tst":1}`}, {path: "/ingest/owntracks"}},
		"coverage":       {{path: "/api/coverage"}, {path: "/api/coverage?by=cell&bbox=90,30,110,45&next=3&gaps=200&k=2"}, {path: "/api/coverage?by=village&purpose=detect"}, {path: "/api/coverage?by=grid&within=PT2H"}, {path: "/api/coverage?by=cell&layer=unit&area=" + sibling}, {path: "/api/coverage?layer=unit&by=grid&top=200&dose=PT1M/PT1M&every=PT10M"}},
		"tide":           {{path: "/api/tide"}, {path: "/api/tide?area=" + sibling}, {path: "/api/tide?within=PT2H&columns=minutes"}, {path: "/api/tide?within=P2D", want: 400}},
		"tideGaps":       {{path: "/api/tide/gaps"}, {path: "/api/tide/gaps?idle=PT1M&order=idle&area=" + sibling}, {path: "/api/tide/gaps?idle=4h", want: 400}},
		"tideGrid":       tideGridsAsked(),
		"positions":      {{path: "/api/positions", body: walkFixes}, {path: "/api/positions", body: walkSOS}, {path: "/api/positions", body: `{}`, want: 400}},
		"units":          {{path: "/api/units"}, {path: "/api/units?area=" + sibling}, {path: "/api/units?state=asleep", want: 400}},
		"answerAlarm":    answersAsked(),
		"replay":         replayAsked(),
		"looks":          {{path: "/api/replay/looks"}, {path: "/api/replay/looks?before=2&limit=1"}, {path: "/api/replay/looks?limit=0", want: 400}},
		"alarms":         {{path: "/api/alarms"}, {path: "/api/alarms?state=closed&limit=1&opened=2026-11-01/2026-12-01"}, {path: "/api/alarms?area=" + sibling}, {path: "/api/alarms?after=x", want: 400}},
		"fences":         {{path: "/api/fences"}},
		"addFence":       fencesAsked(),
		"removeFence":    {{path: "/api/fences/999999", want: 404}},
		"roster":         {{path: "/api/roster"}, {path: "/api/roster?day=2026-11-27"}, {path: "/api/roster?area=" + sibling}, {path: "/api/roster?day=today", want: 400}},
		"setRosters":     rostersAsked(http.MethodPut),
		"importRoster":   {{path: "/api/roster/import", body: `{"csv":"unit,from,to\nnone,1,2"}`}, {path: "/api/roster/import", body: `{"csv":""}`, want: 400}},
		"unitRoster":     rostersAsked(http.MethodGet),
		"removeRoster":   rostersAsked(http.MethodDelete),
		"unitTotals":     {{path: "/api/units/totals"}, {path: "/api/units/totals?by=village&area=" + sibling}, {path: "/api/units/totals?by=grid", want: 400}},
		"openapiYAML":    {{path: "/openapi.yaml"}},
		"openapiJSON":    {{path: "/openapi.json"}},
		"docs":           {{path: "/docs"}},
		"app":            {{path: "/"}, {path: "/?area=620602&z=9"}},
		"asset":          {{path: "/assets/app-a1.js"}, {path: "/assets/none.js", want: 404}, {path: "/assets/..%2Findex.html", want: 404}},
		"tileJSON":       {{path: "/tiles/area,road,water.json"}},
		"insideTotals":   {{path: "/api/inside", body: `{}`}},

		"ogc.getTileMatrixSetsList":          {{path: "/ogc/tileMatrixSets"}},
		"ogc.getTileMatrixSet":               {{path: "/ogc/tileMatrixSets/WebMercatorQuad"}, {path: "/ogc/tileMatrixSets/None", want: 404}},
		"ogc.dataset.vector.getTileSetsList": {{path: "/ogc/tiles"}, {path: "/ogc/tiles/"}},
		"ogc.dataset.vector.getTileSet":      {{path: "/ogc/tiles/WebMercatorQuad"}, {path: "/ogc/tiles/WebMercatorQuad?collections=area,road"}},
		"ogc.dataset.vector.getTile":         {{path: "/ogc/tiles/WebMercatorQuad/9/198/401"}, {path: "/ogc/tiles/WebMercatorQuad/12/1565/3187"}},
	}
	for _, code := range append(targets, "620622001001", "620702001001") {
		w["areaNode"] = append(w["areaNode"], asked{path: "/api/areas/" + code})
		w["insideTotals"] = append(w["insideTotals"], asked{path: "/api/inside", body: fmt.Sprintf(`{"area":%q}`, code)})
		w["coverage"] = append(w["coverage"], asked{path: "/api/coverage?by=township&area=" + code})
	}
	everywhere := `{"within":{"type":"Polygon","coordinates":[[[90,30],[110,30],[110,45],[90,45],[90,30]]]}}`
	w["insideTotals"] = append(w["insideTotals"], asked{path: "/api/inside", body: everywhere})
	for _, l := range catalog.All {
		add := func(op, path, body string) { w[op] = append(w[op], asked{path: path, body: body, layer: l.ID}) }
		add("tileJSON", "/tiles/"+l.ID+".json", "")
		add("ogcCollection", "/ogc/collections/"+l.ID, "")
		add("style", "/styles/"+l.ID+".json", "")
		add("ogc.collection.vector.getTileSetsList", "/ogc/collections/"+l.ID+"/tiles", "")
		add("ogc.collection.vector.getTileSet", "/ogc/collections/"+l.ID+"/tiles/WebMercatorQuad", "")
		add("ogcQueryables", "/ogc/collections/"+l.ID+"/queryables", "")
		add("insideRows", "/api/inside/"+l.ID+"?limit=1000", everywhere)
		add("insideRows", "/api/inside/"+l.ID, `{}`)
		add("ogcItems", "/ogc/collections/"+l.ID+"/items?limit=10000", "")
		add("ogcItems", "/ogc/collections/"+l.ID+"/items?limit=1&bbox=90,30,110,45", "")
		w["cells"] = append(w["cells"], cellsAsked(l, "/api/h3/"+l.ID)...)
		w["series"] = append(w["series"], seriesAsked(l)...)
		w["areaCounts"] = append(w["areaCounts"], cellsAsked(l, "/api/areas/counts/"+l.ID+"?level=village")[:1]...)
		w["areaCounts"] = append(w["areaCounts"], cellsAsked(l, "/api/areas/counts/"+l.ID+"?level=county&area="+city)[:1]...)
		w["hotspots"] = append(w["hotspots"], cellsAsked(l, "/api/hotspots/"+l.ID)...)
		shuffles := cellsAsked(l, "/api/hotspots/"+l.ID+"/shuffles?n=3")[:1]
		if !l.Dated() {
			shuffles[0].want = http.StatusBadRequest
		}
		w["shuffles"] = append(w["shuffles"], shuffles...)
		byHomes := cellsAsked(l, "/api/hotspots/"+l.ID+"/shuffles?n=3&measure=households")[:1]
		w["shuffles"] = append(w["shuffles"], byHomes...)
		w["hotspots"] = append(w["hotspots"], cellsAsked(l, "/api/hotspots/"+l.ID+"?measure=households")[:1]...)
		w["hotspot"] = append(w["hotspot"], hotspotAsked(l))
		w["cellTile"] = append(w["cellTile"], cellsAsked(l, "/api/h3/"+l.ID+"/tiles/9/401/198.mvt")[:1]...)
		w["cellTile"] = append(w["cellTile"], cellsAsked(l, "/api/h3/"+l.ID+"/tiles/6/50/24.mvt?class=yes&res=9")[:1]...)
		drawn := cellsAsked(l, "/api/h3/"+l.ID+"/inside")[:1]
		drawn[0].body = everywhere
		w["cellsInside"] = append(w["cellsInside"], drawn...)
		if l.ID != "area" {
			add("tile", "/tiles/"+l.ID+",area/9/401/198.mvt", "")
		}
		for _, code := range targets {
			add("ogcItems", "/ogc/collections/"+l.ID+"/items?area="+code, "")
			add("insideRows", "/api/inside/"+l.ID, fmt.Sprintf(`{"area":%q}`, code))
			w["ogcItem"] = append(w["ogcItem"], itemAsked(l, code))
			for _, zoom := range []int{9, 14} {
				add("tile", tilePath(l, code, zoom), "")
				w["ogc.collection.vector.getTile"] = append(w["ogc.collection.vector.getTile"], ogcTileAsked(l, code, zoom))
			}
			add("tile", tilePath(l, code, 9)+"?area="+code, "")
		}
	}
	return w
}

func TestWalk(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	patrolling, _ := patrols(t)
	d := open(t, counting(t), patrolling, replaying(t), func(o *api.Options) { o.App, o.Basemap = app, &aBasemap })
	doc := contract(t)
	requests := walk()
	for _, op := range doc {
		if len(requests[op.id]) == 0 {
			t.Errorf("operation %s has no request in the walk: add one to walk()", op.id)
		}
		for _, a := range requests[op.id] {
			// The one who sees everything asks first, so that whatever is
			// remembered is theirs when the others come.
			check(t, d, op, a, chief)
		}
	}
	askers := everybody()
	for _, w := range askers {
		d.token(w)
	}
	var work errgroup.Group
	work.SetLimit(4)
	for _, op := range doc {
		for _, w := range askers {
			work.Go(func() error {
				for _, a := range requests[op.id] {
					check(t, d, op, a, w)
				}
				return nil
			})
		}
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
}

// everybody is nobody, every role with a county, and those who differ in what
// they see of it with the other areas too.
func everybody() []who {
	all := []who{nobody}
	for _, role := range access.Roles {
		all = append(all, who{role, county})
	}
	for _, role := range []access.Role{access.Analyst, access.Viewer, access.Administrator} {
		for _, area := range []string{city, otherCity, ""} {
			all = append(all, who{role, area})
		}
	}
	return all
}

// check asks, and compares status, shape and content with what may be.
func check(t *testing.T, d *door, op described, a asked, w who) {
	t.Helper()
	// Names differ, so that nobody waits for another's wrong passwords.
	got := d.call(w, op.method, a.path, strings.ReplaceAll(a.body, "WHO", w.String()))
	name := fmt.Sprintf("%s, %s %s %s", w, op.method, a.path, a.body)
	if want := wanted(op, a, w); got.status != want {
		t.Errorf("%s: status %d, want %d: %.300s", name, got.status, want, got.body)
	}
	if err := op.validate(got); err != nil {
		t.Errorf("%s: %d: %v", name, got.status, err)
	}
	for _, word := range beyond(op, w) {
		if strings.Contains(a.path+a.body, word) {
			continue // the asker's own word, told back
		}
		if bytes.Contains(got.body, []byte(word)) || strings.Contains(fmt.Sprint(got.header), word) {
			t.Errorf("%s: the answer holds %q: %.500s", name, word, got.body)
		}
	}
	if op.method == http.MethodGet && (w == nobody || w == chief) {
		if head := d.call(w, http.MethodHead, a.path, ""); head.status != got.status || len(head.body) > 0 {
			t.Errorf("%s: HEAD is %d with %d bytes, GET is %d", name, head.status, len(head.body), got.status)
		}
	}
}

// wanted is the status that access.Table and the request lead to.
func wanted(op described, a asked, w who) int {
	role := w.role
	if role == "" {
		role = access.Anonymous
	}
	var l layers.Layer
	if a.layer != "" {
		l, _ = catalog.All.Layer(a.layer)
	}
	switch {
	case !role.Has(op.right) && role == access.Anonymous:
		return http.StatusUnauthorized
	case !role.Has(op.right), l.Access == layers.Protected && !role.Has(access.ReadCases) && !a.counts:
		return http.StatusForbidden
	case a.wants != nil:
		return a.wants(w)
	case a.want != 0:
		return a.want
	}
	return http.StatusOK
}

// beyond are the words that must not reach the asker: those of counties
// outside their area, and those of cases for who may not see cases. The record
// of imports shows its rows to who answers for the whole city.
func beyond(op described, w who) []string {
	if op.right == access.Oversee {
		if strings.HasPrefix(otherCity, w.area) {
			return nil
		}
		return []string{secret(foreign)}
	}
	var words []string
	for _, p := range places {
		if strings.HasPrefix(p.code, w.area) && w.role.Has(access.ReadMap) {
			continue
		}
		if p.level == layers.County {
			words = append(words, secret(p.code))
		}
		for i := range p.each {
			words = append(words, idOf(catalog.Grid, p, i), idOf(catalog.Camera, p, i))
		}
	}
	if !w.role.Has(access.ReadCases) {
		words = append(words, "-dispute-")
	}
	return words
}

// ogcTileAsked asks for a tile in the area of that code, which lies beyond the
// limits of who answers for another county.
func ogcTileAsked(l layers.Layer, code string, zoom int) asked {
	return asked{path: ogcPath(l, code, zoom), layer: l.ID, wants: func(w who) int {
		if l.Access != layers.Open && !seesTile(w.area, tilePath(l, code, zoom)) {
			return http.StatusNotFound
		}
		return http.StatusOK
	}}
}

// seesTile reports whether the tile meets the bounds of the area; those of
// everywhere are all of the town's.
func seesTile(area, path string) bool {
	at := tileIn(path)
	for _, p := range places {
		if p.code != area {
			continue
		}
		low, high := maptile.At(p.box.Min, at.Z), maptile.At(p.box.Max, at.Z)
		return at.X >= low.X && at.X <= high.X && at.Y >= high.Y && at.Y <= low.Y
	}
	return true
}

// itemAsked asks for a feature in the area of that code.
func itemAsked(l layers.Layer, code string) asked {
	for _, p := range places {
		if p.level != layers.Village || !strings.HasPrefix(p.code, code) {
			continue
		}
		id := idOf(l, p, 0)
		if l.ID == "area" {
			id = p.code
		}
		return asked{path: "/ogc/collections/" + l.ID + "/items/" + id, layer: l.ID, wants: func(w who) int {
			if l.Access != layers.Open && !strings.HasPrefix(p.code, w.area) {
				return http.StatusNotFound
			}
			return http.StatusOK
		}}
	}
	panic("no village in " + code)
}

// cellsAsked asks for the cells of a layer, everywhere and in each area.
func cellsAsked(l layers.Layer, path string) []asked {
	all := []asked{{path: path}, {path: path + "?res=9&bbox=90,30,110,45&from=..&to=.."}}
	for _, code := range targets {
		all = append(all, asked{path: path + "?res=5&area=" + code})
	}
	for i := range all {
		all[i].layer, all[i].counts = l.ID, true
		if l.Geometry != layers.Points {
			all[i].want = http.StatusBadRequest
		}
	}
	return all
}

// seriesAsked asks for the layer by time and by category.
func seriesAsked(l layers.Layer) []asked {
	var all []asked
	for _, by := range []string{"month", "day", "category"} {
		a := asked{path: "/api/h3/" + l.ID + "/series?by=" + by, layer: l.ID, counts: true}
		if by == "day" && l.Access == layers.Protected {
			// Days are not published.
			a.wants = func(w who) int {
				if w.role.Has(access.ReadCases) {
					return http.StatusOK
				}
				return http.StatusBadRequest
			}
		}
		if l.Geometry != layers.Points || by != "category" && !l.Dated() || by == "category" && l.Legend == "" {
			a.want = http.StatusBadRequest
		}
		all = append(all, a)
	}
	return all
}

// hotspotAsked asks for the cell in which the first village of the county has its
// first feature.
func hotspotAsked(l layers.Layer) asked {
	cell, err := hex.Of(shapeOf(l, places[3], 0).Bound().Min, 8)
	if err != nil {
		panic(err)
	}
	return asked{path: "/api/hotspots/" + l.ID + "/" + cell.String(), layer: l.ID, counts: true, wants: func(w who) int {
		switch {
		case l.Geometry != layers.Points:
			return http.StatusBadRequest
		case !strings.HasPrefix(places[3].code, w.area):
			return http.StatusNotFound
		case l.Access == layers.Protected && !w.role.Has(access.ReadCases):
			return http.StatusNotFound // one month is published, which cannot be held against others
		}
		return http.StatusOK
	}}
}

// rejectsAsked asks for the rejects of imports of both cities: who answers for
// less than the city the file came from does not find them.
func rejectsAsked() []asked {
	var all []asked
	// The batches in the order of fillTown: areas, then each layer for both cities.
	for id, of := range []string{"", city, otherCity, city, otherCity} {
		all = append(all, asked{path: fmt.Sprintf("/api/imports/%d/rejects", id+1), wants: func(w who) int {
			if w.area == "" || of != "" && strings.HasPrefix(of, w.area) {
				return http.StatusOK
			}
			return http.StatusNotFound
		}})
	}
	return append(all, asked{path: "/api/imports/999999/rejects", want: http.StatusNotFound})
}

// answersAsked answers alarms: one of a unit beyond the asker's area does not
// exist, and one that nobody called for neither.
func answersAsked() []asked {
	return []asked{
		{path: "/api/alarms/" + idOf(catalog.Unit, places[12], 0), body: `{"do":"acknowledge"}`, want: 404},
		{path: "/api/alarms/none", body: `{"do":"close","reason":"x"}`, want: 404}, {path: "/api/alarms/none", body: `{"do":"close"}`, want: 400},
	}
}

// fencesAsked declares fences about each county: only inside one's own area.
func fencesAsked() []asked {
	var all []asked
	for _, code := range []string{county, sibling} {
		all = append(all, asked{path: "/api/fences", body: fmt.Sprintf(`{"name":"x","kind":"leave","area":%q,"where":{"home":"village"}}`, code), wants: func(w who) int {
			if strings.HasPrefix(code, w.area) {
				return http.StatusCreated
			}
			return http.StatusBadRequest
		}})
	}
	return append(all, asked{path: "/api/fences", body: `{"name":"x","kind":"leave"}`, want: 400})
}

// rostersAsked reads and writes the rosters of a unit of each county.
func rostersAsked(method string) []asked {
	var all []asked
	for _, p := range []place{places[3], places[8]} {
		unit := idOf(catalog.Unit, p, 0)
		a := asked{path: "/api/roster/" + unit, wants: func(w who) int {
			switch {
			case !strings.HasPrefix(p.code, w.area):
				return http.StatusNotFound
			case method == http.MethodGet:
				return http.StatusOK
			}
			return http.StatusNoContent
		}}
		if method == http.MethodPut {
			a.path, a.body = "/api/roster", fmt.Sprintf(`{"rosters":[{"unit":%q,"shifts":[],"duties":[{"from":480,"to":960,"days":127}]}]}`, unit)
		}
		all = append(all, a)
	}
	return all
}

// described is an operation as the contract describes it.
type described struct {
	id, method, path string
	right            access.Right
	doc              *openapi3.Operation
}

// contract reads openapi.yaml, as a client would.
func contract(t testing.TB) []described {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []described
	for _, path := range doc.Paths.InMatchingOrder() {
		for method, op := range doc.Paths.Find(path).Operations() {
			right, _ := op.Extensions["x-right"].(string)
			all = append(all, described{op.OperationID, method, path, access.Right(right), op})
		}
	}
	return all
}

// validate compares an answer with what the contract says of its status.
func (op described) validate(got reply) error {
	described := op.doc.Responses.Status(got.status)
	if described == nil {
		described = op.doc.Responses.Default()
	}
	if described == nil {
		return fmt.Errorf("status %d is not described", got.status)
	}
	if len(described.Value.Content) == 0 {
		if len(got.body) > 0 {
			return fmt.Errorf("a body of %d bytes is not described", len(got.body))
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type %q: %w", got.header.Get("Content-Type"), err)
	}
	content := described.Value.Content.Get(media)
	if content == nil {
		return fmt.Errorf("content type %s is not described", media)
	}
	if !strings.HasSuffix(media, "json") {
		return nil
	}
	var value any
	if err := json.Unmarshal(got.body, &value); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	return content.Schema.Value.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation())
}

// tideGridsAsked is a service grid of every county: one of another's is not known.
func tideGridsAsked() []asked {
	var all []asked
	for _, p := range places {
		for i := range min(1, p.each) {
			code := idOf(catalog.Grid, p, i)
			all = append(all, asked{path: "/api/tide/" + code, wants: func(w who) int {
				if strings.HasPrefix(code, w.area) {
					return http.StatusOK
				}
				return http.StatusNotFound
			}})
		}
	}
	return append(all, asked{path: "/api/tide/123456789012345", want: 404})
}
