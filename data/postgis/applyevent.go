package postgis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// The years a case may lie in; intake reads no others.
const firstYear, lastYear = 1900, 2200

// makeYears makes the partitions that the staged cases need, in a transaction of
// its own, so that none of its locks lasts as long as an import. A table that is
// made first and attached then stops neither readers nor a backup.
func (b *Batch) makeYears(ctx context.Context) error {
	r, err := b.tx.Query(ctx, `select distinct extract(year from (props->>$1)::timestamptz)::int from staged order by 1`, b.from.layer.TimeField)
	if err != nil {
		return err
	}
	years, err := pgx.CollectRows(r, pgx.RowTo[int])
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, b.store.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, migrationLock); err != nil {
			return err
		}
		for _, year := range years {
			table := fmt.Sprintf("event_%d", year)
			var there bool
			if err := tx.QueryRow(ctx, `select to_regclass($1) is not null`, table).Scan(&there); err != nil {
				return err
			}
			if there {
				continue
			}
			_, err := tx.Exec(ctx, fmt.Sprintf(`create table %[1]s (like event including all);
				select watch('%[1]s', 'event');
				alter table event attach partition %[1]s for values from ('%[2]d-01-01Z') to ('%[3]d-01-01Z')`, table, year, year+1), pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				return fmt.Errorf("cases of %d: %w", year, err)
			}
		}
		return nil
	})
}

// eventColumns are the columns of event that come from properties, each with the
// SQL of its value in a staged row s; rest is the SQL of the other properties.
func (b *Batch) eventColumns() (names, values []string, rest string) {
	l := b.from.layer
	names, values = []string{"at"}, []string{fmt.Sprintf("(s.props->>%s)::timestamptz", literal(l.TimeField))}
	taken := []string{literal(l.TimeField)}
	for _, column := range columns[layers.InEvent] {
		if _, ok := l.Field(column); !ok || column == l.TimeField {
			continue
		}
		value := "s.props->>" + literal(column)
		if slices.Contains(milestones, column) {
			value = "(" + value + ")::timestamptz"
		}
		names, values, taken = append(names, column), append(values, value), append(taken, literal(column))
	}
	return names, values, "s.props - array[" + strings.Join(taken, ", ") + "]"
}

// eventDiffers compares a staged case with the stored one.
func (b *Batch) eventDiffers() string {
	names, values, rest := b.eventColumns()
	return "(f." + strings.Join(names, ", f.") + ", f.geom, f.props, f.area, f.cell, f.synthetic) is distinct from (" +
		strings.Join(values, ", ") + ", s.geom, " + rest + ", l.area, l.cell, s.synthetic)"
}

func (b *Batch) eventStatements() []string {
	layer, batch := literal(b.from.layer.ID), fmt.Sprint(b.info.ID)
	names, values, rest := b.eventColumns()
	var set []string
	for i := range names {
		set = append(set, names[i]+" = "+values[i])
	}
	return []string{
		// A case whose date moved to another year moves to another partition.
		`update event f set ` + strings.Join(set, ", ") + `, geom = s.geom, props = ` + rest + `, area = l.area, cell = l.cell, synthetic = s.synthetic, version = f.version + 1, batch = ` + batch + `
			from staged s join located l using (n) join fresh using (n) where not fresh.new and f.layer = ` + layer + ` and f.id = s.id and f.at = fresh.was`,
		`update event_key k set at = ` + values[0] + ` from staged s join fresh using (n)
			where not fresh.new and k.layer = ` + layer + ` and k.id = s.id and k.at <> ` + values[0],
		`insert into event_key (layer, id, fid, at) select ` + layer + `, s.id, fresh.fid, ` + values[0] + ` from staged s join fresh using (n) where fresh.new`,
		`insert into event (layer, id, fid, ` + strings.Join(names, ", ") + `, geom, props, area, cell, synthetic, batch)
			select ` + layer + `, s.id, fresh.fid, ` + strings.Join(values, ", ") + `, s.geom, ` + rest + `, l.area, l.cell, s.synthetic, ` + batch + `
			from staged s join located l using (n) join fresh using (n) where fresh.new order by fresh.fid`,
	}
}

// storeLog appends the steps in the lives of cases: those that were given, and
// for the others those that follow from their own times.
func (b *Batch) storeLog(ctx context.Context) error {
	if b.from.layer.Storage != layers.InEvent {
		return nil
	}
	layer, batch := literal(b.from.layer.ID), fmt.Sprint(b.info.ID)
	if b.walked {
		_, err := b.tx.Exec(ctx, `insert into event_log (layer, id, at, from_status, to_status, unit, reason, batch)
			select `+layer+`, w.id, w.at, w.from_status, w.to_status, w.unit, w.reason, `+batch+`
			from (select distinct on (id, at, from_status, to_status) * from walked order by id, at, from_status, to_status, n) w
			where exists (select from event_key k where k.layer = `+layer+` and k.id = w.id)
				and not exists (select from event_log l where l.layer = `+layer+` and (l.id, l.at, l.from_status, l.to_status) = (w.id, w.at, w.from_status, w.to_status))
			order by w.n`)
		if err != nil {
			return err
		}
	}
	for _, sql := range b.impliedSteps(layer, batch) {
		if _, err := b.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// impliedSteps are statements that append, for fresh cases without given
// transitions, what their own times tell. A new case began when it was found,
// with the first status of the code list, or, if no later time is known, with
// the one it has; and it reached "resolved" and "closed" at resolved_at and
// closed_at, if the list has these values. A status that none of its times
// explains was reached, as far as we know, at the moment of the import, with the
// reason "import".
func (b *Batch) impliedSteps(layer, batch string) []string {
	status, ok := b.from.layer.Field("status")
	if !ok || len(status.List) == 0 {
		return nil
	}
	first, found := literal(status.List[0].Value), literal(b.from.layer.TimeField)
	times := []string{`select n, id, new, old_status, (props->>` + found + `)::timestamptz as at, 0 as step,
		case when props ?| array['resolved_at', 'closed_at'] then ` + first + ` else props->>'status' end as status from own where new`}
	for i, reached := range []string{"resolved", "closed"} {
		if _, ok := status.Code(reached); ok {
			column := literal(reached + "_at")
			times = append(times, fmt.Sprintf(`select n, id, new, old_status, (props->>%s)::timestamptz, %d, %s from own where props ? %s`,
				column, i+1, literal(reached), column))
		}
	}
	own := `with own as (select s.n, s.id, s.props, fresh.new, fresh.old_status from staged s join fresh using (n)
		where not exists (select from walked w where w.id = s.id))`
	insert := ` insert into event_log (layer, id, at, from_status, to_status, reason, batch) select ` + layer + `, id, at, was, status, reason, ` + batch
	return []string{
		own + `, times as (` + strings.Join(times, " union all ") + `),
			unknown as (select * from times t where t.new or not exists (
				select from event_log l where l.layer = ` + layer + ` and l.id = t.id and l.at = t.at and l.to_status = t.status)),
			steps as (select n, id, at, step, status, '' as reason,
				coalesce(lag(status) over (partition by n order by step), old_status, '') as was from unknown)` +
			insert + ` from steps where was <> status order by n, step`,
		own + `, steps as (select n, id, ` + literal(b.info.At.UTC().Format(time.RFC3339Nano)) + `::timestamptz as at, props->>'status' as status, 'import' as reason, coalesce(
				(select l.to_status from event_log l where l.layer = ` + layer + ` and l.id = own.id order by l.number desc limit 1), '') as was
			from own where new or old_status is distinct from props->>'status')` +
			insert + ` from steps where was <> status order by n`,
	}
}
