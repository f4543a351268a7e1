package live

import (
	"slices"
	"sync"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
)

const (
	// VisitsKept is how far back visits are kept ready one by one.
	VisitsKept = 24 * time.Hour
	// LastKept is how far back it is known when a service grid was last visited.
	LastKept = 7 * 24 * time.Hour
	// VisitCells is the resolution of the cells by which visits are kept: H3's 9.
	VisitCells = 9
	// lookBack is how many visits of a place are looked at for one that goes on.
	lookBack = 64
)

// Visits are who came by where in the last day, kept ready for questions, and when
// each service grid was last visited. It is safe for concurrent use.
type Visits struct {
	grids    func() *Grids
	register func() *Register

	mu     sync.RWMutex
	ready  bool
	names  []string
	number map[string]int32
	home   []int64   // by unit, as far as it is known
	known  *Register // what home was read from
	newest time.Time

	shape  *Grids // what places was made from
	places []Place
	rank   map[int64]int32 // by number of the grid, its place
	byGrid []course        // by rank
	byCell map[int64][]visit

	version uint64  // grows when grids were visited
	reset   uint64  // who knows less than this version knows nothing
	touched []int32 // ranks of those visited since the last Publish
}

// visit is a unit's stay at a place.
type visit struct {
	unit     int32
	from, to int64 // Unix milliseconds
}

// NewVisits knows nothing yet, and answers nothing before Begin.
func NewVisits(grids func() *Grids, register func() *Register) *Visits {
	return &Visits{grids: grids, register: register, number: map[string]int32{}, byCell: map[int64][]visit{}, version: 1}
}

// Last is when units of some home were last at a service grid.
type Last struct {
	Grid int64
	Home int64 // number of the home area
	At   time.Time
}

// Begin takes what is known: the stays of the last day, in the order of their ends,
// and last visits from before. From then on it answers.
func (v *Visits) Begin(stays []Stay, last []Last) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.learn()
	for _, l := range last {
		if k, ok := v.rank[l.Grid]; ok {
			v.byGrid[k].saw(l.Grid, l.Home, l.At.UnixMilli())
		}
	}
	for _, s := range stays {
		v.add(s.Unit, s.Grid, s.Cell, s.From, s.To)
	}
	for k := range v.byGrid { // told by the whole, not one by one
		v.byGrid[k].told, v.byGrid[k].touched = v.byGrid[k].last, false
	}
	v.touched = v.touched[:0]
	v.version++
	v.reset, v.ready = v.version, true
}

// Take takes records as they come.
func (v *Visits) Take(records []Record) {
	grids := v.grids()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.learn()
	for _, r := range records {
		if r.Count > 0 || r.Act != 0 || !r.Verdict.Stored() || r.Verdict.Misdated() {
			continue
		}
		// Cells are those around the cells of stays, so that a restart and the store
		// tell of the same.
		if cell, err := hex.Of(r.Fix.Point, stayResolution); err == nil {
			v.add(r.Fix.Unit, grids.Of(r.Fix.Point), cell, r.Fix.At, r.Fix.At)
		}
	}
}

// learn follows what is known of grids and units. The lock is held.
func (v *Visits) learn() {
	if register := v.register(); register != v.known {
		v.known = register
		for n, name := range v.names {
			v.home[n] = homeOf(register, name)
		}
	}
	grids := v.grids()
	if grids == v.shape {
		return
	}
	before, courses := v.rank, v.byGrid
	v.shape, v.places = grids, grids.Places()
	v.rank, v.byGrid, v.touched = make(map[int64]int32, len(v.places)), make([]course, len(v.places)), nil
	v.version++
	v.reset = v.version
	for k, p := range v.places {
		v.rank[p.Area] = int32(k)
		if was, ok := before[p.Area]; ok {
			v.byGrid[k] = courses[was]
			v.byGrid[k].touched = false
		}
	}
}

// homeOf is the number of the unit's home area; -1, which lies in none, for one that
// is not known.
func homeOf(register *Register, unit string) int64 {
	if register != nil {
		if u, ok := register.Unit(unit); ok {
			return u.Area
		}
	}
	return -1
}

// add notes that the unit was there. The lock is held.
func (v *Visits) add(unit string, grid int64, cell hex.Cell, from, to time.Time) {
	n, ok := v.number[unit]
	if !ok {
		n = int32(len(v.names))
		v.names, v.home = append(v.names, unit), append(v.home, homeOf(v.known, unit))
		v.number[unit] = n
	}
	if to.After(v.newest) {
		v.newest = to
	}
	one := visit{n, from.UnixMilli(), to.UnixMilli()}
	if k, ok := v.rank[grid]; ok {
		c := &v.byGrid[k]
		c.visits = v.join(c.visits, one)
		if c.saw(grid, v.home[n], one.to) && !c.touched {
			c.touched = true
			v.touched = append(v.touched, k)
		}
	}
	at := int64(cell.Parent(min(VisitCells, cell.Resolution())))
	v.byCell[at] = v.join(v.byCell[at], one)
}

// join lets a visit go on where there is one to go on, or adds it. Visits that it
// fails to join are joined by whoever counts them.
func (v *Visits) join(list []visit, one visit) []visit {
	for k := len(list) - 1; k >= 0 && k >= len(list)-lookBack; k-- {
		have := &list[k]
		if have.unit == one.unit && one.from <= have.to+StayJoin.Milliseconds() && one.to >= have.from-StayJoin.Milliseconds() {
			have.from, have.to = min(have.from, one.from), max(have.to, one.to)
			return list
		}
	}
	if len(list) > 0 && len(list) == cap(list) { // before it grows, what is old goes
		old := v.newest.Add(-VisitsKept).UnixMilli()
		list = slices.DeleteFunc(list, func(h visit) bool { return h.to < old })
	}
	return append(list, one)
}

// run is the ranks [from, to) of the places whose numbers lie in the range. The lock
// is held.
func (v *Visits) run(r layers.AreaRange) (from, to int) {
	at := func(number int64) int {
		k, _ := slices.BinarySearchFunc(v.places, number, func(p Place, n int64) int {
			if p.Area < n {
				return -1
			}
			return 1
		})
		return k
	}
	from = at(r.Low)
	return from, max(from, at(r.High+1))
}
