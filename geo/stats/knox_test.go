package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"github.com/paulmach/orb"
)

// burkitt is the 188 cases of Burkitt's lymphoma: places and days.
func burkitt(t testing.TB) (events []orb.Point, days []float64) {
	numbers := table(t, "burkitt.txt")
	for i := 0; i < len(numbers); i += 3 {
		events, days = append(events, orb.Point{numbers[i], numbers[i+1]}), append(days, numbers[i+2])
	}
	return events, days
}

// Counts of pointpats/tests/test_spacetime.py (BSD-3); Poisson computed
// independently as P(X ≥ 13) around 10.143816, where pointpats prints
// P(X > 13) = 0.14624558; p by 99 permutations there is near 0.17.
func TestKnoxOfBurkitt(t *testing.T) {
	events, days := burkitt(t)
	got := must[KnoxResult](t)(Knox(events, days, 20, 5, 999, 1))
	if got.Pairs != 17578 || got.Near != 3429 || got.Soon != 52 || got.Both != 13 {
		t.Errorf("%+v, want 17578 pairs, 3429 near, 52 soon, 13 both", got)
	}
	expect(t, "expected", got.Expected, 10.143816, 1e-7)
	expect(t, "Poisson", got.Poisson, 0.22226667, 1e-7)
	expect(t, "more than 13", Poisson(14, got.Expected, Greater), 0.14624558, 1e-7)
	if got.P < 0.1 || got.P > 0.3 {
		t.Errorf("p %g by rank, want near 0.2", got.P)
	}
}

// The 26 events of the same test file that have a neighbour in both. The sums
// make Baker's modified Knox statistic, 2.810160 there.
func TestLocalKnoxOfBurkitt(t *testing.T) {
	events, days := burkitt(t)
	local := must[[]KnoxLocal](t)(LocalKnox(events, days, 20, 5))
	var some []int
	both, modified := 0, 0.0
	for i, l := range local {
		modified += (float64(l.Both) - float64(l.Near)*float64(l.Soon)/187) / 2
		if l.Both > 0 {
			some = append(some, i)
		}
		both += l.Both
	}
	want := []int{25, 26, 30, 31, 35, 36, 41, 42, 46, 47, 51, 52, 102, 103, 116, 118, 122, 123, 137, 138, 139, 140, 158, 159, 162, 163}
	if !reflect.DeepEqual(some, want) || both != 2*13 {
		t.Errorf("%v with %d neighbours, want %v with 26", some, both, want)
	}
	expect(t, "modified Knox", modified, 2.810160, 1e-6)
}

// Five events on a line at times 0, 1, 10, 11, 30: by hand, and the exact
// probability against all 120 assignments.
func TestLocalKnoxAgreesWithAllPermutations(t *testing.T) {
	events := []orb.Point{{0, 0}, {1, 0}, {2, 0}, {9, 0}, {10, 0}}
	times := []float64{0, 1, 10, 11, 30}
	local := must[[]KnoxLocal](t)(LocalKnox(events, times, 1, 10))
	if l := local[1]; l.Near != 2 || l.Soon != 3 || l.Both != 2 {
		t.Fatalf("the second event: %+v, want 2 near, 3 soon, 2 both", l)
	}
	// The second event keeps its time; the others take all orders.
	hits, all := 0, 0
	others := []float64{0, 10, 11, 30}
	permutations(others, func(order []float64) {
		all++
		if math.Abs(order[0]-1) <= 10 && math.Abs(order[1]-1) <= 10 {
			hits++
		}
	})
	expect(t, "p", local[1].P, float64(hits)/float64(all), 1e-12)
}

func permutations(values []float64, visit func([]float64)) {
	var from func(int)
	from = func(k int) {
		if k == len(values) {
			visit(values)
			return
		}
		for i := k; i < len(values); i++ {
			values[k], values[i] = values[i], values[k]
			from(k + 1)
			values[k], values[i] = values[i], values[k]
		}
	}
	from(0)
}

// The same seed, the same p on any number of processors; another seed, nearly
// the same.
func TestKnoxIsRepeatable(t *testing.T) {
	events, days := burkitt(t)
	first := must[KnoxResult](t)(Knox(events, days, 20, 5, 199, 42))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again := must[KnoxResult](t)(Knox(events, days, 20, 5, 199, 42)); again != first {
		t.Errorf("%+v, then %+v", first, again)
	}
	if other := must[KnoxResult](t)(Knox(events, days, 20, 5, 199, 44)); math.Abs(other.P-first.P) > 0.15 {
		t.Errorf("p %g with one seed, %g with another", first.P, other.P)
	}
}

