package postgis

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
)

const (
	// mostHits is the longest answer of a search.
	mostHits = 50
	// considered is how many hits are looked at before the stretches of one road
	// are taken together.
	considered = 500
	// countyWidth is how many area numbers a county has.
	countyWidth = 1_000_000_000
)

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
	type road struct {
		layer, title string
		county       int64
	}
	seen := map[road]bool{}
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
	}, `select k.layer, k.id, k.title, k.area, k.level, k.lon, k.lat, k.west, k.south, k.east, k.north
		from search_key k join layer_version v using (layer)
		where k.keys like $1 and (k.layer = any($2) or k.layer = any($3) and k.area between $4 and $5)
		order by k.keys like $6 desc, k.rank, v.count, length(k.title), k.title, k.id limit $7`,
		"%"+pattern(q)+"%", open, scoped, clip.Low, clip.High, "%\n"+pattern(q)+"%", considered)
	if err != nil {
		return nil, failure("search", err)
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool {
		if !slices.Contains(lines, h.Layer) {
			return false
		}
		same := road{h.Layer, h.Title, h.area / countyWidth}
		again := seen[same]
		seen[same] = true
		return again
	})
	hits = hits[:min(len(hits), limit, mostHits)]
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
