package demo

import "slices"

// communities divides the blocks of a seat: into districts where the county
// has subdistricts, and those into communities, by straight cuts along
// streets.
func communities(t territory, seat quarter) []hamlet {
	blocks := seat.blocks(t.region)
	all := make([]int, len(blocks))
	for i := range all {
		all[i] = i
	}
	districts := max(t.subdistricts-1, 1)
	even := make([]float64, districts)
	for i := range even {
		even[i] = 1
	}
	share := apportion(t.communities, even)
	var hamlets []hamlet
	for district, part := range cutEvenly(seat, blocks, all, districts) {
		for _, own := range cutEvenly(seat, blocks, part, share[district]) {
			hamlets = append(hamlets, hamlet{centre: blocks[middle(blocks, own)], blocks: own, district: district})
		}
	}
	return hamlets
}

// cutEvenly divides blocks into so many parts of about the same number, by
// halving again and again across the longer side. Cuts follow columns and
// rows, so that every part is in one piece.
func cutEvenly(q quarter, blocks []place, of []int, parts int) [][]int {
	if parts == 1 {
		return [][]int{of}
	}
	along := func(i int) (x, y float64) { return q.along(blocks[i]) }
	x0, y0 := along(of[0])
	x1, y1 := x0, y0
	for _, i := range of {
		x, y := along(i)
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	sorted := slices.Clone(of)
	slices.SortStableFunc(sorted, func(i, j int) int {
		xi, yi := along(i)
		xj, yj := along(j)
		a, b := xi, xj
		if y1-y0 > x1-x0 {
			a, b = yi, yj
		}
		// Blocks of a column differ by rounding only; they keep their order.
		switch {
		case a < b-1:
			return -1
		case a > b+1:
			return 1
		}
		return 0
	})
	first := parts / 2
	cut := len(sorted) * first / parts
	return append(cutEvenly(q, blocks, sorted[:cut], first), cutEvenly(q, blocks, sorted[cut:], parts-first)...)
}

// middle is the member nearest to the mean of all members.
func middle(blocks []place, of []int) int {
	var x, y int64
	for _, i := range of {
		x, y = x+int64(blocks[i].X), y+int64(blocks[i].Y)
	}
	mean := place{X: int32(x / int64(len(of))), Y: int32(y / int64(len(of)))}
	best := of[0]
	for _, i := range of {
		if metres(mean, blocks[i]) < metres(mean, blocks[best]) {
			best = i
		}
	}
	return best
}
