package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// someMap is a random map: places, neighbours that need not be mutual, weights
// or none, and values of which some may be unknown.
func someMap(draw *rand.Rand, unknown bool) (Weights, []float64) {
	n := 5 + draw.IntN(60)
	w, err := NewWeights(n, func(i int) (row []int32) {
		for j := range n {
			if j != i && draw.IntN(n) < 4 {
				row = append(row, int32(j))
			}
		}
		return row
	})
	if err != nil {
		panic(err)
	}
	if draw.IntN(2) == 0 {
		w.Values = make([]float64, len(w.Neighbours))
		for i := range w.Values {
			w.Values[i] = 0.1 + draw.Float64()
		}
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(draw.IntN(12))
		if unknown && draw.IntN(5) == 0 {
			x[i] = math.NaN()
		}
	}
	return w, x
}

// relabelled gives every place another number.
func relabelled(w Weights, x []float64, draw *rand.Rand) (Weights, []float64, []int) {
	to := draw.Perm(len(x))
	from := make([]int, len(x))
	for i, k := range to {
		from[k] = i
	}
	other := Weights{Offsets: []int32{0}}
	if w.Values != nil {
		other.Values = []float64{}
	}
	y := make([]float64, len(x))
	for k, i := range from {
		y[k] = x[i]
		type entry struct {
			j      int32
			weight float64
		}
		var row []entry
		w.each(i, func(j int32, weight float64) { row = append(row, entry{int32(to[j]), weight}) })
		slices.SortFunc(row, func(a, b entry) int { return int(a.j - b.j) })
		for _, e := range row {
			other.Neighbours = append(other.Neighbours, e.j)
			if w.Values != nil {
				other.Values = append(other.Values, e.weight)
			}
		}
		other.Offsets = append(other.Offsets, int32(len(other.Neighbours)))
	}
	return other, y, to
}

type local struct {
	name string
	z    func(Weights, []float64) ([]float64, error)
	odd  bool // turns its sign with that of x
}

var locals = []local{
	{"Gi*", GiStar, true},
	{"Gi", Gi, true},
	{"local Moran", func(w Weights, x []float64) ([]float64, error) {
		l, err := LocalMoran(w, x, ByN)
		return l.Z, err
	}, false},
}

// What a place gets does not depend on how places are numbered, on the unit
// of x or on where its zero is, nor on the scale of a row of weights; and what
// was hot is as cold when x is turned upside down.
func TestLocalStatisticsDoNotDependOnHowTheMapIsWritten(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 1))
	for round := range 300 {
		w, x := someMap(draw, round%2 == 1)
		for _, s := range locals {
			z := giOf(t, s.z, w, x)
			other, y, to := relabelled(w, x, draw)
			if err := other.Check(len(y)); err != nil {
				t.Fatal(err)
			}
			sign := 1.0
			if s.odd {
				sign = -1
			}
			upside := giOf(t, s.z, w, transformed(x, -1, 0))
			again, scaled, rows := giOf(t, s.z, other, y), giOf(t, s.z, w, transformed(x, 3.7, -20)), giOf(t, s.z, w.Standardised(), x)
			for i := range z {
				same(t, s.name+" of a renumbered map", again[to[i]], z[i])
				same(t, s.name+" in another unit", scaled[i], z[i])
				same(t, s.name+" upside down", upside[i], sign*z[i])
				same(t, s.name+" with rows scaled", rows[i], z[i])
				if math.IsNaN(z[i]) == finite(x[i]) {
					t.Fatalf("%s of %g is %g", s.name, x[i], z[i])
				}
			}
		}
	}
}

func transformed(x []float64, by, plus float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v*by + plus
	}
	return y
}

func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !near(got, want, 1e-8) {
		t.Fatalf("%s: %.14g, was %.14g", what, got, want)
	}
}

// The global figures likewise.
func TestGlobalStatisticsDoNotDependOnHowTheMapIsWritten(t *testing.T) {
	draw := rand.New(rand.NewPCG(2, 2))
	for round := range 300 {
		w, x := someMap(draw, round%2 == 1)
		other, y, _ := relabelled(w, x, draw)
		for name, f := range map[string]func(Weights, []float64, Null) (Global, error){"Moran": Moran, "Geary": Geary} {
			for _, null := range []Null{Randomised, Normal} {
				g := global(t)(f(w, x, null))
				again, unit := global(t)(f(other, y, null)), global(t)(f(w, transformed(x, -2.5, 7), null))
				for _, h := range []Global{again, unit} {
					same(t, name, h.Value, g.Value)
					same(t, name+" variance", h.Variance, g.Variance)
					same(t, name+" z", h.Z, g.Z)
				}
			}
		}
		g, h := global(t)(GlobalG(w, x)), global(t)(GlobalG(other, transformed(y, 3, 0)))
		same(t, "G", h.Value, g.Value)
		same(t, "G variance", h.Variance, g.Variance)
	}
}

// A place of unknown value answers as if it were not on the map.
func TestUnknownPlacesAreNotOnTheMap(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		w, x := someMap(draw, true)
		smaller, known, err := knownOnly(w, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range locals {
			z, without, k := giOf(t, s.z, w, x), giOf(t, s.z, smaller, known), 0
			for i := range x {
				if finite(x[i]) {
					same(t, s.name, z[i], without[k])
					k++
				}
			}
		}
	}
}

