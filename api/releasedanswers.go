package api

import (
	"context"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/release"
	"sitmap/tiles"
	"sitmap/tiles/mvt"
)

// releasedCells answers /api/h3/{layer} from the release.
func (s *Server) releasedCells(r *request, c *cellQuestion) error {
	q := c.released
	units, err := q.cells(q.query.Periods, c.resolution)
	var before []int
	body := cellsBody{countHead: c.head(), Resolution: c.resolution, Cells: []cellCount{}, Units: []releasedUnit{}}
	if r.given("compare") {
		w, wrong := parseWhen("compare", r.text("compare"), q.City.Zone)
		if wrong != nil {
			return wrong
		}
		other, wrong := q.snap(w)
		if wrong != nil {
			return wrong
		}
		units, _, before, err = q.pair(other.Periods, c.resolution)
		w = other.Window(q.City.Zone)
		body.Compared, body.Snapped = &comparedWindow{From: known(w.From), To: known(w.To)}, body.Snapped || other.Moved
	}
	if err != nil {
		return err
	}
	var sizes []int32
	members := unitMembers{}
	for i, u := range units {
		if u.State == release.Exact {
			sizes = append(sizes, int32(u.Count))
		}
		cells, err := c.inView(u.Cells)
		if err != nil {
			return err
		}
		if len(cells) == 0 {
			continue
		}
		shown := q.unit(u, nil)
		if r.text("f") == "bin" {
			members.add(cells, len(body.Units)+1)
		} else {
			shown.Cells = texts(cells)
		}
		if before != nil {
			shown.Before = &before[i]
			body.Compared.Total += int64(before[i])
		}
		body.Total += int64(u.Count)
		body.Units = append(body.Units, shown)
	}
	body.N, body.Breaks = len(body.Units), breaksOf(sizes)
	if body.Finer, err = q.finer(); err != nil {
		return err
	}
	if r.text("f") == "bin" {
		return r.sendBinary(body, members.counts(c.resolution))
	}
	return r.taggedJSON(body)
}

// releasedTile answers with the cells of a tile, each with the number of its unit.
func (s *Server) releasedTile(r *request, c *cellQuestion, at maptile.Tile) error {
	units, err := c.released.cells(c.released.query.Periods, c.resolution)
	if err != nil {
		return err
	}
	var all []tiles.Outlined
	for _, u := range units {
		cells, err := c.inView(u.Cells)
		if err != nil {
			return err
		}
		for _, cell := range cells {
			ring, err := cell.Boundary()
			if err != nil {
				return err
			}
			all = append(all, tiles.Outlined{Outline: orb.MultiPolygon{{ring}}, Properties: []mvt.Property{
				{Key: "cell", Value: cell.String()}, {Key: "count", Value: int64(u.Count)}, {Key: "state", Value: string(u.State)}, {Key: "unit", Value: int64(u.Place)},
			}})
		}
	}
	return r.tagged(typeTile, tiles.EncodeOutlines(cellsLayer, at, all))
}

// releasedAreas answers /api/areas/counts/{layer} from the release.
func (s *Server) releasedAreas(ctx context.Context, r *request, c *countQuestion, level layers.Level) error {
	q := c.released
	areas, err := s.areasAt(ctx, r, level)
	if err != nil {
		return err
	}
	named := map[int64]unitArea{}
	for _, a := range areas {
		named[a.Range.Low] = unitArea{a.Code, a.Name}
	}
	body := areaCountsBody{countHead: c.head(), Level: level, Areas: []areaCount{}, Units: []releasedUnit{}}
	var units []release.Unit
	if !q.never {
		if units, err = q.Set.Areas(q.query, level); err != nil {
			return err
		}
	}
	var sizes []int32
	for _, u := range units {
		shown := q.unit(u, func(n int64) string { return named[n].Name })
		for _, n := range u.Areas {
			shown.Areas = append(shown.Areas, named[n])
		}
		if u.State == release.Exact {
			sizes = append(sizes, int32(u.Count))
		}
		body.Total += int64(u.Count)
		body.Units = append(body.Units, shown)
	}
	body.Breaks = breaksOf(sizes)
	return r.taggedJSON(body)
}

// releasedSeries answers with counts by month or category of the area asked about,
// as far as they are published of it as a whole.
func (s *Server) releasedSeries(r *request, c *countQuestion, body seriesBody) error {
	q := c.released
	item := func(periods []release.Period, categories []uint8, into *seriesItem) error {
		n, state, err := q.whole(release.Query{Periods: periods, Categories: categories, Within: q.query.Within})
		into.Count, into.State = int64(n), state
		body.Total += int64(n)
		return err
	}
	switch body.By {
	case "day":
		return layers.BadParameter("by", "counts are published by month; give month or category")
	case "month":
		for _, m := range q.months() {
			w := m.Window(q.City.Zone)
			if c.windowed && (w.From.Before(c.query.Window.From) || w.To.After(c.query.Window.To)) {
				continue
			}
			one := seriesItem{From: known(w.From), To: known(w.To)}
			if err := item(m.Periods, q.query.Categories, &one); err != nil {
				return err
			}
			body.Items = append(body.Items, one)
		}
	case "category":
		for _, code := range q.Codes() {
			numbers := q.Categories([]any{code})
			if q.query.Categories != nil && !slices.Contains(q.query.Categories, numbers[0]) {
				continue
			}
			one := seriesItem{Category: &code}
			if err := item(q.query.Periods, numbers, &one); err != nil {
				return err
			}
			body.Items = append(body.Items, one)
		}
	}
	return r.taggedJSON(body)
}

// whole is the published number of all that lies in the query's range of areas: of
// the city, or of one area of it.
func (q *releasedQuestion) whole(query release.Query) (int, release.State, error) {
	if q.never {
		return 0, release.None, nil
	}
	city := q.City.Area.Range
	if query.Within.Low <= city.Low && city.High <= query.Within.High {
		n, err := q.Set.City(query)
		state := release.Exact
		if n == 0 {
			state = release.None
		}
		return n, state, err
	}
	for _, level := range []layers.Level{layers.County, layers.Township, layers.Village} {
		if layers.RangeOfNumber(query.Within.Low, level) != query.Within {
			continue
		}
		units, err := q.Set.Areas(query, level)
		if err != nil || len(units) != 1 {
			return 0, release.Withheld, err
		}
		if u := units[0]; u.State != release.Withheld && len(u.Areas) == 1 {
			return u.Count, u.State, nil
		}
	}
	return 0, release.Withheld, nil
}
