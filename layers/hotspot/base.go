package hotspot

import (
	"strconv"
	"strings"
)

// openBand is how far the middle of an open band ("300+") lies above its
// beginning, as a part of it.
const openBand = 1.0 / 3

// BandMiddle is the number that stands for a band of numbers, as grids have
// their households: 100 for "50-149", 0 for "0", 400 for "300+". It is false
// for what is no band; the number of a place without one is unknown, and NaN
// as a base leaves the place out.
//
// A band of households is coarse, but a hotspot by base asks for ratios of two
// and more, and the errors of many grids even out in a cell.
func BandMiddle(band string) (float64, bool) {
	if from, open := strings.CutSuffix(band, "+"); open {
		first, err := strconv.ParseUint(from, 10, 32)
		return float64(first) * (1 + openBand), err == nil
	}
	from, to, wide := strings.Cut(band, "-")
	if !wide {
		to = from
	}
	first, err := strconv.ParseUint(from, 10, 32)
	if err != nil {
		return 0, false
	}
	last, err := strconv.ParseUint(to, 10, 32)
	if err != nil || last < first {
		return 0, false
	}
	return (float64(first) + float64(last)) / 2, true
}
