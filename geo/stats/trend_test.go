package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// S, variance, z, p, tau of tests/test_pymannkendall.py (mmhs013/pyMannKendall,
// MIT); the small series were computed with that program, version 1.4.3.
func TestMannKendallOfPublishedSeries(t *testing.T) {
	for _, c := range []struct {
		name   string
		series []float64
		want   Trend
	}{
		{"rainfall", table(t, "rainfall.txt"), Trend{353, -1959, 4889800.333333333, -0.8854562842589916, 0.37591058740506833, -0.03153167653875869}},
		{"rising", []float64{1, 3, 2, 5, 4, 6, 8, 7}, Trend{8, 22, 65.33333333333333, 2.598076211353316, 0.009374768459434968, 0.7857142857142857}},
		{"ties", []float64{0, 0, 1, 2, 2, 2, 3, 5, 4, 7, 7, 9}, Trend{12, 59, 207, 4.031278671770112, 5.547422153795445e-05, 0.8939393939393939}},
	} {
		got := MannKendall(c.series)
		if got.N != c.want.N || got.S != c.want.S {
			t.Errorf("%s: N %d S %d, want %d %d", c.name, got.N, got.S, c.want.N, c.want.S)
		}
		expect(t, c.name+" variance", got.Variance, c.want.Variance, 1e-12)
		expect(t, c.name+" z", got.Z, c.want.Z, 1e-12)
		expect(t, c.name+" p", got.P, c.want.P, 1e-12)
		expect(t, c.name+" tau", got.Tau, c.want.Tau, 1e-12)
	}
}

// A line up to 359: S is the number of pairs (same test file, TrendData).
func TestMannKendallOfALine(t *testing.T) {
	line := make([]float64, 360)
	for i := range line {
		line[i] = float64(i)
	}
	if got := MannKendall(line); got.S != 64620 || got.Tau != 1 || got.P > 1e-100 {
		t.Errorf("a rising line: %+v", got)
	}
}

func TestMannKendallWithoutEvidence(t *testing.T) {
	for _, series := range [][]float64{nil, {3}, {5, 5, 5, 5}, {math.NaN(), 1, math.Inf(1)}} {
		if got := MannKendall(series); got.S != 0 || got.Z != 0 || got.P != 1 {
			t.Errorf("%v: %+v, want no trend", series, got)
		}
	}
}

// The slope keeps missing months in their place, as sens_slope of the same
// tests. Other tests of pyMannKendall print -0.0064516129032258064 for the same
// rain: there the missing months were dropped and the others moved up.
func TestSenSlopeOfPublishedSeries(t *testing.T) {
	rain := table(t, "rainfall.txt")
	dropped := slices.DeleteFunc(slices.Clone(rain), math.IsNaN)
	for _, c := range []struct {
		name             string
		series           []float64
		slope, intercept float64
	}{
		{"rainfall", rain, -0.006369426751592357, 96.15286624203821},
		{"rainfall without gaps", dropped, -0.0064516129032258064, math.NaN()},
		{"rising", []float64{1, 3, 2, 5, 4, 6, 8, 7}, 1, 1},
		{"ties", []float64{0, 0, 1, 2, 2, 2, 3, 5, 4, 7, 7, 9}, 0.7777777777777778, -1.7777777777777777},
	} {
		got, err := SenSlope(c.series, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, c.name+" slope", got.PerStep, c.slope, 1e-12)
		if finite(c.intercept) {
			expect(t, c.name+" intercept", got.Intercept, c.intercept, 1e-12)
		}
		if !(got.Low <= got.PerStep && got.PerStep <= got.High) {
			t.Errorf("%s: slope %g is outside its interval %g to %g", c.name, got.PerStep, got.Low, got.High)
		}
	}
}

