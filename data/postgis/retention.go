package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Before is from before when what tells of units is removed.
type Before struct {
	Positions time.Time // raw fixes
	Passes    time.Time // stays that ended before then; zero for none
}

// Removed is what the retention job removed.
type Removed struct {
	Before time.Time `json:"before"`
	Days   int       `json:"days"` // whole partitions
	Fixes  int64     `json:"fixes"`
	Passes int64     `json:"passes"`
}

// ForgetPositions removes all fixes from before that time: whole days by their
// partition, the rest row by row; and the stays that ended before theirs. What it did
// is kept in position_removal.
func (s *Store) ForgetPositions(ctx context.Context, before Before) (Removed, error) {
	done := Removed{Before: before.Positions.UTC()}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Readers and backups hold the table; the job comes again in an hour.
		if _, err := tx.Exec(ctx, `set local lock_timeout = '10s'; set local statement_timeout = '10min'`, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		if err := dropDays(ctx, tx, before.Positions, &done); err != nil {
			return err
		}
		for _, sql := range []string{`delete from position where at < $1`, `delete from position_misdated where received < $1`, `delete from position_refused where received < $1`} {
			tag, err := tx.Exec(ctx, sql, before.Positions)
			if err != nil {
				return err
			}
			done.Fixes += tag.RowsAffected()
		}
		if !before.Passes.IsZero() {
			tag, err := tx.Exec(ctx, `delete from pass where to_at < $1`, before.Passes)
			if err != nil {
				return err
			}
			done.Passes = tag.RowsAffected()
		}
		_, err := tx.Exec(ctx, `insert into position_removal (before, days, fixes, passes_before, passes) values ($1, $2, $3, $4, $5)`,
			done.Before, done.Days, done.Fixes, instant(before.Passes), done.Passes)
		return err
	})
	return done, failure("old positions", err)
}

// dropDays drops the partitions of the days that ended before then.
func dropDays(ctx context.Context, tx pgx.Tx, before time.Time, done *Removed) error {
	r, err := tx.Query(ctx, `select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'position'::regclass and c.relname ~ '^position_\d{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= ($1::timestamptz at time zone 'UTC')
		order by 1`, before)
	if err != nil {
		return err
	}
	days, err := pgx.CollectRows(r, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, day := range days {
		var n int64
		if err := tx.QueryRow(ctx, `select count(*) from `+name(day)).Scan(&n); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `drop table `+name(day)); err != nil {
			return err
		}
		done.Days++
		done.Fixes += n
	}
	return nil
}

// RetentionClock is the clock as the retention job saw it last.
type RetentionClock struct {
	Seen time.Time // zero when it never did
	// Leapt is from where it leapt ahead, and Since how long it has gone on since
	// then; zero when it did not.
	Leapt time.Time
	Since time.Duration
}

// RetentionClock is the clock as it was set last.
func (s *Store) RetentionClock(ctx context.Context) (c RetentionClock, err error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var leapt *time.Time
	var seconds float64
	err = s.row(ctx, `select seen, leapt, extract(epoch from since)::float8 from retention_clock`, nil, &c.Seen, &leapt, &seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		return RetentionClock{}, nil
	}
	if leapt != nil {
		c.Leapt, c.Since = leapt.UTC(), time.Duration(seconds*float64(time.Second))
	}
	c.Seen = c.Seen.UTC()
	return c, failure("clock of the retention", err)
}

// SetRetentionClock notes the clock.
func (s *Store) SetRetentionClock(ctx context.Context, c RetentionClock) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `insert into retention_clock (seen, leapt, since) values ($1, $2, make_interval(secs => $3))
		on conflict (one) do update set seen = excluded.seen, leapt = excluded.leapt, since = excluded.since`, c.Seen, instant(c.Leapt), c.Since.Seconds())
	return failure("clock of the retention", err)
}
