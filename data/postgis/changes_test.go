package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
