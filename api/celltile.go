package api

import (
	"context"
	"maps"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
	"sitmap/tiles"
	"sitmap/tiles/mvt"
)

// cellsLayer is the name of the one layer in tiles of cells.
const cellsLayer = "h3"

// resolutionAt is the resolution at which cells are drawn at a zoom: some 20 to 40
// points of a screen across.
func resolutionAt(z maptile.Zoom) int {
	switch {
	case z <= 8:
		return 5
	case z == 9:
		return 6
	case z <= 11:
		return 7
	case z == 12:
		return 8
	}
	return 9
}

// cellTile answers with the cells of a tile as polygons, with their counts and,
// where wanted, their class.
func (s *Server) cellTile(ctx context.Context, r *request) error {
	at, err := r.tileAddress()
	if err != nil {
		return err
	}
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	c.boxes = []orb.Bound{at.Bound()}
	if !r.given("res") {
		c.resolution = resolutionAt(at.Z)
	}
	if c.released != nil {
		return s.releasedTile(r, c, at)
	}
	counts, err := s.countCells(ctx, r, c, true)
	if err != nil {
		return err
	}
	classes := map[hex.Cell]stats.Class{}
	if r.text("class") == "yes" {
		if classes, err = s.classes(ctx, r, c); err != nil {
			return err
		}
	}
	var all []tiles.Outlined
	add := func(cell hex.Cell, count int32) error {
		ring, err := cell.Boundary()
		if err != nil {
			return err
		}
		properties := []mvt.Property{{Key: "cell", Value: cell.String()}, {Key: "count", Value: int64(count)}}
		if class, ok := classes[cell]; ok {
			properties = append(properties, mvt.Property{Key: "class", Value: class.String()})
			delete(classes, cell)
		}
		all = append(all, tiles.Outlined{Outline: orb.MultiPolygon{{ring}}, Properties: properties})
		return nil
	}
	for i, cell := range counts.Cells {
		if err := add(cell, counts.Counts[i]); err != nil {
			return err
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(classes)) { // cold, or hot by their neighbours
		if err := add(cell, 0); err != nil {
			return err
		}
	}
	return r.tagged(typeTile, tiles.EncodeOutlines(cellsLayer, at, all))
}

// classes are the cells in view that are hot or cold.
func (s *Server) classes(ctx context.Context, r *request, c *cellQuestion) (map[hex.Cell]stats.Class, error) {
	j, err := s.judge(ctx, r, c)
	if err != nil {
		return nil, err
	}
	classes := map[hex.Cell]stats.Class{}
	for _, v := range j.answer.Verdicts {
		if v.Class != stats.None && c.shows(j.cells.Centre(int(v.Place))) {
			classes[j.cells.Cell(int(v.Place))] = v.Class
		}
	}
	return classes, nil
}
