package demo

import (
	"fmt"
	"math"

	"sitmap/data/demo/planar"
)

// land is the city divided into grids.
type land struct {
	*ground
	seeds []cellSeed // by cell
	split *planar.Subdivision
}

// merge is how close, in lattice steps, two corners of cells may come before
// they become one: about 9 m.
const merge = 80

// divide draws the borders of all grids: Voronoi cells of the seeds, clipped
// to the counties, with natural lines in the country and straight ones between
// the blocks of a town.
func divide(g *ground, seeds []cellSeed, seed int64) (*land, error) {
	var edges []planar.Edge
	for i := range g.counties {
		own, err := g.divideCounty(i, seeds, seed)
		if err != nil {
			return nil, err
		}
		edges = append(edges, own...)
	}
	split, err := planar.NewSubdivision(append(edges, g.outline.Edges()...))
	if err != nil {
		return nil, fmt.Errorf("borders of the grids: %w", err)
	}
	split.Gather(
		func(cell int32) place { return seeds[cell].at },
		func(cell int32) int32 { return int32(seeds[cell].county) },
	)
	return &land{ground: g, seeds: seeds, split: split}, nil
}

func (g *ground) divideCounty(county int, seeds []cellSeed, seed int64) ([]planar.Edge, error) {
	t := g.counties[county]
	var points []place
	var cell []int32
	for i, s := range seeds {
		if s.county == county {
			points = append(points, s.at)
			cell = append(cell, int32(i))
		}
	}
	mesh, err := planar.Triangulate(points, cityAspect)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.nameEn, err)
	}
	var edges []planar.Edge
	for _, piece := range g.outline.Clip(mesh.Voronoi(merge), t.code, t.region) {
		left, right := cell[piece.Left], cell[piece.Right]
		line := []place{piece.From, piece.To}
		if !seeds[left].urban || !seeds[right].urban {
			line = g.natural(piece, seeds[left].at, seeds[right].at, seed)
		}
		edges = append(edges, planar.Edge{Line: line, Left: left, Right: right})
	}
	return edges, nil
}

// natural wiggles the border, unless that would touch the county's own. The
// last bit before the county's border stays straight: there the piece is known
// to lie inside.
func (g *ground) natural(p planar.Piece, left, right place, seed int64) []place {
	const straight = 0.15
	free := p.Bisector
	if p.FromCut {
		free.From = planar.Between(p.From, p.To, straight)
	}
	if p.ToCut {
		free.To = planar.Between(p.From, p.To, 1-straight)
	}
	parts := int(math.Round(3 + 1.5*math.Log2(metres(p.From, p.To)/150)))
	if parts < 2 || free.From == free.To {
		return []place{p.From, p.To}
	}
	line := planar.Wiggle(free, left, right, cityAspect, min(parts, 14), func(n int) float64 {
		return mix(seed, p.From, p.To, n)
	})
	if g.outline.Blocked(line) {
		return []place{p.From, p.To}
	}
	if p.FromCut {
		line = append([]place{p.From}, line...)
	}
	if p.ToCut {
		line = append(line, p.To)
	}
	return line
}
