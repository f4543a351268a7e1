package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// tideBody is all service grids of the reader's area, by columns.
type tideBody struct {
	Version uint64    `json:"version"`
	At      time.Time `json:"at"`
	// From is the beginning of the window whose longest idleness is told; without
	// it, it is how long the last visit is ago.
	From *time.Time `json:"from,omitempty"`
	Kept int        `json:"kept"` // minutes as far back as last visits are known
	// Grids are their numbers, ascending, each but the first less the one before.
	Grids   []int64 `json:"grids"`
	Minutes []int   `json:"minutes"` // -1 for no visit as far back as known
	Visits  []int   `json:"visits,omitempty"`
	// What does not change from minute to minute.
	FIDs []int32   `json:"fids,omitempty"`
	Lon  []float64 `json:"lon,omitempty"`
	Lat  []float64 `json:"lat,omitempty"`
	Risk []float64 `json:"risk,omitempty"`
	Hot  []int     `json:"hot,omitempty"` // which of them are hot, by their place in the columns
	Said riskBody  `json:"riskFrom"`
}

// tide answers with how long each service grid was without a visit.
func (s *Server) tide(ctx context.Context, r *request) error {
	if s.options.Live == nil || s.options.Live.Visits == nil {
		return errNoLive
	}
	area, homes, err := s.patrolArea(ctx, r)
	if err != nil {
		return err
	}
	now := s.options.Clock().UTC()
	t, ready := s.options.Live.Visits.Tide(area, homes)
	if !ready {
		return errVisitsUnread
	}
	known, err := s.risk(ctx, r)
	if err != nil {
		return err
	}
	n := len(t.Places)
	body := tideBody{Version: t.Version, At: now, Kept: int(live.LastKept.Minutes()), Grids: make([]int64, n), Minutes: make([]int, n), Said: known.said}
	before := int64(0)
	for k, p := range t.Places {
		body.Grids[k], before = p.Area-before, p.Area
		if body.Minutes[k] = -1; !t.Last[k].IsZero() {
			body.Minutes[k] = max(0, int(now.Sub(t.Last[k]).Minutes()))
		}
	}
	if r.given("within") {
		if err := s.tideWithin(ctx, r, &body, t, area, homes); err != nil {
			return err
		}
	}
	if r.text("columns") == "all" {
		body.FIDs, body.Lon, body.Lat, body.Risk, body.Hot = make([]int32, n), make([]float64, n), make([]float64, n), make([]float64, n), []int{}
		for k, p := range t.Places {
			place := known.grid(p.Area)
			body.FIDs[k], body.Lon[k], body.Lat[k], body.Risk[k] = p.FID, roundTo(p.Centre[0], 5), roundTo(p.Centre[1], 5), roundTo(place.Risk, 2)
			if place.Hot {
				body.Hot = append(body.Hot, k)
			}
		}
	}
	return r.taggedJSON(body)
}

// tideWithin puts the longest idleness in a window in the place of that of now.
func (s *Server) tideWithin(ctx context.Context, r *request, body *tideBody, t live.Tide, area, homes layers.AreaRange) error {
	within, err := readSpan("within", r.text("within"), time.Minute, live.VisitsKept)
	if err != nil {
		return err
	}
	to := body.At.Truncate(patrolsFor)
	w := layers.Window{From: to.Add(-within), To: to}
	answer, err := s.patrolled(ctx, live.PatrolQuestion{Window: w, By: string(layers.GridArea), Area: area, Homes: homes}, false)
	if err != nil {
		return err
	}
	rows := map[string]live.PatrolRow{}
	for _, row := range answer.Rows {
		rows[row.Code] = row
	}
	body.From, body.Visits = &w.From, make([]int, len(t.Places))
	for k, p := range t.Places {
		row := rows[codeOfGrid(p.Area)]
		body.Visits[k] = row.Visits
		if body.Minutes[k] = int(row.WorstIdle / 60); row.Never > 0 {
			body.Minutes[k] = -1
		}
	}
	return nil
}

