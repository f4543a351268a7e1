package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// hexagons is the centres of a block of hexagons and their area, metres.
func hexagons(apart float64, columns, rows int) (cells []orb.Point, areas []float64) {
	for row := range rows {
		for column := range columns {
			cells = append(cells, orb.Point{(float64(column) + float64(row%2)/2) * apart, float64(row) * apart * math.Sqrt(3) / 2})
		}
	}
	return cells, alike(apart*apart*math.Sqrt(3)/2, len(cells))
}

// The same count in every cell is a flat surface of count by area, to the very
// border; events at the centres are the same surface.
func TestSurfaceOfEvenCountsIsFlat(t *testing.T) {
	cells, areas := hexagons(300, 40, 40)
	s := must[*Smoother](t)(NewSmoother(cells, areas, 900))
	surface := must[[]float64](t)(s.OfCounts(alike(4, len(cells))))
	for i, density := range surface {
		expect(t, "density", density*areas[0], 4, 5e-3)
		if t.Failed() {
			t.Fatalf("at cell %d", i)
		}
	}
	counts := make([]float64, len(cells))
	var events []orb.Point
	for i := range counts {
		counts[i] = float64(i % 3)
		for range i % 3 {
			events = append(events, cells[i])
		}
	}
	expectAll(t, "of events", must[[]float64](t)(s.Surface(events, nil)), must[[]float64](t)(s.OfCounts(counts)), 1e-12)
}

func TestSurfaceOfNothing(t *testing.T) {
	cells, areas := hexagons(300, 5, 5)
	s := must[*Smoother](t)(NewSmoother(cells, areas, 900))
	for _, counts := range [][]float64{nil, make([]float64, 25), alike(math.NaN(), 25)} {
		if got := must[[]float64](t)(s.OfCounts(counts)); !reflect.DeepEqual(got, make([]float64, 25)) {
			t.Errorf("%v: %v, want zeros", counts, got)
		}
	}
	if _, err := s.OfCounts([]float64{1}); !errors.Is(err, ErrInput) {
		t.Errorf("one count for 25 cells: %v", err)
	}
	if _, err := NewSmoother(cells, areas, 0); !errors.Is(err, ErrInput) {
		t.Errorf("no bandwidth: %v", err)
	}
	for _, areas := range [][]float64{nil, areas[1:], append([]float64{0}, areas[1:]...), append([]float64{math.NaN()}, areas[1:]...)} {
		if _, err := NewSmoother(cells, areas, 900); !errors.Is(err, ErrInput) {
			t.Errorf("areas %v: %v, want ErrInput", areas, err)
		}
	}
	if empty := must[*Smoother](t)(NewSmoother(nil, nil, 900)); len(must[[]float64](t)(empty.Surface(cells, nil))) != 0 {
		t.Error("a city without cells has a surface")
	}
}

// quantile(1:9, 0:3/4) of R is 1 3 5 7; two periods share their limits.
func TestQuantileBreaks(t *testing.T) {
	got := must[Breaks](t)(NewBreaks(Quantiles, 4, []float64{9, 1, 5, 3, math.NaN()}, []float64{2, 4, 6, 0, 8, 7, -3, math.Inf(1)}))
	if !slices.Equal(got, Breaks{1, 3, 5, 7}) {
		t.Errorf("%v, want 1 3 5 7", got)
	}
	if got := must[Breaks](t)(NewBreaks(Quantiles, 5, []float64{0, 2, 2, 2, 2})); !slices.Equal(got, Breaks{2}) {
		t.Errorf("of one value %v, want one class", got)
	}
	for _, scheme := range []Scheme{Quantiles, Geometric} {
		if got := must[Breaks](t)(NewBreaks(scheme, 5, []float64{0, math.NaN()}, nil)); len(got) != 0 {
			t.Errorf("of nothing %v", got)
		}
	}
}

