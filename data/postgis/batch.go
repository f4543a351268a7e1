package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// Batch is one import on its way in: Put any number of times, then Check, then
// Apply or Discard. All of it happens in one transaction, so an import that is
// cancelled or dies leaves nothing. A Batch is not safe for concurrent use, and
// holds a connection until it ends.
type Batch struct {
	store *Store
	from  source
	info  layers.Batch
	city  *city // nil for areas
	conn  *pgxpool.Conn
	tx    pgx.Tx // nil when the batch has ended

	staged  int64 // rows put, also their number in the staging table
	checked bool
	walked  bool             // transitions were given
	foreign map[int]bool     // rows refused before they came here
	found   []layers.Problem // faults of ours that Check has not reported yet
	rejects []layers.Problem
	notes   []layers.Problem
}

// city is what the import of a city's layer must know of it.
type city struct {
	number int64
	within layers.AreaRange
	zone   *time.Location
	bounds *orb.Bound // nil when the city has no outline
}

// lockWait is how long an import waits for another one of the same layer.
const lockWait = "30s"

// staging is the tables of a batch; they vanish with its transaction. n counts
// rows as they were put; row is the row of the file. Where a row lies is found
// out step by step and therefore kept apart: rewriting whole rows would cost more
// than the finding.
const staging = `
create temp table staged (
	n         bigint primary key,
	row       integer not null,
	id        text not null,
	geom      geometry(Geometry, 4326),
	props     jsonb not null,
	synthetic boolean not null,
	title     text not null,
	keys      text not null
) on commit drop;
create temp table located (
	n    bigint primary key,
	spot geometry(Point, 4326),
	area bigint,
	cell bigint
) on commit drop;
create temp table walked (
	id text not null, at timestamptz not null, from_status text not null, to_status text not null,
	unit text not null, reason text not null, n bigint not null
) on commit drop`

// Begin starts an import of a layer. b says what and for which city; the counts
// in it are filled in by Apply. Errors: ErrNotFound for a layer or city that does
// not exist, ErrConflict when another import of the layer does not end soon.
func (s *Store) Begin(ctx context.Context, b layers.Batch) (*Batch, error) {
	l, err := s.catalog.Layer(b.Layer)
	if err != nil {
		return nil, err
	}
	if b.At.IsZero() {
		b.At = time.Now()
	}
	batch := &Batch{store: s, from: sourceOf(l), info: b, foreign: map[int]bool{}}
	if l.Storage != layers.InArea {
		if batch.city, err = s.findCity(ctx, b.City); err != nil {
			return nil, err
		}
	}
	if batch.conn, err = s.pool.Acquire(ctx); err != nil {
		return nil, failure("import", err)
	}
	if err := batch.prepare(ctx); err != nil {
		batch.end(ctx)
		return nil, failure("import of layer "+l.ID, err)
	}
	return batch, nil
}

func (b *Batch) prepare(ctx context.Context) (err error) {
	if b.tx, err = b.conn.Begin(ctx); err != nil {
		return err
	}
	if _, err = b.tx.Exec(ctx, `set local statement_timeout = 0; set local lock_timeout = '`+lockWait+`';`+staging, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	// One import of a layer at a time, and none while the areas change under it.
	lock := `select pg_advisory_xact_lock_shared(hashtext('sitmap import area')), pg_advisory_xact_lock(hashtext('sitmap import ' || $1))`
	if b.from.layer.Storage == layers.InArea {
		lock = `select pg_advisory_xact_lock(hashtext('sitmap import ' || $1))`
	}
	if _, err = b.tx.Exec(ctx, lock, b.from.layer.ID); is(err, "55P03") {
		return fmt.Errorf("layer %s: another import is running; wait for it to end: %w", b.from.layer.ID, layers.ErrConflict)
	} else if err != nil {
		return err
	}
	// COPY sends geometries as EWKB, which is what their type receives.
	var oid uint32
	if err = b.tx.QueryRow(ctx, `select 'geometry'::regtype::oid`).Scan(&oid); err != nil {
		return err
	}
	b.conn.Conn().TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: oid, Codec: pgtype.ByteaCodec{}})
	return b.tx.QueryRow(ctx, `select nextval(pg_get_serial_sequence('import_batch', 'id'))`).Scan(&b.info.ID)
}

// ID is the number of the batch in the record of imports.
func (b *Batch) ID() int64 { return b.info.ID }

var errEnded = errors.New("the import has ended")

