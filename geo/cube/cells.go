package cube

import (
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

// isCell reports whether the bits can be a cell: mode 1, one of 122 base
// cells, digits below 7 as far as the resolution goes and 7 beyond. (The one
// missing child of a pentagon passes; nothing here minds it.)
func isCell(c hex.Cell) bool {
	r := c.Resolution()
	s := shiftOf(r)
	if c>>56 != 8 || c>>45&127 > 121 || c&(1<<s-1) != 1<<s-1 {
		return false
	}
	// A digit is 7 when all three of its bits are set.
	digits := uint64(c) & (1<<45 - 1) >> s << s
	return digits&(digits>>1)&(digits>>2)&0o111111111111111 == 0
}

// leaves is the run of the cell's descendants at the resolution of atoms.
func leaves(c hex.Cell) CellRange {
	s, leaf := shiftOf(c.Resolution()), shiftOf(Resolution)
	kept := (c&^(15<<52) | Resolution<<52) >> s << s
	filler := hex.Cell(1)<<leaf - 1
	return CellRange{
		First: kept | filler,
		Last:  kept | hex.Cell(0o666666666666666)&(1<<s-1)&^filler | filler,
	}
}

// CellList turns cells of resolution 9 and coarser, in any order, into the
// ranges a question takes. Finer cells are ranges that hold nothing.
func CellList(cells []hex.Cell) []CellRange {
	ranges := make([]CellRange, 0, len(cells))
	for _, c := range cells {
		if c.Resolution() <= Resolution {
			ranges = append(ranges, leaves(c))
		}
	}
	slices.SortFunc(ranges, func(a, b CellRange) int {
		if a.First < b.First {
			return -1
		}
		return 1
	})
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
