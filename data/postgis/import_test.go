package postgis_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
)

func state(t *testing.T, s *postgis.Store, id string) layers.LayerState {
	t.Helper()
	states, err := s.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return states[id]
}

// The same file again changes nothing: no version, no row, no announcement.
func TestImportingTwiceChangesNothing(t *testing.T) {
	s := city(t)
	for id, rows := range map[string][]layers.Staged{"area": areas(), "grid": grids(), "camera": cameras(), "road": roads(), "key_area": keyAreas(), "dispute": disputes()} {
		before := state(t, s, id)
		table := map[string]string{"area": "area", "dispute": "event"}[id]
		if table == "" {
			table = "feature_" + id
		}
		touched := one[string](t, s, "select string_agg(xmin::text, ' ' order by fid) from "+table)
		done := mustLoad(t, s, layers.Batch{Layer: id, City: "6206"}, rows)
		if done.Stored != 0 || done.Unchanged != len(rows) || done.Rows != len(rows) || !done.Applied {
			t.Errorf("%s: %+v", id, done)
		}
		if after := state(t, s, id); after != before {
			t.Errorf("%s: the state went from %+v to %+v", id, before, after)
		}
		if one[string](t, s, "select string_agg(xmin::text, ' ' order by fid) from "+table) != touched {
			t.Errorf("%s: rows that are the same were written again", id)
		}
	}
}

func TestChangedRowsGetAVersion(t *testing.T) {
	s := city(t)
	rows := cameras()
	rows[7].Feature.Properties = with(rows[7].Feature.Properties, "state", "offline")
	rows[9].Feature.Geometry = orb.Point{103.33, 38.44}
	fresh := rows[0].Feature
	fresh.ID = "62060200001329999999"
	done := mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, append(rows, layers.Staged{Row: 401, Feature: fresh}))
	if done.Stored != 3 || done.Unchanged != 398 {
		t.Errorf("%+v", done)
	}
	for id, want := range map[string]struct {
		fid     int32
		version int64
	}{rows[7].Feature.ID: {8, 2}, rows[9].Feature.ID: {10, 2}, rows[8].Feature.ID: {9, 1}, fresh.ID: {401, 1}} {
		f, err := s.Feature(t.Context(), layer(t, "camera"), id, all)
		if err != nil || f.FID != want.fid || f.Version != want.version {
			t.Errorf("%s has number %d and version %d (%v), want %v", id, f.FID, f.Version, err, want)
		}
	}
	if f, _ := s.Feature(t.Context(), layer(t, "camera"), rows[9].Feature.ID, all); f.Area != 620622101200002 {
		t.Errorf("the camera that moved is in %d", f.Area)
	}
	if got := state(t, s, "camera"); got.Version != 2 || got.Count != 401 {
		t.Errorf("%+v", got)
	}
}

// A case whose date is corrected moves to its year and keeps its number; the
// partitions hold it once.
func TestACaseMovesBetweenYears(t *testing.T) {
	s := city(t)
	rows := disputes()[:1]
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "found_at", "2013-05-05T05:05:05Z")
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206"}, rows)
	if got := one[string](t, s, `select tableoid::regclass::text from event where id = 'D0000'`); got != "event_2013" {
		t.Errorf("it lies in %s", got)
	}
	f, err := s.Feature(t.Context(), layer(t, "dispute"), "D0000", all)
	if err != nil || f.FID != 1 || f.Version != 2 || f.Properties["found_at"] != "2013-05-05T05:05:05Z" {
		t.Errorf("%+v (%v)", f, err)
	}
	done := mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206"}, rows)
	if done.Unchanged != 1 {
		t.Errorf("the moved case is not found again: %+v", done)
	}
}

