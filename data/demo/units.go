package demo

import (
	"fmt"

	"sitmap/layers"
)

// The headcounts are the city's own figures.
const (
	fullTimeStaff  = 3500
	securityGuards = 10000
)

// unitPlan is a post or team before it is numbered and counted.
type unitPlan struct {
	force, kind  string
	least        int     // people it cannot do without
	weight       float64 // share of the people beyond that
	at           place
	county       int
	name, post   string
	organisation string
}

// unitFeatures invents the patrol units. A unit that moves has at least two
// people, so that no track is one person's.
func (w *world) unitFeatures() []layers.Feature {
	d := w.dice("units")
	staff, guards := w.staffUnits(d), w.guardUnits(d)
	return byID(append(w.enlist(staff, fullTimeStaff, "staff"), w.enlist(guards, securityGuards, "guard")...))
}

// enlist gives every unit its least headcount and divides the rest so that
// the total is exact.
func (w *world) enlist(units []unitPlan, total int, force string) []layers.Feature {
	weights := make([]float64, len(units))
	rest := total
	for i, u := range units {
		weights[i] = u.weight
		rest -= u.least
	}
	more := apportion(rest, weights)
	sequence := make([]int, len(w.counties))
	list := make([]layers.Feature, len(units))
	for i, u := range units {
		sequence[u.county]++
		county := w.counties[u.county]
		sign, letter := "巡", "S"
		if force == "guard" {
			sign, letter = "保", "G"
		}
		list[i] = w.put(fmt.Sprintf("U%d%s%04d", county.code, letter, sequence[u.county]), u.at, map[string]any{
			"name": u.name, "call_sign": fmt.Sprintf("%s%s%04d", county.short(), sign, sequence[u.county]),
			"force": force, "kind": u.kind, "headcount": int64(u.least + more[i]),
			"post": u.post, "organisation": u.organisation,
			"duty_line": dutyLine(u.county*20000 + len(u.organisation)*97 + sequence[u.county]/40),
		})
	}
	return list
}

// staffUnits are the full-time teams: of every township, and posts in the
// communities and larger villages.
func (w *world) staffUnits(d dice) []unitPlan {
	var units []unitPlan
	for _, town := range w.towns {
		base := bare(town.name)
		organisation := town.name + "综治办"
		add := func(kind, name, post string, least int, weight float64, p place) {
			units = append(units, unitPlan{
				kind: kind, least: least, weight: weight, at: p, county: town.county, name: base + name, post: post, organisation: organisation,
			})
		}
		add("vehicle", "车巡队", "镇区及主要道路", 3, 2, w.nearHome(town.seat, d))
		foot := 1 + town.population/9000
		for i := range foot {
			v := town.villages[d.IntN(len(town.villages))]
			add("foot", fmt.Sprintf("步巡%d队", i+1), w.villages[v].name, 2, 1.5, w.nearHome(v, d))
		}
		if !w.villages[town.seat].urban && d.chance(0.8) {
			add("motorcycle", "摩托巡队", "各村巡回", 2, 1, w.nearHome(town.seat, d))
		}
		for _, v := range town.villages {
			village := w.villages[v]
			if village.kind == residents && d.chance(0.85) {
				add("post", village.base+"警务岗", village.name, 1, 1, w.nearHome(v, d))
			} else if village.population > 1100 && d.chance(0.28) {
				add("post", village.base+"治安岗", village.name, 1, 0.6, w.nearHome(v, d))
			}
		}
	}
	for _, s := range w.checkpointSpots() {
		if mix(w.seed, s.at, s.at, 5) < 0.86 {
			continue
		}
		county := w.countyAt(s.at)
		if county < 0 {
			continue
		}
		units = append(units, unitPlan{
			kind: "checkpoint", least: 3, weight: 1.5, at: s.at, county: county, name: s.label + "检查站",
			post: s.label, organisation: w.counties[county].name + "综治办",
		})
	}
	return units
}

// guardUnits are the guards at gates and posts of public places and
// communities, and the guard companies' own patrols.
func (w *world) guardUnits(d dice) []unitPlan {
	var units []unitPlan
	add := func(kind string, least int, weight float64, p place, county int, name, post string) {
		if _, inside := w.grid(p); !inside {
			return
		}
		units = append(units, unitPlan{
			kind: kind, least: least, weight: weight, at: p, county: county, name: name, post: post,
			organisation: w.counties[county].name + "保安服务公司",
		})
	}
	for _, s := range w.sights {
		gates := map[sightKind]int{school: 2, hospital: 3, market: 2, square: 1, station: 2, keyUnit: 1}[s.kind]
		for i := range gates {
			add("gate", 1, 1.2, towards(s.at, d.between(0, 360), 40), s.county, fmt.Sprintf("%s%d号门岗", s.name, i+1), s.name)
		}
		if s.kind == market || s.kind == station || s.kind == square {
			add("foot", 2, 1.3, d.near(s.at, 40), s.county, s.name+"保安步巡队", s.name)
		}
	}
	for v, village := range w.villages {
		if village.kind != residents {
			continue
		}
		gates := 4 + village.population/900
		for i := range gates {
			cell := int(village.grids[d.IntN(len(village.grids))])
			kind := "gate"
			if d.chance(0.25) {
				kind = "post"
			}
			add(kind, 1, 0.8, w.inCell(cell, d), village.county, fmt.Sprintf("%s小区%d号岗", village.base, i+1), village.name)
		}
		if village.urban {
			add("foot", 2, 1.2, w.nearHome(v, d), village.county, village.base+"保安步巡队", village.name)
			if d.chance(0.3) {
				add("vehicle", 2, 1, w.nearHome(v, d), village.county, village.base+"保安车巡队", village.name)
			}
		}
	}
	return units
}
