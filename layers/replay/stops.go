package replay

import (
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers/live"
)

const (
	// StopLeast is how long a unit stays where it is until that is a stop.
	StopLeast = 5 * time.Minute
	// StayLeast is the shortest stay in a cell that may belong to a stop; who
	// drives through is there for less.
	StayLeast = time.Minute
)

// Stop is that a unit stayed in one place: in one cell of its stays and those
// around it, which is some 100 metres to each side.
type Stop struct {
	From, To time.Time
	Point    orb.Point // middle of the cell in which it was longest; WGS 84
}

// Stops makes stops of the stays of one unit in the order of their beginnings.
// Who stands where cells or grids meet has several stays at once, or in turn;
// they are one stop. Who walks at a metre a second leaves the cells around in less
// than StopLeast.
func Stops(stays []live.Stay) []Stop {
	var stops []Stop
	var near []hex.Cell // around the first cell of the stop that goes on
	var longest time.Duration
	for _, one := range stays {
		if one.To.Sub(one.From) < StayLeast {
			continue
		}
		centre, err := one.Cell.Centre()
		if err != nil {
			continue // no cell
		}
		length := one.To.Sub(one.From)
		if n := len(stops); n > 0 && one.From.Sub(stops[n-1].To) <= live.StayJoin && slices.Contains(near, one.Cell) {
			last := &stops[n-1]
			if one.To.After(last.To) {
				last.To = one.To
			}
			if length > longest {
				longest, last.Point = length, centre
			}
			continue
		}
		if near, err = one.Cell.Disk(1); err != nil {
			continue
		}
		longest = length
		stops = append(stops, Stop{one.From, one.To, centre})
	}
	return slices.DeleteFunc(stops, func(s Stop) bool { return s.To.Sub(s.From) < StopLeast })
}
