package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Fences lists the fences about units of the range, all of whose units lie inside
// it, by number.
func (s *Store) Fences(ctx context.Context, within layers.AreaRange) ([]live.Fence, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, scanFence, `select id, name, kind, area, units, home, place, outline, minutes, from_min, to_min, days, by, made
		from fence where low >= $1 and high <= $2 order by id`, within.Low, within.High)
	return all, failure("fences", err)
}

func scanFence(row pgx.CollectableRow) (f live.Fence, err error) {
	var outline []byte
	var minutes, days int32
	err = row.Scan(&f.ID, &f.Name, &f.Kind, &f.Area, &f.Units, &f.Home, &f.Place, &outline, &minutes, &f.From, &f.To, &days, &f.By, &f.Made)
	f.After, f.Days, f.Made = time.Duration(minutes)*time.Minute, live.Weekdays(days), f.Made.UTC()
	if err != nil || outline == nil {
		return f, err
	}
	var shape geojson.Geometry
	if err := json.Unmarshal(outline, &shape); err != nil {
		return f, err
	}
	f.Outline, _ = shape.Geometry().(orb.Polygon)
	return f, nil
}

// AddFence keeps a fence and gives its number.
func (s *Store) AddFence(ctx context.Context, f live.Fence) (id int64, err error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	within := layers.Everywhere
	if f.Area != "" {
		if within, err = layers.RangeOfCode(f.Area); err != nil {
			return 0, err
		}
	}
	var outline []byte
	if f.Outline != nil {
		if outline, err = json.Marshal(geojson.NewGeometry(f.Outline)); err != nil {
			return 0, fmt.Errorf("outline of a fence: %w", err)
		}
	}
	if f.Units == nil {
		f.Units = []string{}
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	err = s.pool.QueryRow(ctx, `insert into fence (name, kind, area, low, high, units, home, place, outline, minutes, from_min, to_min, days, by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id`,
		f.Name, string(f.Kind), f.Area, within.Low, within.High, f.Units, string(f.Home), f.Place, outline, int32(f.After/time.Minute), f.From, f.To, int32(f.Days), f.By).Scan(&id)
	return id, failure("fence", err)
}

// RemoveFence removes a fence all of whose units lie inside the range: ErrNotFound
// where there is none.
func (s *Store) RemoveFence(ctx context.Context, id int64, within layers.AreaRange) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	n, err := s.exec(ctx, `delete from fence where id = $1 and low >= $2 and high <= $3`, id, within.Low, within.High)
	if err == nil && n == 0 {
		return fmt.Errorf("fence %d: %w", id, layers.ErrNotFound)
	}
	return failure("fence", err)
}

// Watching is all that a watch needs beside the register: the fences, the places
// of the areas they name by code, and the city's clock.
func (s *Store) Watching(ctx context.Context) (fences []live.Fence, places map[string]orb.Geometry, zone *time.Location, err error) {
	if _, zone, err = s.liveCity(ctx); err != nil {
		return nil, nil, nil, err
	}
	if fences, err = s.Fences(ctx, layers.Everywhere); err != nil {
		return nil, nil, nil, err
	}
	levels, codes := []string{}, []string{}
	for _, f := range fences {
		if f.Home != "" {
			levels = append(levels, string(f.Home))
		}
		if f.Place != "" {
			codes = append(codes, f.Place)
		}
	}
	places = map[string]orb.Geometry{}
	if len(levels)+len(codes) == 0 {
		return fences, places, zone, nil
	}
	type placed struct {
		code  string
		shape []byte
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	found, err := rows(ctx, s, func(row pgx.CollectableRow) (p placed, err error) {
		return p, row.Scan(&p.code, &p.shape)
	}, `select code, ST_AsGeoJSON(geom, 6) from area where valid_to is null and geom is not null and (level = any($1::text[]) or code = any($2::text[]))`, levels, codes)
	if err != nil {
		return nil, nil, nil, failure("places of fences", err)
	}
	for _, p := range found {
		var shape geojson.Geometry
		if err := json.Unmarshal(p.shape, &shape); err != nil {
			return nil, nil, nil, fmt.Errorf("place of area %s: %w", p.code, err)
		}
		places[p.code] = shape.Geometry()
	}
	return fences, places, zone, nil
}
