package mesh

import (
	"cmp"
	"math"
	"slices"
)

// A vertex goes when all that has gone between its neighbours, itself included,
// lies within the tolerance of the straight line between them: Douglas and
// Peucker's measure, taken from below, always the least loss first. Tolerances
// come in rounds, each twice the one before. Within a round an arc sees the
// others as they were when it began, so that no arc waits for another one and
// the order of arcs does not matter.

// simplifier finds the tolerances of the vertices of arcs.
type simplifier struct {
	points     []Point
	keep       []float64
	prev, next []int32   // the neighbours that are left
	loss       []float64 // what the vertex would lose
	round      []uint8   // in which the vertex went, or 0
	gone       int       // how many went
	queue      []candidate

	index  *index  // of vertices; nil where nothing stands in the way
	number []int32 // of each point in the index: its place in points, or -1 if it never goes
	slots  []int32
}

type candidate struct {
	loss float64
	at   int32
}

// simplify fills m.keep.
func simplify(m *Mesh) {
	s := newSimplifier(m.points)
	m.keep = s.keep
	s.index = new(index)
	var at []Point
	var left []int32 // arcs with vertices that may go
	least := leastInside(m)
	for a := range int32(len(m.arcs) - 1) {
		from, to := m.arcs[a], m.arcs[a+1]-1
		s.begin(from, to)
		if to-from-1 > int32(least[a]) {
			left = append(left, a)
		}
	}
	there, indexed := len(m.nodes)+len(m.points)-2*len(least), 0
	for round, limit := uint8(1), 1.0; len(left) > 0 && limit < 1<<33; round, limit = round+1, 2*limit {
		if indexed == 0 || there-s.gone < indexed*2/3 {
			at, s.number = at[:0], s.number[:0]
			for _, p := range m.nodes {
				at, s.number = append(at, p), append(s.number, -1)
			}
			for a := range len(m.arcs) - 1 {
				for i := s.next[m.arcs[a]]; i < m.arcs[a+1]-1; i = s.next[i] {
					at, s.number = append(at, m.points[i]), append(s.number, i)
				}
			}
			s.index.build(at)
			indexed = len(at)
		}
		keepOn := left[:0]
		for _, a := range left {
			from, to := m.arcs[a], m.arcs[a+1]-1
			if s.fold(from, to, int(least[a]), limit, round) > int(least[a]) {
				keepOn = append(keepOn, a)
			}
		}
		left = keepOn
	}
}

// leastInside is how many vertices each arc keeps between its ends: two in a
// ring, and one where a shorter arc joins the same junctions, so that no face
// vanishes before it is rounded away.
func leastInside(m *Mesh) []uint8 {
	type between struct {
		nodes uint64
		arc   int32
	}
	least := make([]uint8, len(m.arcs)-1)
	list := make([]between, len(least))
	for a := range least {
		// Arcs run from the smaller end, so equal ends are in equal order.
		list[a] = between{uint64(m.ends[2*a])<<32 | uint64(m.ends[2*a+1]), int32(a)}
	}
	slices.SortFunc(list, func(k, l between) int {
		if k.nodes != l.nodes {
			return cmp.Compare(k.nodes, l.nodes)
		}
		p, q := m.points[m.arcs[k.arc]:m.arcs[k.arc+1]], m.points[m.arcs[l.arc]:m.arcs[l.arc+1]]
		return cmp.Or(cmp.Compare(length(p), length(q)), compareRings(p, q))
	})
	for i, b := range list {
		switch {
		case b.nodes>>32 == b.nodes&(1<<32-1):
			least[b.arc] = 2
		case i > 0 && list[i-1].nodes == b.nodes:
			least[b.arc] = 1
		}
	}
	return least
}

func length(line []Point) (sum float64) {
	for i := 1; i < len(line); i++ {
		sum += math.Hypot(float64(line[i].X)-float64(line[i-1].X), float64(line[i].Y)-float64(line[i-1].Y))
	}
	return sum
}

func newSimplifier(points []Point) *simplifier {
	n := len(points)
	return &simplifier{
		points: points, keep: make([]float64, n), loss: make([]float64, n),
		prev: make([]int32, n), next: make([]int32, n), round: make([]uint8, n),
	}
}

// begin takes the arc whose ends are at from and to.
func (s *simplifier) begin(from, to int32) {
	for i := from; i <= to; i++ {
		s.prev[i], s.next[i], s.keep[i] = i-1, i+1, math.Inf(1)
	}
	for i := from + 1; i < to; i++ {
		s.loss[i] = s.measure(i)
	}
}

