package postgis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// cellResolution is that of the cells kept with points.
const cellResolution = 10

// writing is how long one batch of positions may take.
const writing = 60 * time.Second

// positionStage takes a batch of which something may be stored already.
const positionStage = `create temp table position_stage (
	unit text, at timestamptz, source text, seq bigint, received timestamptz, verdict smallint, lon double precision, lat double precision,
	speed real, heading real, accuracy real, battery real, sos boolean, area bigint, cell bigint) on commit drop`

// intoPositions moves what was staged; %s is a table, and which verdicts go there.
// What is there already stays as it is. The area is that of the unit's home.
const intoPositions = `insert into %[1]s (unit, at, source, seq, received, verdict, lon, lat, speed, heading, accuracy, battery, sos, area, cell)
	select s.unit, s.at, s.source, s.seq, s.received, s.verdict, s.lon, s.lat, s.speed, s.heading, s.accuracy, s.battery, s.sos, coalesce(f.area, 0), s.cell
	from position_stage s left join feature f on f.layer = 'unit' and f.id = s.unit and f.valid_to is null
	where s.verdict %[2]s in (%[3]d, %[4]d)
	on conflict do nothing`

// PositionCursor is the number of the last message of the stream that is written.
func (s *Store) PositionCursor(ctx context.Context, stream string) (number uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var at int64
	err = s.row(ctx, `select number from position_cursor where stream = $1`, []any{stream}, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return uint64(at), failure("cursor of positions", err)
}

// Told is what came with the messages of a stream after one and up to another:
// the records, and what follows from them. What came with none, such as a file of
// past fixes, has no cursor, and is not counted as received.
type Told struct {
	Stream    string
	After, To uint64
	Records   []live.Record
	// Home is the area of a unit's home; where it is nil the store looks it up.
	Home   func(unit string) int64
	Alarms []live.AlarmChange
	Stays  []live.Stay
	// StaysLater says that the stays of these records come with what is told
	// later; otherwise Stays are all up to To that were not told before.
	StaysLater bool
	// Refused are records of the same messages that are kept apart.
	Refused []Refused

	trial bool // everything is undone
}

// WritePositions writes what was told, all of it and the cursor in one
// transaction, or nothing, and gives how many fixes were new. When the cursor is
// not at After somebody else wrote meanwhile: ErrConflict. What was stored before
// is not stored twice.
func (s *Store) WritePositions(ctx context.Context, told Told) (stored int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	// Nearly always all fixes are new, and then they go straight to where they
	// belong. Otherwise what is there already is sorted out first, which costs
	// more than twice as much.
	sorting := told.Home == nil
	for daysMade := false; ; {
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			stored, err = writeTold(ctx, tx, told, sorting)
			return err
		})
		switch {
		case is(err, "23505") && !sorting:
			sorting = true
		case is(err, "23514") && !daysMade: // a day without its partition: the clock went on, or nobody made it
			for _, day := range daysOf(told.Records) {
				if err := s.MakePositionDays(ctx, layers.Window{From: day, To: day.AddDate(0, 0, 1)}); err != nil {
					return 0, err
				}
			}
			daysMade = true
		default:
			return stored, failure("positions", err)
		}
	}
}

func writeTold(ctx context.Context, tx pgx.Tx, told Told, sorting bool) (stored int64, err error) {
	if told.Stream != "" && !told.trial {
		if err := moveCursor(ctx, tx, told); err != nil {
			return 0, err
		}
	}
	if sorting {
		stored, err = sortPositions(ctx, tx, told.Records)
	} else {
		stored, err = writePositions(ctx, tx, told.Records, told.Home)
	}
	if err != nil {
		return 0, err
	}
	if told.Stream != "" {
		if err := writeCounts(ctx, tx, told.Records); err != nil {
			return 0, err
		}
	}
	if err := writeStays(ctx, tx, told.Stays); err != nil {
		return 0, err
	}
	if err := writeAlarms(ctx, tx, told.Alarms); err != nil {
		return 0, err
	}
	if told.trial {
		return 0, errTried
	}
	return stored, writeRefused(ctx, tx, told.Stream, told.Refused)
}

func moveCursor(ctx context.Context, tx pgx.Tx, told Told) error {
	tag, err := tx.Exec(ctx, `update position_cursor set number = $3::bigint, stays = case when $4 then stays else $3::bigint end where stream = $1 and number = $2`,
		told.Stream, int64(told.After), int64(told.To), told.StaysLater)
	if err == nil && tag.RowsAffected() == 0 && told.After == 0 {
		tag, err = tx.Exec(ctx, `insert into position_cursor (stream, number, stays) values ($1, $2::bigint, case when $3 then 0 else $2::bigint end) on conflict do nothing`,
			told.Stream, int64(told.To), told.StaysLater)
	}
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("positions up to message %d are written already: %w", told.To, layers.ErrConflict)
	}
	return err
}

// writePositions writes fixes that are all new; otherwise it fails.
func writePositions(ctx context.Context, tx pgx.Tx, records []live.Record, home func(string) int64) (stored int64, err error) {
	stored, err = copyPositions(ctx, tx, "position", records, home, rightly)
	if err != nil {
		return 0, err
	}
	more, err := copyPositions(ctx, tx, "position_misdated", records, home, misdated)
	return stored + more, err
}

