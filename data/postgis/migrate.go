package postgis

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sitmap/layers"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrationLock is held while the schema changes, so that two programs that
// start at once do so one after the other. The number only has to be ours.
const migrationLock = 7_466_177_206

// migration is one step of the schema. Once applied anywhere it never changes;
// a correction is a new step.
type migration struct {
	name string // "0001_areas_and_layers.sql"
	text string
}

func (m migration) sum() string {
	sum := sha256.Sum256([]byte(m.text))
	return hex.EncodeToString(sum[:])
}

// migrations reads the steps of a folder in the order of their names.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		all = append(all, migration{name, string(text)})
	}
	return all, nil
}

// SchemaVersion is the newest step of the schema that this program knows.
func SchemaVersion() string {
	steps, err := ownMigrations()
	if err != nil || len(steps) == 0 {
		return ""
	}
	return steps[len(steps)-1].name
}

func ownMigrations() ([]migration, error) {
	folder, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	return migrations(folder)
}

// migrate brings the schema up to date and fits it to the catalogue, on a
// connection of its own and under a lock.
func (s *Store) migrate(ctx context.Context, config *pgx.ConnConfig) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	config = config.Copy()
	config.RuntimeParams["statement_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return failure("database", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	steps, err := ownMigrations()
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, migrationLock); err != nil {
		return failure("database schema", err)
	}
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if err := apply(ctx, conn, steps); err != nil {
		return err
	}
	return failure("database schema", s.fit(ctx, conn))
}

// oldestServer is the first version of PostgreSQL whose SQL we use (13.0).
const oldestServer = 130000

// checkServer makes sure of PostgreSQL and PostGIS.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var name string
	var there bool
	err := conn.QueryRow(ctx, `select current_setting('server_version_num')::int, current_setting('server_version'),
		exists (select from pg_extension where extname = 'postgis')`).Scan(&version, &name, &there)
	if err != nil {
		return failure("database", err)
	}
	if version < oldestServer {
		return fmt.Errorf("the database is PostgreSQL %s; sitmap needs 13 or newer: %w", name, layers.ErrConflict)
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, `create extension if not exists postgis`)
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case is(err, "42501"):
		return &fault{kind: layers.ErrDenied, cause: err, text: fmt.Sprintf(
			"the database %q has no PostGIS and its user %q may not create it; let a superuser run: psql -d %s -c 'CREATE EXTENSION postgis'",
			conn.Config().Database, conn.Config().User, conn.Config().Database)}
	case errors.As(err, &pg) && (pg.Code == "0A000" || pg.Code == "58P01"):
		return &fault{kind: layers.ErrUnavailable, cause: err, text: fmt.Sprintf(
			"PostGIS is not installed on the database's machine; there, run: sudo apt-get install postgresql-%d-postgis-3", version/10000)}
	}
	return failure("create extension postgis", err)
}

// apply runs the steps that the database has not seen, each in a transaction. It
// refuses a database that has seen steps this program does not know, or a step
// whose text has changed since.
func apply(ctx context.Context, conn *pgx.Conn, steps []migration) error {
	if _, err := conn.Exec(ctx, `create table if not exists schema_migration (
		name text primary key, sha256 text not null, at timestamptz not null default now())`); err != nil {
		return failure("table schema_migration", err)
	}
	known := map[string]string{}
	for _, m := range steps {
		known[m.name] = m.sum()
	}
	r, err := conn.Query(ctx, `select name, sha256 from schema_migration order by name`)
	if err != nil {
		return failure("table schema_migration", err)
	}
	done := map[string]bool{}
	var name, sum string
	_, err = pgx.ForEachRow(r, []any{&name, &sum}, func() error {
		done[name] = true
		switch want, ok := known[name]; {
		case !ok:
			return fmt.Errorf("the database was made by a newer sitmap (it has %s, which this one does not know); use that one: %w", name, layers.ErrConflict)
		case want != sum:
			return fmt.Errorf("migration %s was changed after it had been applied to this database; undo that and add a new one: %w", name, layers.ErrConflict)
		}
		return nil
	})
	if err != nil {
		return failure("table schema_migration", err)
	}
	for _, m := range steps {
		if done[m.name] {
			continue
		}
		if err := step(ctx, conn, m); err != nil {
			return err
		}
	}
	return nil
}

func step(ctx context.Context, conn *pgx.Conn, m migration) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, s := range split(m.text) {
			if _, err := tx.Exec(ctx, s.text, pgx.QueryExecModeSimpleProtocol); err != nil {
				return locate(m, s, err)
			}
		}
		_, err := tx.Exec(ctx, `insert into schema_migration (name, sha256) values ($1, $2)`, m.name, m.sum())
		return failure("table schema_migration", err)
	})
}

// locate says where in the file a statement failed: at the place PostgreSQL
// names, or else where the statement begins.
func locate(m migration, s statement, err error) error {
	at, message := s.at, err.Error()
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if message = pg.Message; pg.Detail != "" {
			message += " (" + pg.Detail + ")"
		}
		if pg.Position > 0 {
			runes := []rune(s.text)
			at += len(string(runes[:min(int(pg.Position)-1, len(runes))]))
		}
	}
	line, column, content := lineColumn(m.text, at)
	return &fault{text: fmt.Sprintf("migrations/%s:%d:%d: %s, in: %s", m.name, line, column, message, content), cause: err}
}
