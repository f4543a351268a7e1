package demo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"sitmap/data/demo/planar"
	"sitmap/layers"
)

// drivable are the roads as junctions and directed links, railways left out.
func drivable(roads []layers.Feature) (number map[orb.Point]int, ahead, back [][]int) {
	number = make(map[orb.Point]int)
	node := func(p orb.Point) int {
		n, ok := number[p]
		if !ok {
			n = len(number)
			number[p] = n
			ahead, back = append(ahead, nil), append(back, nil)
		}
		return n
	}
	for _, f := range roads {
		if f.Properties["class"] == "railway" {
			continue
		}
		line := f.Geometry.(orb.LineString)
		from, to := node(line[0]), node(line[len(line)-1])
		ahead[from], back[to] = append(ahead[from], to), append(back[to], from)
		if f.Properties["oneway"] == false {
			ahead[to], back[from] = append(ahead[to], from), append(back[from], to)
		}
	}
	return number, ahead, back
}

func reached(links [][]int) int {
	seen := make([]bool, len(links))
	seen[0] = true
	stack, count := []int{0}, 0
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		count++
		for _, next := range links[n] {
			if !seen[next] {
				seen[next] = true
				stack = append(stack, next)
			}
		}
	}
	return count
}

// From every junction every other can be driven to, one-way streets kept.
func TestRoadsAreOneNetwork(t *testing.T) {
	number, ahead, back := drivable(demoCity(t).Layer("road"))
	if out, in := reached(ahead), reached(back); out != len(number) || in != len(number) {
		t.Errorf("of %d junctions %d can be reached and %d can get away", len(number), out, in)
	}
}

func TestRoadsHaveAHierarchy(t *testing.T) {
	roads := demoCity(t).Layer("road")
	kilometres := make(map[any]float64)
	bridges, oneways := 0, 0
	for _, f := range roads {
		line := f.Geometry.(orb.LineString)
		length := f.Properties["length_m"].(float64)
		if math.Abs(length-geo.LengthHaversine(line)) > 0.01*length+1 { // orb takes the equator's radius
			t.Errorf("%s is %.1f m long, said to be %.1f", f.ID, geo.LengthHaversine(line), length)
		}
		kilometres[f.Properties["class"]] += length / 1000
		if f.Properties["bridge"] == true {
			bridges++
		}
		if f.Properties["oneway"] == true {
			oneways++
		}
	}
	order := []string{"motorway", "trunk", "provincial", "county", "village"}
	for i := 1; i < len(order); i++ {
		if kilometres[order[i-1]] >= kilometres[order[i]] {
			t.Errorf("%.0f km of %s, %.0f km of %s: the lower class should be longer", kilometres[order[i-1]], order[i-1], kilometres[order[i]], order[i])
		}
	}
	between(t, "bridges", bridges, 60, 300)
	between(t, "one-way streets", oneways, 10, 400)
	between(t, "kilometres of railway", int(kilometres["railway"]), 150, 500)
}

// Rivers are crossed on bridges only, and no road runs into a lake.
func TestRoadsRespectWater(t *testing.T) {
	c := demoCity(t)
	const river, lake = 0, 1
	var all []planar.Segment
	for _, f := range c.Layer("water") {
		switch g := f.Geometry.(type) {
		case orb.LineString:
			for i := 1; i < len(g) && f.Properties["kind"] != "canal"; i++ {
				all = append(all, planar.Segment{A: at(g[i-1][0], g[i-1][1]), B: at(g[i][0], g[i][1]), Owner: river})
			}
		case orb.Polygon:
			for i := 1; i < len(g[0]); i++ {
				all = append(all, planar.Segment{A: at(g[0][i-1][0], g[0][i-1][1]), B: at(g[0][i][0], g[0][i][1]), Owner: lake})
			}
		}
	}
	wet := planar.IndexSegments(all, 9000)
	unbridged, drowned := 0, 0
	for _, f := range c.Layer("road") {
		line := f.Geometry.(orb.LineString)
		for i := 1; i < len(line); i++ {
			a, b := at(line[i-1][0], line[i-1][1]), at(line[i][0], line[i][1])
			wet.Near(a, b, func(j int) {
				if _, _, cut := planar.Cut(a, b, all[j].A, all[j].B); cut {
					if all[j].Owner == lake {
						drowned++
						t.Logf("%s %v %v runs into a lake at %v", f.ID, f.Properties["class"], f.Properties["name"], line[i])
					} else if f.Properties["bridge"] != true {
						unbridged++
					}
				}
			})
		}
	}
	if unbridged > 0 || drowned > 0 {
		t.Errorf("%d crossings without a bridge, %d with a lake's shore", unbridged, drowned)
	}
}

// What makes the network worth a router: between neighbouring towns the road
// is clearly longer than the straight line, and somewhere much longer.
func TestRoadAndStraightLineDiffer(t *testing.T) {
	a, err := plan(testSeed, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	w := build(a, testSeed)
	var sum, most float64
	pairs := 0
	for i, q := range w.quarters {
		from := nearestPlace(q.centre, w.network.places)
		ways := w.network.distances([]place{from}, math.Inf(1))
		for _, other := range w.quarters[i+1:] {
			straight := metres(q.centre, other.centre)
			if straight < 4000 || straight > 25000 {
				continue
			}
			to := nearestPlace(other.centre, w.network.places)
			ratio := ways[w.network.number[to]] / straight
			sum, most, pairs = sum+ratio, math.Max(most, ratio), pairs+1
		}
	}
	if mean := sum / float64(pairs); mean < 1.1 || mean > 1.7 || most < 2 {
		t.Errorf("over %d pairs of towns the road is %.2f times the straight line, at most %.1f", pairs, mean, most)
	}
}
