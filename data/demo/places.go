package demo

import (
	"fmt"
	"slices"
	"time"

	"sitmap/data/demo/planar"
	"sitmap/layers"
)

// The city's own figures, but for the number of hazards.
const (
	demoCommunities   = 31
	keyAreasProvince  = 4
	keyAreasCity      = 10
	keyAreasCounty    = 34
	blastingSites     = 44
	courierSites      = 88
	logisticsSites    = 119
	hazards           = 620
	caseClock         = "2016-09-30" // the last day the demo knows
	newRuralCommunity = "新型农村社区平安建设示范点"
)

// dayBefore is a date so many days before the case clock.
func dayBefore(days int) string {
	t, err := time.Parse(time.DateOnly, caseClock)
	if err != nil {
		panic(err) // a constant
	}
	return t.AddDate(0, 0, -days).Format(time.DateOnly)
}

// demoCommunityFeatures are rural communities near the towns, the larger
// ones, from all counties.
func (w *world) demoCommunityFeatures() []layers.Feature {
	d := w.dice("demo communities")
	weights := make([]float64, len(w.villages))
	for v, village := range w.villages {
		if village.kind == villagers {
			weights[v] = float64(village.population) / (1 + metres(village.centre, w.villages[w.towns[village.town].seat].centre)/1500)
		}
	}
	var list []layers.Feature
	for i, v := range d.sample(weights, demoCommunities) {
		state := "confirmed"
		if i%8 == 7 {
			state = "review"
		}
		list = append(list, w.put(fmt.Sprintf("E%03d", i+1), w.nearHome(v, d), map[string]any{
			"name": w.villages[v].name + newRuralCommunity, "state": state, "named_on": dayBefore(60 + d.IntN(600)),
		}))
	}
	return list
}

type keyAreaKind struct {
	code, name, lead string
	weight           float64
	size             float64 // half the length of an outline, metres
	sight            sightKind
}

var keyAreaKinds = []keyAreaKind{
	{"station_area", "周边治安问题", "公安局", 5, 260, station},
	{"market", "治安秩序问题", "市场监管局", 9, 220, market},
	{"school_area", "周边治安问题", "教育局", 9, 240, school},
	{"urban_fringe", "城乡结合部治安问题", "综治办", 8, 750, -1},
	{"construction", "在建工地治安问题", "住建局", 6, 320, -1},
	{"road_section", "事故多发路段", "公安局", 6, 600, -1},
	{"entertainment", "娱乐场所集中区", "公安局", 3, 200, square},
	{"mining", "矿区治安问题", "安监局", 3, 900, -1},
}

// keyAreaFeatures are the 48 listed problems and areas. The higher levels
// list the larger ones; every other one has an outline.
func (w *world) keyAreaFeatures() []layers.Feature {
	d := w.dice("key areas")
	weights := make([]float64, len(keyAreaKinds))
	for i, k := range keyAreaKinds {
		weights[i] = k.weight
	}
	var list []layers.Feature
	for i := range keyAreasProvince + keyAreasCity + keyAreasCounty {
		level := "county"
		switch {
		case i < keyAreasProvince:
			level = "province"
		case i < keyAreasProvince+keyAreasCity:
			level = "city"
		}
		kind := keyAreaKinds[d.pick(weights)]
		p, label, along := w.troubleSpot(kind, d)
		county := max(w.countyAt(p), 0)
		f := w.put(fmt.Sprintf("K%03d", i+1), p, map[string]any{
			"name": label + kind.name, "level": level, "kind": kind.code,
			"state":     [...]string{"listed", "working", "accepted", "removed"}[d.pick([]float64{0.12, 0.48, 0.28, 0.12})],
			"lead_unit": w.counties[county].name + kind.lead, "deadline_on": dayBefore(d.IntN(180) - 100),
		})
		if i%2 == 0 {
			ring := blob(w.seed, p, kind.size*d.between(0.8, 1.3), kind.size*d.between(0.45, 0.8), along, 28)
			if !slices.ContainsFunc(ring, func(q place) bool { _, inside := w.grid(q); return !inside }) {
				f.Geometry = polygonOf(planar.Polygon{Outer: ring})
			}
		}
		list = append(list, f)
	}
	return list
}

// troubleSpot finds where a key area of that kind would be, what it is called
// after, and the direction it stretches.
func (w *world) troubleSpot(kind keyAreaKind, d dice) (p place, label string, along float64) {
	switch kind.code {
	case "urban_fringe":
		q := w.quarters[d.pick(w.quarterWeights())]
		for _, p := range q.rim(w.counties[q.county].region, 250, 300) {
			if d.chance(0.2) {
				return p, w.labelAt(p), heading(q.centre, p) + 90
			}
		}
		return q.centre, w.labelAt(q.centre), 0
	case "construction":
		q := w.quarters[d.pick(w.quarterWeights())]
		p = d.near(q.centre, q.east/2)
		return p, w.labelAt(p), q.tilt
	case "road_section":
		s := w.someRoad(trunk, d)
		p, next := s.line[0], s.line[1]
		return p, s.name + w.labelAt(p) + "段", heading(p, next)
	case "mining":
		p = w.minePlace(d)
		return p, w.labelAt(p), d.between(0, 180)
	}
	var of []sight
	for _, s := range w.sights {
		if s.kind == kind.sight {
			of = append(of, s)
		}
	}
	s := of[d.IntN(len(of))]
	return s.at, s.name, d.between(0, 180)
}