// The mean over permutations is the expectation, and clumps are found: 30
// events in 10 clumps of three, each at one time, among 100 others.
func TestKnoxFindsClumps(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var events []orb.Point
	var times []float64
	for range 10 {
		p, at := orb.Point{r.Float64() * 1e4, r.Float64() * 1e4}, r.Float64()*365
		for range 3 {
			events, times = append(events, orb.Point{p[0] + r.Float64()*50, p[1]}), append(times, at+r.Float64())
		}
	}
	for range 100 {
		events, times = append(events, orb.Point{r.Float64() * 1e4, r.Float64() * 1e4}), append(times, r.Float64()*365)
	}
	got := must[KnoxResult](t)(Knox(events, times, 100, 2, 999, 1))
	if got.Both < 30 || got.P > 0.001 || got.Poisson > 1e-6 {
		t.Errorf("%+v, want 30 pairs or more at p 0.001", got)
	}
}

// Distance and interval 0 ask for the same place at the same time. A limit
// belongs inside.
func TestKnoxAtItsLimits(t *testing.T) {
	events, times := []orb.Point{{0, 0}, {0, 0}, {0, 3}, {4, 0}}, []float64{1, 1, 1, 4}
	if got := must[KnoxResult](t)(Knox(events, times, 0, 0, 0, 0)); got.Near != 1 || got.Soon != 3 || got.Both != 1 {
		t.Errorf("same place and time: %+v", got)
	}
	if got := must[KnoxResult](t)(Knox(events, times, 3, 3, 0, 0)); got.Near != 3 || got.Soon != 6 || got.Both != 3 {
		t.Errorf("at most 3: %+v", got)
	}
	if got := must[KnoxResult](t)(Knox(events, times, 5, 2, 0, 0)); got.Near != 6 || got.Both != 3 {
		t.Errorf("at most 5 and 2: %+v", got)
	}
}

func TestKnoxOfNothing(t *testing.T) {
	nan := math.NaN()
	for _, events := range [][]orb.Point{nil, {{1, 1}}, {{nan, 1}, {1, 1}}} {
		got := must[KnoxResult](t)(Knox(events, make([]float64, len(events)), 10, 10, 9, 1))
		if got.Pairs != 0 || got.Both != 0 || got.P != 1 || got.Poisson != 1 {
			t.Errorf("%v: %+v", events, got)
		}
		if local := must[[]KnoxLocal](t)(LocalKnox(events, make([]float64, len(events)), 10, 10)); len(local) != len(events) {
			t.Errorf("%v: %v", events, local)
		}
	}
	for name, c := range map[string][2]float64{"distance": {-1, 1}, "interval": {1, nan}} {
		if _, err := Knox(nil, nil, c[0], c[1], 0, 0); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want ErrInput", name, err)
		}
	}
	if _, err := Knox(make([]orb.Point, 2), nil, 1, 1, 0, 0); !errors.Is(err, ErrInput) {
		t.Errorf("no times: %v, want ErrInput", err)
	}
}

// r of pointpats' docstrings and tests.
func TestMantelOfBurkitt(t *testing.T) {
	events, days := burkitt(t)
	for _, c := range []struct {
		transform func(float64) float64
		want      float64
	}{{Reciprocal, 0.04836835}, {nil, 0.014154}} {
		r, p, err := Mantel(events, days, c.transform, 99, 1)
		if err != nil || math.Abs(r-c.want) > 1e-6 || p <= 0 || p > 1 {
			t.Errorf("r %g p %g %v, want r %g", r, p, err, c.want)
		}
	}
}

// Events on a line, one a day: distance and time agree exactly.
func TestMantelAndJacquezOfALine(t *testing.T) {
	var events []orb.Point
	var times []float64
	for i := range 30 {
		events, times = append(events, orb.Point{float64(i * i), 0}), append(times, float64(i*i))
	}
	r, p, err := Mantel(events, times, nil, 199, 1)
	if err != nil || math.Abs(r-1) > 1e-12 || p != 1.0/200 {
		t.Errorf("Mantel %g %g %v, want 1 at the smallest p", r, p, err)
	}
	count, p, err := Jacquez(events, times, 3, 199, 1)
	if err != nil || count != 90 || p != 1.0/200 {
		t.Errorf("Jacquez %d %g %v, want 90 at the smallest p", count, p, err)
	}
}

// 12 with k = 3 (pointpats docstring; 13 with another choice among equals,
// it says).
func TestJacquezOfBurkitt(t *testing.T) {
	events, days := burkitt(t)
	count, p, err := Jacquez(events, days, 3, 99, 1)
	if err != nil || count != 12 || p < 0.01 {
		t.Errorf("%d p %g %v, want 12, not significant", count, p, err)
	}
}

