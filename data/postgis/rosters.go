package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/live"
)

// UnitRoster is the roster of one unit: its duties, and the single shifts that
// have not ended by then.
func (s *Store) UnitRoster(ctx context.Context, unit string, now time.Time) (live.UnitRoster, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	r := live.UnitRoster{Unit: unit}
	var err error
	if r.Shifts, err = s.singles(ctx, `unit = $1 and to_at > $2`, unit, now); err != nil {
		return r, err
	}
	r.Duties, err = s.duties(ctx, `unit = $1`, unit)
	return r, err
}

func (s *Store) singles(ctx context.Context, where string, args ...any) ([]live.Shift, error) {
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (one live.Shift, err error) {
		err = row.Scan(&one.Unit, &one.From, &one.To, &one.Post, &one.Means, &one.Headcount)
		one.From, one.To = one.From.UTC(), one.To.UTC()
		return one, err
	}, `select unit, from_at, to_at, post, means, headcount from shift where `+where+` order by unit, from_at`, args...)
	return all, failure("shifts", err)
}

func (s *Store) duties(ctx context.Context, where string, args ...any) ([]live.Duty, error) {
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (d live.Duty, err error) {
		var days int32
		err = row.Scan(&d.Unit, &d.From, &d.To, &days, &d.Post, &d.Means, &d.Headcount)
		d.Days = live.Weekdays(days)
		return d, err
	}, `select unit, from_min, to_min, days, post, means, headcount from duty where `+where+` order by unit, from_min`, args...)
	return all, failure("duties", err)
}

