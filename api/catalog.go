package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"sitmap/layers"
	"sitmap/layers/access"
)

// countsAtOnce bounds what one cold catalogue asks of the store together.
const countsAtOnce = 4

// wholeCountry is where the map opens while there is no city: China's
// mainland extent, west, south, east, north.
var wholeCountry = layers.BoundsBox{73.5, 18.1, 134.8, 53.6}

// catalogBody is the answer of /catalog.
type catalogBody struct {
	City         layers.AreaName  `json:"city"`
	TimeZone     string           `json:"timeZone"`
	Synthetic    bool             `json:"synthetic"`
	ReviewNumber string           `json:"reviewNumber"`
	Bounds       layers.BoundsBox `json:"bounds"`
	Basemap      *catalogBasemap  `json:"basemap,omitempty"`
	Layers       []catalogLayer   `json:"layers"`
}

// catalogLayer is a layer with what the reader may know of its content.
type catalogLayer struct {
	layers.Layer
	Allowed   bool              `json:"allowed"`
	Why       *layers.Text      `json:"why,omitempty"`
	Counts    string            `json:"counts,omitempty"` // exact or released; empty where none are had
	Count     *int64            `json:"count,omitempty"`
	Version   int64             `json:"version"`
	Tiles     string            `json:"tiles"` // who makes them: memory or database
	AsOf      *time.Time        `json:"asOf,omitempty"`
	Changed   *time.Time        `json:"changed,omitempty"`
	Window    *window           `json:"window,omitempty"`
	Span      *window           `json:"span,omitempty"`
	Bounds    *layers.BoundsBox `json:"bounds,omitempty"`
	Synthetic bool              `json:"synthetic"`
}

type window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// noCases is why a layer of single cases is closed.
var noCases = layers.Text{
	Zh: "单件案件仅本辖区研判岗可见。",
	En: "Only analysts see single cases, inside their own area.",
}

