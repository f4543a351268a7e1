package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// Apply stores what is staged, in one transaction: new features, changed ones
// with a version more, those that are the same untouched; with them the numbers
// of tiles, cells, search keys, the life of cases and the record of the import.
// The layer's version grows by one if anything changed, and the change names its
// rows and is announced (migrations/0004_changes.sql). The batch comes back with
// its counts.
func (b *Batch) Apply(ctx context.Context) (layers.Batch, error) {
	if b.tx == nil {
		return b.info, errEnded
	}
	if _, err := b.Check(ctx); err != nil {
		return b.info, err
	}
	if err := b.apply(ctx); err != nil {
		return b.info, failure("import of layer "+b.from.layer.ID, err)
	}
	b.tx = nil
	b.conn.Release()
	return b.info, nil
}

func (b *Batch) apply(ctx context.Context) error {
	if b.from.layer.Storage == layers.InEvent {
		if err := b.makeYears(ctx); err != nil {
			return err
		}
	}
	if err := b.giveCells(ctx); err != nil {
		return err
	}
	stored, err := b.compare(ctx)
	if err != nil {
		return err
	}
	b.count(stored)
	b.info.Applied = true
	if stored > 0 {
		if err := b.write(ctx); err != nil {
			return err
		}
	}
	if err := b.storeCodes(ctx); err != nil {
		return err
	}
	if err := b.storeLog(ctx); err != nil {
		return err
	}
	if err := b.speak(ctx); err != nil {
		return err
	}
	if err := b.record(ctx, b.tx); err != nil {
		return err
	}
	return b.tx.Commit(ctx)
}

// giveCells computes the H3 cell of lines and outlines, from the point they are
// taken to lie at; points got theirs when they were staged.
func (b *Batch) giveCells(ctx context.Context) error {
	if b.from.layer.Geometry == layers.Points || b.from.layer.Storage == layers.InArea {
		return nil
	}
	type spot struct{ n, cell int64 }
	r, err := b.tx.Query(ctx, `select n, ST_X(spot), ST_Y(spot) from located where cell is null`)
	if err != nil {
		return err
	}
	spots, err := pgx.CollectRows(r, func(row pgx.CollectableRow) (s spot, err error) {
		var p orb.Point
		if err := row.Scan(&s.n, &p[0], &p[1]); err != nil {
			return s, err
		}
		c, err := hex.Of(p, hex.StoredResolution)
		s.cell = int64(c)
		return s, err
	})
	if err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `create temp table celled (n bigint primary key, cell bigint not null) on commit drop`); err != nil {
		return err
	}
	_, err = b.tx.CopyFrom(ctx, pgx.Identifier{"celled"}, []string{"n", "cell"},
		pgx.CopyFromSlice(len(spots), func(i int) ([]any, error) { return []any{spots[i].n, spots[i].cell}, nil }))
	if err != nil {
		return err
	}
	_, err = b.tx.Exec(ctx, `update located l set cell = c.cell from celled c where c.n = l.n`)
	return err
}

// compare finds out which rows are new (fid is null), changed, or the same, and
// gives new ones their numbers, in the order of the file. The result is the
// temporary table fresh, of the rows that will be written.
func (b *Batch) compare(ctx context.Context) (stored int, err error) {
	var same string
	switch b.from.layer.Storage {
	case layers.InArea:
		same = `select s.n, f.fid, f.fid is null or ` + areaDiffers + ` as differs, null::timestamptz as was, null::text as old_status
			from staged s join numbered t using (n) left join area f on f.number = t.number`
	case layers.InEvent:
		same = `select s.n, k.fid, k.fid is null or ` + b.eventDiffers() + ` as differs, k.at as was, f.status as old_status
			from staged s join located l using (n) left join event_key k on k.layer = ` + literal(b.from.layer.ID) + ` and k.id = s.id
			left join event f on f.layer = k.layer and f.id = k.id and f.at = k.at`
	default:
		same = `select s.n, f.fid, f.fid is null or (f.geom, f.props, f.area, f.cell, f.synthetic) is distinct from (s.geom, s.props, l.area, l.cell, s.synthetic) as differs,
			null::timestamptz as was, null::text as old_status
			from staged s join located l using (n) left join ` + partition(b.from.layer) + ` f on f.layer = ` + literal(b.from.layer.ID) + ` and f.id = s.id`
	}
	_, err = b.tx.Exec(ctx, `create temp table fresh on commit drop as select n, fid, fid is null as new, was, old_status from (`+same+`) d where differs;
		alter table fresh add primary key (n)`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return 0, err
	}
	var all, added int
	err = b.tx.QueryRow(ctx, `select (select count(*) from staged), count(*), count(*) filter (where new) from fresh`).Scan(&all, &stored, &added)
	if err != nil {
		return 0, err
	}
	b.info.Unchanged = all - stored
	if added == 0 {
		return stored, nil
	}
	_, err = b.tx.Exec(ctx, `with numbers as (insert into numbering as n (layer, next_fid) values ($1, 1 + $2::int)
			on conflict (layer) do update set next_fid = n.next_fid + $2 returning next_fid - $2 as first),
		ordered as (select n, row_number() over (order by n) - 1 as k from fresh where new)
		update fresh f set fid = numbers.first + ordered.k from numbers, ordered where f.n = ordered.n`, b.from.layer.ID, added)
	if err != nil {
		return 0, err
	}
	_, err = b.tx.Exec(ctx, `analyze fresh`)
	return stored, err
}

