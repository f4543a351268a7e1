package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// rosterRow is a shift with what came of it.
type rosterRow struct {
	Unit      string          `json:"unit"`
	Name      string          `json:"name"`
	CallSign  string          `json:"callSign"`
	Force     string          `json:"force"`
	Kind      string          `json:"kind"`
	Area      string          `json:"area"`
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Post      string          `json:"post,omitempty"`
	Means     string          `json:"means,omitempty"`
	Headcount int             `json:"headcount"`
	Weekly    bool            `json:"weekly"`
	State     live.Attendance `json:"state"`
	Home      *time.Time      `json:"home,omitempty"`
	First     *time.Time      `json:"first,omitempty"`
	Last      *time.Time      `json:"last,omitempty"`
	Late      int             `json:"late,omitempty"`
	Early     int             `json:"early,omitempty"`
}

// rosterBoard is who is on duty where, until when, and whether they came: those on
// duty at a moment, or all whose shift begins on a day.
func (s *Server) rosterBoard(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	homes, err := s.homesIn(ctx, r)
	if err != nil {
		return err
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return err
	}
	now := s.options.Clock().UTC()
	w := layers.Window{From: now, To: now}
	switch {
	case r.given("day") && r.given("at"):
		return layers.BadParameter("day", "give a day or a moment, not both")
	case r.given("day"):
		day, err := time.ParseInLocation(time.DateOnly, r.text("day"), home.zone())
		if err != nil || day.Year() < 2000 || day.Year() > 2200 {
			return layers.BadParameter("day", "give a day such as 2026-11-27")
		}
		w = layers.Window{From: day.UTC(), To: day.AddDate(0, 0, 1).UTC()}
	case r.given("at"):
		at, err := time.Parse(time.RFC3339, r.text("at"))
		if err != nil || at.Year() < 2000 || at.Year() > 2200 {
			return layers.BadParameter("at", "give a moment in RFC 3339; write + as %%2B in an address")
		}
		w = layers.Window{From: at.UTC(), To: at.UTC()}
	}
	body := struct {
		From   time.Time                    `json:"from"`
		To     time.Time                    `json:"to"`
		Now    time.Time                    `json:"now"`
		Rows   []rosterRow                  `json:"rows"`
		Totals map[live.Attendance]stateSum `json:"totals"`
	}{w.From, w.To, now, []rosterRow{}, map[live.Attendance]stateSum{}}
	units := s.options.Live.Board.Units(homes)
	if len(units) == 0 {
		return r.json(body)
	}
	of := make(map[string]live.Unit, len(units))
	for _, u := range units {
		of[u.ID] = u
	}
	attended, err := desk.Attended(ctx, w, homes, units, now)
	if err != nil {
		return err
	}
	for _, a := range attended {
		u := of[a.Unit]
		row := rosterRow{
			Unit: u.ID, Name: u.Name, CallSign: u.CallSign, Force: u.Force, Kind: u.Kind, Area: fmt.Sprintf("%0*d", layers.AreaDigits, u.Area),
			From: a.From, To: a.To, Post: a.Post, Means: a.Means, Headcount: a.Headcount, Weekly: a.Weekly, State: a.State,
			Home: known(a.Home), First: known(a.First), Last: known(a.Last), Late: int(a.Late / time.Minute), Early: int(a.Early / time.Minute),
		}
		if row.Headcount == 0 {
			row.Headcount = u.Headcount
		}
		sum := body.Totals[a.State]
		body.Totals[a.State] = stateSum{sum.Units + 1, sum.Headcount + row.Headcount}
		body.Rows = append(body.Rows, row)
	}
	return r.json(body)
}

// desk is where decisions are kept; errNoLive where there is none.
func (s *Server) desk() (Desk, error) {
	if s.options.Live == nil || s.options.Live.Desk == nil {
		return nil, errNoLive
	}
	return s.options.Live.Desk, nil
}

