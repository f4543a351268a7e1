package release

import (
	"maps"
	"slices"
)

// Same tells whether the other set shows the same numbers of the same places: no
// reader could tell them apart, whatever became known behind them.
func (s *Set) Same(other *Set) bool {
	return s.rule == other.rule && s.span == other.span && slices.Equal(s.categories, other.categories) &&
		maps.EqualFunc(s.totals, other.totals, slices.Equal) &&
		maps.EqualFunc(s.layers, other.layers, slices.Equal)
}
