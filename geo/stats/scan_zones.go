package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// maxZones bounds the circles that a scan looks through.
const maxZones = 1 << 25

// newScanner checks the question and lays out its zones.
func newScanner(data ScanData, options ScanOptions) (*scanner, error) {
	n := len(data.Centres)
	if len(data.Cases) != n || data.Population != nil && len(data.Population) != n {
		return nil, fmt.Errorf("%w: %d centres, %d areas with cases, %d with a population", ErrInput, n, len(data.Cases), len(data.Population))
	}
	if options.Share < 0 || options.Share > 1 || options.Share != options.Share || options.Radius < 0 || options.Radius != options.Radius {
		return nil, fmt.Errorf("%w: share %g is not between 0 and 1, or radius %g is negative", ErrInput, options.Share, options.Radius)
	}
	s := &scanner{now: options.Prospective}
	if n == 0 {
		return s, nil
	}
	s.steps = len(data.Cases[0])
	if s.steps == 0 || data.Population == nil && s.steps < 2 {
		return nil, fmt.Errorf("%w: %d steps of time; the permutation model needs two", ErrInput, s.steps)
	}
	s.longest = options.Steps
	if s.longest <= 0 {
		s.longest = max(1, s.steps/2)
	}
	s.longest = min(s.longest, s.steps)
	if err := s.load(data); err != nil || s.all == 0 {
		return s, err
	}
	share := options.Share
	if share == 0 {
		share = 0.5
	}
	return s, s.layZones(data.Centres, share, options.Radius, options.Distance)
}

// load takes over the areas whose centre is known.
func (s *scanner) load(data ScanData) error {
	s.inStep = make([]int, s.steps+1)
	for i, p := range data.Centres {
		if len(data.Cases[i]) != s.steps {
			return fmt.Errorf("%w: area %d has %d steps, the first has %d", ErrInput, i, len(data.Cases[i]), s.steps)
		}
		if !knownPoint(p) {
			continue
		}
		own := 0
		for step, c := range data.Cases[i] {
			if c < 0 || c > math.MaxInt32/2 {
				return fmt.Errorf("%w: area %d has %d cases in step %d", ErrInput, i, c, step)
			}
			s.cases = append(s.cases, int32(c))
			s.inStep[step+1] += c
			own += c
		}
		if data.Population != nil {
			people := data.Population[i]
			if !(people >= 0) || math.IsInf(people, 1) || people == 0 && own > 0 {
				return fmt.Errorf("%w: area %d has a population of %g with %d cases", ErrInput, i, people, own)
			}
			s.population = append(s.population, people)
			s.people += people
		}
		s.numbers = append(s.numbers, i)
		s.totals = append(s.totals, own)
		s.all += own
	}
	if s.all > math.MaxInt32/2 || math.IsInf(s.people, 1) {
		return fmt.Errorf("%w: %d cases among %g people are too many", ErrInput, s.all, s.people)
	}
	for step := range s.steps {
		s.inStep[step+1] += s.inStep[step]
	}
	return nil
}

// layZones orders the areas about each centre until a zone would be too large.
func (s *scanner) layZones(centres []orb.Point, share, radius float64, distance func(a, b orb.Point) float64) error {
	known := make([]orb.Point, len(s.numbers))
	weight := s.population
	if weight == nil {
		weight = make([]float64, len(s.numbers))
	}
	total := s.people
	for i, number := range s.numbers {
		known[i] = centres[number]
		if s.population == nil {
			weight[i] = float64(s.totals[i])
			total += weight[i]
		}
	}
	type member struct {
		area     int32
		distance float64
	}
	var index *nearIndex
	if radius > 0 && distance == nil {
		index = indexNear(known, radius)
	}
	if distance == nil {
		distance = func(a, b orb.Point) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
	}
	if radius == 0 {
		radius = math.Inf(1)
	}
	s.zones = make([]zones, len(known))
	members, count := []member(nil), 0
	for i, p := range known {
		members = members[:0]
		if index != nil {
			index.within(p, radius, func(j int32, squared float64) {
				members = append(members, member{j, math.Sqrt(squared)})
			})
		} else {
			for j, q := range known {
				if d := distance(p, q); d <= radius {
					members = append(members, member{int32(j), d})
				}
			}
		}
		slices.SortFunc(members, func(a, b member) int {
			return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.area, b.area))
		})
		z, inside, end := &s.zones[i], 0.0, 0
		for k, m := range members {
			inside += weight[m.area]
			if inside > share*total {
				break
			}
			if k+1 == len(members) || members[k+1].distance > m.distance {
				end = k + 1
			}
		}
		for k, m := range members[:end] {
			z.order, z.distance = append(z.order, m.area), append(z.distance, m.distance)
			z.ends = append(z.ends, k+1 == end || members[k+1].distance > m.distance)
		}
		if count += end; count > maxZones {
			return fmt.Errorf("%w: more than %d zones; ask for a smaller share or radius", ErrInput, maxZones)
		}
	}
	return nil
}
