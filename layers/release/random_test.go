package release

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// randomCity is a small city with a few hundred cases in the months of a span.
func randomCity(seed uint64, span Span, categories, cases int) (*Ground, []Fact) {
	r := rand.New(rand.NewPCG(seed, 7))
	g := &Ground{City: 100100000000000}
	for c := range categories {
		g.Categories = append(g.Categories, uint8(c+1))
	}
	var weights []float64
	for county := range 2 + r.IntN(2) {
		for town := range 1 + r.IntN(3) {
			for village := range 1 + r.IntN(3) {
				number := g.City + int64(county+1)*1_000_000_000 + int64(town+1)*1_000_000 + int64(village+1)*1000
				w := 1 + r.IntN(9)
				g.Villages = append(g.Villages, Village{number, w, orb.Point{100 + r.Float64(), 30 + r.Float64()}})
				weights = append(weights, float64(w)*(0.3+r.Float64()))
			}
		}
	}
	var facts []Fact
	for range cases {
		category := min(r.IntN(categories), r.IntN(categories))
		facts = append(facts, Fact{
			Area: g.Villages[pick(r, weights)].Number, Month: span.From + Month(r.IntN(int(span.To-span.From))),
			Category: g.Categories[category], Count: 1,
		})
	}
	return g, facts
}

func pick(r *rand.Rand, weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at := r.Float64() * total
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// Every number that the release withholds stays open by linear programming over
// everything it says, and no witness claims more than linear programming allows.
func TestBoundsOfRandomCities(t *testing.T) {
	rule := Rule{5}
	withheld, shown := 0, 0
	for seed := range uint64(20) {
		span := Span{2015 * 12, 2015*12 + []Month{3, 6, 4, 12}[seed%4]}
		g, facts := randomCity(seed, span, 2+int(seed%3), 40*int(span.To-span.From))
		s, _, err := Build(facts, g, span, rule, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range blocksOf(span) {
			b := s.block(part)
			attack, err := NewAttack(s, b.span, true)
			if err != nil {
				t.Fatal(err)
			}
			a := newAuditor(b, rule)
			b.withheld(func(l int, n int32) {
				f := a.prove(l, n)
				p, c := b.parts(l)
				bound, err := attack.Bounds(int(n), b.periods[p], c)
				if err != nil {
					t.Fatal(err)
				}
				withheld++
				if bound.Low.Float() > float64(f.count-f.down) || bound.High.Float() < float64(f.count+f.up) {
					t.Errorf("city %d, %v, category %d, place %d: a witness says %d − %d to + %d, all numbers say %+v", seed, b.periods[p], c, n, f.count, f.down, f.up, bound)
				}
				if bound.Width() < float64(f.need) {
					t.Errorf("city %d, %v, category %d, place %d: %d lies in %+v, narrower than %d", seed, b.periods[p], c, n, f.count, bound, f.need)
				}
			})
		}
		shown += s.size()
	}
	t.Logf("%d withheld numbers, %d published ones", withheld, shown)
}

// everything asks for all places of a period.
func everything(periods ...Period) Query {
	return Query{Periods: periods, Within: layers.Everywhere}
}
