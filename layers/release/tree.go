package release

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// node is a piece of the city. Its leaves are leaf numbers [from, to), its
// villages [firstVillage, lastVillage] in the order of the leaves.
type node struct {
	parent, left, right       int32 // −1 where there is none
	from, to                  int32
	firstVillage, lastVillage int32
	// cut parts the cells of a village, or of a patch of it: smaller ones to the
	// left. 0 where villages are parted, or nothing is.
	cut hex.Cell
}

// tree is all the pieces that any number may be about. It follows from the
// ground alone and stays as long as the releases go on.
type tree struct {
	nodes    []node // the root first, every node before what is below it
	leaves   []int32
	villages []Village       // in the order of the leaves
	home     map[int64]int32 // village number → its node
	areas    map[int64]int32 // area number of any level → the smallest node that is it
	order    map[layers.Level][]int64
	city     int64
	cellsAt  int // resolution of the places, −1 without
}

// leavesFor is about how many leaves a tree gets: so many that in a year one
// leaf expects the threshold. It follows from the city's yearly total, which is
// public.
func leavesFor(yearly int, r Rule) int { return max(1, yearly/r.Threshold) }

// group is some villages that the tree keeps together at first.
type group struct {
	number  int64
	members []int // into the sower's villages
	weight  float64
	at      [2]float64 // kilometres east and north of somewhere
}

// sower builds a tree.
type sower struct {
	villages   []Village
	cells      map[int64][]hex.Cell // of a village, sorted
	neighbours map[[2]int64]bool    // village numbers, both ways
	leafWeight float64
	t          *tree
}

// newTree halves the ground: by counties, inside them by townships, then by
// villages, then by cells, until a leaf weighs a share of 1/leaves.
func newTree(g *Ground, leaves int) (*tree, error) {
	if len(g.Villages) == 0 {
		return nil, fmt.Errorf("a release needs the villages of the city: %w", layers.ErrInvalid)
	}
	s := &sower{villages: slices.Clone(g.Villages), cells: make(map[int64][]hex.Cell), t: &tree{city: g.City, cellsAt: -1}}
	slices.SortFunc(s.villages, func(a, b Village) int { return cmp.Compare(a.Number, b.Number) })
	total := 0.0
	for i := range s.villages {
		if i > 0 && s.villages[i].Number == s.villages[i-1].Number {
			return nil, fmt.Errorf("village %d is there twice: %w", s.villages[i].Number, layers.ErrInvalid)
		}
		total += weightOf(s.villages[i])
	}
	s.leafWeight = total / float64(leaves)
	for _, p := range g.Places {
		if s.t.cellsAt < 0 {
			s.t.cellsAt = p.Cell.Resolution()
		}
		if p.Cell.Resolution() != s.t.cellsAt {
			return nil, fmt.Errorf("places of resolutions %d and %d: %w", s.t.cellsAt, p.Cell.Resolution(), layers.ErrInvalid)
		}
		s.cells[p.Area] = append(s.cells[p.Area], p.Cell)
	}
	for _, cells := range s.cells {
		slices.Sort(cells)
	}
	s.neighbours = neighboursOf(g.Places)
	root := s.level(s.all(), []layers.Level{layers.County, layers.Township, layers.Village}, -1)
	s.t.number(root)
	return s.t, s.t.name()
}

func weightOf(v Village) float64 { return float64(max(1, v.Weight)) }

func (s *sower) all() []int {
	all := make([]int, len(s.villages))
	for i := range all {
		all[i] = i
	}
	return all
}

// level builds the node of some villages: halves of the areas of the first
// level, and inside each the next.
func (s *sower) level(members []int, rest []layers.Level, parent int32) int32 {
	if len(rest) == 0 {
		return s.patches(members[0], s.cells[s.villages[members[0]].Number], weightOf(s.villages[members[0]]), parent)
	}
	byArea := make(map[int64]*group)
	var groups []*group
	for _, m := range members {
		number := areaAt(s.villages[m].Number, rest[0])
		g := byArea[number]
		if g == nil {
			g = &group{number: number}
			byArea[number] = g
			groups = append(groups, g)
		}
		g.add(m, s.villages[m])
	}
	return s.halve(groups, rest, parent)
}

func (g *group) add(member int, v Village) {
	w := weightOf(v)
	x, y := v.Centre[0]*math.Cos(v.Centre[1]*math.Pi/180)*degreeKm, v.Centre[1]*degreeKm
	g.at[0] = (g.at[0]*g.weight + x*w) / (g.weight + w)
	g.at[1] = (g.at[1]*g.weight + y*w) / (g.weight + w)
	g.weight += w
	g.members = append(g.members, member)
}

// degreeKm is a degree of latitude in kilometres; only the shape of halves
// depends on it.
const degreeKm = 111.2

