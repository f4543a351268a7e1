package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
)

// changes is what happened to a layer since a version, as a line:
// "version: numbers; boxes", or "version: whole".
func changes(t *testing.T, s *postgis.Store, layer string, since int64) string {
	t.Helper()
	c, err := s.Changes(t.Context(), layer, since)
	if err != nil || c.Layer != layer {
		t.Fatalf("%+v, %v", c, err)
	}
	if c.Whole {
		if c.FIDs != nil || c.Boxes != nil {
			t.Errorf("the whole layer, and yet %v %v", c.FIDs, c.Boxes)
		}
		return fmt.Sprintf("%d: whole", c.Version)
	}
	var boxes []string
	for _, b := range c.Boxes {
		boxes = append(boxes, fmt.Sprintf("%.7g,%.7g,%.7g,%.7g", b.Min[0], b.Min[1], b.Max[0], b.Max[1]))
	}
	return fmt.Sprintf("%d: %v; %s", c.Version, c.FIDs, strings.Join(boxes, " "))
}

// sql runs statements in one transaction, past the store.
func sql(t *testing.T, s *postgis.Store, statements ...string) {
	t.Helper()
	conn := connect(t, s)
	defer conn.Close(t.Context())
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := tx.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// Each layer of the fixture is at version 1 and every change of it is written
// by hand: which numbers, and the boxes of where they were and are.
func TestDirectEditsNameTheirRows(t *testing.T) {
	for name, test := range map[string]struct {
		statements []string
		layer      string
		want       string
	}{
		"a property":           {[]string{`update feature_camera set props = props || '{"state":"offline"}' where fid = 1`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05"},
		"by way of the parent": {[]string{`update feature set props = props || '{"state":"offline"}' where layer = 'camera' and fid = 1`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05"},
		"a move":               {[]string{`update feature_camera set geom = ST_SetSRID(ST_MakePoint(102.5, 38.5), 4326) where fid = 1`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05 102.5,38.5,102.5,38.5"},
		"an outline":           {[]string{`update feature_key_area set geom = ST_Translate(geom, 0.5, 0) where id = 'k1'`}, "key_area", "2: [1]; 102.2,37.2,102.4,37.4 102.7,37.2,102.9,37.4"},
		"an end":               {[]string{`update feature_camera set valid_from = now() - interval '1 day', valid_to = now() where fid = 1`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05"},
		"a deletion":           {[]string{`delete from feature_camera where fid in (1, 2)`}, "camera", "2: [1 2]; 102.05,37.05,102.05,37.05 102.05,37.15,102.05,37.15"},
		"an addition":          {[]string{`insert into feature_camera (layer, id, fid, geom, props, area, cell, batch) select layer, 'new', 900, ST_SetSRID(ST_MakePoint(102.5, 38.5), 4326), props, area, cell, batch from feature_camera where fid = 1`}, "camera", "2: [900]; 102.5,38.5,102.5,38.5"},
		"another number":       {[]string{`update feature_camera set fid = 900 where fid = 1`}, "camera", "2: [1 900]; 102.05,37.05,102.05,37.05"},
		"nothing visible":      {[]string{`update feature_camera set batch = batch + 1, version = version + 1`}, "camera", "1: []; "},
		"the same again":       {[]string{`update feature_camera set geom = geom, props = props`}, "camera", "1: []; "},
		"no row":               {[]string{`update feature_camera set props = '{}' where fid = -1`, `delete from feature_camera where fid = -1`}, "camera", "1: []; "},
		"two statements":       {[]string{`update feature_camera set props = '{}' where fid = 2`, `delete from feature_camera where fid = 1`}, "camera", "2: [1 2]; 102.05,37.05,102.05,37.05 102.05,37.15,102.05,37.15"},
		"at once":              {[]string{`set constraints all immediate`, `update feature_camera set props = '{}' where fid = 2`, `delete from feature_camera where fid = 1`}, "camera", "2: [1 2]; 102.05,37.05,102.05,37.05 102.05,37.15,102.05,37.15"},
		"undone":               {[]string{`savepoint s`, `delete from feature_camera where fid = 2`, `rollback to s`, `delete from feature_camera where fid = 1`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05"},
		"all undone":           {[]string{`savepoint s`, `delete from feature_camera where fid = 2`, `rollback to s`}, "camera", "1: []; "},
		"a case":               {[]string{`update event set status = 'closed', closed_at = at where layer = 'dispute' and id = 'D0119'`}, "dispute", "2: [120]; 103.5,38.5637,103.5,38.5637"},
		"a case of another year": {[]string{`update event_key set at = '2015-05-05Z' where id = 'D0000'`, `create table event_2015 (like event including all)`, `alter table event attach partition event_2015 for values from ('2015-01-01Z') to ('2016-01-01Z')`,
			`update event set at = '2015-05-05Z' where id = 'D0000'`}, "dispute", "2: [1]; 102.5,37.1,102.5,37.1"},
		"a case by its year":      {[]string{`delete from event_2016 where id = 'D0000'`}, "dispute", "2: [1]; 102.5,37.1,102.5,37.1"},
		"a step of a case":        {[]string{`insert into event_log (layer, id, at, from_status, to_status, batch) values ('dispute', 'D0000', now(), 'closed', 'reopened', 1)`}, "dispute", "2: []; "},
		"a code":                  {[]string{`insert into code_list (city, layer, field, value, zh, en, ord) values (620600000000000, 'dispute', 'category', 'x', '某', 'some', 1)`}, "dispute", "2: whole"},
		"an area's name":          {[]string{`update area set name = '新村' where code = '620622101201'`}, "area", "2: [15]; 103,38.5,104,39"},
		"an area without outline": {[]string{`insert into area (number, fid, code, level, name, batch) values (620600000000001, 900, 'x', 'village', 'x', 1)`}, "area", "2: [900]; "},
		"a table emptied":         {[]string{`truncate feature_camera`}, "camera", "2: whole"},
		"cases emptied":           {[]string{`truncate event`}, "dispute", "2: whole"},
		"a layer that is not it":  {[]string{`truncate event`}, "camera", "1: []; "},
		"areas emptied":           {[]string{`truncate area`}, "area", "2: whole"},
		"all features emptied":    {[]string{`truncate feature`}, "grid", "2: whole"},
		"conflict resolved":       {[]string{`insert into feature_camera (layer, id, fid, geom, props, area, cell, batch) select layer, id, 999, geom, '{}', area, cell, batch from feature_camera where fid = 1 on conflict (layer, id) do update set props = excluded.props`}, "camera", "2: [1]; 102.05,37.05,102.05,37.05"},
	} {
		t.Run(name, func(t *testing.T) {
			s := city(t)
			sql(t, s, test.statements...)
			if got := changes(t, s, test.layer, 1); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestImportsNameTheirRows(t *testing.T) {
	s := city(t)
	rows := cameras()
	rows[7].Feature.Properties = with(rows[7].Feature.Properties, "state", "offline")
	rows[9].Feature.Geometry = orb.Point{103.3, 38.4}
	fresh := rows[0].Feature
	fresh.ID, fresh.Geometry = "62060200001329999999", orb.Point{102.6, 37.6}
	mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, append(rows, layers.Staged{Row: 401, Feature: fresh}))
	// Row 8 lies at 37.05 + 0.7, row 10 lay at 37.05 + 0.9.
	want := "2: [8 10 401]; 102.05,37.75,102.05,37.75 102.05,37.95,102.05,37.95 102.6,37.6,102.6,37.6 103.3,38.4,103.3,38.4"
	if got := changes(t, s, "camera", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := changes(t, s, "camera", 2); got != "2: []; " {
		t.Errorf("since now: %s", got)
	}
	// The same file again is no change.
	mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, append(rows, layers.Staged{Row: 401, Feature: fresh}))
	if got := changes(t, s, "camera", 2); got != "2: []; " {
		t.Errorf("the same again: %s", got)
	}
	// A case that moves to another year is one change with both its places.
	moved := disputes()[:1]
	moved[0].Feature.Properties = with(moved[0].Feature.Properties, "found_at", "2013-05-05T05:05:05Z")
	moved[0].Feature.Geometry = orb.Point{102.25, 37.25}
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206"}, moved)
	if got := changes(t, s, "dispute", 1); got != "2: [1]; 102.25,37.25,102.25,37.25 102.5,37.1,102.5,37.1" {
		t.Errorf("a moved case: %s", got)
	}
	// Only a step in the life of a case.
	mustWalk(t, s, layers.Transition{CaseID: "D0001", At: time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC), From: "closed", To: "reopened"})
	if got := changes(t, s, "dispute", 2); got != "3: []; " {
		t.Errorf("a step alone: %s", got)
	}
	list := layers.Codebook{"category": {{Value: "x", Title: layers.Text{Zh: "某", En: "some"}}}}
	for range 2 { // the second time nothing is new
		mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206", Codes: list}, nil)
		if got := changes(t, s, "dispute", 3); got != "4: whole" {
			t.Errorf("a code list: %s", got)
		}
	}
}

func mustWalk(t *testing.T, s *postgis.Store, steps ...layers.Transition) {
	t.Helper()
	b, err := s.Begin(t.Context(), layers.Batch{Layer: "dispute", City: "6206"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard(context.WithoutCancel(t.Context()))
	if err := b.PutTransitions(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// An area whose outline follows from those below changes with them.
func TestOutlinesThatFollowAreNamed(t *testing.T) {
	s := open(t, pgtest.URL(t))
	rows := areas()
	for i := range rows {
		if rows[i].Feature.Properties["level"] != "village" {
			rows[i].Feature.Geometry = nil
		}
	}
	mustLoad(t, s, layers.Batch{Layer: "area"}, rows)
	i := slices.IndexFunc(rows, func(r layers.Staged) bool { return r.Feature.ID == "620622101201" })
	rows[i].Feature.Geometry = rect(103, 38.5, 104, 38.75)
	mustLoad(t, s, layers.Batch{Layer: "area"}, rows[i:i+1])
	c, err := s.Changes(t.Context(), "area", 1)
	// The village, its township, county and city, in the order of the fixture.
	if err != nil || c.Whole || !slices.Equal(c.FIDs, []int32{1, 9, 13, 15}) {
		t.Errorf("%+v (%v)", c, err)
	}
	if got := state(t, s, "area").Bounds.Max[1]; got != 39 {
		// The other county's villages still reach 39° N.
		t.Errorf("the areas end at %g", got)
	}
}

// Changes of several transactions become one; a transaction is one version, and
// each of the layers that it touches has its own.
func TestChangesAreMerged(t *testing.T) {
	s := city(t)
	sql(t, s, `update feature_camera set props = '{}' where fid = 3`, `update feature_grid set props = '{}' where fid = 1`)
	sql(t, s, `update feature_camera set geom = ST_SetSRID(ST_MakePoint(103, 38), 4326) where fid = 1`)
	sql(t, s, `delete from feature_camera where fid = 1`)
	want := "4: [1 3]; 102.05,37.05,102.05,37.05 102.05,37.25,102.05,37.25 103,38,103,38"
	if got := changes(t, s, "camera", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := changes(t, s, "camera", 3); got != "4: [1]; 103,38,103,38" {
		t.Errorf("the last: %s", got)
	}
	if got := changes(t, s, "grid", 1); got != "2: [1]; 102,37,102.25,37.5" {
		t.Errorf("the other layer: %s", got)
	}
	if got := changes(t, s, "camera", 5); got != "4: whole" {
		t.Errorf("since a version that is still to come: %s", got)
	}
	if _, err := s.Changes(t.Context(), "nothing", 1); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("of no layer: %v", err)
	}
	// A version that nobody wrote down.
	sql(t, s, `update layer_version set version = version + 1 where layer = 'camera'`)
	if got := changes(t, s, "camera", 4); got != "5: whole" {
		t.Errorf("a gap: %s", got)
	}
}

// many are cameras beside each other with numbers from first.
func many(first, n int) string {
	return fmt.Sprintf(`insert into feature_camera (layer, id, fid, geom, props, area, cell, batch)
		select layer, 'm' || i, i, geom, props, area, cell, batch from feature_camera, generate_series(%d, %d) i where fid = 1`, first, first+n-1)
}

// Of 2,000 rows each is named, of one more none; so too when they come one after
// the other.
func TestManyRowsAreTheWholeLayer(t *testing.T) {
	s := city(t)
	sql(t, s, many(1001, 2000))
	if c, err := s.Changes(t.Context(), "camera", 1); err != nil || c.Whole || len(c.FIDs) != 2000 || len(c.Boxes) != 1 {
		t.Errorf("2000 rows: whole %v, %d numbers, %d boxes (%v)", c.Whole, len(c.FIDs), len(c.Boxes), err)
	}
	sql(t, s, many(4001, 2001))
	if got := changes(t, s, "camera", 2); got != "3: whole" {
		t.Errorf("2001 rows: %s", got)
	}
	sql(t, s, many(7001, 1500), many(9001, 1500))
	if got := changes(t, s, "camera", 3); got != "4: whole" {
		t.Errorf("twice 1500 rows: %s", got)
	}
	if n := one[int](t, s, `select count(*)::int from changed_row r join change c on c.number = r.change where c.whole`); n != 0 {
		t.Errorf("%d rows of changes that name none are kept", n)
	}
	if got := state(t, s, "camera"); got.Count != 400+2000+2001+3000 {
		t.Errorf("%d cameras", got.Count)
	}
}

// The last 10,000 rows are kept, each change counting one more than it has rows;
// who asks from before them reads all again.
func TestOldChangesAreForgotten(t *testing.T) {
	s := city(t)
	for i := range 7 {
		sql(t, s, many(1001+2000*i, 2000))
	}
	// Six changes of 2,001 are 12,006; five fit, and the oldest that reaches
	// into the 10,000 stays whole.
	if c, err := s.Changes(t.Context(), "camera", 3); err != nil || c.Whole || len(c.FIDs) != 10000 {
		t.Errorf("the newest five: whole %v, %d numbers (%v)", c.Whole, len(c.FIDs), err)
	}
	if got := changes(t, s, "camera", 1); got != "8: whole" {
		t.Errorf("all seven: %s", got)
	}
	if n := one[int](t, s, `select count(*)::int from changed_row where change in (select number from change where layer = 'camera') or change not in (select number from change)`); n > 12000 {
		t.Errorf("%d rows are kept", n)
	}
	if got := changes(t, s, "grid", 0); got == "1: whole" {
		t.Errorf("the other layers lost theirs: %s", got)
	}
}

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

// hear listens and hands on what is heard, from the moment it hears.
func hear(t *testing.T, s *postgis.Store) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan string, 1000), make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, func(layer string, version int64) { heard <- fmt.Sprint(layer, " ", version) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return heard
}

// await reads until the wanted words were all heard.
func await(t *testing.T, heard <-chan string, want ...string) {
	t.Helper()
	for left := slices.Clone(want); len(left) > 0; {
		select {
		case word := <-heard:
			left = slices.DeleteFunc(left, func(w string) bool { return w == word })
		case <-time.After(30 * time.Second):
			t.Fatalf("not heard: %v", left)
		}
	}
}

// Every server on the database hears all: what is there when it begins, imports of
// the other, edits past both; of a transaction that was rolled back, nothing.
func TestTwoListeners(t *testing.T) {
	s, url := cityAt(t)
	first, second := hear(t, s), hear(t, open(t, url))
	for _, heard := range []<-chan string{first, second} {
		await(t, heard, "area 1", "grid 1", "camera 1", "road 1", "key_area 1", "dispute 1")
	}
	conn := connect(t, s)
	if _, err := conn.Exec(t.Context(), `begin; delete from feature_road where id = 'r1'; rollback`); err != nil {
		t.Fatal(err)
	}
	rows := roads()
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "name", "新路")
	mustLoad(t, s, layers.Batch{Layer: "road", City: "6206"}, rows)
	sql(t, s, `delete from feature_camera where fid = 1`, `delete from feature_grid where fid = 1`, `delete from feature_grid where fid = 2`)
	for _, heard := range []<-chan string{first, second} {
		var words []string
		for range 3 {
			select {
			case word := <-heard:
				words = append(words, word)
			case <-time.After(30 * time.Second):
				t.Fatal("silence")
			}
		}
		slices.Sort(words)
		if want := []string{"camera 2", "grid 2", "road 2"}; !slices.Equal(words, want) {
			t.Errorf("heard %v, want %v", words, want)
		}
	}
}

// Who follows gets each change with its rows, from where he has read; also what
// happened before he listened, and while he was busy.
func TestFollow(t *testing.T) {
	s := city(t)
	sql(t, s, `delete from feature_camera where fid = 1`)
	ctx, cancel := context.WithCancel(t.Context())
	got, busy, ended := make(chan layers.Change, 100), make(chan bool), make(chan error, 1)
	read := map[string]int64{"area": 1, "camera": 1, "dispute": 1, "grid": 1, "key_area": 1}
	go func() {
		ended <- s.Follow(ctx, read, func(c layers.Change) { got <- c; <-busy })
	}()
	next := func() layers.Change {
		select {
		case c := <-got:
			return c
		case <-time.After(30 * time.Second):
			t.Fatal("nothing changed")
			return layers.Change{}
		}
	}
	heard := map[string]string{}
	for range 2 {
		c := next()
		heard[c.Layer] = fmt.Sprint(c.Version, c.Whole, c.FIDs)
		if len(heard) < 2 {
			busy <- true
		}
	}
	if heard["camera"] != "2 false [1]" || heard["road"] != "1 true []" {
		t.Errorf("at first: %v", heard)
	}
	sql(t, s, `delete from feature_camera where fid = 2`)
	sql(t, s, `delete from feature_camera where fid = 3`)
	busy <- true
	if c := next(); c.Layer != "camera" || c.Version != 4 || !slices.Equal(c.FIDs, []int32{2, 3}) {
		t.Errorf("while busy: %+v", c)
	}
	close(busy)
	sql(t, s, `delete from feature_camera where fid = 4`)
	if c := next(); c.Version != 5 || !slices.Equal(c.FIDs, []int32{4}) {
		t.Errorf("then: %+v", c)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Tables made by an older program tell of their changes once this one has opened
// the database.
func TestOlderTablesAreWatched(t *testing.T) {
	s, url := cityAt(t)
	for _, table := range []string{"feature_camera", "event_2016"} {
		for _, trigger := range []string{"note_inserted", "note_updated", "note_deleted", "note_emptied"} {
			sql(t, s, "drop trigger "+trigger+" on "+table)
		}
	}
	open(t, url)
	sql(t, s, `delete from feature_camera where fid = 1`, `delete from event_2016 where id = 'D0000'`)
	if got := changes(t, s, "camera", 1); got != "2: [1]; 102.05,37.05,102.05,37.05" {
		t.Error(got)
	}
	if got := changes(t, s, "dispute", 1); got != "2: [1]; 102.5,37.1,102.5,37.1" {
		t.Error(got)
	}
}

// Imports of two layers and edits that cross them at the same time: all arrive,
// none waits for another in a circle, and every version names what it did.
func TestChangesAtOnce(t *testing.T) {
	s := city(t)
	const rounds = 8
	var work sync.WaitGroup
	fail := make(chan error, 4*rounds)
	do := func(f func(round int) error) {
		work.Add(1)
		go func() {
			defer work.Done()
			for round := range rounds {
				if err := f(round); err != nil {
					fail <- err
				}
			}
		}()
	}
	for id, rows := range map[string][]layers.Staged{"camera": cameras(), "grid": grids()} {
		do(func(round int) error {
			f := rows[round].Feature
			f.Properties = with(f.Properties, "name", fmt.Sprint("改", round))
			fresh := f
			if id == "camera" {
				fresh.ID = fmt.Sprintf("6206020000132900000%d", round)
			} else {
				fresh.ID = fmt.Sprintf("62062110020090%d", round)
			}
			_, rejects, err := load(t.Context(), s, layers.Batch{Layer: id, City: "6206"}, staged(f, fresh))
			if err == nil && len(rejects) > 0 {
				err = fmt.Errorf("%v", rejects)
			}
			return err
		})
	}
	for _, order := range [][2]string{{"camera", "grid"}, {"grid", "camera"}} {
		do(func(round int) error {
			conn := connect(t, s)
			defer conn.Close(t.Context())
			// Each editor has rows of its own, so that only what the triggers
			// lock could stop them.
			fid := map[string]int{"camera": 20, "grid": 30}[order[0]]/10*10 - 10 + round%2
			_, err := conn.Exec(t.Context(), fmt.Sprintf(`begin; update feature_%s set props = props || '{"x":%d}' where fid = %d; select pg_sleep(0.01); update feature_%s set props = props || '{"x":%d}' where fid = %d; commit`,
				order[0], round, fid, order[1], round, fid))
			return err
		})
	}
	work.Wait()
	close(fail)
	for err := range fail {
		t.Error(err)
	}
	for _, id := range []string{"camera", "grid"} {
		c, err := s.Changes(t.Context(), id, 1)
		// One version an import, one an edit of either editor.
		if err != nil || c.Version != 1+3*rounds || c.Whole || len(c.FIDs) != 2*rounds+4 {
			t.Errorf("%s: version %d, whole %v, %d numbers (%v); want %d, false, %d", id, c.Version, c.Whole, len(c.FIDs), err, 1+3*rounds, 2*rounds+4)
		}
	}
}

// An edit that holds a row which an import wants, and then commits, stops neither.
func TestAnEditAndAnImportOfTheSameRow(t *testing.T) {
	s := city(t)
	conn := connect(t, s)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `update feature_camera set props = props || '{"name":"手"}' where fid = 1`); err != nil {
		t.Fatal(err)
	}
	f := cameras()[0].Feature
	f.Properties = with(f.Properties, "state", "offline")
	fresh := f
	fresh.ID = "62060200001329999999"
	done := make(chan error, 1)
	go func() {
		_, _, err := load(t.Context(), s, layers.Batch{Layer: "camera", City: "6206"}, staged(f, fresh))
		done <- err
	}()
	for range 200 {
		if one[int](t, s, `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'update "feature_camera"%'`) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Errorf("the edit: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the import: %v", err)
	}
	if got := changes(t, s, "camera", 1); got != "3: [1 401]; 102.05,37.05,102.05,37.05" {
		t.Error(got)
	}
}
