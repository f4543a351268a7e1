package layers

import (
	"strings"
	"time"
	"unicode/utf8"

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

// Check tells whether the values are typed as the field's are; no value is right
// too. The error is an *InvalidParameter.
func (f Filter) Check(field Field) error {
	for _, v := range f.Values {
		right, want := false, "text in UTF-8"
		switch field.Type {
		case Integer:
			_, right = v.(int64)
			want = "whole numbers"
		case Number:
			_, right = v.(float64)
			want = "numbers"
		case Boolean:
			_, right = v.(bool)
			want = "true or false"
		case Time:
			text, _ := v.(string)
			_, err := time.Parse(time.RFC3339, text)
			right, want = err == nil, "an instant, 2016-09-30T08:00:00Z"
		default:
			text, ok := v.(string)
			// No store holds a text with a NUL.
			right = ok && utf8.ValidString(text) && !strings.Contains(text, "\x00")
		}
		if !right {
			return BadParameter(field.Name, "want %s", want)
		}
	}
	return nil
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

// Boxes are the query's bounds as boxes none of which crosses the 180th
// meridian: one, or two where the west is east of the east; nil without bounds.
// The error is an *InvalidParameter.
func (q Query) Boxes() ([]orb.Bound, error) {
	if q.Bounds == nil {
		return nil, nil
	}
	b := *q.Bounds
	for _, n := range []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		if n != n || n < -360 || n > 360 {
			return nil, BadParameter("bbox", "want west,south,east,north in degrees")
		}
	}
	if b.Min[1] > b.Max[1] {
		return nil, BadParameter("bbox", "its south is north of its north")
	}
	if b.Min[0] <= b.Max[0] {
		return []orb.Bound{b}, nil
	}
	box := func(from, to float64) orb.Bound {
		return orb.Bound{Min: orb.Point{min(from, to), b.Min[1]}, Max: orb.Point{max(from, to), b.Max[1]}}
	}
	return []orb.Bound{box(b.Min[0], 180), box(-180, b.Max[0])}, nil
}
