package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// fleet is units that are known by their fixes alone, and the city they are to
// belong to.
type fleet struct {
	city        layers.AreaName
	first, last map[string]time.Time
	home        map[string]orb.Point // where each was first; WGS 84
}

// fleetOf gathers the units of the fixes that known does not have yet. at brings
// a point to WGS 84.
func fleetOf(fixes *intake.Fixes, known func(string) bool, at func(orb.Point) (orb.Point, bool)) fleet {
	f := fleet{first: map[string]time.Time{}, last: map[string]time.Time{}, home: map[string]orb.Point{}}
	for _, one := range fixes.All {
		if known(one.Unit) {
			continue
		}
		point, ok := at(one.Point)
		if !ok {
			continue
		}
		if first, seen := f.first[one.Unit]; !seen || one.At.Before(first) {
			f.first[one.Unit], f.home[one.Unit] = one.At, point
		}
		if last, seen := f.last[one.Unit]; !seen || one.At.After(last) {
			f.last[one.Unit] = one.At
		}
	}
	return f
}

func (f fleet) ids() []string { return slices.Sorted(maps.Keys(f.first)) }

// bounds is around the homes and some ten kilometres more.
func (f fleet) bounds() (b orb.Bound) {
	for k, id := range f.ids() {
		if k == 0 {
			b = orb.Bound{Min: f.home[id], Max: f.home[id]}
		}
		b = b.Extend(f.home[id])
	}
	return b.Pad(0.1)
}

// shifts say that each is on duty from its first fix to its last.
func (f fleet) shifts() (shifts []live.Shift) {
	for _, id := range f.ids() {
		shifts = append(shifts, live.Shift{Unit: id, From: f.first[id], To: f.last[id].Add(time.Second), Means: "vehicle"})
	}
	return shifts
}

// units are they as a judge knows them: teams of two.
func (f fleet) units() (units []live.Unit) {
	for _, id := range f.ids() {
		units = append(units, live.Unit{ID: id, Headcount: fleetHeads, Area: f.city.Range.Low, Home: f.home[id]})
	}
	return units
}

// fleetHeads is the headcount of units of which only fixes are known: one more
// than that of a post, which has no track.
const fleetHeads = 2

// declare stores them and their shifts: vehicles, at home where they were first.
func (f fleet) declare(ctx context.Context, s *postgis.Store, file string, synthetic bool) error {
	var staged []layers.Staged
	for k, id := range f.ids() {
		staged = append(staged, layers.Staged{Row: k + 1, Feature: layers.Feature{ID: id, Geometry: f.home[id], Synthetic: synthetic, Properties: map[string]any{
			"name": id, "call_sign": id[:min(len(id), 24)], "force": "staff", "kind": "vehicle", "headcount": int64(fleetHeads),
		}}})
	}
	if len(staged) == 0 {
		return nil
	}
	if err := apply(ctx, s, layers.Batch{Layer: catalog.Unit.ID, City: f.city.Code, File: file, By: whoAsks(), Synthetic: synthetic}, staged); err != nil {
		return err
	}
	return s.AddShifts(ctx, f.shifts())
}

// foundCity makes an area of a city that is not on the map, around the fleet.
func foundCity(ctx context.Context, s *postgis.Store, code, name, zone string, around orb.Bound) error {
	area := layers.Feature{ID: code, Geometry: orb.MultiPolygon{around.ToPolygon()}, Synthetic: true, Properties: map[string]any{
		"code": code, "name": name, "level": string(layers.City), "time_zone": zone,
	}}
	return apply(ctx, s, layers.Batch{Layer: catalog.Area.ID, File: "declared", By: whoAsks(), Synthetic: true}, []layers.Staged{{Row: 1, Feature: area}})
}

// apply stores all of it or nothing.
func apply(ctx context.Context, s *postgis.Store, b layers.Batch, staged []layers.Staged) error {
	batch, err := s.Begin(ctx, b)
	if err != nil {
		return err
	}
	defer batch.Discard(context.WithoutCancel(ctx))
	if err := batch.Put(ctx, staged); err != nil {
		return err
	}
	problems, err := batch.Check(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("layer %s: %d were refused, the first: %s: %w", b.Layer, len(problems), problems[0], layers.ErrInvalid)
	}
	_, err = batch.Apply(ctx)
	return err
}