// Maps of one value, of nothing, of one place, of strangers: z is 0, nothing
// is found, nothing breaks.
func TestMapsThatSayNothing(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	maps := map[string][]float64{
		"nothing": {}, "one place": {3}, "two": {1, 1}, "alike": {2, 2, 2, 2, 2, 2}, "alike, not exact": {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
		"unknown": {nan, nan, nan}, "infinite": {inf, -inf, 1, 1, 1}, "all but one unknown": {nan, 4, nan},
	}
	for name, x := range maps {
		for _, w := range []Weights{Queen(len(x), 1), strangers(t, len(x))} {
			for _, s := range locals {
				for i, z := range giOf(t, s.z, w, x) {
					if finite(x[i]) && z != 0 || !finite(x[i]) && !math.IsNaN(z) {
						t.Errorf("%s: %s of place %d is %g", name, s.name, i, z)
					}
				}
			}
			for _, g := range []Global{global(t)(Moran(w, x, Randomised)), global(t)(Geary(w, x, Normal))} {
				if g.Z != 0 || g.P(TwoSided) != 1 || !math.IsNaN(g.Value) {
					t.Errorf("%s: %+v", name, g)
				}
			}
			for _, permute := range []func(Weights, []float64, int, uint64) (Ranks, error){PermuteEach, PermuteShared} {
				r, err := permute(w, x, 19, 1)
				if err != nil {
					t.Fatal(err)
				}
				for i, p := range r.All(TwoSided) {
					if finite(x[i]) && p != 1 || !finite(x[i]) && !math.IsNaN(p) {
						t.Errorf("%s: p of place %d is %g", name, i, p)
					}
				}
			}
			for _, class := range Classes(x, make([]float64, len(x)), BenjaminiHochberg) {
				_ = class.String()
			}
			for _, rates := range ratesOf(t, w, x, x) {
				if len(rates) != len(x) {
					t.Errorf("%s: %d rates", name, len(rates))
				}
			}
		}
	}
}

func strangers(t *testing.T, n int) Weights {
	t.Helper()
	w, err := NewWeights(n, func(int) []int32 { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func ratesOf(t *testing.T, w Weights, cases, base []float64) [][]float64 {
	t.Helper()
	var all [][]float64
	take := func(rates []float64, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rates)
	}
	take(Rates(cases, base))
	eb, _, _, err := EmpiricalBayes(cases, base)
	take(eb, err)
	take(LocalEmpiricalBayes(w, cases, base))
	take(AssuncaoReis(cases, base))
	take(Expected(cases, base))
	take(Choynowski(cases, base))
	take(ProbabilityMap(cases, base))
	return all
}

// No people, no rate; and a rate is drawn towards the common one, never past it.
func TestRatesOfPlacesWithoutPeople(t *testing.T) {
	draw := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		w, cases := someMap(draw, true)
		base := make([]float64, len(cases))
		for i := range base {
			base[i] = float64(draw.IntN(200) - 20)
		}
		for _, rates := range ratesOf(t, w, cases, base) {
			for i, r := range rates {
				if there := base[i] > 0 && finite(cases[i]); there != finite(r) {
					t.Fatalf("%g cases of %g people: %g", cases[i], base[i], r)
				}
			}
		}
		raw, _ := Rates(cases, base)
		eb, _, mean, _ := EmpiricalBayes(cases, base)
		for i := range raw {
			if finite(raw[i]) && (eb[i] < min(raw[i], mean)-1e-12 || eb[i] > max(raw[i], mean)+1e-12) {
				t.Fatalf("rate %g of mean %g became %g", raw[i], mean, eb[i])
			}
		}
	}
}

func TestBadNeighbourhoodsAreRefused(t *testing.T) {
	for name, w := range map[string]Weights{
		"itself":      {Offsets: []int32{0, 1, 1}, Neighbours: []int32{0}},
		"no place":    {Offsets: []int32{0, 1, 1}, Neighbours: []int32{2}},
		"negative":    {Offsets: []int32{0, 1, 1}, Neighbours: []int32{-1}},
		"twice":       {Offsets: []int32{0, 2, 2}, Neighbours: []int32{1, 1}},
		"offsets":     {Offsets: []int32{0, 2, 1}, Neighbours: []int32{1}},
		"values":      {Offsets: []int32{0, 1, 1}, Neighbours: []int32{1}, Values: []float64{}},
		"zero weight": {Offsets: []int32{0, 1, 1}, Neighbours: []int32{1}, Values: []float64{0}},
		"count":       {Offsets: []int32{0, 0}},
	} {
		if w.Check(2) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := GiStar(Queen(2, 2), []float64{1}); err == nil {
		t.Error("four places, one value: accepted")
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), 1e300} {
		if _, err := Band([]float64{0, x}, []float64{0, 0}, 1); err == nil {
			t.Errorf("a point at %g: accepted", x)
		}
	}
}

// Band finds what measuring every pair finds.
func TestBandFindsEveryPair(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 5))
	var x, y []float64
	for range 300 {
		x, y = append(x, 1000*draw.Float64()-500), append(y, 1000*draw.Float64()-500)
	}
	w, err := Band(x, y, 60)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		var want []int32
		for j := range x {
			if j != i && math.Hypot(x[i]-x[j], y[i]-y[j]) <= 60 {
				want = append(want, int32(j))
			}
		}
		if !slices.Equal(w.Row(i), want) {
			t.Fatalf("neighbours of %d: %v, want %v", i, w.Row(i), want)
		}
	}
}
