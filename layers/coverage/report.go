package coverage

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"sitmap/geo"
	"sitmap/geo/hex"
	"sitmap/geo/lattice"
	"sitmap/layers"
)

// ErrInvalid says that a question of coverage cannot be right.
var ErrInvalid = errors.New("invalid question of coverage")

// Question is what to report of the cameras on a ground.
type Question struct {
	Purpose Purpose
	// Times is how many working cameras must see a thing: 1, or 2 for places
	// that one broken camera shall not leave blind. 0 is 1.
	Times int
	// By is the level of the rows: county, township or village.
	By layers.Level
	// Area limits the report to what lies in it; nil for all of the ground.
	Area *layers.AreaRange
	// Demand is what should be seen, beside area and roads; Hotspots likewise,
	// told apart, and at home where most of their public area is.
	Demand   []Demand
	Hotspots []Demand
	// Gaps is how many gaps of each kind are listed; Next how many spots are
	// proposed, none for 0.
	Gaps, Next int
	// New is what a proposed camera sees.
	New         NewCamera
	Assumptions Assumptions
}

// Extent is how much of something is seen: square metres, metres, or weight.
type Extent struct {
	Total float64 `json:"total"`
	Once  float64 `json:"once"`  // by at least one working camera
	Twice float64 `json:"twice"` // by at least two working cameras
	// The same if every installed camera worked.
	OnceInstalled  float64 `json:"onceInstalled"`
	TwiceInstalled float64 `json:"twiceInstalled"`
	// Share is Once, or Twice where two were asked for, of Total; 0 without any.
	Share float64 `json:"share"`
}

func (e *Extent) add(o Extent) {
	e.Total += o.Total
	e.Once += o.Once
	e.Twice += o.Twice
	e.OnceInstalled += o.OnceInstalled
	e.TwiceInstalled += o.TwiceInstalled
}

func (e *Extent) finish(times int) {
	seen := e.Once
	if times == 2 {
		seen = e.Twice
	}
	if e.Total > 0 {
		e.Share = min(1, seen/e.Total)
	}
}

// Count is how many cameras there are by state.
type Count struct {
	Total     int            `json:"total"`
	Installed int            `json:"installed"` // all but those under construction
	States    map[string]int `json:"states"`
	// Of those installed: the share that is offline, and that does not work
	// for whatever reason; 0 without any.
	OfflineShare float64 `json:"offlineShare"`
	DownShare    float64 `json:"downShare"`
}

func (c *Count) add(state string) {
	if c.States == nil {
		c.States = map[string]int{}
	}
	c.Total++
	c.States[state]++
	if state != Building {
		c.Installed++
	}
}

func (c *Count) join(o Count) {
	c.Total += o.Total
	c.Installed += o.Installed
	if c.States == nil {
		c.States = map[string]int{}
	}
	for state, n := range o.States {
		c.States[state] += n
	}
}

func (c *Count) finish() {
	if c.States == nil {
		c.States = map[string]int{}
	}
	if c.Installed > 0 {
		c.OfflineShare = float64(c.States[Offline]) / float64(c.Installed)
		c.DownShare = 1 - float64(c.States[Working])/float64(c.Installed)
	}
}

// Row is one area of the report.
type Row struct {
	Code    string `json:"code"` // of the area; empty for the whole
	Cameras Count  `json:"cameras"`
	Public  Extent `json:"public"` // square metres of public area
	Roads   Extent `json:"roads"`  // metres of road
	Demand  Extent `json:"demand"` // weight of what should be seen
	// Hotspots is the weight of hotspots; nil where none were told of.
	Hotspots *Extent `json:"hotspots,omitempty"`
}

func (r *Row) finish(times int) {
	r.Cameras.finish()
	for _, e := range []*Extent{&r.Public, &r.Roads, &r.Demand, r.Hotspots} {
		if e != nil {
			e.finish(times)
		}
	}
}

// add adds all but the cameras.
func (r *Row) add(o Row) {
	r.Public.add(o.Public)
	r.Roads.add(o.Roads)
	r.Demand.add(o.Demand)
	if o.Hotspots != nil {
		if r.Hotspots == nil {
			r.Hotspots = &Extent{}
		}
		r.Hotspots.add(*o.Hotspots)
	}
}

// CellRow is the public area of one cell, in square metres.
type CellRow struct {
	Cell  hex.Cell `json:"-"`
	Total float64  `json:"total"`
	Once  float64  `json:"once"`
	Twice float64  `json:"twice"`
	Lack  float64  `json:"-"` // weight of what is not seen as often as asked
}

// Guesses is how many of the installed cameras lack what the register should
// say, so that it was assumed.
type Guesses struct {
	Direction int `json:"direction"` // taken to look all around
	Angle     int `json:"angle"`
	Range     int `json:"range"`
}

func (g *Guesses) count(a assumed) {
	for _, c := range []struct {
		is bool
		at *int
	}{{a.direction, &g.Direction}, {a.angle, &g.Angle}, {a.distance, &g.Range}} {
		if c.is {
			*c.at++
		}
	}
}

// Report is what cameras see.
type Report struct {
	Whole   Row
	Rows    []Row     // ascending by code
	Cells   []CellRow // all with public area, ascending
	Guesses Guesses
	Roads   []RoadGap // the gravest first
	Gaps    []CellRow // the cells with the most that is not seen, the gravest first
	Next    Proposal
	times   int
}

// RowsBy are the rows added up to the areas of a level not finer than theirs.
func (r *Report) RowsBy(l layers.Level) []Row {
	rows := []Row{}
	for _, row := range r.Rows { // ascending, and so are the areas above
		code := row.Code[:l.Digits()]
		if len(rows) == 0 || rows[len(rows)-1].Code != code {
			rows = append(rows, Row{Code: code})
		}
		sum := &rows[len(rows)-1]
		sum.add(row)
		sum.Cameras.join(row.Cameras)
	}
	for k := range rows {
		rows[k].finish(r.times)
	}
	return rows
}

