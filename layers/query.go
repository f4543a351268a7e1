package layers

import (
	"time"

	"github.com/paulmach/orb"
)

// Window is the time [From, To). A zero bound is open.
type Window struct{ From, To time.Time }

// Open reports whether the window lets every time pass.
func (w Window) Open() bool { return w.From.IsZero() && w.To.IsZero() }

// Filter keeps features whose field has one of the values. The values are
// typed like properties.
type Filter struct {
	Field  string
	Values []any
}

// Query says which features of a layer are meant. It never says who asks:
// that is access.Scope, an argument of its own. All parts must hold.
type Query struct {
	Bounds  *orb.Bound       // features that meet the box, edges included
	Within  orb.MultiPolygon // features that meet the drawn area; nil for anywhere
	Area    *AreaRange       // features whose area number lies inside
	Window  Window           // features dated inside; only for dated layers
	Filters []Filter
	// FIDs keeps the features with these numbers; nil for all. Numbers without
	// a feature are passed over.
	FIDs []int32
	// After and Limit page through features in the order of their FID.
	After int32
	Limit int // 0: no limit
}
