package live

import (
	"maps"
	"slices"
)

// With is the register with one more source, in place of one of the same id, and
// more shifts.
func (k *Register) With(source Source, shifts ...Shift) *Register {
	more := *k
	more.sources = maps.Clone(k.sources)
	more.sources[source.ID] = source
	more.shifts = maps.Clone(k.shifts)
	for _, s := range shifts {
		more.shifts[s.Unit] = append(slices.Clone(more.shifts[s.Unit]), s)
	}
	return &more
}

// WithUnits is the register with more units.
func (k *Register) WithUnits(units []Unit) *Register {
	more := *k
	more.units = maps.Clone(k.units)
	for _, u := range units {
		more.units[u.ID] = u
	}
	return &more
}
