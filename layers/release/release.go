// Package release makes the published counts: the only dated numbers of a
// protected layer that readers without case rights ever see.
//
// One set of numbers is made for each version of the data. It counts places ×
// calendar periods (months, quarters, years) × categories (each, and all
// together). All places come from one tree: the city is halved again and
// again, along counties, townships, villages and at last patches of H3 cells.
// For each period and category the tree is cut as deep as every piece still
// holds the threshold (5) and nothing smaller follows from the difference of
// any pieces. Maps of areas and maps of cells draw the same pieces, so there is
// nothing between the two to subtract.
//
// docs/decisions/0014-the-release.md has the threat model, the rule and why the
// structure keeps it.
package release

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// Rule is what counts as too few to show.
type Rule struct {
	// Threshold is the smallest count below the city that is shown.
	Threshold int `json:"threshold"`
}

// The usual rule, and the weakest that is allowed.
const (
	DefaultThreshold = 5
	LeastThreshold   = 3
)

// Check refuses a rule weaker than the weakest allowed.
func (r Rule) Check() error {
	if r.Threshold < LeastThreshold || r.Threshold > greatestThreshold {
		return fmt.Errorf("threshold %d of the release: want %d to %d: %w", r.Threshold, LeastThreshold, greatestThreshold, layers.ErrInvalid)
	}
	return nil
}

// need is how wide the interval of a withheld number must stay: as wide as the
// class "1 to threshold − 1". Where the city's own number, which is always public,
// is smaller than that, nothing can be wider than it: then as wide as it is.
func (r Rule) need(city int) int { return min(r.full(), city) }

// full is the width of the class.
func (r Rule) full() int { return r.Threshold - 2 }

// Fact is how many cases of one category one month found in one atom.
type Fact struct {
	Cell     hex.Cell // at the resolution of Ground.Places; a finer one is taken to its parent
	Area     int64    // number of the village, or of a grid in it
	Month    Month
	Category uint8
	Count    int
}

// Village is a piece of ground that the tree never cuts by anything but cells.
type Village struct {
	Number int64
	// Weight says how much of the city lives there (service grids, residents):
	// halves of the tree weigh the same. It must not come from the cases.
	Weight int
	Centre orb.Point
}

// Place is a cell whose middle lies in a village.
type Place struct {
	Cell hex.Cell
	Area int64
}

// Ground is what is known of the city before any case: it alone decides which
// pieces there can be.
type Ground struct {
	City     int64 // number of the whole
	Villages []Village
	// Places are the cells of the whole city, at one resolution; they may be
	// missing, and then there are no maps of cells.
	Places []Place
	// Categories are the codes a case may have.
	Categories []uint8
}

// Month counts the months of the city's calendar: year × 12 + month − 1.
type Month int

// MonthOf is the month that holds an instant, in the city's zone.
func MonthOf(t time.Time, zone *time.Location) Month {
	t = t.In(zone)
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// Start is the month's first instant in the city's zone.
func (m Month) Start(zone *time.Location) time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, zone)
}

func (m Month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// Span is the months [From, To).
type Span struct{ From, To Month }

// All stands for all categories together.
const All = -1

// State says what a unit's number is.
type State string

// The states.
const (
	Exact    State = "exact"    // the count itself
	Withheld State = "withheld" // cannot be shown without giving away others
	None     State = "none"     // nothing in the whole city
)

// Unit is one piece of the map with one number.
type Unit struct {
	// Areas are the numbers of the areas that make up the piece, of the level
	// that was asked for.
	Areas []int64 `json:"areas,omitempty"`
	// Cells are the cells of the piece, of the resolution that was asked for.
	Cells []hex.Cell `json:"-"`
	Count int        `json:"count"`
	State State      `json:"state"`
	// Why tells how the piece came to be as it is.
	Why Why `json:"why"`
	// Place numbers the piece: the same piece has the same number in every
	// period and category of a set.
	Place int `json:"place"`
}
