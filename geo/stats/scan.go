package stats

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// ScanData is what a scan looks through: areas (or cells) with their cases in
// steps of time.
type ScanData struct {
	Centres    []orb.Point // of each area, metres on a Plane
	Cases      [][]int     // of each area: in each step, equally many steps for all; with one step the scan is of space alone
	Population []float64   // of each area; nil asks for the space-time permutation model, which needs none
}

// ScanOptions says what to look for. The zero value looks for zones of any
// radius with at most half of the population, in windows of at most half of
// the steps, and simulates nothing.
type ScanOptions struct {
	Share       float64                      // largest share of the population (of the cases, where there is none) in a zone; 0 for 0.5
	Radius      float64                      // largest radius of a zone; 0 for any
	Steps       int                          // longest window; 0 for half of the steps
	Prospective bool                         // only windows that reach the last step: what is going on now
	Distance    func(a, b orb.Point) float64 // nil for the straight line on the plane
	Simulations int                          // 999 is usual
	Seed        uint64
	Clusters    int // most clusters to report; 0 for 10
}

// ScanCluster is a zone and a window with more cases than expected.
type ScanCluster struct {
	Centre   int   // the area in its middle
	Members  []int // the areas of the zone, nearest first
	Radius   float64
	From, To int // window: steps [From, To)
	Cases    int
	Expected float64
	Relative float64 // relative risk: rate inside by rate outside; +Inf where nothing happened outside
	LLR      float64 // logarithm of the likelihood ratio
	P        float64 // rank of LLR among the largest of the simulations; 1 without any
	Gumbel   float64 // p of a Gumbel distribution fitted to the same; NaN with fewer than two
	// Recurrence is how many analyses like this one it takes until chance alone
	// gives such a cluster, on average: 1/P. Of prospective scans only, else 0.
	Recurrence float64
}

// Scan finds the zones in which cases cluster: all circles about a centre, times
// all windows, are compared by their likelihood ratio
//
//	c ln(c/E) + (C−c) ln((C−c)/(C−E))   where c > E
//
// of c cases with E expected among C. Expected is the share of the population,
// times the share of the steps; in the permutation model the share of the
// zone's own cases that the window has in the whole city. Clusters come with
// the largest ratio first, and none shares an area with one before it. P
// compares each with the largest ratio of every simulation, so the many zones
// are allowed for; for the clusters after the first it errs to the safe side.
//
// Areas at the same distance enter a zone together. An area whose centre is
// unknown is left out, with its cases.
//
// Source: Kulldorff 1997 (space), 2001 (prospective); Kulldorff et al. 2005
// (permutation); Abrams, Kleinman and Kulldorff 2010 (Gumbel). SaTScan in
// degrees scans circles on the sphere, tools fed degrees as a plane scan
// ellipses: neither agrees with circles in metres.
func Scan(data ScanData, options ScanOptions) ([]ScanCluster, error) {
	s, err := newScanner(data, options)
	if err != nil || s.all == 0 {
		return nil, err
	}
	limit := options.Clusters
	if limit <= 0 {
		limit = 10
	}
	var clusters []ScanCluster
	blocked := make([]bool, len(s.numbers))
	for len(clusters) < limit {
		best := s.search(s.cases, blocked, make([]int32, s.steps))
		if !(best.llr > 0) {
			break
		}
		for _, area := range s.zones[best.centre].order[:best.size] {
			blocked[area] = true
		}
		clusters = append(clusters, s.describe(best))
	}
	if options.Simulations > 0 && len(clusters) > 0 {
		largest := s.simulateLargest(options.Simulations, options.Seed)
		for i := range clusters {
			c := &clusters[i]
			c.P, c.Gumbel = rank(c.LLR, largest), gumbel(c.LLR, largest)
		}
	}
	for i := range clusters {
		if options.Prospective {
			clusters[i].Recurrence = 1 / clusters[i].P
		}
	}
	return clusters, nil
}

// llr is the logarithm of the likelihood ratio of more cases than expected.
func llr(cases, expected, all float64) float64 {
	if !(cases > expected) {
		return 0
	}
	ratio := cases * math.Log(cases/expected)
	if cases < all {
		ratio += (all - cases) * math.Log((all-cases)/(all-expected))
	}
	return ratio
}

// scanner is the known areas with their zones.
type scanner struct {
	numbers    []int     // of each area in the caller's list
	cases      []int32   // area by step
	population []float64 // nil in the permutation model
	steps      int
	longest    int // window
	now        bool
	all        int     // cases
	people     float64 // population
	totals     []int   // cases of each area
	inStep     []int   // cases of all areas before each step, and of all
	zones      []zones
}

// zones is the circles about one centre: the areas in the order in which they
// enter, their distances, and where a circle may end.
type zones struct {
	order    []int32
	distance []float64
	ends     []bool
}

// found is a zone and a window by their numbers.
type found struct {
	llr      float64
	centre   int
	size     int
	from, to int
	cases    int
	expected float64
}

