package release

import (
	"fmt"
	"slices"

	"sitmap/geo/hex"
	"sitmap/layers"
)

// Cells gives the pieces as cells. Every cell of the resolution belongs to the
// piece that holds its middle; pieces too small to have a cell of their own at
// the resolution are shown together with their neighbours in the tree.
func (s *Set) Cells(q Query, resolution int) ([]Unit, error) {
	if s.ground == nil || s.tree.cellsAt < 0 {
		return nil, fmt.Errorf("there is no map of cells: %w", layers.ErrNotFound)
	}
	if resolution > s.tree.cellsAt || resolution < 0 {
		return nil, layers.BadParameter("res", "want 0 to %d", s.tree.cellsAt)
	}
	pieces, err := s.common(q)
	if err != nil {
		return nil, err
	}
	drawn := s.drawn(resolution)
	var units []Unit
	for _, p := range s.drawable(pieces, drawn) {
		at := &s.tree.nodes[p.node]
		var cells []hex.Cell
		for leaf := at.from; leaf < at.to; leaf++ {
			cells = append(cells, drawn[leaf]...)
		}
		if len(cells) == 0 || !s.touches(at, q.Within) {
			continue
		}
		slices.Sort(cells)
		why := Own
		if at.firstVillage != at.lastVillage {
			why = Merged
		}
		u := s.unit(p.node, int(p.count), q, nil, why)
		u.Cells = cells
		if u.State == Withheld {
			u.Cells = s.cellsWithin(at, drawn, q.Within)
		}
		units = append(units, u)
	}
	return units, nil
}

func (s *Set) touches(at *node, r layers.AreaRange) bool {
	for v := at.firstVillage; v <= at.lastVillage; v++ {
		if r.Contains(s.tree.villages[v].Number) {
			return true
		}
	}
	return false
}

// cellsWithin keeps the cells of a piece that lie in a range of areas.
func (s *Set) cellsWithin(at *node, drawn [][]hex.Cell, r layers.AreaRange) []hex.Cell {
	var cells []hex.Cell
	for leaf := at.from; leaf < at.to; leaf++ {
		if r.Contains(s.tree.villages[s.tree.nodes[s.tree.leaves[leaf]].firstVillage].Number) {
			cells = append(cells, drawn[leaf]...)
		}
	}
	slices.Sort(cells)
	return cells
}

// drawable joins pieces upwards until each has a cell.
func (s *Set) drawable(pieces []piece, drawn [][]hex.Cell) []piece {
	cells := make([]int, len(drawn)+1)
	count := make([]int32, len(drawn)+1)
	for leaf, list := range drawn {
		cells[leaf+1] = cells[leaf] + len(list)
	}
	for _, p := range pieces {
		count[s.tree.nodes[p.node].to] += p.count
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	var joined []piece
	for _, p := range pieces {
		n := p.node
		if len(joined) > 0 && s.tree.within(n, joined[len(joined)-1].node) {
			continue
		}
		for at := &s.tree.nodes[n]; cells[at.to] == cells[at.from] && at.parent >= 0; at = &s.tree.nodes[n] {
			n = at.parent
		}
		for len(joined) > 0 && s.tree.within(joined[len(joined)-1].node, n) {
			joined = joined[:len(joined)-1]
		}
		at := &s.tree.nodes[n]
		joined = append(joined, piece{n, count[at.to] - count[at.from]})
	}
	return joined
}

// drawn is the cells of a resolution by leaf: each lies where its middle does.
func (s *Set) drawn(resolution int) [][]hex.Cell {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.cells[resolution] != nil {
		return s.cells[resolution]
	}
	drawn := make([][]hex.Cell, len(s.tree.leaves))
	for _, p := range s.ground.Places {
		c := p.Cell
		if resolution < s.tree.cellsAt {
			c = c.Parent(resolution)
			if middle, _ := c.Range(s.tree.cellsAt); middle != p.Cell {
				continue
			}
		}
		if leaf, ok := s.tree.leafOf(p.Area, p.Cell); ok {
			drawn[leaf] = append(drawn[leaf], c)
		}
	}
	s.cells[resolution] = drawn
	return drawn
}
