package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitmap/layers"
	"sitmap/layers/access"
)

// maxFilterValues bounds the values of one filter.
const maxFilterValues = 200

// maxLayers bounds the layers of one tile.
const maxLayers = 16

// layer is the one layer that the path names, if the asker may read it.
func (s *Server) layer(r *request) (layers.Layer, error) {
	l, err := s.options.Catalog.Layer(r.text("layer"))
	if err != nil {
		return l, noSuchLayer(s.options.Catalog)
	}
	return l, r.scope().MayRead(l)
}

// layersByComma are the layers that the path names, joined by commas.
func (s *Server) layersByComma(r *request) ([]layers.Layer, error) {
	var ls []layers.Layer
	for id := range strings.SplitSeq(r.text("layer"), ",") {
		l, err := s.options.Catalog.Layer(id)
		if err != nil {
			return nil, noSuchLayer(s.options.Catalog)
		}
		if slices.ContainsFunc(ls, func(have layers.Layer) bool { return have.ID == id }) {
			return nil, layers.BadParameter("layer", "name each layer once")
		}
		if err := r.scope().MayRead(l); err != nil {
			return nil, err
		}
		ls = append(ls, l)
	}
	if len(ls) > maxLayers {
		return nil, layers.BadParameter("layer", "name at most %d layers", maxLayers)
	}
	return ls, nil
}

func noSuchLayer(c layers.Catalog) error {
	return fmt.Errorf("there is no such layer; there are %s: %w", strings.Join(c.IDs(), ", "), layers.ErrNotFound)
}

// question is what the parameters area, datetime and the field filters ask of
// the layers.
func (s *Server) question(ctx context.Context, r *request, ls []layers.Layer) (layers.Query, error) {
	var q layers.Query
	var err error
	if r.given("area") {
		if q.Area, err = s.areaRange(ctx, r.text("area")); err != nil {
			return q, err
		}
	}
	if !r.given("datetime") && len(r.fields) == 0 {
		return q, nil
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return q, err
	}
	if r.given("datetime") {
		if q.Window, err = parseWhen("datetime", r.text("datetime"), home.zone()); err != nil {
			return q, err
		}
		// A layer without dates passes whole, as OGC API Features has it.
		if !slices.ContainsFunc(ls, layers.Layer.Dated) {
			q.Window = layers.Window{}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.fields)) {
		f, err := fieldFilter(r.op, ls, name, r.fields[name], home)
		if err != nil {
			return q, err
		}
		q.Filters = append(q.Filters, f)
	}
	return q, nil
}

// home is where the reader is at home, for reading days and codes.
func (s *Server) home(ctx context.Context, scope access.Scope) (place, error) {
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return place{}, fmt.Errorf("state of the layers: %w", err)
	}
	return s.facts.place(ctx, states, scope)
}

// area is the area of that code.
func (s *Server) area(ctx context.Context, code string) (layers.AreaName, error) {
	area, err := s.options.Store.Area(ctx, code)
	if errors.Is(err, layers.ErrNotFound) || errors.Is(err, layers.ErrInvalid) {
		return area, layers.BadParameter("area", "give the code of an area of the map; %q is none", shown(code))
	}
	if err != nil {
		return area, fmt.Errorf("area %s: %w", code, err)
	}
	return area, nil
}

// areaRange is the numbers inside the area of that code.
func (s *Server) areaRange(ctx context.Context, code string) (*layers.AreaRange, error) {
	area, err := s.area(ctx, code)
	if err != nil {
		return nil, err
	}
	return &area.Range, nil
}

// fieldFilter reads a query parameter that names a field. Several layers in
// one tile may share a field name; the values must mean the same in each.
func fieldFilter(op *operation, ls []layers.Layer, name string, given []string, home place) (layers.Filter, error) {
	if len(given) > 1 {
		return layers.Filter{}, layers.BadParameter(shown(name), "give it once, several values joined by commas")
	}
	if err := plainText(shown(name), given[0]); err != nil {
		return layers.Filter{}, err
	}
	var found *layers.Filter
	var fields []string
	for _, l := range ls {
		field, ok := l.Field(name)
		if !ok {
			for _, f := range l.Fields {
				fields = append(fields, f.Name)
			}
			continue
		}
		filter, err := parseFilter(field, strings.Split(given[0], ","), home.books(l.ID), home)
		if err != nil {
			return layers.Filter{}, err
		}
		if found != nil && !slices.Equal(found.Values, filter.Values) {
			return layers.Filter{}, layers.BadParameter(name, "means different things in these layers; ask for them one by one")
		}
		found = &filter
	}
	if found == nil {
		return layers.Filter{}, op.unknown(name, fields)
	}
	return *found, nil
}

// parseFilter reads the values of a filter. Where several cities brought code
// lists of their own, a value of any of them will do.
func parseFilter(field layers.Field, texts []string, books []layers.Codebook, home place) (layers.Filter, error) {
	out := layers.Filter{Field: field.Name}
	if len(texts) > maxFilterValues {
		return out, layers.BadParameter(field.Name, "give at most %d values", maxFilterValues)
	}
	lists := [][]layers.Code{nil}
	for _, book := range books {
		if list := book[field.Name]; field.OwnCodes && list != nil {
			lists = append(lists, list)
		}
	}
	for _, text := range texts {
		value, err := parseValue(field, text, lists, home)
		if err != nil {
			return out, err
		}
		out.Values = append(out.Values, value)
	}
	return out, nil
}

func parseValue(field layers.Field, text string, lists [][]layers.Code, home place) (any, error) {
	var fault error
	for _, list := range lists {
		value, err := field.Parse(text, list, home.zone())
		if err == nil && value != nil {
			return value, nil
		}
		if fault == nil {
			fault = err
		}
	}
	var w *layers.Wrong
	if errors.As(fault, &w) {
		return nil, layers.BadParameter(field.Name, "%s: %s", w.Fault, w.Cure)
	}
	return nil, layers.BadParameter(field.Name, "give a value")
}
