package postgis

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
)

// mostHits is the longest answer of a search.
const mostHits = 50

// Search finds things by what they are called: any part of the name, its full
// pinyin, the initials, or the business code. What begins with the text comes
// first; then areas from the city down; then the layers with the fewest features,
// in which a hit tells most. A road of many stretches is one hit in each county.
// Layers of single cases are never searched, others as far as the scope goes.
func (s *Store) Search(ctx context.Context, text string, limit int, scope access.Scope) ([]layers.Found, error) {
	q := compact(text)
	if q == "" || !plain(text) || limit < 1 {
		return []layers.Found{}, nil
	}
	var open, scoped, lines []string
	clip := layers.AreaRange{Low: 1, High: 0}
	for _, l := range s.catalog {
		if l.Access == layers.Protected || scope.MayRead(l) != nil {
			continue
		}
		r, limited := scope.Clip(l)
		if limited {
			scoped, clip = append(scoped, l.ID), r
		} else {
			open = append(open, l.ID)
		}
		if l.Geometry == layers.Lines {
			lines = append(lines, l.ID)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	type hit struct {
		layers.Found
		area int64
	}
	hits, err := rows(ctx, s, func(row pgx.CollectableRow) (h hit, err error) {
		var level *layers.Level
		var lon, lat, west, south, east, north *float64
		err = row.Scan(&h.Layer, &h.ID, &h.Title, &h.area, &level, &lon, &lat, &west, &south, &east, &north)
		if level != nil {
			h.Level = *level
		}
		if lon != nil {
			h.Lon, h.Lat = *lon, *lat
		}
		if west != nil {
			h.Bounds = &layers.BoundsBox{*west, *south, *east, *north}
		}
		return h, err
	}, `select layer, id, title, area, level, lon, lat, west, south, east, north from (
			select k.*, v.count, k.keys like $2 as begins,
				row_number() over (partition by k.layer, k.title, case when k.layer = any($6) then (k.area / 1000000000)::text else k.id end order by k.id) as nth
			from search_key k join layer_version v using (layer)
			where k.keys like $1 and (k.layer = any($3) or k.layer = any($4) and k.area between $7 and $8)) found
		where nth = 1 order by begins desc, rank, count, length(title), title, id limit $5`,
		"%"+pattern(q)+"%", "%\n"+pattern(q)+"%", open, scoped, min(limit, mostHits), lines, clip.Low, clip.High)
	if err != nil {
		return nil, failure("search", err)
	}
	numbers := make([]int64, len(hits))
	for i, h := range hits {
		numbers[i] = h.area
	}
	names, err := s.namesAround(ctx, numbers)
	if err != nil {
		return nil, failure("search", err)
	}
	found := make([]layers.Found, len(hits))
	for i, h := range hits {
		var above []string
		for _, n := range ancestors(h.area) {
			if name, ok := names[n]; ok && (h.Level == "" || n != h.area) {
				above = append(above, name)
			}
		}
		found[i] = h.Found
		found[i].Where = strings.Join(above, " · ")
	}
	return found, nil
}

// namesAround are the names of all areas around the numbers, by number.
func (s *Store) namesAround(ctx context.Context, numbers []int64) (map[int64]string, error) {
	var wanted []int64
	for _, n := range numbers {
		wanted = append(wanted, ancestors(n)...)
	}
	names := map[int64]string{}
	_, err := rows(ctx, s, func(row pgx.CollectableRow) (struct{}, error) {
		var number int64
		var name string
		err := row.Scan(&number, &name)
		names[number] = name
		return struct{}{}, err
	}, `select number, name from area where number = any($1) and valid_to is null`, wanted)
	return names, err
}
