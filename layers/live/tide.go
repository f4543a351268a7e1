package live

import (
	"math"
	"time"

	"sitmap/layers"
)

// depths are the lengths of area codes, from everywhere to a service grid. Who
// answers for an area sees what units at home in it do; of a grid inside it these
// are the units whose home has so many digits in common with the grid. So when a
// grid was last visited is one number a depth, whoever asks.
var depths = [...]int{0, 2, 4, 6, 9, 12, 15}

// pads are, by depth, how many numbers an area of that depth has.
var pads = func() (all [len(depths)]int64) {
	for k, digits := range depths {
		all[k] = int64(math.Pow10(layers.AreaDigits - digits))
	}
	return all
}()

// depthOf is the depth of the smallest area of the tree that holds the range.
func depthOf(r layers.AreaRange) int {
	depth := 0
	for k, pad := range pads {
		if r.Low/pad == r.High/pad {
			depth = k
		}
	}
	return depth
}

// tellAfter is by how much a last visit has to be newer than the one told of, so
// that a grid in which a unit stays is told once a minute.
const tellAfter = time.Minute

// course is what is known of the visits to a service grid.
type course struct {
	visits  []visit // in the order in which they were first heard of
	last    [len(depths)]int64
	told    [len(depths)]int64  // last visits as they were told, Unix milliseconds
	changed [len(depths)]uint64 // the version that told it
	touched bool
}

// saw notes a visit until to of a unit at home in that area; false when nothing is
// newer for it.
func (c *course) saw(grid, home, to int64) (newer bool) {
	for k, pad := range pads {
		if home < 0 || grid/pad != home/pad {
			break
		}
		if to > c.last[k] {
			c.last[k], newer = to, true
		}
	}
	return newer
}

// Publish tells of the grids that were visited since the last time, and whether
// there are any. Called once a second, it gives readers one frame a second at most.
func (v *Visits) Publish() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.learn()
	before := v.version
	for _, rank := range v.touched {
		c := &v.byGrid[rank]
		c.touched = false
		for k := range depths {
			if c.last[k] >= c.told[k]+tellAfter.Milliseconds() {
				c.told[k], c.changed[k] = c.last[k], before+1
				v.version = before + 1
			}
		}
	}
	v.touched = v.touched[:0]
	return v.version != before
}

// Tide is when each service grid of an area was last visited.
type Tide struct {
	Version uint64
	Places  []Place     // ascending by number; not to be changed
	Last    []time.Time // by place; zero for not within LastKept
}

// Tide gives the grids of the area, with their last visits by units at home in
// homes, which must be an area of the tree around it. ready is false as long as the
// visits are not known.
func (v *Visits) Tide(area, homes layers.AreaRange) (t Tide, ready bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	from, to := v.run(area)
	t = Tide{Version: v.version, Places: v.places[from:to], Last: make([]time.Time, to-from)}
	depth := depthOf(homes)
	for k := range t.Last {
		if at := v.byGrid[from+k].last[depth]; at > 0 {
			t.Last[k] = time.UnixMilli(at).UTC()
		}
	}
	return t, v.ready
}

// Lapped is a grid that was just visited.
type Lapped struct {
	Grid int64
	At   time.Time
}

// Lapped gives the grids of the area that were visited since the version mark, by
// units at home in it, and the version that is known then. A grid in which a unit
// stays is told once a minute. fresh says that who knew that version knows nothing
// any more, and has to ask for the whole Tide.
func (v *Visits) Lapped(mark uint64, area layers.AreaRange) (grids []Lapped, fresh bool, now uint64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if mark < v.reset || mark == v.version {
		return nil, mark < v.reset, v.version
	}
	from, to := v.run(area)
	depth := depthOf(area)
	for k := from; k < to; k++ {
		if c := &v.byGrid[k]; c.changed[depth] > mark {
			grids = append(grids, Lapped{v.places[k].Area, time.UnixMilli(c.told[depth]).UTC()})
		}
	}
	return grids, false, v.version
}

// Visit is a unit's stay at a service grid.
type Visit struct {
	Unit     string
	From, To time.Time
}

// At are the visits to a grid that ended since then, the newest first, by units at
// home in the range. ok is false for a grid that is not known.
func (v *Visits) At(grid int64, homes layers.AreaRange, since time.Time) (place Place, visits []Visit, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	k, ok := v.rank[grid]
	if !ok {
		return place, nil, false
	}
	for _, one := range v.byGrid[k].visits {
		if one.to >= since.UnixMilli() && homes.Contains(v.home[one.unit]) {
			visits = append(visits, Visit{v.names[one.unit], time.UnixMilli(one.from).UTC(), time.UnixMilli(one.to).UTC()})
		}
	}
	return v.places[k], newestFirst(visits), true
}

// Grids are the service grids that visits are counted by.
func (v *Visits) Grids() *Grids { return v.grids() }