// homesIn is the range of homes whose units the reader sees, inside the area asked
// about; empty when Low > High.
func (s *Server) homesIn(ctx context.Context, r *request) (layers.AreaRange, error) {
	homes := s.homes(r.user)
	if !r.given("area") {
		return homes, nil
	}
	area, err := s.areaRange(ctx, r.text("area"))
	if err != nil {
		return homes, err
	}
	return layers.AreaRange{Low: max(area.Low, homes.Low), High: min(area.High, homes.High)}, nil
}

// unitRosterBody is the roster of a unit as it is written and read.
type unitRosterBody struct {
	Unit   string        `json:"unit"`
	Shifts []rosterShift `json:"shifts"`
	Duties []rosterDuty  `json:"duties"`
}

type rosterShift struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Post      string    `json:"post,omitempty"`
	Means     string    `json:"means,omitempty"`
	Headcount int       `json:"headcount,omitempty"`
}

type rosterDuty struct {
	From      int           `json:"from"`
	To        int           `json:"to"`
	Days      live.Weekdays `json:"days"`
	Post      string        `json:"post,omitempty"`
	Means     string        `json:"means,omitempty"`
	Headcount int           `json:"headcount,omitempty"`
}

func (b unitRosterBody) roster() live.UnitRoster {
	out := live.UnitRoster{Unit: b.Unit}
	for _, s := range b.Shifts {
		out.Shifts = append(out.Shifts, live.Shift{Unit: b.Unit, From: s.From.UTC(), To: s.To.UTC(), Post: strings.TrimSpace(s.Post), Means: s.Means, Headcount: s.Headcount})
	}
	for _, d := range b.Duties {
		out.Duties = append(out.Duties, live.Duty{Unit: b.Unit, From: d.From, To: d.To, Days: d.Days, Post: strings.TrimSpace(d.Post), Means: d.Means, Headcount: d.Headcount})
	}
	return out
}

func rosterOf(u live.UnitRoster) unitRosterBody {
	b := unitRosterBody{u.Unit, []rosterShift{}, []rosterDuty{}}
	for _, s := range u.Shifts {
		b.Shifts = append(b.Shifts, rosterShift{s.From, s.To, s.Post, s.Means, s.Headcount})
	}
	for _, d := range u.Duties {
		b.Duties = append(b.Duties, rosterDuty{d.From, d.To, d.Days, d.Post, d.Means, d.Headcount})
	}
	return b
}

// ownUnit is nil when the caller sees the unit.
func (s *Server) ownUnit(r *request, unit string) error {
	u, ok := s.options.Live.Board.Unit(unit)
	if !ok || !s.homes(r.user).Contains(u.Area) {
		return fmt.Errorf("unit %q: %w", shown(unit), layers.ErrNotFound)
	}
	return nil
}

// unitRoster is the roster of one unit.
func (s *Server) unitRoster(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	if err := s.ownUnit(r, r.text("unit")); err != nil {
		return err
	}
	found, err := desk.UnitRoster(ctx, r.text("unit"), s.options.Clock())
	if err != nil {
		return err
	}
	return r.json(rosterOf(found))
}

