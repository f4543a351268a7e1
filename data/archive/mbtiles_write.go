package archive

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// mbSchema keeps equal tiles once; the view is what every reader asks.
// application_id is what the specification asks of a new file ("MPBX").
var mbSchema = []string{
	"pragma application_id = 0x4d504258",
	"create table metadata (name text not null primary key, value text not null)",
	"create table images (tile_id integer primary key, tile_data blob not null)",
	`create table map (zoom_level integer not null, tile_column integer not null, tile_row integer not null, tile_id integer not null,
		primary key (zoom_level, tile_column, tile_row)) without rowid`,
	"create view tiles as select zoom_level, tile_column, tile_row, tile_data from map join images using (tile_id)",
}

// mbWriter writes a file of MBTiles in one transaction.
type mbWriter struct {
	draft  *draft
	db     *sql.DB
	tx     *sql.Tx
	images *sql.Stmt
	places *sql.Stmt
	meta   Meta
	order  sequence
	packer packer
	known  map[[16]byte]int64 // number of equal tiles, by their digest
	count  int
}

func createMBTiles(d *draft, m Meta) (Writer, error) {
	if _, ok := mbKinds[string(m.Kind)]; !ok {
		return nil, fmt.Errorf("tiles of kind %q are not written: %w", m.Kind, layers.ErrInvalid)
	}
	// The file is nobody's until it is finished: no journal is needed.
	db, err := openSQLite(d.temporary, "_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=locking_mode(exclusive)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	w := &mbWriter{draft: d, db: db, meta: m, known: map[[16]byte]int64{}}
	if err := w.begin(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

func (w *mbWriter) begin() (err error) {
	if w.tx, err = w.db.Begin(); err != nil {
		return err
	}
	for _, statement := range mbSchema {
		if _, err := w.tx.Exec(statement); err != nil {
			return err
		}
	}
	if w.images, err = w.tx.Prepare("insert into images values (?, ?)"); err != nil {
		return err
	}
	w.places, err = w.tx.Prepare("insert into map values (?, ?, ?, ?)")
	return err
}

func (w *mbWriter) Put(t maptile.Tile, body []byte) error {
	if _, err := w.order.take(t, body); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	digest := [16]byte(sum[:16])
	image, known := w.known[digest]
	if !known {
		packed := body
		if w.meta.Kind == MVT {
			var err error
			if packed, err = w.packer.pack(body); err != nil {
				return err
			}
		}
		image = int64(len(w.known) + 1)
		w.known[digest] = image
		if _, err := w.images.Exec(image, packed); err != nil {
			return fmt.Errorf("write %s: %w", w.draft.path, err)
		}
	}
	w.count++
	if _, err := w.places.Exec(int(t.Z), int64(t.X), rowOf(t), image); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	return nil
}

func (w *mbWriter) Close() error {
	defer w.Discard()
	if w.count == 0 {
		return fmt.Errorf("there is no tile to write: %w", layers.ErrInvalid)
	}
	if err := w.writeMeta(); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	if err := w.tx.Commit(); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	if err := w.db.Close(); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	return w.draft.finish()
}

func (w *mbWriter) writeMeta() error {
	m := w.meta
	b := m.Bounds
	rows := [][2]string{
		{"name", m.Name}, {"format", string(m.Kind)}, {"type", "overlay"},
		{"minzoom", strconv.Itoa(m.MinZoom)}, {"maxzoom", strconv.Itoa(m.MaxZoom)},
		{"bounds", strings.Join([]string{place(b.Min[0]), place(b.Min[1]), place(b.Max[0]), place(b.Max[1])}, ",")},
		{"center", strings.Join([]string{place(m.Center[0]), place(m.Center[1]), strconv.Itoa(m.CenterZoom)}, ",")},
		{"description", m.Description}, {"attribution", m.Attribution}, {"version", m.Version},
	}
	if m.Kind == MVT {
		text, err := json.Marshal(description{Layers: m.Layers})
		if err != nil {
			return err
		}
		rows = append(rows, [2]string{"json", string(text)})
	}
	for _, row := range rows {
		if row[1] == "" {
			continue
		}
		if _, err := w.tx.Exec("insert into metadata values (?, ?)", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

func (w *mbWriter) Discard() {
	if w.draft.temporary == "" {
		return
	}
	_ = w.tx.Rollback() // the file goes anyway
	_ = w.db.Close()
	w.draft.discard()
}
