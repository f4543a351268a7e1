package data_test

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data"
	"sitmap/data/demo"
	"sitmap/data/demo/rounds"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// Coverage is held against counting over the raw fixes, three ways: the visits
// that a server keeps in memory, those of a server that begins with the table of
// passes, and the table itself.

// presence is that a unit was at a place, by itself or for a while: Unix
// milliseconds. A fix is one without length.
type presence struct {
	unit     int32
	place    int64
	from, to int64
}

// counted is what a place got in a window; times are seconds.
type counted struct {
	visits, stops                       int
	dwell, meanIdle, worstIdle, idleNow float64
	never                               bool
}

// count counts by the definition: a visit is a unit at a place with no more than
// two minutes between two presences; it is one of the window unless it was over
// when the window began; idle is the time since anybody was there, of a place
// never visited before since the window began. Visits are known for a day.
func count(all []presence, from, to time.Time) map[int64]counted {
	begin, end := from.UnixMilli(), to.UnixMilli()
	slices.SortFunc(all, func(a, b presence) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.unit, b.unit), cmp.Compare(a.from, b.from))
	})
	visits := map[int64][]presence{}
	for _, p := range all {
		if p.from >= end {
			continue
		}
		p.to = min(p.to, end)
		list := visits[p.place]
		if n := len(list); n > 0 && list[n-1].unit == p.unit && p.from-list[n-1].to <= 120_000 {
			list[n-1].to = max(list[n-1].to, p.to)
			continue
		}
		visits[p.place] = append(list, p)
	}
	result := map[int64]counted{}
	for place, list := range visits {
		list = slices.DeleteFunc(list, func(v presence) bool { return v.to < end-live.VisitsKept.Milliseconds() })
		if len(list) == 0 {
			continue
		}
		c := counted{}
		for _, v := range list {
			if v.from < begin && v.to <= begin {
				continue
			}
			c.visits++
			c.dwell += float64(v.to-max(v.from, begin)) / 1000
			if v.to-v.from >= 60_000 {
				c.stops++
			}
		}
		// The moments at which idleness begins or ends, one after the other.
		slices.SortFunc(list, func(a, b presence) int { return cmp.Compare(a.from, b.from) })
		left, known := begin, false
		for _, v := range list {
			if v.to <= begin && v.from < begin && (!known || v.to > left) {
				left, known = v.to, true
			}
		}
		at, area := begin, 0.0
		idleUntil := func(t int64) {
			if t <= at {
				return
			}
			a, b := float64(at-left)/1000, float64(t-left)/1000
			area += (b - a) * (a + b) / 2 // of a trapezium
			c.worstIdle = max(c.worstIdle, b)
		}
		for _, v := range list {
			if v.to <= begin && v.from < begin {
				continue
			}
			idleUntil(v.from)
			at, left = max(at, v.to), max(left, v.to)
		}
		idleUntil(end)
		c.idleNow = float64(end-left) / 1000
		c.worstIdle = max(c.worstIdle, c.idleNow)
		c.meanIdle = area / (float64(end-begin) / 1000)
		result[place] = c
	}
	return result
}

// untouched is a place nobody was ever at.
func untouched(from, to time.Time) counted {
	length := to.Sub(from).Seconds()
	return counted{meanIdle: length / 2, worstIdle: length, idleNow: length, never: true}
}

// day is a day of patrols, as raw fixes and as the program holds them.
type day struct {
	grids  *live.Grids
	gridAt func(orb.Point) int64 // by itself, not by the program
	visits *live.Visits
	number map[string]int32
	byGrid []presence
	byCell []presence
	last   time.Time
	fixes  int
}

// take takes records as every server does, and each fix for the count.
func (d *day) take(t *testing.T, records []live.Record) {
	t.Helper()
	d.visits.Take(records)
	for _, r := range records {
		if r.Count > 0 || !r.Verdict.Stored() || r.Verdict.Misdated() {
			continue
		}
		n, ok := d.number[r.Fix.Unit]
		if !ok {
			n = int32(len(d.number))
			d.number[r.Fix.Unit] = n
		}
		// Coarser cells are parents of those of resolution 10, everywhere.
		finest, err := hex.Of(r.Fix.Point, 10)
		if err != nil {
			t.Fatal(err)
		}
		cell := finest.Parent(live.VisitCells)
		d.fixes++
		at := r.Fix.At.UnixMilli()
		d.byCell = append(d.byCell, presence{n, int64(cell), at, at})
		if grid := d.gridAt(r.Fix.Point); grid != 0 {
			d.byGrid = append(d.byGrid, presence{n, grid, at, at})
		}
		if r.Fix.At.After(d.last) {
			d.last = r.Fix.At
		}
	}
}

