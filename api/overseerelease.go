package api

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"sitmap/geo/bounds"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/release"
	"sitmap/layers/tally"
)

// releaseBody is the answer of /api/release/{layer}: what is published, by which
// rule, and how much a map of it still tells apart.
type releaseBody struct {
	Layer       string     `json:"layer"`
	City        unitArea   `json:"city"`
	Version     int64      `json:"version"`
	DataVersion int64      `json:"dataVersion"`
	Made        time.Time  `json:"made"`
	From        *time.Time `json:"from"`
	To          *time.Time `json:"to"`
	release.Setting
	Synthetic bool `json:"synthetic"`
	// Dial is what another rule would show.
	Dial *release.Setting `json:"dial,omitempty"`
}

// overseenRelease is the release that the asker oversees.
func (s *Server) overseenRelease(ctx context.Context, r *request) (*tally.Released, layers.LayerState, error) {
	l, err := s.options.Catalog.Layer(r.text("layer"))
	if err != nil {
		return nil, layers.LayerState{}, noSuchLayer(s.options.Catalog)
	}
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return nil, layers.LayerState{}, err
	}
	home, err := s.facts.place(ctx, states, access.Scope{Area: r.user.Range})
	if err != nil {
		return nil, layers.LayerState{}, err
	}
	var found *tally.Released
	if s.options.Counts != nil && len(home.cities) > 0 {
		found = s.options.Counts.Released(l.ID, home.home.Area.Range)
	}
	if found == nil {
		return nil, layers.LayerState{}, fmt.Errorf("nothing is published of layer %s: %w", l.ID, layers.ErrNotFound)
	}
	return found, states[l.ID], nil
}

// release says what is published and how.
func (s *Server) release(ctx context.Context, r *request) error {
	found, state, err := s.overseenRelease(ctx, r)
	if err != nil {
		return err
	}
	q := releasedQuestion{Released: found}
	months := q.months()
	body := releaseBody{
		Layer: state.Layer, City: unitArea{found.City.Area.Code, found.City.Area.Name}, Version: found.Version, DataVersion: found.DataVersion, Made: found.Made.UTC(),
		From: known(months[0].Window(found.City.Zone).From), To: known(months[len(months)-1].Window(found.City.Zone).To), Synthetic: state.Synthetic,
	}
	body.Rule, body.Report = found.Rule, found.Report
	if body.Readable, err = found.Set.Readable(release.All); err != nil {
		return fmt.Errorf("shares of a release: %w", err)
	}
	if r.given("threshold") {
		threshold := int(r.number("threshold"))
		body.Dial, err = s.dials.share(fmt.Sprintln(state.Layer, found.City.Area.Code, found.Version, threshold), func() (*release.Setting, error) {
			return s.options.Counts.TryRule(context.WithoutCancel(ctx), state.Layer, found.City, release.Rule{Threshold: threshold})
		})
		if err != nil {
			return fmt.Errorf("release of layer %s by another rule: %w", state.Layer, err)
		}
	}
	return r.json(body)
}

// attackBody is the answer of /api/release/{layer}/attack: what follows from all
// published numbers for those of a month that are not.
type attackBody struct {
	Layer    string       `json:"layer"`
	Version  int64        `json:"version"`
	Month    string       `json:"month"`
	Numbers  string       `json:"numbers"` // the periods of which all numbers were used
	Examined int          `json:"examined"`
	Narrow   int          `json:"narrow"` // bounds that lie closer together than the rule wants
	Tightest *int64       `json:"tightest,omitempty"`
	Left     int          `json:"left"` // withheld numbers of the month for which time did not last
	Bounds   []attackedAt `json:"bounds"`
	// Enclosed is what follows for all periods and categories.
	Enclosed *release.Enclosed `json:"enclosed"`
	// Open are the withheld numbers of all periods and categories whose proof was
	// narrowest.
	Open []openNumber `json:"open"`
}

// openNumber is a withheld number with what can be proven about it.
type openNumber struct {
	numberAt
	Low    int           `json:"low"`
	High   int           `json:"high"`
	Need   int           `json:"need"`
	Around []shownNumber `json:"around"`
}

// numberAt is what a number counts.
type numberAt struct {
	Areas    []string `json:"areas"` // names
	Level    string   `json:"level"`
	Part     bool     `json:"part,omitempty"`
	Period   string   `json:"period"`
	Category *string  `json:"category,omitempty"` // absent for all
}

// shownNumber is a published number.
type shownNumber struct {
	numberAt
	Count int `json:"count"`
}

// mostOpen is how many of the narrowest numbers are told.
const mostOpen = 10

// attackedAt is a withheld number: how many at least and at most.
type attackedAt struct {
	Place int    `json:"place"`
	Low   int64  `json:"low"`
	High  *int64 `json:"high,omitempty"`
}

