package live

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strconv"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/coverage"
)

// PatrolQuestion is what is asked of the visits.
type PatrolQuestion struct {
	Window layers.Window // with both ends
	By     string        // "cell", or a level from city to grid
	Area   layers.AreaRange
	Homes  layers.AreaRange // of the units that count
	Rule   coverage.Rule
	// Know says what the patrols should know of a place, a grid's number or a cell;
	// nil for all alike.
	Know func(place int64) coverage.Place
	// Missed is how long a place may go without a visit before it counts as missed.
	Missed time.Duration
	// Top is how many under-served and over-served places are listed.
	Top int
}

// PatrolRow is an area, a service grid or a cell. Times are seconds.
type PatrolRow struct {
	Code    string  `json:"code"`
	Grids   int     `json:"grids,omitempty"`
	Visited int     `json:"visited"` // grids with a visit in the window
	Share   float64 `json:"share"`
	// RiskShare is the share of all risk that lies at grids with a visit; nil where
	// there is no risk.
	RiskShare *float64 `json:"riskShare,omitempty"`
	Visits    int      `json:"visits"`
	Stops     int      `json:"stops"`
	Dwell     float64  `json:"dwell"`
	MeanIdle  float64  `json:"meanIdle"`
	WorstIdle float64  `json:"worstIdle"`
	// Idle is since the last visit, at the end of the window: of a place its own,
	// of an area the longest. Never says how many had none as long as visits
	// are kept; Missed how many grids have been without one for the time asked.
	Idle   float64 `json:"idle"`
	Never  int     `json:"never"`
	Missed int     `json:"missed"`
	// Hot is how many grids the prescription is for, Served how many of them got
	// it, DoseShare for how much of the window they did, on average.
	Hot       int      `json:"hot"`
	Served    int      `json:"served"`
	DoseShare *float64 `json:"doseShare,omitempty"`
	// Variation is that of the gaps between visits, a mean over the grids that had
	// two: 0 as by the clock, 1 as by chance.
	Variation *float64 `json:"variation,omitempty"`

	risk, seen, dosed, varied float64
	gaps                      int // grids with a variation
}

// PatrolAnswer is how the units came by.
type PatrolAnswer struct {
	Total PatrolRow
	Rows  []PatrolRow // ascending by code
	// Under and Over are the hot places that got less, and more, than prescribed,
	// the gravest first.
	Under, Over []Service
	Lift        float64 // share of risk over share of places; 0 without risk
	Gini        float64 // of time against risk
}

// Service is a hot place beside what is prescribed.
type Service struct {
	Code  string  `json:"code"`
	Doses int     `json:"doses"`
	Want  int     `json:"want"`
	Dwell float64 `json:"dwell"` // seconds
	Extra float64 `json:"extra"` // seconds beyond the most that is prescribed; 0 for none
	Risk  float64 `json:"risk"`
}

// Patrols answers for a window of the last VisitsKept. ready is false as long as the
// visits are not known.
func (v *Visits) Patrols(q PatrolQuestion) (answer *PatrolAnswer, ready bool, err error) {
	places, staysAt, ready := v.collect(q)
	if !ready {
		return nil, false, nil
	}
	answer, err = q.answer(places, staysAt)
	return answer, true, err
}

// earlier is how long before a window visits matter one by one, since they may
// reach into it; of those before only the last does, for how idle the place was.
const earlier = 30 * time.Minute

// collect gives the places in question, ascending, and the stays at each, of one
// moment.
func (v *Visits) collect(q PatrolQuestion) (places []int64, staysAt func(int, []coverage.Stay) []coverage.Stay, ready bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.ready {
		return nil, nil, false
	}
	counts := make([]bool, len(v.names))
	for n, home := range v.home {
		counts[n] = q.Homes.Contains(home)
	}
	begins, early := q.Window.From.UnixMilli(), q.Window.From.Add(-earlier).UnixMilli()
	stay := func(one visit) coverage.Stay {
		return coverage.Stay{Unit: one.unit, Enter: float64(one.from-begins) / 1000, Leave: float64(one.to-begins) / 1000}
	}
	var stays []coverage.Stay
	var ends []int // by place, of its stays
	take := func(visits []visit, before int64) {
		last := visit{to: math.MinInt64} // the last one before those that matter
		if before > 0 {
			last = visit{0, before, before}
		}
		at := len(stays)
		for _, one := range visits {
			switch {
			case !counts[one.unit]:
			case one.to >= early:
				stays = append(stays, stay(one))
			case one.to > last.to:
				last = one
			}
		}
		if last.to > math.MinInt64 && last.to < early {
			stays = slices.Insert(stays, at, stay(last))
		}
		ends = append(ends, len(stays))
	}
	if q.By == "cell" {
		// Cells have no area of their own: they are those of the units that count.
		for cell, visits := range v.byCell {
			if slices.ContainsFunc(visits, func(one visit) bool { return counts[one.unit] }) {
				places = append(places, cell)
			}
		}
		slices.Sort(places)
		for _, cell := range places {
			take(v.byCell[cell], 0)
		}
	} else {
		from, to := v.run(q.Area)
		depth := depthOf(q.Homes)
		places, ends = make([]int64, 0, to-from), make([]int, 0, to-from)
		for k := from; k < to; k++ {
			c := &v.byGrid[k]
			places = append(places, v.places[k].Area)
			before := int64(0)
			if c.last[depth] < early && q.Homes.Contains(v.places[k].Area) {
				before = c.last[depth]
			}
			take(c.visits, before)
		}
	}
	return places, func(k int, into []coverage.Stay) []coverage.Stay {
		from := 0
		if k > 0 {
			from = ends[k-1]
		}
		return append(into, stays[from:ends[k]]...)
	}, true
}

