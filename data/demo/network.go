package demo

import (
	"container/heap"
	"math"
)

// network is the junctions of the roads and the way between them.
type network struct {
	places []place
	number map[place]int32
	links  graph
}

func newNetwork(stretches []stretch) *network {
	n := &network{number: make(map[place]int32)}
	for _, s := range stretches {
		if s.class == railway {
			continue
		}
		from, to := n.add(s.line[0]), n.add(s.line[len(s.line)-1])
		length := 0.0
		for i := 1; i < len(s.line); i++ {
			length += metres(s.line[i-1], s.line[i])
		}
		n.links[from] = append(n.links[from], link{to: to, cost: length})
		if !s.oneway {
			n.links[to] = append(n.links[to], link{to: from, cost: length})
		}
	}
	return n
}

// add is the number of a junction, which is new where it was unknown.
func (n *network) add(p place) int32 {
	if i, ok := n.number[p]; ok {
		return i
	}
	i := int32(len(n.places))
	n.number[p] = i
	n.places = append(n.places, p)
	n.links = append(n.links, nil)
	return i
}

// distances is the way from the nearest of the given junctions to every one,
// infinite beyond the limit.
func (n *network) distances(from []place, limit float64) []float64 {
	way := make([]float64, len(n.places))
	for i := range way {
		way[i] = math.Inf(1)
	}
	var q frontier
	for _, p := range from {
		if i, ok := n.number[p]; ok {
			heap.Push(&q, reach{node: i})
		}
	}
	for q.Len() > 0 {
		r := heap.Pop(&q).(reach)
		if r.cost >= way[r.node] || r.cost > limit {
			continue
		}
		way[r.node] = r.cost
		for _, l := range n.links[r.node] {
			if cost := r.cost + l.cost; cost < way[l.to] {
				heap.Push(&q, reach{node: l.to, cost: cost})
			}
		}
	}
	return way
}

func (n *network) nearestOf(way []float64, among []place) float64 {
	best := math.Inf(1)
	for _, p := range among {
		if i, ok := n.number[p]; ok {
			best = math.Min(best, way[i])
		}
	}
	return best
}

// parts is the connected parts as a forest; see root.
func (n *network) parts() []int32 {
	parent := make([]int32, len(n.places))
	for i := range parent {
		parent[i] = int32(i)
	}
	for i, links := range n.links {
		for _, l := range links {
			if a, b := root(parent, int32(i)), root(parent, l.to); a != b {
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	return parent
}

// root is the number of the part that i belongs to.
func root(parent []int32, i int32) int32 {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}
