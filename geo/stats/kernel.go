package stats

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// KernelDensity is the smoothed density of events, by weight per square metre,
// at each of the places: the sum of quartic kernels
//
//	K(d) = 3/(πh²) (1 − d²/h²)²  for d < h
//
// of the bandwidth h in metres. Events and places lie on a Plane. Weights nil
// counts events. An event whose place or weight is unknown is left out; the
// density at an unknown place is NaN.
//
// Density near the border of a city is too low, because nothing is known
// beyond it: see Smoother.
//
// Source: Silverman 1986, section 4.2 (the quartic or biweight kernel). ArcGIS
// uses the same kernel; QGIS's heatmap of the same name is scaled to 15/16 at
// its centre, not to a volume of 1.
func KernelDensity(events []orb.Point, weights []float64, places []orb.Point, bandwidth float64) ([]float64, error) {
	if err := positive("bandwidth", bandwidth); err != nil {
		return nil, err
	}
	if err := beside("weights", weights, len(events)); err != nil {
		return nil, err
	}
	index := indexNear(events, bandwidth)
	var sorted []float64
	if weights != nil {
		sorted = make([]float64, len(index.order))
		for k, i := range index.order {
			if finite(weights[i]) {
				sorted[k] = weights[i]
			}
		}
	}
	density := make([]float64, len(places))
	for i, p := range places {
		density[i] = math.NaN()
		if knownPoint(p) {
			density[i] = index.quartic(p, sorted, bandwidth)
		}
	}
	return density, nil
}

// quartic sums the kernels at one place; weights are in the index's order.
func (x *nearIndex) quartic(p orb.Point, weights []float64, bandwidth float64) float64 {
	fromColumn, toColumn, fromRow, toRow := x.around(p, bandwidth)
	if toColumn < fromColumn {
		return 0
	}
	sum, inverse := 0.0, 1/(bandwidth*bandwidth)
	for row := fromRow; row <= toRow; row++ {
		from, to := x.run(row, fromColumn, toColumn)
		for k, q := range x.points[from:to] {
			dx, dy := q[0]-p[0], q[1]-p[1]
			u := 1 - (dx*dx+dy*dy)*inverse
			if u <= 0 {
				continue
			}
			if weights == nil {
				sum += u * u
			} else {
				sum += u * u * weights[int(from)+k]
			}
		}
	}
	return sum * 3 / math.Pi * inverse
}

// EdgeShare is how much of a kernel around each place lies inside a city, 0 to
// 1. The city is given by its cells: centres on a Plane, and areas in square
// metres. The integral is a sum over the cells: true to 2 % if the bandwidth is
// twice the distance between neighbours, to 0.5 % from three times on.
func EdgeShare(cells []orb.Point, areas []float64, places []orb.Point, bandwidth float64) ([]float64, error) {
	if len(areas) != len(cells) {
		return nil, fmt.Errorf("%w: %d areas of %d cells", ErrInput, len(areas), len(cells))
	}
	if err := positive("area", areas...); err != nil {
		return nil, err
	}
	share, err := KernelDensity(cells, areas, places, bandwidth)
	for i := range share {
		share[i] = min(share[i], 1)
	}
	return share, err
}

// SpaceTimeDensity is the density of events per square metre and second, at
// the places and one moment: the product of the quartic kernel in space and
//
//	k(t) = 15/(16 g) (1 − t²/g²)²  for |t| < g
//
// in time, of bandwidth g. Times, moment and g have one unit, which is the
// unit of the answer.
//
// Source: Brunsdon, Corcoran and Higgs 2007; Nakaya and Yano 2010. The kernel
// in time looks both ways; for what was known at the moment, leave later
// events out and double the weights.
func SpaceTimeDensity(events []orb.Point, times, weights []float64, places []orb.Point, moment, bandwidth, timeBandwidth float64) ([]float64, error) {
	if err := positive("bandwidth in time", timeBandwidth); err != nil {
		return nil, err
	}
	if err := beside("weights", weights, len(events)); err != nil {
		return nil, err
	}
	if times == nil {
		times = []float64{}
	}
	if err := beside("times", times, len(events)); err != nil {
		return nil, err
	}
	var near []orb.Point
	var shares []float64
	for i, t := range times {
		u := (t - moment) / timeBandwidth
		if !(math.Abs(u) < 1) {
			continue
		}
		share := 15.0 / 16 / timeBandwidth * (1 - u*u) * (1 - u*u)
		if weights != nil {
			share *= weights[i]
		}
		near, shares = append(near, events[i]), append(shares, share)
	}
	return KernelDensity(near, shares, places, bandwidth)
}