// search is the best zone and window of the cases, of zones that hold no
// blocked area; sums is scratch of one number for each step.
func (s *scanner) search(cases []int32, blocked []bool, sums []int32) (best found) {
	first := 0 // step that a window may hold
	if s.now {
		first = s.steps - s.longest
	}
	for centre := range s.zones {
		z := &s.zones[centre]
		clear(sums)
		people, total, grown := 0.0, 0, false
		for k, area := range z.order {
			if blocked != nil && blocked[area] {
				break // and of areas that enter together none does without the others
			}
			if s.population != nil {
				people += s.population[area]
			} else {
				total += s.totals[area]
			}
			var gained int32
			row := cases[int(area)*s.steps+first : (int(area)+1)*s.steps]
			into := sums[first:][:len(row)]
			for step, c := range row {
				into[step] += c
				gained |= c
			}
			grown = grown || gained > 0
			// A zone that gained no case in any window is no better than the last.
			if z.ends[k] && grown {
				grown = false
				if s.windows(sums, total, people, &best) {
					best.centre, best.size = centre, k+1
				}
			}
		}
	}
	return best
}

// windows puts the best window of one zone into best, if it is better. One that
// begins with a step without cases is no better than the same without that
// step. What cannot be better is passed over without a logarithm: the ratio is
// at most c (c−E)/E.
func (s *scanner) windows(sums []int32, total int, people float64, best *found) (better bool) {
	all := float64(s.all)
	first := 1
	if s.now {
		first = s.steps
	}
	for to := s.steps; to >= first; to-- {
		cases := 0
		for from := to - 1; from >= max(0, to-s.longest); from-- {
			if sums[from] == 0 {
				continue
			}
			cases += int(sums[from])
			var expected float64
			if s.population != nil {
				expected = all * people / s.people * float64(to-from) / float64(s.steps)
			} else {
				expected = float64(total) * float64(s.inStep[to]-s.inStep[from]) / all
			}
			c := float64(cases)
			if c <= expected || c*(c-expected) <= best.llr*expected {
				continue
			}
			if ratio := llr(c, expected, all); ratio > best.llr {
				*best = found{llr: ratio, from: from, to: to, cases: cases, expected: expected}
				better = true
			}
		}
	}
	return better
}

// describe tells what was found in the caller's terms.
func (s *scanner) describe(f found) ScanCluster {
	z := s.zones[f.centre]
	c := ScanCluster{
		Centre: s.numbers[f.centre], Radius: z.distance[f.size-1], From: f.from, To: f.to,
		Cases: f.cases, Expected: f.expected, LLR: f.llr, P: 1, Gumbel: math.NaN(),
	}
	for _, area := range z.order[:f.size] {
		c.Members = append(c.Members, s.numbers[area])
	}
	inside, outside := float64(f.cases)/f.expected, float64(s.all-f.cases)/(float64(s.all)-f.expected)
	c.Relative = inside / outside
	return c
}

// simulateLargest is the largest ratio of every simulation: cases fall on
// people and steps by chance, or keep their areas and exchange their steps.
func (s *scanner) simulateLargest(n int, seed uint64) []float64 {
	largest := make([]float64, n)
	type scratch struct {
		cases, sums []int32
		stepOf      []int32
	}
	var areaOf, stepOf []int32 // of every case
	for i, count := range s.cases {
		for range count {
			areaOf, stepOf = append(areaOf, int32(i/s.steps)), append(stepOf, int32(i%s.steps))
		}
	}
	draw := newLottery(s.population)
	simulate(n, seed, func() scratch {
		return scratch{make([]int32, len(s.cases)), make([]int32, s.steps), make([]int32, len(stepOf))}
	}, func(k int, own scratch, r *rand.Rand) {
		clear(own.cases)
		if s.population != nil {
			for range s.all {
				own.cases[draw.one(r)*s.steps+r.IntN(s.steps)]++
			}
		} else {
			copy(own.stepOf, stepOf)
			r.Shuffle(len(own.stepOf), func(i, j int) { own.stepOf[i], own.stepOf[j] = own.stepOf[j], own.stepOf[i] })
			for i, area := range areaOf {
				own.cases[int(area)*s.steps+int(own.stepOf[i])]++
			}
		}
		largest[k] = s.search(own.cases, nil, own.sums).llr
	})
	return largest
}

// gumbel is the probability of a value or a larger one under the Gumbel
// distribution with the mean and the spread of the sample.
func gumbel(value float64, sample []float64) float64 {
	n := float64(len(sample))
	if n < 2 {
		return math.NaN()
	}
	mean, squares := 0.0, 0.0
	for _, v := range sample {
		mean += v / n
	}
	for _, v := range sample {
		squares += (v - mean) * (v - mean)
	}
	scale := math.Sqrt(squares/(n-1)) * math.Sqrt(6) / math.Pi
	if !(scale > 0) {
		return math.NaN()
	}
	const euler = 0.57721566490153286
	return -math.Expm1(-math.Exp(-(value - (mean - euler*scale)) / scale))
}

// lottery draws numbers with given chances (Walker 1977, Vose 1991).
type lottery struct {
	keep  []float64
	other []int32
}

func newLottery(weights []float64) lottery {
	n := len(weights)
	l := lottery{make([]float64, n), make([]int32, n)}
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	var small, large []int32
	for i, w := range weights {
		l.keep[i], l.other[i] = w/sum*float64(n), int32(i)
		if l.keep[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		a, b := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		l.other[a] = b
		l.keep[b] -= 1 - l.keep[a]
		if l.keep[b] < 1 {
			large, small = large[:len(large)-1], append(small, b)
		}
	}
	// What is left over weighs 1 but for rounding.
	for _, i := range append(small, large...) {
		l.keep[i] = 1
	}
	return l
}

func (l lottery) one(r *rand.Rand) int {
	i := r.IntN(len(l.keep))
	if r.Float64() < l.keep[i] {
		return i
	}
	return int(l.other[i])
}