func TestMantelAndJacquezOfNothing(t *testing.T) {
	for _, events := range [][]orb.Point{nil, {{1, 1}}, {{1, 1}, {1, 1}, {1, 1}}, {{math.NaN(), 0}, {1, 2}}} {
		times := make([]float64, len(events))
		if r, p, err := Mantel(events, times, Reciprocal, 9, 1); r != 0 || p != 1 || err != nil {
			t.Errorf("Mantel of %v: %g %g %v, want 0 and 1", events, r, p, err)
		}
		if _, p, err := Jacquez(events, times, 2, 9, 1); p != 1 || err != nil {
			t.Errorf("Jacquez of %v: p %g %v, want 1", events, p, err)
		}
	}
	many := make([]orb.Point, maxMatrix+1)
	if _, _, err := Mantel(many, make([]float64, len(many)), nil, 0, 0); !errors.Is(err, ErrInput) {
		t.Errorf("too many: %v", err)
	}
	if _, _, err := Jacquez(nil, nil, 0, 0, 0); !errors.Is(err, ErrInput) {
		t.Errorf("no neighbours: %v", err)
	}
}

// The table against every pair, and its margins against Knox.
func TestNearRepeatsAgreeWithAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var events []orb.Point
	var days []float64
	for range 400 {
		events, days = append(events, orb.Point{float64(r.IntN(40)) * 50, float64(r.IntN(40)) * 50}), append(days, float64(r.IntN(60)))
	}
	bands := Bands{Same: 0, Distances: []float64{100, 200, 400}, Intervals: []float64{7, 14, 28}}
	got := must[[][]Repeat](t)(NearRepeats(events, days, bands, 99, 1))
	want := [4][3]int{}
	for i := range events {
		for j := range i {
			distance, interval := math.Hypot(events[i][0]-events[j][0], events[i][1]-events[j][1]), math.Abs(days[i]-days[j])
			for row, limit := range []float64{0, 100, 200, 400} {
				if distance <= limit {
					for column, limit := range bands.Intervals {
						if interval <= limit {
							want[row][column]++
							break
						}
					}
					break
				}
			}
		}
	}
	within := 0
	for row := range want {
		for column := range want[row] {
			if got[row][column].Observed != want[row][column] {
				t.Errorf("row %d column %d: %d pairs, want %d", row, column, got[row][column].Observed, want[row][column])
			}
			within += want[row][column]
		}
	}
	if knox := must[KnoxResult](t)(Knox(events, days, 400, 28, 0, 0)); knox.Both != within {
		t.Errorf("%d pairs within 400 m and 28 days, the table has %d", knox.Both, within)
	}
}

// 100 houses, 20 of them visited again within the week: the same place and the
// first week stand out, and nothing else does.
func TestNearRepeatsKeepTheSamePlaceApart(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var events []orb.Point
	var days []float64
	for i := range 100 {
		p, day := orb.Point{r.Float64() * 3000, r.Float64() * 3000}, float64(r.IntN(360))
		events, days = append(events, p), append(days, day)
		if i < 20 {
			events, days = append(events, p), append(days, day+float64(r.IntN(7)))
		}
	}
	got := must[[][]Repeat](t)(NearRepeats(events, days, Bands{Distances: []float64{100, 200, 300}, Intervals: []float64{7, 14, 21}}, 499, 5))
	if same := got[0][0]; same.Observed != 20 || same.P != 1.0/500 || same.Ratio < 10 {
		t.Errorf("same place, first week: %+v", same)
	}
	for row := range 3 {
		if other := got[1+row][0]; other.P < 0.01 {
			t.Errorf("band %d: %+v, want nothing remarkable", row, other)
		}
	}
}

func TestNearRepeatsRefuse(t *testing.T) {
	for _, bands := range []Bands{{}, {Intervals: []float64{7, 7}}, {Same: -1, Intervals: []float64{1}}, {Same: 5, Distances: []float64{5}, Intervals: []float64{1}}, {Distances: []float64{math.Inf(1)}, Intervals: []float64{1}}} {
		if _, err := NearRepeats(nil, nil, bands, 0, 0); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %v, want ErrInput", bands, err)
		}
	}
	got := must[[][]Repeat](t)(NearRepeats(nil, nil, Bands{Intervals: []float64{7}}, 9, 0))
	if got[0][0].Observed != 0 || got[0][0].P != 1 || !math.IsNaN(got[0][0].Ratio) {
		t.Errorf("of nothing: %+v", got)
	}
}

// A year of 8,000 events: all pairs within 400 m.
func BenchmarkNearRepeats(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	events := clumps(r, 8000)
	days := make([]float64, len(events))
	for i := range days {
		days[i] = float64(r.IntN(365))
	}
	for b.Loop() {
		if _, err := NearRepeats(events, days, Bands{Distances: []float64{100, 200, 300, 400}, Intervals: []float64{7, 14, 21, 28}}, 99, 1); err != nil {
			b.Fatal(err)
		}
	}
}