// Check names every row that is wrong, keeps the others, and the record of the
// import says the same.
func TestCheckNamesTheRows(t *testing.T) {
	s := city(t)
	camera := func(id string, g orb.Geometry) layers.Feature {
		return layers.Feature{ID: id, Geometry: g, Properties: cameras()[0].Feature.Properties}
	}
	good := camera("62060200001330000001", orb.Point{102.5, 37.5})
	other := camera("62060200001330000002", orb.Point{102.5, 37.5})
	other.Area = 110101000000000
	unknown := camera("62060200001330000003", orb.Point{102.5, 37.5})
	unknown.Area = 620629000000000
	far := camera("62060200001330000004", orb.Point{37.5, 102.5})
	far.Area = 620621000000000
	rows := staged(good, camera("62060200001330000005", orb.Point{102.5, 89}), good, other, unknown, far, camera("62060200001330000006", orb.Point{110, 30}))
	done, rejects, err := load(t.Context(), s, layers.Batch{Layer: "camera", City: "6206", File: "cameras.csv"}, rows)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]string{
		2: "geometry: lies beyond the map", 3: "id: row 1 has the same id", 4: "area: is an area of another city",
		5: "area: there is no such area", 6: "geometry: lies nowhere on the globe", 7: "geometry: lies outside the city 6206",
	}
	for _, p := range rejects {
		if w, ok := want[p.Row]; !ok || !strings.HasPrefix(p.Column+": "+p.Fault, w) || p.Cure == "" {
			t.Errorf("row %d: %v, want %s", p.Row, p, w)
		}
		delete(want, p.Row)
	}
	if len(want) > 0 {
		t.Errorf("not refused: %v", want)
	}
	if done.Rows != 7 || done.Stored != 1 || done.Rejected != 6 {
		t.Errorf("%+v", done)
	}
	kept, err := s.Rejects(t.Context(), done.ID, 100)
	slices.SortStableFunc(rejects, func(a, b layers.Problem) int { return a.Row - b.Row })
	if err != nil || !slices.Equal(kept, rejects) {
		t.Errorf("the record holds %v (%v)", kept, err)
	}
	imports, err := s.Imports(t.Context(), 1)
	if err != nil || len(imports) != 1 || imports[0].File != "cameras.csv" || imports[0].Rejected != 6 || !imports[0].Applied {
		t.Errorf("%+v (%v)", imports, err)
	}
}

func TestUnknownImportHasNoRejects(t *testing.T) {
	if _, err := city(t).Rejects(t.Context(), 4711, 10); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("%v, want not found", err)
	}
}

func TestCasesThatCannotBe(t *testing.T) {
	s := city(t)
	rows := disputes()[:3]
	rows[2].Feature.Properties = props{"category": "01", "status": "discovered", "found_at": "1066-10-14T12:00:00Z"}
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "closed_at", "1999-01-01T00:00:00Z")
	rows[1].Feature.Properties = with(rows[1].Feature.Properties, "found_at", nil)
	_, rejects, err := load(t.Context(), s, layers.Batch{Layer: "dispute", City: "6206"}, rows)
	if err != nil || len(rejects) != 3 || rejects[0].Row != 2 || rejects[1].Row != 3 || rejects[2].Column != "closed_at" {
		t.Errorf("%v (%v)", rejects, err)
	}
}