// From 1 to 10,000 by four classes: each limit ten times the one before.
func TestGeometricBreaks(t *testing.T) {
	values := append(alike(1, 50), 10000, 300, 20)
	got := must[Breaks](t)(NewBreaks(Geometric, 4, values))
	expectAll(t, "limits", got, []float64{1, 10, 100, 1000}, 1e-12)
	if got := got.Classes([]float64{0, 0.5, 1, 9, 20, 300, 10000, math.NaN()}); !slices.Equal(got, []int8{0, 0, 1, 1, 2, 3, 4, -1}) {
		t.Errorf("classes %v", got)
	}
}

func TestNiceBreaks(t *testing.T) {
	for _, c := range []struct{ from, want Breaks }{
		{Breaks{0.9, 2.3, 4.1, 11}, Breaks{1, 2, 5, 10}},
		{Breaks{1.1, 1.6, 2.2}, Breaks{1, 1.5, 2}},                   // 1, 2 and 5 would lose one
		{Breaks{0.00213, 0.0047, 0.019}, Breaks{0.002, 0.005, 0.02}}, // exactly the figures written
		{Breaks{9.549e-7, 3.1e-6}, Breaks{1e-6, 2e-6}},
		{Breaks{100.1, 100.2}, Breaks{100}},
		{Breaks{730, 8200}, Breaks{1000, 10000}},
		{nil, Breaks{}},
	} {
		if got := c.from.Nice(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.from, got, c.want)
		}
	}
}

// Whatever the values: limits rise, classes are as asked or fewer, and every
// value above 0 of quantiles has one.
func TestBreaksProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for range 2000 {
		values := make([]float64, r.IntN(60))
		for i := range values {
			values[i] = math.Pow(10, float64(r.IntN(8))-4) * float64(r.IntN(12))
			if r.IntN(2) == 0 {
				values[i] *= r.Float64()
			}
		}
		classes := 1 + r.IntN(9)
		for _, scheme := range []Scheme{Quantiles, Geometric} {
			breaks := must[Breaks](t)(NewBreaks(scheme, classes, values))
			for _, b := range []Breaks{breaks, breaks.Nice()} {
				if len(b) > classes || !slices.IsSorted(b) || len(slices.Compact(slices.Clone(b))) != len(b) {
					t.Fatalf("%v of %v: %v", scheme, values, b)
				}
			}
			for _, v := range values {
				if class := breaks.Class(v); scheme == Quantiles && (v > 0) != (class > 0) {
					t.Fatalf("%v of %v: %g is class %d", breaks, values, v, class)
				}
			}
		}
	}
	for _, classes := range []int{0, -1, 65} {
		if _, err := NewBreaks(Quantiles, classes, []float64{1}); !errors.Is(err, ErrInput) {
			t.Errorf("%d classes: %v, want ErrInput", classes, err)
		}
	}
}

func FuzzBreaks(f *testing.F) {
	f.Add(1e-320, 5.0, 1e308, 4)
	f.Fuzz(func(t *testing.T, a, b, c float64, classes int) {
		for _, scheme := range []Scheme{Quantiles, Geometric} {
			breaks, err := NewBreaks(scheme, classes, []float64{a, b, c})
			if err == nil && (!slices.IsSorted(breaks) || !slices.IsSorted(breaks.Nice()) || breaks.Class(math.Inf(1)) != len(breaks)) {
				t.Fatalf("%v, nice %v", breaks, breaks.Nice())
			}
		}
	})
}

// 56,000 cells 900 m apart and a period of 8,000 events, 2.7 km.
func BenchmarkSurface(b *testing.B) {
	cells, areas := hexagons(900, 280, 200)
	s := must[*Smoother](b)(NewSmoother(cells, areas, 2700))
	events := clumps(rand.New(rand.NewPCG(7, 8)), 8000)
	for b.Loop() {
		must[[]float64](b)(s.Surface(events, nil))
	}
}