// labelAt names a place after its village.
func (w *world) labelAt(p place) string {
	cell, ok := w.grid(p)
	if !ok {
		return "武威"
	}
	return w.villages[w.grids[cell].village].base
}

func (w *world) quarterWeights() []float64 {
	weights := make([]float64, len(w.quarters))
	for i, q := range w.quarters {
		weights[i] = q.east * q.north
	}
	return weights
}

// someRoad is a random stretch of a class.
func (w *world) someRoad(class roadClass, d dice) stretch {
	of := w.ofClass[class]
	return w.roads[of[d.IntN(len(of))]]
}

// minePlace is a place on a road in the hills, away from the villages.
func (w *world) minePlace(d dice) place {
	for {
		s := w.roads[d.IntN(len(w.roads))]
		p := d.near(s.line[len(s.line)/2], 900)
		cell, ok := w.grid(p)
		if ok && w.grids[cell].people < 40 && (mountain(p) > 0.2 || w.seeds[cell].wild) && !w.grids[cell].urban {
			return p
		}
	}
}

// siteFeatures are the firms under special supervision. Users of blasting
// materials work in the hills, couriers in the towns, carriers along the
// highways.
func (w *world) siteFeatures() []layers.Feature {
	d := w.dice("sites")
	book := newNameBook(w.dice("site names"))
	var list []layers.Feature
	add := func(kind, suffix string, p place, strict bool) {
		properties := map[string]any{
			"name": book.place().zh + suffix, "kind": kind, "inspected_on": dayBefore(int(d.ExpFloat64() * 40)),
			"result": [...]string{"passed", "rectify", "failed"}[d.pick([]float64{0.86, 0.115, 0.025})],
		}
		if strict {
			properties["check_receipt"], properties["check_real_name"], properties["check_xray"] = d.chance(0.97), d.chance(0.94), d.chance(0.86)
		}
		list = append(list, w.put(fmt.Sprintf("S%04d", len(list)+1), p, properties))
	}
	for i := range blastingSites {
		add("blasting", [...]string{"石料厂", "矿业公司", "采石场", "工程爆破公司"}[i%4], w.minePlace(d), false)
	}
	for i := range courierSites {
		cell := w.townCell(d)
		add("courier", [...]string{"寄递服务部", "快递网点", "快运站"}[i%3], w.inCell(cell, d), true)
	}
	for i := range logisticsSites {
		var p place
		for ok := false; !ok; {
			s := w.someRoad([...]roadClass{trunk, trunk, street}[i%3], d)
			p = d.near(s.line[0], 120)
			_, ok = w.grid(p)
		}
		add("logistics", [...]string{"物流公司", "货运部", "配货站", "货运信息部"}[i%4], p, true)
	}
	return list
}

// townCell is a random grid of the towns, by its people.
func (w *world) townCell(d dice) int {
	weights := make([]float64, len(w.grids))
	for i, g := range w.grids {
		if g.urban {
			weights[i] = float64(g.people)
		}
	}
	return d.pick(weights)
}

// hazardFeatures are findings of safety checks, each where its kind belongs.
func (w *world) hazardFeatures() []layers.Feature {
	d := w.dice("hazards")
	kinds := []struct {
		code, name string
		weight     float64
	}{
		{"fire", "消防隐患", 26}, {"road", "道路隐患", 18}, {"building", "房屋安全隐患", 13}, {"mine", "矿山隐患", 6},
		{"chemical", "危化品隐患", 6}, {"flood", "防汛地质隐患", 10}, {"crowd", "人员密集场所隐患", 11}, {"utility", "公用设施隐患", 10},
	}
	weights := make([]float64, len(kinds))
	for i, k := range kinds {
		weights[i] = k.weight
	}
	var list []layers.Feature
	for i := range hazards {
		kind := kinds[d.pick(weights)]
		p := w.hazardPlace(kind.code, d)
		grade := "general"
		if d.chance(0.07) {
			grade = "major"
		}
		found := 3 + d.IntN(300)
		left := 30 + d.IntN(90) - found // days until the deadline
		state := "working"
		switch {
		case d.chance(0.62):
			state = "cleared"
		case left < 0:
			state = "overdue"
		case found < 20:
			state = "open"
		}
		list = append(list, w.put(fmt.Sprintf("H%04d", i+1), p, map[string]any{
			"name": w.labelAt(p) + kind.name, "category": kind.code, "grade": grade, "state": state,
			"found_on": dayBefore(found), "deadline_on": dayBefore(-left),
		}))
	}
	return list
}

func (w *world) hazardPlace(kind string, d dice) place {
	switch kind {
	case "road":
		return w.someRoad([...]roadClass{trunk, provincial, countyRoad, street}[d.IntN(4)], d).line[0]
	case "mine":
		return w.minePlace(d)
	case "flood":
		for {
			b := w.bodies[d.IntN(len(w.bodies))]
			bank := slices.Concat(b.line, b.ring)
			p := bank[d.IntN(len(bank))]
			if _, inside := w.grid(p); inside { // some rivers are the city's border
				return p
			}
		}
	case "crowd", "utility", "chemical":
		s := w.sights[d.IntN(len(w.sights))]
		return s.at
	}
	people := make([]float64, len(w.villages))
	for v, village := range w.villages {
		people[v] = float64(village.population)
	}
	return w.nearHome(d.pick(people), d)
}
