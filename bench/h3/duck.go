package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"

	"github.com/duckdb/duckdb-go/v2"

	"sitmap/bench/measure"
	"sitmap/geo/hex"
)

// duck is DuckDB with the points as they came and ordered by cell and time, on
// one thread like everything else.
type duck struct {
	db      *sql.DB
	version string
	load    float64 // seconds of processor
}

func newDuck(ctx context.Context, c *city, view []hex.Cell, work string) (_ *duck, err error) {
	connector, err := duckdb.NewConnector(filepath.Join(work, "points.duckdb"), nil)
	if err != nil {
		return nil, err
	}
	d := &duck{db: sql.OpenDB(connector)}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	d.db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"set threads = 1", "set memory_limit = '6GB'", "set temp_directory = '" + work + "'",
		"create table loaded (h bigint not null, t integer not null, c utinyint not null)",
		"create table view (h bigint not null)",
	} {
		if _, err := d.db.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	before := measure.OwnCPU()
	if err := d.fill(ctx, "loaded", len(c.cells), func(i int) []driver.Value {
		return []driver.Value{int64(c.cells[i]), int32(c.times[i]), c.categories[i]}
	}); err != nil {
		return nil, err
	}
	d.load = measure.OwnCPU() - before
	if err := d.fill(ctx, "view", len(view), func(i int) []driver.Value { return []driver.Value{int64(view[i])} }); err != nil {
		return nil, err
	}
	if _, err := d.db.ExecContext(ctx, "create table ordered as select * from loaded order by h, t"); err != nil {
		return nil, err
	}
	return d, d.db.QueryRowContext(ctx, "select version()").Scan(&d.version)
}

func (d *duck) close() error { return d.db.Close() }

// fill appends rows to a table in DuckDB's own fast way.
func (d *duck) fill(ctx context.Context, table string, n int, row func(i int) []driver.Value) error {
	c, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Raw(func(raw any) error {
		a, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		for i := range n {
			if err := a.AppendRow(row(i)...); err != nil {
				return fmt.Errorf("fill %s: %w", table, err)
			}
		}
		return a.Close()
	})
}

// ways are the forms of a question that could be the fastest.
func (d *duck) ways(q question) map[string]string {
	ways := map[string]string{}
	for _, table := range []string{"loaded", "ordered"} {
		ways["DuckDB, "+table] = fmt.Sprintf("select %s as cell, count(*) as n from %s%s group by 1", q.keyOf("h"), table, q.where("h in (select h from view)"))
	}
	return ways
}

func (d *duck) answer(ctx context.Context, statement string) (counts, error) {
	return readCounts(d.db.QueryContext(ctx, statement))
}

// side counts without sending the cells to the program: only their number and
// their sum.
func (d *duck) side(ctx context.Context, name, statement string) (*side, error) {
	prepared, err := d.db.PrepareContext(ctx, "select count(*), sum(n)::bigint from ("+statement+")")
	if err != nil {
		return nil, err
	}
	return &side{name: name, run: func() error {
		var cells, points int64
		return prepared.QueryRowContext(ctx).Scan(&cells, &points)
	}}, nil
}

func readCounts(rows *sql.Rows, err error) (counts, error) {
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
