package demo

import (
	"container/heap"
	"fmt"

	"sitmap/data/demo/planar"
)

// link is a neighbour and the cost of the step to it.
type link struct {
	to   int32
	cost float64
}

// graph is a list of links by node.
type graph [][]link

// source is where a region begins to grow, and how many nodes it may hold
// (0: any number).
type source struct {
	node int32
	most int
}

// grow divides the nodes among regions: each takes the node that is cheapest
// to reach from its source without leaving its own ground, so that every
// region is in one piece. owner holds what is known beforehand and is filled.
// Regions that are full stop, and none enters a node it may not have; what
// cannot be given so is given to whoever reaches it.
func grow(g graph, sources []source, owner []int32, mayHave func(region int, node int32) bool) error {
	keepConnected(g, sources, owner)
	size := make([]int, len(sources))
	for _, region := range owner {
		if region != planar.NoFace {
			size[region]++
		}
	}
	fill := func(strict bool) {
		var q frontier
		for region, s := range sources {
			if owner[s.node] == planar.NoFace {
				heap.Push(&q, reach{region: region, node: s.node})
			}
		}
		for node, region := range owner { // what is settled already
			if region == planar.NoFace {
				continue
			}
			for _, l := range g[node] {
				heap.Push(&q, reach{region: int(region), node: l.to, cost: l.cost})
			}
		}
		for q.Len() > 0 {
			r := heap.Pop(&q).(reach)
			full := sources[r.region].most > 0 && size[r.region] >= sources[r.region].most
			home := sources[r.region].node == r.node
			if owner[r.node] != planar.NoFace || strict && !home && (full || !mayHave(r.region, r.node)) {
				continue
			}
			owner[r.node] = int32(r.region)
			size[r.region]++
			for _, l := range g[r.node] {
				if owner[l.to] == planar.NoFace {
					heap.Push(&q, reach{region: r.region, node: l.to, cost: r.cost + l.cost})
				}
			}
		}
	}
	fill(true)
	fill(false)
	for n, region := range owner {
		if region == planar.NoFace {
			return fmt.Errorf("node %d cannot be reached from any source", n)
		}
	}
	return nil
}

// keepConnected frees the nodes that are cut off from the source of the region
// that owns them.
func keepConnected(g graph, sources []source, owner []int32) {
	joined := make([]bool, len(owner))
	for region, s := range sources {
		if owner[s.node] != int32(region) {
			continue
		}
		joined[s.node] = true
		for stack := []int32{s.node}; len(stack) > 0; {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, l := range g[n] {
				if owner[l.to] == int32(region) && !joined[l.to] {
					joined[l.to] = true
					stack = append(stack, l.to)
				}
			}
		}
	}
	for n := range owner {
		if !joined[n] {
			owner[n] = planar.NoFace
		}
	}
}

// unowned is a list of n owners not yet known.
func unowned(n int) []int32 {
	owner := make([]int32, n)
	for i := range owner {
		owner[i] = planar.NoFace
	}
	return owner
}

type reach struct {
	region int
	node   int32
	cost   float64
}

// frontier is a heap of reaches, the cheapest first; equal costs go by region
// and node, so that the same city comes out every time.
type frontier []reach

func (f frontier) Len() int      { return len(f) }
func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f frontier) Less(i, j int) bool {
	a, b := f[i], f[j]
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	if a.region != b.region {
		return a.region < b.region
	}
	return a.node < b.node
}
func (f *frontier) Push(x any) { *f = append(*f, x.(reach)) }
func (f *frontier) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last
}

// cellGraph joins grids of one county that share a border; a step costs the
// distance of their middles.
func (l *land) cellGraph() graph {
	g := make(graph, len(l.seeds))
	for _, b := range l.split.Borders(cityAspect) {
		if l.seeds[b.A].county == l.seeds[b.B].county {
			cost := metres(l.seeds[b.A].at, l.seeds[b.B].at)
			g[b.A] = append(g[b.A], link{to: b.B, cost: cost})
			g[b.B] = append(g[b.B], link{to: b.A, cost: cost})
		}
	}
	return g
}

// merged is the graph of groups of nodes: two are linked where nodes of theirs
// are, at the distance of the places given.
func (g graph) merged(group []int32, groups []place) graph {
	out := make(graph, len(groups))
	seen := make(map[[2]int32]bool)
	for n, links := range g {
		for _, l := range links {
			key := [2]int32{group[n], group[l.to]}
			if key[0] == key[1] || seen[key] {
				continue
			}
			seen[key] = true
			out[key[0]] = append(out[key[0]], link{to: key[1], cost: metres(groups[key[0]], groups[key[1]])})
		}
	}
	return out
}
