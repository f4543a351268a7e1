package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded"
	"sitmap/geo/cube/cubetest"
	"sitmap/geo/hex"
)

// postgres is the program's own PostgreSQL with the points as they came and an
// index made for the filter of the questions, the points ordered by cell and time
// with a covering index, and two roll-up tables that triggers keep.
type postgres struct {
	cluster *embedded.Cluster
	db      *pgx.Conn
	pid     uint32
	notes   string
	load    time.Duration // copying the rows, ordering and indexing them
	trigger time.Duration // a row that comes, with the roll-ups kept
	bytes   int64         // of the ordered table and its index
}

const schema = `
create table loaded (h bigint not null, t integer not null, c smallint not null);
create table view (h bigint primary key);
create table ranges (low bigint primary key, high bigint not null);
create table by_cell (h bigint primary key, n bigint not null);
create table by_day (h bigint, d integer, c smallint, n bigint not null, primary key (c, d, h) include (n));`

// The roll-ups: all points by cells of resolution 9, and by cells of resolution
// 7, day and category. %[1]s is the cell at resolution 7, %[2]d the start of the
// first day.
const rollUps = `
create function keep_roll_ups() returns trigger language plpgsql as $$
begin
	insert into by_cell select h, count(*) from new_rows group by h
		on conflict (h) do update set n = by_cell.n + excluded.n;
	insert into by_day select %[1]s, (t - %[2]d) / 86400, c, count(*) from new_rows group by 1, 2, 3
		on conflict (c, d, h) do update set n = by_day.n + excluded.n;
	return null;
end $$;
create trigger keep after insert on loaded referencing new table as new_rows for each statement execute function keep_roll_ups();`

func newPostgres(ctx context.Context, c *city, view []hex.Cell, ranges [][2]hex.Cell, work string) (_ *postgres, err error) {
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p := &postgres{}
	if p.cluster, err = embedded.Start(ctx, embedded.Options{Dir: work, Log: quiet}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.db, err = pgx.Connect(ctx, p.cluster.AdminURL()); err != nil {
		return nil, err
	}
	p.pid = p.db.PgConn().PID()
	began := time.Now()
	last := len(c.cells) - min(len(c.cells)/20, 50_000) // what comes after goes through the triggers
	day0, seven := cubetest.End-cubetest.Days*day, question{resolution: 7}.keyOf("h")
	for _, step := range []func() error{
		p.statements(ctx, "set max_parallel_workers_per_gather = 0", "set max_parallel_maintenance_workers = 0", "set jit = off",
			"set work_mem = '1GB'", "set maintenance_work_mem = '1GB'", "set synchronous_commit = off", schema),
		func() error { return p.fill(ctx, c, 0, last) },
		p.statements(ctx,
			"insert into by_cell select h, count(*) from loaded group by h",
			fmt.Sprintf("insert into by_day select %s, (t - %d) / 86400, c, count(*) from loaded group by 1, 2, 3", seven, day0),
			fmt.Sprintf(rollUps, seven, day0)),
		func() error {
			before := time.Now()
			err := p.fill(ctx, c, last, len(c.cells))
			p.trigger = time.Since(before) / time.Duration(len(c.cells)-last)
			return err
		},
		p.statements(ctx,
			"create table ordered as select * from loaded order by h, t",
			"create index by_place on ordered (h, t, c)",
			"create index by_filter on loaded (c, t) include (h)"),
		func() error { return p.fillView(ctx, view, ranges) },
		p.statements(ctx, "vacuum analyze"),
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.load = time.Since(began)
	var version, buffers string
	err = p.db.QueryRow(ctx, `select current_setting('server_version'), current_setting('shared_buffers'), pg_total_relation_size('ordered')`).Scan(&version, &buffers, &p.bytes)
	version, _, _ = strings.Cut(version, " ")
	p.notes = fmt.Sprintf("PostgreSQL %s (shared_buffers %s, work_mem 1GB, no parallel workers, jit off)", version, buffers)
	return p, err
}

func (p *postgres) statements(ctx context.Context, all ...string) func() error {
	return func() error {
		for _, statement := range all {
			if _, err := p.db.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%.60s: %w", statement, err)
			}
		}
		return nil
	}
}

// fill copies rows into the table, in parts as a loader would.
func (p *postgres) fill(ctx context.Context, c *city, first, end int) error {
	for first < end {
		part := min(end-first, 1_000_000)
		_, err := p.db.CopyFrom(ctx, pgx.Identifier{"loaded"}, []string{"h", "t", "c"}, pgx.CopyFromSlice(part, func(i int) ([]any, error) {
			return []any{int64(c.cells[first+i]), int32(c.times[first+i]), int16(c.categories[first+i])}, nil
		}))
		if err != nil {
			return err
		}
		first += part
	}
	return nil
}

func (p *postgres) fillView(ctx context.Context, view []hex.Cell, ranges [][2]hex.Cell) error {
	_, err := p.db.CopyFrom(ctx, pgx.Identifier{"view"}, []string{"h"}, pgx.CopyFromSlice(len(view), func(i int) ([]any, error) {
		return []any{int64(view[i])}, nil
	}))
	if err != nil {
		return err
	}
	_, err = p.db.CopyFrom(ctx, pgx.Identifier{"ranges"}, []string{"low", "high"}, pgx.CopyFromSlice(len(ranges), func(i int) ([]any, error) {
		return []any{int64(ranges[i][0]), int64(ranges[i][1])}, nil
	}))
	return err
}

func (p *postgres) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if p.db != nil {
		p.db.Close(ctx)
	}
	if err := p.cluster.Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-h3: close the cluster:", err)
	}
}