func codeOfGrid(area int64) string {
	code := strconv.FormatInt(area, 10)
	for len(code) < layers.AreaDigits {
		code = "0" + code
	}
	return code
}

// gapBody is a service grid that was not visited for long. Idle is seconds.
type gapBody struct {
	Code    string       `json:"code"`
	Name    string       `json:"name"`
	At      orb.Point    `json:"at"`
	Last    *time.Time   `json:"last,omitempty"` // none as far back as known
	Idle    *float64     `json:"idle,omitempty"`
	Risk    float64      `json:"risk"`
	Hot     bool         `json:"hot,omitempty"`
	Nearest *nearestBody `json:"nearest,omitempty"`
	idle    float64
}

// nearestBody is a unit on duty, by the straight line.
type nearestBody struct {
	Unit     string     `json:"unit"`
	CallSign string     `json:"callSign,omitempty"`
	State    live.State `json:"state"`
	Metres   float64    `json:"metres"`
}

// tideGaps lists the service grids that were not visited for long, the gravest first.
func (s *Server) tideGaps(ctx context.Context, r *request) error {
	if s.options.Live == nil || s.options.Live.Visits == nil {
		return errNoLive
	}
	idle, err := readSpan("idle", r.text("idle"), time.Minute, live.LastKept)
	if err != nil {
		return err
	}
	area, homes, err := s.patrolArea(ctx, r)
	if err != nil {
		return err
	}
	now := s.options.Clock().UTC()
	t, ready := s.options.Live.Visits.Tide(area, homes)
	if !ready {
		return errVisitsUnread
	}
	known, err := s.risk(ctx, r)
	if err != nil {
		return err
	}
	all := []gapBody{}
	for k, p := range t.Places {
		place := known.grid(p.Area)
		gap := gapBody{Code: codeOfGrid(p.Area), Name: p.Name, At: orb.Point{roundTo(p.Centre[0], 5), roundTo(p.Centre[1], 5)}, Risk: roundTo(place.Risk, 2), Hot: place.Hot, idle: live.LastKept.Seconds()}
		if last := t.Last[k]; !last.IsZero() {
			gap.idle = max(0, now.Sub(last).Seconds())
			shown := roundTo(gap.idle, 0)
			gap.Last, gap.Idle = &last, &shown
		}
		if gap.idle >= idle.Seconds() {
			all = append(all, gap)
		}
	}
	byRisk := r.text("order") == "risk"
	slices.SortFunc(all, func(a, b gapBody) int {
		if byRisk {
			if c := cmp.Compare(b.idle*b.Risk, a.idle*a.Risk); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.idle, a.idle), cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.Code, b.Code))
	})
	from := min(int(r.number("after")), len(all))
	page := all[from:min(from+int(r.number("limit")), len(all))]
	s.nearest(page, homes)
	body := struct {
		At    time.Time `json:"at"`
		Idle  float64   `json:"idle"`
		Grids int       `json:"grids"` // of the area
		Total int       `json:"total"` // without a visit for so long
		Next  int       `json:"next,omitempty"`
		Risk  riskBody  `json:"riskFrom"`
		Gaps  []gapBody `json:"gaps"`
	}{At: now, Idle: idle.Seconds(), Grids: len(t.Places), Total: len(all), Risk: known.said, Gaps: page}
	if end := from + len(page); end < len(all) {
		body.Next = end
	}
	return r.taggedJSON(body)
}

// nearest finds for each gap the nearest unit that is on duty, heard and does not call
// for help itself.
func (s *Server) nearest(gaps []gapBody, homes layers.AreaRange) {
	var free []live.Seen
	for _, one := range s.options.Live.Board.All(homes) {
		switch one.State {
		case live.Post: // its place is the post's
			one.Fix.Point = one.Unit.Home
			free = append(free, one)
		case live.OnDuty, live.Moving, live.Dwelling:
			free = append(free, one)
		}
	}
	for k := range gaps {
		best, metres := -1, 0.0
		for n := range free {
			if d := geo.Distance(gaps[k].At, free[n].Fix.Point); best < 0 || d < metres {
				best, metres = n, d
			}
		}
		if best >= 0 {
			one := free[best]
			gaps[k].Nearest = &nearestBody{one.Unit.ID, one.Unit.CallSign, one.State, roundTo(metres, 0)}
		}
	}
}