// passes reads the table of passes by plain SQL.
func (d *day) passes(t *testing.T, url string) (byGrid, byCell []presence) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `select unit, grid, cell, round(extract(epoch from from_at) * 1000)::int8, round(extract(epoch from to_at) * 1000)::int8 from pass`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var unit string
		var grid, cell, from, to int64
		if err := rows.Scan(&unit, &grid, &cell, &from, &to); err != nil {
			t.Fatal(err)
		}
		byCell = append(byCell, presence{d.number[unit], int64(hex.Cell(cell).Parent(live.VisitCells)), from, to})
		if grid != 0 {
			byGrid = append(byGrid, presence{d.number[unit], grid, from, to})
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return byGrid, byCell
}

// agree compares what the visits answer with the count, by grid, cell and county.
func (d *day) agree(t *testing.T, name string, visits *live.Visits, from, to time.Time) {
	t.Helper()
	w := layers.Window{From: from, To: to}
	ask := func(by string) (live.PatrolRow, []live.PatrolRow) {
		answer, ready, err := visits.Patrols(live.PatrolQuestion{Window: w, By: by, Area: layers.Everywhere, Homes: layers.Everywhere})
		if err != nil || !ready {
			t.Fatal(err, ready)
		}
		return answer.Total, answer.Rows
	}
	counts := count(d.byGrid, from, to)
	var places []int64
	for _, p := range d.grids.Places() {
		grid := p.Area
		if _, there := counts[grid]; !there {
			counts[grid] = untouched(from, to)
		}
		places = append(places, grid)
	}
	total, rows := ask("grid")
	if len(rows) != len(places) {
		t.Fatalf("%s: %d grids, counted %d", name, len(rows), len(places))
	}
	for _, row := range rows {
		var grid int64
		fmt.Sscan(row.Code, &grid)
		same(t, name+", grid "+row.Code, row, sum([]counted{counts[grid]}))
	}
	byCounty := map[string][]counted{}
	var all []counted
	for _, grid := range places {
		code := fmt.Sprintf("%015d", grid)[:6]
		byCounty[code] = append(byCounty[code], counts[grid])
		all = append(all, counts[grid])
	}
	same(t, name+", all grids", total, sum(all))
	_, counties := ask("county")
	if len(counties) != len(byCounty) {
		t.Errorf("%s: %d counties, counted %d", name, len(counties), len(byCounty))
	}
	for _, row := range counties {
		same(t, name+", county "+row.Code, row, sum(byCounty[row.Code]))
	}
	cells := count(d.byCell, from, to)
	total, rows = ask("cell")
	if len(rows) != len(cells) {
		t.Errorf("%s: %d cells, counted %d", name, len(rows), len(cells))
	}
	for _, row := range rows {
		cell, err := hex.Parse(row.Code)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name+", cell "+row.Code, row, sum([]counted{cells[int64(cell)]}))
	}
	t.Logf("%s, %s: %d grids of which %d visited (%.2f %%), %d visits, %.0f h there, idle %.0f min on average, %.1f h at worst; %d cells",
		name, to.Sub(from), len(places), sum(all).Visited, 100*sum(all).Share, sum(all).Visits, sum(all).Dwell/3600, sum(all).MeanIdle/60, sum(all).WorstIdle/3600, len(cells))
}

// sum is a row of places: visits and times added up, idleness averaged, the worst
// of the worst.
func sum(of []counted) (r live.PatrolRow) {
	for _, c := range of {
		r.Grids++
		if c.visits > 0 {
			r.Visited++
		}
		if c.never {
			r.Never++
		}
		r.Visits += c.visits
		r.Stops += c.stops
		r.Dwell += c.dwell
		r.MeanIdle += c.meanIdle
		r.WorstIdle = max(r.WorstIdle, c.worstIdle)
		r.Idle = max(r.Idle, c.idleNow)
	}
	r.MeanIdle /= float64(r.Grids)
	r.Share = float64(r.Visited) / float64(r.Grids)
	return r
}

func same(t *testing.T, name string, got, want live.PatrolRow) {
	t.Helper()
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }
	if got.Grids != want.Grids || got.Visited != want.Visited || got.Visits != want.Visits || got.Stops != want.Stops || got.Never != want.Never ||
		!near(got.Share, want.Share) || !near(got.Dwell, want.Dwell) || !near(got.MeanIdle, want.MeanIdle) || !near(got.WorstIdle, want.WorstIdle) || !near(got.Idle, want.Idle) {
		t.Errorf("%s: %+v, counted %+v", name, got, want)
	}
}