// ownIndex is the table with an index on just the columns of the filter.
const ownIndex = "PostgreSQL, with an index on category and time"

// ways are the forms of a question that could be the fastest.
func (p *postgres) ways(q question) map[string]string {
	ways := map[string]string{}
	if !q.inView {
		for name, table := range map[string]string{ownIndex: "loaded", "PostgreSQL, ordered by cell and time": "ordered"} {
			ways[name] = fmt.Sprintf("select %s as cell, count(*) as n from %s%s group by 1", q.keyOf("h"), table, q.where(""))
		}
		return ways
	}
	ways["PostgreSQL, ordered by cell and time, a list of cells"] = fmt.Sprintf("select h as cell, count(*) as n from ordered%s group by 1", q.where("h in (select h from view)"))
	// Ranges do not overlap: each cell's points are found in one of them.
	ways["PostgreSQL, ordered by cell and time, range by range"] = fmt.Sprintf(
		"select cell, n from ranges, lateral (select h as cell, count(*) as n from ordered%s group by h) as q", q.where("h between low and high"))
	return ways
}

// rolled are the forms that ask the roll-up tables, where these can answer.
func (p *postgres) rolled(q question) map[string]string {
	switch {
	case !q.filtered && q.inView:
		return map[string]string{
			"roll-up, a list of cells": "select h as cell, n from by_cell where h in (select h from view)",
			"roll-up, range by range":  "select cell, n from ranges, lateral (select h as cell, n from by_cell where h between low and high offset 0) as q",
		}
	case !q.filtered && q.resolution == 9:
		return map[string]string{"roll-up": "select h as cell, n from by_cell"}
	case q.filtered && q.resolution == 7:
		first := (week.Window.From - (cubetest.End - cubetest.Days*day)) / day
		return map[string]string{"roll-up": fmt.Sprintf(
			"select h as cell, sum(n)::bigint as n from by_day where c in (2, 4, 6) and d >= %d and d < %d group by 1", first, first+(week.Window.To-week.Window.From)/day)}
	}
	return nil
}

func (p *postgres) answer(ctx context.Context, statement string) (counts, error) {
	rows, err := p.db.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := counts{}
	for rows.Next() {
		var cell, n int64
		if err := rows.Scan(&cell, &n); err != nil {
			return nil, err
		}
		all[hex.Cell(cell)] = n
	}
	return all, rows.Err()
}

// side counts without sending the cells to the program: only their number and
// their sum. Its processor time is that of the server process; see
// Documentation/scheduler/sched-stats.rst of Linux.
func (p *postgres) side(ctx context.Context, name, statement string) *side {
	statement = "select count(*), sum(n)::bigint from (" + statement + ") as q"
	return &side{
		name: name,
		run: func() error {
			var cells, points int64
			return p.db.QueryRow(ctx, statement).Scan(&cells, &points)
		},
		cpu: func() (float64, error) {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", p.pid))
			if err != nil {
				return 0, err
			}
			var nanoseconds float64
			_, err = fmt.Sscan(string(text), &nanoseconds)
			return nanoseconds / 1e9, err
		},
	}
}
