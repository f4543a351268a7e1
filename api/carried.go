package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/tiles"
)

// describeTiles is the TileJSON of the layers for the reader, and the layers
// with the code lists that the tiles may carry for them.
func (s *Server) describeTiles(ctx context.Context, r *request, ls []layers.Layer, base string) ([]layers.Layer, tiles.TileJSON, error) {
	carried, known, err := s.carried(ctx, r, ls)
	if err != nil {
		return nil, tiles.TileJSON{}, err
	}
	return carried, s.describe(carried, known, base), nil
}

// describe is the TileJSON of layers as tiles carry them.
func (s *Server) describe(carried []layers.Layer, known map[string]layers.LayerState, base string) tiles.TileJSON {
	d := tiles.Describe(carried, known, base+"/tiles/"+joinIDs(carried)+"/{z}/{x}/{y}.mvt")
	if number := s.options.ReviewNumber; number != "" {
		d.Attribution = strings.TrimPrefix(d.Attribution+" · 审图号 "+number, " · ")
	}
	return d
}

// carried are the layers as tiles carry them to the reader: with every code
// of their cities, and where they lie as far as the reader may know it.
func (s *Server) carried(ctx context.Context, r *request, ls []layers.Layer) ([]layers.Layer, map[string]layers.LayerState, error) {
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("state of the layers: %w", err)
	}
	home, err := s.facts.place(ctx, states, r.scope())
	if err != nil {
		return nil, nil, err
	}
	own, err := s.ownBounds(ctx, r.user, home)
	if err != nil {
		return nil, nil, err
	}
	out := make([]layers.Layer, len(ls))
	known := map[string]layers.LayerState{}
	for i, l := range ls {
		state := states[l.ID]
		b := boundsFor(l, state, own, r.scope())
		state.Bounds = orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
		known[l.ID] = state
		l.Fields = fieldsOfAll(l, home)
		out[i] = l
	}
	return out, known, nil
}

// fieldsOfAll are the layer's fields with the code lists of all the reader's
// cities together: a tile may hold features of each. The list of the catalogue
// is left out where every city replaced it.
func fieldsOfAll(l layers.Layer, home place) []layers.Field {
	fields := slices.Clone(l.Fields)
	for i, f := range fields {
		if !f.OwnCodes {
			continue
		}
		var list []layers.Code
		replaced := 0
		for _, book := range home.books(l.ID) {
			if own := book[f.Name]; own != nil {
				replaced++
				list = withCodes(list, own)
			}
		}
		if replaced < max(1, len(home.cities)) {
			list = withCodes(slices.Clone(f.List), list)
		}
		fields[i].List = list
	}
	return fields
}

// withCodes adds to a list the codes whose value it lacks.
func withCodes(list, more []layers.Code) []layers.Code {
	for _, c := range more {
		if !slices.ContainsFunc(list, func(have layers.Code) bool { return have.Value == c.Value }) {
			list = append(list, c)
		}
	}
	return list
}
