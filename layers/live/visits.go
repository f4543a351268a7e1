package live

import (
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/coverage"
)

const (
	// VisitsKept is how far back visits are kept ready.
	VisitsKept = 24 * time.Hour
	// VisitCells is the resolution of the cells by which visits are kept: H3's 9.
	VisitCells = 9
	// lookBack is how many visits of a place are looked at for one that goes on.
	lookBack = 64
)

// Visits are who came by where in the last day, kept ready for questions. It is
// safe for concurrent use.
type Visits struct {
	grids    func() *Grids
	register func() *Register

	mu     sync.RWMutex
	ready  bool
	names  []string
	number map[string]int32
	byGrid map[int64][]visit
	byCell map[int64][]visit
	newest time.Time
}

// visit is a unit's stay at a place.
type visit struct {
	unit     int32
	from, to int64 // Unix milliseconds
}

// NewVisits knows nothing yet, and answers nothing before Begin.
func NewVisits(grids func() *Grids, register func() *Register) *Visits {
	return &Visits{grids: grids, register: register, number: map[string]int32{}, byGrid: map[int64][]visit{}, byCell: map[int64][]visit{}}
}

// Begin takes the stays that are known, in the order of their ends; from then on
// it answers.
func (v *Visits) Begin(stays []Stay) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range stays {
		v.add(s.Unit, s.Grid, s.Cell, s.From, s.To)
	}
	v.ready = true
}

// Take takes records as they come.
func (v *Visits) Take(records []Record) {
	grids := v.grids()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range records {
		if r.Count > 0 || r.Act != 0 || !r.Verdict.Stored() || r.Verdict.Misdated() {
			continue
		}
		// The cell is the parent of that of the stay, as in the store: cells do
		// not lie in their parents exactly, and both must come to the same.
		if cell, err := hex.Of(r.Fix.Point, stayResolution); err == nil {
			v.add(r.Fix.Unit, grids.Of(r.Fix.Point), cell, r.Fix.At, r.Fix.At)
		}
	}
}

// add notes that the unit was there. The lock is held.
func (v *Visits) add(unit string, grid int64, cell hex.Cell, from, to time.Time) {
	n, ok := v.number[unit]
	if !ok {
		n = int32(len(v.names))
		v.names = append(v.names, unit)
		v.number[unit] = n
	}
	if to.After(v.newest) {
		v.newest = to
	}
	one := visit{n, from.UnixMilli(), to.UnixMilli()}
	if grid != 0 {
		v.byGrid[grid] = v.join(v.byGrid[grid], one)
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

// PatrolQuestion is what is asked of the visits.
type PatrolQuestion struct {
	Window layers.Window // with both ends; not longer ago than VisitsKept
	By     string        // "cell", or a level from city to grid
	Area   layers.AreaRange
	Homes  layers.AreaRange // of the units that count
	Rule   coverage.Rule
}

// PatrolRow is an area, a service grid or a cell. Times are seconds.
type PatrolRow struct {
	Code      string  `json:"code"`
	Grids     int     `json:"grids,omitempty"`
	Visited   int     `json:"visited"` // grids with a visit in the window
	Share     float64 `json:"share"`
	Visits    int     `json:"visits"`
	Stops     int     `json:"stops"`
	Dwell     float64 `json:"dwell"`
	MeanIdle  float64 `json:"meanIdle"`
	WorstIdle float64 `json:"worstIdle"`
	// Idle is since the last visit, at the end of the window: of a place its own,
	// of an area the longest. Never says that there was none as long as visits
	// are kept; Missed how many grids have been without one for Rule.Missed.
	Idle   float64 `json:"idle"`
	Never  int     `json:"never"`
	Missed int     `json:"missed"`
}

// Patrols answers. ready is false as long as the visits are not known.
func (v *Visits) Patrols(q PatrolQuestion) (total PatrolRow, rows []PatrolRow, ready bool, err error) {
	if q.Rule.Missed == 0 {
		q.Rule.Missed = 4 * time.Hour
	}
	places, passes, ready := v.collect(q)
	if !ready {
		return total, nil, false, nil
	}
	report, err := coverage.Patrols(make([]coverage.Place, len(places)), passes, q.Window, q.Rule)
	if err != nil {
		return total, nil, true, err
	}
	index := map[string]int{}
	digits := layers.Level(q.By).Digits()
	for k, place := range report.Places {
		if q.By == "cell" && place.Never {
			continue // seen by units that do not count
		}
		code := ""
		if q.By == "cell" {
			code = hex.Cell(places[k]).String()
		} else {
			text := strconv.FormatInt(places[k], 10)
			code = text[:min(digits, len(text))]
		}
		at, ok := index[code]
		if !ok {
			at = len(rows)
			index[code] = at
			rows = append(rows, PatrolRow{Code: code})
		}
		rows[at].add(place, q.Rule.Missed)
		total.add(place, q.Rule.Missed)
	}
	for k := range rows {
		rows[k].finish()
	}
	total.finish()
	return total, rows, true, nil
}

// collect gives the places in question, ascending, and the visits there.
func (v *Visits) collect(q PatrolQuestion) (places []int64, passes []coverage.Pass, ready bool) {
	register := v.register()
	areas := v.grids().Areas()
	v.mu.RLock()
	defer v.mu.RUnlock()
	visits := v.byGrid
	if q.By == "cell" {
		// Cells have no area of their own: they are those of the units that count.
		visits = v.byCell
		for cell := range visits {
			places = append(places, cell)
		}
	} else {
		for _, area := range areas {
			if q.Area.Contains(area) {
				places = append(places, area)
			}
		}
	}
	slices.Sort(places)
	counts := make([]bool, len(v.names))
	for n, name := range v.names {
		u, known := register.Unit(name)
		counts[n] = known && q.Homes.Contains(u.Area)
	}
	early := q.Window.From.Add(-earlier).UnixMilli()
	// What is older may be gone already, here or where the visits were begun.
	oldest := q.Window.To.Add(-VisitsKept).UnixMilli()
	for k, place := range places {
		last := visit{to: math.MinInt64} // the last one before those that matter
		for _, one := range visits[place] {
			switch {
			case !counts[one.unit] || one.to < oldest:
			case one.to >= early:
				passes = append(passes, v.pass(k, one))
			case one.to > last.to:
				last = one
			}
		}
		if last.to > math.MinInt64 {
			passes = append(passes, v.pass(k, last))
		}
	}
	return places, passes, v.ready
}

// earlier is how long before a window visits matter one by one, since they may
// reach into it; of those before only the last does, for how idle the place was.
const earlier = 30 * time.Minute

func (v *Visits) pass(place int, one visit) coverage.Pass {
	return coverage.Pass{Unit: v.names[one.unit], Place: place, Enter: time.UnixMilli(one.from).UTC(), Leave: time.UnixMilli(one.to).UTC()}
}

func (r *PatrolRow) add(p coverage.PlaceReport, missed time.Duration) {
	r.Grids++
	if p.Visits > 0 {
		r.Visited++
	}
	r.Visits += p.Visits
	r.Stops += p.Stops
	r.Dwell += p.Dwell
	r.MeanIdle += p.MeanIdle
	r.WorstIdle = max(r.WorstIdle, p.WorstIdle)
	r.Idle = max(r.Idle, p.Idle)
	if p.Never {
		r.Never++
	}
	if p.Never || p.Idle >= missed.Seconds() {
		r.Missed++
	}
}

// finish turns sums into means.
func (r *PatrolRow) finish() {
	if r.Grids > 0 {
		r.MeanIdle /= float64(r.Grids)
		r.Share = float64(r.Visited) / float64(r.Grids)
	}
}
