package postgis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sitmap/data/embedded/pgtest"
	"sitmap/layers"
)

// After direct edits the state of a layer is what reading it all would give.
func TestStateFollowsDirectEdits(t *testing.T) {
	s := city(t)
	look := func(name, layer, table string) {
		t.Helper()
		got := state(t, s, layer)
		want := one[string](t, s, `select concat_ws(' ', count(*), min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom)), coalesce(bool_or(synthetic), false)) from `+table)
		have := fmt.Sprint(got.Count, got.Bounds.Min[0], got.Bounds.Min[1], got.Bounds.Max[0], got.Bounds.Max[1], got.Synthetic)
		if got.Bounds.IsZero() {
			have = fmt.Sprint(got.Count, got.Synthetic)
		}
		if have != strings.NewReplacer(" t", " true", " f", " false").Replace(want) {
			t.Errorf("%s: the state is %s, want %s", name, have, want)
		}
	}
	cameras := `feature_camera where valid_to is null`
	for _, step := range []struct{ name, statement string }{
		{"in the middle", `delete from feature_camera where fid = 205`},
		{"at a corner", `delete from feature_camera where fid = 1`},
		{"a whole edge", `delete from feature_camera where ST_X(geom) < 102.1`},
		{"a new edge", `update feature_camera set geom = ST_SetSRID(ST_MakePoint(101.9, 37.5), 4326) where fid = 100`},
		{"a genuine one", `update feature_camera set synthetic = false where fid = 100`},
		{"an end", `update feature_camera set valid_from = now() - interval '1 day', valid_to = now() where fid = 100`},
		{"one that has ended", `delete from feature_camera where fid = 100`},
		{"all genuine", `update feature_camera set synthetic = false`},
		{"nothing left", `delete from feature_camera`},
		{"again one", `insert into feature_camera (layer, id, fid, geom, props, area, cell, batch) values ('camera', 'x', 77, ST_SetSRID(ST_MakePoint(103, 38), 4326), '{}', 1, 1, 1)`},
		{"emptied", `truncate feature_camera`},
	} {
		sql(t, s, step.statement)
		look(step.name, "camera", cameras)
	}
	sql(t, s, `delete from event where at >= '2016-12-01Z'`)
	look("cases", "dispute", `event where layer = 'dispute'`)
	// The last of November was found on the 10th at 02:00 UTC; its day ends in
	// Wuwei at 16:00 UTC.
	if got, want := state(t, s, "dispute").AsOf, time.Date(2016, 11, 10, 15, 59, 59, 0, time.UTC); !got.Equal(want) {
		t.Errorf("the cases speak until %v, want %v", got, want)
	}
	sql(t, s, `update area set valid_from = now() - interval '1 day', valid_to = now() where level = 'village'`)
	look("areas", "area", `area where valid_to is null`)
	before := state(t, s, "road")
	sql(t, s, `update feature_road set props = '{}' where id = 'r1'`)
	if after := state(t, s, "road"); after.AsOf.Before(before.AsOf) || time.Since(after.AsOf) > time.Minute {
		t.Errorf("an edit speaks of now, not of %v", after.AsOf)
	}
}

// An import says itself until when it speaks.
func TestImportsSayUntilWhen(t *testing.T) {
	s := open(t, pgtest.URL(t))
	at := time.Date(2016, 9, 30, 16, 0, 0, 0, time.UTC)
	mustLoad(t, s, layers.Batch{Layer: "area", AsOf: at}, areas())
	if got := state(t, s, "area").AsOf; !got.Equal(at) {
		t.Errorf("%v, want %v", got, at)
	}
	mustLoad(t, s, layers.Batch{Layer: "area", AsOf: at.Add(-time.Hour)}, staged(layers.Feature{ID: "6207", Geometry: rect(100, 38, 101, 39), Properties: props{"code": "6207", "level": "city", "name": "张掖市"}}))
	if got := state(t, s, "area").AsOf; !got.Equal(at) {
		t.Errorf("an older file: %v, want %v", got, at)
	}
}

// Who gave a number himself does not get it again.
func TestNumbersGivenByHandAreTaken(t *testing.T) {
	s := city(t)
	sql(t, s, many(401, 3))
	fresh := cameras()[0].Feature
	fresh.ID = "62060200001329999999"
	mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, staged(fresh))
	if f, err := s.Feature(t.Context(), layer(t, "camera"), fresh.ID, all); err != nil || f.FID != 404 {
		t.Errorf("number %d (%v), want 404", f.FID, err)
	}
}

// Features are found by the numbers of a change, inside the reader's scope;
// those that went do not come.
func TestFeaturesByNumber(t *testing.T) {
	s := city(t)
	sql(t, s, `delete from feature_camera where fid = 3`)
	for name, test := range map[string]struct {
		layer string
		q     layers.Query
		want  int
	}{
		"some":          {"camera", layers.Query{FIDs: []int32{400, 1, 3, 4711}}, 2},
		"none":          {"camera", layers.Query{FIDs: []int32{}}, 0},
		"all":           {"camera", layers.Query{}, 399},
		"one by one":    {"camera", layers.Query{FIDs: []int32{1, 2, 400}, After: 1, Limit: 1}, 1},
		"cases":         {"dispute", layers.Query{FIDs: []int32{1, 2}}, 2},
		"areas":         {"area", layers.Query{FIDs: []int32{1, 2}}, 2},
		"with the rest": {"camera", layers.Query{FIDs: []int32{1, 2, 4}, Filters: []layers.Filter{{Field: "state", Values: []any{"faulty"}}}}, 1},
	} {
		if got := ids(t, s, test.layer, test.q, all); len(got) != test.want {
			t.Errorf("%s: %v, want %d", name, got, test.want)
		}
	}
	if got := ids(t, s, "camera", layers.Query{FIDs: []int32{1, 400}}, west); len(got) != 1 {
		t.Errorf("a reader of the west sees %v", got)
	}
}
