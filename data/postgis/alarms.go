package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/live"
)

const alarmColumns = `a.unit, a.about, a.opened, a.since, a.title, a.source, a.verdict, a.lon, a.lat, a.latest, a.calls, a.level, a.acked, a.acked_by, a.closed, a.closed_by, a.reason`

func scanAlarm(row pgx.CollectableRow) (a live.Alarm, err error) {
	var verdict int16
	var lon, lat *float64
	var since, acked, closed *time.Time
	err = row.Scan(&a.Unit, &a.About, &a.Opened, &since, &a.Title, &a.Source, &verdict, &lon, &lat, &a.Latest, &a.Calls, &a.Level, &acked, &a.AckedBy, &closed, &a.ClosedBy, &a.Reason)
	a.Verdict, a.Opened, a.Latest = live.Verdict(verdict), a.Opened.UTC(), a.Latest.UTC()
	if lon != nil && lat != nil {
		a.Point = orb.Point{*lon, *lat}
	}
	for _, t := range []struct {
		from *time.Time
		to   *time.Time
	}{{since, &a.Since}, {acked, &a.Acked}, {closed, &a.Closed}} {
		if t.from != nil {
			*t.to = t.from.UTC()
		}
	}
	return a, err
}

// Alarms are the alarms that are open, and those closed since then.
func (s *Store) Alarms(ctx context.Context, since time.Time) ([]live.Alarm, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, scanAlarm, `select `+alarmColumns+` from alarm a where closed is null or closed > $1 order by opened, unit, about`, since)
	return all, failure("alarms", err)
}

// AlarmHistory is a page of the alarms that the range answers for, the newest
// first, each with what was done about it. An alarm of a unit belongs to its home,
// one of nobody we know to whoever answers for all of its source's area. The page
// has one more than the limit when there are more.
func (s *Store) AlarmHistory(ctx context.Context, q live.AlarmQuestion, within layers.AreaRange) ([]live.PastAlarm, error) {
	city, _, err := s.liveCity(ctx)
	if err != nil {
		return nil, err
	}
	args := arguments{within.Low, within.High, city.Range.Low, city.Range.High}
	sql := `select ` + alarmColumns + ` from alarm a left join fix_source f on a.area = 0 and f.id = a.source
		where (a.area between $1 and $2 or a.area = 0 and greatest(coalesce(f.low, $3), $3) >= $1 and least(coalesce(f.high, $4), $4) <= $2)`
	switch q.State {
	case "open":
		sql += ` and a.closed is null`
	case "closed":
		sql += ` and a.closed is not null`
	}
	if !q.Window.From.IsZero() {
		sql += ` and a.opened >= ` + args.bind(q.Window.From)
	}
	if !q.Window.To.IsZero() {
		sql += ` and a.opened < ` + args.bind(q.Window.To)
	}
	if !q.Before.IsZero() {
		sql += ` and (a.opened, a.unit, a.about) < (` + args.bind(q.Before) + `, ` + args.bind(q.BeforeUnit) + `, ` + args.bind(q.BeforeAbout) + `)`
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	alarms, err := rows(ctx, s, scanAlarm, sql+` order by a.opened desc, a.unit desc, a.about desc limit `+args.bind(q.Limit+1), args...)
	if err != nil {
		return nil, failure("alarms", err)
	}
	past := make([]live.PastAlarm, len(alarms))
	number := map[alarmName]int{}
	units, abouts, opened := []string{}, []string{}, []time.Time{}
	for k, a := range alarms {
		past[k].Alarm = a
		number[alarmName{a.Unit, a.About, a.Opened.UnixMicro()}] = k
		units, abouts, opened = append(units, a.Unit), append(abouts, a.About), append(opened, a.Opened)
	}
	type logged struct {
		of   alarmName
		step live.PastStep
	}
	log, err := rows(ctx, s, func(row pgx.CollectableRow) (l logged, err error) {
		var of time.Time
		err = row.Scan(&l.of.unit, &l.of.about, &of, &l.step.At, &l.step.Step, &l.step.By, &l.step.Note)
		l.of.opened, l.step.At = of.UnixMicro(), l.step.At.UTC()
		return l, err
	}, `select l.unit, l.about, l.opened, l.at, l.what, l.by, l.note from alarm_log l
		join unnest($1::text[], $2::text[], $3::timestamptz[]) as t (unit, about, opened) on l.unit = t.unit and l.about = t.about and l.opened = t.opened
		where l.what <> 'repeated' order by l.number`, units, abouts, opened)
	if err != nil {
		return nil, failure("log of alarms", err)
	}
	for _, l := range log {
		k := number[l.of]
		past[k].Steps = append(past[k].Steps, l.step)
	}
	return past, nil
}

// alarmName names an alarm as the database dates it: in microseconds.
type alarmName struct {
	unit, about string
	opened      int64
}

func writeAlarms(ctx context.Context, tx pgx.Tx, alarms []live.AlarmChange) error {
	batch := &pgx.Batch{}
	for _, c := range alarms {
		a := c.Alarm
		var lon, lat *float64
		if a.Point != (orb.Point{}) {
			lon, lat = &a.Point[0], &a.Point[1]
		}
		batch.Queue(`insert into alarm (unit, opened, source, verdict, lon, lat, latest, calls, acked, acked_by, closed, closed_by, reason, about, since, title, level, area)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, coalesce((select area from feature where layer = 'unit' and id = $1 and valid_to is null), 0))
			on conflict (unit, about, opened) do update set lon = excluded.lon, lat = excluded.lat, since = excluded.since, latest = excluded.latest, calls = excluded.calls,
				level = excluded.level, acked = excluded.acked, acked_by = excluded.acked_by, closed = excluded.closed, closed_by = excluded.closed_by, reason = excluded.reason`,
			a.Unit, a.Opened, a.Source, int16(a.Verdict), lon, lat, a.Latest, a.Calls, instant(a.Acked), a.AckedBy, instant(a.Closed), a.ClosedBy, a.Reason,
			a.About, instant(a.Since), a.Title, int16(a.Level))
		batch.Queue(`insert into alarm_log (unit, opened, at, what, by, note, about) values ($1, $2, $3, $4, $5, $6, $7)`,
			a.Unit, a.Opened, c.At, string(c.Step), c.By, c.Note, a.About)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// instant is a time as the database wants it: null for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
