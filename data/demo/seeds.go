package demo

import (
	"fmt"
	"math"

	"sitmap/data/demo/planar"
)

// cellSeed is the middle of a future grid.
type cellSeed struct {
	at     place
	county int
	urban  bool // a block between streets
	fixed  bool // stays where it is when the others are evened out
	wild   bool // desert or mountain pasture
}

// sowing collects the seeds of a county and keeps them apart.
type sowing struct {
	*ground
	territory
	county   int
	seeds    []cellSeed
	buckets  map[[2]int32][]int32
	quarters []quarter
}

// sow places exactly as many seeds as the county has grids: the blocks of the
// quarters, one for each hamlet, then the fields around the hamlets, densest
// in their middle, and the wilderness. It returns the seed of each hamlet.
func (g *ground) sow(t territory, county int, hamlets []hamlet, quarters []quarter, d dice) ([]cellSeed, []int, error) {
	s := &sowing{ground: g, territory: t, county: county, buckets: map[[2]int32][]int32{}, quarters: quarters}
	for _, q := range quarters {
		s.addBlocks(q)
	}
	home := s.addHamlets(hamlets)
	s.addRims()
	fields := t.grids - t.wilderness - len(s.seeds)
	if fields < 0 {
		return nil, nil, fmt.Errorf("%s: quarters and hamlets alone need %d grids", t.nameEn, len(s.seeds))
	}
	s.addFields(hamlets, fields, d)
	s.addWilderness(hamlets, t.grids-len(s.seeds), d)
	return s.seeds, home, nil
}

const bucket = 4500 // lattice steps, about 500 m

func bucketOf(p place) [2]int32 { return [2]int32{p.X / bucket, p.Y / bucket} }

func (s *sowing) add(p place, urban, fixed bool) int {
	i := len(s.seeds)
	s.seeds = append(s.seeds, cellSeed{at: p, county: s.county, urban: urban, fixed: fixed})
	b := bucketOf(p)
	s.buckets[b] = append(s.buckets[b], int32(i))
	return i
}

// nearest is the seed closest to p within reach, which must not exceed the
// size of a bucket; -1 where there is none.
func (s *sowing) nearest(p place, reach float64, allowed func(i int) bool) int {
	best, bestDistance := -1, reach
	b := bucketOf(p)
	for y := b[1] - 1; y <= b[1]+1; y++ {
		for x := b[0] - 1; x <= b[0]+1; x++ {
			for _, i := range s.buckets[[2]int32{x, y}] {
				if distance := metres(p, s.seeds[i].at); distance < bestDistance && allowed(int(i)) {
					best, bestDistance = int(i), distance
				}
			}
		}
	}
	return best
}

func anySeed(int) bool { return true }

// addBlocks comes first and with the seat first, so that the seat's blocks
// are numbered as its communities know them.
func (s *sowing) addBlocks(q quarter) {
	for _, p := range q.blocks(s.region) {
		s.add(p, true, true)
	}
}

// addRims grades the cells from the blocks of a town to the fields outside.
func (s *sowing) addRims() {
	for _, q := range s.quarters {
		s.addRim(q.rim(s.region, 150, 230), 110)
		if q.seat {
			s.addRim(q.rim(s.region, 460, 420), 240)
			s.addRim(q.rim(s.region, 1000, 800), 450)
		}
	}
}

func (s *sowing) addRim(ring []place, gap float64) {
	for _, p := range ring {
		if s.nearest(p, gap, anySeed) < 0 {
			s.add(p, false, true)
		}
	}
}

// addHamlets gives every hamlet a seed of its own: the nearest free block
// where it lies in a quarter, else a new one.
func (s *sowing) addHamlets(hamlets []hamlet) []int {
	used := make(map[int]bool)
	home := make([]int, len(hamlets))
	for i, h := range hamlets {
		seed := s.nearest(h.centre, 130, func(i int) bool { return s.seeds[i].urban && !used[i] })
		if seed < 0 {
			seed = s.add(s.clear(h.centre), false, false)
		}
		used[seed] = true
		home[i] = seed
	}
	return home
}

