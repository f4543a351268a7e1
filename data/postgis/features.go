package postgis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"sitmap/layers"
	"sitmap/layers/access"
)

// page is how many features one statement reads when a query names no limit, so
// that a slow reader of a large layer holds no connection while he reads.
const page = 5000

// Features hands each feature of the query to yield, in the order of FID, and
// stops at yield's first error, which it returns.
func (s *Store) Features(ctx context.Context, l layers.Layer, q layers.Query, scope access.Scope, yield func(layers.Feature) error) error {
	from := sourceOf(l)
	scan, left := from.scan(), q.Limit
	for {
		q.Limit = page
		if left > 0 {
			q.Limit = min(left, page)
		}
		some, err := s.pageOf(ctx, from, scan, q, scope)
		if err != nil {
			return err
		}
		for _, f := range some {
			if err := yield(f); err != nil {
				return err
			}
		}
		if left > 0 {
			if left -= len(some); left == 0 {
				return nil
			}
		}
		if len(some) < q.Limit {
			return nil
		}
		q.After = some[len(some)-1].FID
	}
}

func (s *Store) pageOf(ctx context.Context, from source, scan pgx.RowToFunc[layers.Feature], q layers.Query, scope access.Scope) ([]layers.Feature, error) {
	var args arguments
	where, err := from.conditions(q, scope, &args)
	if err != nil {
		return nil, err
	}
	sql := fmt.Sprintf(`select %s from %s where %s and f.fid > %s order by f.fid limit %s`,
		from.selected(), from.from, where, args.bind(q.After), args.bind(q.Limit))
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	some, err := rows(ctx, s, scan, sql, args...)
	return some, failure("layer "+from.layer.ID, err)
}

// Count is how many features the query matches, ignoring After and Limit.
func (s *Store) Count(ctx context.Context, l layers.Layer, q layers.Query, scope access.Scope) (int64, error) {
	from := sourceOf(l)
	var args arguments
	where, err := from.conditions(q, scope, &args)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	var n int64
	err = s.row(ctx, "select count(*) from "+from.from+" where "+where, args, &n)
	return n, failure("layer "+l.ID, err)
}

// Feature is the feature of that id. One that is outside the scope does not
// exist: layers.ErrNotFound.
func (s *Store) Feature(ctx context.Context, l layers.Layer, id string, scope access.Scope) (layers.Feature, error) {
	from := sourceOf(l)
	var args arguments
	where, err := from.conditions(layers.Query{}, scope, &args)
	if err != nil {
		return layers.Feature{}, err
	}
	if !plain(id) {
		return layers.Feature{}, notFound(l.ID, id)
	}
	sql := "select " + from.selected() + " from " + from.from + " where " + where + " and " + from.id() + " = " + args.bind(id)
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var f layers.Feature
	err = s.once(ctx, func(c *pgxpool.Conn) error {
		r, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		f, err = pgx.CollectExactlyOneRow(r, from.scan())
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return f, notFound(l.ID, id)
	}
	return f, failure(l.ID+" "+id, err)
}

func notFound(what, id string) error {
	return fmt.Errorf("%s %q: %w", what, id, layers.ErrNotFound)
}

// plain tells whether PostgreSQL can hold the text at all.
func plain(s string) bool {
	return utf8.ValidString(s) && !bytes.ContainsRune([]byte(s), 0)
}

// scan reads the columns of selected, of any number of rows one after the other.
func (s source) scan() pgx.RowToFunc[layers.Feature] {
	reader := newPropReader(s.layer)
	return func(row pgx.CollectableRow) (layers.Feature, error) {
		var f layers.Feature
		var geometry, props pgtype.DriverBytes // as long as the row
		if err := row.Scan(&f.ID, &f.FID, &geometry, &props, &f.Area, &f.Synthetic, &f.Version); err != nil {
			return f, err
		}
		var err error
		if f.Geometry, err = fromEWKB(geometry); err == nil {
			f.Properties, err = reader.read(props)
		}
		if err != nil {
			return f, fmt.Errorf("%s %s: %w", s.layer.ID, f.ID, err)
		}
		return f, nil
	}
}

// States is the state of every layer, by id.
func (s *Store) States(ctx context.Context) (map[string]layers.LayerState, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, scanState, `select layer, version, changed_at, as_of, count, west, south, east, north, synthetic from layer_version`)
	if err != nil {
		return nil, failure("state of the layers", err)
	}
	states := make(map[string]layers.LayerState, len(s.catalog))
	for _, state := range all {
		if _, err := s.catalog.Layer(state.Layer); err == nil {
			states[state.Layer] = state
		}
	}
	return states, nil
}

func scanState(row pgx.CollectableRow) (layers.LayerState, error) {
	var state layers.LayerState
	var changed, asOf *time.Time
	var west, south, east, north *float64
	err := row.Scan(&state.Layer, &state.Version, &changed, &asOf, &state.Count, &west, &south, &east, &north, &state.Synthetic)
	if changed != nil {
		state.Changed = changed.UTC()
	}
	if asOf != nil {
		state.AsOf = asOf.UTC()
	}
	if west != nil {
		state.Bounds.Min, state.Bounds.Max = [2]float64{*west, *south}, [2]float64{*east, *north}
	}
	return state, err
}
