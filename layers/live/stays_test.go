package live

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/coverage"
)

// blocks are 10 by 10 service grids of 0.005 degrees, from 102.6 E, 37.9 N, and
// one that is far larger than any square of the index.
func blocks() []layers.Feature {
	var all []layers.Feature
	for x := range 10 {
		for y := range 10 {
			w, s := 102.6+0.005*float64(x), 37.9+0.005*float64(y)
			all = append(all, layers.Feature{ID: fmt.Sprintf("620602001001%03d", 10*x+y), Geometry: orb.Polygon{{{w, s}, {w + 0.005, s}, {w + 0.005, s + 0.005}, {w, s + 0.005}, {w, s}}}})
		}
	}
	return append(all, layers.Feature{ID: "620602001002000", Geometry: orb.MultiPolygon{{{{103, 38}, {106, 38}, {106, 41}, {103, 41}, {103, 38}}}}})
}

func theBlocks() func() *Grids {
	g := NewGrids(blocks())
	return func() *Grids { return g }
}

func TestGridOfAPoint(t *testing.T) {
	g := NewGrids(blocks())
	for range 10_000 {
		p := orb.Point{102.59 + 0.07*rand.Float64(), 37.89 + 0.07*rand.Float64()}
		x, y := int((p[0]-102.6)/0.005+1)-1, int((p[1]-37.9)/0.005+1)-1
		want := int64(0)
		if x >= 0 && x < 10 && y >= 0 && y < 10 {
			want = 620602001001000 + int64(10*x+y)
		}
		if got := g.Of(p); got != want {
			t.Fatalf("%v lies in %d, want %d", p, got, want)
		}
	}
	if got := g.Of(orb.Point{105.5, 40.5}); got != 620602001002000 {
		t.Errorf("the large one: %d", got)
	}
}

// walk is fixes of some units that wander over the blocks for two hours, every
// ten seconds, with silences.
func walk(seed uint64) []Record {
	dice := rand.New(rand.NewPCG(seed, 1))
	var all []Record
	for u := range 12 {
		at := orb.Point{102.61 + 0.03*dice.Float64(), 37.91 + 0.03*dice.Float64()}
		east, north := 0.0, 0.0
		for s := u; s < 7200; s += 10 {
			if dice.IntN(30) == 0 {
				east, north = (dice.Float64()-0.5)*0.001, (dice.Float64()-0.5)*0.001
			}
			if dice.IntN(200) == 0 {
				s = min(s+dice.IntN(600), 7199)
			}
			at = orb.Point{at[0] + east, at[1] + north}
			r := seen(fmt.Sprint("w", u), s, 0)
			r.Fix.Point = at
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b Record) int { return a.Fix.At.Compare(b.Fix.At) })
	return all
}

// What the stays tell of visits is what counting over the raw fixes tells: a
// visit of a unit to a grid is its fixes there with two minutes between two at
// most.
func TestVisitsAgreeWithTheRawFixes(t *testing.T) {
	records := walk(3)
	fold := NewStays(theBlocks(), nil)
	kept := map[Stay]Stay{}
	for part := range slices.Chunk(records, 97) {
		fold.Take(part)
		for _, one := range fold.Changed() {
			name := one
			name.To = time.Time{}
			kept[name] = one
		}
	}
	grids := NewGrids(blocks())
	places := map[int64]int{}
	for k, p := range grids.Places() {
		places[p.Area] = k
	}
	var passes []coverage.Pass
	for _, one := range kept {
		if one.Grid != 0 {
			passes = append(passes, coverage.Pass{Unit: one.Unit, Place: places[one.Grid], Enter: one.From, Leave: one.To})
		}
	}
	window := layers.Window{From: noon, To: noon.Add(2 * time.Hour)}
	report, err := coverage.Patrols(make([]coverage.Place, len(places)), passes, window, coverage.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	type visit struct {
		unit     string
		from, to time.Time
	}
	visits := map[int][]visit{}
	last := map[string]int{} // of a unit and place: its newest visit
	for _, r := range records {
		grid := grids.Of(r.Fix.Point)
		if grid == 0 {
			continue
		}
		place := places[grid]
		key := fmt.Sprint(r.Fix.Unit, " ", place)
		k, ok := last[key]
		if list := visits[place]; ok && r.Fix.At.Sub(list[k].to) <= 2*time.Minute {
			list[k].to = r.Fix.At
			continue
		}
		last[key] = len(visits[place])
		visits[place] = append(visits[place], visit{r.Fix.Unit, r.Fix.At, r.Fix.At})
	}
	total := 0
	for k, p := range report.Places {
		dwell, left := 0.0, time.Time{}
		for _, v := range visits[k] {
			dwell += v.to.Sub(v.from).Seconds()
			if v.to.After(left) {
				left = v.to
			}
		}
		total += len(visits[k])
		if p.Visits != len(visits[k]) || p.Dwell-dwell > 1e-6 || dwell-p.Dwell > 1e-6 || p.Never != (len(visits[k]) == 0) {
			t.Errorf("place %d: %d visits of %.0f s, by the fixes %d of %.0f s", k, p.Visits, p.Dwell, len(visits[k]), dwell)
		}
		if idle := window.To.Sub(left).Seconds(); !p.Never && (p.Idle-idle > 1e-6 || idle-p.Idle > 1e-6) {
			t.Errorf("place %d is idle for %.0f s, by the fixes %.0f s", k, p.Idle, idle)
		}
	}
	if total < 100 {
		t.Fatalf("the walk makes only %d visits", total)
	}
}

// In whatever portions the records come, and whoever begins in the middle with
// the stays known by then: the same.
func TestStaysGoOn(t *testing.T) {
	records := walk(5)
	fold := func(s *Stays, kept map[string]Stay, records []Record, portion int) {
		for part := range slices.Chunk(records, portion) {
			s.Take(part)
			for _, one := range s.Changed() {
				kept[fmt.Sprint(one.Unit, one.Grid, one.Cell, one.From)] = one
			}
		}
	}
	whole, parts := map[string]Stay{}, map[string]Stay{}
	grids := theBlocks()
	fold(NewStays(grids, nil), whole, records, len(records))
	half := len(records) / 2
	fold(NewStays(grids, nil), parts, records[:half], 10)
	var known []Stay
	for _, one := range parts {
		known = append(known, one)
	}
	slices.SortFunc(known, func(a, b Stay) int { return cmp.Or(a.To.Compare(b.To), a.From.Compare(b.From)) })
	fold(NewStays(grids, known), parts, records[half:], 1)
	if len(whole) != len(parts) {
		t.Errorf("%d stays at once, %d in parts", len(whole), len(parts))
	}
	for name, one := range whole {
		if parts[name] != one {
			t.Errorf("%s: %v at once, %v in parts", name, one, parts[name])
		}
	}
	misdated := records[:1:1]
	misdated[0].Verdict = Future
	s := NewStays(grids, nil)
	s.Take(misdated)
	if got := s.Changed(); len(got) != 0 {
		t.Errorf("a wrong clock makes a stay: %v", got)
	}
}

func BenchmarkStays(b *testing.B) {
	records := walk(7)
	grids := theBlocks()
	for b.Loop() {
		NewStays(grids, nil).Take(records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/fix")
}
