package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// Live is what takes positions and shows units.
type Live struct {
	Gate  *live.Gate
	Board *live.Board
	// Visits are who came by where; nil for not kept.
	Visits *live.Visits
	// Ledger keeps their visits for good; nil for not longer than Visits.
	Ledger live.Ledger
	// Log keeps what dispatchers do about alarms.
	Log live.Log
	// Tracks are the past fixes, which are kept for Keep; nil for not kept.
	Tracks Tracks
	Keep   time.Duration
	// Desk keeps fences, the roster and the history of alarms; nil for none.
	Desk Desk
	// Refused is how many records the store did not take since the program began;
	// nil for not counted.
	Refused func() uint64
}

// frame is the time between two pictures of the units.
const frame = 500 * time.Millisecond

// tick publishes the board and the visits twice a second, until ctx ends.
func (s *Server) tick(ctx context.Context) {
	every := time.NewTicker(frame)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			changed := s.options.Live.Board.Tick(s.options.Clock())
			if visits := s.options.Live.Visits; visits != nil && visits.Publish() {
				changed = true
			}
			if changed {
				s.streams.wake()
			}
		}
	}
}

// homes is the range of homes whose units the reader sees.
func (s *Server) homes(reader access.User) layers.AreaRange {
	none := layers.AreaRange{Low: 1, High: 0}
	unit, err := s.options.Catalog.Layer("unit")
	if err != nil || reader.Scope().MayRead(unit) != nil {
		return none
	}
	r, _ := reader.Scope().Clip(unit)
	return r
}

// unitsBody is a frame of units.
type unitsBody struct {
	Fresh bool    `json:"fresh"`
	Units [][]any `json:"units"`
}

// unitFeed tells what the reader's units do.
func (s *Server) unitFeed() feed {
	board := s.options.Live.Board
	return feed{event: "unit", shared: true, since: func(mark uint64, reader access.User) (any, uint64) {
		changed, fresh, now := board.Since(mark, s.homes(reader))
		if len(changed) == 0 && !fresh {
			return nil, now
		}
		body := unitsBody{Fresh: fresh, Units: make([][]any, len(changed))}
		for k, one := range changed {
			body.Units[k] = unitRow(one)
		}
		return body, now
	}}
}

// unitRow is a unit as short as JSON allows; LiveUnits in openapi.yaml says what
// is where.
func unitRow(one live.Seen) []any {
	row := []any{one.Unit.ID, one.State}
	if f := one.Fix; !f.At.IsZero() {
		row = append(row, f.At.Unix(), roundTo(f.Point[0], 6), roundTo(f.Point[1], 6), digitsOf(f.Heading, 0), digitsOf(f.Speed, 1), digitsOf(f.Battery, 2))
		if one.Misdated {
			row = append(row, true)
		}
	}
	return row
}

// digitsOf is the number with so many digits; nil when it is not known.
func digitsOf(v float64, digits int) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return roundTo(v, digits)
}

// alarmBody is an open alarm.
type alarmBody struct {
	Unit           string       `json:"unit"`
	About          string       `json:"about,omitempty"`
	Kind           string       `json:"kind"`
	Title          string       `json:"title,omitempty"`
	Since          *time.Time   `json:"since,omitempty"`
	Name           string       `json:"name,omitempty"`
	CallSign       string       `json:"callSign,omitempty"`
	Known          bool         `json:"known"`
	Level          int          `json:"level"`
	Opened         time.Time    `json:"opened"`
	Latest         time.Time    `json:"latest"`
	Calls          int          `json:"calls"`
	Verdict        live.Verdict `json:"verdict"`
	At             *orb.Point   `json:"at,omitempty"`
	Home           *orb.Point   `json:"home,omitempty"`
	Acknowledged   *time.Time   `json:"acknowledged,omitempty"`
	AcknowledgedBy string       `json:"acknowledgedBy,omitempty"`
	Escalated      bool         `json:"escalated"`
}

// alarmFeed tells the open alarms whenever one of them changed.
func (s *Server) alarmFeed() feed {
	board := s.options.Live.Board
	return feed{event: "alarm", shared: true, since: func(mark uint64, reader access.User) (any, uint64) {
		calls, told, now := board.Calls(mark, s.homes(reader))
		if !told {
			return nil, now
		}
		bodies := []alarmBody{}
		for _, c := range calls {
			bodies = append(bodies, alarmOf(c))
		}
		return bodies, now
	}}
}

