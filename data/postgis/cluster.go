package postgis

import (
	"fmt"
	"math"

	"sitmap/layers"
	"sitmap/tiles"
	"sitmap/tiles/pyramid"
)

// noCounts are the columns that single features of a mixed layer lack.
const noCounts = ", null::bool, null::bigint, null::float8, null::float8, null::float8, null::float8, null::jsonb"

// clusters selects points counted in cells of an eighth of the tile. A cell is
// half open and belongs to one tile alone, and the tile has no buffer, so that
// over a zoom every point is counted exactly once. A cluster lies at the mean of
// its points and carries cluster, count, the box of its members in degrees, and
// n_<value> for each value of the legend that occurs; a cell of one point is that
// feature itself.
func (e *tileSQL) clusters() string {
	cells := int64(1) << e.tile.Z * pyramid.ClusterSpan
	// The number of the cell along an axis, counted over the whole world; what
	// lies on the world's far edge belongs to the last one.
	cell := func(axis string) string {
		return fmt.Sprintf("least(greatest(floor((%s + %v::float8) / %v::float8), 0), %d)::bigint",
			axis, half, 2*half/float64(cells), cells-1)
	}
	// Cells count from the south, tiles from the north.
	x, y := int64(e.tile.X)*pyramid.ClusterSpan, cells-int64(e.tile.Y+1)*pyramid.ClusterSpan
	legend, points := "null::text", ""
	if f, ok := e.layer.Field(e.layer.Legend); ok {
		legend = e.raw(f)
	}
	if e.layer.Geometry == layers.Mixed {
		points = " and ST_Dimension(f.geom) = 0"
	}
	// The mean is summed in whole centimetres: sums of whole numbers do not
	// depend on the order in which a plan happens to read. The box is a hair
	// wider than the tile because the index compares rounded numbers.
	return fmt.Sprintf(`(with placed as (
		select f.fid, ST_X(f.mercator) as x, ST_Y(f.mercator) as y, %[1]s as legend
		from %[2]s where %[3]s and %[4]s%[5]s),
	celled as (select *, %[6]s as cx, %[7]s as cy from placed),
	coded as (
		select cx, cy, legend, count(*) as n, min(fid) as fid, sum((x * 100)::bigint) as x, sum((y * 100)::bigint) as y,
			min(x) as west, min(y) as south, max(x) as east, max(y) as north
		from celled where cx between %[8]d and %[9]d and cy between %[10]d and %[11]d group by cx, cy, legend),
	cells as (
		select cx, cy, sum(n)::bigint as n, min(fid) as fid, (sum(x) / sum(n) / 100)::float8 as x, (sum(y) / sum(n) / 100)::float8 as y,
			ST_Transform(ST_SetSRID(ST_MakeBox2D(ST_MakePoint(min(west), min(south)), ST_MakePoint(max(east), max(north)))::geometry, 3857), 4326) as box,
			jsonb_object_agg('n_' || legend, n) filter (where legend is not null) as legend
		from coded group by cx, cy)
	select case when c.n = 1 then c.fid else %[12]d + c.cx * %[13]d + c.cy end as _fid,
		ST_AsMVTGeom(case when c.n = 1 then f.mercator else ST_SetSRID(ST_MakePoint(c.x, c.y), 3857) end, %[14]s, %[15]d, 0, false) as _geom,
		%[16]s,
		case when c.n > 1 then true end as cluster, case when c.n > 1 then c.n end as count,
		case when c.n > 1 then ST_XMin(c.box) end as west, case when c.n > 1 then ST_YMin(c.box) end as south,
		case when c.n > 1 then ST_XMax(c.box) end as east, case when c.n > 1 then ST_YMax(c.box) end as north,
		case when c.n > 1 then c.legend end as n
	from cells c left join %[2]s on c.n = 1 and f.fid = c.fid and %[17]s)`,
		legend, e.from, e.where, e.inBox(1e-6), points, cell("x"), cell("y"), x, x+pyramid.ClusterSpan-1, y, y+pyramid.ClusterSpan-1,
		int64(pyramid.FirstCluster), cells, e.envelope(), tiles.Extent, e.fields(), e.source.where)
}

// half is half the side of the square of the Mercator plane around the origin,
// in metres (EPSG:3857).
const half = math.Pi * 6378137
