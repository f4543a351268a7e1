package live

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/coverage"
)

// scattered lets the twelve units of the walk be at home in a city, two of its
// counties, two townships, two villages, and in another province.
func scattered() *Register {
	homes := []int64{620602001001001, 620602001001050, 620602001002000, 620602002001001, 620622001001001, 620700001001001, 110101001001001}
	var units []Unit
	for u := range 12 {
		units = append(units, Unit{ID: fmt.Sprint("w", u), Headcount: 2, Area: homes[u%len(homes)]})
	}
	return NewRegister(nil, units, nil, City{})
}

// heard is the visits after some records, taken in pieces.
func heard(records []Record) *Visits {
	register := scattered()
	v := NewVisits(theBlocks(), func() *Register { return register })
	v.Begin(nil, nil)
	for part := range slices.Chunk(records, 113) {
		v.Take(part)
	}
	return v
}

// lastFixes are when units at home in the range were last heard in each of its
// grids, by looking at every fix.
func lastFixes(records []Record, r layers.AreaRange) map[int64]time.Time {
	register, grids := scattered(), NewGrids(blocks())
	last := map[int64]time.Time{}
	for _, one := range records {
		u, _ := register.Unit(one.Fix.Unit)
		if grid := grids.Of(one.Fix.Point); grid != 0 && r.Contains(grid) && r.Contains(u.Area) && one.Fix.At.After(last[grid]) {
			last[grid] = one.Fix.At
		}
	}
	return last
}

func tideOf(t *testing.T, v *Visits, r layers.AreaRange) map[int64]time.Time {
	t.Helper()
	tide, ready := v.Tide(r, r)
	if !ready {
		t.Fatal("not ready")
	}
	last := map[int64]time.Time{}
	for k, p := range tide.Places {
		if !tide.Last[k].IsZero() {
			last[p.Area] = tide.Last[k]
		}
	}
	return last
}

