package api

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/tally"
)

// countQuestion is what a request asks of the counts of a layer.
type countQuestion struct {
	layer layers.Layer
	state layers.LayerState
	home  place
	// released is what is published of the layer, for readers who may not see its
	// features; nil for others.
	released *releasedQuestion
	// counted is the layer's counts at one moment; nil where there are none.
	counted  *tally.Moment
	query    layers.Query
	windowed bool             // the request names a window
	area     *layers.AreaName // asked for; nil for none
	versions map[string]layers.LayerState
	span     layers.Window // of the layer's features, as far as the reader sees them
	asOf     time.Time
}

// countQuestion reads a request about the counts of a layer of points.
func (s *Server) countQuestion(ctx context.Context, r *request) (*countQuestion, error) {
	c := &countQuestion{}
	var err error
	var exact bool
	if c.layer, exact, err = s.countedLayer(r); err != nil {
		return nil, err
	}
	if c.layer.Geometry != layers.Points {
		return nil, layers.BadParameter("layer", "only layers of points are counted: %s", strings.Join(s.pointLayers(), ", "))
	}
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return nil, err
	}
	c.versions, c.state = states, states[c.layer.ID]
	if exact && s.options.Counts != nil {
		if c.counted = s.options.Counts.Now(c.layer.ID); c.counted != nil {
			c.state.Version = c.counted.Version()
		}
	}
	if c.home, err = s.facts.place(ctx, states, r.scope()); err != nil {
		return nil, err
	}
	if r.given("area") {
		area, err := s.area(ctx, r.text("area"))
		if err != nil {
			return nil, err
		}
		c.query.Area, c.area = &area.Range, &area
	}
	if exact {
		if err := s.countWindow(ctx, r, c); err != nil {
			return nil, err
		}
		return c, s.countFilters(r, c)
	}
	if err := s.readReleased(r, c); err != nil {
		return nil, err
	}
	if err := s.releasedWindow(r, c); err != nil {
		return nil, err
	}
	if err := s.countFilters(r, c); err != nil {
		return nil, err
	}
	return c, s.releasedFilters(c)
}

// countedLayer is the layer that the path names. exact is false where the asker may
// not see its features but what is published of them.
func (s *Server) countedLayer(r *request) (l layers.Layer, exact bool, err error) {
	if l, err = s.options.Catalog.Layer(r.text("layer")); err != nil {
		return l, false, noSuchLayer(s.options.Catalog)
	}
	err = r.scope().MayRead(l)
	if err != nil && s.options.Counts != nil && l.Geometry == layers.Points && l.Dated() {
		return l, false, nil
	}
	return l, true, err
}

// countHead is what every answer about counts begins with.
type countHead struct {
	Layer      string     `json:"layer"`
	From       *time.Time `json:"from,omitempty"` // of the window used
	To         *time.Time `json:"to,omitempty"`
	Period     string     `json:"period,omitempty"` // of published counts
	Snapped    bool       `json:"snapped"`
	Disclosure string     `json:"disclosure"`
	Version    int64      `json:"version"`
	AsOf       *time.Time `json:"asOf,omitempty"`
	Synthetic  bool       `json:"synthetic"`
}

func (c *countQuestion) head() countHead {
	if c.released != nil {
		return countHead{
			Layer: c.layer.ID, Disclosure: "released", Version: c.state.Version, Synthetic: c.state.Synthetic,
			From: known(c.query.Window.From), To: known(c.query.Window.To), AsOf: known(c.asOf),
			Snapped: c.released.snapped.Moved, Period: c.released.period(),
		}
	}
	return countHead{
		Layer: c.layer.ID, Disclosure: "exact", Version: c.state.Version, Synthetic: c.state.Synthetic,
		From: known(c.query.Window.From), To: known(c.query.Window.To), AsOf: known(c.asOf),
	}
}

// always is the window of all times, as far as the asker knows them.
func (c *countQuestion) always() layers.Window {
	if c.released != nil {
		return c.span
	}
	return layers.Window{}
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

// countWindow reads the window, from and to or datetime. A dated layer opens on
// its last complete month.
func (s *Server) countWindow(ctx context.Context, r *request, c *countQuestion) error {
	span, asOf, err := s.spoken(ctx, c.layer, c.state, c.home, r.scope())
	if err != nil {
		return err
	}
	c.span, c.asOf = span, asOf
	w, given, err := readWindow(r, "from", "to", "datetime", c.home.zone())
	switch {
	case err != nil:
		return err
	case !c.layer.Dated():
		// A layer without dates passes whole, as everywhere.
	case given:
		c.query.Window, c.windowed = w, true
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

// countFilters reads category, which is the legend's field by another name, and
// the fields of the layer.
func (s *Server) countFilters(r *request, c *countQuestion) error {
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
