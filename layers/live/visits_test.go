package live

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/coverage"
)

// homesOf lets half of the walk's units live in one county and half in another.
func homesOf() func() *Register {
	var units []Unit
	for u := range 12 {
		area := int64(620602001001001)
		if u%2 == 1 {
			area = 620622001001001
		}
		units = append(units, Unit{ID: fmt.Sprint("w", u), Headcount: 2, Area: area})
	}
	r := NewRegister(nil, units, nil, City{})
	return func() *Register { return r }
}

// reckoned is the report by the raw fixes: one pass of no length for each, which
// the rule joins.
func reckoned(t *testing.T, records []Record, w layers.Window, homes layers.AreaRange) *coverage.PatrolReport {
	t.Helper()
	grids, places := NewGrids(blocks()), map[int64]int{}
	areas := grids.Areas()
	slices.Sort(areas)
	for k, area := range areas {
		places[area] = k
	}
	var passes []coverage.Pass
	for _, r := range records {
		u, _ := homesOf()().Unit(r.Fix.Unit)
		if grid := grids.Of(r.Fix.Point); grid != 0 && homes.Contains(u.Area) {
			passes = append(passes, coverage.Pass{Unit: r.Fix.Unit, Place: places[grid], Enter: r.Fix.At, Leave: r.Fix.At})
		}
	}
	report, err := coverage.Patrols(make([]coverage.Place, len(areas)), passes, w, coverage.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// By grid, and summed by area, the visits kept ready agree with the raw fixes,
// for a window that begins in the middle, and for the units of one county alone.
func TestPatrolsAgreeWithTheRawFixes(t *testing.T) {
	records := walk(11)
	v := NewVisits(theBlocks(), homesOf())
	if _, _, ready, _ := v.Patrols(PatrolQuestion{}); ready {
		t.Error("ready before it begins")
	}
	v.Begin(nil)
	for part := range slices.Chunk(records, 113) {
		v.Take(part)
	}
	w := layers.Window{From: noon.Add(50 * time.Minute), To: noon.Add(120 * time.Minute)}
	for _, homes := range []layers.AreaRange{layers.Everywhere, county("620622")} {
		want := reckoned(t, records, w, homes)
		total, rows, _, err := v.Patrols(PatrolQuestion{Window: w, By: "grid", Area: layers.Everywhere, Homes: homes})
		if err != nil || len(rows) != len(want.Places) {
			t.Fatalf("%d rows of %d: %v", len(rows), len(want.Places), err)
		}
		visited, visits, dwell := 0, 0, 0.0
		for k, p := range want.Places {
			got := rows[k]
			if got.Visits != p.Visits || got.Stops != p.Stops || got.Dwell != p.Dwell || got.Idle != p.Idle || got.WorstIdle != p.WorstIdle || (got.Never == 1) != p.Never {
				t.Fatalf("grid %s: %+v, by the fixes %+v", got.Code, got, p)
			}
			visits += p.Visits
			dwell += p.Dwell
			if p.Visits > 0 {
				visited++
			}
		}
		if visits < 20 || total.Visits != visits || total.Visited != visited || total.Grids != 101 || total.Dwell-dwell > 1e-6 {
			t.Errorf("total %+v, by the fixes %d visits to %d grids of %.0f s", total, visits, visited, dwell)
		}
		_, counties, _, err := v.Patrols(PatrolQuestion{Window: w, By: "county", Area: layers.Everywhere, Homes: homes})
		if err != nil || len(counties) != 1 || counties[0].Code != "620602" || counties[0].Visited != visited {
			t.Errorf("by county %+v: %v", counties, err)
		}
	}
	// Half of the area: rows of its grids alone.
	_, rows, _, _ := v.Patrols(PatrolQuestion{Window: w, By: "grid", Area: county("620602001002"), Homes: layers.Everywhere})
	if len(rows) != 1 || rows[0].Code != "620602001002000" {
		t.Errorf("a village with one grid: %+v", rows)
	}
	// Cells that only others came by are not told.
	_, all, _, _ := v.Patrols(PatrolQuestion{Window: w, By: "cell", Homes: layers.Everywhere})
	_, own, _, _ := v.Patrols(PatrolQuestion{Window: w, By: "cell", Homes: county("620622")})
	cells := map[string]bool{}
	for _, r := range records {
		u, _ := homesOf()().Unit(r.Fix.Unit)
		if cell, err := hex.Of(r.Fix.Point, 10); err == nil && county("620622").Contains(u.Area) {
			cells[cell.Parent(VisitCells).String()] = true
		}
	}
	if len(own) != len(cells) || len(all) <= len(own) {
		t.Errorf("%d cells of one county's units, by the fixes %d; %d of all", len(own), len(cells), len(all))
	}
	for _, row := range own {
		if !cells[row.Code] {
			t.Errorf("cell %s was not visited by these units", row.Code)
		}
	}
}

// Who begins with the stays that were kept knows as much as who heard everything.
func TestVisitsBeginWithStays(t *testing.T) {
	records := walk(13)
	half := len(records) / 2
	heard, begun := NewVisits(theBlocks(), homesOf()), NewVisits(theBlocks(), homesOf())
	heard.Begin(nil)
	heard.Take(records)
	kept := map[string]Stay{}
	for _, one := range NewStays(theBlocks(), nil).Take(records[:half]) {
		kept[fmt.Sprint(one)] = one
	}
	var stays []Stay
	for _, one := range kept {
		stays = append(stays, one)
	}
	slices.SortFunc(stays, func(a, b Stay) int { return a.To.Compare(b.To) })
	begun.Begin(stays)
	begun.Take(records[half:])
	q := PatrolQuestion{Window: layers.Window{From: noon, To: noon.Add(2 * time.Hour)}, By: "grid", Area: layers.Everywhere, Homes: layers.Everywhere}
	_, a, _, _ := heard.Patrols(q)
	_, b, _, _ := begun.Patrols(q)
	for k := range a {
		// A stay in a grid is kept by cell, so that its ends in the grid are the
		// fixes' ends in a cell of it: the same.
		if a[k].Visits != b[k].Visits || a[k].Idle != b[k].Idle || a[k].Dwell-b[k].Dwell > 1e-6 || b[k].Dwell-a[k].Dwell > 1e-6 {
			t.Errorf("grid %s: %+v heard, %+v begun", a[k].Code, a[k], b[k])
		}
	}
}

// 28,175 grids and a day of stays of 4,500 units.
func BenchmarkPatrols(b *testing.B) {
	var features []layers.Feature
	one := blocks()[0]
	for k := range 28_175 {
		f := one
		f.ID = fmt.Sprintf("620602%09d", k)
		features = append(features, f)
	}
	grids := NewGrids(features)
	v := NewVisits(func() *Grids { return grids }, homesOf())
	v.ready = true
	for k := range 500_000 {
		u := fmt.Sprint("w", k%12)
		from := noon.Add(-time.Duration(k%86_400) * time.Second)
		v.add(u, 620602000000000+int64(k*7919%28_175), 0x8940a8a5d73ffff, from, from.Add(time.Minute))
	}
	b.ResetTimer()
	for b.Loop() {
		if _, _, _, err := v.Patrols(PatrolQuestion{Window: layers.Window{From: noon.Add(-2 * time.Hour), To: noon}, By: "grid", Area: layers.Everywhere, Homes: layers.Everywhere}); err != nil {
			b.Fatal(err)
		}
	}
}