// Put stages features. A shape that cannot be one becomes a reject of its row;
// Check reports it.
func (b *Batch) Put(ctx context.Context, staged []layers.Staged) error {
	if b.tx == nil {
		return errEnded
	}
	values, places := make([][]any, 0, len(staged)), make([][]any, 0, len(staged))
	for _, in := range staged {
		b.staged++
		f := in.Feature
		var shape, spot []byte
		var cell any
		if f.Geometry != nil {
			var err error
			var bad errShape
			if shape, err = toEWKB(f.Geometry); errors.As(err, &bad) {
				b.found = append(b.found, layers.Problem{Row: in.Row, Column: "geometry", Fault: string(bad), Cure: "draw it anew or leave the row out"})
				continue
			} else if err != nil {
				return fmt.Errorf("row %d: %w", in.Row, err)
			}
		}
		if p, ok := f.Geometry.(orb.Point); ok {
			spot = shape
			c, err := hex.Of(p, hex.StoredResolution)
			if err != nil {
				b.found = append(b.found, layers.Problem{Row: in.Row, Column: "geometry", Fault: "lies nowhere on the globe", Cure: "give longitude and latitude in degrees"})
				continue
			}
			cell = int64(c)
		}
		props, err := json.Marshal(present(f.Properties))
		if err != nil {
			return fmt.Errorf("row %d: %w", in.Row, err)
		}
		var area any
		if f.Area != 0 {
			area = f.Area
		}
		title, keys := searchKeys(b.from.layer, f)
		values = append(values, []any{b.staged, in.Row, f.ID, shape, string(props), f.Synthetic || b.info.Synthetic, title, keys})
		places = append(places, []any{b.staged, spot, area, cell})
	}
	b.checked = false
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"staged"}, []string{"n", "row", "id", "geom", "props", "synthetic", "title", "keys"}, pgx.CopyFromRows(values))
	if err == nil {
		_, err = b.tx.CopyFrom(ctx, pgx.Identifier{"located"}, []string{"n", "spot", "area", "cell"}, pgx.CopyFromRows(places))
	}
	return failure("import", err)
}

// present leaves out properties without a value.
func present(props map[string]any) map[string]any {
	all := make(map[string]any, len(props))
	for name, v := range props {
		if v != nil {
			all[name] = v
		}
	}
	return all
}

// PutTransitions stages the life of cases, for a source that knows it. Cases
// without transitions get those that follow from their own times.
func (b *Batch) PutTransitions(ctx context.Context, steps []layers.Transition) error {
	if b.tx == nil {
		return errEnded
	}
	if b.from.layer.Storage != layers.InEvent {
		return fmt.Errorf("layer %s has no cases: %w", b.from.layer.ID, layers.ErrInvalid)
	}
	b.walked = b.walked || len(steps) > 0
	n := 0
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"walked"}, []string{"id", "at", "from_status", "to_status", "unit", "reason", "n"},
		pgx.CopyFromSlice(len(steps), func(i int) ([]any, error) {
			n++
			t := steps[i]
			return []any{t.CaseID, t.At.UTC(), t.From, t.To, t.Unit, t.Reason, int64(n)}, nil
		}))
	return failure("import", err)
}

// Reject notes rows that were refused before they came here.
func (b *Batch) Reject(_ context.Context, problems []layers.Problem) error {
	if b.tx == nil {
		return errEnded
	}
	for _, p := range problems {
		if p.Row > 0 {
			b.foreign[p.Row] = true
		}
	}
	b.rejects = append(b.rejects, problems...)
	return nil
}

// LeaveOut names columns of the file that no field takes, for the record.
func (b *Batch) LeaveOut(columns []string) { b.info.LeftOut = columns }

// Notes are faults that Check found and mended: the rows are stored.
func (b *Batch) Notes() []layers.Problem { return b.notes }

// Discard ends the import without storing anything but the record of it and of
// its rejects. After Apply it does nothing.
func (b *Batch) Discard(ctx context.Context) error {
	if b.tx == nil {
		return nil
	}
	b.end(ctx)
	b.rejects = append(b.rejects, b.found...)
	b.count(0)
	b.info.Applied = false
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	err := pgx.BeginFunc(ctx, b.store.pool, func(tx pgx.Tx) error { return b.record(ctx, tx) })
	return failure("record of the import", err)
}

// end rolls back what is not committed and gives the connection back.
func (b *Batch) end(ctx context.Context) {
	if b.tx != nil {
		// Without the caller's deadline: a connection in the middle of a
		// transaction must not go back to the pool.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), quick)
		defer cancel()
		if err := b.tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
			b.conn.Conn().Close(ctx)
		}
		b.tx = nil
	}
	b.conn.Release()
}

// count fills in how many rows there were and were refused.
func (b *Batch) count(stored int) {
	rows := map[int]bool{}
	for _, p := range b.rejects {
		if p.Row > 0 {
			rows[p.Row] = true
		}
	}
	b.info.Rows = max(b.info.Rows, int(b.staged)+len(b.foreign))
	b.info.Rejected = len(rows)
	b.info.Stored = stored
}

// record writes the batch and its rejects into the record of imports.
func (b *Batch) record(ctx context.Context, tx pgx.Tx) error {
	i := b.info
	if i.LeftOut == nil {
		i.LeftOut = []string{}
	}
	_, err := tx.Exec(ctx, `insert into import_batch (id, layer, city, file, sha256, crs, by, at, rows, stored, unchanged, rejected, applied, left_out, synthetic)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		i.ID, i.Layer, i.City, i.File, i.SHA256, i.CRS, i.By, i.At.UTC(), i.Rows, i.Stored, i.Unchanged, i.Rejected, i.Applied, i.LeftOut, i.Synthetic)
	if err != nil {
		return err
	}
	all := append(append([]layers.Problem{}, b.rejects...), b.notes...)
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"reject"}, []string{"batch", "number", "row", "field", "fault", "cure", "value"},
		pgx.CopyFromSlice(len(all), func(n int) ([]any, error) {
			p := all[n]
			return []any{i.ID, n + 1, p.Row, p.Column, p.Fault, p.Cure, p.Value}, nil
		}))
	return err
}
