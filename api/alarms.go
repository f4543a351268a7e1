package api

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Desk keeps what dispatchers decide: fences, the roster, and what became of
// alarms.
type Desk interface {
	// AlarmHistory is a page of the alarms that the range answers for, the newest
	// first, with one more than the limit when there are more.
	AlarmHistory(ctx context.Context, q live.AlarmQuestion, within layers.AreaRange) ([]live.PastAlarm, error)
	// Fences lists those all of whose units lie inside the range.
	Fences(ctx context.Context, within layers.AreaRange) ([]live.Fence, error)
	AddFence(ctx context.Context, f live.Fence) (int64, error)
	RemoveFence(ctx context.Context, id int64, within layers.AreaRange) error
	// Attended are the shifts of units in the range that begin in the window, or
	// that are on at its beginning when it is empty, with what came of them by now.
	Attended(ctx context.Context, w layers.Window, within layers.AreaRange, units []live.Unit, now time.Time) ([]live.Attended, error)
	// UnitRoster is what a unit's roster holds from now on.
	UnitRoster(ctx context.Context, unit string, now time.Time) (live.UnitRoster, error)
	// SetRosters replaces what the units' rosters hold from now on, all or nothing.
	SetRosters(ctx context.Context, rosters []live.UnitRoster, now time.Time) error
	// MergeRosters brings the rosters of a file, all or nothing.
	MergeRosters(ctx context.Context, rosters []live.UnitRoster) error
}

// pastAlarm is an alarm of the history.
type pastAlarm struct {
	alarmBody
	Source   string          `json:"source"`
	Closed   *time.Time      `json:"closed,omitempty"`
	ClosedBy string          `json:"closedBy,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Steps    []live.PastStep `json:"steps"`
}

// alarmHistory lists past and present alarms.
func (s *Server) alarmHistory(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	homes, err := s.homesIn(ctx, r)
	if err != nil {
		return err
	}
	q := live.AlarmQuestion{State: r.text("state"), Limit: int(r.number("limit"))}
	if r.given("opened") {
		home, err := s.home(ctx, r.scope())
		if err != nil {
			return err
		}
		if q.Window, err = parseWhen("opened", r.text("opened"), home.zone()); err != nil {
			return err
		}
	}
	if r.given("after") {
		if err := readAlarmMark(r.text("after"), &q); err != nil {
			return err
		}
	}
	body := struct {
		Alarms []pastAlarm `json:"alarms"`
		Next   string      `json:"next,omitempty"`
	}{Alarms: []pastAlarm{}}
	if homes.Low > homes.High {
		return r.json(body)
	}
	found, err := desk.AlarmHistory(ctx, q, homes)
	if err != nil {
		return err
	}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		body.Next = alarmMark(found[q.Limit-1].Alarm)
	}
	for _, one := range found {
		unit, ours := s.options.Live.Board.Unit(one.Unit)
		row := pastAlarm{alarmBody: alarmOf(live.Call{Alarm: one.Alarm, Known: ours, Of: unit}), Source: one.Source, Closed: known(one.Closed), ClosedBy: one.ClosedBy, Reason: one.Reason, Steps: one.Steps}
		if row.Steps == nil {
			row.Steps = []live.PastStep{}
		}
		body.Alarms = append(body.Alarms, row)
	}
	return r.json(body)
}

// alarmMark names where a page of the history ends.
func alarmMark(a live.Alarm) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{a.Opened.UTC().Format(time.RFC3339Nano), a.About, a.Unit}, " ")))
}

func readAlarmMark(text string, q *live.AlarmQuestion) error {
	wrong := layers.BadParameter("after", "give the next of the page before")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return wrong
	}
	parts := strings.SplitN(string(b), " ", 3)
	if len(parts) != 3 || plainText("after", string(b)) != nil {
		return wrong
	}
	if q.Before, err = time.Parse(time.RFC3339Nano, parts[0]); err != nil || q.Before.Year() < 1 {
		return wrong
	}
	q.BeforeAbout, q.BeforeUnit = parts[1], parts[2]
	return nil
}