// write stores the fresh rows and what follows from them.
func (b *Batch) write(ctx context.Context) error {
	steps, table, chosenBy := b.featureStatements(), partition(b.from.layer), "id, fid, area, cell, geom"
	switch b.from.layer.Storage {
	case layers.InArea:
		steps, table, chosenBy = b.areaStatements(), "area", "number, code, parent, level, geom"
	case layers.InEvent:
		steps, table, chosenBy = b.eventStatements(), "event", "layer, id, fid, at, category, status, area, cell, geom"
	}
	steps = append(steps, b.searchStatements()...)
	if b.from.layer.Storage == layers.InArea {
		steps = append(steps, b.placeHits())
	}
	// The planner should know at once what a large import brought, of the columns
	// by which rows are chosen.
	if b.info.Stored > 1000 {
		steps = append(steps, "analyze "+table+" ("+chosenBy+")")
	}
	for _, sql := range steps {
		if _, err := b.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) featureStatements() []string {
	table, layer, batch := partition(b.from.layer), literal(b.from.layer.ID), fmt.Sprint(b.info.ID)
	return []string{
		`update ` + table + ` f set geom = s.geom, props = s.props, area = l.area, cell = l.cell, synthetic = s.synthetic, version = f.version + 1, batch = ` + batch + `
			from staged s join located l using (n) join fresh using (n) where not fresh.new and f.layer = ` + layer + ` and f.id = s.id`,
		`insert into ` + table + ` (layer, id, fid, geom, props, area, cell, synthetic, batch)
			select ` + layer + `, s.id, fresh.fid, s.geom, s.props, l.area, l.cell, s.synthetic, ` + batch + `
			from staged s join located l using (n) join fresh using (n) where fresh.new order by fresh.fid`,
	}
}

// searchStatements keep the keys of search up with the fresh rows.
func (b *Batch) searchStatements() []string {
	layer := literal(b.from.layer.ID)
	return []string{
		`delete from search_key k using staged s join fresh using (n) where not fresh.new and k.layer = ` + layer + ` and k.id = s.id`,
		`insert into search_key (layer, id, keys, title, area, rank, level, lon, lat, west, south, east, north)
			select ` + layer + `, s.id, s.keys, s.title, l.area, ` + rankOf(b.from.layer) + `, s.props->>'level', ST_X(l.spot), ST_Y(l.spot), ` + boxOf("s.geom") + `
			from staged s join located l using (n) join fresh using (n) where s.keys <> ''`,
	}
}

// boxOf is the SQL of the four bounds of a shape, null for a point.
func boxOf(geom string) string {
	box := ""
	for i, f := range []string{"XMin", "YMin", "XMax", "YMax"} {
		if i > 0 {
			box += ", "
		}
		box += fmt.Sprintf("case when ST_Dimension(%s) > 0 then ST_%s(%s) end", geom, f, geom)
	}
	return box
}

// storeCodes keeps the code lists that the city's file brought. Values that are
// there already and not in the file stay, since features may have them.
func (b *Batch) storeCodes(ctx context.Context) error {
	if b.city == nil {
		return nil
	}
	for field, list := range b.info.Codes {
		for i, c := range list {
			aliases := c.Aliases
			if aliases == nil {
				aliases = []string{}
			}
			_, err := b.tx.Exec(ctx, `insert into code_list as c (city, layer, field, value, zh, en, tone, min_zoom, ord, aliases) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
				on conflict (city, layer, field, value) do update set zh = excluded.zh, en = excluded.en, tone = excluded.tone, min_zoom = excluded.min_zoom, ord = excluded.ord, aliases = excluded.aliases
				where (c.zh, c.en, c.tone, c.min_zoom, c.ord, c.aliases) is distinct from (excluded.zh, excluded.en, excluded.tone, excluded.min_zoom, excluded.ord, excluded.aliases)`,
				b.city.number, b.from.layer.ID, field, c.Value, c.Title.Zh, c.Title.En, string(c.Tone), c.MinZoom, i, aliases)
			if err != nil {
				return fmt.Errorf("code list of %s: %w", field, err)
			}
		}
	}
	return nil
}

// speak says until when the layer speaks now, if the import changed anything.
// Of cases the database knows it by itself.
func (b *Batch) speak(ctx context.Context) error {
	asOf, args := `$2::timestamptz`, []any{b.from.layer.ID, b.info.At.UTC()}
	switch {
	case b.from.layer.Storage == layers.InEvent:
		return nil
	case b.from.layer.Dated():
		asOf, args = b.endOfLastDay(), args[:1]
	case !b.info.AsOf.IsZero():
		args[1] = b.info.AsOf.UTC()
	}
	_, err := b.tx.Exec(ctx, `update change set as_of = `+asOf+` where xact = pg_current_xact_id() and layer = $1`, args...)
	return err
}

// endOfLastDay is the SQL of the last second of the last day that a dated layer
// has features of, in the time zone of the city they are in.
func (b *Batch) endOfLastDay() string {
	return `(select (date_trunc('day', l.at at time zone l.zone) + interval '1 day' - interval '1 second') at time zone l.zone
		from (select ` + b.from.at() + ` as at, ` + zoneOf(b.from.area) + ` as zone from ` + b.from.from + ` where ` + b.from.where + ` order by 1 desc limit 1) l)`
}
