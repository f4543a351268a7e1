package demo

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/data/demo/planar"
	"sitmap/layers"
)

// world is the land with all that is built on it.
type world struct {
	*areas
	seed    int64
	roads   []stretch
	network *network
	around  [][]arm // by junction of the network
	ofClass map[roadClass][]int
	sights  []sight
}

// arm is a stretch as it leaves a junction.
type arm struct {
	stretch int
	next    place // the point after the junction
}

func build(a *areas, seed int64) *world {
	w := &world{areas: a, seed: seed}
	w.roads = a.layRoads(seed)
	w.network = newNetwork(w.roads)
	w.around = make([][]arm, len(w.network.places))
	w.ofClass = make(map[roadClass][]int)
	for i, s := range w.roads {
		if _, inside := w.grid(s.line[0]); inside {
			w.ofClass[s.class] = append(w.ofClass[s.class], i)
		}
		if s.class == railway {
			continue
		}
		last := len(s.line) - 1
		from, to := w.network.number[s.line[0]], w.network.number[s.line[last]]
		w.around[from] = append(w.around[from], arm{stretch: i, next: s.line[1]})
		w.around[to] = append(w.around[to], arm{stretch: i, next: s.line[last-1]})
	}
	w.makeOneways()
	w.sights = w.findSights()
	return w
}

// makeOneways lets some streets of the seats run one way only, between full
// crossings so that nobody is shut in.
func (w *world) makeOneways() {
	for i, s := range w.roads {
		if s.class != street || mix(w.seed, s.line[0], s.line[len(s.line)-1], 3) < 0.9 {
			continue
		}
		from, to := w.network.number[s.line[0]], w.network.number[s.line[len(s.line)-1]]
		if len(w.around[from]) >= 4 && len(w.around[to]) >= 4 {
			w.roads[i].oneway = true
		}
	}
}

// dice is the stream of random numbers for a subject of this city.
func (w *world) dice(subject string) dice { return roll(w.seed, subject) }

// areaOf is the number of the grid a place lies in; of the city where it lies
// on its very border.
func (w *world) areaOf(p place) int64 {
	if cell, ok := w.grid(p); ok {
		return number(w.grids[cell].code)
	}
	return number(cityCode)
}

// number is the padded number of a code the demo made itself.
func number(code string) int64 {
	n, err := layers.AreaNumber(code)
	if err != nil {
		panic(err) // codes are made of digits in codes.go
	}
	return n
}

// put makes the feature of something that stands at a place.
func (w *world) put(id string, p place, properties map[string]any) layers.Feature {
	return layers.Feature{ID: id, Geometry: degrees(p), Properties: properties, Area: w.areaOf(p), Synthetic: true, Version: 1}
}

// byID sorts features by id, so that their order says nothing about how they
// were made.
func byID(features []layers.Feature) []layers.Feature {
	slices.SortFunc(features, func(a, b layers.Feature) int { return cmp.Compare(a.ID, b.ID) })
	return features
}

func polygonOf(p planar.Polygon) orb.Polygon {
	out := orb.Polygon{ringOf(p.Outer)}
	for _, hole := range p.Holes {
		out = append(out, ringOf(hole))
	}
	return out
}

// dutyLine gives an organisation a telephone number. Numbers behind an area code
// never begin with 0 in China, so nobody owns it.
func dutyLine(n int) string { return fmt.Sprintf("0935-0%06d", 100000+n%900000) }

// short is the county's name as call signs use it.
func (t territory) short() string { return string([]rune(t.name)[:1]) }