// setRosters replaces the rosters of some units at once, all or nothing: so that
// two can swap.
func (s *Server) setRosters(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	var body struct {
		Rosters []unitRosterBody `json:"rosters"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return err
	}
	now, means := s.options.Clock().UTC(), s.means()
	var rosters []live.UnitRoster
	seen := map[string]bool{}
	for _, one := range body.Rosters {
		if err := s.ownUnit(r, one.Unit); err != nil {
			return err
		}
		if seen[one.Unit] {
			return layers.BadParameter("rosters", "name each unit once")
		}
		seen[one.Unit] = true
		roster := one.roster()
		if err := roster.Check(means, home.zone()); err != nil {
			return err
		}
		for _, shift := range roster.Shifts {
			if !shift.To.After(now) {
				return layers.BadParameter("shifts", "what is past is not rewritten: leave out shifts that have ended")
			}
		}
		rosters = append(rosters, roster)
	}
	if err := desk.SetRosters(ctx, rosters, now); err != nil {
		return err
	}
	r.fiber.Status(204)
	return nil
}

// removeRoster takes a unit off the roster from now on.
func (s *Server) removeRoster(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	if err := s.ownUnit(r, r.text("unit")); err != nil {
		return err
	}
	if err := desk.SetRosters(ctx, []live.UnitRoster{{Unit: r.text("unit")}}, s.options.Clock().UTC()); err != nil {
		return err
	}
	r.fiber.Status(204)
	return nil
}

// means are the codes of how a shift may go about.
func (s *Server) means() []string {
	unit, err := s.options.Catalog.Layer("unit")
	if err != nil {
		return nil
	}
	return live.Means(unit)
}

// importRoster reads a roster as CSV. What is wrong is told row by row, and nothing
// is stored then.
func (s *Server) importRoster(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	var body struct {
		CSV    string `json:"csv"`
		DryRun bool   `json:"dryRun"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return err
	}
	file, err := live.ReadRoster(strings.NewReader(body.CSV), func(unit string) bool { return s.ownUnit(r, unit) == nil }, s.means(), home.zone())
	if err != nil {
		return err
	}
	const mostTold = 200
	told := struct {
		Rows     int              `json:"rows"`
		Units    int              `json:"units"`
		Stored   bool             `json:"stored"`
		Faults   int              `json:"faults"`
		Problems []layers.Problem `json:"problems"`
	}{file.Rows, len(file.Rosters), false, len(file.Problems), append([]layers.Problem{}, file.Problems[:min(len(file.Problems), mostTold)]...)}
	if len(file.Problems) == 0 && len(file.Rosters) > 0 && !body.DryRun {
		if err := desk.MergeRosters(ctx, file.Rosters); err != nil {
			return err
		}
		told.Stored = true
	}
	return r.json(told)
}

// unitTotal is how many units and heads an area has of a force and kind: all of
// them, planned for now, heard, and on duty and not heard.
type unitTotal struct {
	Area    string   `json:"area"`
	Force   string   `json:"force"`
	Kind    string   `json:"kind"`
	All     stateSum `json:"all"`
	Planned stateSum `json:"planned"`
	Heard   stateSum `json:"heard"`
	Silent  stateSum `json:"silent"`
}

// unitTotals sums the units by area, force and kind.
func (s *Server) unitTotals(ctx context.Context, r *request) error {
	if s.options.Live == nil {
		return errNoLive
	}
	homes, err := s.homesIn(ctx, r)
	if err != nil {
		return err
	}
	body := struct {
		By   string      `json:"by"`
		Rows []unitTotal `json:"rows"`
	}{r.text("by"), []unitTotal{}}
	digits := layers.Level(body.By).Digits()
	number := map[unitTotal]int{}
	for _, one := range s.options.Live.Board.All(homes) {
		name := unitTotal{Area: fmt.Sprintf("%0*d", layers.AreaDigits, one.Unit.Area)[:digits], Force: one.Unit.Force, Kind: one.Unit.Kind}
		k, ok := number[name]
		if !ok {
			k = len(body.Rows)
			number[name] = k
			body.Rows = append(body.Rows, name)
		}
		row := &body.Rows[k]
		row.All.add(one.Unit.Headcount)
		if one.Shift.To.IsZero() {
			continue
		}
		heads := one.Shift.Headcount
		if heads == 0 {
			heads = one.Unit.Headcount
		}
		row.Planned.add(heads)
		if one.State == live.Silent {
			row.Silent.add(heads)
		} else {
			row.Heard.add(heads)
		}
	}
	return r.json(body)
}

func (s *stateSum) add(heads int) { s.Units, s.Headcount = s.Units+1, s.Headcount+heads }
