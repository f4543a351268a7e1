package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

type coverageAnswer struct {
	Version int64
	Total   coverageRow
	Rows    []coverageRow
	Cells   []struct {
		Cell               string
		Total, Once, Twice float64
	}
	Gaps struct {
		Roads geojson.FeatureCollection
		Cells []struct{ Cell string }
	}
	Next struct {
		Gain, Bound float64
		Spots       geojson.FeatureCollection
	}
}

type coverageRow struct {
	Code                  string
	Cameras               struct{ Total, Installed int }
	Public, Roads, Demand struct{ Total, Once, Twice, OnceInstalled, Share float64 }
	Hotspots              *struct{ Total, Once float64 }
}

func (r reply) coverage(t testing.TB) coverageAnswer {
	t.Helper()
	var a coverageAnswer
	if err := json.Unmarshal(r.body, &a); err != nil || r.status != 200 {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return a
}

// watched is the town with a street through the first grid of the county, and
// a camera 30 m beside it that looks at it over 90°; in a sibling's grid the
// same.
var watched = []struct {
	village string
	camera  string
}{{"620602001001", "62060200011321000001"}, {"620622001001", "62062200011321000001"}}

// street runs for 1 km to the east from 300 m inside the village's first grid.
func street(t testing.TB, village string) (geo.Plane, orb.LineString) {
	t.Helper()
	for _, p := range places {
		if p.code == village {
			at := geo.PlaneAt(shapeOf(layerOf(t, "grid"), p, 0).Bound().Min)
			return at, orb.LineString{at.Point(300, 400), at.Point(1300, 400)}
		}
	}
	t.Fatal("no village " + village)
	return geo.Plane{}, nil
}

func watchedTown(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, "api watched town "+thisProgram(t), func(ctx context.Context, url string) error {
		store, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer store.Close()
		if err := fillTown(ctx, store); err != nil {
			return err
		}
		var roads, cameras []layers.Staged
		for k, w := range watched {
			at, line := street(t, w.village)
			roads = append(roads, layers.Staged{Row: k + 1, Feature: layers.Feature{
				ID: "street" + w.village, Geometry: line, Properties: map[string]any{"class": "street"}, Synthetic: true}})
			cameras = append(cameras, layers.Staged{Row: k + 1, Feature: watching(w.camera, at, "working")})
		}
		// At the border a camera of the sibling looks into a grid of the county.
		grids := []layers.Staged{{Row: 1, Feature: layers.Feature{
			ID: "620602001001009", Geometry: orb.Polygon{box(102.49, 37.1, 102.5, 37.11).ToPolygon()[0]}, Synthetic: true,
			Properties: map[string]any{"name": "border", "setting": "urban"}}}}
		across := watching("62062200011321000009", geo.PlaneAt(orb.Point{102.5001, 37.105}), "working")
		across.Geometry, across.Properties["direction_deg"], across.Properties["range_m"] = orb.Point{102.5001, 37.105}, 270.0, 500.0
		cameras = append(cameras, layers.Staged{Row: 3, Feature: across})
		if err := importBatch(ctx, store, layers.Batch{Layer: "grid", City: city, File: "border.geojson", Synthetic: true}, grids); err != nil {
			return err
		}
		if err := importBatch(ctx, store, layers.Batch{Layer: "dispute", City: city, File: "many.geojson", Synthetic: true}, crowd(t)); err != nil {
			return err
		}
		if err := importBatch(ctx, store, layers.Batch{Layer: "road", City: city, File: "streets.geojson", Synthetic: true}, roads); err != nil {
			return err
		}
		return importBatch(ctx, store, layers.Batch{Layer: "camera", City: city, File: "more.geojson", Synthetic: true}, cameras)
	})
}

// crowd is 60 disputes within 60 m about the middle of the county's street, and one
// here and there in its village, so that the crowd stands out.
func crowd(t testing.TB) []layers.Staged {
	t.Helper()
	at, _ := street(t, watched[0].village)
	l := layerOf(t, "dispute")
	var staged []layers.Staged
	for _, p := range places {
		if p.code != watched[0].village {
			continue
		}
		add := func(where orb.Point) {
			n := len(staged) + 1
			staged = append(staged, layers.Staged{Row: n, Feature: layers.Feature{ID: fmt.Sprintf("crowd-%d", n), Geometry: where, Properties: propertiesOf(l, p), Synthetic: true}})
		}
		for n := range 60 {
			add(at.Point(800+float64(n%8)*8-30, 400+float64(n/8)*8-30))
		}
		size := orb.Point{p.box.Max[0] - p.box.Min[0], p.box.Max[1] - p.box.Min[1]}
		for n := range 144 {
			add(orb.Point{p.box.Min[0] + size[0]*(float64(n%12)+0.5)/12, p.box.Min[1] + size[1]*(float64(n/12)+0.5)/12})
		}
	}
	return staged
}