// fold lets the vertices of an arc go whose loss is below the limit, and says
// how many are left between its ends.
func (s *simplifier) fold(from, to int32, least int, limit float64, round uint8) int {
	s.queue = s.queue[:0]
	inside := 0
	for i := s.next[from]; i < to; i = s.next[i] {
		inside++
		if s.loss[i] < limit {
			s.push(candidate{s.loss[i], i})
		}
	}
	// Who goes in this round goes no earlier than what it may have waited for.
	now := limit / 2
	if round == 1 {
		now = 0
	}
	for len(s.queue) > 0 && inside > least {
		c := s.pop()
		v := c.at
		if s.round[v] != 0 || s.loss[v] != c.loss || !s.free(v, from, to, round) {
			continue
		}
		now = max(now, c.loss)
		s.keep[v], s.round[v] = now, round
		p, n := s.prev[v], s.next[v]
		s.next[p], s.prev[n] = n, p
		inside--
		s.gone++
		for _, w := range [2]int32{p, n} {
			if w != from && w != to {
				if s.loss[w] = s.measure(w); s.loss[w] < limit {
					s.push(candidate{s.loss[w], w})
				}
			}
		}
	}
	return inside
}

// measure is the greatest distance of what would have gone with v from the line
// that would take its place.
func (s *simplifier) measure(v int32) float64 {
	p, n := s.prev[v], s.next[v]
	a, b := s.points[p], s.points[n]
	if pack(a) > pack(b) {
		a, b = b, a // the same bits from both ends
	}
	ax, ay := float64(a.X), float64(a.Y)
	dx, dy := float64(b.X)-ax, float64(b.Y)-ay
	length := float64(dx*dx) + float64(dy*dy)
	most := 0.0
	for i := p + 1; i < n; i++ {
		x, y := float64(s.points[i].X)-ax, float64(s.points[i].Y)-ay
		along := float64(x*dx) + float64(y*dy)
		var d float64 // the square of the distance
		switch {
		case along <= 0 || length == 0:
			d = float64(x*x) + float64(y*y)
		case along >= length:
			x, y = x-dx, y-dy
			d = float64(x*x) + float64(y*y)
		default:
			c := float64(dx*y) - float64(dy*x)
			d = c * c / length
		}
		most = max(most, d)
	}
	return math.Sqrt(most)
}

// free says whether v may go: whether no other vertex lies in the triangle with
// its neighbours.
func (s *simplifier) free(v, from, to int32, round uint8) bool {
	if s.index == nil {
		return true
	}
	a, b, c := s.points[s.prev[v]], s.points[v], s.points[s.next[v]]
	turn := cross(a, b, c)
	if turn == 0 {
		return true
	}
	if turn < 0 {
		a, c = c, a
	}
	around := boxOf(a, b)
	around.low.X, around.low.Y = min(around.low.X, c.X), min(around.low.Y, c.Y)
	around.high.X, around.high.Y = max(around.high.X, c.X), max(around.high.Y, c.Y)
	s.slots = s.index.within(around, s.slots[:0])
	for _, slot := range s.slots {
		p := s.index.points[slot]
		if p == a || p == b || p == c {
			continue
		}
		if i := s.number[s.index.ids[slot]]; i >= 0 && s.round[i] != 0 && (s.round[i] < round || i > from && i < to) {
			continue // it has gone
		}
		if cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0 {
			return false
		}
	}
	return true
}

// push and pop keep the candidate of least loss on top, of equals the one that
// its point decides.
func (s *simplifier) push(c candidate) {
	s.queue = append(s.queue, c)
	q := s.queue
	i := len(q) - 1
	for i > 0 && s.less(c, q[(i-1)/2]) {
		q[i] = q[(i-1)/2]
		i = (i - 1) / 2
	}
	q[i] = c
}

func (s *simplifier) pop() candidate {
	q := s.queue
	top, c := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	s.queue = q
	if len(q) == 0 {
		return top
	}
	i := 0
	for {
		below := 2*i + 1
		if below+1 < len(q) && s.less(q[below+1], q[below]) {
			below++
		}
		if below >= len(q) || !s.less(q[below], c) {
			break
		}
		q[i] = q[below]
		i = below
	}
	q[i] = c
	return top
}

func (s *simplifier) less(c, d candidate) bool {
	if c.loss != d.loss {
		return c.loss < d.loss
	}
	return stir(s.points[c.at]) < stir(s.points[d.at])
}

// stir gives every point a different number in no particular order: along a
// straight border, where all losses are equal, going from one end to the other
// would measure ever longer lines.
func stir(p Point) uint64 {
	h := pack(p)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