// attackRelease tries to work out withheld numbers of a month from all published
// ones together, on invented data only: the answer says nothing that a reader could
// not work out, but saves them the work.
func (s *Server) attackRelease(ctx context.Context, r *request) error {
	found, state, err := s.overseenRelease(ctx, r)
	if err != nil {
		return err
	}
	if !state.Synthetic {
		return fmt.Errorf("the release of real cases is not attacked here: %w", layers.ErrDenied)
	}
	month, block, err := attackedMonth(found.Set, r.text("month"))
	if err != nil {
		return err
	}
	within := layers.Everywhere
	if r.given("area") {
		area, err := s.area(ctx, r.text("area"))
		if err != nil {
			return err
		}
		within = area.Range
	}
	attack, err := release.NewAttack(found.Set, release.Span{From: block.First, To: block.First + release.Month(block.Months)}, false)
	if err != nil {
		return fmt.Errorf("attack on the release: %w", err)
	}
	body := attackBody{Layer: state.Layer, Version: found.Version, Month: month.String(), Numbers: block.String(), Bounds: []attackedAt{}}
	shown := map[int]bool{}
	units, err := found.Set.Cells(release.Query{Periods: []release.Period{month}, Within: layers.Everywhere}, finest)
	if err != nil {
		return fmt.Errorf("attack on the release: %w", err)
	}
	for _, u := range units {
		shown[u.Place] = true
	}
	if units, err = found.Set.Cells(release.Query{Periods: []release.Period{block}, Within: within}, finest); err != nil {
		return fmt.Errorf("attack on the release: %w", err)
	}
	began := time.Now()
	for _, u := range units {
		if shown[u.Place] || u.State == release.Withheld {
			continue
		}
		if time.Since(began) > longestAttack {
			body.Left++
			continue
		}
		bound, err := attack.Bounds(u.Place, month, release.All)
		if err != nil {
			return fmt.Errorf("attack on the release: %w", err)
		}
		body.add(u.Place, bound, found.Rule)
	}
	body.Enclosed, err = s.enclosed.share(fmt.Sprintln(state.Layer, found.City.Area.Code, found.Version, within), func() (*release.Enclosed, error) {
		began := time.Now()
		all := found.Set.Enclose(within, func() bool { return time.Since(began) < longestAttack })
		return &all, nil
	})
	if err != nil {
		return err
	}
	body.Open, err = s.open.share(fmt.Sprintln(state.Layer, found.City.Area.Code, found.Version), func() ([]openNumber, error) {
		return s.openNumbers(ctx, r, found)
	})
	if err != nil {
		return err
	}
	return r.json(body)
}

// openNumbers are the withheld numbers of a release whose proof was narrowest.
func (s *Server) openNumbers(ctx context.Context, r *request, found *tally.Released) ([]openNumber, error) {
	names := map[int64]string{}
	for _, level := range []layers.Level{layers.City, layers.County, layers.Township, layers.Village} {
		areas, err := s.areasAt(ctx, r, level)
		if err != nil {
			return nil, err
		}
		for _, a := range areas {
			names[a.Range.Low] = a.Name
		}
	}
	at := func(areas []int64, level, period string, category int) numberAt {
		n := numberAt{Level: level, Period: period, Areas: []string{}}
		for _, a := range areas {
			n.Areas = append(n.Areas, names[a])
		}
		if category != release.All {
			n.Category = &found.Codes()[category]
		}
		return n
	}
	all := []openNumber{}
	for _, o := range found.Set.Tightest(mostOpen) {
		one := openNumber{numberAt: at(o.Areas, o.Level, o.Period, o.Category), Low: o.Low, High: o.High, Need: o.Need, Around: []shownNumber{}}
		one.Part = o.Part
		for _, a := range o.Around {
			one.Around = append(one.Around, shownNumber{at(a.Areas, a.Level, a.Period, a.Category), a.Count})
		}
		all = append(all, one)
	}
	return all, nil
}

// add notes what follows for a place: whole cases, so the ends are drawn in.
func (body *attackBody) add(place int, bound bounds.Interval, rule release.Rule) {
	at := attackedAt{Place: place, Low: int64(math.Ceil(bound.Low.Float()))}
	body.Examined++
	if !bound.Unbounded {
		high := int64(math.Floor(bound.High.Float()))
		at.High = &high
		width := high - at.Low
		if width < int64(rule.Threshold-2) {
			body.Narrow++
		}
		if body.Tightest == nil || width < *body.Tightest {
			body.Tightest = &width
		}
	}
	body.Bounds = append(body.Bounds, at)
}

// longestAttack is how long each part of an attack may take; the answer says how far it
// came.
const longestAttack = 3 * time.Second

// mostAttacked is the longest period, in months, whose numbers are put together: a
// year of them takes minutes to solve.
const mostAttacked = 3

// attackedMonth finds the month of that name, the last one without a name, and the
// published period that holds it, a quarter at most.
func attackedMonth(set *release.Set, name string) (month, block release.Period, err error) {
	var names []string
	for _, p := range set.Periods() {
		if p.Months == 1 {
			names = append(names, p.String())
			if name == "" || p.String() == name {
				month = p
			}
		}
	}
	if month.Months == 0 {
		return month, block, layers.BadParameter("month", "give one of %s", strings.Join(names, ", "))
	}
	for _, p := range set.Periods() { // months, quarters, years
		if p.Holds(month) && p.Months <= mostAttacked {
			block = p
		}
	}
	return month, block, nil
}