func watching(id string, at geo.Plane, state string) layers.Feature {
	return layers.Feature{ID: id, Geometry: at.Point(800, 370), Synthetic: true, Properties: map[string]any{
		"name": id, "state": state, "place_kind": "main_road", "kind": "fixed", "high_definition": true,
		"direction_deg": 0.0, "fov_deg": 90.0, "range_m": 100.0,
	}}
}

func about(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %g, want %g ± %g", what, got, want, tolerance)
	}
}

// Of each street of 1,000 m the camera sees 2·30·tan 45° = 60 m. Readers of a
// county have its street and cameras alone, and nothing of another area.
func TestCoverageOfTheWatchedTown(t *testing.T) {
	d, _ := openAt(t, watchedTown(t), stopped)
	ask := func(w who, query string) coverageAnswer { return d.get(w, "/api/coverage"+query).coverage(t) }

	whole := ask(who{access.Analyst, city}, "")
	if len(whole.Rows) != 2 || whole.Rows[0].Code != county || whole.Rows[1].Code != sibling || whole.Total.Cameras.Total != 11 {
		t.Fatalf("the city has %+v", whole)
	}
	about(t, "streets", whole.Total.Roads.Total, 2000, 1)
	about(t, "seen", whole.Total.Roads.Once, 120, 0.2)
	about(t, "share", whole.Total.Roads.Share, 0.06, 0.0002)
	if len(whole.Gaps.Roads.Features) != 4 || len(whole.Next.Spots.Features) != 10 || whole.Next.Gain > whole.Next.Bound+1 {
		t.Errorf("gaps %d, next %+v", len(whole.Gaps.Roads.Features), whole.Next)
	}

	// The quarter of 500 m of the camera across the border is the county's too,
	// 10 m of it apart, but not for who sees the county alone.
	own := ask(who{access.Viewer, county}, "")
	about(t, "across the border", whole.Rows[0].Public.Once-own.Total.Public.Once, math.Pi/4*500*500, 3000)

	for _, w := range []who{{access.Viewer, county}, {access.Leader, sibling}} {
		for _, query := range []string{"", "?area=" + city, "?area=" + w.area + "&by=village&next=3"} {
			a := ask(w, query)
			about(t, w.String()+query, a.Total.Roads.Total, 1000, 0.5)
			about(t, w.String()+query+" seen", a.Total.Roads.Once, 60, 0.1)
			about(t, w.String()+query+" key areas", a.Total.Demand.Total, float64(inCounty(w.area)), 0)
			if n := map[string]int{county: 3, sibling: 8}[w.area]; a.Total.Cameras.Total != n || a.Rows[0].Code[:6] != w.area {
				t.Errorf("%v %s: %+v", w, query, a.Total)
			}
			for _, f := range a.Gaps.Roads.Features {
				if f.Properties.MustString("area")[:6] != w.area {
					t.Errorf("%v is told of a gap in %v", w, f.Properties)
				}
			}
			for _, f := range a.Next.Spots.Features {
				if f.Properties.MustString("area")[:6] != w.area {
					t.Errorf("%v is told of a spot in %v", w, f.Properties)
				}
			}
		}
		other := map[string]string{county: sibling, sibling: county}[w.area]
		for _, code := range []string{other, foreign, otherCity} {
			if a := ask(w, "?by=cell&area="+code); a.Total.Cameras.Total != 0 || a.Total.Public.Total != 0 || len(a.Cells) != 0 || len(a.Gaps.Cells) != 0 {
				t.Errorf("%v of %s: %+v", w, code, a.Total)
			}
		}
	}
}