// sortPositions writes those of the fixes that are new.
func sortPositions(ctx context.Context, tx pgx.Tx, records []live.Record) (stored int64, err error) {
	if _, err := tx.Exec(ctx, positionStage); err != nil {
		return 0, err
	}
	unknown := func(string) int64 { return 0 } // it is looked up
	if _, err := copyPositions(ctx, tx, "position_stage", records, unknown, live.Verdict.Stored); err != nil {
		return 0, err
	}
	for _, into := range []struct{ table, not string }{{"position", "not"}, {"position_misdated", ""}} {
		tag, err := tx.Exec(ctx, fmt.Sprintf(intoPositions, into.table, into.not, live.Future, live.Past))
		if err != nil {
			return 0, err
		}
		stored += tag.RowsAffected()
	}
	return stored, nil
}

func writeCounts(ctx context.Context, tx pgx.Tx, records []live.Record) error {
	type kind struct {
		received time.Time
		source   string
		verdict  live.Verdict
	}
	type day struct {
		day     string
		source  string
		verdict live.Verdict
	}
	counts := map[day]int{}
	count := func(k kind, n int) {
		if n > 0 {
			counts[day{k.received.UTC().Format(time.DateOnly), k.source, k.verdict}] += n
		}
	}
	var now kind // records that came together are of one kind, nearly all
	n := 0
	for k := range records {
		r := &records[k]
		if r.Act != 0 {
			continue
		}
		if one := (kind{r.Received, r.Source, r.Verdict}); one != now {
			count(now, n)
			now, n = one, 0
		}
		n += max(1, r.Count)
	}
	count(now, n)
	batch := &pgx.Batch{}
	for d, n := range counts {
		batch.Queue(`insert into fix_count as c values ($1::text::date, $2, $3, $4) on conflict (day, source, verdict) do update set fixes = c.fixes + excluded.fixes`,
			d.day, d.source, int16(d.verdict), n)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// daysOf are the days (UTC) that the records lie in.
func daysOf(records []live.Record) []time.Time {
	days := map[time.Time]bool{}
	for _, r := range records {
		if r.Count == 0 && r.Act == 0 && r.Verdict.Stored() && !r.Verdict.Misdated() {
			days[r.Fix.At.UTC().Truncate(24*time.Hour)] = true
		}
	}
	return slices.Collect(maps.Keys(days))
}

// MakePositionDays makes the partitions of the days in the window where they are
// missing.
func (s *Store) MakePositionDays(ctx context.Context, w layers.Window) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, migrationLock); err != nil {
			return err
		}
		for day := w.From.UTC().Truncate(24 * time.Hour); day.Before(w.To); day = day.AddDate(0, 0, 1) {
			table := "position_" + day.Format("20060102")
			var there bool
			if err := tx.QueryRow(ctx, `select to_regclass($1) is not null`, table).Scan(&there); err != nil {
				return err
			}
			if there {
				continue
			}
			// Made first and attached then, so that nobody waits for it.
			_, err := tx.Exec(ctx, fmt.Sprintf(`create table %[1]s (like position including all);
				alter table position attach partition %[1]s for values from ('%[2]s') to ('%[3]s')`,
				table, day.Format(time.RFC3339), day.AddDate(0, 0, 1).Format(time.RFC3339)), pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				return fmt.Errorf("positions of %s: %w", day.Format(time.DateOnly), err)
			}
		}
		return nil
	})
	return failure("days of positions", err)
}

// Positions hands the stored fixes of the units in scope, in the window of their
// device's time, to yield: by unit, then time. An empty list of units is all of
// them.
func (s *Store) Positions(ctx context.Context, units []string, w layers.Window, scope access.Scope, yield func(live.Record) error) error {
	var args arguments
	conditions, err := s.unitConditions(scope, &args)
	if err != nil {
		return err
	}
	sql := `select f.unit, f.at, f.source, f.seq, f.received, f.verdict, f.lon, f.lat, f.speed, f.heading, f.accuracy, f.battery, f.sos
		from position f where ` + conditions
	if len(units) > 0 {
		sql += ` and f.unit = any(` + args.bind(units) + `::text[])`
	}
	if !w.From.IsZero() {
		sql += ` and f.at >= ` + args.bind(w.From)
	}
	if !w.To.IsZero() {
		sql += ` and f.at < ` + args.bind(w.To)
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	r, err := s.pool.Query(ctx, sql+` order by f.unit, f.at, f.source, f.seq`, args...)
	if err != nil {
		return failure("positions", err)
	}
	defer r.Close()
	for r.Next() {
		record, err := scanPosition(r)
		if err != nil {
			return failure("positions", err)
		}
		if err := yield(record); err != nil {
			return err
		}
	}
	return failure("positions", r.Err())
}

func scanPosition(r pgx.Rows) (live.Record, error) {
	var one live.Record
	var seq int64
	var verdict int16
	var numbers [4]*float32
	f := &one.Fix
	err := r.Scan(&f.Unit, &f.At, &one.Source, &seq, &one.Received, &verdict, &f.Point[0], &f.Point[1], &numbers[0], &numbers[1], &numbers[2], &numbers[3], &f.SOS)
	f.Seq, one.Verdict, f.At, one.Received = uint64(seq), live.Verdict(verdict), f.At.UTC(), one.Received.UTC()
	for k, into := range []*float64{&f.Speed, &f.Heading, &f.Accuracy, &f.Battery} {
		if *into = math.NaN(); numbers[k] != nil {
			*into = float64(*numbers[k])
		}
	}
	return one, err
}

// unitConditions is the scope of whoever reads of units, for a table f with the
// area of their home.
func (s *Store) unitConditions(scope access.Scope, args *arguments) (string, error) {
	unit, err := s.catalog.Layer("unit")
	if err != nil {
		return "", err
	}
	return source{layer: unit, where: "true", area: "f.area"}.conditions(layers.Query{}, scope, args)
}
