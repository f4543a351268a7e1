package release

import (
	"math/rand/v2"
	"slices"
	"testing"

	"sitmap/geo/bounds"
)

// What a single case does to the cases of yesterday: it comes, goes, turns out to
// be of another kind, or of another place.
var singleChanges = map[string]func(facts []Fact, i int, g *Ground) []Fact{
	"comes": func(facts []Fact, i int, g *Ground) []Fact { return append(slices.Clone(facts), facts[i]) },
	"goes":  func(facts []Fact, i int, g *Ground) []Fact { return slices.Delete(slices.Clone(facts), i, i+1) },
	"is of another": func(facts []Fact, i int, g *Ground) []Fact {
		facts = slices.Clone(facts)
		facts[i].Category = facts[i].Category%3 + 1
		return facts
	},
	"was elsewhere": func(facts []Fact, i int, g *Ground) []Fact {
		facts = slices.Clone(facts)
		facts[i].Area = g.Villages[(i+1)%len(g.Villages)].Number
		return facts
	},
}

// A single change is seen in the city's numbers only: below the city, yesterday's
// release and today's are the same.
func TestSingleChangesWait(t *testing.T) {
	s, facts, g := small(t, 6)
	r := rand.New(rand.NewPCG(2, 2))
	for name, change := range singleChanges {
		for range 20 {
			i := r.IntN(len(facts))
			if facts[i].Area == g.Villages[(i+1)%len(g.Villages)].Number {
				continue
			}
			changed := change(facts, i, g)
			today, report, err := Build(changed, g, s.span, s.rule, s)
			if err != nil {
				t.Fatal(err)
			}
			for key, pieces := range s.layers {
				if !slices.Equal(today.layers[key], pieces) {
					t.Fatalf("a case %s: %v changed below the city", name, key)
				}
			}
			city, err := today.City(everything(Period{facts[i].Month, monthly}))
			before, _ := s.City(everything(Period{facts[i].Month, monthly}))
			want := map[string]int{"comes": 1, "goes": -1}[name]
			if err != nil || city-before != want {
				t.Errorf("a case %s: the city's number of its month changed by %d: %v", name, city-before, err)
			}
			if pending, _ := today.Pending(everything(Period{facts[i].Month, monthly})); pending != want || report.Pending == 0 {
				t.Errorf("a case %s: %d pending in its month, %d in all", name, pending, report.Pending)
			}
			// The day after, nothing is forgotten: undone, it is as before.
			again, _, err := Build(facts, g, s.span, s.rule, today)
			if err != nil || again.Version() != s.Version() {
				t.Errorf("a case %s, and does not any more: the release is another: %v", name, err)
			}
		}
	}
}

// Enough of a kind in one place and month are shown at once; one fewer than the
// threshold wait.
func TestManyLateReportsAreShown(t *testing.T) {
	s, facts, g := small(t, 7)
	for _, late := range []int{s.rule.Threshold - 1, 12 * s.rule.Threshold} {
		changed := slices.Clone(facts)
		for i := range late {
			f := facts[0]
			if late > s.rule.Threshold { // of every kind, so that none is alone
				f.Category = g.Categories[i%len(g.Categories)]
			}
			changed = append(changed, f)
		}
		today, report, err := Build(changed, g, s.span, s.rule, s)
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for key, pieces := range s.layers {
			for i, p := range pieces {
				d := int(today.layers[key][i].count - p.count)
				shown = max(shown, d)
				if d != 0 && d < s.rule.Threshold {
					t.Errorf("%v: a number changed by %d", key, d)
				}
			}
		}
		if few := late < s.rule.Threshold; few != (shown == 0) || few != (report.Pending == late) {
			t.Errorf("%d late reports: a number changed by %d, %d pending", late, shown, report.Pending)
		}
	}
}

