package hotspot

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"sitmap/geo/stats"
)

// row is places in a row, each beside the next.
func row(n int) Places { return Places{Near: stats.Rook(n, 1), Whole: 2} }

func record(t testing.TB, places Places, steps, kinds int, facts ...Fact) *Record {
	t.Helper()
	r, err := NewRecord(places, steps, kinds, facts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func judge(t testing.TB, r *Record, q Question) Answer {
	t.Helper()
	a, err := r.Judge(q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// On paper: ten cases, four of them in the window. Place 0 has three of the
// ten, all in the window: of the 120 ways to pick three of ten, four lie
// within the window's four. Expected 3·4/10.
func TestOwnTimesOnPaper(t *testing.T) {
	r := record(t, row(3), 2, 1, Fact{Place: 0, Step: 1, Count: 3}, Fact{Place: 1, Step: 0, Count: 5}, Fact{Place: 2, Step: 1, Count: 1}, Fact{Place: 2, Step: 0, Count: 1})
	a := judge(t, r, Question{From: 1, To: 2, Rings: -1})
	if a.Cases != 4 || a.OnRecord != 10 || len(a.Verdicts) != 3 {
		t.Fatalf("%+v", a)
	}
	v := a.Verdicts[0]
	if v.Count != 3 || v.Around != 3 || v.Members != 1 || v.BorderShare != 0.5 || v.Few {
		t.Errorf("%+v", v)
	}
	near(t, "expected", v.Expected, 1.2)
	near(t, "ratio", v.Ratio(), 2.5)
	near(t, "p", v.P, 2*4.0/120)
	near(t, "z", stats.TwoSided.P(v.Z), v.P)
	// Place 1: none of five in the window: the six ways to take all five of six, of 252.
	near(t, "p of a cold place", a.Verdicts[1].P, 2*6.0/252)
	if a.Verdicts[1].Z >= 0 {
		t.Errorf("a cold place has z %g", a.Verdicts[1].Z)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// someRecord is a random record on a lattice.
func someRecord(t testing.TB, draw *rand.Rand, kinds int) (*Record, []Fact) {
	t.Helper()
	places := Places{Near: stats.Queen(6, 5), Whole: 8}
	var facts []Fact
	for range 40 + draw.IntN(100) {
		facts = append(facts, Fact{Place: int32(draw.IntN(30)), Step: uint16(draw.IntN(12)), Kind: uint16(draw.IntN(kinds)), Count: 1})
	}
	return record(t, places, 12, kinds, facts...), facts
}

// The p of a place is how often a reshuffle of the dates has as many cases
// around it, and for several kinds never less: by 20,000 reshuffles, within
// four standard errors.
func TestPIsWhatReshufflingGives(t *testing.T) {
	const times = 20000
	draw := rand.New(rand.NewPCG(1, 2))
	for _, kinds := range []int{1, 3} {
		r, _ := someRecord(t, draw, kinds)
		trial, err := r.prepare(Question{From: 8, To: 12, Enough: 12})
		if err != nil {
			t.Fatal(err)
		}
		around, p, _ := trial.judge(trial.window)
		atLeast, atMost := make([]int, len(around)), make([]int, len(around))
		window := make([]int32, len(trial.window))
		deck := trial.deck()
		for range times {
			clear(window)
			for _, hand := range deck {
				hand.deal(window, draw)
			}
			other, _, _ := trial.judge(window)
			for at := range around {
				if other[at] >= around[at] {
					atLeast[at]++
				}
				if other[at] <= around[at] {
					atMost[at]++
				}
			}
		}
		for at := range p {
			exact := min(1, 2*float64(min(atLeast[at], atMost[at]))/times)
			slack := 8*math.Sqrt(exact/2*(1-exact/2)/times) + 4.0/times
			if p[at] < exact-slack || kinds == 1 && p[at] > exact+slack {
				t.Errorf("%d kinds: p of place %d is %.4f, by reshuffling %.4f ± %.4f", kinds, trial.reach.judged[at], p[at], exact, slack)
			}
		}
	}
}

// A reshuffle keeps what every place has and what every window holds.
func TestReshufflesKeepTheMargins(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	r, _ := someRecord(t, draw, 3)
	trial, err := r.prepare(Question{From: 4, To: 7, Kinds: []int{0, 2}})
	if err != nil {
		t.Fatal(err)
	}
	deck := trial.deck()
	for range 50 {
		window := make([]int32, len(trial.window))
		for _, hand := range deck {
			hand.deal(window, draw)
		}
		sum := 0
		for place, count := range window {
			sum += int(count)
			ever := 0
			for _, f := range r.of(place) {
				if f.Kind != 1 {
					ever += int(f.Count)
				}
			}
			if int(count) > ever {
				t.Fatalf("place %d has %d of its %d cases in the window", place, count, ever)
			}
		}
		if sum != trial.cases {
			t.Fatalf("%d cases in the window, want %d", sum, trial.cases)
		}
	}
}

// Verdicts do not depend on the order of facts, on how kinds are numbered, or
// on cases of kinds not asked for.
func TestVerdictsDoNotDependOnHowTheRecordIsWritten(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		r, facts := someRecord(t, draw, 3)
		want := judge(t, r, Question{From: 9, To: 12, Kinds: []int{0, 1}})
		draw.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		var turned []Fact
		for _, f := range facts {
			f.Kind = [...]uint16{1, 0, 2}[f.Kind]
			turned = append(turned, f)
		}
		turned = append(turned, Fact{Place: 3, Step: 2, Kind: 2, Count: 50})
		got := judge(t, record(t, r.places, 12, 3, turned...), Question{From: 9, To: 12, Kinds: []int{1, 0, 1}})
		for i, v := range want.Verdicts {
			g := got.Verdicts[i]
			if g.Place != v.Place || g.Around != v.Around || g.Class != v.Class || math.Abs(g.P-v.P) > 1e-12 {
				t.Fatalf("%+v became %+v", v, g)
			}
		}
	}
}

// A place in trouble is found, its rings grow until there are enough cases,
// and the same trouble everywhere is nobody's hotspot.
func TestTroubleOfOnePlaceAndOfAll(t *testing.T) {
	var facts []Fact
	for place := range int32(40) {
		for step := range uint16(12) {
			facts = append(facts, Fact{Place: place, Step: step, Count: 1})
		}
	}
	quiet := slices.Clone(facts)
	for place := range int32(40) {
		quiet = append(quiet, Fact{Place: place, Step: 11, Count: 6})
	}
	for _, v := range judge(t, record(t, row(40), 12, 1, quiet...), Question{From: 11, To: 12}).Verdicts {
		if v.Class != stats.None {
			t.Errorf("trouble everywhere makes %+v", v)
		}
		if v.Rings != 1 && v.Rings != 0 {
			t.Errorf("place %d with 18 cases looks %d rings around", v.Place, v.Rings)
		}
	}
	facts = append(facts, Fact{Place: 20, Step: 11, Count: 12})
	a := judge(t, record(t, row(40), 12, 1, facts...), Question{From: 11, To: 12})
	if v, found := a.Find(20); !found || v.Class != stats.Hot99 || v.Count != 13 {
		t.Errorf("the place in trouble: %+v", v)
	}
	if v, _ := a.Find(5); v.Class != stats.None {
		t.Errorf("a place far away: %+v", v)
	}
	if _, found := a.Find(99); found {
		t.Error("a verdict on a place that is none")
	}
}

// Only places with people are asked, and are held against the city's rate.
func TestByBase(t *testing.T) {
	base := make([]float64, 600)
	var facts []Fact
	for i := range base {
		base[i] = 100
		facts = append(facts, Fact{Place: int32(i), Step: 0, Count: 4})
	}
	base[7], base[8], base[9] = 0, math.NaN(), math.Inf(1)
	base[20] = 1000 // a town with as many as its people explain
	facts = append(facts, Fact{Place: 20, Step: 0, Count: 36}, Fact{Place: 40, Step: 0, Count: 40})
	a := judge(t, record(t, row(600), 1, 1, facts...), Question{From: 0, To: 1, Measure: ByBase, Base: Base{base}, Rings: -1})
	for _, v := range a.Verdicts {
		if v.Place >= 7 && v.Place <= 9 {
			t.Errorf("nobody lives at %+v", v)
		}
		if hot := v.Class > 0; hot != (v.Place == 40) {
			t.Errorf("%+v", v)
		}
	}
	if v, _ := a.Find(20); math.Abs(v.Rate-0.04) > 1e-12 || v.Base != 1000 {
		t.Errorf("rate of the town: %+v", v)
	}
}

func TestBadRecordsAndQuestions(t *testing.T) {
	for name, facts := range map[string][]Fact{
		"place": {{Place: 3, Count: 1}}, "step": {{Step: 2, Count: 1}}, "kind": {{Kind: 1, Count: 1}}, "sum": {{Count: 1}, {Count: -2}}, "before": {{Place: -1, Count: 1}},
	} {
		if _, err := NewRecord(row(3), 2, 1, facts); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewRecord(row(3), 0, 1, nil); !errors.Is(err, ErrInput) {
		t.Errorf("no steps: %v", err)
	}
	r := record(t, row(3), 2, 1, Fact{Count: 1})
	for name, q := range map[string]Question{
		"empty window": {From: 1, To: 1}, "late": {From: 0, To: 3}, "early": {From: -1, To: 1}, "kind": {To: 1, Kinds: []int{1}}, "no kinds": {To: 1, Kinds: []int{}},
		"mask": {To: 1, Mask: []bool{true}}, "base": {To: 1, Measure: ByBase}, "rings": {To: 1, Rings: 128}, "no other times": {To: 2},
	} {
		if _, err := r.Judge(q); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, window := range [][3]int{{0, 3, 1}, {1, 1, 1}, {0, 2, 0}} {
		if _, err := r.Sweep(window[0], window[1], window[2], stats.Holm); !errors.Is(err, ErrInput) {
			t.Errorf("sweep %v: %v", window, err)
		}
	}
	if _, err := r.Reshuffle(Question{To: 1}, 0, 1); !errors.Is(err, ErrInput) {
		t.Errorf("no reshuffles: %v", err)
	}
}

// Records of nothing: nothing is found, nothing breaks, by any measure.
func TestRecordsOfNothing(t *testing.T) {
	for _, r := range []*Record{record(t, row(0), 12, 1), record(t, row(4), 12, 2), record(t, row(4), 12, 2, Fact{Place: 1, Count: 1})} {
		n := r.places.Near.Len()
		for _, q := range []Question{
			{From: 11, To: 12}, {To: 11, Kinds: []int{0}}, {To: 1, Measure: Evenly}, {To: 1, Measure: ByBase, Base: Base{make([]float64, n)}}, {To: 1, Mask: make([]bool, n)},
		} {
			a := judge(t, r, q)
			if surest(a.Verdicts) != stats.None {
				t.Errorf("%+v", a)
			}
			if _, err := r.Reshuffle(q, 3, 1); err != nil {
				t.Error(err)
			}
			if e, err := r.Emergence(q); err != nil || len(e) != 0 {
				t.Errorf("%v, %v", e, err)
			}
		}
		if s, err := r.Sweep(0, 12, 3, stats.BenjaminiHochberg); err != nil || len(s.Findings) != 0 {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

// Turning up in the last step makes a place new; the others have no pattern.
func TestEmergence(t *testing.T) {
	var facts []Fact
	for place := range int32(30) {
		for step := range uint16(12) {
			facts = append(facts, Fact{Place: place, Step: step, Count: 2})
		}
	}
	facts = append(facts, Fact{Place: 4, Step: 11, Count: 20}, Fact{Place: 15, Step: 11, Count: 20}, Fact{Place: 15, Step: 10, Count: 20})
	facts = append(facts, Fact{Place: 25, Step: 11, Count: 20}, Fact{Place: 25, Step: 3, Count: 20})
	for _, kinds := range []int{1, 2} { // the exact p, and its bound
		for i := range facts {
			facts[i].Kind = uint16(i % kinds)
		}
		r := record(t, row(30), 12, kinds, facts...)
		got, err := r.Emergence(Question{From: 11, To: 12})
		if err != nil {
			t.Fatal(err)
		}
		want := map[int32]stats.Emergence{4: stats.New, 15: stats.Consecutive, 25: stats.Sporadic}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d kinds: %v, want %v", kinds, got, want)
		}
		if short, err := r.Emergence(Question{From: 5, To: 6}); err != nil || short != nil {
			t.Errorf("six steps tell %v, %v", short, err)
		}
	}
}

// A planted map is stranger than any of its reshuffles; the same seed deals
// the same.
func TestReshuffleRanksAPlantedMapFirst(t *testing.T) {
	cases, truth := groundOf(t).Disputes(101, true)
	r := recordOf(t, cells(t, 7), cases)
	q := Question{Kinds: []int{slices.Index(kinds, truth.Hotspots[1].Category)}}
	q.From, q.To = monthsOf(t, truth.Hotspots[1])
	a, err := r.Reshuffle(q, 99, 7)
	if err != nil {
		t.Fatal(err)
	}
	if a.Rank != 1 || a.P() != 0.01 || len(a.Reshuffled) != 99 || a.True.Hot[1] == 0 {
		t.Errorf("rank %d, p %g, %+v", a.Rank, a.P(), a.True)
	}
	if b, _ := r.Reshuffle(q, 99, 7); !reflect.DeepEqual(a, b) {
		t.Error("the same seed dealt otherwise")
	}
	hot := 0
	for _, m := range a.True.Marks {
		if m.Class > 0 {
			hot++
		}
	}
	if hot != a.True.Hot[0] {
		t.Errorf("%d hot marks, %d counted", hot, a.True.Hot[0])
	}
}

// Released units: cells of a row merged in twos and threes, one left out.
func TestMergedPlacesKeepTheirNeighbours(t *testing.T) {
	merged, err := row(8).Merged([]int32{0, 0, 1, 1, 1, -1, 2, 2}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]int32{{1}, {0}, {}} {
		if got := merged.Near.Row(i); !slices.Equal(got, want) {
			t.Errorf("neighbours of unit %d: %v, want %v", i, got, want)
		}
	}
	// A window and the rest of the year are all that is known.
	r := record(t, merged, 2, 1, Fact{Place: 0, Step: 0, Count: 20}, Fact{Place: 1, Step: 1, Count: 90}, Fact{Place: 1, Step: 0, Count: 5}, Fact{Place: 2, Step: 1, Count: 80})
	a := judge(t, r, Question{From: 0, To: 1}).WithoutScores()
	if v, _ := a.Find(0); v.Class != stats.Hot99 || !math.IsNaN(v.P) || !math.IsNaN(v.Z) {
		t.Errorf("%+v", v)
	}
	if _, err := row(2).Merged([]int32{0}, 1); !errors.Is(err, ErrInput) {
		t.Errorf("one group for two places: %v", err)
	}
	if _, err := row(2).Merged([]int32{0, 1}, 1); !errors.Is(err, ErrInput) {
		t.Errorf("group 1 of one: %v", err)
	}
}

// A sweep finds each trouble once, with its kind, its place and its window;
// troubles that only touch in time are two.
func TestSweepFindsEachTroubleOnce(t *testing.T) {
	var facts []Fact
	for place := range int32(40) {
		for step := range uint16(12) {
			facts = append(facts, Fact{Place: place, Step: step, Kind: 0, Count: 1}, Fact{Place: place, Step: step, Kind: 1, Count: 1})
		}
	}
	facts = append(facts, Fact{Place: 5, Step: 4, Kind: 0, Count: 25}, Fact{Place: 5, Step: 5, Kind: 0, Count: 20}, Fact{Place: 30, Step: 9, Kind: 1, Count: 30})
	r := record(t, row(40), 12, 2, facts...)
	type trouble struct{ place, kind, from, to, count int }
	find := func(longest, from, to int) (found []trouble) {
		s, err := r.Sweep(from, to, longest, stats.Holm)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range s.Findings {
			found = append(found, trouble{int(f.Place), f.Kind, f.From, f.To, f.Count})
			if f.Class != stats.Hot99 || f.Expected >= float64(f.Around) {
				t.Errorf("%+v", f)
			}
		}
		if tests := 2 * 40 * (to - from); longest == 1 && s.Tests != tests {
			t.Errorf("%d tests, want %d", s.Tests, tests)
		}
		return found
	}
	if got, want := find(1, 0, 12), []trouble{{30, 1, 9, 10, 31}, {5, 0, 4, 5, 26}, {5, 0, 5, 6, 21}}; !slices.Equal(got, want) {
		t.Errorf("by single steps %v, want %v", got, want)
	}
	if got, want := find(2, 0, 12), []trouble{{5, 0, 4, 6, 47}, {30, 1, 9, 10, 31}}; !slices.Equal(got, want) {
		t.Errorf("by up to two steps %v, want %v", got, want)
	}
	if got, want := find(1, 9, 12), []trouble{{30, 1, 9, 10, 31}}; !slices.Equal(got, want) {
		t.Errorf("of the last steps %v, want %v", got, want)
	}
}
