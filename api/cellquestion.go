package api

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"sitmap/geo/cube"
	"sitmap/layers"
)

const (
	// coarsest and finest are the resolutions at which cells are counted.
	coarsest, finest = 5, 9
	// viewCells is about how many cells an answer should have when the request
	// leaves the resolution open.
	viewCells = 15_000
)

// rim is how far the corners of a cell are from its centre, in metres, at the
// resolutions from coarsest to finest: rather more than the mean edges in the H3
// documentation, because cells differ.
var rim = []float64{13_000, 5_000, 1_900, 710, 270}

// cellQuestion is what a request asks of the cells of a layer.
type cellQuestion struct {
	countQuestion
	boxes      []orb.Bound // cells that meet one of them; nil for all
	resolution int
	measure    string // of hotspots; "" leaves it open
}

// cellQuestion reads a request about the cells of a layer of points. A box chooses
// cells; a cell is counted whole.
func (s *Server) cellQuestion(ctx context.Context, r *request) (*cellQuestion, error) {
	asked, err := s.countQuestion(ctx, r)
	if err != nil {
		return nil, err
	}
	c := &cellQuestion{countQuestion: *asked, measure: r.text("measure")}
	if r.given("bbox") {
		var q layers.Query
		if err := setBox(&q, r.text("bbox")); err != nil {
			return nil, err
		}
		if c.boxes, err = q.Boxes(); err != nil {
			return nil, err
		}
	}
	if c.resolution = int(r.number("res")); c.resolution == 0 {
		var around layers.BoundsBox
		if c.area != nil && c.area.Bounds != nil {
			around = *c.area.Bounds
		} else if around, err = s.ownBounds(ctx, r.user, c.home); err != nil {
			return nil, err
		}
		c.resolution = resolutionFor(around, c.boxes)
	}
	return c, nil
}

// resolutionFor is the finest resolution at which about viewCells cells cover
// the boxes, or without boxes the area around. The mean areas are those of the
// H3 documentation, km² from resolution 5 to 9.
func resolutionFor(around layers.BoundsBox, boxes []orb.Bound) int {
	if boxes == nil {
		boxes = []orb.Bound{{Min: orb.Point{around[0], around[1]}, Max: orb.Point{around[2], around[3]}}}
	}
	const degree = 111.2 // km of latitude
	var km2 float64
	for _, b := range boxes {
		middle := (b.Min[1] + b.Max[1]) / 2
		km2 += (b.Max[0] - b.Min[0]) * math.Cos(middle*math.Pi/180) * (b.Max[1] - b.Min[1]) * degree * degree
	}
	for n, cell := range []float64{0.105, 0.737, 5.161, 36.13} {
		if km2 <= viewCells*cell {
			return finest - n
		}
	}
	return coarsest
}

// bounds are the one box that holds the middle of every cell that meets the
// question's, where one box does; nil for none or several.
func (c *cellQuestion) bounds() *orb.Bound {
	if len(c.boxes) != 1 {
		return nil
	}
	b := geo.BoundPad(c.boxes[0], rim[c.resolution-coarsest])
	return &b
}

// shows tells whether a cell with its middle there meets the boxes, or nearly.
func (c *cellQuestion) shows(at orb.Point) bool {
	return c.boxes == nil || slices.ContainsFunc(c.boxes, func(b orb.Bound) bool {
		return geo.BoundPad(b, rim[c.resolution-coarsest]).Contains(at)
	})
}

// shown are the counts of the cells in view.
func (c *cellQuestion) shown(counts *cube.Counts) (*cube.Counts, error) {
	if c.boxes == nil {
		return counts, nil
	}
	kept := &cube.Counts{Resolution: counts.Resolution}
	for i, cell := range counts.Cells {
		at, err := cell.Centre()
		if err != nil {
			return nil, err
		}
		if c.shows(at) {
			kept.Cells, kept.Counts = append(kept.Cells, cell), append(kept.Counts, counts.Counts[i])
			kept.Total += int64(counts.Counts[i])
		}
	}
	return kept, nil
}
