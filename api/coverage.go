package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/coverage"
)

const (
	// coverageTime is how long a ground and a report may take.
	coverageTime = 2 * time.Minute
	// keptReports is how many reports are kept; of a city with all its cells
	// one has some 5 MB.
	keptReports = 12
	// mostGaps is how many gaps of each kind a report lists.
	mostGaps = 200
)

// coverages is what has been found out about coverage.
type coverages struct {
	grounds shared[*coverage.Ground]
	reports shared[*coverage.Report]
	hot     *memo[[]coverage.Demand]
	patrols shared[*patrolBody]
	risks   *memo[*risk]
}

func newCoverages(now func() time.Time, within func(time.Duration) (context.Context, context.CancelFunc)) *coverages {
	return &coverages{
		risks:   newMemo[*risk](now, rememberFacts).atMost(mostRecords),
		hot:     newMemo[[]coverage.Demand](now, rememberFacts).atMost(mostRecords),
		grounds: shared[*coverage.Ground]{within: within, limit: coverageTime, most: 1},
		reports: shared[*coverage.Report]{within: within, limit: coverageTime, most: keptReports},
		patrols: shared[*patrolBody]{within: within, limit: coverageTime, most: keptReports},
	}
}

// coverage answers with what cameras see of public area and roads.
func (s *Server) coverage(ctx context.Context, r *request) error {
	if r.text("layer") == "unit" || r.given("within") {
		return s.patrolCoverage(ctx, r)
	}
	if by := r.text("by"); by == "grid" || by == "city" {
		return layers.BadParameter("by", "want county, township, village or cell; grid and city are for layer=unit")
	}
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	q, err := s.coverageQuestion(ctx, r, l)
	if err != nil {
		return err
	}
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return fmt.Errorf("state of the layers: %w", err)
	}
	report, err := s.coverageReport(ctx, r, l, states, q)
	if err != nil {
		return fmt.Errorf("coverage of layer %s: %w", l.ID, err)
	}
	state := states[l.ID]
	body := coverageBody{
		Layer: l.ID, By: r.text("by"), Purpose: r.text("purpose"), K: q.Times, Version: state.Version, AsOf: known(state.AsOf), Synthetic: state.Synthetic,
		Total: plainRow(report.Whole), Assumed: report.Guesses, Method: coverageMethod,
	}
	if report.Whole.Hotspots == nil {
		body.Method.Demand = demandMethod
	} else {
		body.Method.Demand = hotspotMethod
	}
	shown := int(r.number("gaps"))
	body.Gaps.Roads = roadGaps(report.Roads[:min(shown, len(report.Roads))])
	body.Gaps.Cells = []coveredCell{}
	for _, c := range report.Gaps[:min(shown, len(report.Gaps))] {
		body.Gaps.Cells = append(body.Gaps.Cells, coveredCell{c.Cell.String(), c.Total, c.Once, c.Twice})
	}
	if q.Next > 0 {
		body.Next = nextSpots(report.Next)
	}
	if body.By == "cell" {
		if body.Resolution, body.Cells, err = s.coveredCells(ctx, r, states, report); err != nil {
			return err
		}
		return r.taggedJSON(body)
	}
	body.Rows = []coverage.Row{}
	for _, row := range report.RowsBy(layers.Level(body.By)) {
		body.Rows = append(body.Rows, plainRow(row))
	}
	return r.taggedJSON(body)
}

// coverageQuestion reads the parameters. What lies beyond the reader's area is
// never reported.
func (s *Server) coverageQuestion(ctx context.Context, r *request, l layers.Layer) (coverage.Question, error) {
	q := coverage.Question{
		Purpose: coverage.Purpose(r.text("purpose")), Times: int(r.number("k")), By: layers.Village,
		Gaps: mostGaps, Next: int(r.number("next")),
	}
	if q.Purpose == "overview" {
		q.Purpose = coverage.Overview
	}
	if own, limited := r.scope().Clip(l); limited {
		q.Area = &own
	}
	if r.given("area") {
		area, err := s.areaRange(ctx, r.text("area"))
		if err != nil {
			return q, err
		}
		if q.Area != nil {
			area = &layers.AreaRange{Low: max(area.Low, q.Area.Low), High: min(area.High, q.Area.High)}
		}
		q.Area = area
	}
	return q, nil
}

