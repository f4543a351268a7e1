package api

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"sitmap/layers"
	"sitmap/layers/tally"
)

const (
	// coarsest and finest are the resolutions at which cells are counted.
	coarsest, finest = 5, 9
	// viewCells is about how many cells an answer should have when the request
	// leaves the resolution open.
	viewCells = 15_000
)

// rim is how far the corners of a cell are from its centre, in metres, at the
// resolutions from coarsest to finest: rather more than the mean edges in the H3
// documentation, because cells differ.
var rim = []float64{13_000, 5_000, 1_900, 710, 270}

// cellQuestion is what a request asks of the cells of a layer.
type cellQuestion struct {
	layer layers.Layer
	state layers.LayerState
	home  place
	// counted is the layer's counts at one moment; nil where there are none.
	counted *tally.Moment
	// query is without bounds: a box chooses cells, and a cell is counted whole.
	query      layers.Query
	boxes      []orb.Bound // cells that meet one of them; nil for all
	resolution int
	asOf       time.Time
}

// cellQuestion reads a request about the cells of a layer of points.
func (s *Server) cellQuestion(ctx context.Context, r *request) (*cellQuestion, error) {
	c := &cellQuestion{}
	var err error
	if c.layer, err = s.layer(r); err != nil {
		return c, err
	}
	if c.layer.Geometry != layers.Points {
		return c, layers.BadParameter("layer", "only layers of points are counted by cells: %s", strings.Join(s.pointLayers(), ", "))
	}
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return c, err
	}
	c.state = states[c.layer.ID]
	if s.options.Counts != nil {
		if c.counted = s.options.Counts.Now(c.layer.ID); c.counted != nil {
			c.state.Version = c.counted.Version()
		}
	}
	if c.home, err = s.facts.place(ctx, states, r.scope()); err != nil {
		return c, err
	}
	around, err := s.ownBounds(ctx, r.user, c.home)
	if err != nil {
		return c, err
	}
	if r.given("area") {
		area, err := s.area(ctx, r.text("area"))
		if err != nil {
			return c, err
		}
		c.query.Area = &area.Range
		if area.Bounds != nil {
			around = *area.Bounds
		}
	}
	if r.given("bbox") {
		if err := setBox(&c.query, r.text("bbox")); err != nil {
			return c, err
		}
		if c.boxes, err = c.query.Boxes(); err != nil {
			return c, err
		}
		c.query.Bounds = nil
	}
	if c.resolution = int(r.number("res")); c.resolution == 0 {
		c.resolution = resolutionFor(around, c.boxes)
	}
	if err := s.cellWindow(ctx, r, c); err != nil {
		return c, err
	}
	return c, s.cellFilters(r, c)
}

// pointLayers are the ids of the layers that can be counted by cells.
func (s *Server) pointLayers() []string {
	var ids []string
	for _, l := range s.options.Catalog {
		if l.Geometry == layers.Points {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// resolutionFor is the finest resolution at which about viewCells cells cover
// the boxes, or without boxes the area around. The mean areas are those of the
// H3 documentation, km² from resolution 5 to 9.
func resolutionFor(around layers.BoundsBox, boxes []orb.Bound) int {
	if boxes == nil {
		boxes = []orb.Bound{{Min: orb.Point{around[0], around[1]}, Max: orb.Point{around[2], around[3]}}}
	}
	const degree = 111.2 // km of latitude
	var km2 float64
	for _, b := range boxes {
		middle := (b.Min[1] + b.Max[1]) / 2
		km2 += (b.Max[0] - b.Min[0]) * math.Cos(middle*math.Pi/180) * (b.Max[1] - b.Min[1]) * degree * degree
	}
	for n, cell := range []float64{0.105, 0.737, 5.161, 36.13} {
		if km2 <= viewCells*cell {
			return finest - n
		}
	}
	return coarsest
}

// cellWindow reads the window, from and to or datetime. A dated layer opens on
// its last complete month.
func (s *Server) cellWindow(ctx context.Context, r *request, c *cellQuestion) error {
	span, asOf, err := s.spoken(ctx, c.layer, c.state, c.home, r.scope())
	if err != nil {
		return err
	}
	c.asOf = asOf
	w, given, err := readWindow(r, "from", "to", "datetime", c.home.zone())
	switch {
	case err != nil:
		return err
	case !c.layer.Dated():
		// A layer without dates passes whole, as everywhere.
	case given:
		c.query.Window = w
	case !span.Open() && !asOf.IsZero():
		c.query.Window = lastCompleteMonth(asOf, span.From, c.home.zone())
	}
	return nil
}

// readWindow reads a window that is given by its two ends or as one interval;
// given tells whether it is.
func readWindow(r *request, from, to, both string, zone *time.Location) (w layers.Window, given bool, err error) {
	if r.given(both) {
		if r.given(from) || r.given(to) {
			return w, false, layers.BadParameter(both, "give either %s or %s and %s", both, from, to)
		}
		w, err = parseWhen(both, r.text(both), zone)
		return w, true, err
	}
	if !r.given(from) && !r.given(to) {
		return w, false, nil
	}
	start, _, err := parseMoment(from, r.text(from), zone)
	if err != nil {
		return w, false, err
	}
	end, _, err := parseMoment(to, r.text(to), zone)
	if err != nil {
		return w, false, err
	}
	if !start.IsZero() && !end.IsZero() && !start.Before(end) {
		return w, false, layers.BadParameter(to, "give an end after the start")
	}
	return wholeSeconds(start, end), true, nil
}

// cellFilters reads category, which is the legend's field by another name, and
// the fields of the layer.
func (s *Server) cellFilters(r *request, c *cellQuestion) error {
	if r.given("category") {
		field, ok := c.layer.Field(c.layer.Legend)
		if !ok {
			return layers.BadParameter("category", "layer %s has no categories", c.layer.ID)
		}
		f, err := parseFilter(field, strings.Split(r.text("category"), ","), c.home.books(c.layer.ID), c.home)
		if err != nil {
			return layers.BadParameter("category", "give codes of the field %s, joined by commas", field.Name)
		}
		c.query.Filters = append(c.query.Filters, f)
	}
	for _, name := range slices.Sorted(maps.Keys(r.fields)) {
		f, err := fieldFilter(r.op, []layers.Layer{c.layer}, name, r.fields[name], c.home)
		if err != nil {
			return err
		}
		c.query.Filters = append(c.query.Filters, f)
	}
	return nil
}

// bounds are the one box that holds the middle of every cell that meets the
// question's, where one box does; nil for none or several.
func (c *cellQuestion) bounds() *orb.Bound {
	if len(c.boxes) != 1 {
		return nil
	}
	b := geo.BoundPad(c.boxes[0], rim[c.resolution-coarsest])
	return &b
}

// shows tells whether a cell with its middle there meets the boxes, or nearly.
func (c *cellQuestion) shows(at orb.Point) bool {
	return c.boxes == nil || slices.ContainsFunc(c.boxes, func(b orb.Bound) bool {
		return geo.BoundPad(b, rim[c.resolution-coarsest]).Contains(at)
	})
}
