package demo

import (
	"cmp"
	"fmt"
	"slices"

	"sitmap/layers"
)

// The city's own figures.
const (
	committees             = 1614
	mediators              = 9988
	professionalCommittees = 182
	professionalOfCity     = 5
)

type committeePlan struct {
	level, kind, speciality string
	name                    string
	at                      place
	weight                  float64
}

// committeeFeatures are the mediation committees: one in every village and
// every ordinary township, joint ones in the busiest townships, and the
// professional and industry ones.
func (w *world) committeeFeatures() []layers.Feature {
	d := w.dice("committees")
	plans := w.areaCommittees(d)
	plans = append(plans, w.professional(d)...)
	weights := make([]float64, len(plans))
	for i, p := range plans {
		weights[i] = p.weight
	}
	const least = 3 // the law's minimum
	more := apportion(mediators-least*len(plans), weights)
	list := make([]layers.Feature, len(plans))
	for i, p := range plans {
		properties := map[string]any{
			"name": p.name, "level": p.level, "kind": p.kind, "mediators": int64(least + more[i]), "duty_line": dutyLine(200000 + i),
		}
		if p.speciality != "" {
			properties["speciality"] = p.speciality
		}
		list[i] = w.put(fmt.Sprintf("M%04d", i+1), p.at, properties)
	}
	return list
}

func (w *world) areaCommittees(d dice) []committeePlan {
	var plans []committeePlan
	for v, village := range w.villages {
		plans = append(plans, committeePlan{
			level: "village", kind: "area", name: village.name + "人民调解委员会", at: w.nearHome(v, d),
			weight: 0.6 + float64(village.population)/1800,
		})
	}
	var ordinary []int
	for t, town := range w.towns {
		if town.kind == statistical {
			continue
		}
		ordinary = append(ordinary, t)
		plans = append(plans, committeePlan{
			level: "township", kind: "area", name: town.name + "人民调解委员会", at: w.nearHome(town.seat, d), weight: 3 + float64(town.population)/12000,
		})
	}
	slices.SortStableFunc(ordinary, func(a, b int) int {
		return cmp.Compare(w.towns[b].population, w.towns[a].population)
	})
	for _, t := range ordinary[:committees-professionalCommittees-len(plans)] {
		town := w.towns[t]
		plans = append(plans, committeePlan{
			level: "township", kind: "area", name: town.name + "集镇联合人民调解委员会", at: w.nearHome(town.seat, d), weight: 1.5,
		})
	}
	return plans
}

// specialities are what professional and industry committees deal with.
var specialities = []struct{ code, name, kind string }{
	{"medical", "医疗纠纷", "professional"}, {"labour", "劳动争议", "professional"}, {"traffic", "道路交通事故", "professional"},
	{"property", "物业纠纷", "industry"}, {"land", "土地承包纠纷", "professional"}, {"consumer", "消费纠纷", "industry"},
	{"environment", "环境污染纠纷", "professional"}, {"commerce", "商会", "industry"},
}

// professional are the committees for one kind of dispute: five of the city,
// two for each speciality in every county, the rest in the largest townships.
func (w *world) professional(d dice) []committeePlan {
	var plans []committeePlan
	add := func(level, prefix string, s int, seat int, weight float64) {
		speciality := specialities[s%len(specialities)]
		plans = append(plans, committeePlan{
			level: level, kind: speciality.kind, speciality: speciality.code, at: w.nearHome(seat, d), weight: weight,
			name: prefix + speciality.name + "人民调解委员会",
		})
	}
	home := func(county int) int {
		cell, _ := w.grid(w.counties[county].seat)
		return w.grids[cell].village
	}
	for s := range professionalOfCity {
		add("city", "武威市", s, home(0), 4)
	}
	for county, t := range w.counties {
		for s := range specialities {
			add("county", t.name, s, home(county), 2.5)
		}
	}
	order := sortedBy(len(w.towns), func(i, j int) int {
		return cmp.Compare(w.towns[j].population, w.towns[i].population)
	})
	for i := 0; len(plans) < professionalCommittees; i++ {
		town := w.towns[order[i%102]]
		if town.kind != statistical {
			add("township", town.name, i+i/102, town.seat, 1)
		}
	}
	return plans
}