// sameCounts compares two counts.
func sameCounts(t *testing.T, name string, got, want map[int64]counted) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d places, counted %d", name, len(got), len(want))
	}
	for place, c := range want {
		same(t, fmt.Sprintf("%s, place %d", name, place), sum([]counted{got[place]}), sum([]counted{c}))
	}
}

// judge compares memory, memory that began with the table, and the table.
func (d *day) judge(t *testing.T, store *postgis.Store, url string, windows ...time.Duration) {
	t.Helper()
	end := d.last.Truncate(time.Second).Add(time.Second)
	begun := live.NewVisits(func() *live.Grids { return d.grids }, d.register(t))
	if store != nil {
		stays, _, err := store.Stays(t.Context(), "", end.AddDate(0, 0, -1))
		if err != nil {
			t.Fatal(err)
		}
		begun.Begin(stays, nil)
	}
	for _, length := range windows {
		from := end.Add(-length)
		d.agree(t, "in memory", d.visits, from, end)
		if store == nil {
			continue
		}
		d.agree(t, "begun with the table", begun, from, end)
		byGrid, byCell := d.passes(t, url)
		sameCounts(t, "table, by grid", count(byGrid, from, end), count(d.byGrid, from, end))
		sameCounts(t, "table, by cell", count(byCell, from, end), count(d.byCell, from, end))
	}
}

func (d *day) register(t *testing.T) func() *live.Register {
	t.Helper()
	var units []live.Unit
	for id := range d.number {
		units = append(units, live.Unit{ID: id, Headcount: 2, Area: 1})
	}
	r := live.NewRegister(nil, units, nil, live.City{})
	return func() *live.Register { return r }
}

// emptyStore is a database without anything in it.
func emptyStore(t *testing.T) (*postgis.Store, string) {
	t.Helper()
	url := pgtest.Database(t, "", nil)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store, url
}