// coverageReport is the report, found once for a state of the layers it is made of. The
// ground is the same for everybody; the cameras are those the reader sees.
func (s *Server) coverageReport(ctx context.Context, r *request, l layers.Layer, states map[string]layers.LayerState, q coverage.Question) (*coverage.Report, error) {
	scope := r.scope()
	under := groundKey(states)
	hot, told, err := s.hotCells(ctx, r, states)
	if err != nil {
		return nil, err
	}
	q.Hotspots = hot
	area := layers.Everywhere
	if q.Area != nil {
		area = *q.Area
	}
	key := fmt.Sprintf("%s %d %d %q %s %d-%d %s %d %d", under, states["key_area"].Version, states[l.ID].Version, told, scope.Key(), area.Low, area.High, q.Purpose, q.Times, q.Next)
	return s.cover.reports.get(ctx, key, func(ctx context.Context) (*coverage.Report, error) {
		ground, err := s.cover.grounds.get(ctx, under, s.publicGround)
		if err != nil {
			return nil, err
		}
		var cameras []coverage.Camera
		err = s.options.Store.Features(ctx, l, layers.Query{}, scope, func(f layers.Feature) error {
			if c, ok := coverage.CameraOf(f); ok {
				cameras = append(cameras, c)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("features of layer %s: %w", l.ID, err)
		}
		if q.Demand, err = s.keyAreas(ctx, scope); err != nil {
			return nil, err
		}
		return coverage.Cameras(ground, cameras, q)
	})
}

// keyAreas are what should be seen, as far as the reader knows them.
func (s *Server) keyAreas(ctx context.Context, scope access.Scope) ([]coverage.Demand, error) {
	l, err := s.options.Catalog.Layer("key_area")
	if err != nil || scope.MayRead(l) != nil {
		return nil, nil // a map without them, or not for this reader
	}
	var wanted []coverage.Demand
	err = s.options.Store.Features(ctx, l, layers.Query{}, scope, func(f layers.Feature) error {
		if d, ok := coverage.DemandOf(f); ok {
			wanted = append(wanted, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("features of layer %s: %w", l.ID, err)
	}
	return wanted, nil
}

// publicGround is made of all roads and grids, whoever asks: nothing of it is told
// but through a report, which is clipped.
func (s *Server) publicGround(ctx context.Context) (*coverage.Ground, error) {
	var grids []coverage.Grid
	var roads []coverage.Road
	for id, take := range map[string]func(layers.Feature){
		"road": func(f layers.Feature) { roads = append(roads, coverage.RoadsOf(f)...) },
		"grid": func(f layers.Feature) {
			if g, ok := coverage.GridOf(f); ok {
				grids = append(grids, g)
			}
		},
	} {
		l, err := s.options.Catalog.Layer(id)
		if err != nil {
			continue // a map without it
		}
		err = s.options.Store.Features(ctx, l, layers.Query{}, access.System, func(f layers.Feature) error {
			take(f)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("features of layer %s: %w", id, err)
		}
	}
	return coverage.NewGround(grids, roads, 0)
}

// coveredCells are the cells in the box asked for, at the resolution asked for
// or one that leaves some ten thousand.
func (s *Server) coveredCells(ctx context.Context, r *request, states map[string]layers.LayerState, report *coverage.Report) (int, []coveredCell, error) {
	var boxes []orb.Bound
	if r.given("bbox") {
		var q layers.Query
		err := setBox(&q, r.text("bbox"))
		if err == nil {
			boxes, err = q.Boxes()
		}
		if err != nil {
			return 0, nil, err
		}
	}
	resolution := int(r.number("res"))
	if resolution == 0 {
		home, err := s.facts.place(ctx, states, r.scope())
		if err != nil {
			return 0, nil, err
		}
		around, err := s.ownBounds(ctx, r.user, home)
		if err != nil {
			return 0, nil, err
		}
		// Most cells have no public area at all.
		resolution = min(resolutionFor(around, boxes)+1, coverage.CellResolution)
	}
	cells := []coveredCell{}
	var last hex.Cell
	for _, c := range report.Cells { // ascending, and so are their parents
		cell := c.Cell.Parent(resolution)
		if cell != last {
			last = cell
			cells = append(cells, coveredCell{Cell: cell.String()})
		}
		sum := &cells[len(cells)-1]
		sum.Total += c.Total
		sum.Once += c.Once
		sum.Twice += c.Twice
	}
	if boxes == nil {
		return resolution, cells, nil
	}
	margin := rim[min(resolution, finest)-coarsest]
	return resolution, slices.DeleteFunc(cells, func(c coveredCell) bool {
		cell, err := hex.Parse(c.Cell)
		if err != nil {
			return true
		}
		at, err := cell.Centre()
		return err != nil || !slices.ContainsFunc(boxes, func(b orb.Bound) bool { return geo.BoundPad(b, margin).Contains(at) })
	}), nil
}
