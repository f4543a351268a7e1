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
)

// patrolBody is the answer about patrols.
type patrolBody struct {
	Layer string           `json:"layer"`
	By    string           `json:"by"`
	From  time.Time        `json:"from"`
	To    time.Time        `json:"to"`
	Total live.PatrolRow   `json:"total"`
	Rows  []live.PatrolRow `json:"rows"`
}

// patrolCoverage answers with how the units came by. What lies beyond the
// reader's area is not told, neither grids nor units.
func (s *Server) patrolCoverage(ctx context.Context, r *request) error {
	within := usualWithin
	if r.given("within") {
		var err error
		if within, err = readWithin(r.text("within")); err != nil {
			return err
		}
	}
	if s.options.Live == nil || s.options.Live.Visits == nil {
		return errNoLive
	}
	homes := s.homes(r.user)
	area := homes
	if r.given("area") {
		asked, err := s.areaRange(ctx, r.text("area"))
		if err != nil {
			return err
		}
		area = layers.AreaRange{Low: max(area.Low, asked.Low), High: min(area.High, asked.High)}
		if r.text("by") == "cell" {
			homes = area // cells belong to no area; the units that came by do
		}
	}
	now := s.options.Clock().UTC().Truncate(patrolsFor)
	q := live.PatrolQuestion{
		Window: layers.Window{From: now.Add(-within), To: now}, By: r.text("by"), Area: area, Homes: homes,
		Rule: coverage.Rule{Missed: time.Duration(r.number("missed")) * time.Hour},
	}
	key := fmt.Sprint(now.Unix(), within, q.By, area, homes, q.Rule.Missed)
	body, err := s.cover.patrols.get(ctx, key, func(context.Context) (*patrolBody, error) {
		total, rows, ready, err := s.options.Live.Visits.Patrols(q)
		if err == nil && !ready {
			err = fmt.Errorf("the visits of the last day are still being read: %w", layers.ErrUnavailable)
		}
		if err != nil {
			return nil, err
		}
		for k := range rows {
			rows[k] = plainPatrol(rows[k])
		}
		return &patrolBody{"unit", q.By, q.Window.From, q.Window.To, plainPatrol(total), append([]live.PatrolRow{}, rows...)}, nil
	})
	if err != nil {
		return err
	}
	return r.taggedJSON(body)
}

// plainPatrol leaves out digits that mean nothing.
func plainPatrol(row live.PatrolRow) live.PatrolRow {
	for _, v := range []*float64{&row.Dwell, &row.MeanIdle, &row.WorstIdle, &row.Idle} {
		*v = roundTo(*v, 0)
	}
	row.Share = roundTo(row.Share, 4)
	return row
}

// readWithin reads PT2H or PT90M.
func readWithin(text string) (time.Duration, error) {
	number, whole := strings.CutPrefix(text, "PT")
	for suffix, unit := range map[string]time.Duration{"H": time.Hour, "M": time.Minute} {
		n, err := strconv.ParseUint(strings.TrimSuffix(number, suffix), 10, 16)
		if d := time.Duration(n) * unit; whole && err == nil && strings.HasSuffix(number, suffix) && d >= time.Minute && d <= live.VisitsKept {
			return d, nil
		}
	}
	return 0, layers.BadParameter("within", "want PT1M to PT24H")
}
