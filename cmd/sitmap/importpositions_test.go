package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// history is a database with a city, a team U1 on duty every day from 8 to 20
// o'clock, and a post of one.
type history struct {
	t   *testing.T
	url string
}

func newHistory(t *testing.T) history {
	t.Helper()
	url := pgtest.Database(t, "", nil)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := foundCity(t.Context(), store, "6206", "武威市", "Asia/Shanghai", orb.Bound{Min: orb.Point{102, 37}, Max: orb.Point{104, 39}}); err != nil {
		t.Fatal(err)
	}
	var staged []layers.Staged
	for k, heads := range []int64{3, 1} {
		id := fmt.Sprint("U", k+1)
		staged = append(staged, layers.Staged{Row: k + 1, Feature: layers.Feature{ID: id, Geometry: orb.Point{103, 38},
			Properties: map[string]any{"name": id, "call_sign": id, "force": "staff", "kind": "foot", "headcount": heads}}})
	}
	if err := apply(t.Context(), store, layers.Batch{Layer: "unit", City: "6206", File: "units"}, staged); err != nil {
		t.Fatal(err)
	}
	if err := store.SetDuties(t.Context(), []live.Duty{{Unit: "U1", From: 480, To: 1200, Days: live.Daily}, {Unit: "U2", From: 480, To: 1200, Days: live.Daily}}); err != nil {
		t.Fatal(err)
	}
	return history{t, url}
}

// run imports the file of that name and content, and gives what was printed.
func (h history) run(name, content string, code int, flags ...string) string {
	h.t.Helper()
	path := filepath.Join(h.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
	var out bytes.Buffer
	args := append([]string{"import", "positions", path, "--database-url", h.url}, flags...)
	if got := run(h.t.Context(), args, strings.NewReader(""), &out, &out); got != code {
		h.t.Fatalf("ended with %d, want %d:\n%s", got, code, &out)
	}
	return out.String()
}

func (h history) report(name, content string, flags ...string) (r fixesReport) {
	h.t.Helper()
	var verdicts struct {
		Past struct{ Verdicts map[string]int }
	}
	text := h.run(name, content, 0, append(flags, "--json")...)
	if err := json.Unmarshal([]byte(text), &verdicts); err != nil {
		h.t.Fatalf("%v: %s", err, text)
	}
	plain := strings.Replace(text, `"verdicts"`, `"-"`, 1)
	if err := json.Unmarshal([]byte(plain), &r); err != nil {
		h.t.Fatalf("%v: %s", err, text)
	}
	r.Past.Verdicts = map[live.Verdict]int{}
	for _, v := range live.Verdicts {
		r.Past.Verdicts[v] = verdicts.Past.Verdicts[v.String()]
	}
	return r
}

func (h history) count(sql string) (n int) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.url)
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	if err := conn.QueryRow(h.t.Context(), sql).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

var yesterday = time.Now().In(time.FixedZone("Shanghai", 8*3600)).AddDate(0, 0, -1).Format(time.DateOnly)