// By hand: ten values 0 to 9 and one pair exchanged give 45 slopes; half the
// width is 1.959964 √(125) = 21.913, so the bounds are the 11th and the 35th
// (Gilbert 1987, 16.5.2).
func TestSenSlopeInterval(t *testing.T) {
	series := []float64{0, 1, 2, 3, 5, 4, 6, 7, 8, 9}
	var slopes []float64
	for i := range series {
		for j := range i {
			slopes = append(slopes, (series[i]-series[j])/float64(i-j))
		}
	}
	slices.Sort(slopes)
	got, err := SenSlope(series, 0.95)
	if err != nil || got.Low != slopes[10] || got.High != slopes[34] {
		t.Errorf("interval %g to %g, want %g to %g (%v)", got.Low, got.High, slopes[10], slopes[34], err)
	}
	// Five values and their ten slopes: half the width is 1.959964 √(50/3) =
	// 8.0015 at 95 %, for the 0th and the 11th slope, which do not exist; 6.7151
	// at 90 %, for the first and the last.
	if five, err := SenSlope([]float64{0, 1, 4, 9, 16}, 0.95); err != nil || !math.IsInf(five.Low, -1) || !math.IsInf(five.High, 1) {
		t.Errorf("five values: %+v %v, want no bounds", five, err)
	}
	if five, err := SenSlope([]float64{0, 1, 4, 9, 16}, 0.9); err != nil || five.Low != 1 || five.High != 7 {
		t.Errorf("five values at 90 %%: %+v %v, want all slopes, 1 to 7", five, err)
	}
	if short, err := SenSlope([]float64{1, 2, 4}, 0.95); err != nil || !math.IsInf(short.Low, -1) || !math.IsInf(short.High, 1) {
		t.Errorf("three values: %+v %v, want no bounds", short, err)
	}
}

func TestSenSlopeNeedsTwoValues(t *testing.T) {
	for _, c := range []struct {
		series     []float64
		confidence float64
	}{{nil, 0.95}, {[]float64{1, math.NaN()}, 0.95}, {[]float64{1, 2}, 0}, {[]float64{1, 2}, 1}, {[]float64{1, 2}, math.NaN()}} {
		if _, err := SenSlope(c.series, c.confidence); !errors.Is(err, ErrInput) {
			t.Errorf("%v at %g: %v, want ErrInput", c.series, c.confidence, err)
		}
	}
}

// Turning a series over or around turns its trend; a shift of scale does
// nothing.
func TestTrendSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		series := make([]float64, r.IntN(40))
		for i := range series {
			series[i] = float64(r.IntN(8))
		}
		trend := MannKendall(series)
		negative, backwards, scaled := make([]float64, len(series)), slices.Clone(series), make([]float64, len(series))
		slices.Reverse(backwards)
		for i, v := range series {
			negative[i], scaled[i] = -v, 10+3*v
		}
		if got := MannKendall(negative); got.Z != -trend.Z || got.P != trend.P {
			t.Fatalf("%v turned over: %+v, was %+v", series, got, trend)
		}
		if got := MannKendall(backwards); got.Z != -trend.Z {
			t.Fatalf("%v backwards: %+v, was %+v", series, got, trend)
		}
		if got := MannKendall(scaled); got != trend {
			t.Fatalf("%v scaled: %+v, was %+v", series, got, trend)
		}
	}
}

func BenchmarkMannKendall52(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	series := make([]float64, 52)
	for i := range series {
		series[i] = r.NormFloat64()
	}
	for b.Loop() {
		MannKendall(series)
	}
}

// Kendall's own table (1975, appendix 1): of n = 4, S ≥ 6 has probability 0.042
// and S ≥ 4 has 0.167; of n = 7, S ≥ 21 is one order of 5,040, S ≥ 15 has
// 76 (all listed by another program). Two-sided, twice as much.
func TestExactTrend(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{1, 2, 3, 4}, 2.0 / 24},
		{[]float64{1, 2, 4, 3}, 8.0 / 24},
		{[]float64{4, 3, 2, 1}, 2.0 / 24},
		{[]float64{1, 2, 3, 4, 5, 6, 7}, 2.0 / 5040},
		{[]float64{3, 2, 1, 4, 5, 6, 7}, 2 * 76.0 / 5040},
		{[]float64{2, 1, 3}, 1},
	} {
		p, ok := MannKendall(c.x).Exact()
		if !ok || math.Abs(p-c.want) > 1e-3*c.want+4e-5 {
			t.Errorf("%v: %g, %t, want %g", c.x, p, ok, c.want)
		}
	}
	for name, x := range map[string][]float64{"ties": {1, 1, 2, 3}, "long": make([]float64, 40)} {
		if p, ok := MannKendall(x).Exact(); ok {
			t.Errorf("%s: %g", name, p)
		}
	}
}
