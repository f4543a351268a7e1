package postgis_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

func TestCounts(t *testing.T) {
	s := city(t)
	for id, want := range map[string]int64{"area": 15, "grid": 32, "camera": 400, "road": 3, "key_area": 2, "dispute": 120, "unit": 0} {
		got, err := s.Count(t.Context(), layer(t, id), layers.Query{}, all)
		if err != nil || got != want {
			t.Errorf("%s: %d features and %v, want %d", id, got, err, want)
		}
	}
}

// What went in comes out: every feature of every kind of table, with the types
// and the exact coordinates it had.
func TestRoundTrip(t *testing.T) {
	s := city(t)
	for id, rows := range map[string][]layers.Staged{"area": areas(), "grid": grids(), "camera": cameras(), "road": roads(), "key_area": keyAreas(), "dispute": disputes()} {
		var got []layers.Feature
		if err := s.Features(t.Context(), layer(t, id), layers.Query{}, all, func(f layers.Feature) error { got = append(got, f); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(rows) {
			t.Fatalf("%s: %d features, want %d", id, len(got), len(rows))
		}
		for i, row := range rows {
			want, have := row.Feature, got[i]
			maps.DeleteFunc(want.Properties, func(_ string, v any) bool { return v == "" }) // the city has no parent
			if have.ID != want.ID || !maps.Equal(have.Properties, want.Properties) || have.Synthetic != want.Synthetic {
				t.Errorf("%s: got %+v\nwant %+v", id, have, want)
			}
			if g, ok := want.Geometry.(orb.Polygon); ok && id == "area" {
				want.Geometry = orb.MultiPolygon{g}
			}
			if !orb.Equal(have.Geometry, want.Geometry) {
				t.Errorf("%s %s: geometry %v, want %v", id, have.ID, have.Geometry, want.Geometry)
			}
			if have.FID != int32(i+1) || have.Version != 1 || have.Area == 0 {
				t.Errorf("%s %s: number %d, version %d, area %d", id, have.ID, have.FID, have.Version, have.Area)
			}
		}
	}
}

// A place is in the smallest area around it, a grid where there are grids.
func TestAreasAreFound(t *testing.T) {
	s := city(t)
	for layerID, want := range map[string]map[string]int64{
		"camera":   {"62060200001320000000": 620621100200001, "62060200001320000399": 620622101201004},
		"key_area": {"k1": 620621100200002, "k2": 620622101200002},
		"road":     {"r3": 620622100200001},
		"grid":     {"620622101201004": 620622101201004},
		"area":     {"620622101": 620622101000000},
	} {
		for id, area := range want {
			f, err := s.Feature(t.Context(), layer(t, layerID), id, all)
			if err != nil || f.Area != area {
				t.Errorf("%s %s lies in %d (%v), want %d", layerID, id, f.Area, err, area)
			}
		}
	}
}

// Every part of a question narrows the answer to what a reader of the fixtures
// counts by hand.
func TestQueries(t *testing.T) {
	s := city(t)
	box := func(w, s, e, n float64) *orb.Bound { return &orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	month := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	filter := func(field string, values ...any) []layers.Filter {
		return []layers.Filter{{Field: field, Values: values}}
	}
	tests := map[string]struct {
		layer string
		q     layers.Query
		want  int64
	}{
		"a box":                           {"camera", layers.Query{Bounds: box(102, 37, 103, 38)}, 100},
		"a box whose edge holds a point":  {"camera", layers.Query{Bounds: box(102.05, 37.05, 102.05, 37.05)}, 1},
		"a box a hair beside the point":   {"camera", layers.Query{Bounds: box(102.0500001, 37.05, 102.06, 37.06)}, 0},
		"a box across the 180th meridian": {"camera", layers.Query{Bounds: box(103.94, 37, -170, 39)}, 20},
		"a drawn triangle":                {"camera", layers.Query{Within: orb.MultiPolygon{{{{102, 37}, {104, 37}, {102, 39}}}}}, 210},
		"a drawing that crosses itself":   {"camera", layers.Query{Within: orb.MultiPolygon{{{{102, 37}, {103, 39}, {103, 37}, {102, 39}}}}}, 100},
		"an area":                         {"grid", layers.Query{Area: &east.Area}, 16},
		"one code":                        {"camera", layers.Query{Filters: filter("state", "faulty")}, 100},
		"two codes":                       {"camera", layers.Query{Filters: filter("state", "faulty", "working")}, 400},
		"no code":                         {"camera", layers.Query{Filters: filter("state")}, 0},
		"two fields":                      {"camera", layers.Query{Filters: append(filter("state", "working"), filter("high_definition", false)...)}, 100},
		"a whole number":                  {"camera", layers.Query{Filters: filter("retention_days", int64(30))}, 134},
		"a number":                        {"camera", layers.Query{Filters: filter("direction_deg", 0.5, 1.5)}, 4},
		"a column of the tree":            {"area", layers.Query{Filters: filter("parent", "620622")}, 2},
		"a column of cases":               {"dispute", layers.Query{Filters: filter("status", "closed")}, 80},
		"an instant":                      {"dispute", layers.Query{Filters: filter("found_at", "2016-01-01T02:00:00Z")}, 1},
		"a month":                         {"dispute", layers.Query{Window: layers.Window{From: month(2016, 3), To: month(2016, 4)}}, 10},
		"since":                           {"dispute", layers.Query{Window: layers.Window{From: month(2016, 12)}}, 10},
		"the end is not inside":           {"dispute", layers.Query{Window: layers.Window{To: time.Date(2016, 1, 1, 2, 0, 0, 0, time.UTC)}}, 0},
	}
	for name, test := range tests {
		got, err := s.Count(t.Context(), layer(t, test.layer), test.q, all)
		if err != nil || got != test.want {
			t.Errorf("%s: %d (%v), want %d", name, got, err, test.want)
		}
	}
}

func TestWrongQuestionsNameTheParameter(t *testing.T) {
	s := city(t)
	nan := orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{1, 0}}
	nan.Max[1] -= 1
	for name, test := range map[string]struct {
		layer, want string
		q           layers.Query
	}{
		"unknown field":       {"camera", "colour", layers.Query{Filters: []layers.Filter{{Field: "colour", Values: []any{"red"}}}}},
		"a text for a flag":   {"camera", "high_definition", layers.Query{Filters: []layers.Filter{{Field: "high_definition", Values: []any{"yes"}}}}},
		"an injected instant": {"dispute", "found_at", layers.Query{Filters: []layers.Filter{{Field: "found_at", Values: []any{"2016'; drop table event"}}}}},
		"a window on places":  {"camera", "datetime", layers.Query{Window: layers.Window{From: time.Unix(0, 0)}}},
		"a line as a drawing": {"camera", "within", layers.Query{Within: orb.MultiPolygon{{{{1, 1}, {2, 2}}}}}},
		"south above north":   {"camera", "bbox", layers.Query{Bounds: &nan}},
		"a zero byte":         {"camera", "state", layers.Query{Filters: []layers.Filter{{Field: "state", Values: []any{"a\x00b"}}}}},
		"broken UTF-8":        {"camera", "state", layers.Query{Filters: []layers.Filter{{Field: "state", Values: []any{"\xff"}}}}},
	} {
		_, err := s.Count(t.Context(), layer(t, test.layer), test.q, all)
		var wrong *layers.InvalidParameter
		if !errors.As(err, &wrong) || wrong.Name != test.want {
			t.Errorf("%s: %v, want a fault of parameter %s", name, err, test.want)
		}
	}
}

// Pages of every size put together are the whole, in the order of the numbers.
func TestPaging(t *testing.T) {
	s := city(t)
	whole := ids(t, s, "camera", layers.Query{}, all)
	for _, size := range []int{1, 7, 400, 1000} {
		var list []string
		q := layers.Query{Limit: size}
		if size == 1 {
			q.After = 390
			list = slices.Clone(whole[:390])
		}
		for {
			n := len(list)
			err := s.Features(t.Context(), layer(t, "camera"), q, all, func(f layers.Feature) error {
				if f.FID <= q.After {
					t.Fatalf("number %d after %d", f.FID, q.After)
				}
				list, q.After = append(list, f.ID), f.FID
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(list)-n > size {
				t.Fatalf("a page of %d has %d", size, len(list)-n)
			}
			if len(list)-n < size {
				break
			}
		}
		if !slices.Equal(list, whole) {
			t.Errorf("pages of %d give %d features, want the same %d", size, len(list), len(whole))
		}
	}
}

func TestYieldCanStop(t *testing.T) {
	s := city(t)
	stop, n := errors.New("enough"), 0
	err := s.Features(t.Context(), layer(t, "camera"), layers.Query{}, all, func(layers.Feature) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	if err != stop || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestMissingFeature(t *testing.T) {
	s := city(t)
	for _, id := range []string{"nothing", "", "a\x00", "\xff", strings.Repeat("x", 100_000), "' or true --"} {
		if _, err := s.Feature(t.Context(), layer(t, "camera"), id, all); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%.20q: %v, want not found", id, err)
		}
	}
}

// The totals of the fixtures, counted by hand: grids have 0+1+2+3 staff to a
// village; disputes fall ten to a month.
func TestTotals(t *testing.T) {
	s := city(t)
	grid, err := s.Totals(t.Context(), layer(t, "grid"), layers.Query{}, east)
	if err != nil || grid.Count != 16 || grid.Sums["staff_count"] != 24 || !maps.Equal(grid.Codes, map[string]int64{"urban": 8, "rural": 8}) || grid.Months != nil {
		t.Errorf("grids: %+v (%v)", grid, err)
	}
	dispute, err := s.Totals(t.Context(), layer(t, "dispute"), layers.Query{}, all)
	if err != nil || dispute.Count != 120 || len(dispute.Months) != 12 || dispute.Months[0] != (layers.MonthCount{Month: "2016-01", Count: 10}) || len(dispute.Codes) != 5 || dispute.Codes["03"] != 24 {
		t.Errorf("disputes: %+v (%v)", dispute, err)
	}
	none, err := s.Totals(t.Context(), layer(t, "unit"), layers.Query{}, all)
	if err != nil || none.Count != 0 || none.Sums["headcount"] != 0 {
		t.Errorf("no units: %+v (%v)", none, err)
	}
}

// A case of 17:30 UTC on the last of January is one of February in Wuwei.
func TestMonthsAreTheCitys(t *testing.T) {
	s := city(t)
	rows := disputes()[:1]
	rows[0].Feature.ID = "late"
	rows[0].Feature.Properties = props{"category": "01", "status": "discovered", "found_at": "2017-01-31T17:30:00Z"}
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206"}, rows)
	q := layers.Query{Window: layers.Window{From: time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)}}
	totals, err := s.Totals(t.Context(), layer(t, "dispute"), q, all)
	if err != nil || len(totals.Months) != 1 || totals.Months[0].Month != "2017-02" {
		t.Errorf("%+v (%v)", totals, err)
	}
}

func TestSpan(t *testing.T) {
	s := city(t)
	got, err := s.Span(t.Context(), layer(t, "dispute"), all)
	first := time.Date(2016, 1, 1, 2, 0, 0, 0, time.UTC)
	last := time.Date(2016, 12, 10, 2, 0, 0, 0, time.UTC)
	if err != nil || !got.From.Equal(first) || !got.To.After(last) || got.To.Sub(last) > time.Second {
		t.Errorf("%v (%v)", got, err)
	}
	if none, err := s.Span(t.Context(), layer(t, "camera"), all); err != nil || !none.Open() {
		t.Errorf("cameras are not dated, yet span %v (%v)", none, err)
	}
}

func TestStates(t *testing.T) {
	s := city(t)
	states, err := s.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	camera := states["camera"]
	if camera.Version != 1 || camera.Count != 400 || !camera.Synthetic || time.Since(camera.AsOf) > time.Hour || time.Since(camera.Changed) > time.Hour {
		t.Errorf("cameras: %+v", camera)
	}
	want := orb.Bound{Min: orb.Point{102.05, 37.05}, Max: orb.Point{103.95, 38.95}}
	for i := range 2 {
		if d := camera.Bounds.Min[i] - want.Min[i]; d > 1e-9 || d < -1e-9 {
			t.Errorf("cameras lie in %v, want %v", camera.Bounds, want)
		}
	}
	if states["road"].Synthetic {
		t.Error("the roads of the fixture are not invented")
	}
	// The last case was found on 10 December 2016; its day ends in Wuwei at 16:00 UTC.
	if got, want := states["dispute"].AsOf, time.Date(2016, 12, 10, 15, 59, 59, 0, time.UTC); !got.Equal(want) {
		t.Errorf("disputes speak until %v, want %v", got, want)
	}
	if unit := states["unit"]; unit.Version != 0 || unit.Count != 0 || !unit.AsOf.IsZero() || !unit.Bounds.IsZero() {
		t.Errorf("no units: %+v", unit)
	}
}
