package live

import (
	"fmt"
	"slices"
	"syscall"
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

// patrolled is what the visits tell.
func patrolled(v *Visits, q PatrolQuestion) (PatrolRow, []PatrolRow, error) {
	a, ready, err := v.Patrols(q)
	if err != nil || !ready {
		return PatrolRow{}, nil, fmt.Errorf("ready %t: %w", ready, err)
	}
	return a.Total, a.Rows, nil
}

// reckoned is the report by the raw fixes: one pass of no length for each, which
// the rule joins.
func reckoned(t *testing.T, records []Record, w layers.Window, homes layers.AreaRange) *coverage.PatrolReport {
	t.Helper()
	grids, places := NewGrids(blocks()), map[int64]int{}
	areas := grids.Places()
	for k, p := range areas {
		places[p.Area] = k
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
	if _, ready, _ := v.Patrols(PatrolQuestion{}); ready {
		t.Error("ready before it begins")
	}
	v.Begin(nil, nil)
	for part := range slices.Chunk(records, 113) {
		v.Take(part)
	}
	w := layers.Window{From: noon.Add(50 * time.Minute), To: noon.Add(120 * time.Minute)}
	for _, homes := range []layers.AreaRange{layers.Everywhere, county("620622")} {
		want := reckoned(t, records, w, homes)
		total, rows, err := patrolled(v, PatrolQuestion{Window: w, By: "grid", Area: layers.Everywhere, Homes: homes})
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
		_, counties, err := patrolled(v, PatrolQuestion{Window: w, By: "county", Area: layers.Everywhere, Homes: homes})
		if err != nil || len(counties) != 1 || counties[0].Code != "620602" || counties[0].Visited != visited {
			t.Errorf("by county %+v: %v", counties, err)
		}
	}
	// Half of the area: rows of its grids alone.
	_, rows, _ := patrolled(v, PatrolQuestion{Window: w, By: "grid", Area: county("620602001002"), Homes: layers.Everywhere})
	if len(rows) != 1 || rows[0].Code != "620602001002000" {
		t.Errorf("a village with one grid: %+v", rows)
	}
	// Cells that only others came by are not told.
	_, all, _ := patrolled(v, PatrolQuestion{Window: w, By: "cell", Homes: layers.Everywhere})
	_, own, _ := patrolled(v, PatrolQuestion{Window: w, By: "cell", Homes: county("620622")})
	cells := map[string]bool{}
	for _, r := range records {
		u, _ := homesOf()().Unit(r.Fix.Unit)
		if cell, err := hex.Of(r.Fix.Point, stayResolution); err == nil && county("620622").Contains(u.Area) {
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
	heard.Begin(nil, nil)
	heard.Take(records)
	kept := map[string]Stay{}
	fold := NewStays(theBlocks(), nil)
	fold.Take(records[:half])
	for _, one := range fold.Changed() {
		kept[fmt.Sprint(one)] = one
	}
	var stays []Stay
	for _, one := range kept {
		stays = append(stays, one)
	}
	slices.SortFunc(stays, func(a, b Stay) int { return a.To.Compare(b.To) })
	begun.Begin(stays, nil)
	begun.Take(records[half:])
	q := PatrolQuestion{Window: layers.Window{From: noon, To: noon.Add(2 * time.Hour)}, By: "grid", Area: layers.Everywhere, Homes: layers.Everywhere}
	_, a, _ := patrolled(heard, q)
	_, b, _ := patrolled(begun, q)
	for k := range a {
		// A stay in a grid is kept by cell, so that its ends in the grid are the
		// fixes' ends in a cell of it: the same.
		if a[k].Visits != b[k].Visits || a[k].Idle != b[k].Idle || a[k].Dwell-b[k].Dwell > 1e-6 || b[k].Dwell-a[k].Dwell > 1e-6 {
			t.Errorf("grid %s: %+v heard, %+v begun", a[k].Code, a[k], b[k])
		}
	}
}

// theCity is 28,175 grids and half a million stays of 4,500 units in the last day.
func theCity() *Visits {
	var features []layers.Feature
	one := blocks()[0]
	for k := range 28_175 {
		f := one
		f.ID = fmt.Sprintf("620602%09d", k)
		features = append(features, f)
	}
	grids := NewGrids(features)
	var units []Unit
	for u := range 4_500 {
		units = append(units, Unit{ID: fmt.Sprint("w", u), Headcount: 2, Area: 620602001001001})
	}
	register := NewRegister(nil, units, nil, City{})
	v := NewVisits(func() *Grids { return grids }, func() *Register { return register })
	var stays []Stay
	for k := range 500_000 {
		from := noon.Add(-time.Duration(86_400-k*86_400/500_000) * time.Second)
		stays = append(stays, Stay{units[k%4_500].ID, 620602000000000 + int64(k*7919%28_175), 0x8a40a8a5d737fff, from, from.Add(time.Minute)})
	}
	v.Begin(stays, nil)
	return v
}

// cpuTime is what the process has used so far, in nanoseconds: on a busy machine the
// clock on the wall tells of others.
func cpuTime() int64 {
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return use.Utime.Nano() + use.Stime.Nano()
}

// All grids at once, in memory.
func BenchmarkPatrols(b *testing.B) {
	v := theCity()
	for _, within := range []time.Duration{2 * time.Hour, 24 * time.Hour} {
		b.Run(fmt.Sprint(within), func(b *testing.B) {
			began := cpuTime()
			for b.Loop() {
				_, rows, err := patrolled(v, PatrolQuestion{
					Window: layers.Window{From: noon.Add(-within), To: noon}, By: "grid", Area: layers.Everywhere, Homes: layers.Everywhere,
					Know: func(place int64) coverage.Place { return coverage.Place{Risk: float64(place % 7), Hot: place%50 == 0} }, Top: 20,
				})
				if err != nil || len(rows) != 28_175 {
					b.Fatal(len(rows), err)
				}
			}
			b.ReportMetric(float64(cpuTime()-began)/1e6/float64(b.N), "cpu-ms/op")
		})
	}
}

// What it costs to keep the last visits of all grids: to take a fix, and to publish
// and tell what a second of 1,350 fixes changed.
func BenchmarkTide(b *testing.B) {
	v := theCity()
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if t, _ := v.Tide(layers.Everywhere, layers.Everywhere); len(t.Last) != 28_175 {
				b.Fatal(len(t.Last))
			}
		}
	})
	b.Run("second", func(b *testing.B) {
		at, k, told, began := noon, 0, 0, cpuTime()
		_, _, mark := v.Lapped(0, layers.Everywhere)
		for b.Loop() {
			at = at.Add(time.Second)
			for range 1_350 {
				k++
				v.add(fmt.Sprint("w", k%4_500), 620602000000000+int64(k*7919%28_175), 0x8a40a8a5d737fff, at, at)
			}
			v.Publish()
			var grids []Lapped
			grids, _, mark = v.Lapped(mark, layers.Everywhere)
			told += len(grids)
		}
		b.ReportMetric(float64(cpuTime()-began)/1e6/float64(b.N), "cpu-ms/op")
		b.ReportMetric(float64(told)/float64(b.N), "grids/s")
	})
}
