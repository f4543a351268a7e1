// Package demo invents a city: the seeded, synthetic Wuwei that the program
// shows when nobody has given it real data.
//
// Real are the outlines, names, codes and census totals of the four counties,
// the number and kind of the units below them, the names and rough courses of
// large rivers and highways, and the totals that the city published for
// 2016. Everything else is invented: names and codes below the county, every
// border, road, camera, unit and case. Every feature is marked synthetic.
//
// The same seed gives the same city, bit for bit on one kind of processor;
// nothing is read but the embedded outline, and no clock is asked.
package demo

import (
	"fmt"

	"sitmap/layers"
)

// City is everything the demo fills a database with.
type City struct {
	// Layers are in an order in which they can be stored: what others refer to
	// comes first.
	Layers []LayerFeatures
	// Transitions is the log of all disputes, by case and time.
	Transitions []layers.Transition
	// Truth is what was planted among the disputes.
	Truth Truth
}

// LayerFeatures is the features of one layer, by id of the layer.
type LayerFeatures struct {
	Layer    string
	Features []layers.Feature
}

// Layer returns the features of a layer, nil for a layer the demo lacks.
func (c *City) Layer(id string) []layers.Feature {
	for _, l := range c.Layers {
		if l.Layer == id {
			return l.Features
		}
	}
	return nil
}

// Generate invents the city of a seed. report is told each step as it begins;
// it may be nil.
func Generate(seed int64, report func(step string)) (*City, error) {
	if report == nil {
		report = func(string) {}
	}
	report("settlements")
	a, err := plan(seed, report)
	if err != nil {
		return nil, fmt.Errorf("demo city of seed %d: %w", seed, err)
	}
	report("roads and water")
	w := build(a, seed)
	report("features")
	city := &City{Layers: []LayerFeatures{
		{"area", w.areaFeatures()},
		{"grid", w.gridFeatures()},
		{"water", w.waterFeatures()},
		{"road", w.roadFeatures()},
		{"camera", w.cameraFeatures()},
		{"unit", w.unitFeatures()},
		{"committee", w.committeeFeatures()},
		{"centre", w.centreFeatures()},
		{"demo_community", w.demoCommunityFeatures()},
		{"key_area", w.keyAreaFeatures()},
		{"site", w.siteFeatures()},
		{"hazard", w.hazardFeatures()},
	}}
	report("disputes")
	cases := w.disputes()
	city.Layers = append(city.Layers, LayerFeatures{"dispute", cases.features})
	city.Transitions = cases.log
	city.Truth = cases.truth
	return city, nil
}
