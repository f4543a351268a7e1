package cube

import (
	"cmp"
	"slices"

	"sitmap/geo/hex"
)

// In an H3 index the digits of a cell of resolution r stand above bit
// 3*(15-r), below the 7 bits of its base cell (see geo/hex).
func shiftOf(resolution int) int { return 3 * (15 - resolution) }

// ordinal is what of a cell's index orders it among the cells of its
// resolution: base cell and digits, 7+3r bits.
func ordinal(c hex.Cell) uint64 {
	r := c.Resolution()
	return uint64(c) >> shiftOf(r) & (1<<(7+3*r) - 1)
}

// cellOf is the cell of that ordinal.
func cellOf(ordinal uint64, resolution int) hex.Cell {
	s := shiftOf(resolution)
	return hex.Cell(1<<59 | uint64(resolution)<<52 | ordinal<<s | (1<<s - 1))
}

// CellList turns cells of resolution 9 and coarser, in any order, into the
// ranges a question takes. Finer cells are left out.
func CellList(cells []hex.Cell) []CellRange {
	ranges := make([]CellRange, 0, len(cells))
	for _, c := range cells {
		if c.Resolution() <= Resolution {
			first, last := c.Range(Resolution)
			ranges = append(ranges, CellRange{first, last})
		}
	}
	slices.SortFunc(ranges, func(a, b CellRange) int { return cmp.Compare(a.First, b.First) })
	kept := ranges[:0]
	for _, r := range ranges {
		if n := len(kept); n > 0 && r.First <= kept[n-1].Last {
			kept[n-1].Last = max(kept[n-1].Last, r.Last)
			continue
		}
		kept = append(kept, r)
	}
	return kept
}
