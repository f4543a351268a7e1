package intake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// stored is the real store as an import sees it.
type stored struct{ *postgis.Store }

func (s stored) Begin(ctx context.Context, b layers.Batch) (intake.Batch, error) {
	return s.Store.Begin(ctx, b)
}

func openStore(t *testing.T) stored {
	t.Helper()
	s, err := postgis.Open(t.Context(), pgtest.URL(t), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return stored{s}
}

// outside is the path of a file nobody here wrote; the test skips without it.
func outside(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("SITMAP_TEST_DATA")
	if root == "" {
		t.Skip("SITMAP_TEST_DATA does not name the folder of the outside data")
	}
	return filepath.Join(root, path)
}

func openFile(t *testing.T, path string) *format.File {
	t.Helper()
	f, err := format.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// mustRun imports a file and checks that the counts add up.
func mustRun(t *testing.T, store intake.Store, q intake.Request) intake.Report {
	t.Helper()
	report, err := intake.Run(t.Context(), q, store, catalog.All)
	if err != nil {
		t.Fatalf("%s: %v\n%v", q.File.Name, err, report.Problems)
	}
	if report.Rows != report.Stored+report.Unchanged+report.Rejected {
		t.Errorf("%s: %d rows, but %d stored + %d unchanged + %d rejected", q.File.Name, report.Rows, report.Stored, report.Unchanged, report.Rejected)
	}
	return report
}

func count(t *testing.T, store stored, layer string, q layers.Query) int64 {
	t.Helper()
	l, err := catalog.All.Layer(layer)
	if err != nil {
		t.Fatal(err)
	}
	n, err := store.Count(t.Context(), l, q, access.System)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBoston imports the cases of another city, with its own areas, time zone
// and categories. The areas are drawn for this test. What is expected of the two
// files was counted with Python's csv module: 4,284 and 7,956 rows, no id twice,
// no coordinates missing, statuses 3,867 + 6,768 Closed and 417 + 1,188 Open,
// 198 and 1,039 rows on the point -71.0587, 42.3594.
func TestBoston(t *testing.T) {
	graffiti, lights := outside(t, "cases/boston-311-graffiti-removal.csv"), outside(t, "cases/boston-311-street-light-outages.csv")
	store := openStore(t)
	areas := mustRun(t, store, intake.Request{Layer: "area", File: openFile(t, "testdata/boston-areas.geojson")})
	if areas.Stored != 13 || areas.Rejected != 0 || len(areas.Repaired) != 0 {
		t.Fatalf("areas: %+v", areas)
	}
	codes, err := intake.ReadCodes(t.Context(), openFile(t, "testdata/boston-codes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	request := func(path string) intake.Request {
		q := intake.Request{Layer: "dispute", File: openFile(t, path), Codes: layers.Codebook{"category": codes}, By: "test"}
		for _, one := range []string{"CASE_ENQUIRY_ID=id", "TYPE=category", "CASE_STATUS=status"} {
			a, err := intake.ParseAssignment(one)
			if err != nil {
				t.Fatal(err)
			}
			q.Map = append(q.Map, a)
		}
		return q
	}
	for _, one := range []struct {
		path           string
		rows, onePoint int
	}{{graffiti, 4284, 198}, {lights, 7956, 1039}} {
		report := mustRun(t, store, request(one.path))
		if report.Rows != one.rows || report.Stored != one.rows || report.Rejected != 0 {
			t.Errorf("%s: %d rows, %d stored, %d rejected: %v", report.File, report.Rows, report.Stored, report.Rejected, report.Faults)
		}
		checkBostonColumns(t, report)
		if want := fmt.Sprintf("%d rows lie on one point, -71.0587, 42.3594, perhaps a default rather than their place", one.onePoint); len(report.Warnings) != 1 || report.Warnings[0].En != want {
			t.Errorf("%s: got the warnings %v, want %q", report.File, report.Warnings, want)
		}
		again := mustRun(t, store, request(one.path))
		if again.Stored != 0 || again.Unchanged != one.rows {
			t.Errorf("%s again: %d stored, %d unchanged", again.File, again.Stored, again.Unchanged)
		}
	}
	for _, one := range []struct {
		field, value string
		want         int64
	}{{"category", "graffiti", 4284}, {"category", "street_light", 7956}, {"status", "closed", 10635}, {"status", "registered", 1605}} {
		if n := count(t, store, "dispute", layers.Query{Filters: []layers.Filter{{Field: one.field, Values: []any{one.value}}}}); n != one.want {
			t.Errorf("%s %s: %d stored, want %d", one.field, one.value, n, one.want)
		}
	}
	checkBostonCase(t, store)
}

// checkBostonColumns compares the mapping with the 34 columns of the files.
func checkBostonColumns(t *testing.T, report intake.Report) {
	t.Helper()
	var used []string
	for _, m := range report.Mapping {
		used = append(used, m.Column+"="+m.Field)
	}
	want := []string{"CASE_ENQUIRY_ID=id", "OPEN_DT=found_at", "TARGET_DT=deadline_at", "CLOSED_DT=closed_at", "CASE_STATUS=status",
		"TYPE=category", "Department=unit", "LATITUDE=lat", "LONGITUDE=lon"}
	if !slices.Equal(used, want) {
		t.Errorf("the columns used are %v", used)
	}
	reasons := map[string]string{}
	for _, c := range report.LeftOut {
		reasons[c.Column] = c.Reason.En
	}
	if len(reasons) != 34-len(want) {
		t.Errorf("%d columns are left out", len(reasons))
	}
	for _, column := range []string{"#1", "CASE_TITLE", "CLOSURE_REASON", "Location", "LOCATION_STREET_NAME", "LOCATION_ZIPCODE", "Geocoded_Location"} {
		if reasons[column] != "no field takes it" {
			t.Errorf("%s is left out because %q", column, reasons[column])
		}
	}
	for _, column := range []string{"SubmittedPhoto", "ClosedPhoto"} {
		if reasons[column] != "personal" {
			t.Errorf("%s is left out because %q", column, reasons[column])
		}
	}
}

// checkBostonCase reads one case back. Its line in the file says 01/01/2015
// 10:37:47 AM in Boston, five hours behind UTC in winter.
func checkBostonCase(t *testing.T, store stored) {
	t.Helper()
	l, err := catalog.All.Layer("dispute")
	if err != nil {
		t.Fatal(err)
	}
	f, err := store.Feature(t.Context(), l, "101001240782", access.System)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"category": "graffiti", "status": "closed", "found_at": "2015-01-01T15:37:47Z", "deadline_at": "2015-01-08T15:37:47Z",
		"closed_at": "2015-01-02T19:05:11Z", "unit": "PROP"}
	for name, value := range want {
		if f.Properties[name] != value {
			t.Errorf("%s is %v, want %v", name, f.Properties[name], value)
		}
	}
	if len(f.Properties) != len(want) {
		t.Errorf("the case holds %v", f.Properties)
	}
}

// The files hold no faulty row, so some are made: each is explained, the others
// are stored, and a later import of the right file stores just what was missing.
func TestBostonWithFaults(t *testing.T) {
	content, err := os.ReadFile(outside(t, "cases/boston-311-graffiti-removal.csv"))
	if err != nil {
		t.Fatal(err)
	}
	store := openStore(t)
	mustRun(t, store, intake.Request{Layer: "area", File: openFile(t, "testdata/boston-areas.geojson")})
	right := strings.SplitAfter(string(content), "\n")[:12] // the first line and eleven rows
	wrong := slices.Clone(right)
	wrong[1] = strings.Replace(wrong[1], "42.3345,-71.0398", "-71.0398,42.3345", 1) // exchanged
	wrong[2] = strings.Replace(wrong[2], "01/01/2015 11:55:58 AM", "13/32/2015", 1) // no such day
	wrong[3] = strings.Replace(wrong[3], "Open", "Lost", 1)                         // no such status
	wrong[4] = wrong[5]                                                             // an id twice
	wrong[6] = strings.Replace(wrong[6], ",BTDT,", ",call 13800138000,", 1)         // a person's
	codes := layers.Codebook{"category": {{Value: "graffiti", Title: layers.Text{Zh: "涂鸦清除", En: "Graffiti Removal"}}}}
	assigned := []intake.Assignment{{Column: "CASE_ENQUIRY_ID", Target: "id"}, {Column: "TYPE", Target: "category"}, {Column: "CASE_STATUS", Target: "status"}}
	run := func(lines []string) intake.Report {
		return mustRun(t, store, intake.Request{Layer: "dispute", City: "BOS", File: format.Bytes("cases.csv", []byte(strings.Join(lines, ""))), Codes: codes, Map: assigned})
	}
	report := run(wrong)
	var got []string
	for _, p := range report.Problems {
		got = append(got, fmt.Sprintf("%d %s: %s", p.Row, p.Column, p.Fault))
	}
	want := []string{
		"1 LONGITUDE, LATITUDE: longitude and latitude are exchanged",
		"2 OPEN_DT: not a date or time",
		"3 CASE_STATUS: not in the code list",
		"5 CASE_ENQUIRY_ID: row 4 has the same id",
		"6 Department: holds a mobile phone number",
	}
	if !slices.Equal(got, want) || report.Stored != 6 {
		t.Errorf("%d stored; got\n%s", report.Stored, strings.Join(got, "\n"))
	}
	kept, err := store.Rejects(t.Context(), report.Batch, 100)
	if err != nil || len(kept) != len(want) {
		t.Errorf("the store keeps %v, %v", kept, err)
	}
	for _, p := range kept {
		if strings.Contains(p.String(), "13800138000") {
			t.Error("the number is kept")
		}
	}
	if report = run(right); report.Stored != 5 || report.Unchanged != 6 || report.Rejected != 0 {
		t.Errorf("the right file: %d stored, %d unchanged, %v", report.Stored, report.Unchanged, report.Problems)
	}
}

// TestWuweiCodeTables imports the real tables of codes into an empty database,
// and then the outline of a map service. The counts are those of the National
// Bureau of Statistics for 2023: 4 counties, 108 townships of which 6 are
// statistical units, 1,240 villages.
func TestWuweiCodeTables(t *testing.T) {
	townships, villages := outside(t, "wuwei/townships.csv"), outside(t, "wuwei/villages.csv")
	store := openStore(t)
	early, err := intake.Run(t.Context(), intake.Request{Layer: "area", File: openFile(t, townships)}, store, catalog.All)
	if !errors.Is(err, layers.ErrInvalid) || early.Stored != 0 || early.Rejected != 108 {
		t.Errorf("townships without their counties: %v, %d stored", err, early.Stored)
	}
	top := format.Bytes("wuwei.csv", []byte("code,name\n6206,武威市\n620602,凉州区\n620621,民勤县\n620622,古浪县\n620623,天祝藏族自治县\n"))
	for _, one := range []struct {
		file *format.File
		want int
	}{{top, 5}, {openFile(t, townships), 108}, {openFile(t, villages), 1240}} {
		for round, stored := range []int{one.want, 0} {
			report := mustRun(t, store, intake.Request{Layer: "area", File: one.file})
			if report.Stored != stored || report.Rows != one.want || report.Rejected != 0 {
				t.Errorf("%s, round %d: %d of %d stored, %v", report.File, round+1, report.Stored, report.Rows, report.Problems)
			}
		}
	}
	for level, want := range map[string]int64{"city": 1, "county": 4, "township": 108, "village": 1240} {
		if n := count(t, store, "area", layers.Query{Filters: []layers.Filter{{Field: "level", Values: []any{level}}}}); n != want {
			t.Errorf("%d of level %s, want %d", n, level, want)
		}
	}
	if n := count(t, store, "area", layers.Query{Filters: []layers.Filter{{Field: "kind", Values: []any{"statistical"}}}}); n != 6 {
		t.Errorf("%d statistical units, want 6", n)
	}
	outline := mustRun(t, store, intake.Request{Layer: "area", CRS: "GCJ-02", File: openFile(t, outside(t, "wuwei/outline-gcj02.geojson"))})
	if outline.Stored != 4 || len(outline.Repaired) != 3 {
		t.Errorf("outline: %d stored, %d repaired of which 3 are known to be invalid: %v", outline.Stored, len(outline.Repaired), outline.Repaired)
	}
}

// A dry run, a strict import and one that is cancelled leave no feature.
func TestNothingIsLeft(t *testing.T) {
	store := openStore(t)
	areas := func() *format.File { return openFile(t, "testdata/boston-areas.geojson") }
	if report := dry(t, store, intake.Request{Layer: "area", File: areas(), DryRun: true}); report.Rows != 13 || report.Applied {
		t.Errorf("dry run: %+v", report)
	}
	mustRun(t, store, intake.Request{Layer: "area", File: areas()})

	table := strings.NewReplacer("102.", "-71.0", "37.9", "42.35").Replace(hazards(5000))
	_, err := intake.Run(t.Context(), intake.Request{Layer: "hazard", Strict: true, File: format.Bytes("x.csv", []byte(table))}, store, catalog.All)
	if !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("strict: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = intake.Run(ctx, intake.Request{Layer: "hazard", File: format.Bytes("x.csv", []byte(table))}, cancelling{store, cancel}, catalog.All)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	if n := count(t, store, "hazard", layers.Query{}); n != 0 {
		t.Errorf("%d hazards are stored", n)
	}
	report := mustRun(t, store, intake.Request{Layer: "hazard", File: format.Bytes("x.csv", []byte(table))})
	if n := count(t, store, "hazard", layers.Query{}); n != 4500 || report.Rejected != 500 {
		t.Errorf("afterwards %d hazards are stored, %d rejected", n, report.Rejected)
	}
}

func dry(t *testing.T, store intake.Store, q intake.Request) intake.Report {
	t.Helper()
	report, err := intake.Run(t.Context(), q, store, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// cancelling is a store whose imports are cancelled when they are checked.
type cancelling struct {
	stored
	cancel context.CancelFunc
}

func (c cancelling) Begin(ctx context.Context, b layers.Batch) (intake.Batch, error) {
	batch, err := c.stored.Begin(ctx, b)
	return cancelled{batch, c.cancel}, err
}

type cancelled struct {
	intake.Batch
	cancel context.CancelFunc
}

func (c cancelled) Check(ctx context.Context) ([]layers.Problem, error) {
	c.cancel()
	return c.Batch.Check(ctx)
}
