package live

import (
	"time"

	"sitmap/geo/hex"
)

const (
	// StayJoin is the longest time between two fixes of one stay.
	StayJoin = 2 * time.Minute
	// stayResolution is that of the cells of stays: H3's 10.
	stayResolution = 10
)

// Stay is a unit's stay in a service grid and cell: from the first to the last of
// its fixes there. Unit, Grid, Cell and From name it.
type Stay struct {
	Unit     string
	Grid     int64    // number of the grid; 0 outside all of them
	Cell     hex.Cell // of resolution 10
	From, To time.Time
}

// spot is where a stay is.
type spot struct {
	grid int64
	cell hex.Cell
}

// Stays makes stays of fixes as they come. Whoever takes the same records comes
// to the same stays. It is not safe for concurrent use.
type Stays struct {
	grids   func() *Grids                // as they are just now
	of      map[string]map[spot]*growing // the newest of each unit at each spot, for a while
	changed []*growing
}

// growing is a stay, and whether it is among those that changed.
type growing struct {
	Stay
	changed bool
}

// NewStays begins with stays that are known.
func NewStays(grids func() *Grids, known []Stay) *Stays {
	s := &Stays{grids: grids, of: map[string]map[spot]*growing{}}
	for _, one := range known {
		s.put(&growing{Stay: one})
	}
	return s
}

func (s *Stays) put(one *growing) {
	spots := s.of[one.Unit]
	if spots == nil {
		spots = map[spot]*growing{}
		s.of[one.Unit] = spots
	}
	spots[spot{one.Grid, one.Cell}] = one
	if len(spots) < 32 {
		return
	}
	for at, old := range spots { // who passed there long ago begins anew
		if one.To.Sub(old.To) > StayJoin {
			delete(spots, at)
		}
	}
}

// Take takes records. Fixes whose own time cannot be right belong to no stay.
func (s *Stays) Take(records []Record) {
	grids := s.grids()
	for k := range records {
		r := &records[k]
		if r.Count > 0 || r.Act != 0 || !r.Verdict.Stored() || r.Verdict.Misdated() {
			continue
		}
		cell, err := hex.Of(r.Fix.Point, stayResolution)
		if err != nil {
			continue // no place on the globe
		}
		at := r.Fix.At
		here := spot{grids.Of(r.Fix.Point), cell}
		one := s.of[r.Fix.Unit][here]
		switch {
		case one == nil || at.Sub(one.To) > StayJoin || at.Before(one.From):
			// One that comes late begins a stay of its own.
			one = &growing{Stay: Stay{r.Fix.Unit, here.grid, here.cell, at, at}}
			s.put(one)
		case at.After(one.To):
			one.To = at
		default:
			continue
		}
		if !one.changed {
			one.changed = true
			s.changed = append(s.changed, one)
		}
	}
}

// Changed gives the stays that began or grew since the last call, each as it is
// now.
func (s *Stays) Changed() []Stay {
	all := make([]Stay, len(s.changed))
	for k, one := range s.changed {
		one.changed = false
		all[k] = one.Stay
	}
	s.changed = s.changed[:0]
	return all
}
