package tally

import (
	"fmt"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
)

// Ground is the cells of an area at one resolution, those without any feature
// included, and who lies beside whom. It does not change.
type Ground struct {
	Cells *hex.Universe
	Near  stats.Weights
}

// NewGround is the cells that touch the outline, and the extra ones.
func NewGround(outline orb.MultiPolygon, resolution int, extra []hex.Cell) (*Ground, error) {
	cells, err := hex.Fill(outline, resolution, hex.Touching)
	if err != nil {
		return nil, fmt.Errorf("cells of an area: %w", err)
	}
	g := &Ground{}
	if g.Cells, err = hex.NewUniverse(append(cells, extra...)); err != nil {
		return nil, fmt.Errorf("cells of an area: %w", err)
	}
	g.Near, err = stats.NewWeights(g.Cells.Len(), g.Cells.Neighbours)
	return g, err
}

// Missing are those of the cells that do not belong to the ground, each once. 0 is
// no cell.
func (g *Ground) Missing(cells []hex.Cell) []hex.Cell {
	met := map[hex.Cell]bool{}
	var missing []hex.Cell
	for _, c := range cells {
		if _, ok := g.Cells.Find(c); !ok && !met[c] && c != 0 {
			met[c], missing = true, append(missing, c)
		}
	}
	return missing
}
