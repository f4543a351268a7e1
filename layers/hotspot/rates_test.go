package hotspot

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// On paper: 10 cases among 1,000 households of the country, 60 among 2,000 of
// the town; a place of 500 and 500 is given 5 + 15 whoever's its own 20 are.
func TestRatesOfTownAndCountry(t *testing.T) {
	base := Base{{500, 500, 0, 0, math.NaN(), 0.5}, {0, 500, 1000, 500, 0, 0}}
	r := newRates([]int32{5, 20, 30, 15, 9, 4}, base)
	for i, want := range []float64{5, 20, 30, 15, 0, 0} {
		near(t, "expected", r.expected[i], want)
	}
	if r.spread != 0 {
		t.Errorf("cases just as expected have spread %g", r.spread)
	}
	own, raw, smoothed := r.of(1)
	near(t, "base", own, 1000)
	near(t, "rate", raw, 0.02)
	near(t, "smoothed", smoothed, 0.02)
	for _, place := range []int32{4, 5} { // unknown, and less than a household
		if own, raw, smoothed := r.of(place); !math.IsNaN(own) || !math.IsNaN(raw) || !math.IsNaN(smoothed) {
			t.Errorf("place %d: base %g, rates %g and %g", place, own, raw, smoothed)
		}
	}
}

// A hamlet's rate is drawn further towards the city's than a town's.
func TestSmallRatesAreDrawnIn(t *testing.T) {
	window, base := make([]int32, 40), Base{make([]float64, 40)}
	for i := range window {
		base[0][i], window[i] = 100, int32(8+4*(i%2)*3)
	}
	base[0][0], window[0] = 4, 1 // hamlet: 0.25 a household
	base[0][1], window[1] = 1000, 250
	r := newRates(window, base)
	_, raw, hamlet := r.of(0)
	_, _, town := r.of(1)
	if raw != 0.25 || !(hamlet < town && town < 0.25 && hamlet > 0.1) {
		t.Errorf("hamlet %g smoothed to %g, town to %g", raw, hamlet, town)
	}
}

func TestBadBases(t *testing.T) {
	r := record(t, row(3), 2, 1, Fact{Count: 1})
	for name, base := range map[string]Base{"none": nil, "short": {{1, 2}}, "uneven": {{1, 2, 3}, {1}}} {
		if _, err := r.Judge(Question{To: 1, Measure: ByBase, Base: base}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An area's number is spread over it and none is lost; what no area covers is
// unknown, and so is what an area without a number touches.
func TestSpread(t *testing.T) {
	square := func(west, south, side float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}, {west, south}}}}
	}
	s, err := Spread([]Inhabited{
		{Shape: square(102, 38, 0.05), Number: 300},
		{Shape: square(102.02, 38.02, 1e-6), Stratum: 1, Number: 40}, // smaller than any cell
		{Shape: square(102.2, 38, 0.02), Number: math.NaN()},
	}, 2)
	if err != nil {
		t.Fatal(err)
	}
	around, err := hex.Fill(square(101.9, 37.9, 0.5), 8, hex.Touching)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := hex.NewUniverse(around)
	if err != nil {
		t.Fatal(err)
	}
	base := s.On(cells)
	var country, town, most float64
	unknown, beyond := 0, 0
	for i := range cells.Len() {
		at := cells.Centre(i)
		switch n := base.Of(int32(i)); {
		case math.IsNaN(n) && at[0] > 102.19 && at[0] < 102.23:
			unknown++
		case math.IsNaN(n):
			beyond++
		default:
			country, town, most = country+base[0][i], town+base[1][i], max(most, base[0][i])
		}
	}
	near(t, "country", country, 300)
	near(t, "town", town, 40)
	// 0.05 degrees square are 24.4 km² at 38° north, a cell of resolution 8 some 0.74.
	if most > 300*0.74/24.4*1.6 || unknown < 3 || beyond < 100 {
		t.Errorf("at most %g in a cell, %d cells unknown, %d beyond", most, unknown, beyond)
	}
	if _, err := Spread([]Inhabited{{Shape: square(0, 0, 1), Stratum: 2}}, 2); !errors.Is(err, ErrInput) {
		t.Errorf("stratum 2 of 2: %v", err)
	}
}

// Scattered cities keep the window's cases, give each place its expectation in
// the mean, and lie as widely about it as was said: by 4,000 cities.
func TestScattering(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 8))
	base, window := Base{make([]float64, 400)}, make([]Fact, 0, 400)
	for i := range base[0] {
		base[0][i] = 50 + 100*draw.Float64()
		rate := math.Exp(0.5 * draw.NormFloat64())
		window = append(window, Fact{Place: int32(i), Count: int32(base[0][i] * rate / 5)})
	}
	base[0][9] = 0
	r := record(t, row(400), 1, 1, window...)
	trial, err := r.prepare(Question{To: 1, Measure: ByBase, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	s := trial.scattering()
	const cities = 4000
	sum, squares := make([]float64, 400), make([]float64, 400)
	city := make([]int32, 400)
	for range cities {
		clear(city)
		s.deal(city, draw)
		all := 0
		for i, n := range city {
			all += int(n)
			sum[i] += float64(n) / cities
			squares[i] += float64(n) * float64(n) / cities
		}
		if all != s.cases || city[9] != 0 {
			t.Fatalf("%d cases of %d, %d where nobody lives", all, s.cases, city[9])
		}
	}
	if len(s.places) != 399 {
		t.Fatalf("%d places of 399 are inhabited", len(s.places))
	}
	for k, i := range s.places {
		mean, sigma := trial.rates.expected[i], s.sigma[s.block[k]]
		variance := mean + (math.Exp(sigma*sigma)-1)*mean*mean
		if math.Abs(sum[i]-mean) > 5*math.Sqrt(variance/cities)+0.02*mean {
			t.Errorf("place %d has %.2f, want %.2f", i, sum[i], mean)
		}
		if got := squares[i] - sum[i]*sum[i]; got < 0.7*variance || got > 1.4*variance {
			t.Errorf("place %d lies %.1f about its mean, want %.1f", i, got, variance)
		}
	}
}

// A place in trouble is stranger than any scattered city; the same seed
// scatters the same.
func TestReshuffleByBase(t *testing.T) {
	base, facts := Base{make([]float64, 300)}, []Fact{}
	for i := range base[0] {
		base[0][i] = 100
		facts = append(facts, Fact{Place: int32(i), Count: int32(3 + i%3)})
	}
	q := Question{To: 1, Measure: ByBase, Base: base}
	quiet, err := record(t, row(300), 1, 1, facts...).Reshuffle(q, 99, 1)
	if err != nil || quiet.Rank < 20 {
		t.Errorf("a quiet city has rank %d: %v", quiet.Rank, err)
	}
	loud := record(t, row(300), 1, 1, append(facts, Fact{Place: 40, Count: 40})...)
	got, err := loud.Reshuffle(q, 99, 1)
	if err != nil || got.Rank != 1 || got.True.Hot[1] == 0 {
		t.Errorf("a loud city has rank %d, %v hot: %v", got.Rank, got.True.Hot, err)
	}
	if again, _ := loud.Reshuffle(q, 99, 1); !reflect.DeepEqual(again, got) {
		t.Error("the same seed scattered otherwise")
	}
}
