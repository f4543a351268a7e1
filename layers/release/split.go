package release

import (
	"cmp"
	"math"
	"slices"

	"sitmap/geo/hex"
)

// directions is how many lines are tried for a cut.
const directions = 16

// leastShare is the smallest share of the weight that a half should have.
const leastShare = 0.36

// split parts areas into two compact halves of about the same weight: along
// the line that leaves each half closest together, then so that neither is in
// two pieces where it can be helped. A line through the middle of the weight
// runs through the town, so both halves have town and country: no half is
// empty of what only towns or only villages know.
func (s *sower) split(groups []*group) (left, right []*group) {
	total := 0.0
	for _, g := range groups {
		total += g.weight
	}
	slices.SortFunc(groups, func(a, b *group) int { return cmp.Compare(a.number, b.number) })
	best := math.Inf(1)
	for d := range directions {
		angle := math.Pi * float64(d) / directions
		along := func(g *group) float64 { return g.at[0]*math.Cos(angle) + g.at[1]*math.Sin(angle) }
		sorted := slices.Clone(groups)
		slices.SortStableFunc(sorted, func(a, b *group) int { return cmp.Compare(along(a), along(b)) })
		weight := 0.0
		for i := 1; i < len(sorted); i++ {
			weight += sorted[i-1].weight
			share := min(weight, total-weight) / total
			score := spread(sorted[:i]) + spread(sorted[i:])
			if share < leastShare { // worse than any balanced cut
				score += spread(sorted) * (1 + 10*(leastShare-share))
			}
			if score < best {
				best = score
				left, right = slices.Clone(sorted[:i]), slices.Clone(sorted[i:])
			}
		}
	}
	return s.joined(left, right)
}

// spread is the weighted sum of squared distances from the centre, km².
func spread(groups []*group) float64 {
	var w, x, y, xx float64
	for _, g := range groups {
		w += g.weight
		x += g.weight * g.at[0]
		y += g.weight * g.at[1]
		xx += g.weight * (g.at[0]*g.at[0] + g.at[1]*g.at[1])
	}
	return max(0, xx-(x*x+y*y)/w)
}

// joined moves pieces that are cut off from the rest of their half to the other
// half, if they touch it and the half keeps its largest piece.
func (s *sower) joined(left, right []*group) ([]*group, []*group) {
	if len(s.neighbours) == 0 {
		return left, right
	}
	for range 2 {
		keepLeft, looseLeft := s.pieces(left)
		keepRight, looseRight := s.pieces(right)
		if len(looseLeft)+len(looseRight) == 0 {
			break
		}
		for _, g := range looseLeft {
			if s.touches(g, keepRight) {
				keepRight = append(keepRight, g)
			} else {
				keepLeft = append(keepLeft, g)
			}
		}
		for _, g := range looseRight {
			if s.touches(g, keepLeft) {
				keepLeft = append(keepLeft, g)
			} else {
				keepRight = append(keepRight, g)
			}
		}
		left, right = keepLeft, keepRight
	}
	return left, right
}

// pieces parts areas into the heaviest connected piece and the rest.
func (s *sower) pieces(groups []*group) (main, loose []*group) {
	piece := make([]int, len(groups))
	var weights []float64
	for start := range groups {
		if piece[start] > 0 {
			continue
		}
		weights = append(weights, 0)
		number := len(weights)
		piece[start] = number
		for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
			weights[number-1] += groups[queue[0]].weight
			for j := range groups {
				if piece[j] == 0 && s.touches(groups[queue[0]], groups[j:j+1]) {
					piece[j] = number
					queue = append(queue, j)
				}
			}
		}
	}
	heaviest := slices.Index(weights, slices.Max(weights)) + 1
	for i, g := range groups {
		if piece[i] == heaviest {
			main = append(main, g)
		} else {
			loose = append(loose, g)
		}
	}
	return main, loose
}

func (s *sower) touches(g *group, others []*group) bool {
	for _, other := range others {
		for _, a := range g.members {
			for _, b := range other.members {
				if s.neighbours[[2]int64{s.villages[a].Number, s.villages[b].Number}] {
					return true
				}
			}
		}
	}
	return false
}

// neighboursOf tells which villages have cells side by side.
func neighboursOf(places []Place) map[[2]int64]bool {
	near := make(map[[2]int64]bool)
	owner := make(map[hex.Cell]int64, len(places))
	for _, p := range places {
		owner[p.Cell] = p.Area
	}
	for _, p := range places {
		disk, err := p.Cell.Disk(1)
		if err != nil {
			continue // a pentagon or no cell: nobody's neighbour
		}
		for _, c := range disk {
			if other, ok := owner[c]; ok && other != p.Area {
				near[[2]int64{p.Area, other}] = true
				near[[2]int64{other, p.Area}] = true
			}
		}
	}
	return near
}
