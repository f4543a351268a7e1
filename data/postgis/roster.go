package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// RosterVersion changes with every change of sources, shifts, duties, units and
// areas.
func (s *Store) RosterVersion(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	err = s.row(ctx, `select concat_ws(' ', (select version from roster_version),
		(select string_agg(layer || '=' || version, ' ' order by layer) from layer_version where layer in ('area', 'unit')))`, nil, &version)
	return version, failure("version of the roster", err)
}

// Register reads the sources, all units, and the shifts that meet the window,
// which has both ends.
func (s *Store) Register(ctx context.Context, w layers.Window) (*live.Register, error) {
	city, zone, err := s.liveCity(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := s.FixSources(ctx)
	if err != nil {
		return nil, err
	}
	layer, err := s.catalog.Layer("unit")
	if err != nil {
		return nil, err
	}
	var units []live.Unit
	if err := s.Features(ctx, layer, layers.Query{}, access.System, func(f layers.Feature) error {
		units = append(units, live.UnitOf(f))
		return nil
	}); err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	shifts, err := s.shifts(ctx, w, zone)
	if err != nil {
		return nil, err
	}
	return live.NewRegister(sources, units, shifts, city), nil
}

// liveCity is all cities as one, and the time zone of the first.
func (s *Store) liveCity(ctx context.Context) (live.City, *time.Location, error) {
	city, zone := live.City{Range: layers.Everywhere}, time.UTC
	cities, err := s.Cities(ctx, access.System)
	if err != nil {
		return city, zone, err
	}
	for k, one := range cities {
		info, err := s.City(ctx, one.Code)
		if err != nil {
			return city, zone, err
		}
		if k == 0 {
			city.Range, zone = one.Range, info.Zone
		} else {
			city.Range = layers.AreaRange{Low: min(city.Range.Low, one.Range.Low), High: max(city.Range.High, one.Range.High)}
		}
		if b := one.Bounds; b != nil {
			bound := orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
			if city.Bounds == (orb.Bound{}) {
				city.Bounds = bound
			}
			city.Bounds = city.Bounds.Union(bound)
		}
	}
	return city, zone, nil
}

// shifts are those of the roster and those that come round, in the window.
func (s *Store) shifts(ctx context.Context, w layers.Window, zone *time.Location) ([]live.Shift, error) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	single, err := s.singles(ctx, `to_at > $1 and from_at < $2`, w.From, w.To)
	if err != nil {
		return nil, err
	}
	duties, err := s.duties(ctx, `true`)
	if err != nil {
		return nil, err
	}
	var round []live.Shift
	for _, d := range duties {
		round = append(round, d.Shifts(w, zone)...)
	}
	return live.InPlace(single, round), nil
}

// FixSources lists who sends fixes, by id.
func (s *Store) FixSources(ctx context.Context) ([]live.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (one live.Source, err error) {
		var units []string
		var devices []byte
		if err := row.Scan(&one.ID, &one.Name, &one.Protocol, &one.CRS, &one.Area.Low, &one.Area.High, &units, &devices); err != nil {
			return one, err
		}
		if units != nil {
			one.Units = map[string]bool{}
		}
		for _, u := range units {
			one.Units[u] = true
		}
		return one, json.Unmarshal(devices, &one.Devices)
	}, `select id, name, protocol, crs, low, high, units, devices from fix_source order by id`)
	return all, failure("sources of fixes", err)
}

// SetFixSource declares a source, or declares it anew. Its id is the name of an
// account. ErrInvalid for a coordinate system that nobody can bring home.
func (s *Store) SetFixSource(ctx context.Context, one live.Source) error {
	if _, ok := geo.ToWGS84(orb.Point{}, one.CRS); !ok {
		return layers.BadParameter("crs", "want %s, %s, %s or %s", geo.WGS84, geo.CGCS2000, geo.GCJ02, geo.BD09)
	}
	var units []string
	if one.Units != nil {
		units = []string{}
	}
	for u := range one.Units {
		units = append(units, u)
	}
	if one.Devices == nil {
		one.Devices = map[string]string{}
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `insert into fix_source (id, name, protocol, crs, low, high, units, devices) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (id) do update set name = excluded.name, protocol = excluded.protocol, crs = excluded.crs, low = excluded.low, high = excluded.high,
			units = excluded.units, devices = excluded.devices`,
		one.ID, one.Name, one.Protocol, string(one.CRS), one.Area.Low, one.Area.High, units, one.Devices)
	return failure("source "+one.ID, err)
}

// SetDuties replaces the whole roster of duties that come round. All of it or
// nothing is set.
func (s *Store) SetDuties(ctx context.Context, duties []live.Duty) error {
	for _, d := range duties {
		if err := d.Check(); err != nil {
			return err
		}
	}
	return s.replace(ctx, "duty", []string{"unit", "from_min", "to_min", "days", "post", "means", "headcount"}, len(duties), func(k int) []any {
		d := duties[k]
		return []any{d.Unit, d.From, d.To, int32(d.Days), d.Post, d.Means, d.Headcount}
	})
}

// SetShifts replaces the whole roster of single shifts.
func (s *Store) SetShifts(ctx context.Context, shifts []live.Shift) error {
	return s.replace(ctx, "shift", []string{"unit", "from_at", "to_at", "post", "means", "headcount"}, len(shifts), func(k int) []any {
		one := shifts[k]
		return []any{one.Unit, one.From, one.To, one.Post, one.Means, one.Headcount}
	})
}

// AddShifts adds single shifts to the roster; one that is there stays as it is.
func (s *Store) AddShifts(ctx context.Context, shifts []live.Shift) error {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	batch := &pgx.Batch{}
	for _, one := range shifts {
		batch.Queue(`insert into shift (unit, from_at, to_at, post, means, headcount) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
			one.Unit, one.From, one.To, one.Post, one.Means, one.Headcount)
	}
	return failure("roster", s.pool.SendBatch(ctx, batch).Close())
}

// replace puts n rows in the place of all that a table of the roster holds.
func (s *Store) replace(ctx context.Context, table string, columns []string, n int, row func(int) []any) error {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from `+name(table)); err != nil {
			return err
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(k int) ([]any, error) { return row(k), nil }))
		return err
	})
	if is(err, "23505") || is(err, "23514") {
		return &fault{text: "the roster has a shift twice, or one that ends before it begins: " + layers.ErrInvalid.Error(), kind: layers.ErrInvalid, cause: err}
	}
	return failure("roster", err)
}