// The public area of the first village is its grids of 0.03 by 0.03 degrees and
// 0.01 by 0.01; cells at any resolution add up to it, and a box chooses some.
func TestCoverageByCell(t *testing.T) {
	d, _ := openAt(t, watchedTown(t), stopped)
	w := who{access.Analyst, city}
	plane, border := geo.PlaneAt(orb.Point{102.065, 37.265}), geo.PlaneAt(orb.Point{102.495, 37.105})
	want := 0.03*plane.East*0.03*plane.North + 0.01*border.East*0.01*border.North
	for _, query := range []string{"", "&res=10", "&res=8", "&res=6"} {
		a := d.get(w, "/api/coverage?by=cell&next=0&area=620602001001"+query).coverage(t)
		sum, once := 0.0, 0.0
		for _, c := range a.Cells {
			sum += c.Total
			once += c.Once
		}
		about(t, query, sum, want, 0.003*want)
		about(t, query+" seen", once, math.Pi/4*(100*100+500*500), 3000)
		about(t, query+" in all", a.Total.Public.Total, sum, 1)
	}
	all := d.get(w, "/api/coverage?by=cell&res=10&next=0&area=620602001001").coverage(t)
	some := d.get(w, "/api/coverage?by=cell&res=10&next=0&area=620602001001&bbox=102.05,37.25,102.06,37.26").coverage(t)
	if len(some.Cells) == 0 || len(some.Cells) > len(all.Cells)/4 {
		t.Errorf("the box has %d of %d cells", len(some.Cells), len(all.Cells))
	}
	for _, query := range []string{"?by=city", "?k=3", "?purpose=identify", "?layer=dispute", "?next=31", "?gaps=-1", "?res=11", "?by=cell&bbox=1,2,3", "?area=7"} {
		if got := d.get(w, "/api/coverage"+query); got.status != 400 {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}

// A camera that goes offline is missed at once, and no longer so when it is back.
func TestCoverageFollowsTheStates(t *testing.T) {
	d, _ := openAt(t, watchedTown(t), stopped)
	w := watched[0]
	at, _ := street(t, w.village)
	for _, state := range []string{"offline", "working"} {
		err := importBatch(t.Context(), d.store, layers.Batch{Layer: "camera", City: city, File: state + ".geojson", Synthetic: true},
			[]layers.Staged{{Row: 1, Feature: watching(w.camera, at, state)}})
		if err != nil {
			t.Fatal(err)
		}
		a := d.get(who{access.Viewer, county}, "/api/coverage").coverage(t)
		about(t, state, a.Total.Roads.Once, map[string]float64{"offline": 0, "working": 60}[state], 0.1)
		about(t, state+", if it worked", a.Total.Roads.OnceInstalled, 60, 0.1)
	}
}

// The crowd of disputes makes hotspots of the cells about it, which count in the county
// they lie in. Only who may read cases is told of them, and of no other area's.
func TestCoverageOfHotspots(t *testing.T) {
	d, _ := openAt(t, watchedTown(t), stopped)
	hot := func(w who) float64 {
		var answer struct {
			Places []struct{ Class string }
		}
		r := d.get(w, "/api/hotspots/dispute?res=8&measure=even&from=2015-10-01&to=2016-10-01")
		if err := json.Unmarshal(r.body, &answer); err != nil || r.status != 200 {
			t.Fatalf("%d %s: %v", r.status, r.body, err)
		}
		n := 0.0
		for _, p := range answer.Places {
			if p.Class == "hot95" || p.Class == "hot99" {
				n++
			}
		}
		return n
	}
	for w, where := range map[who]string{{access.Analyst, city}: county, {access.Analyst, sibling}: ""} {
		a := d.get(w, "/api/coverage").coverage(t)
		found := a.Total.Hotspots
		if found == nil || (where != "") != (found.Total > 0) || found.Total > hot(w) || found.Once > found.Total {
			t.Fatalf("%v is told of %+v hotspots, of %g there are", w, found, hot(w))
		}
		for _, row := range a.Rows {
			if row.Code == where && row.Hotspots.Total != found.Total || row.Code != where && row.Hotspots.Total != 0 {
				t.Errorf("%v: %+v in %s", w, row.Hotspots, row.Code)
			}
		}
	}
	for _, w := range []who{{access.Viewer, county}, {access.Leader, city}} {
		if a := d.get(w, "/api/coverage").coverage(t); a.Total.Hotspots != nil || a.Rows[0].Hotspots != nil {
			t.Errorf("%v is told of hotspots", w)
		}
	}
}
