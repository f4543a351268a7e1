package demo

import (
	"cmp"
	"slices"

	"sitmap/data/demo/planar"
)

// neighbourhood is the relative neighbourhood graph of the points: two are
// joined unless a third is nearer to both (Toussaint 1980). It joins all
// points, seldom crosses anything, and looks like roads that people made by
// going to their neighbours. Only common neighbours of the triangulation are
// asked, which may leave a few more joints than the strict definition.
func neighbourhood(points []place) [][2]int32 {
	mesh, err := planar.Triangulate(points, cityAspect)
	if err != nil {
		return nil
	}
	pairs := mesh.Neighbours()
	near := make([][]int32, len(points))
	for _, p := range pairs {
		near[p[0]] = append(near[p[0]], p[1])
		near[p[1]] = append(near[p[1]], p[0])
	}
	kept := slices.DeleteFunc(slices.Clone(pairs), func(p [2]int32) bool {
		length := metres(points[p[0]], points[p[1]])
		for _, third := range slices.Concat(near[p[0]], near[p[1]]) {
			if third != p[0] && third != p[1] &&
				metres(points[third], points[p[0]]) < length && metres(points[third], points[p[1]]) < length {
				return true
			}
		}
		return false
	})
	sortPairs(kept)
	return kept
}

func sortPairs(pairs [][2]int32) {
	slices.SortFunc(pairs, func(a, b [2]int32) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}

// stop is a place a village road may lead to.
type stop struct {
	at      place
	quarter int // of a street junction, else -1
	long    int // the long road it lies on, else -1
}

// stops are the hamlets, every third grid around them, the junctions of the
// towns and points along the long roads.
func (b *builder) stops() []stop {
	var list []stop
	seen := make(map[place]bool)
	add := func(s stop) {
		if !seen[s.at] && !b.inLake(s.at) {
			seen[s.at] = true
			list = append(list, s)
		}
	}
	for q, junctions := range b.crossings {
		for _, p := range junctions {
			add(stop{at: p, quarter: q, long: -1})
		}
	}
	for i, r := range b.lines {
		if r.class != trunk && r.class != provincial && r.class != countyRoad {
			continue
		}
		last := r.line[0]
		for _, p := range r.line[1 : len(r.line)-1] {
			if metres(last, p) > 800 {
				add(stop{at: p, quarter: -1, long: i})
				last = p
			}
		}
	}
	for _, v := range b.villages {
		if s := b.seeds[v.home]; !s.urban {
			add(stop{at: s.at, quarter: -1, long: -1})
		}
	}
	for _, s := range b.seeds {
		often := 0.36
		if s.urban || s.wild || mix(b.seed, s.at, s.at, 7) > 2*often-1 {
			continue
		}
		add(stop{at: s.at, quarter: -1, long: -1})
	}
	return list
}

// addVillageRoads joins neighbouring stops where no river lies between.
func (b *builder) addVillageRoads(stops []stop) {
	for _, pair := range neighbourhood(placesOf(stops)) {
		from, to := stops[pair[0]], stops[pair[1]]
		if sameRoad(from, to) || metres(from.at, to.at) > 7000 || b.wet.Crossed(from.at, to.at) || b.leaves(from.at, to.at) {
			continue
		}
		b.addVillageRoad(from, to)
	}
}

// leaves reports whether the straight way from one place to another runs
// through foreign country.
func (g *ground) leaves(from, to place) bool {
	for i := 1; i < 8; i++ {
		if g.countyAt(planar.Between(from, to, float64(i)/8)) < 0 {
			return true
		}
	}
	return false
}

func sameRoad(from, to stop) bool {
	return from.quarter >= 0 && from.quarter == to.quarter || from.long >= 0 && to.long >= 0
}

func (b *builder) addVillageRoad(from, to stop) {
	line := course(b.seed, []place{from.at, to.at}, villageRoad.bends())
	b.lines = append(b.lines, roadLine{class: villageRoad, line: line})
}

func placesOf(stops []stop) []place {
	points := make([]place, len(stops))
	for i, s := range stops {
		points[i] = s.at
	}
	return points
}

// joinRest connects what is still apart, by the shortest links there are,
// across a river where it must be: these are the country's few bridges. A way
// through foreign country or a lake is the last choice.
func (b *builder) joinRest(stops []stop) {
	points := placesOf(stops)
	mesh, err := planar.Triangulate(points, cityAspect)
	if err != nil {
		return
	}
	pairs := mesh.Neighbours()
	sortPairs(pairs)
	cost := make(map[[2]int32]float64, len(pairs))
	for _, p := range pairs {
		cost[p] = metres(points[p[0]], points[p[1]])
		if b.leaves(points[p[0]], points[p[1]]) || b.meetsLake([]place{points[p[0]], points[p[1]]}) {
			cost[p] *= 20
		}
	}
	slices.SortStableFunc(pairs, func(p, q [2]int32) int { return cmp.Compare(cost[p], cost[q]) })
	net := newNetwork(cutAtJunctions(b.lines, nil))
	parts := net.parts()
	number := func(s stop) int32 {
		if s.long >= 0 { // on a road, whose end is a junction in any case
			return net.number[b.lines[s.long].line[0]]
		}
		if n, ok := net.number[s.at]; ok {
			return n
		}
		n := net.add(s.at) // a stop that no road reaches yet
		parts = append(parts, n)
		return n
	}
	for _, p := range pairs {
		from, to := stops[p[0]], stops[p[1]]
		if u, v := root(parts, number(from)), root(parts, number(to)); u != v {
			parts[max(u, v)] = min(u, v)
			b.addVillageRoad(from, to)
		}
	}
}
