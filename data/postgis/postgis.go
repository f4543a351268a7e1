// Package postgis is where facts rest: features, cases, areas, accounts and the
// record of imports, in PostgreSQL with PostGIS. It is the one room that knows
// pgx, go-geom and SQL; outside it there are layers, orb geometries and errors
// of the kinds of package layers.
//
// Reading: every read takes the reader's access.Scope and goes through one
// compiler of conditions (where.go). Writing: an import is a Batch, staged in
// temporary tables, judged, and applied in one transaction or not at all. Changes:
// triggers note what any transaction did to a layer, Listen announces it and Changes names it.
package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"sitmap/layers"
)

// How long a statement of each class may take. A reader who leaves cancels the
// statement at once; these bound the one who waits.
const (
	quick   = 5 * time.Second  // accounts, states, areas, search
	reading = 30 * time.Second // features, totals, tiles
	// longest bounds any statement on the server's side, should the program
	// that sent it be gone; exports and imports set their own.
	longest = 2 * time.Minute
)

// Store is the facts at rest. It is safe for concurrent use.
type Store struct {
	pool    *pgxpool.Pool
	catalog layers.Catalog
	log     *slog.Logger
	url     string
}

// Open connects to the database, brings its schema up to date and makes the
// tables and views that the layers of the catalogue want. The URL is one that
// libpq understands. A database that does not answer is ErrUnavailable; one that
// is newer than this program, or lacks PostGIS and the right to create it, is
// ErrConflict or ErrDenied with what to do about it.
func Open(ctx context.Context, url string, catalog layers.Catalog) (*Store, error) {
	config, err := configure(url)
	if err != nil {
		return nil, err
	}
	s := &Store{catalog: catalog, log: slog.Default(), url: url}
	if err := s.migrate(ctx, config.ConnConfig); err != nil {
		return nil, err
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, failure("database", err)
	}
	return s, nil
}

// configure reads the URL and sets what every connection of ours has in common.
func configure(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The error of pgx quotes the URL without its password.
		return nil, &fault{text: "the database URL cannot be read: want postgres://user:password@host:port/database", kind: layers.ErrInvalid, cause: err}
	}
	// Tiles are the load; more connections than a few for each core only queue
	// inside PostgreSQL instead of here.
	config.MaxConns = max(config.MaxConns, int32(4*runtime.NumCPU()), 8)
	config.MaxConnIdleTime = 5 * time.Minute
	config.HealthCheckPeriod = 15 * time.Second
	conn := config.ConnConfig
	conn.ConnectTimeout = 5 * time.Second
	parameters := conn.RuntimeParams
	parameters["application_name"] = "sitmap"
	parameters["timezone"] = "UTC"
	parameters["statement_timeout"] = fmt.Sprint(longest.Milliseconds())
	parameters["idle_in_transaction_session_timeout"] = "600000"
	// Whether an index helps depends on the box asked for, so each statement is
	// planned with its values.
	parameters["plan_cache_mode"] = "force_custom_plan"
	// Ours are in public; PostGIS may be in one of the others, where managed
	// databases put extensions. A schema that does not exist is passed over.
	parameters["search_path"] = "public, postgis, extensions"
	// A caller who leaves cancels the statement on the server and keeps the
	// connection for the next one.
	conn.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Second}
	}
	return config, nil
}

// Close lets go of all connections. It waits for statements that run.
func (s *Store) Close() { s.pool.Close() }

// Ready is nil when the store answers; otherwise an error of kind
// layers.ErrUnavailable that says what is wrong.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	return failure("database", s.once(ctx, func(c *pgxpool.Conn) error { return c.Ping(ctx) }))
}

// once runs a read, and runs it a second time when the connection turned out to
// be dead: after a restart of the database those in the pool are.
// The read must not have handed anything on before it fails.
func (s *Store) once(ctx context.Context, read func(*pgxpool.Conn) error) error {
	err := s.pool.AcquireFunc(ctx, read)
	if lost(err) && ctx.Err() == nil {
		s.pool.Reset()
		err = s.pool.AcquireFunc(ctx, read)
	}
	if err != nil && ctx.Err() != nil {
		// The server only says that the statement was cancelled, not why.
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// rows reads all rows of a statement into values.
func rows[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], sql string, args ...any) (all []T, err error) {
	err = s.once(ctx, func(c *pgxpool.Conn) error {
		r, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(r, scan)
		return err
	})
	return all, err
}

// row reads the one row of a statement; pgx.ErrNoRows when there is none.
func (s *Store) row(ctx context.Context, sql string, args []any, into ...any) error {
	return s.once(ctx, func(c *pgxpool.Conn) error {
		return c.QueryRow(ctx, sql, args...).Scan(into...)
	})
}

// exec runs a statement that changes something, once.
func (s *Store) exec(ctx context.Context, sql string, args ...any) (changed int64, err error) {
	tag, err := s.pool.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}