// clear moves p aside until no seed is closer than 60 m.
func (s *sowing) clear(p place) place {
	for turn := 0.0; s.nearest(p, 60, anySeed) >= 0 || !s.region.Contains(p); turn += 50 {
		p = towards(p, turn*7, 40+turn)
	}
	return p
}

func (s *sowing) inQuarter(p place) bool {
	for _, q := range s.quarters {
		if q.holds(q.centre, p, 1.05) {
			return true
		}
	}
	return false
}

// addFields spreads grids around the hamlets. Four in ten lie in the village
// itself, the others in its fields.
func (s *sowing) addFields(hamlets []hamlet, total int, d dice) {
	weights := make([]float64, len(hamlets))
	for i, h := range hamlets {
		weights[i] = math.Exp(0.35*d.NormFloat64()) * (0.5 + h.room/2400)
		if h.urban() {
			weights[i] = 0
		}
	}
	for i, n := range apportion(total, weights) {
		h := hamlets[i]
		core := math.Min(math.Max(h.room*0.2, 130), 420)
		for k := range n {
			sigma, gap := h.room*0.42, h.room*0.16
			if k < n*4/10 {
				sigma, gap = core, core*0.55
			}
			s.scatter(h.centre, sigma, gap, d)
		}
	}
}

// scatter adds a seed around the centre that keeps the gap to all others; the
// gap shrinks and the reach grows as long as no place is found.
func (s *sowing) scatter(centre place, sigma, gap float64, d dice) {
	for {
		p := d.near(centre, sigma)
		if s.region.Contains(p) && !s.inQuarter(p) && !s.inLake(p) && s.nearest(p, math.Min(gap, 490), anySeed) < 0 {
			s.add(p, false, false)
			return
		}
		gap = math.Max(gap*0.95, 45)
		sigma *= 1.02
	}
}

// addWilderness spreads the remaining seeds evenly over what is empty.
func (s *sowing) addWilderness(hamlets []hamlet, total int, d dice) {
	low, high := s.rings[0][0], s.rings[0][0]
	for _, p := range s.rings[0] {
		low.X, low.Y = min(low.X, p.X), min(low.Y, p.Y)
		high.X, high.Y = max(high.X, p.X), max(high.Y, p.Y)
	}
	var wild []place
	for range total {
		var best place
		bestRoom := -1.0
		for tries := 0; tries < 6 || bestRoom < 300; tries++ {
			p := place{X: low.X + d.Int32N(high.X-low.X), Y: low.Y + d.Int32N(high.Y-low.Y)}
			if !s.region.Contains(p) || s.inLake(p) || s.nearest(p, 300, anySeed) >= 0 {
				continue
			}
			room := math.Inf(1)
			for _, h := range hamlets {
				room = math.Min(room, metres(p, h.centre)-h.room)
			}
			for _, w := range wild {
				room = math.Min(room, metres(p, w))
			}
			if room = math.Max(room, 300); room > bestRoom {
				best, bestRoom = p, room
			}
		}
		wild = append(wild, best)
		s.seeds[s.add(best, false, false)].wild = true
	}
}

// relax evens out the seeds in the fields; blocks and their rims stay.
func relax(t territory, seeds []cellSeed, rounds int) error {
	points := make([]place, len(seeds))
	for range rounds {
		for i, s := range seeds {
			points[i] = s.at
		}
		mesh, err := planar.Triangulate(points, cityAspect)
		if err != nil {
			return fmt.Errorf("%s: %w", t.nameEn, err)
		}
		for i, p := range mesh.Relax(0.7, func(i int) bool { return !seeds[i].fixed }) {
			if t.region.Contains(p) {
				seeds[i].at = p
			}
		}
	}
	return nil
}
