package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Counts is the rows of every table of the schema, by name; of a partitioned
// table all rows at once. Passing tables are left out.
type Counts map[string]int64

// Passing are the tables whose rows mean nothing in another database: what
// changed lately, for those who look at this one.
var Passing = []string{"change", "changed_row"}

// Snapshot holds the database still for a reader of its own, such as
// pg_dump: id names a snapshot that other connections can see as long as use
// runs, counts is what it holds. Nothing is locked.
func Snapshot(ctx context.Context, url string, use func(id string, counts Counts) error) error {
	return connected(ctx, url, func(conn *pgx.Conn) error {
		tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return failure("snapshot", err)
		}
		defer tx.Rollback(context.WithoutCancel(ctx))
		var id string
		if err := tx.QueryRow(ctx, `select pg_export_snapshot()`).Scan(&id); err != nil {
			return failure("snapshot", err)
		}
		counts, err := countTables(ctx, tx)
		if err != nil {
			return err
		}
		return use(id, counts)
	})
}

// CountTables is what the database holds now. A database without our tables
// gives no counts.
func CountTables(ctx context.Context, url string) (counts Counts, err error) {
	err = connected(ctx, url, func(conn *pgx.Conn) error {
		counts, err = countTables(ctx, conn)
		return err
	})
	return counts, err
}

func connected(ctx context.Context, url string, use func(*pgx.Conn) error) error {
	config, err := configure(url)
	if err != nil {
		return err
	}
	// Counting and dumping may take longer than any request.
	config.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return failure("database", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return use(conn)
}

// countTables leaves out partitions, which their parent counts, the tables that
// belong to an extension and the passing ones.
func countTables(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (Counts, error) {
	found, err := q.Query(ctx, `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
		and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') and c.relname <> all($1) order by 1`, Passing)
	if err != nil {
		return nil, failure("tables", err)
	}
	names, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, failure("tables", err)
	}
	counts := Counts{}
	for _, name := range names {
		var n int64
		if err := q.QueryRow(ctx, `select count(*) from public.`+pgx.Identifier{name}.Sanitize()).Scan(&n); err != nil {
			return nil, failure(fmt.Sprintf("table %s", name), err)
		}
		counts[name] = n
	}
	return counts, nil
}

// Clear removes our tables, views and functions, so that a dump can bring its
// own. It asks nothing: whoever calls it has made sure that they are empty.
func Clear(ctx context.Context, url string) error {
	return connected(ctx, url, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, clear)
		return failure("clear the database", err)
	})
}

// clear leaves alone what belongs to an extension.
const clear = `do $$
declare thing record;
begin
	for thing in
		select case c.relkind when 'v' then 'view' else 'table' end as kind, format('public.%I', c.relname) as name
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'public' and c.relkind in ('r', 'p', 'v') and not c.relispartition
		and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
		union all
		select 'function', p.oid::regprocedure::text
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = 'public' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
	loop
		execute format('drop %s if exists %s cascade', thing.kind, thing.name);
	end loop;
end $$`