// A table in the words of a vendor, with a fault of each kind: what is right is
// kept once however often it comes, what is wrong is named with row, column and
// cure, and off shift and of the post of one only a number is kept.
func TestImportPositions(t *testing.T) {
	h := newHistory(t)
	table := strings.ReplaceAll(`终端号,定位时间,经度,纬度,时速,信号
U1,DAY 09:00:00,103,38,3.6,9
U1,DAY 09:01:00,103.0001,38,3.6,9
U1,DAY 09:05:00,103.0001,38,,9
U1,DAY 09:00:00,103,38,3.6,9
U1,DAY 09:06:00,nowhere,38,3.6,9
U1,soon,103,38,3.6,9
U9,DAY 09:00:00,103,38,3.6,9
U1,DAY 09:07:00,103.9,38,3.6,9
U1,DAY 09:08:00,120,38,3.6,9
U1,DAY 23:00:00,103.5,38,3.6,9
U2,DAY 09:00:00,103.6,38,3.6,9
`, "DAY", yesterday)
	first := h.report("past.csv", table, "--crs", "EPSG:4490")
	v := first.Past.Verdicts
	if first.Rows != 11 || first.Past.Stored != 3 || v[live.Kept] != 3 || v[live.Known] != 1 || v[live.OffShift] != 1 || v[live.Alone] != 1 || first.Rejected != 5 {
		t.Fatalf("%+v", first)
	}
	want := []struct {
		row    int
		column string
	}{{5, "经度"}, {6, "定位时间"}, {7, "unit"}, {8, "lon"}, {9, "lon"}}
	for k, p := range first.Rejects {
		if p.Row != want[k].row || p.Column != want[k].column || p.Fault == "" || p.Cure == "" {
			t.Errorf("reject %d: %+v, want row %d, column %s", k, p, want[k].row, want[k].column)
		}
	}
	if n := h.count(`select count(*)::int from position where lon > 103.4`); n != 0 {
		t.Errorf("%d places that may not be kept are kept", n)
	}
	// 09:00 and 09:01 are one stay, 09:05 is another; the speed is metres a second.
	if n := h.count(`select count(*)::int from pass where unit = 'U1'`); n != 2 {
		t.Errorf("%d passes", n)
	}
	if n := h.count(`select count(*)::int from position where speed between 0.99 and 1.01 and at in ('` + yesterday + `T01:00:00Z', '` + yesterday + `T01:01:00Z')`); n != 2 {
		t.Errorf("%d fixes at 1 m/s at 9 o'clock in Shanghai", n)
	}
	again := h.report("past.csv", table, "--crs", "EPSG:4490")
	if again.Past.Stored != 0 || again.Past.Verdicts[live.Kept] != 3 || h.count(`select count(*)::int from position`) != 3 || h.count(`select count(*)::int from pass`) != 2 {
		t.Errorf("again: %+v", again)
	}
	if text := h.run("past.csv", table, 2, "--strict", "--source", "other"); !strings.Contains(text, "nothing was stored") || h.count(`select count(*)::int from position`) != 3 {
		t.Errorf("strict: %s", text)
	}
	if text := h.run("bad.csv", "a,b\n1,2\n", 2); !strings.Contains(text, "no column is for unit, at, lon, lat") {
		t.Error(text)
	}
}

// A track of long ago, of a team that nobody knows: only its passes are kept,
// unless its days are asked to be kept.
func TestImportAnOldTrack(t *testing.T) {
	h := newHistory(t)
	var track strings.Builder
	track.WriteString(`<gpx version="1.1"><trk><name>N7</name><trkseg>`)
	for k := range 20 {
		fmt.Fprintf(&track, `<trkpt lon="%v" lat="38.2"><time>2016-09-30T02:%02d:00Z</time></trkpt>`, 103+0.002*float64(k), k)
	}
	track.WriteString(`</trkseg></trk></gpx>`)
	if r := h.report("old.gpx", track.String()); r.Rejected != 20 || h.count(`select count(*)::int from pass`) != 0 {
		t.Errorf("of a team that nobody knows: %+v", r)
	}
	old := h.report("old.gpx", track.String(), "--declare")
	if old.Past.Stored != 0 || old.Past.Passed != 20 || len(old.Declared) != 1 || old.Declared[0] != "N7" || h.count(`select count(*)::int from position`) != 0 || h.count(`select count(*)::int from pass where unit = 'N7'`) != 20 {
		t.Errorf("%+v", old)
	}
	held := h.report("old.gpx", track.String(), "--declare", "--keep-for", "1h")
	if held.Past.Stored != 20 || len(held.Declared) != 0 || len(held.Past.Held) != 1 || held.Past.Held[0] != "2016-09-30" || h.count(`select count(*)::int from pass where unit = 'N7'`) != 20 {
		t.Errorf("%+v", held)
	}
	store, err := postgis.Open(t.Context(), h.url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if removed, err := store.ForgetPositions(t.Context(), postgis.Before{Positions: time.Now().Add(-72 * time.Hour)}); err != nil || removed.Fixes != 0 {
		t.Errorf("removed %+v %v", removed, err)
	}
	unit, err := store.Feature(t.Context(), catalog.Unit, "N7", access.System)
	if err != nil || live.UnitOf(unit).Headcount != 2 || live.UnitOf(unit).Home != (orb.Point{103, 38.2}) {
		t.Errorf("%+v %v", unit, err)
	}
}
