package siting

import (
	"encoding/csv"
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

// sanFrancisco is 16 store sites and 205 census tracts with network distances
// in metres and the population of 2000: test data of pysal/spopt
// (SF_network_distance_candidateStore_16_censusTract_205_new.csv, BSD-3).
func sanFrancisco(t *testing.T) (w Ways, names []string) {
	t.Helper()
	file, err := os.Open("testdata/sanfrancisco.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place, site := map[string]int{}, map[string]int{}
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, row := range rows[1:] {
		j, known := site[row[1]]
		if !known {
			j = len(names)
			site[row[1]] = j
			names = append(names, row[1])
			w.Far = append(w.Far, make([]float64, 205))
		}
		i, known := place[row[2]]
		if !known {
			i = len(w.Weights)
			place[row[2]] = i
			w.Weights = append(w.Weights, number(row[3]))
		}
		w.Far[j][i] = number(row[0])
	}
	if len(names) != 16 || len(w.Weights) != 205 || sum(w.Weights) != 955113 {
		t.Fatalf("%d sites, %d tracts, %g people: want 16, 205, 955113", len(names), len(w.Weights), sum(w.Weights))
	}
	return w, names
}

func named(names []string, sites []int) []string {
	var out []string
	for _, j := range sites {
		out = append(out, names[j])
	}
	slices.Sort(out)
	return out
}

// Optima by brute force over all choices of the 16 sites; at p = 4 they are the
// values that spopt's own tests hold: 89.756 % of the tracts covered.
func TestSanFranciscoCover(t *testing.T) {
	w, names := sanFrancisco(t)
	d := w.within(5000)
	for p, want := range []struct {
		people float64
		tracts int
	}{{0, 0}, {448255, 107}, {671938, 150}, {791499, 169}, {875247, 184}, {927402, 197}, {941462, 201}} {
		got, err := Cover(d, p, Exact)
		if err != nil {
			t.Fatal(err)
		}
		state := covered{make([]uint64, 4), make([]uint64, 4)}
		tracts := 0
		for _, j := range got.Sites {
			state.add(d.Sites[j])
		}
		for _, word := range state.once {
			tracts += bits.OnesCount64(word)
		}
		if got.Value != want.people || tracts != want.tracts || !got.Best || got.Bound != got.Value {
			t.Errorf("p = %d: %g people, %d tracts, bound %g, proven %v; want %+v", p, got.Value, tracts, got.Bound, got.Best, want)
		}
		if g := sum(got.Gains); math.Abs(g-got.Value) > 1e-6 {
			t.Errorf("p = %d: gains add up to %g, not %g", p, g, got.Value)
		}
		if p == 4 {
			if list := named(names, got.Sites); !slices.Equal(list, []string{"Store_11", "Store_12", "Store_15", "Store_2"}) {
				t.Errorf("p = 4: %v", list)
			}
		}
		quick, err := Cover(d, p, Effort{})
		if err != nil {
			t.Fatal(err)
		}
		if quick.Value > want.people || quick.Bound < want.people || quick.Value < (1-1/math.E)*want.people {
			t.Errorf("p = %d without search: %g, bound %g around %g", p, quick.Value, quick.Bound, want.people)
		}
	}
}

func TestSanFranciscoFewest(t *testing.T) {
	w, _ := sanFrancisco(t)
	got, err := Fewest(w.within(5000), Exact)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sites) != 8 || got.Least != 8 || !got.Best || got.Unreachable != nil {
		t.Errorf("got %+v, want 8 sites (brute force)", got)
	}
}

func TestSanFranciscoMedian(t *testing.T) {
	w, names := sanFrancisco(t)
	got, err := Median(w, 4, Exact)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Value-2848268129.7145104) > 1e-3 || math.Abs(got.Value/955113-2982.1268579890657) > 1e-9 || !got.Best {
		t.Errorf("got %.7f, proven %v; want 2848268129.7145104 (spopt: mean 2982.1268579890657)", got.Value, got.Best)
	}
	if list := named(names, got.Sites); !slices.Equal(list, []string{"Store_11", "Store_12", "Store_15", "Store_2"}) {
		t.Errorf("sites %v", list)
	}
	quick, err := Median(w, 4, Effort{})
	if err != nil {
		t.Fatal(err)
	}
	if quick.Gap() > 0.01 {
		t.Errorf("the bound without search leaves %.2f %%, which the relaxation can close", 100*quick.Gap())
	}
}

func TestSanFranciscoCentre(t *testing.T) {
	w, names := sanFrancisco(t)
	got, err := Centre(w, 4, Exact)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Far-7403.063810849859) > 1e-9 || got.Bound != got.Far || !got.Best {
		t.Errorf("got %+v, want 7403.063810849859 (spopt)", got)
	}
	if list := named(names, got.Sites); !slices.Equal(list, []string{"Store_11", "Store_13", "Store_15", "Store_7"}) {
		t.Errorf("sites %v", list)
	}
}

