package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
	"sitmap/layers/replay"
)

const (
	// stepsAtOnce is how many steps are read before they are handed on.
	stepsAtOnce = 50_000
	// unitsAtOnce is how many units are read at once at most.
	unitsAtOnce = 500
	// probeFrom is from which pace on it costs less to look for the first fix of
	// each step than to read all of them.
	probeFrom = time.Minute
)

// Tracks hands the tracks of the question's units to yield, in their order, as
// far as the scope goes. It holds no more than some of them at once, and no
// connection while yield works.
func (s *Store) Tracks(ctx context.Context, q replay.Question, scope access.Scope, yield func(replay.Track) error) error {
	atOnce := int(min(unitsAtOnce, max(1, stepsAtOnce/replay.Steps(q.Window.To.Sub(q.Window.From), q.Pace))))
	for begin := 0; begin < len(q.Units); begin += atOnce {
		part := q
		part.Units = q.Units[begin:min(begin+atOnce, len(q.Units))]
		tracks, err := s.tracks(ctx, part, scope)
		if err != nil {
			return failure("tracks", err)
		}
		for _, one := range tracks {
			if err := yield(one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) tracks(ctx context.Context, q replay.Question, scope access.Scope) ([]replay.Track, error) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	tracks := make([]replay.Track, len(q.Units))
	number := make(map[string]int, len(q.Units))
	for k, unit := range q.Units {
		tracks[k].Unit, number[unit] = unit, k
	}
	if err := s.steps(ctx, q, scope, func(unit string, one replay.Step) {
		steps := &tracks[number[unit]].Steps
		*steps = replay.Thin(*steps, q.Window.From.Unix(), q.Pace, one)
	}); err != nil {
		return nil, err
	}
	stays, err := s.trackStays(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	for unit, list := range stays {
		tracks[number[unit]].Stops = replay.Stops(list)
	}
	return tracks, s.trackCalls(ctx, q, scope, func(unit string, one replay.Call) {
		tracks[number[unit]].Calls = append(tracks[number[unit]].Calls, one)
	})
}

// stepColumns are the columns of a step: whole seconds, and parts of a degree.
const stepColumns = `f.unit, floor(extract(epoch from f.at))::int8, round(f.lon * 100000)::int4, round(f.lat * 100000)::int4`

// steps hands over at least the first fix of each step, by unit and time.
func (s *Store) steps(ctx context.Context, q replay.Question, scope access.Scope, take func(string, replay.Step)) error {
	var args arguments
	sees, err := s.unitConditions(scope, &args)
	if err != nil {
		return err
	}
	units, from, to := args.bind(q.Units), args.bind(q.Window.From), args.bind(q.Window.To)
	sql := `select ` + stepColumns + ` from position f
		where ` + sees + ` and f.unit = any(` + units + `::text[]) and f.at >= ` + from + ` and f.at < ` + to + ` order by f.unit, f.at`
	if q.Pace >= probeFrom {
		pace := args.bind(q.Pace.Seconds())
		sql = `select ` + stepColumns + ` from unnest(` + units + `::text[]) u(unit)
			cross join generate_series(` + from + `::timestamptz, ` + to + `::timestamptz - interval '1 microsecond', make_interval(secs => ` + pace + `)) step
			cross join lateral (
				select f.unit, f.at, f.lon, f.lat from position f
				where ` + sees + ` and f.unit = u.unit and f.at >= step and f.at < least(step + make_interval(secs => ` + pace + `), ` + to + `)
				order by f.at limit 1) f order by f.unit, f.at`
	}
	r, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		var unit string
		var one replay.Step
		if err := r.Scan(&unit, &one.At, &one.Lon, &one.Lat); err != nil {
			return err
		}
		take(unit, one)
	}
	return r.Err()
}

// trackStays are the stays from which stops are made, by unit. None is longer
// than a day.
func (s *Store) trackStays(ctx context.Context, q replay.Question, scope access.Scope) (map[string][]live.Stay, error) {
	var args arguments
	sees, err := s.unitConditions(scope, &args)
	if err != nil {
		return nil, err
	}
	from, least := args.bind(q.Window.From), args.bind(replay.StayLeast)
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (one live.Stay, err error) {
		var cell int64
		err = row.Scan(&one.Unit, &cell, &one.From, &one.To)
		one.Cell, one.From, one.To = hex.Cell(cell), one.From.UTC(), one.To.UTC()
		return one, err
	}, `select f.unit, f.cell, f.from_at, f.to_at from pass f
		where `+sees+` and f.unit = any(`+args.bind(q.Units)+`::text[]) and f.from_at >= `+from+`::timestamptz - interval '1 day' and f.from_at < `+args.bind(q.Window.To)+`
		and f.to_at > `+from+` and f.to_at - f.from_at >= `+least+`::interval order by f.unit, f.from_at, f.to_at, f.cell`, args...)
	byUnit := map[string][]live.Stay{}
	for _, one := range all {
		byUnit[one.Unit] = append(byUnit[one.Unit], one)
	}
	return byUnit, err
}

// trackCalls hands over the calls for help that began in the window.
func (s *Store) trackCalls(ctx context.Context, q replay.Question, scope access.Scope, take func(string, replay.Call)) error {
	var args arguments
	sees, err := s.unitConditions(scope, &args)
	if err != nil {
		return err
	}
	sql := `select f.unit, f.opened, f.lon, f.lat from alarm f where ` + sees + ` and f.unit = any(` + args.bind(q.Units) + `::text[])
		and f.opened >= ` + args.bind(q.Window.From) + ` and f.opened < ` + args.bind(q.Window.To) + ` order by f.unit, f.opened`
	r, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		var unit string
		var one replay.Call
		var lon, lat *float64
		if err := r.Scan(&unit, &one.At, &lon, &lat); err != nil {
			return err
		}
		if one.At = one.At.UTC(); lon != nil && lat != nil {
			one.Point = orb.Point{*lon, *lat}
		}
		take(unit, one)
	}
	return r.Err()
}