// catalog is everything the client needs to build its panels.
func (s *Server) catalog(ctx context.Context, r *request) error {
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return fmt.Errorf("state of the layers: %w", err)
	}
	home, err := s.facts.place(ctx, states, r.scope())
	if err != nil {
		return err
	}
	body := catalogBody{
		City: home.home.Area, TimeZone: home.zone().String(), ReviewNumber: s.options.ReviewNumber,
		Basemap: s.options.Basemap.forCatalog(),
		Layers:  make([]catalogLayer, len(s.options.Catalog)),
	}
	if len(home.cities) == 0 {
		body.City.Level = layers.City
	}
	own, err := s.ownBounds(ctx, r.user, home)
	if err != nil {
		return err
	}
	body.Bounds = own
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(countsAtOnce)
	for i, l := range s.options.Catalog {
		state := states[l.ID]
		body.Synthetic = body.Synthetic || state.Synthetic
		work.Go(func() (err error) {
			body.Layers[i], err = s.catalogLayer(ctx, l, state, home, r.scope())
			if err == nil && body.Layers[i].Allowed && state.Count > 0 {
				body.Layers[i].Bounds = boundsFor(l, state, own, r.scope())
			}
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return r.json(body)
}

func (s *Server) catalogLayer(ctx context.Context, l layers.Layer, state layers.LayerState, home place, scope access.Scope) (catalogLayer, error) {
	out := catalogLayer{Layer: l, Allowed: scope.MayRead(l) == nil, Tiles: "database"}
	out.Fields = fieldsIn(l, home)
	if !out.Allowed {
		// Neither how often the layer changes nor how much it holds is told.
		out.Why, out.Synthetic = &noCases, state.Synthetic
		s.tellReleased(&out, home)
		return out, nil
	}
	if l.Geometry == layers.Points {
		out.Counts = "exact"
	}
	out.Version, out.Synthetic = state.Version, state.Synthetic
	if s.options.Tiles.InMemory(l.ID) {
		out.Tiles = "memory"
	}
	if !state.Changed.IsZero() {
		changed := state.Changed.UTC()
		out.Changed = &changed
	}
	n, err := s.facts.count(ctx, l, state, scope)
	if err != nil {
		return out, err
	}
	out.Count = &n
	span, asOf, err := s.spoken(ctx, l, state, home, scope)
	if err != nil {
		return out, err
	}
	if l.Dated() && !span.Open() && !asOf.IsZero() {
		out.Span = &window{span.From.UTC(), span.To.UTC()}
		month := lastCompleteMonth(asOf, span.From, home.zone())
		out.Window = &window{month.From.UTC(), month.To.UTC()}
	}
	if !asOf.IsZero() {
		asOf = asOf.UTC()
		out.AsOf = &asOf
	}
	return out, nil
}

// tellReleased says what is published of a layer whose features the reader may not
// see.
func (s *Server) tellReleased(out *catalogLayer, home place) {
	if s.options.Counts == nil || len(home.cities) == 0 {
		return
	}
	released := s.options.Counts.Released(out.ID, home.home.Area.Range)
	if released == nil {
		return
	}
	q := releasedQuestion{Released: released}
	months := q.months()
	first, last := months[0].Window(released.City.Zone), months[len(months)-1].Window(released.City.Zone)
	out.Counts, out.Version = "released", s.options.Counts.ReleaseVersion(out.ID)
	out.Window, out.Span = &window{last.From.UTC(), last.To.UTC()}, &window{first.From.UTC(), last.To.UTC()}
	out.AsOf = known(last.To.Add(-time.Second))
}

// spoken is from when to when the layer's dated features are that the reader
// sees, and until when its data speak to them; zero where nothing is known.
func (s *Server) spoken(ctx context.Context, l layers.Layer, state layers.LayerState, home place, scope access.Scope) (span layers.Window, asOf time.Time, err error) {
	if !l.Dated() {
		return span, state.AsOf, nil
	}
	span, city, err := s.spans(ctx, l, state, home, scope)
	if err != nil {
		return span, asOf, err
	}
	return span, earlier(state.AsOf, endOfDay(city.To, home.zone())), nil
}

// spans are those of the reader's area and of their whole city. A layer may
// hold several cities whose data end on different days; the last day of the
// reader's own city says until when theirs speak, even where their own village
// was quiet at last.
func (s *Server) spans(ctx context.Context, l layers.Layer, state layers.LayerState, home place, scope access.Scope) (own, city layers.Window, err error) {
	if own, err = s.facts.span(ctx, l, state, scope); err != nil || len(home.cities) == 0 {
		return own, own, err
	}
	whole := access.Scope{Area: home.home.Area.Range, Cases: scope.Cases}
	city, err = s.facts.span(ctx, l, state, whole)
	return own, city, err
}

// endOfDay is the end of the zone's day that holds the moment just before t.
func endOfDay(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	last := t.Add(-1).In(zone)
	return time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
}

// earlier is the earlier of two times; a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// lastCompleteMonth is the newest calendar month of the zone that the data
// cover to its end: the month of asOf when asOf lies on its last day, otherwise
// the one before, but not earlier than the month of the first.
func lastCompleteMonth(asOf, first time.Time, zone *time.Location) layers.Window {
	at := asOf.In(zone)
	from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
	if at.AddDate(0, 0, 1).Month() == at.Month() {
		if before := from.AddDate(0, -1, 0); from.After(first.In(zone)) {
			from = before
		}
	}
	return layers.Window{From: from, To: from.AddDate(0, 1, 0)}
}

// fieldsIn are the layer's fields with the code lists of the reader's city.
func fieldsIn(l layers.Layer, home place) []layers.Field {
	fields := slices.Clone(l.Fields)
	book := home.home.Codes[l.ID]
	for i, f := range fields {
		if list := book[f.Name]; f.OwnCodes && list != nil {
			fields[i].List = list
		}
	}
	return fields
}

// ownBounds is the box of the area the user answers for, or of their city.
func (s *Server) ownBounds(ctx context.Context, u access.User, home place) (layers.BoundsBox, error) {
	if u.Area != "" {
		area, err := s.options.Store.Area(ctx, u.Area)
		if err != nil && !errors.Is(err, layers.ErrNotFound) {
			return layers.BoundsBox{}, fmt.Errorf("area %s: %w", u.Area, err)
		}
		if area.Bounds != nil {
			return *area.Bounds, nil
		}
	}
	if home.home.Area.Bounds != nil {
		return *home.home.Area.Bounds, nil
	}
	return wholeCountry, nil
}

// boundsFor is the box of a layer as far as the reader may know it: what lies
// outside their area must not show in it.
func boundsFor(l layers.Layer, state layers.LayerState, own layers.BoundsBox, s access.Scope) *layers.BoundsBox {
	if _, limited := s.Clip(l); limited {
		return &own
	}
	b := boxOf(state.Bounds)
	return &b
}

func boxOf(b orb.Bound) layers.BoundsBox {
	return layers.BoundsBox{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
}