// Month after month, with late reports all the time: what was published keeps its
// pieces, every number changes by nothing or the threshold, all withheld numbers
// of the last release stay open, and so do those of every change.
func TestReleasesGoOn(t *testing.T) {
	rule := Rule{5}
	for seed := range uint64(4) {
		span := Span{2015 * 12, 2016*12 + 2}
		g, facts := randomCity(seed, span, 3, 60*14)
		r := rand.New(rand.NewPCG(seed, 9))
		var last *Set
		known := slices.Clone(facts)
		for to := span.From + 1; to <= span.To; to++ {
			for range 6 { // late reports of any month so far, and some that were wrong
				f := facts[r.IntN(len(facts))]
				if f.Month < to {
					known = append(known, f)
				}
			}
			if to%4 == 0 { // and a whole file that was forgotten
				f := facts[r.IntN(len(facts))]
				for i := range 30 {
					f.Month, f.Category = span.From+Month(to-span.From-1)/2, g.Categories[i%3]
					known = append(known, f)
				}
			}
			next, _, err := Build(known, g, Span{span.From, to}, rule, last)
			if err != nil {
				t.Fatal(err)
			}
			if last != nil {
				checkChange(t, last, next)
			}
			last = next
		}
		for _, part := range blocksOf(span) {
			b := last.block(part)
			attack, err := NewAttack(last, part, true)
			if err != nil {
				t.Fatal(err)
			}
			b.withheld(func(l int, n int32) {
				p, c := b.parts(l)
				bound, err := attack.Bounds(int(n), b.periods[p], c)
				if err != nil {
					t.Fatal(err)
				}
				if need := rule.need(b.in(l, 0)); bound.Width() < float64(need) && bound.Low.Float() < float64(rule.Threshold) {
					t.Errorf("city %d, %v, category %d, place %d: %+v, narrower than %d", seed, b.periods[p], c, n, bound, need)
				}
			})
		}
	}
}

// checkChange looks at two releases as one system: what changed in between is
// unknown counts of its own, whose sums are the differences of all numbers.
func checkChange(t *testing.T, last, next *Set) {
	t.Helper()
	for _, part := range blocksOf(last.span) {
		b := last.block(part)
		a := newAuditor(b, last.rule)
		places, labels := len(a.fine.pieces), len(b.labels)
		system := bounds.NewSystem(places * labels)
		changed := false
		sum := func(n int32, l int) (list []int) {
			run := a.fine.run(n)
			for place := run.from; place < run.to; place++ {
				for i, label := range b.labels {
					if label.in[l] {
						list = append(list, int(place)*labels+i)
					}
				}
			}
			return list
		}
		difference := make(map[[2]int32]int)
		for l := range b.split {
			p, c := b.parts(l)
			key := layerKey{b.periods[p], c}
			pieces, ok := last.layers[key]
			if !ok {
				continue
			}
			for i, before := range pieces {
				after := next.layers[key][i]
				d := int(after.count - before.count)
				if after.node != before.node || before.node != 0 && d != 0 && d < last.rule.Threshold {
					t.Fatalf("%v: piece %d with %d became piece %d with %d", key, before.node, before.count, after.node, after.count)
				}
				changed = changed || d != 0
				difference[[2]int32{int32(l), before.node}] = d
				if err := system.Know(sum(before.node, l), int64(d)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !changed {
			continue
		}
		solver, err := system.Solve()
		if err != nil {
			t.Fatal(err)
		}
		city := make(map[int]int)
		for l := range b.split {
			for _, p := range last.layers[layerKey{b.periods[l/(b.categories+1)], l%(b.categories+1) - 1}] {
				city[l] += difference[[2]int32{int32(l), p.node}]
			}
		}
		b.withheld(func(l int, n int32) {
			bound, err := solver.Bounds(sum(n, l))
			if err != nil {
				t.Fatal(err)
			}
			if bound.High.Num == 0 {
				return // nothing changed around it, as some number says
			}
			if need := last.rule.need(city[l]); bound.Width() < float64(need) && bound.Low.Float() < float64(last.rule.Threshold) {
				t.Errorf("%v: the change of place %d in layer %d lies in %+v, narrower than %d", part, n, l, bound, need)
			}
		})
	}
}
