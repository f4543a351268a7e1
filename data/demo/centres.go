package demo

import (
	"fmt"
	"slices"
	"strconv"

	"sitmap/layers"
)

// Of 102 ordinary townships more than 95 % have built their centre and 101 are
// having the platform's equipment commissioned; of 1,240 villages more than
// 80 % have built theirs. The exact numbers are invented within that.
const (
	townCentresBuilding    = 3
	townCentresMissing     = 1
	villageCentresBuilding = 131
	villageCentresMissing  = 84
	townReportsLate        = 6
	townReportsMissing     = 3
	townsWithoutVideo      = 9
	townsVideoDown         = 4
)

// centreFeatures are the governance centres of the four levels.
func (w *world) centreFeatures() []layers.Feature {
	d := w.dice("centres")
	all := "reception,mediation,patrol,grid,video,hazard,legal,service"
	seatOf := func(p place) int {
		cell, _ := w.grid(p)
		return w.grids[cell].village
	}
	list := []layers.Feature{w.put("C"+cityCode, w.nearHome(seatOf(w.counties[0].seat), d), map[string]any{
		"name": "武威市综治中心", "level": "city", "state": "built", "equipment": "operating", "video_link": "linked",
		"functions": all, "duty_line": dutyLine(300000),
	})}
	for i, t := range w.counties {
		list = append(list, w.put("C"+strconv.Itoa(int(t.code)), w.nearHome(seatOf(t.seat), d), map[string]any{
			"name": t.name + "综治中心", "level": "county", "state": "built", "equipment": "operating", "video_link": "linked",
			"functions": all, "duty_line": dutyLine(300001 + i),
		}))
	}
	list = append(list, w.townCentres(d)...)
	list = append(list, w.villageCentres(d)...)
	return byID(list)
}

func (w *world) townCentres(d dice) []layers.Feature {
	var ordinary []int
	for t, town := range w.towns {
		if town.kind != statistical {
			ordinary = append(ordinary, t)
		}
	}
	// One shuffled order serves all: what is not built cannot report either.
	d.Shuffle(len(ordinary), func(i, j int) { ordinary[i], ordinary[j] = ordinary[j], ordinary[i] })
	var list []layers.Feature
	for rank, t := range ordinary {
		town := w.towns[t]
		properties := map[string]any{
			"name": town.name + "综治中心", "level": "township", "state": "built", "equipment": "commissioning", "video_link": "linked",
			"functions": pickFunctions(d, 0.85), "report": "in", "duty_line": dutyLine(301000 + t),
		}
		switch {
		case rank < townCentresMissing:
			properties["state"], properties["equipment"] = "missing", "none"
		case rank < townCentresMissing+townCentresBuilding:
			properties["state"] = "building"
		}
		switch {
		case rank < townsWithoutVideo:
			properties["video_link"] = "none"
		case rank < townsWithoutVideo+townsVideoDown:
			properties["video_link"] = "down"
		}
		switch {
		case rank < townReportsMissing:
			properties["report"] = "missing"
		case rank%11 == 5 && rank < 11*townReportsLate:
			properties["report"] = "late"
		}
		list = append(list, w.put("C"+town.code, w.nearHome(town.seat, d), properties))
	}
	return list
}

func (w *world) villageCentres(d dice) []layers.Feature {
	remote := make([]float64, len(w.villages))
	for v, village := range w.villages {
		remote[v] = 1 / (200 + float64(village.population))
		if village.kind == residents {
			remote[v] /= 6
		}
	}
	behind := d.sample(remote, villageCentresBuilding+villageCentresMissing)
	var list []layers.Feature
	for v, village := range w.villages {
		properties := map[string]any{
			"name": village.name + "综治中心", "level": "village", "state": "built", "equipment": "none", "video_link": "none",
			"functions": pickFunctions(d, 0.55),
		}
		switch i := slices.Index(behind, v); {
		case i >= villageCentresBuilding:
			properties["state"] = "missing"
			delete(properties, "functions")
		case i >= 0:
			properties["state"] = "building"
		}
		list = append(list, w.put(fmt.Sprintf("C%s", village.code), w.nearHome(v, d), properties))
	}
	return list
}

// pickFunctions is a list of services; reception and mediation are always
// among them.
func pickFunctions(d dice, often float64) string {
	list := "reception,mediation"
	for _, f := range []string{"patrol", "grid", "video", "hazard", "legal", "service"} {
		if d.chance(often) {
			list += "," + f
		}
	}
	return list
}