// choices calls try with every choice of k of n.
func choices(n, k int, try func([]int)) {
	for mask := range uint(1) << n {
		if bits.OnesCount(mask) != k {
			continue
		}
		var list []int
		for j := range n {
			if mask>>j&1 == 1 {
				list = append(list, j)
			}
		}
		try(list)
	}
}

// counted is the value of a choice by counting how often each place is
// covered, apart from any bitmap.
func counted(d Demand, chosen []int) float64 {
	times := make([]int, len(d.Weights))
	count := func(s Set) {
		for place := range s.All {
			times[place]++
		}
	}
	for _, s := range d.Standing {
		count(s)
	}
	for _, j := range chosen {
		count(d.Sites[j])
	}
	total := 0.0
	for place, n := range times {
		if n >= 1 {
			total += (1 - d.Backup) * d.Weights[place]
		}
		if n >= 2 {
			total += d.Backup * d.Weights[place]
		}
	}
	return total
}

func someDemand(r *rand.Rand) Demand {
	places, sites := 1+r.IntN(150), 1+r.IntN(11)
	d := Demand{Weights: make([]float64, places), Backup: []float64{0, 0.2, 0.5}[r.IntN(3)]}
	for i := range d.Weights {
		d.Weights[i] = float64(r.IntN(20))
	}
	set := func() Set {
		var list []int32
		for p := range places {
			if r.IntN(5) == 0 {
				list = append(list, int32(p))
			}
		}
		return SetOf(list...)
	}
	for range sites {
		d.Sites = append(d.Sites, set())
	}
	for range r.IntN(3) {
		d.Standing = append(d.Standing, set())
	}
	return d
}

// Against every choice there is: the search finds the best, and says so; the
// quick answer keeps its guarantee, and its bound holds.
func TestCoverAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for round := range 400 {
		d := someDemand(r)
		p := r.IntN(len(d.Sites) + 1)
		best := counted(d, nil)
		stands := best
		choices(len(d.Sites), p, func(list []int) { best = max(best, counted(d, list)) })

		exact, err := Cover(d, p, Exact)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(exact.Value-best) > 1e-6 || !exact.Best || math.Abs(counted(d, exact.Sites)-best) > 1e-6 || len(exact.Sites) > p {
			t.Fatalf("round %d: %d of %d sites give %g (bound %g, proven %v), best is %g", round, p, len(d.Sites), exact.Value, exact.Bound, exact.Best, best)
		}
		quick, err := Cover(d, p, Effort{Steps: 50})
		if err != nil {
			t.Fatal(err)
		}
		if quick.Bound < best-1e-6 || quick.Value > best+1e-6 || quick.Value-stands < (1-1/math.E)*(best-stands)-1e-6 {
			t.Fatalf("round %d: quick %g, bound %g around %g", round, quick.Value, quick.Bound, best)
		}
		if quick.Best && quick.Value < best-1e-6 {
			t.Fatalf("round %d: %g called best, which is %g", round, quick.Value, best)
		}
	}
}

// A bound for a question without its poor candidates holds for the whole.
func TestBoundBeyondTheCandidates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 200 {
		d := someDemand(r)
		base := d.standing()
		part := d
		part.Sites = nil
		cut := 15 * float64(r.IntN(15))
		for _, s := range d.Sites {
			if g := d.gain(s, base); g > cut {
				part.Sites = append(part.Sites, s)
			} else {
				part.Beyond = max(part.Beyond, g)
			}
		}
		p := r.IntN(5)
		best := 0.0
		choices(len(d.Sites), min(p, len(d.Sites)), func(list []int) { best = max(best, counted(d, list)) })
		for _, effort := range []Effort{{}, Exact} {
			got, err := Cover(part, p, effort)
			if err != nil {
				t.Fatal(err)
			}
			if got.Bound < best-1e-6 || got.Best && got.Value < best-1e-6 {
				t.Fatalf("bound %g (proven %v) below the best %g of all candidates", got.Bound, got.Best, best)
			}
		}
	}
}

func TestFewestAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		d := someDemand(r)
		all := make([]int, len(d.Sites))
		for j := range all {
			all[j] = j
		}
		ones := d
		ones.Weights = make([]float64, len(d.Weights))
		for i := range ones.Weights {
			ones.Weights[i] = 1
		}
		ones.Backup = 0
		reachable := counted(ones, all)
		want := -1
		for k := 0; want < 0; k++ {
			choices(len(d.Sites), k, func(list []int) {
				if counted(ones, list) == reachable {
					want = k
				}
			})
		}
		got, err := Fewest(d, Exact)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Sites) != want || !got.Best || counted(ones, got.Sites) != reachable || len(got.Unreachable) != len(d.Weights)-int(reachable) {
			t.Fatalf("got %+v, want %d sites that cover %g", got, want, reachable)
		}
		quick, err := Fewest(d, Effort{})
		if err != nil {
			t.Fatal(err)
		}
		if quick.Least > want || len(quick.Sites) < want || counted(ones, quick.Sites) != reachable {
			t.Fatalf("quick answer %+v around %d", quick, want)
		}
	}
}

func someWays(r *rand.Rand) Ways {
	places, sites := 1+r.IntN(30), 1+r.IntN(9)
	w := Ways{Weights: make([]float64, places)}
	for i := range w.Weights {
		w.Weights[i] = float64(r.IntN(9))
	}
	row := func() []float64 {
		list := make([]float64, places)
		for i := range list {
			list[i] = math.Round(100 * r.Float64())
		}
		return list
	}
	for range sites {
		w.Far = append(w.Far, row())
	}
	if r.IntN(2) == 0 {
		w.Standing = row()
	}
	return w
}

func TestMedianAndCentreAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 2))
	for round := range 300 {
		w := someWays(r)
		p := 1 + r.IntN(len(w.Far))
		least, nearest := math.Inf(1), math.Inf(1)
		choices(len(w.Far), p, func(list []int) {
			total, worst := 0.0, 0.0
			for i, weight := range w.Weights {
				far := math.Inf(1)
				if w.Standing != nil {
					far = w.Standing[i]
				}
				for _, j := range list {
					far = min(far, w.Far[j][i])
				}
				total += weight * far
				worst = max(worst, far)
			}
			least, nearest = min(least, total), min(nearest, worst)
		})
		median, err := Median(w, p, Exact)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(median.Value-least) > 1e-6 || !median.Best || median.Bound > least+1e-6 || len(median.Sites) > p {
			t.Fatalf("round %d: median %+v, want %g", round, median, least)
		}
		centre, err := Centre(w, p, Exact)
		if err != nil {
			t.Fatal(err)
		}
		if centre.Far != nearest || !centre.Best || centre.Bound != nearest || len(centre.Sites) > p {
			t.Fatalf("round %d: centre %+v, want %g", round, centre, nearest)
		}
		quick, err := Centre(w, p, Effort{})
		if err != nil {
			t.Fatal(err)
		}
		if quick.Far < nearest || quick.Bound > nearest || quick.Best && quick.Far != nearest {
			t.Fatalf("round %d: quick centre %+v around %g", round, quick, nearest)
		}
		rough, err := Median(w, p, Effort{})
		if err != nil {
			t.Fatal(err)
		}
		if rough.Value < least-1e-6 || rough.Bound > least+1e-6 {
			t.Fatalf("round %d: quick median %+v around %g", round, rough, least)
		}
	}
}

func TestSetsHoldTheirPlaces(t *testing.T) {
	var s Set
	s.AddRun(3, 3)
	s.AddRun(60, 200)
	s.AddRun(199, 201)
	s.AddRun(500, 501)
	var got []int
	for p := range s.All {
		got = append(got, p)
	}
	var want []int
	for p := 60; p < 201; p++ {
		want = append(want, p)
	}
	if want = append(want, 500); !slices.Equal(got, want) || s.Len() != len(want) || s.end() != 501 {
		t.Errorf("got %v, length %d, end %d", got, s.Len(), s.end())
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	nan := math.NaN()
	for name, d := range map[string]Demand{
		"weight":  {Weights: []float64{-1}},
		"number":  {Weights: []float64{nan}},
		"place":   {Weights: []float64{1}, Sites: []Set{SetOf(1)}},
		"stands":  {Weights: []float64{1}, Standing: []Set{SetOf(64)}},
		"backup":  {Weights: []float64{1}, Backup: 0.6},
		"beyond":  {Weights: []float64{1}, Beyond: nan},
		"endless": {Weights: []float64{math.Inf(1)}},
	} {
		if _, err := Cover(d, 1, Effort{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Cover(Demand{}, -1, Effort{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("fewer than none: %v", err)
	}
	for name, w := range map[string]Ways{
		"nothing":  {Weights: []float64{1}},
		"length":   {Weights: []float64{1}, Far: [][]float64{{}}},
		"distance": {Weights: []float64{1}, Far: [][]float64{{math.Inf(1)}}},
	} {
		if _, err := Median(w, 1, Effort{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("median, %s: %v", name, err)
		}
		if _, err := Centre(w, 1, Effort{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("centre, %s: %v", name, err)
		}
	}
}
