package postgis

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles"
)

var _ tiles.Store = (*Store)(nil)

// EncodeTile makes the tile of one layer in the database: a Mapbox Vector Tile
// 2.1 layer named by the layer's id, or nothing when no feature meets the tile.
// Equal data give equal bytes.
//
// A feature carries its number as tile id, its business code as "id", and the
// fields whose TileZoom the tile has reached, with their types. Values whose code
// has a MinZoom are absent below it. Below the layer's PointZoom points are
// counted in cells, see clusters.
func (s *Store) EncodeTile(ctx context.Context, l layers.Layer, t maptile.Tile, q layers.Query, scope access.Scope) ([]byte, error) {
	if !t.Valid() || t.Z > tiles.MaxZoom {
		return nil, fmt.Errorf("tile %d/%d/%d does not exist: %w", t.Z, t.X, t.Y, layers.ErrInvalid)
	}
	e := tileSQL{source: sourceOf(l), tile: t}
	where, err := e.conditions(q, scope, &e.args)
	if err != nil {
		return nil, err
	}
	e.where = where + e.codesFrom()
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	var body []byte
	err = s.row(ctx, e.sql(), e.args, &body)
	return body, failure(fmt.Sprintf("layer %s, tile %d/%d/%d", l.ID, t.Z, t.X, t.Y), err)
}

// tileSQL is the statement of one tile.
type tileSQL struct {
	source
	tile  maptile.Tile
	where string
	args  arguments
}

func (e *tileSQL) sql() string {
	var features string
	switch {
	case e.layer.Geometry == layers.Points && e.counted():
		features = e.clusters()
	case e.layer.Geometry == layers.Mixed && e.counted():
		features = e.clusters() + " union all " + e.singles(noCounts, " and ST_Dimension(f.geom) > 0")
	default:
		features = e.singles("", "")
	}
	// The order makes equal data equal bytes, whatever plan the database takes.
	return fmt.Sprintf(`select ST_AsMVT(q, %s, %d, '_geom', '_fid' order by q._fid) from (%s) q where q._geom is not null`,
		literal(e.layer.ID), tiles.Extent, features)
}

// counted tells whether points appear as counted clusters at the tile's zoom.
func (e *tileSQL) counted() bool { return int(e.tile.Z) < e.layer.PointZoom }

// envelope is the SQL of the tile's square.
func (e *tileSQL) envelope() string {
	return fmt.Sprintf("ST_TileEnvelope(%d, %d, %d)", e.tile.Z, e.tile.X, e.tile.Y)
}

// codesFrom drops values of the legend that say nothing at this zoom.
func (e *tileSQL) codesFrom() string {
	f, ok := e.layer.Field(e.layer.Legend)
	if !ok {
		return ""
	}
	var dropped []string
	for _, c := range f.List {
		if c.MinZoom > int(e.tile.Z) {
			dropped = append(dropped, literal(c.Value))
		}
	}
	if dropped == nil {
		return ""
	}
	return " and coalesce(" + e.raw(f) + ", '') not in (" + strings.Join(dropped, ", ") + ")"
}

// fields are the columns of a single feature.
func (e *tileSQL) fields() string {
	list := []string{e.id() + " as id"}
	for _, f := range e.layer.Fields {
		if f.TileZoom <= int(e.tile.Z) && f.Name != "id" {
			list = append(list, e.value(f)+" as "+name(f.Name))
		}
	}
	return strings.Join(list, ", ")
}

// singles selects features one by one, those in the buffer included. What is
// smaller than half a unit is dropped by ST_AsMVTGeom, which also snaps every
// vertex to the same grid, so that neighbours go on sharing their border.
func (e *tileSQL) singles(more, and string) string {
	return fmt.Sprintf("select f.fid::bigint as _fid, ST_AsMVTGeom(f.mercator, %s, %d, %d, true) as _geom, %s%s from %s where %s and %s%s",
		e.envelope(), tiles.Extent, tiles.Buffer, e.fields(), more, e.from, e.where, e.inBox(float64(tiles.Buffer)/tiles.Extent), and)
}

// inBox keeps what the index finds in the tile's box, wider by a share of its
// side. A box of the Mercator plane is one in degrees too.
func (e *tileSQL) inBox(margin float64) string {
	n := math.Exp2(float64(e.tile.Z))
	lon := func(x float64) float64 { return max(-180, min(180, x/n*360-180)) }
	lat := func(y float64) float64 {
		return math.Atan(math.Sinh(math.Pi*(1-2*y/n))) * 180 / math.Pi
	}
	x, y := float64(e.tile.X), float64(e.tile.Y)
	box := []float64{lon(x - margin), lat(y + 1 + margin), lon(x + 1 + margin), lat(y - margin)}
	return fmt.Sprintf("f.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)", e.args.bind(box[0]), e.args.bind(box[1]), e.args.bind(box[2]), e.args.bind(box[3]))
}
