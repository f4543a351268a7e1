package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// Chainey, Tompson and Uhlig 2008: a quarter of the incidents in half of the
// area is a PAI of 0.5, a fifth of them in a tenth of it one of 2.
func TestPAIAsDefined(t *testing.T) {
	for _, c := range []struct {
		scores, areas, incidents []float64
		budget, pai, pei         float64
	}{
		{[]float64{2, 1}, []float64{50, 50}, []float64{25, 75}, 50, 0.5, 25.0 / 75},
		{[]float64{9, 1}, []float64{10, 90}, []float64{20, 80}, 10, 2, 1},
	} {
		got := must[ForecastScore](t)(ScoreForecast(c.scores, c.areas, c.incidents, c.budget))
		expect(t, "PAI", got.PAI, c.pai, 1e-12)
		expect(t, "PEI", got.PEI, c.pei, 1e-12)
	}
}

// Ten cells of one area, incidents 0 to 9, two cells' area: by hand.
func TestScoreForecast(t *testing.T) {
	incidents := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	areas := alike(100, 10)
	for name, c := range map[string]struct {
		scores []float64
		hits   float64
	}{
		"perfect":  {incidents, 17},
		"upside":   {[]float64{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 1},
		"no idea":  {alike(1, 10), 9}, // a fifth of 45
		"half":     {[]float64{0, 0, 0, 0, 0, 0, 0, 5, 5, 5}, 24 * 2.0 / 3},
		"unknown":  {[]float64{math.NaN(), 0, 0, 0, 0, 0, 0, 0, 1, math.NaN()}, 8 + 28.0/7},
		"one sure": {[]float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 9 + 36.0/9},
	} {
		got := must[ForecastScore](t)(ScoreForecast(c.scores, areas, incidents, 200))
		expect(t, name+" hits", got.Hits, c.hits, 1e-12)
		expect(t, name+" PAI", got.PAI, c.hits/45/0.2, 1e-12)
		expect(t, name+" PEI", got.PEI, c.hits/17, 1e-12)
	}
	perfect := must[ForecastScore](t)(ScoreForecast(incidents, areas, incidents, 200))
	blind := must[ForecastScore](t)(ScoreForecast(alike(1, 10), areas, incidents, 200))
	expect(t, "lift", perfect.Lift(blind), 17.0/9, 1e-12)
}

// No ranking beats the best one; the whole area holds everything; ties do not
// depend on the order of places.
func TestScoreForecastBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 300 {
		n := 1 + r.IntN(20)
		scores, areas, incidents, whole := make([]float64, n), make([]float64, n), make([]float64, n), 0.0
		for i := range n {
			scores[i], areas[i], incidents[i] = float64(r.IntN(4)), 1+r.Float64(), float64(r.IntN(5))
			whole += areas[i]
		}
		incidents[0]++
		budget := whole * (0.01 + 0.99*r.Float64())
		got := must[ForecastScore](t)(ScoreForecast(scores, areas, incidents, budget))
		if got.PEI > 1+1e-12 || got.Hits > got.All+1e-9 {
			t.Fatalf("%+v", got)
		}
		all := must[ForecastScore](t)(ScoreForecast(scores, areas, incidents, whole))
		expect(t, "PAI of everything", all.PAI, 1, 1e-9)
		order := r.Perm(n)
		moved := [3][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
		for i, j := range order {
			moved[0][i], moved[1][i], moved[2][i] = scores[j], areas[j], incidents[j]
		}
		expect(t, "PAI in another order", must[ForecastScore](t)(ScoreForecast(moved[0], moved[1], moved[2], budget)).PAI, got.PAI, 1e-9)
	}
}

func TestScoreForecastRefuses(t *testing.T) {
	one := []float64{1}
	for name, err := range map[string]error{
		"lengths":   failure(ScoreForecast(one, one, nil, 1)),
		"area":      failure(ScoreForecast(one, []float64{0}, one, 1)),
		"incidents": failure(ScoreForecast(one, one, []float64{-1}, 1)),
		"budget":    failure(ScoreForecast(one, one, one, 2)),
		"nowhere":   failure(ScoreForecast(nil, nil, nil, 1)),
		"history":   failure(RecentMean([][]int{{1, 2}}, 3)),
		"negative":  failure(RecentMean([][]int{{1, 2}}, -1)),
		"empty":     failure(RecentMean([][]int{{}}, 0)),
	} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want ErrInput", name, err)
		}
	}
	quiet := must[ForecastScore](t)(ScoreForecast(one, one, []float64{0}, 1))
	if !math.IsNaN(quiet.PAI) || !math.IsNaN(quiet.PEI) {
		t.Errorf("where nothing happened: %+v, want NaN", quiet)
	}
}

func TestRecentMean(t *testing.T) {
	history := [][]int{{0, 0, 4, 8}, {5, 1, 0, 0}}
	expectAll(t, "last two", must[[]float64](t)(RecentMean(history, 2)), []float64{6, 0}, 1e-12)
	expectAll(t, "all", must[[]float64](t)(RecentMean(history, 0)), []float64{3, 1.5}, 1e-12)
}

// Ten incomes and 0.4620911 are the example of Gini() in the R package ineq;
// 1 to n has (n−1)/(3n); one of n gets all: (n−1)/n.
func TestGini(t *testing.T) {
	for _, c := range []struct {
		amounts []float64
		want    float64
	}{
		{[]float64{541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261}, 0.4620911},
		{[]float64{3, 1, 2, 4}, 3.0 / 12},
		{[]float64{0, 0, 7, 0, 0}, 0.8},
		{[]float64{2, 2, 2}, 0},
		{[]float64{0, 0}, 0},
		{nil, 0},
		{[]float64{math.NaN(), 1, 1, math.Inf(1)}, 0},
	} {
		expect(t, "Gini", must[Lorenz](t)(Evenness(c.amounts, nil)).Gini, c.want, 5e-8)
	}
}

// Minutes against risk, by hand: places A risk 1 minutes 6, B risk 3 minutes
// 3, C risk 0 minutes 1. Order B, A, C; curve (0,0) (¾, 0.3) (1, 0.9) (1, 1).
func TestEvennessAgainstRisk(t *testing.T) {
	l := must[Lorenz](t)(Evenness([]float64{6, 3, 1, 0}, []float64{1, 3, 0, 0}))
	want := [][2]float64{{0, 0}, {0.75, 0.3}, {1, 0.9}, {1, 1}}
	if len(l.Curve) != len(want) || len(l.Order) != 3 || l.Order[0] != 1 || l.Order[1] != 0 || l.Order[2] != 2 {
		t.Fatalf("%+v", l)
	}
	for i := range want {
		expectAll(t, "curve", l.Curve[i][:], want[i][:], 1e-12)
	}
	expect(t, "Gini", l.Gini, 1-(0.75*0.3+0.25*1.2), 1e-12)
	if follows := must[Lorenz](t)(Evenness([]float64{2, 6, 4}, []float64{1, 3, 2})); math.Abs(follows.Gini) > 1e-12 {
		t.Errorf("minutes that follow risk: %+v", follows)
	}
}

func TestEvennessRefuses(t *testing.T) {
	for _, c := range [][2][]float64{{{1, 2}, {1}}, {{-1}, {1}}, {{1}, {-1}}} {
		if _, err := Evenness(c[0], c[1]); !errors.Is(err, ErrInput) {
			t.Errorf("%v: %v, want ErrInput", c, err)
		}
	}
}
