package live

import (
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// Register is what is known of the city when a fix is judged. It does not change.
type Register struct {
	sources map[string]Source
	units   map[string]*listed
	city    City
}

// listed is a unit of the register and when it is on duty.
type listed struct {
	Unit
	shifts []Shift
}

// shiftAt is the shift at that time.
func (l *listed) shiftAt(at time.Time) (Shift, bool) {
	for k := range l.shifts {
		if s := &l.shifts[k]; !at.Before(s.From) && at.Before(s.To) {
			return *s, true
		}
	}
	return Shift{}, false
}

// City is where the units are.
type City struct {
	Bounds orb.Bound        // WGS 84; zero limits nothing
	Range  layers.AreaRange // of its areas
}

// NewRegister takes the sources, units and shifts of a city.
func NewRegister(sources []Source, units []Unit, shifts []Shift, city City) *Register {
	k := &Register{sources: map[string]Source{}, units: make(map[string]*listed, len(units)), city: city}
	for _, s := range sources {
		k.sources[s.ID] = s
	}
	for _, u := range units {
		k.units[u.ID] = &listed{Unit: u}
	}
	for _, s := range shifts {
		if u := k.units[s.Unit]; u != nil {
			u.shifts = append(u.shifts, s)
		}
	}
	return k
}

// Source is the source of that id.
func (k *Register) Source(id string) (Source, bool) {
	s, ok := k.sources[id]
	return s, ok
}

// Unit is the unit of that id.
func (k *Register) Unit(id string) (Unit, bool) {
	if u := k.units[id]; u != nil {
		return u.Unit, true
	}
	return Unit{}, false
}

// ShiftAt is the unit's shift at that time.
func (k *Register) ShiftAt(unit string, at time.Time) (Shift, bool) {
	if u := k.units[unit]; u != nil {
		return u.shiftAt(at)
	}
	return Shift{}, false
}

// Units are the units whose home lies in the range, by id.
func (k *Register) Units(within layers.AreaRange) []Unit {
	var all []Unit
	for _, u := range k.units {
		if within.Contains(u.Area) {
			all = append(all, u.Unit)
		}
	}
	slices.SortFunc(all, func(a, b Unit) int { return strings.Compare(a.ID, b.ID) })
	return all
}
