// Package mvttest holds vector tiles against the decoders of others, and their
// polygons against the rules of validity. It serves the tests of every package
// that makes tiles.
package mvttest

import (
	"cmp"
	"slices"

	"sitmap/tiles/mvt"
)

// Layer is what a decoder says about a layer, in a form that all can give.
type Layer struct {
	Name            string
	Version, Extent uint32 // 0 from a decoder that does not tell them: GDAL
	Features        []Feature
}

// Feature is what a decoder says about a feature. Numbers are float64, as
// JavaScript has them: beyond 2⁵³ neighbours look alike.
type Feature struct {
	ID         float64
	HasID      bool
	Type       mvt.Type
	Properties map[string]any // string, float64 or bool
	Shape      mvt.Shape
}

// Forms is what our own decoder says. Layers without features are left out,
// since not every decoder shows them.
func Forms(layers []mvt.Layer) []Layer {
	var all []Layer
	for _, l := range layers {
		if len(l.Features) == 0 {
			continue
		}
		form := Layer{Name: l.Name, Version: l.Version, Extent: l.Extent}
		for _, f := range l.Features {
			properties := map[string]any{}
			for _, p := range f.Properties {
				properties[p.Key] = plain(p.Value)
			}
			form.Features = append(form.Features, Feature{float64(f.ID), f.HasID, f.Type, properties, f.Shape})
		}
		all = append(all, form)
	}
	return all
}

func plain(value any) any {
	switch v := value.(type) {
	case float32:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return value
}

// byName orders layers so that lists can be compared: JavaScript's objects do
// not keep the tile's order of names that look like numbers.
func byName(layers []Layer) []Layer {
	return slices.SortedStableFunc(slices.Values(layers), func(a, b Layer) int { return cmp.Compare(a.Name, b.Name) })
}
