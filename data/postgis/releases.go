package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// publishing is how long making a publication may take, with the lock held.
const publishing = 2 * time.Minute

const newestPublication = `select layer, city, version, data_version, made_at, rule, bytes from release where layer = $1 and city = $2 order by version desc limit 1`

// Publication is the newest publication of a city's layer; one of version 0 where
// there is none.
func (s *Store) Publication(ctx context.Context, layer, city string) (layers.Publication, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, scanPublication, newestPublication, layer, city)
	if err != nil || len(all) == 0 {
		return layers.Publication{Layer: layer, City: city}, failure("release of layer "+layer, err)
	}
	return all[0], nil
}

func scanPublication(row pgx.CollectableRow) (p layers.Publication, err error) {
	err = row.Scan(&p.Layer, &p.City, &p.Version, &p.DataVersion, &p.Made, &p.Rule, &p.Bytes)
	p.Made = p.Made.UTC()
	return p, err
}

// Publish makes the next publication of a city's layer from the newest one and
// gives the newest there then is. One program at a time makes one: the others wait, and
// see in next's argument what it made. next may return nil for "the newest still
// holds"; of what it returns the rule, the bytes and the data version are kept.
func (s *Store) Publish(ctx context.Context, layer, city string, next func(newest layers.Publication) (*layers.Publication, error)) (layers.Publication, error) {
	if _, err := s.catalog.Layer(layer); err != nil {
		return layers.Publication{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, publishing)
	defer cancel()
	newest := layers.Publication{Layer: layer, City: city}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('sitmap_release'), hashtext($1))`, layer+" "+city); err != nil {
			return err
		}
		found, err := tx.Query(ctx, newestPublication, layer, city)
		if err != nil {
			return err
		}
		switch p, err := pgx.CollectExactlyOneRow(found, scanPublication); {
		case err == nil:
			newest = p
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		made, err := next(newest)
		if err != nil || made == nil {
			return err
		}
		err = tx.QueryRow(ctx, `insert into release (layer, city, version, data_version, rule, bytes) values ($1, $2, $3, $4, $5, $6) returning made_at`,
			layer, city, newest.Version+1, made.DataVersion, made.Rule, made.Bytes).Scan(&made.Made)
		if err != nil {
			return err
		}
		newest = layers.Publication{Layer: layer, City: city, Version: newest.Version + 1, DataVersion: made.DataVersion, Made: made.Made.UTC(), Rule: made.Rule, Bytes: made.Bytes}
		return nil
	})
	return newest, failure("release of layer "+layer, err)
}
