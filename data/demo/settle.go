package demo

import (
	"fmt"
	"math"
	"slices"

	"sitmap/data/demo/outline"
	"sitmap/data/demo/planar"
)

// territory is a county on the ground.
type territory struct {
	countyPlan
	region *planar.Region
	rings  [][]place
}

// ground is the city before anything is built on it.
type ground struct {
	outline  *planar.Outline
	counties []territory
	bodies   []waterBody
	wet      *planar.Segments
	// noisy is what villages keep away from: rivers that flood, railways and
	// motorways.
	noisy *planar.Segments
}

func survey(seed int64) (*ground, error) {
	arcs, err := outline.Arcs()
	if err != nil {
		return nil, err
	}
	g := &ground{outline: planar.NewOutline(arcs)}
	for _, plan := range countyPlans() {
		rings := g.outline.Rings(plan.code)
		if len(rings) == 0 {
			return nil, fmt.Errorf("the outline has no county %d", plan.code)
		}
		g.counties = append(g.counties, territory{countyPlan: plan, region: planar.NewRegion(rings...), rings: rings})
	}
	g.bodies = g.waters(seed)
	g.wet = shores(g.bodies)
	g.noisy = g.noise(seed)
	return g, nil
}

func (g *ground) noise(seed int64) *planar.Segments {
	all := slices.Clone(g.wet.All)
	for _, r := range roadPlans() {
		if r.class == motorway || r.class == railway {
			line := course(seed, r.by, r.class.bends())
			for i := 1; i < len(line); i++ {
				all = append(all, planar.Segment{A: line[i-1], B: line[i]})
			}
		}
	}
	return planar.IndexSegments(all, 9000)
}

// quiet reports whether no segment lies within the given metres of p.
func quiet(p place, noisy *planar.Segments, reach float64) bool {
	low, high := moved(p, -reach, -reach), moved(p, reach, reach)
	near := false
	noisy.Near(low, high, func(i int) {
		near = near || toSegment(p, noisy.All[i]) < reach
	})
	return !near
}

// toSegment is the distance from p to a segment in metres.
func toSegment(p place, s planar.Segment) float64 {
	ax, ay := metresTo(p, s.A)
	bx, by := metresTo(p, s.B)
	dx, dy := bx-ax, by-ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = math.Min(math.Max(-(ax*dx+ay*dy)/length, 0), 1)
	}
	return math.Hypot(ax+t*dx, ay+t*dy)
}

// hamlet is the middle of a unit of village level.
type hamlet struct {
	centre place
	// blocks are the seat's blocks a community consists of; none for a village.
	blocks   []int
	district int // which part of the seat a community belongs to
	// room is the distance to the nearest other hamlet, at most 3 km: how far
	// its own people live apart.
	room float64
}

func (h hamlet) urban() bool { return len(h.blocks) > 0 }

// settle places the hamlets of a county: the communities of the seat among
// its blocks, the villages along the axes. Of several candidates the one
// farthest from its neighbours wins (Mitchell's best candidate), so that
// villages keep their distance as real ones do.
func (g *ground) settle(t territory, seat quarter, d dice) []hamlet {
	hamlets := communities(t, seat)
	weights := make([]float64, len(t.axes))
	for i, a := range t.axes {
		weights[i] = a.villages
	}
	for i, n := range apportion(t.villages-t.communities, weights) {
		axis := t.axes[i]
		for range n {
			hamlets = append(hamlets, hamlet{centre: g.nextVillage(t, axis, hamlets, d)})
		}
	}
	for i := range hamlets {
		others := slices.Concat(hamlets[:i], hamlets[i+1:])
		hamlets[i].room = math.Min(roomAt(hamlets[i].centre, others), 3000)
	}
	return hamlets
}

func (g *ground) nextVillage(t territory, a axis, hamlets []hamlet, d dice) place {
	best, bestRoom := place{}, -1.0
	for tries := 0; tries < 9 || bestRoom < 0; tries++ {
		p := a.draw(d)
		if !t.region.Contains(p) || t.seatQuarter.holds(t.seat, p, 1.12) || !quiet(p, g.noisy, 750) || g.inLake(p) {
			continue
		}
		if room := roomAt(p, hamlets); room > bestRoom {
			best, bestRoom = p, room
		}
	}
	return best
}

func roomAt(p place, hamlets []hamlet) float64 {
	room := math.Inf(1)
	for _, h := range hamlets {
		room = math.Min(room, metres(p, h.centre))
	}
	return room
}

// draw is a random place along the axis.
func (a axis) draw(d dice) place {
	total := 0.0
	for i := 1; i < len(a.line); i++ {
		total += metres(a.line[i-1], a.line[i])
	}
	along := d.Float64() * total
	for i := 1; i < len(a.line); i++ {
		length := metres(a.line[i-1], a.line[i])
		if along <= length || i == len(a.line)-1 {
			return d.near(planar.Between(a.line[i-1], a.line[i], along/length), a.width*0.8)
		}
		along -= length
	}
	return a.line[0]
}

// place is the point of a quarter so many metres along its own two axes.
func (q quarterPlan) place(centre place, x, y float64) place {
	sin, cos := math.Sincos(q.tilt * math.Pi / 180)
	return moved(centre, x*cos-y*sin, x*sin+y*cos)
}

// along gives the position of p in metres on the quarter's own two axes.
func (q quarter) along(p place) (x, y float64) { return q.quarterPlan.along(q.centre, p) }

func (q quarterPlan) along(centre, p place) (x, y float64) {
	east, north := metresTo(centre, p)
	sin, cos := math.Sincos(q.tilt * math.Pi / 180)
	return east*cos + north*sin, -east*sin + north*cos
}

// holds reports whether p lies inside the quarter's rounded outline,
// stretched by the given factor.
func (q quarterPlan) holds(centre, p place, stretch float64) bool {
	x, y := q.along(centre, p)
	x, y = x/q.east, y/q.north
	// A superellipse: streets fill the corners of a town better than a circle
	// would.
	limit := stretch * q.swell(math.Atan2(y, x))
	return math.Pow(math.Abs(x), 3)+math.Pow(math.Abs(y), 3) <= math.Pow(limit, 3)
}

// swell makes the outline uneven, as a town's growth is.
func (q quarterPlan) swell(turn float64) float64 {
	return 0.94 + 0.07*math.Sin(2*turn+q.phase) + 0.05*math.Sin(3*turn+2.3*q.phase) + 0.03*math.Sin(5*turn-q.phase)
}