// An outline that crosses itself is repaired and the row kept; one without an
// area, or a line of one point, is refused.
func TestOutlinesAreMended(t *testing.T) {
	s := city(t)
	key := func(id string, g orb.Geometry) layers.Feature {
		f := keyAreas()[0].Feature
		f.ID, f.Geometry = id, g
		return f
	}
	b, err := s.Begin(t.Context(), layers.Batch{Layer: "key_area", City: "6206"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard(t.Context())
	err = b.Put(t.Context(), staged(
		key("bow", orb.Polygon{{{102.1, 37.1}, {102.2, 37.2}, {102.2, 37.1}, {102.1, 37.2}, {102.1, 37.1}}}),
		key("flat", orb.Polygon{{{102, 37}, {102.5, 37.5}, {103, 38}, {102, 37}}}),
		key("short", orb.Polygon{{{102.1, 37.1}, {102.2, 37.2}}}),
		key("open", orb.Polygon{{{102.1, 37.1}, {102.2, 37.1}, {102.2, 37.2}}}),
		key("empty", orb.Polygon{}),
	))
	if err != nil {
		t.Fatal(err)
	}
	rejects, err := b.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rows []int
	for _, p := range rejects {
		rows = append(rows, p.Row)
	}
	slices.Sort(rows)
	if !slices.Equal(rows, []int{2, 3, 5}) {
		t.Errorf("refused %v", rejects)
	}
	if notes := b.Notes(); len(notes) != 1 || notes[0].Row != 1 || !strings.Contains(notes[0].Fault, "Self-intersection") {
		t.Errorf("noted %v", notes)
	}
	if _, err := b.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	bow, err := s.Feature(t.Context(), layer(t, "key_area"), "bow", all)
	if m, ok := bow.Geometry.(orb.MultiPolygon); err != nil || !ok || len(m) != 2 {
		t.Errorf("the bow became %v (%v)", bow.Geometry, err)
	}
}

// A discarded import leaves its record and nothing else.
func TestDiscard(t *testing.T) {
	s := city(t)
	before := state(t, s, "camera")
	b, err := s.Begin(t.Context(), layers.Batch{Layer: "camera", City: "6206", File: "dry.csv"})
	if err != nil {
		t.Fatal(err)
	}
	rows := cameras()
	rows[0].Feature.Geometry = orb.Point{102.77, 37.77}
	if err := b.Put(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if err := b.Reject(t.Context(), []layers.Problem{{Row: 401, Column: "state", Fault: "not in the code list", Cure: "use one"}}); err != nil {
		t.Fatal(err)
	}
	if err := b.Discard(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state(t, s, "camera") != before {
		t.Error("the layer changed")
	}
	imports, err := s.Imports(t.Context(), 1)
	if err != nil || imports[0].Applied || imports[0].Rejected != 1 || imports[0].Stored != 0 || imports[0].File != "dry.csv" || imports[0].Rows != 401 {
		t.Errorf("%+v (%v)", imports, err)
	}
	if _, err := b.Apply(t.Context()); err == nil {
		t.Error("a discarded import can be applied")
	}
}

// An import cut off at any step leaves nothing: not one row, version, key, code
// or log entry.
func TestACutImportLeavesNothing(t *testing.T) {
	s := city(t)
	rows := disputes()
	for i := range rows {
		rows[i].Feature.ID = "cut-" + rows[i].Feature.ID
	}
	look := func() string {
		return one[string](t, s, `select concat_ws(' ', (select count(*) from event), (select count(*) from event_key), (select count(*) from event_log), (select count(*) from code_list),
			(select count(*) from search_key), (select string_agg(layer || version, ' ' order by layer) from layer_version),
			(select string_agg(layer || next_fid, ' ' order by layer) from numbering), (select count(*) from change), (select count(*) from changed_row), (select count(*) from import_batch))`)
	}
	before := look()
	for _, cut := range []string{"put", "check", "apply"} {
		ctx, cancel := context.WithCancel(t.Context())
		b, err := s.Begin(ctx, layers.Batch{Layer: "dispute", City: "6206", Codes: layers.Codebook{"category": {{Value: "x", Title: layers.Text{Zh: "某", En: "some"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Discard(t.Context())
		if err := b.Put(ctx, rows); err != nil {
			t.Fatal(err)
		}
		if cut != "put" {
			if _, err := b.Check(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if cut == "apply" {
			// Someone holds the last row that Apply writes; then the
			// connection is killed while it waits.
			conn := connect(t, s)
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), `lock table import_batch in exclusive mode`); err != nil {
				t.Fatal(err)
			}
			applied := make(chan error, 1)
			go func() { _, err := b.Apply(ctx); applied <- err }()
			waiting := `select coalesce(max(pid), 0) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%import_batch%'`
			pid := 0
			for range 200 {
				if pid = one[int](t, s, waiting); pid > 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			if one[bool](t, s, `select pg_terminate_backend($1)`, pid) != true {
				t.Fatal("the import was not waiting")
			}
			if err := <-applied; !errors.Is(err, layers.ErrUnavailable) {
				t.Errorf("the cut import says %v, want unavailable", err)
			}
			tx.Rollback(t.Context())
		} else {
			cancel()
			if _, err := b.Apply(ctx); err == nil {
				t.Error("a cancelled import was applied")
			}
		}
		if after := look(); after != before {
			t.Errorf("cut in %s, the import left %s, want %s", cut, after, before)
		}
		if err := b.Discard(t.Context()); err != nil {
			t.Errorf("cut in %s: discard: %v", cut, err)
		}
		before = look()
		cancel()
	}
	done := mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206"}, rows)
	if done.Stored != len(rows) {
		t.Errorf("afterwards: %+v", done)
	}
}

func TestOneImportOfALayerAtATime(t *testing.T) {
	s := city(t)
	first, err := s.Begin(t.Context(), layers.Batch{Layer: "camera", City: "6206"})
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan error, 1)
	go func() {
		_, _, err := load(context.WithoutCancel(t.Context()), s, layers.Batch{Layer: "camera", City: "6206"}, cameras())
		began <- err
	}()
	road, err := s.Begin(t.Context(), layers.Batch{Layer: "road", City: "6206"})
	if err != nil {
		t.Errorf("another layer has to wait: %v", err)
	}
	road.Discard(t.Context())
	select {
	case err := <-began:
		t.Errorf("the second import did not wait: %v", err)
	default:
	}
	first.Discard(t.Context())
	if err := <-began; err != nil {
		t.Error(err)
	}
}

func TestBeginWantsALayerAndACity(t *testing.T) {
	s := city(t)
	for name, test := range map[string]struct {
		b    layers.Batch
		want error
	}{
		"no layer":   {layers.Batch{Layer: "person", City: "6206"}, layers.ErrNotFound},
		"no city":    {layers.Batch{Layer: "camera"}, layers.ErrInvalid},
		"a county":   {layers.Batch{Layer: "camera", City: "620621"}, layers.ErrNotFound},
		"other city": {layers.Batch{Layer: "camera", City: "1101"}, layers.ErrNotFound},
	} {
		if _, err := s.Begin(t.Context(), test.b); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// Code lists that a city brings are its own, and can grow.
func TestCitiesBringCodes(t *testing.T) {
	s := city(t)
	list := layers.Codebook{"category": {{Value: "x", Title: layers.Text{Zh: "某", En: "some"}, Tone: layers.K1, Aliases: []string{"ex"}}, {Value: "y", Title: layers.Text{Zh: "另", En: "other"}}}}
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206", Codes: list}, nil)
	mustLoad(t, s, layers.Batch{Layer: "dispute", City: "6206", Codes: layers.Codebook{"category": {{Value: "z", Title: layers.Text{Zh: "三", En: "third"}}}}}, nil)
	info, err := s.City(t.Context(), "6206")
	if err != nil || info.Zone.String() != "Asia/Shanghai" || info.Area.Name != "武威市" {
		t.Fatalf("%+v (%v)", info, err)
	}
	var values []string
	for _, c := range info.Codes["dispute"]["category"] {
		values = append(values, c.Value+" "+c.Title.Zh+" "+string(c.Tone)+strings.Join(c.Aliases, ","))
	}
	slices.Sort(values)
	if !slices.Equal(values, []string{"x 某 k1ex", "y 另 ", "z 三 "}) {
		t.Errorf("the city's codes are %q", values)
	}
}

// Whoever listens hears every change with its version, also when the connection
// broke in between.
func TestChangesAreAnnounced(t *testing.T) {
	s := open(t, pgtest.URL(t))
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan string, 100)
	next := func() string {
		select {
		case change := <-heard:
			return change
		case <-time.After(30 * time.Second):
			return "nothing"
		}
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, func(layer string, version int64) { heard <- layer + " " + string('0'+rune(version)) })
	}()
	listening := func() int {
		for range 100 {
			if n := one[int](t, s, `select coalesce(max(pid), 0) from pg_stat_activity where datname = current_database() and application_name = 'sitmap changes' and state = 'idle' and query not like 'listen%'`); n > 0 {
				return n
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatal("nobody listens")
		return 0
	}
	pid := listening()
	mustLoad(t, s, layers.Batch{Layer: "area"}, areas())
	if got := next(); got != "area 1" {
		t.Errorf("heard %q", got)
	}
	one[bool](t, s, `select pg_terminate_backend($1)`, pid)
	mustLoad(t, s, layers.Batch{Layer: "grid", City: "6206"}, grids())
	if got := next(); got != "grid 1" {
		t.Errorf("heard %q after the connection broke", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A year that is needed for the first time is made while others read, a backup in
// a long transaction among them.
func TestAYearIsMadeBesideReaders(t *testing.T) {
	s := city(t)
	tx, err := connect(t, s).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `lock table event in access share mode`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	rows := disputes()[:1]
	rows[0].Feature.ID = "new year"
	rows[0].Feature.Properties = props{"category": "01", "status": "discovered", "found_at": "2031-01-01T00:00:00Z"}
	if _, _, err := load(ctx, s, layers.Batch{Layer: "dispute", City: "6206"}, rows); err != nil {
		t.Error(err)
	}
	if got := one[string](t, s, `select tableoid::regclass::text from event where id = 'new year'`); got != "event_2031" {
		t.Errorf("it lies in %s", got)
	}
}
