// Package catalog is the layers of this map: one file for each, and the
// visible list of all of them. Only the program and tests import it; every
// other room is handed a layers.Catalog.
package catalog

import "sitmap/layers"

// All is every layer, in drawing order from the bottom.
var All = layers.Catalog{
	Water, Road, Area, Grid, KeyArea, DemoCommunity, Committee, Centre,
	Site, Hazard, Camera, Dispute, Unit,
}

// words is a phrase in both languages.
func words(zh, en string) layers.Text { return layers.Text{Zh: zh, En: en} }

// code is one value of a code list.
func code(value, zh, en string, tone layers.Tone, aliases ...string) layers.Code {
	return layers.Code{Value: value, Title: words(zh, en), Tone: tone, Aliases: aliases}
}

// from gives a code the zoom at which its features appear.
func from(zoom int, c layers.Code) layers.Code {
	c.MinZoom = zoom
	return c
}

// name is the field that most layers call themselves by.
func name(aliases ...string) layers.Field {
	return layers.Field{
		Name: "name", Title: words("名称", "Name"), Type: layers.String, Search: true, MaxLength: 80,
		Aliases: append([]string{"名称", "title"}, aliases...),
	}
}

// required marks a field that every feature must have.
func required(f layers.Field) layers.Field {
	f.Required = true
	return f
}

// number bounds a field to the numbers from low to high.
func number(f layers.Field, low, high float64) layers.Field {
	f.Min, f.Max = layers.Between(low, high)
	return f
}
