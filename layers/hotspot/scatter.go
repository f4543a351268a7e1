package hotspot

import (
	"math"
	"math/rand/v2"
	"sort"
)

// scattering is how cases fall on a city where nothing sets one place apart but
// its base, and that places differ as widely as they do: neighbourhoods of the
// size that is judged have a rate of their own by chance, and the window's
// cases fall on places by base times rate.
type scattering struct {
	places []int32
	share  []float64 // expected of each place
	block  []int32   // neighbourhood of each place
	sigma  []float64 // of each neighbourhood: the deviation of its rate's logarithm
	cases  int
	upTo   []float64 // scratch: shares times rates, added up
}

// scattering divides the measured places into neighbourhoods: each judged place
// that none holds yet, with those within its reach that none holds.
func (t *trial) scattering() *scattering {
	s := &scattering{}
	block := make([]int32, len(t.window))
	for at := range t.reach.judged {
		mine := int32(len(s.sigma)) + 1
		found := false
		for _, place := range t.reach.of(at) {
			if block[place] == 0 && t.rates.expected[place] > 0 {
				block[place], found = mine, true
			}
		}
		if found {
			s.sigma = append(s.sigma, math.Sqrt(math.Log1p(t.spread[at])))
		}
	}
	for place, b := range block {
		if b > 0 {
			s.places, s.share, s.block = append(s.places, int32(place)), append(s.share, t.rates.expected[place]), append(s.block, b-1)
			s.cases += int(t.window[place])
		}
	}
	s.upTo = make([]float64, len(s.places))
	return s
}

// deal lets the window's cases fall.
func (s *scattering) deal(window []int32, draw *rand.Rand) {
	if len(s.places) == 0 {
		return
	}
	rate := make([]float64, len(s.sigma))
	for i, sigma := range s.sigma {
		rate[i] = math.Exp(sigma*draw.NormFloat64() - sigma*sigma/2)
	}
	sum := 0.0
	for i, share := range s.share {
		sum += share * rate[s.block[i]]
		s.upTo[i] = sum
	}
	for range s.cases {
		at := sort.SearchFloat64s(s.upTo, math.Nextafter(draw.Float64()*sum, math.Inf(1)))
		window[s.places[min(at, len(s.places)-1)]]++
	}
}
