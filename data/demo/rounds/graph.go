// Package rounds moves the units of a city along its roads, as their devices
// would tell: with shifts, stops, silences, errors of the receiver, wrong clocks
// and a few calls for help. The same seed, units, roads and times give the same
// fixes; no clock is asked.
package rounds

import (
	"math"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
)

// graph is the roads as their lines between junctions.
type graph struct {
	edges  []edge
	at     map[[2]int64][]int32 // edges by the place of their ends
	nearby map[[2]int32][]int32 // edges by the squares their points lie in
}

// edge is a line of road, with the metres from its beginning to each point.
type edge struct {
	line   orb.LineString
	metres []float64
}

func (e edge) length() float64 { return e.metres[len(e.metres)-1] }

// point is where the edge is after so many metres.
func (e edge) point(metres float64) orb.Point {
	k := 1
	for k < len(e.metres)-1 && e.metres[k] < metres {
		k++
	}
	span := e.metres[k] - e.metres[k-1]
	t := 0.0
	if span > 0 {
		t = min(1, max(0, (metres-e.metres[k-1])/span))
	}
	a, b := e.line[k-1], e.line[k]
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// square is about a kilometre of the plain.
func square(p orb.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p[0] * 100)), int32(math.Floor(p[1] * 100))}
}

// end names a junction: ends nearer than a centimetre are one.
func end(p orb.Point) [2]int64 {
	return [2]int64{int64(math.Round(p[0] * 1e7)), int64(math.Round(p[1] * 1e7))}
}

// newGraph takes features of layer road; railways are left out.
func newGraph(roads []layers.Feature) *graph {
	g := &graph{at: map[[2]int64][]int32{}, nearby: map[[2]int32][]int32{}}
	for _, f := range roads {
		if class, _ := f.Properties["class"].(string); class == "railway" {
			continue
		}
		switch line := f.Geometry.(type) {
		case orb.LineString:
			g.add(line)
		case orb.MultiLineString:
			for _, one := range line {
				g.add(one)
			}
		}
	}
	return g
}

func (g *graph) add(line orb.LineString) {
	if len(line) < 2 {
		return
	}
	e := edge{line: line, metres: make([]float64, len(line))}
	for k := 1; k < len(line); k++ {
		e.metres[k] = e.metres[k-1] + orbgeo.Distance(line[k-1], line[k])
	}
	if e.length() < 1 {
		return
	}
	number := int32(len(g.edges))
	g.edges = append(g.edges, e)
	for _, p := range []orb.Point{line[0], line[len(line)-1]} {
		g.at[end(p)] = append(g.at[end(p)], number)
	}
	last := [2]int32{math.MinInt32}
	for _, p := range line {
		if s := square(p); s != last {
			g.nearby[s] = append(g.nearby[s], number)
			last = s
		}
	}
}

// nearest is the edge and the metres along it of its point nearest to p, among
// those with a point in the squares around; ok is false when there is none.
func (g *graph) nearest(p orb.Point) (number int32, metres float64, ok bool) {
	const rings = 4 // squares to each side
	best := math.Inf(1)
	here := square(p)
	for dx := int32(-rings); dx <= rings; dx++ {
		for dy := int32(-rings); dy <= rings; dy++ {
			for _, n := range g.nearby[[2]int32{here[0] + dx, here[1] + dy}] {
				for k, q := range g.edges[n].line {
					if d := math.Hypot((q[0]-p[0])*0.79, q[1]-p[1]); d < best { // 0.79: cosine of 38 degrees
						best, number, metres, ok = d, n, g.edges[n].metres[k], true
					}
				}
			}
		}
	}
	return number, metres, ok
}
