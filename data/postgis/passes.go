package postgis

import (
	"context"
	"iter"
	"time"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/live"
)

// LastVisits are when units of each home were last at each service grid, as far as
// stays since then tell.
func (s *Store) LastVisits(ctx context.Context, since time.Time) ([]live.Last, error) {
	r, err := s.pool.Query(ctx, `select grid, area, max(to_at) from pass where to_at >= $1 and grid <> 0 group by grid, area`, since)
	if err != nil {
		return nil, failure("last visits", err)
	}
	defer r.Close()
	var all []live.Last
	for r.Next() {
		var one live.Last
		if err := r.Scan(&one.Grid, &one.Home, &one.At); err != nil {
			return nil, failure("last visits", err)
		}
		all = append(all, one)
	}
	return all, failure("last visits", r.Err())
}

// reachesBack is the longest that a stay may have begun before a window it reaches
// into without being looked for one by one.
const reachesBack = 30 * time.Minute

// passes are the stays that reach into a window $1 to $2, and one more for each
// place that was visited in the time from $3 until half an hour before.
const (
	passesByGrid = `select unit, grid, cell, from_at, to_at from pass
		where to_at >= $1 and from_at < $2 and grid between $4 and $5 and area between $6 and $7
		union all select min(unit), grid, 0, max(to_at), max(to_at) from pass
		where to_at >= $3 and to_at < $1 and grid between $4 and $5 and area between $6 and $7 group by grid
		order by 2, 4`
	passesByCell = `select unit, grid, cell, from_at, to_at from pass
		where to_at >= $1 and from_at < $2 and area between $4 and $5
		union all select min(unit), 0, cell, max(to_at), max(to_at) from pass
		where to_at >= $3 and to_at < $1 and area between $4 and $5 group by cell
		order by 3, 4`
)

// Passes is live.Ledger.
func (s *Store) Passes(ctx context.Context, w layers.Window, byCell bool, area, homes layers.AreaRange) iter.Seq2[live.Stay, error] {
	return func(yield func(live.Stay, error) bool) {
		early := w.From.Add(-reachesBack)
		statement, values := passesByCell, []any{early, w.To, early.Add(-live.LastKept)}
		if !byCell {
			statement, values = passesByGrid, append(values, area.Low, area.High)
		}
		r, err := s.pool.Query(ctx, statement, append(values, homes.Low, homes.High)...)
		if err != nil {
			yield(live.Stay{}, failure("passes", err))
			return
		}
		defer r.Close()
		for r.Next() {
			var one live.Stay
			var cell int64
			err := r.Scan(&one.Unit, &one.Grid, &cell, &one.From, &one.To)
			one.Cell, one.From, one.To = hex.Cell(cell), one.From.UTC(), one.To.UTC()
			if !yield(one, failure("passes", err)) || err != nil {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(live.Stay{}, failure("passes", err))
		}
	}
}