// halve builds the node of some areas of one level.
func (s *sower) halve(groups []*group, rest []layers.Level, parent int32) int32 {
	if len(groups) == 1 {
		return s.level(groups[0].members, rest[1:], parent)
	}
	n := s.t.add(node{parent: parent, left: -1, right: -1})
	left, right := s.split(groups)
	l := s.halve(left, rest, n)
	r := s.halve(right, rest, n)
	s.t.nodes[n].left, s.t.nodes[n].right = l, r
	return n
}

func (t *tree) add(n node) int32 {
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

// patches halves the cells of one village while both halves still weigh a leaf.
func (s *sower) patches(village int, cells []hex.Cell, weight float64, parent int32) int32 {
	v := int32(len(s.t.villages))
	if last := v - 1; last >= 0 && s.t.villages[last].Number == s.villages[village].Number {
		v = last
	} else {
		s.t.villages = append(s.t.villages, s.villages[village])
	}
	n := s.t.add(node{parent: parent, left: -1, right: -1, firstVillage: v, lastVillage: v})
	if len(cells) < 2 || weight < 2*s.leafWeight {
		return n
	}
	at := middleCut(cells)
	share := float64(at) / float64(len(cells))
	s.t.nodes[n].cut = cells[at]
	l := s.patches(village, cells[:at], weight*share, n)
	r := s.patches(village, cells[at:], weight*(1-share), n)
	s.t.nodes[n].left, s.t.nodes[n].right = l, r
	return n
}

// middleCut is where sorted cells are best parted: near the middle, between two
// cells that belong to different parents as coarse as possible.
func middleCut(cells []hex.Cell) int {
	best, bestScore := len(cells)/2, math.Inf(-1)
	for i := max(1, len(cells)*3/10); i <= len(cells)*7/10 && i < len(cells); i++ {
		shared := 0
		for r := cells[i].Resolution() - 1; r > 0; r-- {
			if cells[i].Parent(r) == cells[i-1].Parent(r) {
				break
			}
			shared++
		}
		score := float64(shared) - 4*math.Abs(float64(i)/float64(len(cells))-0.5)
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// number gives the leaves their numbers from left to right, and every node its
// run of leaves and villages.
func (t *tree) number(n int32) {
	at := &t.nodes[n]
	at.from = int32(len(t.leaves))
	if at.left < 0 {
		t.leaves = append(t.leaves, n)
		at.lastVillage = at.firstVillage
	} else {
		t.number(at.left)
		t.number(at.right)
		at.firstVillage = t.nodes[at.left].firstVillage
		at.lastVillage = t.nodes[at.right].lastVillage
	}
	at.to = int32(len(t.leaves))
}

// name finds the node of every area; each must have one.
func (t *tree) name() error {
	t.home, t.areas, t.order = make(map[int64]int32), make(map[int64]int32), make(map[layers.Level][]int64)
	t.areas[t.city], t.order[layers.City] = 0, []int64{t.city}
	for _, level := range []layers.Level{layers.County, layers.Township, layers.Village} {
		for first := 0; first < len(t.villages); {
			number := areaAt(t.villages[first].Number, level)
			last := first
			for last+1 < len(t.villages) && areaAt(t.villages[last+1].Number, level) == number {
				last++
			}
			n := int32(0)
			for t.nodes[n].firstVillage != int32(first) || t.nodes[n].lastVillage != int32(last) {
				if n = t.nodes[n].left; n >= 0 && t.nodes[n].lastVillage < int32(first) {
					n = t.nodes[t.nodes[n].parent].right
				}
				if n < 0 {
					return fmt.Errorf("area %d is no piece of the tree: %w", number, layers.ErrInvalid)
				}
			}
			if _, twice := t.areas[number]; twice && level != layers.Village || number == t.city {
				return fmt.Errorf("area %d is there twice: %w", number, layers.ErrInvalid)
			}
			t.areas[number] = n
			if level == layers.Village {
				t.home[number] = n
			}
			t.order[level] = append(t.order[level], number)
			first = last + 1
		}
	}
	return nil
}

// leafOf is the leaf that holds a cell of a village; false for a village that
// the ground does not have.
func (t *tree) leafOf(village int64, c hex.Cell) (int32, bool) {
	n, ok := t.home[village]
	if !ok {
		return 0, false
	}
	if t.cellsAt >= 0 && c != 0 {
		c = c.Parent(t.cellsAt)
	}
	for t.nodes[n].left >= 0 {
		if c < t.nodes[n].cut {
			n = t.nodes[n].left
		} else {
			n = t.nodes[n].right
		}
	}
	return t.nodes[n].from, true
}

// within tells whether node a lies in node b or is it.
func (t *tree) within(a, b int32) bool {
	return t.nodes[b].from <= t.nodes[a].from && t.nodes[a].to <= t.nodes[b].to
}

// areaAt is the number of the area of a level that holds a village.
func areaAt(village int64, level layers.Level) int64 {
	width := int64(1)
	for i := level.Digits(); i < layers.AreaDigits; i++ {
		width *= 10
	}
	return village / width * width
}
