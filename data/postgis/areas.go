package postgis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
)

// named are the columns of scanArea; a is the row.
const named = `a.code, a.name, coalesce(a.name_en, ''), a.level, a.number, a.synthetic, ST_XMin(a.geom), ST_YMin(a.geom), ST_XMax(a.geom), ST_YMax(a.geom)`

func scanArea(row pgx.CollectableRow) (layers.AreaName, error) {
	var a layers.AreaName
	var number int64
	var west, south, east, north *float64
	err := row.Scan(&a.Code, &a.Name, &a.NameEn, &a.Level, &number, &a.Synthetic, &west, &south, &east, &north)
	if west != nil {
		a.Bounds = &layers.BoundsBox{*west, *south, *east, *north}
	}
	a.Range = layers.RangeOfNumber(number, a.Level)
	return a, err
}

// Cities lists the cities that meet the scope, by number.
func (s *Store) Cities(ctx context.Context, scope access.Scope) ([]layers.AreaName, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, scanArea, `select `+named+` from area a where a.level = 'city' and a.valid_to is null
		and $1::bigint <= $2::bigint and a.number <= $2 and a.number + 99999999999 >= $1 order by a.number`, scope.Area.Low, scope.Area.High)
	return all, failure("cities", err)
}

// Area is the area of that code, or the grid: ErrNotFound when there is none.
func (s *Store) Area(ctx context.Context, code string) (layers.AreaName, error) {
	none := layers.AreaName{}
	if !plain(code) {
		return none, notFound("area", code)
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	found, err := rows(ctx, s, scanArea, `select `+named+` from area a where a.code = $1 and a.valid_to is null`, code)
	if err == nil && len(found) == 0 && len(code) == layers.AreaDigits {
		number, bad := layers.AreaNumber(code)
		if bad != nil {
			return none, notFound("area", code)
		}
		found, err = s.grids(ctx, layers.AreaRange{Low: number, High: number}, code)
	}
	if err != nil {
		return none, failure("area "+code, err)
	}
	if len(found) == 0 {
		return none, notFound("area", code)
	}
	return found[0], nil
}

// grids lists the grids inside a range of numbers, by id; only the one of that id
// when id is not empty.
func (s *Store) grids(ctx context.Context, within layers.AreaRange, id string) ([]layers.AreaName, error) {
	l, err := s.catalog.Layer(string(layers.GridArea))
	if err != nil || l.Storage != layers.InFeature {
		return nil, nil
	}
	return rows(ctx, s, scanArea, `select a.code, a.name, '', 'grid', a.number, a.synthetic, ST_XMin(a.geom), ST_YMin(a.geom), ST_XMax(a.geom), ST_YMax(a.geom)
		from (select id as code, coalesce(props->>'name', id) as name, case when id ~ $4 then id::bigint else area end as number, synthetic, geom
			from `+partition(l)+` where area between $1 and $2 and valid_to is null and ($3 = '' or id = $3)) a order by a.code`, within.Low, within.High, id, codeOfGrid)
}

// AreaNode is an area among its kin: the path from the city, the areas beside it
// and those below. Below a village these are its grids, as far as the scope goes.
func (s *Store) AreaNode(ctx context.Context, code string, scope access.Scope) (layers.AreaNode, error) {
	none := layers.AreaNode{}
	area, err := s.Area(ctx, code)
	if err != nil {
		return none, err
	}
	var grid layers.Layer
	if l, err := s.catalog.Layer(string(layers.GridArea)); err == nil {
		grid = l
	}
	clip, limited := scope.Clip(grid)
	if limited && area.Level == layers.GridArea && !clip.Contains(area.Range.Low) {
		return none, notFound("area", code)
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	node := layers.AreaNode{Area: area, Siblings: []layers.AreaName{}, Children: []layers.AreaName{}}
	if node.Path, err = s.path(ctx, area); err != nil {
		return none, failure("area "+code, err)
	}
	kin := func(of layers.AreaName) ([]layers.AreaName, error) {
		if of.Level == layers.Village {
			r := layers.AreaRange{Low: max(of.Range.Low, clip.Low), High: min(of.Range.High, clip.High)}
			return s.grids(ctx, r, "")
		}
		return rows(ctx, s, scanArea, `select `+named+` from area a where a.parent = $1 and a.valid_to is null order by a.number`, of.Range.Low)
	}
	var children []layers.AreaName
	if area.Level != layers.GridArea {
		children, err = kin(area)
	}
	var siblings []layers.AreaName
	if err == nil && len(node.Path) > 1 {
		siblings, err = kin(node.Path[len(node.Path)-2])
	} else if err == nil {
		siblings, err = s.Cities(ctx, access.Scope{Area: layers.Everywhere})
	}
	if err != nil {
		return none, failure("area "+code, err)
	}
	node.Children = append(node.Children, children...)
	for _, a := range siblings {
		if a.Code != area.Code {
			node.Siblings = append(node.Siblings, a)
		}
	}
	return node, nil
}

// path is the areas from the city down to the one given.
func (s *Store) path(ctx context.Context, area layers.AreaName) ([]layers.AreaName, error) {
	above, err := rows(ctx, s, scanArea, `select `+named+` from area a
		where a.number = any($1) and a.level <> 'province' and a.code <> $2 and a.valid_to is null
		order by array_position(array['city', 'county', 'township', 'village'], a.level)`, ancestors(area.Range.Low), area.Code)
	return append(above, area), err
}

// ancestors are the numbers of the areas that may lie around a number, the
// widest first, itself included.
func ancestors(number int64) []int64 {
	var all []int64
	for _, level := range levels {
		width := int64(1)
		for i := level.Digits(); i < layers.AreaDigits; i++ {
			width *= 10
		}
		if n := number / width * width; len(all) == 0 || all[len(all)-1] != n {
			all = append(all, n)
		}
	}
	return all
}

// City is what an import must know of a city: its area, its time zone and the
// code lists it brought, by layer and field.
func (s *Store) City(ctx context.Context, code string) (layers.CityInfo, error) {
	none := layers.CityInfo{}
	area, err := s.Area(ctx, code)
	if err != nil {
		return none, err
	}
	c, err := s.findCity(ctx, code)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	info := layers.CityInfo{Area: area, Zone: c.zone, Codes: map[string]layers.Codebook{}}
	_, err = rows(ctx, s, func(row pgx.CollectableRow) (struct{}, error) {
		var layer, field string
		var c layers.Code
		err := row.Scan(&layer, &field, &c.Value, &c.Title.Zh, &c.Title.En, &c.Tone, &c.MinZoom, &c.Aliases)
		if info.Codes[layer] == nil {
			info.Codes[layer] = layers.Codebook{}
		}
		info.Codes[layer][field] = append(info.Codes[layer][field], c)
		return struct{}{}, err
	}, `select layer, field, value, zh, en, tone, min_zoom, aliases from code_list where city = $1 order by layer, field, ord, value`, c.number)
	return info, failure("city "+code, err)
}

// rangeOf is the numbers of the area that an account answers for; an empty code
// is everywhere.
func (s *Store) rangeOf(ctx context.Context, code string) (layers.AreaRange, error) {
	if code == "" {
		return layers.Everywhere, nil
	}
	a, err := s.Area(ctx, code)
	if errors.Is(err, layers.ErrNotFound) {
		return layers.AreaRange{}, fmt.Errorf("there is no area %s; import the area tree first: %w", strconv.Quote(code), layers.ErrNotFound)
	}
	return a.Range, err
}
