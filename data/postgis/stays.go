package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/geo/hex"
	"sitmap/layers/live"
)

// stayStage takes stays by COPY before they are put among the others.
const stayStage = `create temp table stay_stage (unit text, grid bigint, cell bigint, from_at timestamptz, to_at timestamptz) on commit drop`

// writeStays puts stays that began or grew in the place of what is known of them.
func writeStays(ctx context.Context, tx pgx.Tx, stays []live.Stay) error {
	if len(stays) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, stayStage); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"stay_stage"}, []string{"unit", "grid", "cell", "from_at", "to_at"}, pgx.CopyFromSlice(len(stays), func(k int) ([]any, error) {
		one := stays[k]
		return []any{one.Unit, one.Grid, int64(one.Cell), one.From, one.To}, nil
	}))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into pass as p (unit, grid, cell, from_at, to_at, area)
		select s.unit, s.grid, s.cell, s.from_at, s.to_at, coalesce(f.area, 0)
		from stay_stage s left join feature f on f.layer = 'unit' and f.id = s.unit and f.valid_to is null
		on conflict (unit, from_at, grid, cell) do update set to_at = greatest(p.to_at, excluded.to_at)`)
	return err
}

// Stays are the stays that ended since then, in the order of their ends, and the
// number of the last message of the stream that they tell of. Both are of one
// moment.
func (s *Store) Stays(ctx context.Context, stream string, since time.Time) (stays []live.Stay, number uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var at int64
		if err := tx.QueryRow(ctx, `select coalesce((select stays from position_cursor where stream = $1), 0)`, stream).Scan(&at); err != nil {
			return err
		}
		number = uint64(at)
		r, err := tx.Query(ctx, `select unit, grid, cell, from_at, to_at from pass where to_at >= $1 order by to_at, from_at`, since)
		if err != nil {
			return err
		}
		stays, err = pgx.CollectRows(r, func(row pgx.CollectableRow) (one live.Stay, err error) {
			var cell int64
			err = row.Scan(&one.Unit, &one.Grid, &cell, &one.From, &one.To)
			one.Cell, one.From, one.To = hex.Cell(cell), one.From.UTC(), one.To.UTC()
			return one, err
		})
		return err
	})
	return stays, number, failure("stays", err)
}