// Whoever asks is told the last visits by the units of the own area to its grids, as
// looking at every fix tells them.
func TestLastVisitsOfEveryScope(t *testing.T) {
	records := walk(5)
	// Fixes come late too.
	rand.New(rand.NewPCG(5, 5)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	v := heard(records)
	visited := -1
	for _, r := range []layers.AreaRange{layers.Everywhere, county("62"), county("6206"), county("620602"), county("620602001"), county("620602001001"), county("620602001001033")} {
		want := lastFixes(records, r)
		if got := tideOf(t, v, r); !maps.Equal(got, want) {
			t.Errorf("%v: %d grids visited, by the fixes %d\n%v\n%v", r, len(got), len(want), got, want)
		}
		if visited >= 0 && len(want) > visited {
			t.Fatal("the walk does not tell the scopes apart")
		}
		visited = len(want)
	}
	if got := tideOf(t, v, county("620622")); len(got) != 0 {
		t.Errorf("another county has none of these grids: %v", got)
	}
}

// Who knew the whole once, and then followed the frames, knows every last visit to
// the minute; and a unit that stays is told once a minute.
func TestFramesKeepTheTide(t *testing.T) {
	records := walk(9)
	for _, r := range []layers.AreaRange{layers.Everywhere, county("620602001001")} {
		v := heard(records[:2000])
		v.Publish()
		tide, _ := v.Tide(r, r)
		known, mark, frames := tideOf(t, v, r), tide.Version, 0
		for part := range slices.Chunk(records[2000:], 50) {
			v.Take(part)
			v.Publish()
			grids, fresh, now := v.Lapped(mark, r)
			if mark = now; fresh {
				t.Fatal("nothing was lost")
			}
			for _, g := range grids {
				known[g.Grid] = g.At
				frames++
			}
		}
		want := tideOf(t, v, r)
		for grid, at := range want {
			if late := at.Sub(known[grid]); late < 0 || late >= time.Minute {
				t.Errorf("grid %d is known to be visited at %s, was at %s", grid, known[grid], at)
			}
		}
		if len(want) < 10 || frames >= len(records)/2 {
			t.Errorf("%d grids, %d frames of %d fixes", len(want), frames, len(records))
		}
	}
	v := heard(nil)
	told := 0
	_, _, mark := v.Lapped(v.reset, layers.Everywhere)
	for s := 0; s < 600; s += 10 {
		one := seen("w0", s, 0)
		one.Fix.Point = orb.Point{102.6025, 37.9025}
		v.Take([]Record{one})
		v.Publish()
		var grids []Lapped
		grids, _, mark = v.Lapped(mark, layers.Everywhere)
		told += len(grids)
	}
	if told != 10 {
		t.Errorf("ten minutes at one grid are told %d times", told)
	}
}

// Who knew the visits before they were read, or other grids, has to ask again; what
// was known of a grid stays.
func TestTideBeginsAnew(t *testing.T) {
	grids := NewGrids(blocks()[:50])
	register := scattered()
	v := NewVisits(func() *Grids { return grids }, func() *Register { return register })
	_, _, before := v.Lapped(0, layers.Everywhere)
	day := noon.Add(-30 * time.Hour)
	v.Begin(nil, []Last{{620602001001007, 620602001001001, day}, {620602001001008, 620602001001001, day}, {1, 1, day}})
	if _, fresh, _ := v.Lapped(before, layers.Everywhere); !fresh {
		t.Error("visits were read from the store, and nobody is told")
	}
	_, _, mark := v.Lapped(0, layers.Everywhere)
	if v.Publish(); tideOf(t, v, layers.Everywhere)[620602001001007] != day {
		t.Error("what was visited 30 hours ago is not known")
	}
	if grids, fresh, _ := v.Lapped(mark, layers.Everywhere); len(grids) > 0 || fresh {
		t.Errorf("the whole is told once more by frames: %v", grids)
	}
	grids = NewGrids(blocks())
	v.Publish()
	if _, fresh, _ := v.Lapped(mark, layers.Everywhere); !fresh || len(tideOf(t, v, layers.Everywhere)) != 2 {
		t.Error("other grids, and nobody is told, or what was known is lost")
	}
	place, visits, ok := v.At(620602001001007, layers.Everywhere, noon.Add(-24*time.Hour))
	if !ok || place.Area != 620602001001007 || len(visits) != 0 {
		t.Errorf("%v %v %v", place, visits, ok)
	}
}

// The visits to a grid are told newest first, of the own units alone.
func TestVisitsToAGrid(t *testing.T) {
	at := func(unit string, s int) Record {
		r := seen(unit, s, 0)
		r.Fix.Point = orb.Point{102.6025, 37.9025}
		return r
	}
	v := heard([]Record{at("w0", 0), at("w0", 60), at("w4", 100), at("w1", 300), at("w0", 600)})
	_, visits, _ := v.At(620602001001000, county("6206"), noon.Add(-time.Hour))
	var got []string
	for _, one := range visits {
		got = append(got, fmt.Sprint(one.Unit, one.From.Sub(noon).Seconds(), one.To.Sub(noon).Seconds()))
	}
	if want := []string{"w0600 600", "w1300 300", "w4100 100", "w00 60"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if _, visits, _ := v.At(620602001001000, county("620622"), noon.Add(-time.Hour)); len(visits) != 1 || visits[0].Unit != "w4" {
		t.Errorf("of another county: %v", visits)
	}
}

// stored gives stays as the store does.
type stored []Stay

func (all stored) Passes(_ context.Context, w layers.Window, byCell bool, area, homes layers.AreaRange) iter.Seq2[Stay, error] {
	register := scattered()
	early := w.From.Add(-earlier)
	var found []Stay
	before := map[Stay]Stay{}
	for _, s := range all {
		u, _ := register.Unit(s.Unit)
		place := Stay{Grid: s.Grid}
		if byCell {
			place = Stay{Cell: s.Cell}
		}
		switch {
		case !homes.Contains(u.Area) || !byCell && !area.Contains(s.Grid):
		case !s.To.Before(early) && s.From.Before(w.To):
			found = append(found, s)
		case s.To.Before(early) && s.To.After(before[place].To):
			before[place] = Stay{s.Unit, place.Grid, place.Cell, s.To, s.To}
		}
	}
	found = slices.AppendSeq(found, maps.Values(before))
	slices.SortStableFunc(found, func(a, b Stay) int {
		if byCell {
			return cmp.Or(cmp.Compare(a.Cell, b.Cell), a.From.Compare(b.From))
		}
		return cmp.Or(cmp.Compare(a.Grid, b.Grid), a.From.Compare(b.From))
	})
	return func(yield func(Stay, error) bool) {
		for _, s := range found {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// What is kept for good answers as memory does.
func TestTheStoreAnswersAsMemory(t *testing.T) {
	records := walk(17)
	v := heard(records)
	kept := map[Stay]Stay{}
	fold := NewStays(theBlocks(), nil)
	for part := range slices.Chunk(records, 97) {
		fold.Take(part)
		for _, one := range fold.Changed() {
			name := one
			name.To = time.Time{}
			kept[name] = one
		}
	}
	stays := stored(slices.Collect(maps.Values(kept)))
	know := func(place int64) coverage.Place {
		return coverage.Place{Risk: float64(place % 5), Hot: place%10 == 3}
	}
	for _, by := range []string{"grid", "village", "county", "cell"} {
		for _, homes := range []layers.AreaRange{layers.Everywhere, county("620602")} {
			q := PatrolQuestion{Window: layers.Window{From: noon.Add(70 * time.Minute), To: noon.Add(2 * time.Hour)}, By: by, Area: homes, Homes: homes, Know: know, Top: 5}
			memory, ready, err := v.Patrols(q)
			if err != nil || !ready {
				t.Fatal(ready, err)
			}
			store, err := v.PatrolsBefore(t.Context(), stays, q)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(rounded(memory), rounded(store)) {
				t.Errorf("by %s:\n%+v\nfrom the store\n%+v", by, memory.Total, store.Total)
			}
		}
	}
}

// rounded leaves out what adding up in another order changes.
func rounded(a *PatrolAnswer) []string {
	var all []string
	line := func(r PatrolRow) {
		all = append(all, fmt.Sprintf("%s %d/%d %d %d %.3f %.3f %.3f %.3f %d %d %d %d", r.Code, r.Visited, r.Grids, r.Visits, r.Stops, r.Dwell, r.MeanIdle, r.WorstIdle, r.Idle, r.Never, r.Missed, r.Hot, r.Served))
	}
	line(a.Total)
	for _, r := range a.Rows {
		line(r)
	}
	return append(all, fmt.Sprintf("%.6f %+v %+v", a.Lift, a.Under, a.Over))
}

// Four grids of risk 1, 2, 3 and 4, the second and the last hot. A unit stops for 12
// minutes at the last, and drives by at the first: half of the grids and 5/10 of the
// risk are visited, a lift of 1; the second lacks its dose, 2 · 1.
func TestRiskAndDoses(t *testing.T) {
	blocks := blocks()[:4]
	grids, register := NewGrids(blocks), scattered()
	v := NewVisits(func() *Grids { return grids }, func() *Register { return register })
	m := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	cell, err := hex.Of(orb.Point{102.6025, 37.9025}, 10)
	if err != nil {
		t.Fatal(err)
	}
	v.Begin([]Stay{{"w0", 620602001001003, cell, m(10), m(22)}, {"w0", 620602001001000, cell, m(40), m(40)}}, nil)
	a, _, err := v.Patrols(PatrolQuestion{
		Window: layers.Window{From: noon, To: m(120)}, By: "county", Area: layers.Everywhere, Homes: layers.Everywhere, Top: 9,
		Know: func(place int64) coverage.Place {
			n := place%10 + 1
			return coverage.Place{Risk: float64(n), Hot: n%2 == 0}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	total := a.Total
	if total.Share != 0.5 || *total.RiskShare != 0.5 || a.Lift != 1 || total.Hot != 2 || total.Served != 1 || *total.DoseShare != 0.5 || total.Missed != 2 || total.Variation != nil {
		t.Errorf("%+v lift %g", total, a.Lift)
	}
	if want := []Service{{"620602001001001", 0, 1, 0, 0, 2}}; !slices.Equal(a.Under, want) || len(a.Over) != 0 || len(a.Rows) != 1 || a.Rows[0].Code != "620602" {
		t.Errorf("under-served %+v, over-served %+v, rows %+v", a.Under, a.Over, a.Rows)
	}
}
