package demo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"sitmap/layers"
)

// The number of newly added cameras is the city's own figure; how they divide
// among kinds of places is invented. What the other pools cannot hold, and the
// rest, stands at the entrances of communities.
const (
	cameras         = 36000
	newCamerasSince = "2015-11-01"
)

// spot is where a camera may stand and what it looks at.
type spot struct {
	place     string // value of place_kind
	at        place
	direction float64 // degrees; negative: it may look anywhere
	label     string  // what the camera is called after
	weight    float64 // how likely it is chosen
	range_    float64 // metres to what is worth seeing
}

// cameraFeatures chooses the spots of all cameras and equips them.
func (w *world) cameraFeatures() []layers.Feature {
	d := w.dice("cameras")
	chosen := make([]spot, 0, cameras)
	take := func(pool []spot, n int) {
		pool = slices.DeleteFunc(pool, func(s spot) bool { // beside the road may be over the border
			_, inside := w.grid(s.at)
			return !inside
		})
		weights := make([]float64, len(pool))
		for i, s := range pool {
			weights[i] = s.weight
		}
		for _, i := range d.sample(weights, min(n, len(pool))) {
			chosen = append(chosen, pool[i])
		}
	}
	take(w.junctionSpots(), 7200)
	take(w.roadSpots(), 6800)
	take(w.villageSpots(), 6600)
	for _, s := range []struct {
		kind  sightKind
		place string
		each  int // spots around one
		total int
	}{
		{school, "school_surroundings", 6, 1900},
		{hospital, "hospital_surroundings", 7, 600},
		{market, "commercial", 15, 2000},
		{square, "square", 34, 320},
		{station, "station", 6, 280},
		{keyUnit, "key_unit", 6, 900},
	} {
		take(w.sightSpots(s.kind, s.place, s.each, d), s.total)
	}
	take(w.checkpointSpots(), 160)
	take(w.openSpots(d), 840)
	take(w.entranceSpots(), cameras-len(chosen))
	return w.equip(chosen, d)
}

// equip turns spots into cameras of the register.
func (w *world) equip(chosen []spot, d dice) []layers.Feature {
	list := make([]layers.Feature, 0, len(chosen))
	sequence := make([]int, len(w.counties))
	named := make(map[string]int)
	since, _ := time.Parse(time.DateOnly, newCamerasSince)
	for _, s := range chosen {
		cell, _ := w.grid(s.at)
		grid := w.grids[cell]
		county := w.villages[grid.village].county
		sequence[county]++
		named[s.label]++

		state := [...]string{"working", "faulty", "offline", "building"}[d.pick([]float64{0.951, 0.026, 0.016, 0.007})]
		kind := cameraKind(s.place, d)
		properties := map[string]any{
			"name": fmt.Sprintf("%s%d号", s.label, named[s.label]), "kind": kind, "state": state, "place_kind": s.place,
			"high_definition": d.chance(sharpness(s.place, grid.urban)),
			"direction_deg":   math.Round(math.Mod(look(s.direction, d)+360, 360)),
			"fov_deg":         fieldOfView(kind, d), "range_m": reachOfCamera(kind, s.range_, d),
			"sign_posted": d.chance(0.965), "retention_days": retention(d),
		}
		w.ownership(properties, s, county)
		w.filing(properties, state, since, d)
		industry := industryOf(s.place, s.label)
		kindCode := "132"
		if d.chance(0.2) {
			kindCode = "131"
		}
		id := strconv.Itoa(int(w.counties[county].code)) + "00" + industry + kindCode + "1" + fmt.Sprintf("%06d", sequence[county])
		list = append(list, layers.Feature{
			ID: id, Geometry: degrees(s.at), Properties: properties, Area: number(grid.code), Synthetic: true, Version: 1,
		})
	}
	return byID(list)
}

func look(direction float64, d dice) float64 {
	if direction < 0 {
		return d.between(0, 360)
	}
	return direction + 7*d.NormFloat64()
}

func cameraKind(place string, d dice) string {
	weights := []float64{0.18, 0.06, 0.58, 0.15, 0.03} // dome, half dome, fixed, pan-tilt, panorama
	switch place {
	case "square", "station", "commercial":
		weights = []float64{0.4, 0.1, 0.22, 0.16, 0.12}
	case "checkpoint":
		weights = []float64{0, 0, 1, 0, 0}
	}
	return [...]string{"dome", "half_dome", "fixed", "ptz", "panorama"}[d.pick(weights)]
}

func fieldOfView(kind string, d dice) float64 {
	switch kind {
	case "panorama":
		return float64(180 + 180*d.IntN(2))
	case "half_dome":
		return 90 + 5*float64(d.IntN(5))
	case "dome", "ptz":
		return 55 + 5*float64(d.IntN(4))
	}
	return 60 + 5*float64(d.IntN(7))
}

func reachOfCamera(kind string, open float64, d dice) float64 {
	most := map[string]float64{"dome": 200, "ptz": 250, "fixed": 110, "half_dome": 45, "panorama": 120}[kind]
	return math.Round(math.Min(most*d.between(0.7, 1.1), open)/5) * 5
}

// sharpness is the share of high-definition cameras: complete on main roads,
// in busy places and around key units of the towns, patchy in villages.
func sharpness(place string, urban bool) float64 {
	switch {
	case place == "checkpoint":
		return 1
	case urban && place != "community_entrance" && place != "other_public":
		return 0.995
	case urban:
		return 0.9
	case place == "village_entrance":
		return 0.45
	}
	return 0.65
}

// retention is mostly the 30 days that the rules ask for; some keep too little.
func retention(d dice) int64 {
	return [...]int64{30, 60, 90, 180, 15, 7}[d.pick([]float64{0.71, 0.14, 0.1, 0.015, 0.028, 0.007})]
}

// ownership says who may lawfully run the camera.
func (w *world) ownership(properties map[string]any, s spot, county int) {
	owner, basis := w.counties[county].name+"公安局", "government"
	switch s.place {
	case "community_entrance", "hospital_surroundings", "school_surroundings", "key_unit", "station":
		owner, basis = s.label+"管理单位", "operator"
	case "village_entrance", "other_public":
		owner = w.counties[county].name + "综治办"
	}
	properties["owner"], properties["legal_basis"] = owner, basis
}

func (w *world) filing(properties map[string]any, state string, since time.Time, d dice) {
	if state == "building" {
		properties["filing"] = "pending"
		return
	}
	age := d.IntN(335) // until the end of September 2016
	properties["in_service_on"] = since.AddDate(0, 0, age).Format(time.DateOnly)
	switch fresh := age > 305; { // a month to file
	case d.chance(0.93) && !(fresh && d.chance(0.5)):
		properties["filing"] = "filed"
	case fresh:
		properties["filing"] = "pending"
	default:
		properties["filing"] = "overdue"
	}
}

// industryOf is digits 9 and 10 of the GB/T 28181 code.
func industryOf(place, label string) string {
	switch place {
	case "main_road", "junction":
		return "04"
	case "checkpoint":
		return "05"
	case "community_entrance", "village_entrance":
		return "01"
	case "school_surroundings":
		return "11"
	case "hospital_surroundings":
		return "09"
	case "key_unit":
		return "03"
	}
	return "00"
}