// A day of 147 buses in Austin, imported as a city's history is. The grids are
// squares of a hundredth of a degree; which of them a fix is in follows from its
// coordinates alone.
func TestCoverageEqualsTheRawFixesOfAustin(t *testing.T) {
	root := os.Getenv("SITMAP_TEST_DATA")
	if root == "" {
		t.Skip("SITMAP_TEST_DATA does not name the folder of the outside data")
	}
	file, err := format.OpenFile(filepath.Join(root, "positions", "austin-transit-2015-09-06.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fixes, err := intake.ReadFixes(t.Context(), intake.FixesRequest{File: file, Zone: time.UTC, Map: []intake.Assignment{{Column: "speed", Target: "-"}}})
	if err != nil || fixes.Rows != 53_569 {
		t.Fatalf("%d rows: %v", fixes.Rows, err)
	}
	store, url := emptyStore(t)
	// No fix of six decimals lies on a border.
	const west, south, side, columns = -98.30000037, 29.90000043, 0.01, 100
	grid := func(p orb.Point) int64 {
		x, y := math.Floor((p[0]-west)/side), math.Floor((p[1]-south)/side)
		if x < 0 || x >= columns || y < 0 || y >= columns {
			return 0
		}
		return 990101001001000 + int64(x/10)*1_000_000_000 + int64(y/10)*1_000_000 + int64(x)%10*10 + int64(y)%10
	}
	var squares []layers.Feature
	for x := range columns {
		for y := range columns {
			corner := orb.Point{west + side*float64(x), south + side*float64(y)}
			far := orb.Point{west + side*float64(x+1), south + side*float64(y+1)}
			squares = append(squares, layers.Feature{ID: fmt.Sprint(grid(orb.Point{(corner[0] + far[0]) / 2, (corner[1] + far[1]) / 2})), Geometry: orb.Bound{Min: corner, Max: far}.ToPolygon()})
		}
	}
	d := &day{grids: live.NewGrids(squares), gridAt: grid, number: map[string]int32{}}
	var units []live.Unit
	var shifts []live.Shift
	seen := map[string]bool{}
	for _, one := range fixes.All {
		if !seen[one.Unit] {
			seen[one.Unit] = true
			units = append(units, live.Unit{ID: one.Unit, Headcount: 2, Area: 1})
			shifts = append(shifts, live.Shift{Unit: one.Unit, From: one.At.AddDate(0, 0, -2), To: one.At.AddDate(0, 0, 2)})
		}
	}
	source := live.Source{ID: "import", CRS: geo.WGS84, Area: layers.Everywhere}
	register := live.NewRegister([]live.Source{source}, units, shifts, live.City{})
	h := data.History{Store: store, Register: register, Source: source, Grids: d.grids, Keep: 72 * time.Hour, Hold: time.Hour, Now: time.Now().UTC()}
	past, err := h.Write(t.Context(), fixes)
	if err != nil {
		t.Fatal(err)
	}
	d.visits = live.NewVisits(func() *live.Grids { return d.grids }, func() *live.Register { return register })
	d.visits.Begin(nil, nil)
	var records []live.Record
	if err := store.Positions(t.Context(), nil, layers.Window{}, access.System, func(r live.Record) error {
		records = append(records, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(records, func(a, b live.Record) int { return a.Fix.At.Compare(b.Fix.At) })
	for part := range slices.Chunk(records, 500) {
		d.take(t, part)
	}
	if len(records) != int(past.Stored) || past.Stored < 53_000 || len(d.number) != past.Units {
		t.Fatalf("%d fixes of %d units, stored %+v", len(records), len(d.number), past)
	}
	t.Logf("%d rows, %v, %d fixes from %s to %s", fixes.Rows, past.Verdicts, past.Stored, past.First, past.Last)
	d.judge(t, store, url, 2*time.Hour, 12*time.Hour, 24*time.Hour)
}

// A day of the demo city's units on their rounds, through the judge, with wrong
// clocks, silences and calls. The short form is some units for two hours in
// memory; SITMAP_FAULTS=full is all of them for a day, and the table too.
func TestCoverageEqualsTheRawFixesOfTheDemo(t *testing.T) {
	full := os.Getenv("SITMAP_FAULTS") == "full"
	city, err := demo.Generate(1, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	grids := live.NewGrids(city.Layer("grid"))
	d := &day{grids: grids, gridAt: grids.Of, number: map[string]int32{}}
	features := city.Layer("unit")
	hours, every := 24, time.Minute
	if !full {
		hours = 2
		var some []layers.Feature
		for k := 0; k < len(features); k += 22 {
			some = append(some, features[k])
		}
		features = some
	}
	zone := time.FixedZone("Shanghai", 8*3600)
	begin := time.Date(2026, 5, 10, 10, 0, 0, 0, zone).UTC()
	var units []live.Unit
	var shifts []live.Shift
	for _, f := range features {
		u := live.UnitOf(f)
		u.Area = grids.Of(u.Home)
		units = append(units, u)
	}
	for _, duty := range rounds.Roster(1, features) {
		shifts = append(shifts, duty.Shifts(layers.Window{From: begin.Add(-2 * time.Hour), To: begin.Add(26 * time.Hour)}, zone)...)
	}
	register := live.NewRegister([]live.Source{{ID: "s", CRS: geo.WGS84, Area: layers.Everywhere}}, units, shifts, live.City{})
	d.visits = live.NewVisits(func() *live.Grids { return grids }, func() *live.Register { return register })
	d.visits.Begin(nil, nil)
	var store *postgis.Store
	url := ""
	if full {
		store, url = emptyStore(t)
	}
	stays := live.NewStays(func() *live.Grids { return grids }, nil)
	judge := live.NewJudge(live.Limits{})
	simulated := rounds.New(rounds.Options{Seed: 1, Every: every}, units, city.Layer("road"), register)
	verdicts := map[live.Verdict]int{}
	for at := begin; at.Before(begin.Add(time.Duration(hours) * time.Hour)); at = at.Add(5 * time.Minute) {
		session := judge.Begin(register, "s", at.Add(5*time.Minute))
		var records []live.Record
		for _, f := range simulated.Between(at, at.Add(5*time.Minute)) {
			f.At = f.At.Truncate(time.Millisecond)
			r := session.Judge(f)
			// What came late from the day before is not of this day.
			if verdicts[r.Verdict]++; r.Verdict.Stored() && !r.Fix.At.Before(begin) {
				records = append(records, r)
			}
		}
		session.Keep()
		d.take(t, records)
		if store != nil {
			for part := range slices.Chunk(records, 20_000) {
				stays.Take(part)
				if _, err := store.WritePositions(t.Context(), postgis.Told{Records: part, Stays: stays.Changed()}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d units, %d fixes, %v", len(units), d.fixes, verdicts)
	if d.fixes < 5000 {
		t.Fatal("too few to tell anything")
	}
	if full {
		d.judge(t, store, url, 2*time.Hour, 24*time.Hour)
	} else {
		d.judge(t, nil, "", time.Hour, 2*time.Hour)
	}
}