// SetRosters puts rosters in the place of those of the same units, all of them or
// nothing: their duties, and their single shifts that have not ended by then. What
// is past is not rewritten.
func (s *Store) SetRosters(ctx context.Context, rosters []live.UnitRoster, now time.Time) error {
	return s.changeRosters(ctx, rosters, func(tx pgx.Tx, one live.UnitRoster) error {
		if _, err := tx.Exec(ctx, `delete from duty where unit = $1`, one.Unit); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from shift where unit = $1 and to_at > $2`, one.Unit, now)
		return err
	})
}

// MergeRosters brings rosters of a file, all of them or nothing. Duties of a unit
// stand in the place of its former ones; its single shifts in the place of those
// that meet the time between the first and the last of them.
func (s *Store) MergeRosters(ctx context.Context, rosters []live.UnitRoster) error {
	return s.changeRosters(ctx, rosters, func(tx pgx.Tx, one live.UnitRoster) error {
		if len(one.Duties) > 0 {
			if _, err := tx.Exec(ctx, `delete from duty where unit = $1`, one.Unit); err != nil {
				return err
			}
		}
		if len(one.Shifts) == 0 {
			return nil
		}
		from, to := one.Shifts[0].From, one.Shifts[0].To
		for _, shift := range one.Shifts {
			if shift.From.Before(from) {
				from = shift.From
			}
			if shift.To.After(to) {
				to = shift.To
			}
		}
		_, err := tx.Exec(ctx, `delete from shift where unit = $1 and from_at < $3 and to_at > $2`, one.Unit, from, to)
		return err
	})
}

func (s *Store) changeRosters(ctx context.Context, rosters []live.UnitRoster, clear func(pgx.Tx, live.UnitRoster) error) error {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	names := make([]string, len(rosters))
	var shifts []live.Shift
	var duties []live.Duty
	for k, one := range rosters {
		names[k] = one.Unit
		shifts, duties = append(shifts, one.Shifts...), append(duties, one.Duties...)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Two dispatchers at once: the later waits, and overlaps are found.
		if _, err := tx.Exec(ctx, `lock table shift, duty in share row exclusive mode`); err != nil {
			return err
		}
		for _, one := range rosters {
			if err := clear(tx, one); err != nil {
				return err
			}
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"shift"}, []string{"unit", "from_at", "to_at", "post", "means", "headcount"}, pgx.CopyFromSlice(len(shifts), func(k int) ([]any, error) {
			one := shifts[k]
			return []any{one.Unit, one.From, one.To, one.Post, one.Means, one.Headcount}, nil
		}))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"duty"}, []string{"unit", "from_min", "to_min", "days", "post", "means", "headcount"}, pgx.CopyFromSlice(len(duties), func(k int) ([]any, error) {
			d := duties[k]
			return []any{d.Unit, d.From, d.To, int32(d.Days), d.Post, d.Means, d.Headcount}, nil
		}))
		if err != nil {
			return err
		}
		var unit string
		var at time.Time
		err = tx.QueryRow(ctx, `select a.unit, b.from_at from shift a join shift b on a.unit = b.unit and b.from_at > a.from_at and b.from_at < a.to_at
			where a.unit = any($1::text[]) limit 1`, names).Scan(&unit, &at)
		if err == nil {
			return fmt.Errorf("the shift of %s from %s begins before an earlier one ends: %w", unit, at.UTC().Format(time.RFC3339), layers.ErrInvalid)
		}
		if err != pgx.ErrNoRows {
			return err
		}
		return nil
	})
	if is(err, "23505") {
		return &fault{text: "two shifts of a unit begin at the same time: " + layers.ErrInvalid.Error(), kind: layers.ErrInvalid, cause: err}
	}
	return failure("roster", err)
}

// Attended are the shifts of units whose home lies in the range, with what came of
// them by now: those that are on at from when it is to, otherwise those that begin
// in the window; by unit, then time.
func (s *Store) Attended(ctx context.Context, w layers.Window, within layers.AreaRange, units []live.Unit, now time.Time) ([]live.Attended, error) {
	_, zone, err := s.liveCity(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	moment := !w.To.After(w.From)
	span := w
	if moment {
		span.To = w.From.Add(time.Second)
	}
	single, err := s.singles(ctx, `to_at > $1 and from_at < $2`, span.From, span.To)
	if err != nil {
		return nil, err
	}
	duties, err := s.duties(ctx, `true`)
	if err != nil {
		return nil, err
	}
	var round []live.Shift
	for _, d := range duties {
		round = append(round, d.Shifts(span, zone)...)
	}
	of := make(map[string]live.Unit, len(units))
	for _, u := range units {
		if within.Contains(u.Area) {
			of[u.ID] = u
		}
	}
	var all []live.Attended
	for k, shift := range live.InPlace(single, round) {
		if _, ok := of[shift.Unit]; !ok || !moment && shift.From.Before(w.From) {
			continue
		}
		all = append(all, live.Attended{Shift: shift, Weekly: k >= len(single)})
	}
	present, err := s.presences(ctx, all, of)
	if err != nil {
		return nil, err
	}
	for k, a := range all {
		all[k] = live.Attend(a.Shift, of[a.Unit], present[k], now)
		all[k].Weekly = a.Weekly
	}
	return all, nil
}

// presences are when units were heard during shifts. Each is four steps into the
// index of passes, however many passes there are.
func (s *Store) presences(ctx context.Context, shifts []live.Attended, of map[string]live.Unit) ([]live.Presence, error) {
	found := make([]live.Presence, len(shifts))
	units, from, to := make([]string, len(shifts)), make([]time.Time, len(shifts)), make([]time.Time, len(shifts))
	low, high := make([]int64, len(shifts)), make([]int64, len(shifts))
	for k, a := range shifts {
		units[k], from[k], to[k] = a.Unit, a.From, a.To
		home := live.HomeOf(of[a.Unit])
		low[k], high[k] = home.Low, home.High
	}
	type row struct {
		k                 int64
		home, first, last *time.Time
		before            *time.Time // until when it stayed where it was when the shift began
		there             *int64     // and in which grid
	}
	all, err := rows(ctx, s, func(r pgx.CollectableRow) (one row, err error) {
		return one, r.Scan(&one.k, &one.home, &one.first, &one.last, &one.before, &one.there)
	}, `select t.k, h.from_at, f.from_at, l.to_at, b.to_at, b.grid
		from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[]) with ordinality as t (unit, from_at, to_at, low, high, k)
		left join lateral (select p.from_at from pass p where p.unit = t.unit and p.from_at >= t.from_at and p.from_at < t.to_at order by p.from_at limit 1) f on true
		left join lateral (select p.from_at from pass p where p.unit = t.unit and p.from_at >= t.from_at and p.from_at < t.to_at and p.grid between t.low and t.high order by p.from_at limit 1) h on true
		left join lateral (select p.to_at from pass p where p.unit = t.unit and p.from_at >= t.from_at and p.from_at < t.to_at order by p.from_at desc limit 1) l on true
		left join lateral (select p.to_at, p.grid from pass p where p.unit = t.unit and p.from_at < t.from_at order by p.from_at desc limit 1) b on true`,
		units, from, to, low, high)
	if err != nil {
		return nil, failure("attendance", err)
	}
	for _, one := range all {
		k := one.k - 1
		p := &found[k]
		for _, t := range []struct {
			from *time.Time
			to   *time.Time
		}{{one.home, &p.Home}, {one.first, &p.First}, {one.last, &p.Last}} {
			if t.from != nil {
				*t.to = t.from.UTC()
			}
		}
		if one.before == nil || one.before.Before(from[k]) {
			continue
		}
		p.First = from[k]
		if low[k] <= *one.there && *one.there <= high[k] {
			p.Home = from[k]
		}
		if one.before.After(p.Last) {
			p.Last = one.before.UTC()
		}
	}
	return found, nil
}
