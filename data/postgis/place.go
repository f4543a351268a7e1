package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/layers"
)

// levels are those of the tree, from the top.
var levels = []layers.Level{layers.Province, layers.City, layers.County, layers.Township, layers.Village}

// homeZone is the time zone of a city that names none.
const homeZone = "Asia/Shanghai"

// findCity reads what an import must know of the city it is for.
func (s *Store) findCity(ctx context.Context, code string) (*city, error) {
	if code == "" {
		return nil, fmt.Errorf("the city of the import is not named: %w", layers.ErrInvalid)
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var c city
	var level, zone string
	var west, south, east, north *float64
	err := s.row(ctx, `select number, level, coalesce(time_zone, $2), ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
		from area where code = $1 and valid_to is null`, []any{code, homeZone}, &c.number, &level, &zone, &west, &south, &east, &north)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && level != string(layers.City) {
		return nil, fmt.Errorf("there is no city %q; import its area tree first: %w", code, layers.ErrNotFound)
	}
	if err != nil {
		return nil, failure("city "+code, err)
	}
	if c.zone, err = time.LoadLocation(zone); err != nil {
		return nil, fmt.Errorf("time zone %q of city %s is not known to this machine: %w", zone, code, layers.ErrInvalid)
	}
	c.within = layers.RangeOfNumber(c.number, layers.City)
	if west != nil {
		c.bounds = &orb.Bound{Min: orb.Point{*west, *south}, Max: orb.Point{*east, *north}}
	}
	return &c, nil
}

// codeOfGrid is what an id must look like for its digits to be an area number.
const codeOfGrid = `^[0-9]{15}$`

// spotText is the SQL of a place as people read it.
const spotText = `round(ST_X(spot)::numeric, 5) || ' ' || round(ST_Y(spot)::numeric, 5)`

// findAreas gives every staged row the number of the smallest area it lies in,
// and refuses rows whose area is not one of the city's or that lie outside.
func (b *Batch) findAreas(ctx context.Context) error {
	if err := b.checkGiven(ctx); err != nil {
		return err
	}
	var missing int
	if err := b.tx.QueryRow(ctx, `select count(*) from located where area is null`).Scan(&missing); err != nil || missing == 0 {
		return err
	}
	// With an index on the places, each outline is unpacked once and tested
	// against all places in its box, not once for each place.
	if _, err := b.tx.Exec(ctx, `create index if not exists located_spot on located using gist (spot); analyze located`, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	for i := len(levels) - 1; i > 0; i-- {
		// A place on a border belongs to the area with the lower number.
		_, err := b.tx.Exec(ctx, `update located l set area = t.number from (
				select l.n, min(a.number) as number from area a join located l on ST_Covers(a.geom, l.spot)
				where l.area is null and a.level = $1 and a.number between $2 and $3 and a.valid_to is null group by l.n) t
			where l.n = t.n`, string(levels[i]), b.city.within.Low, b.city.within.High)
		if err != nil {
			return err
		}
	}
	if err := b.findGrids(ctx); err != nil {
		return err
	}
	// A road may begin and end outside and still cross the city.
	_, err := b.tx.Exec(ctx, `update located l set area = a.number from area a, staged s
		where l.area is null and l.n = s.n and a.number = $1 and ST_Intersects(a.geom, s.geom)`, b.city.number)
	if err != nil {
		return err
	}
	fault, cure := "lies outside the city "+b.info.City, "check the coordinates and their system (--crs)"
	if b.city.bounds == nil {
		fault, cure = "its area cannot be found: the areas of "+b.info.City+" have no outlines", "import the area tree with its outlines first"
	}
	return b.refuse(ctx, `select n, row, `+spotText+` as value from staged join located using (n) where area is null`,
		func(_ int, value string) layers.Problem {
			return layers.Problem{Column: "geometry", Value: value, Fault: fault, Cure: cure}
		})
}

// checkGiven judges area numbers that came with the rows: they must be of the
// city, and the area, or the one around the grid, must exist. A grid whose code
// is made of its village's says itself where it lies.
func (b *Batch) checkGiven(ctx context.Context) error {
	if b.from.layer.ID == string(layers.GridArea) {
		if _, err := b.tx.Exec(ctx, `update located l set area = s.id::bigint from staged s where s.n = l.n and l.area is null and s.id ~ $1`, codeOfGrid); err != nil {
			return err
		}
	}
	err := b.refuse(ctx, `select n, row, lpad(area::text, 15, '0') as value from staged join located using (n) where area not between $1 and $2`,
		func(_ int, value string) layers.Problem {
			return layers.Problem{Column: "area", Value: value, Fault: "is an area of another city than " + b.info.City, Cure: "import the row for its own city"}
		}, b.city.within.Low, b.city.within.High)
	if err != nil {
		return err
	}
	err = b.refuse(ctx, `select n, row, lpad(l.area::text, 15, '0') as value from staged join located l using (n) where l.area is not null
			and not exists (select from area a where a.number = l.area / 1000 * 1000 and a.valid_to is null)`,
		func(_ int, value string) layers.Problem {
			return layers.Problem{Column: "area", Value: value, Fault: "there is no such area", Cure: "import the area tree first, or correct the code"}
		})
	if err != nil || b.city.bounds == nil {
		return err
	}
	box := b.city.bounds
	return b.refuse(ctx, `select n, row, `+spotText+` as value from staged join located using (n)
			where area is not null and not geom && ST_MakeEnvelope($1, $2, $3, $4, 4326)`,
		func(_ int, value string) layers.Problem {
			return layers.Problem{Column: "geometry", Value: value, Fault: "lies outside the city " + b.info.City, Cure: "check the coordinates and their system (--crs)"}
		}, box.Min[0], box.Min[1], box.Max[0], box.Max[1])
}

// findGrids narrows the area of places from the village to the grid, where the
// city has grids whose codes are made of the village's.
func (b *Batch) findGrids(ctx context.Context) error {
	grid, err := b.store.catalog.Layer(string(layers.GridArea))
	if err != nil || grid.Storage != layers.InFeature || b.from.layer.ID == grid.ID {
		return nil
	}
	_, err = b.tx.Exec(ctx, `update located l set area = t.number from (
			select l.n, min(g.number) as number
			from (select geom, case when id ~ $1 then id::bigint end as number from `+partition(grid)+` where area between $2 and $3 and valid_to is null) g
			join located l on ST_Covers(g.geom, l.spot) where l.area = g.number / 1000 * 1000 group by l.n) t
		where l.n = t.n`, codeOfGrid, b.city.within.Low, b.city.within.High)
	return err
}
