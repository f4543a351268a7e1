package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/coverage"
	"sitmap/layers/live"
)

const (
	// patrolsFor is how long an answer about patrols is given again.
	patrolsFor = 2 * time.Second
	// usualWithin is the time asked about where none is given: within which a
	// hot place is to be visited.
	usualWithin = 2 * time.Hour
	// longestPatrols is the longest window that can be asked about.
	longestPatrols = 7 * 24 * time.Hour
)

// patrolBody is the answer about patrols.
type patrolBody struct {
	Layer string    `json:"layer"`
	By    string    `json:"by"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	// Source is memory for the last day, store for what lies before.
	Source string           `json:"source"`
	Risk   riskBody         `json:"risk"`
	Rule   prescription     `json:"prescription"`
	Total  live.PatrolRow   `json:"total"`
	Rows   []live.PatrolRow `json:"rows"`
	Under  []live.Service   `json:"under"`
	Over   []live.Service   `json:"over"`
	Lift   *float64         `json:"lift,omitempty"`
	Gini   *float64         `json:"gini,omitempty"`
}

// prescription is what a hot place should get; seconds.
type prescription struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
	Every float64 `json:"every"`
}

// patrolCoverage answers with how the units came by. What lies beyond the
// reader's area is not told, neither grids nor units.
func (s *Server) patrolCoverage(ctx context.Context, r *request) error {
	q, past, err := s.patrolQuestion(ctx, r)
	if err != nil {
		return err
	}
	known, err := s.risk(ctx, r)
	if err != nil {
		return err
	}
	q.Know = known.grid
	if q.By == "cell" {
		q.Know = known.cell
	}
	key := fmt.Sprintf("%d-%d %s %v %v %v %s %d %p", q.Window.From.Unix(), q.Window.To.Unix(), q.By, q.Area, q.Homes, q.Rule, q.Missed, q.Top, known)
	body, err := s.cover.patrols.get(ctx, key, func(ctx context.Context) (*patrolBody, error) {
		body := &patrolBody{Layer: "unit", By: q.By, From: q.Window.From, To: q.Window.To, Source: "memory", Risk: known.said}
		body.Rule = prescription{q.Rule.Least.Seconds(), q.Rule.Most.Seconds(), q.Rule.Every.Seconds()}
		answer, err := s.patrolled(ctx, q, past)
		if err != nil {
			return nil, err
		}
		if past {
			body.Source = "store"
		}
		body.Total, body.Rows, body.Under, body.Over = plainPatrol(answer.Total), answer.Rows, answer.Under, answer.Over
		for k := range body.Rows {
			body.Rows[k] = plainPatrol(body.Rows[k])
		}
		for _, list := range [2][]live.Service{body.Under, body.Over} {
			for k := range list {
				list[k].Dwell, list[k].Extra, list[k].Risk = roundTo(list[k].Dwell, 0), roundTo(list[k].Extra, 0), roundTo(list[k].Risk, 2)
			}
		}
		if known.said.From != "even" {
			lift, gini := roundTo(answer.Lift, 3), roundTo(answer.Gini, 3)
			body.Lift, body.Gini = &lift, &gini
		}
		return body, nil
	})
	if err != nil {
		return err
	}
	return r.taggedJSON(body)
}

// patrolled answers from memory, or past what memory holds from the store.
func (s *Server) patrolled(ctx context.Context, q live.PatrolQuestion, past bool) (*live.PatrolAnswer, error) {
	visits := s.options.Live.Visits
	if past {
		return visits.PatrolsBefore(ctx, s.options.Live.Ledger, q)
	}
	answer, ready, err := visits.Patrols(q)
	if err == nil && !ready {
		err = errVisitsUnread
	}
	return answer, err
}

var errVisitsUnread = fmt.Errorf("the visits of the last day are still being read: %w", layers.ErrUnavailable)

// patrolQuestion reads the parameters. past says that the window begins before what
// memory holds.
func (s *Server) patrolQuestion(ctx context.Context, r *request) (q live.PatrolQuestion, past bool, err error) {
	if s.options.Live == nil || s.options.Live.Visits == nil {
		return q, false, errNoLive
	}
	q = live.PatrolQuestion{By: r.text("by"), Missed: time.Duration(r.number("missed")) * time.Hour, Top: int(r.number("top"))}
	now := s.options.Clock().UTC().Truncate(patrolsFor)
	zone := time.UTC
	if r.given("from") || r.given("to") {
		states, err := s.countStates(ctx)
		if err != nil {
			return q, false, err
		}
		home, err := s.facts.place(ctx, states, r.scope())
		if err != nil {
			return q, false, err
		}
		zone = home.zone()
	}
	if q.Window, err = readPatrolWindow(r, now, zone); err != nil {
		return q, false, err
	}
	past = q.Window.From.Before(now.Add(-live.VisitsKept))
	if past && s.options.Live.Ledger == nil {
		return q, false, layers.BadParameter("from", "this server keeps the visits of the last day alone")
	}
	if q.Rule, err = readPrescription(r); err != nil {
		return q, false, err
	}
	q.Area, q.Homes, err = s.patrolArea(ctx, r)
	if q.By == "cell" {
		q.Homes = q.Area // cells belong to no area; the units that came by do
	}
	return q, past, err
}

// patrolArea is the area asked for, as far as it is the reader's, and the homes of the
// units that count.
func (s *Server) patrolArea(ctx context.Context, r *request) (area, homes layers.AreaRange, err error) {
	homes = s.homes(r.user)
	area = homes
	if r.given("area") {
		asked, err := s.areaRange(ctx, r.text("area"))
		if err != nil {
			return area, homes, err
		}
		area = layers.AreaRange{Low: max(area.Low, asked.Low), High: min(area.High, asked.High)}
	}
	return area, homes, nil
}

// readPatrolWindow reads within, or from and to, days by the zone.
func readPatrolWindow(r *request, now time.Time, zone *time.Location) (layers.Window, error) {
	if !r.given("from") && !r.given("to") {
		within := usualWithin
		if r.given("within") {
			var err error
			if within, err = readSpan("within", r.text("within"), time.Minute, longestPatrols); err != nil {
				return layers.Window{}, err
			}
		}
		return layers.Window{From: now.Add(-within), To: now}, nil
	}
	if r.given("within") {
		return layers.Window{}, layers.BadParameter("within", "give within, or from and to")
	}
	w := layers.Window{To: now}
	for name, at := range map[string]*time.Time{"from": &w.From, "to": &w.To} {
		if !r.given(name) {
			continue
		}
		var err error
		if *at, _, err = parseMoment(name, r.text(name), zone); err != nil {
			return w, err
		}
	}
	if w.To.After(now) {
		w.To = now
	}
	w = wholeSeconds(w.From, w.To)
	if length := w.To.Sub(w.From); w.From.IsZero() || length < time.Minute || length > longestPatrols {
		return w, layers.BadParameter("from", "give a window of one minute to seven days that began before now")
	}
	return w, nil
}

// readPrescription reads dose=PT10M/PT16M and every=PT2H.
func readPrescription(r *request) (rule coverage.Rule, err error) {
	rule = coverage.Rule{Least: 10 * time.Minute, Most: 16 * time.Minute, Every: 2 * time.Hour}
	if r.given("dose") {
		least, most, _ := strings.Cut(r.text("dose"), "/")
		if rule.Least, err = readSpan("dose", least, time.Minute, 24*time.Hour); err != nil {
			return rule, err
		}
		if rule.Most, err = readSpan("dose", most, time.Minute, 24*time.Hour); err != nil {
			return rule, err
		}
		if rule.Least > rule.Most {
			return rule, layers.BadParameter("dose", "want the least and the most of a stop: PT10M/PT16M")
		}
	}
	if r.given("every") {
		rule.Every, err = readSpan("every", r.text("every"), 10*time.Minute, 24*time.Hour)
	}
	return rule, err
}

// plainPatrol leaves out digits that mean nothing.
func plainPatrol(row live.PatrolRow) live.PatrolRow {
	for _, v := range []*float64{&row.Dwell, &row.MeanIdle, &row.WorstIdle, &row.Idle} {
		*v = roundTo(*v, 0)
	}
	row.Share = roundTo(row.Share, 4)
	for _, v := range []*float64{row.RiskShare, row.DoseShare, row.Variation} {
		if v != nil {
			*v = roundTo(*v, 4)
		}
	}
	return row
}

// readSpan reads a time like PT2H, PT90M or P3D (ISO 8601), from least to most.
func readSpan(name, text string, least, most time.Duration) (time.Duration, error) {
	for _, form := range []struct {
		before, after string
		unit          time.Duration
	}{{"PT", "H", time.Hour}, {"PT", "M", time.Minute}, {"P", "D", 24 * time.Hour}} {
		number, whole := strings.CutPrefix(text, form.before)
		number, ends := strings.CutSuffix(number, form.after)
		n, err := strconv.ParseUint(number, 10, 16)
		if d := time.Duration(n) * form.unit; whole && ends && err == nil && d >= least && d <= most {
			return d, nil
		}
	}
	return 0, layers.BadParameter(name, "want a time from PT%dM to PT%dH: PT2H, PT90M, P1D", int(least.Minutes()), int(most.Hours()))
}