// tideGrid tells who visited a service grid.
func (s *Server) tideGrid(ctx context.Context, r *request) error {
	q, past, err := s.patrolQuestion(ctx, r)
	if err != nil {
		return err
	}
	if past {
		return layers.BadParameter("within", "want no more than P1D")
	}
	number, err := layers.AreaNumber(r.text("grid"))
	none := fmt.Errorf("service grid %q: %w", shown(r.text("grid")), layers.ErrNotFound)
	if err != nil || len(r.text("grid")) != layers.AreaDigits || !q.Homes.Contains(number) {
		return none
	}
	place, visits, ok := s.options.Live.Visits.At(number, q.Homes, q.Window.From)
	if !ok {
		return none
	}
	known, err := s.risk(ctx, r)
	if err != nil {
		return err
	}
	q.By, q.Area, q.Know = string(layers.GridArea), layers.AreaRange{Low: number, High: number}, known.grid
	answer, err := s.patrolled(ctx, q, false)
	if err != nil {
		return err
	}
	t, _ := s.options.Live.Visits.Tide(q.Area, q.Homes)
	body := gridBody{Code: codeOfGrid(number), Name: place.Name, From: q.Window.From, To: q.Window.To, Visits: []gridVisit{}, Risk: roundTo(known.grid(number).Risk, 2), RiskFrom: known.said, Row: plainPatrol(answer.Total)}
	body.Row.Code, body.Rule = body.Code, prescription{q.Rule.Least.Seconds(), q.Rule.Most.Seconds(), q.Rule.Every.Seconds()}
	if len(t.Last) == 1 && !t.Last[0].IsZero() {
		body.Last = &t.Last[0]
	}
	for _, v := range visits[:min(mostVisits, len(visits))] {
		u, _ := s.options.Live.Gate.Register().Unit(v.Unit)
		body.Visits = append(body.Visits, gridVisit{v.Unit, u.CallSign, v.From, v.To, v.To.Sub(v.From) >= q.Rule.Least})
	}
	return r.taggedJSON(body)
}

// mostVisits is how many visits to a grid are listed.
const mostVisits = 100

type gridBody struct {
	Code     string         `json:"code"`
	Name     string         `json:"name"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Last     *time.Time     `json:"last,omitempty"`
	Risk     float64        `json:"risk"`
	RiskFrom riskBody       `json:"riskFrom"`
	Rule     prescription   `json:"prescription"`
	Row      live.PatrolRow `json:"row"`
	Visits   []gridVisit    `json:"visits"` // the newest first
}

type gridVisit struct {
	Unit     string    `json:"unit"`
	CallSign string    `json:"callSign,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Dose     bool      `json:"dose"` // as long as prescribed
}

// tideNews is what the stream tells of visits.
type tideNews struct {
	Version uint64 `json:"version"`
	// Fresh says that the whole has to be asked for: what was known before is void.
	Fresh bool    `json:"fresh,omitempty"`
	Grids []int64 `json:"grids,omitempty"` // as in tideBody
	Last  []int64 `json:"last,omitempty"`  // Unix seconds
}

// tideFeed tells which service grids were just visited.
func (s *Server) tideFeed() feed {
	visits := s.options.Live.Visits
	return feed{event: "tide", since: func(mark uint64, reader access.User) (any, uint64) {
		grids, fresh, now := visits.Lapped(mark, s.homes(reader))
		if mark == 0 || fresh {
			return tideNews{Version: now, Fresh: true}, now
		}
		if len(grids) == 0 {
			return nil, now
		}
		news := tideNews{Version: now, Grids: make([]int64, len(grids)), Last: make([]int64, len(grids))}
		before := int64(0)
		for k, g := range grids {
			news.Grids[k], before = g.Grid-before, g.Grid
			news.Last[k] = g.At.Unix()
		}
		return news, now
	}}
}