// LogLooks writes that somebody looked at tracks, all of it or nothing.
func (s *Store) LogLooks(ctx context.Context, looks []replay.Look) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	batch := &pgx.Batch{}
	for _, l := range looks {
		batch.Queue(`insert into track_look (by, role, unit, low, high, from_at, to_at, units) values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8)`,
			l.By, l.Role, l.Unit, l.Area.Low, l.Area.High, l.Window.From, l.Window.To, l.Units)
	}
	// One batch outside a transaction is one transaction.
	return failure("log of looks", s.pool.SendBatch(ctx, batch).Close())
}

// Looks lists who looked at tracks of units at home in the range, newest first,
// from before that number on; 0 for the newest.
func (s *Store) Looks(ctx context.Context, homes layers.AreaRange, before int64, limit int) ([]replay.Look, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (l replay.Look, err error) {
		err = row.Scan(&l.Number, &l.At, &l.By, &l.Role, &l.Unit, &l.Area.Low, &l.Area.High, &l.Window.From, &l.Window.To, &l.Units)
		l.At, l.Window.From, l.Window.To = l.At.UTC(), l.Window.From.UTC(), l.Window.To.UTC()
		return l, err
	}, `select number, at, by, role, coalesce(unit, ''), low, high, from_at, to_at, units from track_look
		where low <= $2 and high >= $1 and ($3 = 0 or number < $3) order by number desc limit $4`, homes.Low, homes.High, before, limit)
	return all, failure("looks", err)
}

// isHeld is the SQL of whether a day is held. The day must not be called so.
func isHeld(day string) string {
	return `exists (select from position_hold h where h.day = ` + day + ` and h.until > now())`
}

// Held tells whether all fixes of the window that are older than that are kept
// nevertheless, because their days are held.
func (s *Store) Held(ctx context.Context, w layers.Window, since time.Time) (held bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	if w.To.Before(since) {
		since = w.To
	}
	err = s.row(ctx, `select bool_and(`+isHeld("one::date")+`) from generate_series(
		date_trunc('day', $1::timestamptz at time zone 'UTC'), ($2::timestamptz at time zone 'UTC') - interval '1 microsecond', interval '1 day') one`,
		[]any{w.From, since}, &held)
	return held, failure("held days", err)
}

// HoldPositions keeps the days (UTC) that meet the window from being removed
// until that time, or longer where they are held longer already.
func (s *Store) HoldPositions(ctx context.Context, w layers.Window, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `insert into position_hold (day, until)
		select day::date, $3 from generate_series(date_trunc('day', $1::timestamptz at time zone 'UTC'), ($2::timestamptz at time zone 'UTC') - interval '1 microsecond', interval '1 day') day
		on conflict (day) do update set until = greatest(position_hold.until, excluded.until)`, w.From, w.To, until)
	return failure("held days", err)
}