// Ledger gives stays that are kept for good.
type Ledger interface {
	// Passes gives the stays that matter to a window: those that reach into it, by
	// units at home in homes, and of each place one more that tells when it was last
	// visited before, in LastKept. They come ascending by cell, or else by grid
	// for the grids of the area.
	Passes(ctx context.Context, w layers.Window, byCell bool, area, homes layers.AreaRange) iter.Seq2[Stay, error]
}

// PatrolsBefore answers from what is kept for good, for any window.
func (v *Visits) PatrolsBefore(ctx context.Context, ledger Ledger, q PatrolQuestion) (*PatrolAnswer, error) {
	byCell := q.By == "cell"
	placeOf := func(s Stay) int64 {
		if byCell {
			return int64(s.Cell.Parent(min(VisitCells, s.Cell.Resolution())))
		}
		return s.Grid
	}
	var places []int64
	if byCell {
		for s, err := range ledger.Passes(ctx, q.Window, true, q.Area, q.Homes) {
			if err != nil {
				return nil, err
			}
			if at := placeOf(s); len(places) == 0 || places[len(places)-1] != at {
				places = append(places, at)
			}
		}
	} else {
		v.mu.RLock()
		from, to := v.run(q.Area)
		for _, p := range v.places[from:to] {
			places = append(places, p.Area)
		}
		v.mu.RUnlock()
	}
	next, stop := iter.Pull2(ledger.Passes(ctx, q.Window, byCell, q.Area, q.Homes))
	defer stop()
	units := map[string]int32{}
	s, failed, more := next()
	answer, err := q.answer(places, func(k int, into []coverage.Stay) []coverage.Stay {
		for ; more && failed == nil && placeOf(s) <= places[k]; s, failed, more = next() {
			if placeOf(s) < places[k] {
				continue // of a grid that is no more
			}
			n, known := units[s.Unit]
			if !known {
				n = int32(len(units))
				units[s.Unit] = n
			}
			into = append(into, coverage.Stay{Unit: n, Enter: s.From.Sub(q.Window.From).Seconds(), Leave: s.To.Sub(q.Window.From).Seconds()})
		}
		return into
	})
	return answer, cmp.Or(failed, err)
}

// answer adds up the places, which are ascending.
func (q PatrolQuestion) answer(places []int64, staysAt func(int, []coverage.Stay) []coverage.Stay) (*PatrolAnswer, error) {
	known := make([]coverage.Place, len(places))
	if q.Know != nil {
		for k, place := range places {
			known[k] = q.Know(place)
		}
	}
	if q.Missed == 0 {
		q.Missed = 4 * time.Hour
	}
	q.Rule.Within = q.Window.To.Sub(q.Window.From)
	report, err := coverage.PatrolsByPlace(known, staysAt, q.Window, q.Rule)
	if err != nil {
		return nil, err
	}
	a := &PatrolAnswer{Lift: report.Lift, Gini: report.Gini, Rows: []PatrolRow{}}
	if q.By == "cell" || q.By == string(layers.GridArea) {
		a.Rows = make([]PatrolRow, 0, len(places))
	}
	for k, place := range report.Places {
		if q.By == "cell" && place.Never {
			continue // seen by units that do not count
		}
		if code := q.code(places[k]); len(a.Rows) == 0 || a.Rows[len(a.Rows)-1].Code != code {
			a.Rows = append(a.Rows, PatrolRow{Code: code})
		}
		a.Rows[len(a.Rows)-1].add(known[k], place, q.Missed)
		a.Total.add(known[k], place, q.Missed)
	}
	for k := range a.Rows {
		a.Rows[k].finish()
	}
	a.Total.finish()
	list := func(gaps []coverage.ServiceGap) []Service {
		all := []Service{}
		q := q
		q.By = cmp.Or(map[string]string{"cell": "cell"}[q.By], string(layers.GridArea))
		for _, g := range gaps[:min(q.Top, len(gaps))] {
			all = append(all, Service{q.code(places[g.Place]), g.Doses, g.Want, report.Places[g.Place].Dwell, max(0, g.Extra), known[g.Place].Risk})
		}
		return all
	}
	a.Under, a.Over = list(report.Under), list(report.Over)
	return a, nil
}

// code is what a place counts under.
func (q PatrolQuestion) code(place int64) string {
	if q.By == "cell" {
		return hex.Cell(place).String()
	}
	text := strconv.FormatInt(place, 10)
	return text[:min(layers.Level(q.By).Digits(), len(text))]
}

func (r *PatrolRow) add(known coverage.Place, p coverage.PlaceReport, missed time.Duration) {
	r.Grids++
	r.risk += known.Risk
	if p.Visits > 0 {
		r.Visited++
		r.seen += known.Risk
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
	if known.Hot {
		r.Hot++
		r.dosed += p.ServedShare
		if p.Served {
			r.Served++
		}
	}
	if p.Variation != nil {
		r.varied += *p.Variation
		r.gaps++
	}
}

// finish turns sums into means.
func (r *PatrolRow) finish() {
	mean := func(sum, of float64) *float64 {
		if of == 0 {
			return nil
		}
		sum /= of
		return &sum
	}
	if r.Grids > 0 {
		r.MeanIdle /= float64(r.Grids)
		r.Share = float64(r.Visited) / float64(r.Grids)
	}
	r.RiskShare, r.DoseShare, r.Variation = mean(r.seen, r.risk), mean(r.dosed, float64(r.Hot)), mean(r.varied, float64(r.gaps))
}

// newestFirst sorts visits by their ends.
func newestFirst(visits []Visit) []Visit {
	slices.SortFunc(visits, func(a, b Visit) int {
		return cmp.Or(b.To.Compare(a.To), b.From.Compare(a.From), cmp.Compare(a.Unit, b.Unit))
	})
	return visits
}
