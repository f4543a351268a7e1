package live

import (
	"maps"
	"slices"
)

// With is the register with one more source, in place of one of the same id, and
// with more units and shifts.
func (k *Register) With(source Source, units []Unit, shifts []Shift) *Register {
	more := *k
	more.sources, more.units = maps.Clone(k.sources), maps.Clone(k.units)
	more.sources[source.ID] = source
	for _, u := range units {
		more.units[u.ID] = &listed{Unit: u}
	}
	for _, s := range shifts {
		if u := more.units[s.Unit]; u != nil {
			more.units[s.Unit] = &listed{u.Unit, append(slices.Clone(u.shifts), s)}
		}
	}
	return &more
}
