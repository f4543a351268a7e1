package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// layerID is what a layer may be called, since tables and views are named after it.
var layerID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// fit makes what the layers of the catalogue want beside the tables of the
// migrations: a partition and a row of state for each, the triggers that note
// changes, a view for QGIS, psql and BI, and the index of searches where the server has pg_trgm. It changes nothing
// where all that is there.
func (s *Store) fit(ctx context.Context, conn *pgx.Conn) error {
	for _, l := range s.catalog {
		if !layerID.MatchString(l.ID) {
			return fmt.Errorf("layer id %q is not small letters, digits and '_', 40 at most: %w", l.ID, layers.ErrInvalid)
		}
		if _, err := conn.Exec(ctx, `insert into layer_version (layer) values ($1) on conflict do nothing`, l.ID); err != nil {
			return fmt.Errorf("state of layer %s: %w", l.ID, err)
		}
		if l.Storage == layers.InFeature {
			sql := fmt.Sprintf(`create table if not exists %s partition of feature for values in (%s)`, partition(l), literal(l.ID))
			if _, err := conn.Exec(ctx, sql); err != nil {
				return fmt.Errorf("table of layer %s: %w", l.ID, err)
			}
		}
		if err := s.fitView(ctx, conn, l); err != nil {
			return fmt.Errorf("view of layer %s: %w", l.ID, err)
		}
	}
	// Partitions made by older programs tell of their changes from now on.
	_, err := conn.Exec(ctx, `select watch(inhrelid::regclass, inhparent::regclass::text) from pg_inherits where inhparent in ('feature'::regclass, 'event'::regclass)`)
	if err != nil {
		return fmt.Errorf("triggers of changes: %w", err)
	}
	return s.fitSearch(ctx, conn)
}

// fitView makes v_<layer> anew when its definition has changed since; a hash of
// the definition is kept in the view's comment. A view that somebody built upon
// cannot be replaced: it stays as it is, and the log says so.
func (s *Store) fitView(ctx context.Context, conn *pgx.Conn, l layers.Layer) error {
	view := name("v_" + l.ID)
	definition := viewOf(l)
	sum := sha256.Sum256([]byte(definition))
	mark := "sitmap " + hex.EncodeToString(sum[:8])
	var have string
	err := conn.QueryRow(ctx, `select coalesce(obj_description(to_regclass($1)), '')`, view).Scan(&have)
	if err != nil || have == mark {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "drop view if exists "+view+"; create view "+view+" as "+definition+
			"; comment on view "+view+" is "+literal(mark), pgx.QueryExecModeSimpleProtocol)
		return err
	})
	if is(err, "2BP01") { // dependent_objects_still_exist
		s.log.Warn("a view of your own depends on "+view+", which therefore keeps its old columns; drop yours and start again", "error", err)
		return nil
	}
	return err
}

// viewOf is the definition of a layer's view: the business code, one typed column
// for each declared field, the code of the area, and the geometry with its type
// where the layer has one kind only.
func viewOf(l layers.Layer) string {
	s := sourceOf(l)
	list := []string{"f.fid as fid", s.id() + " as id"}
	taken := map[string]bool{"fid": true, "id": true}
	add := func(sql, as string) {
		if !taken[as] {
			taken[as] = true
			list = append(list, sql+" as "+name(as))
		}
	}
	for _, f := range l.Fields {
		switch {
		case s.instant(f):
			add(s.raw(f), f.Name)
		case f.Type == layers.Date:
			add("("+s.raw(f)+")::date", f.Name)
		case f.Type == layers.Time:
			add("("+s.raw(f)+")::timestamptz", f.Name)
		default:
			add(s.value(f), f.Name)
		}
	}
	if l.Storage != layers.InArea {
		add("coalesce((select a.code from area a where a.number = f.area), lpad(f.area::text, 15, '0'))", "area_code")
	}
	add("f.synthetic", "synthetic")
	add("f.version", "version")
	geometry := map[layers.GeometryKind]string{
		layers.Points:   "f.geom::geometry(Point, 4326)",
		layers.Lines:    "ST_Multi(f.geom)::geometry(MultiLineString, 4326)",
		layers.Polygons: "ST_Multi(f.geom)::geometry(MultiPolygon, 4326)",
		layers.Mixed:    "f.geom",
	}
	add(geometry[l.Geometry], "geom")
	return "select " + strings.Join(list, ", ") + " from " + s.from + " where " + s.where
}

// fitSearch makes the index that finds parts of words. pg_trgm comes with
// PostgreSQL and needs no superuser; without it a search reads the whole table,
// which stays quick up to some 100,000 names.
func (s *Store) fitSearch(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, `create extension if not exists pg_trgm`); err != nil {
		s.log.Info("searching without an index: pg_trgm cannot be created", "error", err)
		return nil
	}
	_, err := conn.Exec(ctx, `create index if not exists search_key_keys on search_key using gin (keys gin_trgm_ops)`)
	return err
}
