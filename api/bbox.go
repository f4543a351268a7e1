package api

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

const wantBox = "give west,south,east,north in degrees: longitude −180 to 180, latitude −90 to 90, the south not above the north"

// setBox narrows the query to a bbox parameter: four numbers, or six with
// heights, which are ignored. A box whose west is east of its east crosses
// the antimeridian, in the request and in the query.
func setBox(q *layers.Query, text string) error {
	var n []float64
	for part := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return layers.BadParameter("bbox", "%s", wantBox)
		}
		n = append(n, x)
	}
	switch len(n) {
	case 4:
	case 6:
		n = []float64{n[0], n[1], n[3], n[4]}
	default:
		return layers.BadParameter("bbox", "%s", wantBox)
	}
	west, south, east, north := n[0], n[1], n[2], n[3]
	if math.Abs(west) > 180 || math.Abs(east) > 180 || math.Abs(south) > 90 || math.Abs(north) > 90 || south > north {
		return layers.BadParameter("bbox", "%s", wantBox)
	}
	q.Bounds = &orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
	return nil
}