func alarmOf(c live.Call) alarmBody {
	a := alarmBody{
		Unit: c.Alarm.Unit, Name: c.Of.Name, CallSign: c.Of.CallSign, Known: c.Known, Opened: c.Opened, Latest: c.Latest, Calls: c.Calls, Verdict: c.Verdict,
		Acknowledged: known(c.Acked), AcknowledgedBy: c.AckedBy, Escalated: c.Level > 0, Level: c.Level,
		About: c.About, Kind: "sos", Title: c.Title, Since: known(c.Since),
	}
	if c.About != "" {
		a.Kind = string(live.KindOf(c.About))
	}
	if c.Point != (orb.Point{}) {
		a.At = &c.Point
	}
	if c.Known {
		a.Home = &c.Of.Home
	}
	return a
}

// answerAlarm records what a dispatcher does about an alarm.
func (s *Server) answerAlarm(ctx context.Context, r *request) error {
	if s.options.Live == nil {
		return errNoLive
	}
	var body struct {
		Do     string `json:"do"`
		About  string `json:"about"`
		Reason string `json:"reason"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	act := live.Acknowledge
	if body.Do == "close" {
		if act = live.Close; strings.TrimSpace(body.Reason) == "" {
			return layers.BadParameter("reason", "closing an alarm needs a reason")
		}
	}
	if strings.ContainsFunc(body.Reason, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return layers.BadParameter("reason", "want one line of text")
	}
	unit, now := r.text("unit"), s.options.Clock().UTC()
	call, open := s.options.Live.Board.Call(unit, body.About, s.homes(r.user))
	if !open {
		return fmt.Errorf("an open alarm of unit %q: %w", shown(unit), layers.ErrNotFound)
	}
	if call.Opened.After(now) {
		now = call.Opened // the clock was set back since
	}
	err := s.options.Live.Log.Append(ctx, []live.Record{{Source: r.user.Name, Received: now, Act: act, About: body.About, Note: body.Reason, Fix: live.Fix{Unit: unit}}})
	if err != nil {
		return err
	}
	r.fiber.Status(204)
	return nil
}

// unitBody is a unit on the status board.
type unitBody struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	CallSign  string     `json:"callSign"`
	Force     string     `json:"force"`
	Kind      string     `json:"kind"`
	Headcount int        `json:"headcount"`
	State     live.State `json:"state"`
	Home      orb.Point  `json:"home"`
	Area      string     `json:"area"`
	Shift     *shiftBody `json:"shift,omitempty"`
	At        *time.Time `json:"at,omitempty"`
	Battery   any        `json:"battery,omitempty"`
}

type shiftBody struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Post      string    `json:"post,omitempty"`
	Means     string    `json:"means,omitempty"`
	Headcount int       `json:"headcount,omitempty"`
}

// stateSum is how many units, and serving in them, are in a state.
type stateSum struct {
	Units     int `json:"units"`
	Headcount int `json:"headcount"`
}

// unitBoard is the status board.
func (s *Server) unitBoard(ctx context.Context, r *request) error {
	if s.options.Live == nil {
		return errNoLive
	}
	homes, err := s.homesIn(ctx, r)
	if err != nil {
		return err
	}
	wanted := live.States
	if r.given("state") {
		wanted = nil
		for state := range strings.SplitSeq(r.text("state"), ",") {
			if !slices.Contains(live.States, live.State(state)) {
				return layers.BadParameter("state", "want some of %v", live.States)
			}
			wanted = append(wanted, live.State(state))
		}
	}
	body := struct {
		States map[live.State]stateSum `json:"states"`
		Units  []unitBody              `json:"units"`
	}{map[live.State]stateSum{}, []unitBody{}}
	for _, one := range s.options.Live.Board.All(homes) {
		sum := body.States[one.State]
		body.States[one.State] = stateSum{sum.Units + 1, sum.Headcount + one.Unit.Headcount}
		if slices.Contains(wanted, one.State) {
			body.Units = append(body.Units, boardRow(one))
		}
	}
	return r.json(body)
}

func boardRow(one live.Seen) unitBody {
	u := one.Unit
	row := unitBody{ID: u.ID, Name: u.Name, CallSign: u.CallSign, Force: u.Force, Kind: u.Kind, Headcount: u.Headcount, State: one.State, Home: u.Home, Area: fmt.Sprintf("%0*d", layers.AreaDigits, u.Area)}
	if !one.Shift.To.IsZero() {
		row.Shift = &shiftBody{one.Shift.From, one.Shift.To, one.Shift.Post, one.Shift.Means, one.Shift.Headcount}
	}
	if !one.Fix.At.IsZero() {
		row.At, row.Battery = &one.Fix.At, digitsOf(one.Fix.Battery, 2)
	}
	return row
}