// Cameras reports what the cameras see of the ground.
func Cameras(g *Ground, cameras []Camera, q Question) (*Report, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	q.Assumptions = q.Assumptions.filled()
	q.Times = max(q.Times, 1)
	report := &Report{Rows: []Row{}, times: q.Times}
	rows := make(map[int64]*Row)
	row := func(area int64) *Row { // nil where the area is not asked for
		if q.Area != nil && !q.Area.Contains(area) || area == 0 {
			return nil
		}
		area -= area % unit(q.By)
		r, known := rows[area]
		if !known {
			r = &Row{Code: codeOf(area, q.By)}
			if q.Hotspots != nil {
				r.Hotspots = &Extent{}
			}
			rows[area] = r
		}
		return r
	}
	var list []view
	for _, c := range cameras {
		r := row(c.Area)
		if r != nil {
			r.Cameras.add(c.State)
		}
		counts := r != nil || c.Area == 0 && q.Area == nil
		if counts {
			report.Whole.Cameras.add(c.State)
		}
		if c.State == Building {
			continue
		}
		sector, guess := c.sector(q.Purpose, q.Assumptions)
		if counts {
			report.Guesses.count(guess)
		}
		list = append(list, view{geo.PlaneAt(c.At), sector, c.State == Working})
	}
	s := g.look(list)
	for _, run := range g.areas {
		if r := row(run.area); r != nil {
			r.Public.add(s.public(run.run()))
		}
	}
	for k, p := range g.pieces {
		if r := row(p.area); r != nil {
			r.Roads.add(s.road(k))
		}
	}
	wanted := s.demand(list, q.Demand)
	for k, d := range q.Demand {
		if r := row(d.Area); r != nil {
			r.Demand.add(wanted[k])
		} else if d.Area == 0 && q.Area == nil {
			report.Whole.Demand.add(wanted[k])
		}
	}
	if q.Hotspots != nil {
		report.Whole.Hotspots = &Extent{}
	}
	s.hotspots(list, q, row)
	for _, area := range slices.Sorted(maps.Keys(rows)) {
		r := rows[area]
		report.Whole.add(*r)
		r.finish(q.Times)
		report.Rows = append(report.Rows, *r)
	}
	report.Whole.finish(q.Times)

	report.Cells = s.cells(q)
	report.Gaps = gravest(report.Cells, q.Gaps, func(a, b CellRow) int {
		return cmp.Or(cmp.Compare(b.Lack, a.Lack), cmp.Compare(a.Cell, b.Cell))
	}, func(c CellRow) bool { return c.Lack > 0 })
	report.Roads = s.roadGaps(q)
	var err error
	report.Next, err = s.next(q)
	return report, err
}

func (q Question) check() error {
	if _, ok := q.Purpose.Density(); !ok {
		return fmt.Errorf("purpose %q: %w", q.Purpose, ErrInvalid)
	}
	if q.Times < 0 || q.Times > 2 {
		return fmt.Errorf("to be seen %d times: want 1 or 2: %w", q.Times, ErrInvalid)
	}
	if unit(q.By) == 0 {
		return fmt.Errorf("by %q: want county, township or village: %w", q.By, ErrInvalid)
	}
	if q.Gaps < 0 || q.Next < 0 {
		return fmt.Errorf("%d gaps and %d spots: want 0 or more: %w", q.Gaps, q.Next, ErrInvalid)
	}
	for _, d := range slices.Concat(q.Demand, q.Hotspots) {
		if !(d.Weight >= 0 && d.Weight <= math.MaxFloat32 && d.Stress >= 0 && d.Stress <= math.MaxFloat32) || d.Cell != 0 && d.Cell.Resolution() > CellResolution {
			return fmt.Errorf("demand of weight %g in cell %s: %w", d.Weight, d.Cell, ErrInvalid)
		}
	}
	return nil
}

// unit is how many numbers an area of the level takes; 0 for another level.
func unit(l layers.Level) int64 {
	switch l {
	case layers.County, layers.Township, layers.Village:
		n := int64(1)
		for range layers.AreaDigits - l.Digits() {
			n *= 10
		}
		return n
	}
	return 0
}

// codeOf is the code of an area number at a level.
func codeOf(area int64, l layers.Level) string {
	code := strconv.FormatInt(area, 10)
	for len(code) < layers.AreaDigits {
		code = "0" + code
	}
	return code[:l.Digits()]
}

// public is what is seen of some points, in square metres.
func (s *seen) public(run lattice.Run) Extent {
	unit := s.ground.lattice.Unit()
	once, twice := s.working.Count(run)
	onceAll, twiceAll := s.all.Count(run)
	return Extent{
		Total: unit * float64(run.To-run.From), Once: unit * float64(once), Twice: unit * float64(twice),
		OnceInstalled: unit * float64(onceAll), TwiceInstalled: unit * float64(twiceAll),
	}
}

// road is what is seen of a piece of road, in metres.
func (s *seen) road(k int) Extent {
	length := s.ground.pieces[k].length
	once, twice := covered(s.of(k), false)
	onceAll, twiceAll := covered(s.of(k), true)
	return Extent{
		Total: length, Once: length * once, Twice: length * twice,
		OnceInstalled: length * onceAll, TwiceInstalled: length * twiceAll,
	}
}

// gravest is the first n of those that matter, in order.
func gravest[T any](list []T, n int, compare func(a, b T) int, matters func(T) bool) []T {
	out := []T{}
	for _, v := range list {
		if matters(v) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, compare)
	return slices.Clip(out[:min(n, len(out))])
}
