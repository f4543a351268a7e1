package postgis

import (
	"fmt"
	"slices"

	"sitmap/layers"
)

// areaDiffers compares a staged area with the stored one. A file without
// outlines leaves those there are.
const areaDiffers = `(f.level, f.name, f.name_en, f.parent, f.kind, f.population, f.time_zone, f.geom, f.synthetic, f.derived and s.geom is not null) is distinct from
	(s.props->>'level', s.props->>'name', s.props->>'name_en', t.parent, s.props->>'kind', (s.props->>'population')::bigint, s.props->>'time_zone',
	case when s.geom is null then f.geom else ST_Multi(s.geom) end, s.synthetic, false)`

// areaStatements write the fresh areas, then give those without an outline the
// union of what lies below them, from the villages up.
func (b *Batch) areaStatements() []string {
	batch := fmt.Sprint(b.info.ID)
	all := []string{
		`update area f set level = s.props->>'level', name = s.props->>'name', name_en = s.props->>'name_en', parent = t.parent, kind = s.props->>'kind',
				population = (s.props->>'population')::bigint, time_zone = s.props->>'time_zone', geom = coalesce(ST_Multi(s.geom), f.geom),
				derived = f.derived and s.geom is null, synthetic = s.synthetic, version = f.version + 1, batch = ` + batch + `
			from staged s join fresh using (n) join numbered t using (n) where not fresh.new and f.number = t.number`,
		`insert into area (number, fid, code, level, name, name_en, parent, kind, population, time_zone, geom, synthetic, batch)
			select t.number, fresh.fid, s.id, s.props->>'level', s.props->>'name', s.props->>'name_en', t.parent, s.props->>'kind',
				(s.props->>'population')::bigint, s.props->>'time_zone', ST_Multi(s.geom), s.synthetic, ` + batch + `
			from staged s join fresh using (n) join numbered t using (n) where fresh.new order by fresh.fid`,
		`create temp table touched on commit drop as select t.number from fresh join numbered t using (n)`,
	}
	for _, level := range slices.Backward(levels[1:4]) {
		all = append(all, deriveOutlines(level, batch))
	}
	return all
}

// deriveOutlines unites the children of the areas of a level that have no outline
// of their own and are touched, themselves or below.
func deriveOutlines(level layers.Level, batch string) string {
	return `with united as (
			select p.number, ST_Multi(ST_CollectionExtract(ST_Union(c.geom), 3)) as geom
			from area p join area c on c.parent = p.number and c.geom is not null and c.valid_to is null
			where p.level = ` + literal(string(level)) + ` and (p.geom is null or p.derived)
				and exists (select from touched t join area a on a.number = t.number where a.number = p.number or a.parent = p.number)
			group by p.number),
		changed as (
			update area p set geom = u.geom, derived = true, version = p.version + 1, batch = ` + batch + `
			from united u where p.number = u.number and p.geom is distinct from u.geom returning p.number)
		insert into touched select number from changed`
}

// placeHits places search hits of areas by their outlines, derived ones included.
func (b *Batch) placeHits() string {
	return `update search_key k set lon = ST_X(p.spot), lat = ST_Y(p.spot), west = ST_XMin(p.geom), south = ST_YMin(p.geom), east = ST_XMax(p.geom), north = ST_YMax(p.geom)
		from (select code, geom, ST_PointOnSurface(geom) as spot from area where geom is not null and number in (select number from touched)) p
		where k.layer = ` + literal(b.from.layer.ID) + ` and k.id = p.code`
}
