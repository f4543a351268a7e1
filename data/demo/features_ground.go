package demo

import (
	"fmt"
	"strconv"

	"sitmap/data/demo/planar"
	"sitmap/layers"
)

// areaFeatures is the tree from the city down to the village.
func (w *world) areaFeatures() []layers.Feature {
	var list []layers.Feature
	add := func(code, parent string, shape planar.Polygon, properties map[string]any) {
		properties["code"] = code
		if parent != "" {
			properties["parent"] = parent
		}
		list = append(list, layers.Feature{
			ID: code, Geometry: polygonOf(shape), Properties: properties, Area: number(code), Synthetic: true, Version: 1,
		})
	}
	population := 0
	for _, t := range w.counties {
		population += t.population
	}
	add(cityCode, "", w.cityShape, map[string]any{
		"name": "武威市", "name_en": "Wuwei", "level": "city", "kind": "ordinary",
		"population": int64(population), "time_zone": "Asia/Shanghai",
	})
	for i, t := range w.counties {
		add(strconv.Itoa(int(t.code)), cityCode, w.countyShape[i], map[string]any{
			"name": t.name, "name_en": t.nameEn, "level": "county", "kind": "ordinary", "population": int64(t.population),
		})
	}
	for i, t := range w.towns {
		add(t.code, t.code[:6], w.townShape[i], map[string]any{
			"name": t.name, "name_en": t.nameEn, "level": "township", "kind": t.kind.code(), "population": int64(t.population),
		})
	}
	for i, v := range w.villages {
		add(v.code, v.code[:9], w.villageShape[i], map[string]any{
			"name": v.name, "name_en": v.nameEn, "level": "village", "kind": v.kind.code(), "population": int64(v.population),
		})
	}
	return byID(list)
}

func (k townKind) code() string {
	return [...]string{"subdistrict", "town", "rural_township", "statistical"}[k]
}

func (k villageKind) code() string {
	return [...]string{"villagers", "residents", "village_like"}[k]
}

func (w *world) gridFeatures() []layers.Feature {
	list := make([]layers.Feature, len(w.grids))
	for i, g := range w.grids {
		setting, kind := "rural", "base"
		if g.urban {
			setting = "urban"
		}
		if g.exclusive {
			kind = "exclusive"
		}
		list[i] = layers.Feature{
			ID: g.code, Geometry: polygonOf(w.gridShape[i]), Area: number(g.code), Synthetic: true, Version: 1,
			Properties: map[string]any{
				"name": g.name, "setting": setting, "kind": kind,
				"staff_count": int64(g.staff), "household_band": householdBand(g.people),
			},
		}
	}
	return byID(list)
}

func (w *world) waterFeatures() []layers.Feature {
	list := make([]layers.Feature, len(w.bodies))
	for i, b := range w.bodies {
		f := layers.Feature{
			ID: fmt.Sprintf("W%03d", i+1), Synthetic: true, Version: 1,
			Properties: map[string]any{"name": b.name, "kind": b.kind},
		}
		if b.line != nil {
			f.Geometry, f.Area = lineString(b.line), w.areaOf(b.line[len(b.line)/2])
		} else {
			f.Geometry, f.Area = polygonOf(planar.Polygon{Outer: b.ring}), w.areaOf(b.middle)
		}
		list[i] = f
	}
	return list
}

func (w *world) roadFeatures() []layers.Feature {
	list := make([]layers.Feature, len(w.roads))
	for i, s := range w.roads {
		middle := s.line[len(s.line)/2]
		properties := map[string]any{
			"class": s.class.code(), "bridge": s.bridge, "oneway": s.oneway,
			"speed_kmh": s.class.speed(mountain(middle) > 0.5), "length_m": round1(sphereLength(s.line)),
		}
		if s.name != "" {
			properties["name"] = s.name
		}
		if s.ref != "" {
			properties["ref"] = s.ref
		}
		list[i] = layers.Feature{
			ID: fmt.Sprintf("R%06d", i+1), Geometry: lineString(s.line), Properties: properties,
			Area: w.areaOf(middle), Synthetic: true, Version: 1,
		}
	}
	return list
}
