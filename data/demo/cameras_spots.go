package demo

import (
	"cmp"
	"math"
	"slices"
)

// junctionSpots are the arms of every junction, each watched from the
// junction. Crossings of the seats come first, lonely forks last.
func (w *world) junctionSpots() []spot {
	var pool []spot
	for node, arms := range w.around {
		if len(arms) < 3 {
			continue
		}
		p := w.network.places[node]
		cell, ok := w.grid(p)
		if !ok {
			continue
		}
		label := w.junctionName(arms, cell)
		for _, a := range arms {
			class := w.roads[a.stretch].class
			if class == motorway {
				continue
			}
			weight := [...]float64{trunk: 5, provincial: 3, countyRoad: 1, street: 3, villageRoad: 0.05}[class]
			if w.grids[cell].urban {
				weight *= 4
			}
			direction := heading(p, a.next)
			pool = append(pool, spot{
				place: "junction", at: towards(p, direction+90, 9), direction: direction,
				label: label, weight: weight, range_: 150,
			})
		}
	}
	return pool
}

// junctionName is made of the two roads that meet, or of the village.
func (w *world) junctionName(arms []arm, cell int) string {
	var names []string
	for _, a := range arms {
		if n := w.roads[a.stretch].name; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	switch len(names) {
	case 0:
		return w.villages[w.grids[cell].village].base + "路口"
	case 1:
		return names[0] + w.villages[w.grids[cell].village].base + "路口"
	}
	return names[0] + "与" + names[1] + "路口"
}

// roadSpots stand beside the larger roads, a class-dependent way apart, and
// look along them.
func (w *world) roadSpots() []spot {
	apart := map[roadClass]float64{motorway: 2500, trunk: 700, provincial: 1100, countyRoad: 2200, street: 70}
	var pool []spot
	for _, s := range w.roads {
		step, ok := apart[s.class]
		if !ok {
			continue
		}
		length := 0.0
		for i := 1; i < len(s.line); i++ {
			length += metres(s.line[i-1], s.line[i])
		}
		for along := step / 2; along < length; along += step {
			p, ahead := pointAlong(s.line, along), pointAlong(s.line, along+20)
			if p == ahead {
				continue
			}
			cell, ok := w.grid(p)
			if !ok {
				continue
			}
			weight := 1.0
			if w.grids[cell].urban {
				weight = 3
			}
			direction := heading(p, ahead)
			if mix(w.seed, p, ahead, 1) < 0 {
				direction = math.Mod(direction+180, 360)
			}
			label := s.name + w.villages[w.grids[cell].village].base + "段"
			pool = append(pool, spot{
				place: "main_road", at: towards(p, direction+90, 8), direction: direction, label: label, weight: weight, range_: 250,
			})
		}
	}
	return pool
}

// villageSpots are points of the roads in a village, those nearest to its
// middle, looking away from it.
func (w *world) villageSpots() []spot {
	near := make([][]spot, len(w.villages))
	for _, s := range w.roads {
		if s.class != villageRoad && s.class != countyRoad && s.class != street {
			continue
		}
		for _, p := range s.line {
			cell, ok := w.grid(p)
			if !ok {
				continue
			}
			v := w.grids[cell].village
			if village := w.villages[v]; village.kind != residents && metres(p, village.centre) < 2500 {
				near[v] = append(near[v], spot{
					place: "village_entrance", at: towards(p, 45, 5), direction: heading(village.centre, p),
					label: village.base + "村口", range_: 120,
				})
			}
		}
	}
	var pool []spot
	for v, spots := range near {
		centre := w.villages[v].centre
		slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Compare(metres(a.at, centre), metres(b.at, centre)) })
		spots = spots[:min(len(spots), 14)]
		for _, s := range spots {
			s.weight = float64(100+w.villages[v].population) / float64(len(spots))
			pool = append(pool, s)
		}
	}
	return pool
}

// sightSpots stand in rings around public places and look at them or away.
func (w *world) sightSpots(kind sightKind, place string, each int, d dice) []spot {
	var pool []spot
	for _, s := range w.sights {
		if s.kind != kind {
			continue
		}
		for i := range each {
			turn := 360*float64(i)/float64(each) + d.between(-15, 15)
			direction := turn
			if i%2 == 0 {
				direction = turn + 180
			}
			p := towards(s.at, turn, d.between(25, 50)+4*float64(each))
			if _, ok := w.grid(p); ok {
				pool = append(pool, spot{
					place: place, at: p, direction: math.Mod(direction, 360), label: s.name, weight: 1, range_: 120,
				})
			}
		}
	}
	return pool
}

// checkpointSpots are on highways where they enter another county, and where
// motorways are entered.
func (w *world) checkpointSpots() []spot {
	var pool []spot
	add := func(line []place, name string) {
		for _, along := range []float64{60, 160, 260, 360} {
			p, ahead := pointAlong(line, along), pointAlong(line, along+20)
			if _, ok := w.grid(p); ok && p != ahead {
				direction := heading(p, ahead)
				pool = append(pool, spot{place: "checkpoint", at: towards(p, direction+90, 8), direction: direction, label: name, weight: 1, range_: 60})
			}
		}
	}
	for _, s := range w.roads {
		if s.class > provincial || s.class == railway {
			continue
		}
		from, to := w.countyAt(s.line[0]), w.countyAt(s.line[len(s.line)-1])
		if from != to && from >= 0 && to >= 0 {
			add(s.line, s.name+w.counties[to].name+"卡口")
		}
	}
	for node, arms := range w.around {
		entrance := slices.ContainsFunc(arms, func(a arm) bool { return w.roads[a.stretch].class == motorway })
		cell, ok := w.grid(w.network.places[node])
		if !entrance || !ok {
			continue
		}
		for _, a := range arms {
			if s := w.roads[a.stretch]; s.class != motorway {
				add(s.line, w.villages[w.grids[cell].village].base+"收费站卡口")
			}
		}
	}
	return pool
}

// openSpots are other public places of the towns: parks, bus stops, banks of
// canals.
func (w *world) openSpots(d dice) []spot {
	var pool []spot
	for cell, g := range w.grids {
		if g.urban {
			pool = append(pool, spot{
				place: "other_public", at: w.inCell(cell, d), direction: -1,
				label: w.villages[g.village].base + "公共场所", weight: 1, range_: 100,
			})
		}
	}
	return pool
}

// entranceSpots stand on the four sides of a community's grids and look at
// the way out, where the street is.
func (w *world) entranceSpots() []spot {
	var pool []spot
	for cell, g := range w.grids {
		village := w.villages[g.village]
		if village.kind != residents {
			continue
		}
		border, middle := w.gridShape[cell].Outer, w.seeds[cell].at
		for side := range 4 {
			i := side * len(border) / 4
			gate := place{X: (border[i].X + border[(i+1)%len(border)].X) / 2, Y: (border[i].Y + border[(i+1)%len(border)].Y) / 2}
			distance := metres(middle, gate)
			if distance > 600 || distance < 5 {
				continue
			}
			direction := heading(middle, gate)
			pool = append(pool, spot{
				place: "community_entrance", at: towards(middle, direction, distance*0.86), direction: direction,
				label: village.base + "小区出入口", weight: 20 + float64(g.people), range_: 80,
			})
		}
	}
	return pool
}
