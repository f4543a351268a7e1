package tally

import (
	"maps"

	"sitmap/layers"
)

// codes numbers the values of a layer's legend field as categories: from 1 in the
// order in which they came, 0 for none. It is copied before it grows, so that
// whoever counts with an older one goes on.
type codes struct {
	field   string // of the legend; empty where nothing is told apart
	numbers map[string]uint8
	values  []string // by number; values[0] is none
	// full says that there are more values than numbers; those left over count
	// as 0, and only features themselves can tell them apart.
	full bool
}

func newCodes(l layers.Layer) *codes {
	c := &codes{numbers: map[string]uint8{}, values: []string{""}}
	// A feature with several codes at once is in no one category.
	if f, ok := l.Field(l.Legend); ok && f.Type != layers.Codes {
		c.field = f.Name
		for _, code := range f.List {
			c.number(code.Value)
		}
	}
	return c
}

// number is the category of a value, which may be new. Nobody else may use c.
func (c *codes) number(value string) uint8 {
	n, ok := c.numbers[value]
	switch {
	case ok || value == "":
		return n
	case len(c.values) > 255:
		c.full = true
		return 0
	}
	n = uint8(len(c.values))
	c.numbers[value], c.values = n, append(c.values, value)
	return n
}

// of is the category of a feature.
func (c *codes) of(f layers.Feature) uint8 {
	value, _ := f.Properties[c.field].(string)
	return c.number(value)
}

func (c *codes) clone() *codes {
	return &codes{c.field, maps.Clone(c.numbers), append([]string(nil), c.values...), c.full}
}
