package release

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sitmap/layers"
)

// small is a random city of a year and a half: a complete year, a quarter, two
// months.
func small(t *testing.T, seed uint64) (*Set, []Fact, *Ground) {
	t.Helper()
	span := Span{2015 * 12, 2016*12 + 5}
	g, facts := randomCity(seed, span, 3, 900)
	s, _, err := Build(facts, g, span, Rule{5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, facts, g
}

// Every place, window of months and set of categories that a reader could single
// out by subtracting windows, children from parents, or categories from all: what
// follows is wide, or so many that it might be published. Where all but a few
// cases of the city are meant, it can be no wider than the few are.
func TestDifferences(t *testing.T) {
	rule := Rule{5}
	checked := 0
	for seed := range uint64(12) {
		span := Span{2015 * 12, 2015*12 + 3 + Month(seed%4)}
		g, facts := randomCity(seed, span, 3, 300)
		s, _, err := Build(facts, g, span, rule, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range blocksOf(span) {
			attack, err := NewAttack(s, part, true)
			if err != nil {
				t.Fatal(err)
			}
			for place := 1; place < len(s.tree.nodes); place++ {
				for _, months := range subsets(int(part.To - part.From)) {
					for _, categories := range subsets(len(g.Categories)) {
						var sum []int
						city, rest := 0, 0
						for _, m := range months {
							p := Period{part.From + Month(m), monthly}
							rest += s.totals[p.First][0]
							for _, c := range categories {
								sum = append(sum, attack.sum(int32(place), p, c)...)
								city += s.totals[p.First][c+1]
							}
						}
						bound, err := attack.solver.Bounds(sum)
						if err != nil {
							t.Fatal(err)
						}
						checked++
						need := rule.need(city)
						if rest > city {
							need = min(need, rule.need(rest-city))
						}
						if bound.Width() < float64(need) && bound.Low.Float() < float64(rule.Threshold) {
							t.Errorf("city %d, place %d, months %v of %v, categories %v of city %d: %+v", seed, place, months, part.From, categories, city, bound)
						}
					}
				}
			}
		}
	}
	t.Logf("%d sums", checked)
}

// subsets lists the sets of numbers below n that are not empty.
func subsets(n int) [][]int {
	var all [][]int
	for bits := 1; bits < 1<<n; bits++ {
		var set []int
		for i := range n {
			if bits>>i&1 == 1 {
				set = append(set, i)
			}
		}
		all = append(all, set)
	}
	return all
}

// Windows a day apart, or a cell: the answer is a sum of published pieces, so two
// questions differ by whole pieces or not at all.
func TestWindowsAndPlacesSnap(t *testing.T) {
	s, _, _ := small(t, 1)
	whole := layers.Window{From: Month(2015 * 12).Start(cityZone), To: Month(2015*12 + 3).Start(cityZone)}
	first, err := s.Snap(whole, cityZone)
	if err != nil || first.Moved || fmt.Sprint(first.Periods) != "[2015-Q1]" {
		t.Fatalf("a quarter snaps to %+v: %v", first, err)
	}
	for _, days := range []int{-3, 3} {
		shifted := layers.Window{From: whole.From, To: whole.To.AddDate(0, 0, days)}
		again, err := s.Snap(shifted, cityZone)
		if err != nil || !again.Moved || !slices.Equal(again.Periods, first.Periods) {
			t.Errorf("%d days more snap to %+v: %v", days, again, err)
		}
	}
	year, err := s.Snap(layers.Window{}, cityZone)
	if err != nil || fmt.Sprint(year.Periods) != "[2015 2016-Q1 2016-04 2016-05]" {
		t.Errorf("everything snaps to %v: %v", year.Periods, err)
	}
	if _, err := s.Snap(layers.Window{From: Month(2017 * 12).Start(cityZone)}, cityZone); err == nil {
		t.Error("what is not published yet was given")
	}
	for _, p := range append(s.Periods(), Period{}) {
		q := everything(p)
		if p.Months == 0 {
			q = everything(year.Periods...)
		}
		villages, err := s.Areas(q, layers.Village)
		if err != nil {
			t.Fatal(err)
		}
		total, _ := s.City(q)
		seen := 0
		for _, u := range villages {
			seen += u.Count
			if u.State != Exact || u.Count < s.rule.Threshold {
				t.Errorf("%v: %+v", p, u)
			}
		}
		if seen != total {
			t.Errorf("%v: villages sum to %d, the city to %d", p, seen, total)
		}
	}
}

// Two levels and the map of cells are one set of pieces: each coarser answer is
// the sum of finer ones.
func TestLevelsAgree(t *testing.T) {
	s, _, g := small(t, 2)
	for _, p := range s.Periods() {
		for c := All; c < len(g.Categories); c++ {
			q := everything(p)
			if c != All {
				q.Categories = g.Categories[c : c+1]
			}
			pieces, err := s.common(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, level := range []layers.Level{layers.County, layers.Township, layers.Village} {
				units, err := s.Areas(q, level)
				if err != nil {
					t.Fatal(err)
				}
				var areas []int64
				for _, u := range units {
					areas = append(areas, u.Areas...)
					want := 0
					for _, piece := range pieces {
						if s.tree.within(piece.node, int32(u.Place)) {
							want += int(piece.count)
						}
					}
					if u.Place != 0 && u.Count != want {
						t.Errorf("%v, category %d: %s %v has %d, its pieces %d", p, c, level, u.Areas, u.Count, want)
					}
				}
				if !slices.Equal(areas, s.tree.order[level]) {
					t.Errorf("%v, category %d: the areas of level %s are %v", p, c, level, areas)
				}
			}
		}
	}
}

// A reader of one county is told nothing of a piece that reaches beyond it, not
// even its number, and everything of those inside.
func TestScopeKeepsWholePieces(t *testing.T) {
	s, _, g := small(t, 3)
	beyond := 0
	for _, county := range s.tree.order[layers.County] {
		scope := layers.RangeOfNumber(county, layers.County)
		for _, p := range s.Periods() {
			for c := range g.Categories {
				q := everything(p)
				q.Categories = g.Categories[c : c+1]
				all, err := s.Areas(q, layers.Township)
				if err != nil {
					t.Fatal(err)
				}
				q.Within = scope
				own, err := s.Areas(q, layers.Township)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range own {
					i := slices.IndexFunc(all, func(a Unit) bool { return a.Place == u.Place })
					inside := !slices.ContainsFunc(all[i].Areas, func(n int64) bool { return !scope.Contains(n) })
					switch {
					case inside && (u.State != Exact || u.Count != all[i].Count):
						t.Errorf("%v in %d: %+v, for the city %+v", p, county, u, all[i])
					case !inside && (u.State != Withheld || u.Count != 0 || u.Why != Beyond):
						t.Errorf("%v in %d: %+v reaches beyond", p, county, u)
					case !inside:
						beyond++
					}
				}
			}
		}
	}
	if beyond == 0 {
		t.Error("no piece reached beyond a county: nothing was tried")
	}
}

// Hotspots, kernels and rates are computed from the release. Another city with the
// same release and other withheld numbers has the same ones, so none of them can
// be inverted to what is withheld: whatever is computed, it cannot tell the two.
func TestNothingComputedTellsTwoCitiesApart(t *testing.T) {
	s, facts, _ := small(t, 5)
	r := rand.New(rand.NewPCG(1, 1))
	moved := 0
	for range 2000 {
		i, j := r.IntN(len(facts)), r.IntN(len(facts))
		other := slices.Clone(facts)
		other[i].Area, other[j].Area = facts[j].Area, facts[i].Area
		if facts[i].Area == facts[j].Area || facts[i].Month == facts[j].Month && facts[i].Category == facts[j].Category || !sameRelease(s, other) {
			continue
		}
		moved++
		facts = other
	}
	if moved < 20 {
		t.Fatalf("only %d other cities with the same release", moved)
	}
	t.Logf("%d cases changed places; all published numbers are the same", moved)
}

// sameRelease tells whether facts have all the published numbers of a set.
func sameRelease(s *Set, facts []Fact) bool {
	again := &Set{ground: s.ground, tree: s.tree, rule: s.rule, span: s.span, categories: s.categories, totals: make(cityTotals)}
	var report Report
	now, err := again.sort(facts, &report)
	if err != nil {
		return false
	}
	for _, part := range blocksOf(s.span) {
		var list []token
		for m := part.From; m < part.To; m++ {
			list = append(list, s.labelled(now[m], m-part.From)...)
		}
		b := newBlock(s.tree, part, len(s.categories), list)
		for p, period := range b.periods {
			for c := All; c < b.categories; c++ {
				for _, piece := range s.layers[layerKey{period, c}] {
					if b.in(b.layer(p, c), piece.node) != int(piece.count) {
						return false
					}
				}
			}
		}
	}
	return true
}
