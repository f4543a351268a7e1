package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	_ "modernc.org/sqlite" // SQLite in Go, as database/sql's driver "sqlite"

	"sitmap/tiles"
)

// MBTiles is version 1.3 of the format of github.com/mapbox/mbtiles-spec: an
// SQLite database whose rows count from the south.
var MBTiles = Format{Extension: ".mbtiles", magic: []byte("SQLite format 3\x00"), open: openMBTiles, create: createMBTiles}

// mbKinds are the values of the metadata's format that are read.
var mbKinds = map[string]Kind{"pbf": MVT, "mvt": MVT, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "webp": WebP}

// openTimeout bounds what is asked of a file before the first tile.
const openTimeout = 10 * time.Second

// mbReader reads a file of MBTiles.
type mbReader struct {
	db   *sql.DB
	meta Meta
}

func openMBTiles(ctx context.Context, path string) (Reader, error) {
	db, err := openSQLite(path, "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	r := &mbReader{db: db}
	if r.meta, err = r.readMeta(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return r, nil
}

// openSQLite opens a file as it is named, whatever characters are in it.
func openSQLite(path, how string) (*sql.DB, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(whole)}).EscapedPath()+"?"+how)
}

func (r *mbReader) readMeta(ctx context.Context) (m Meta, err error) {
	values, err := r.values(ctx)
	if err != nil {
		return m, err
	}
	kind, ok := mbKinds[strings.ToLower(values["format"])]
	if !ok {
		return m, damaged("its tiles are of format %q; read are pbf, png, jpg and webp", values["format"])
	}
	m = Meta{
		Name: values["name"], Description: values["description"], Attribution: values["attribution"],
		Version: values["version"], Kind: kind, Layers: readDescription([]byte(values["json"])).Layers,
	}
	if m.MinZoom, err = r.zoom(ctx, values["minzoom"], "min"); err != nil {
		return m, err
	}
	if m.MaxZoom, err = r.zoom(ctx, values["maxzoom"], "max"); err != nil {
		return m, err
	}
	if m.MinZoom < 0 || m.MaxZoom > maxZoom || m.MinZoom > m.MaxZoom {
		return m, damaged("it speaks of the zooms %d to %d", m.MinZoom, m.MaxZoom)
	}
	if b, ok := numbers(values["bounds"], 4); ok {
		m.Bounds = orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
	}
	m.Bounds = soundBounds(m.Bounds)
	m.Center, m.CenterZoom = m.Bounds.Center(), m.MinZoom
	if c, ok := numbers(values["center"], 3); ok {
		m.Center, m.CenterZoom = orb.Point{c[0], c[1]}, int(c[2])
	}
	return m, nil
}

// values is the table of metadata.
func (r *mbReader) values(ctx context.Context) (map[string]string, error) {
	rows, err := r.db.QueryContext(ctx, `select cast(name as text), cast(value as text) from metadata
		where length(name) <= 64 and length(value) <= ? limit 1000`, maxMetadata)
	if err != nil {
		return nil, broken(err)
	}
	defer rows.Close()
	values := map[string]string{}
	for rows.Next() {
		var name, value sql.NullString
		if err := rows.Scan(&name, &value); err != nil {
			return nil, broken(err)
		}
		values[name.String] = value.String
	}
	return values, broken(rows.Err())
}

// zoom is a zoom of the metadata, or the one that the tiles have: older files
// do not say it.
func (r *mbReader) zoom(ctx context.Context, text, end string) (int, error) {
	if text != "" {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return 0, damaged("%q is not a zoom", text)
		}
		return n, nil
	}
	var n sql.NullInt64
	if err := r.db.QueryRowContext(ctx, "select "+end+"(zoom_level) from tiles").Scan(&n); err != nil {
		return 0, broken(err)
	}
	if !n.Valid {
		return 0, damaged("it holds no tile")
	}
	return int(n.Int64), nil
}

func (r *mbReader) Meta() Meta { return r.meta }

func (r *mbReader) Close() error { return r.db.Close() }

func (r *mbReader) Tile(ctx context.Context, t maptile.Tile) ([]byte, tiles.Coding, error) {
	if t.Z > maxZoom || !t.Valid() {
		return nil, tiles.Identity, errNone
	}
	var body []byte
	err := r.db.QueryRowContext(ctx, `select tile_data from tiles
		where zoom_level = ? and tile_column = ? and tile_row = ? and length(tile_data) between 1 and ? limit 1`,
		int(t.Z), int64(t.X), rowOf(t), maxTile).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, tiles.Identity, errNone
	case ctx.Err() != nil:
		return nil, tiles.Identity, ctx.Err()
	case err != nil:
		return nil, tiles.Identity, broken(err)
	}
	if isGzip(body) {
		return body, tiles.Gzip, nil
	}
	return body, tiles.Identity, nil
}

// rowOf counts a tile's row from the south, as the Tile Map Service does.
func rowOf(t maptile.Tile) int64 { return int64(1)<<t.Z - 1 - int64(t.Y) }

// broken is what SQLite says about a file, nil for nil.
func broken(err error) error {
	if err == nil {
		return nil
	}
	return damaged("%v", err)
}

// numbers reads so many finite numbers with commas between them.
func numbers(text string, n int) ([]float64, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != n {
		return nil, false
	}
	all := make([]float64, n)
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		all[i] = v
	}
	return all, true
}

// soundBounds is the box as far as it lies in the world; all of it where the
// file says nothing that makes sense.
func soundBounds(b orb.Bound) orb.Bound {
	if b.IsEmpty() || b.Min[0] >= b.Max[0] || b.Min[1] >= b.Max[1] || !b.Intersects(world) {
		return world
	}
	for i := range 2 {
		b.Min[i], b.Max[i] = max(b.Min[i], world.Min[i]), min(b.Max[i], world.Max[i])
	}
	return b
}

// place writes a number of degrees or a zoom as metadata do.
func place(v float64) string { return fmt.Sprintf("%g", math.Round(v*1e7)/1e7) }
