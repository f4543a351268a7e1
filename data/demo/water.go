package demo

import "sitmap/data/demo/planar"

// waterBody is a river, a canal (Line) or a reservoir, a lake (Ring).
type waterBody struct {
	name string
	kind string
	line []place
	ring []place
	// middle lies inside the ring.
	middle place
}

type riverPlan struct {
	name, kind string
	by         []place
}

func way(lonLat ...float64) []place { return band(0, 0, lonLat...).line }

// riverPlans follow the rivers of the Shiyang basin as any small-scale map
// shows them, by a handful of waypoints each; everything between is invented.
func riverPlans() []riverPlan {
	return []riverPlan{
		{"石羊河", "river", way(102.730, 38.080, 102.742, 38.13, 102.748, 38.20, 102.80, 38.29, 102.865, 38.375)},
		{"西营河", "stream", way(102.13, 37.70, 102.17, 37.80, 102.23, 37.90, 102.36, 37.99, 102.52, 38.055, 102.66, 38.085, 102.730, 38.080)},
		{"金塔河", "stream", way(102.33, 37.60, 102.45, 37.70, 102.545, 37.81, 102.566, 37.90, 102.575, 37.97, 102.65, 38.03, 102.730, 38.080)},
		{"杂木河", "stream", way(102.32, 37.52, 102.45, 37.60, 102.60, 37.715, 102.71, 37.84, 102.745, 37.93, 102.75, 38.02, 102.730, 38.080)},
		{"黄羊河", "stream", way(102.44, 37.36, 102.58, 37.47, 102.69, 37.555, 102.79, 37.66, 102.87, 37.79, 102.89, 37.92, 102.82, 38.02, 102.730, 38.080)},
		{"古浪河", "stream", way(102.85, 37.17, 102.883, 37.29, 102.888, 37.40, 102.917, 37.47, 102.975, 37.535, 103.02, 37.62, 103.03, 37.74, 103.00, 37.85, 102.92, 37.96, 102.82, 38.02)},
		{"大靖河", "stream", way(103.33, 37.27, 103.37, 37.38, 103.40, 37.50, 103.47, 37.62)},
		{"金强河", "stream", way(102.72, 37.13, 102.90, 37.135, 103.01, 37.06, 103.075, 37.00, 103.107, 36.985, 103.128, 36.962)},
		{"大通河", "river", way(102.52, 37.00, 102.58, 36.93, 102.69, 36.82, 102.755, 36.72)},
		{"跃进总干渠", "canal", way(102.915, 38.43, 103.00, 38.54, 103.07, 38.59, 103.16, 38.66, 103.28, 38.77, 103.44, 38.89, 103.58, 38.98)},
		{"西干渠", "canal", way(103.00, 38.54, 103.06, 38.67, 103.11, 38.78, 103.17, 38.88)},
		{"东干渠", "canal", way(103.16, 38.66, 103.24, 38.68, 103.33, 38.74, 103.38, 38.81)},
		{"西营总干渠", "canal", way(102.24, 37.915, 102.34, 38.035, 102.44, 38.085)},
		{"黄羊总干渠", "canal", way(102.79, 37.665, 102.90, 37.73, 102.98, 37.81)},
	}
}

// lakePlan is a lake, or a reservoir that dams the river it names.
type lakePlan struct {
	name, kind  string
	on          string
	centre      place
	long, wide  float64 // half axes, metres
	along       float64 // compass direction of the long axis
	shorePoints int
}

func lakePlans() []lakePlan {
	return []lakePlan{
		{"红崖山水库", "reservoir", "石羊河", at(102.892, 38.402), 3400, 1700, 40, 96},
		{"西营水库", "reservoir", "西营河", at(102.195, 37.853), 1100, 420, 35, 56},
		{"南营水库", "reservoir", "金塔河", at(102.508, 37.768), 900, 340, 40, 52},
		{"黄羊水库", "reservoir", "黄羊河", at(102.700, 37.565), 1200, 450, 45, 56},
		{"十八里水库", "reservoir", "古浪河", at(102.884, 37.365), 700, 300, 5, 44},
		{"青土湖", "lake", "", at(103.62, 39.115), 2600, 1300, 75, 80},
	}
}

// waters draws rivers and lakes. The part of a course outside the city is
// left out.
func (g *ground) waters(seed int64) []waterBody {
	var bodies []waterBody
	for _, r := range riverPlans() {
		w := winding{rough: 0.10, finest: 320}
		if r.kind == "canal" {
			w = winding{rough: 0.02, finest: 900}
		}
		bodies = append(bodies, waterBody{name: r.name, kind: r.kind, line: g.within(course(seed, r.by, w))})
	}
	for _, l := range lakePlans() {
		for _, b := range bodies {
			if b.name == l.on {
				l.centre = nearestPlace(l.centre, b.line)
			}
		}
		bodies = append(bodies, waterBody{name: l.name, kind: l.kind, middle: l.centre, ring: blob(seed, l.centre, l.long, l.wide, l.along, l.shorePoints)})
	}
	return bodies
}

// within is the longest run of the line inside the city, up to its border.
func (g *ground) within(line []place) []place {
	var best, run []place
	flush := func() {
		if len(run) > len(best) {
			best = run
		}
		run = nil
	}
	for i, p := range line {
		switch in := g.countyAt(p) >= 0; {
		case in && len(run) == 0 && i > 0:
			run = append(run, g.borderBetween(p, line[i-1]), p)
		case in:
			run = append(run, p)
		case len(run) > 0:
			run = append(run, g.borderBetween(run[len(run)-1], p))
			flush()
		}
	}
	flush()
	return best
}

// borderBetween is the last place inside the city on the way out.
func (g *ground) borderBetween(inside, outside place) place {
	for range 14 {
		middle := planar.Between(inside, outside, 0.5)
		if g.countyAt(middle) >= 0 {
			inside = middle
		} else {
			outside = middle
		}
	}
	return inside
}

// countyAt is the index of the county p lies in, -1 outside the city.
func (g *ground) countyAt(p place) int {
	for i, t := range g.counties {
		if t.region.Contains(p) {
			return i
		}
	}
	return -1
}

// rivers and lakes in an index of what is wet.
const (
	ofRiver int32 = iota // to be bridged
	ofLake               // to be driven around
)

// shores indexes everything wet that a road cannot simply cross.
func shores(bodies []waterBody) *planar.Segments {
	var all []planar.Segment
	for _, b := range bodies {
		for i := 1; i < len(b.line); i++ {
			if b.kind != "canal" { // a canal is crossed anywhere on a culvert
				all = append(all, planar.Segment{A: b.line[i-1], B: b.line[i], Owner: ofRiver})
			}
		}
		for i := range b.ring {
			all = append(all, planar.Segment{A: b.ring[i], B: b.ring[(i+1)%len(b.ring)], Owner: ofLake})
		}
	}
	return planar.IndexSegments(all, 9000)
}

// inLake reports whether p lies in open water.
func (g *ground) inLake(p place) bool {
	for _, b := range g.bodies {
		if b.ring != nil && metres(p, b.middle) < 8000 && planar.Inside(p, b.ring) {
			return true
		}
	}
	return false
}
