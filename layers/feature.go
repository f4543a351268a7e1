package layers

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"
)

// Feature is one thing on a layer.
type Feature struct {
	// ID is the business code: unique in its layer, never reused.
	ID string
	// FID is the number tiles carry as feature id: unique in its layer, stable
	// as long as the ID lives. 0 on the way in; the store gives it.
	FID int32
	// Geometry is longitude, latitude, WGS 84. nil where a place is unknown
	// (an area tree without boundaries).
	Geometry orb.Geometry
	// Properties holds only declared fields: string, bool, int64 or float64
	// by the field's type. Date is "2006-01-02", Time is RFC 3339 in UTC.
	Properties map[string]any
	// Area is the padded number of the smallest area the feature lies in; see
	// AreaNumber. 0 on the way in where the store shall find it.
	Area int64
	// Synthetic is true for everything that was invented.
	Synthetic bool
	// Version counts the changes of this feature, from 1.
	Version int64
}

// Instant is when a feature of the dated layer is dated, in Unix seconds. A day is
// the city's; noon UTC lies in it from Shanghai to Boston. The error is of kind
// ErrInvalid.
func (l Layer) Instant(f Feature) (int64, error) {
	text, _ := f.Properties[l.TimeField].(string)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.Unix(), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%s %q is not a time: %w", l.TimeField, text, ErrInvalid)
	}
	return day.Unix() + 12*60*60, nil
}

// Transition is one step in the life of a case: appended, never changed.
type Transition struct {
	CaseID string
	At     time.Time
	From   string // status before; empty for the first
	To     string // status after
	Unit   string // the acting post or organisation, never a person
	Reason string // a reason code, empty for the ordinary course
}

// LayerState is what a store knows about a layer as a whole.
type LayerState struct {
	Layer   string
	Version int64     // grows with every committed change
	Changed time.Time // when that was
	AsOf    time.Time // until when the data speak; zero when the layer is empty
	Count   int64     // features, over all areas; never shown to a scoped reader
	Bounds  orb.Bound // of all features; zero when empty
	// Synthetic is true when any feature is invented.
	Synthetic bool
}
