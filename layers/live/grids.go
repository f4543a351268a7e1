package live

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sitmap/layers"
)

// Grids finds the service grid of a point. It does not change.
type Grids struct {
	shapes []shape
	bins   map[[2]int32][]int32 // shapes whose bounds meet a square
}

// shape is a service grid.
type shape struct {
	area  int64
	fid   int32
	name  string
	bound orb.Bound
	rings orb.MultiPolygon
}

// binSide is the side of the squares in degrees: less than half a kilometre.
const binSide = 0.004

// mostBins is in how many squares a shape is noted; one that meets more of them,
// of the desert, is noted in the list of the large ones.
const mostBins = 20_000

// NewGrids takes features of layer grid.
func NewGrids(features []layers.Feature) *Grids {
	g := &Grids{bins: map[[2]int32][]int32{}}
	for _, f := range features {
		s := shape{area: f.Area, fid: f.FID}
		s.name, _ = f.Properties["name"].(string)
		switch geometry := f.Geometry.(type) {
		case orb.Polygon:
			s.rings = orb.MultiPolygon{geometry}
		case orb.MultiPolygon:
			s.rings = geometry
		default:
			continue
		}
		if n, err := layers.AreaNumber(f.ID); err == nil && len(f.ID) == layers.AreaDigits {
			s.area = n
		}
		s.bound = s.rings.Bound()
		g.add(s)
	}
	return g
}

func (g *Grids) add(s shape) {
	number := int32(len(g.shapes))
	g.shapes = append(g.shapes, s)
	low, high := bin(s.bound.Min), bin(s.bound.Max)
	if int64(high[0]-low[0]+1)*int64(high[1]-low[1]+1) > mostBins {
		g.bins[everywhere] = append(g.bins[everywhere], number)
		return
	}
	for x := low[0]; x <= high[0]; x++ {
		for y := low[1]; y <= high[1]; y++ {
			g.bins[[2]int32{x, y}] = append(g.bins[[2]int32{x, y}], number)
		}
	}
}

// everywhere is no square: it holds the large shapes.
var everywhere = [2]int32{math.MaxInt32, math.MaxInt32}

func bin(p orb.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p[0] / binSide)), int32(math.Floor(p[1] / binSide))}
}

// Of is the number of the grid around the point; of several, on a border, the
// first; 0 for none.
func (g *Grids) Of(p orb.Point) int64 {
	best := int32(math.MaxInt32)
	for _, list := range [2][]int32{g.bins[bin(p)], g.bins[everywhere]} {
		for _, n := range list { // ascending
			if n >= best {
				break
			}
			if s := &g.shapes[n]; s.bound.Contains(p) && s.contains(p) {
				best = n
			}
		}
	}
	if best == math.MaxInt32 {
		return 0
	}
	return g.shapes[best].area
}

// contains tells whether the point lies in the shape or on its outer border. It is
// asked for every fix, and looks at no bounds that are known to hold it.
func (s *shape) contains(p orb.Point) bool {
	for _, polygon := range s.rings {
		if len(polygon) == 0 || !within(polygon[0], p) {
			continue
		}
		hole := false
		for _, ring := range polygon[1:] {
			hole = hole || within(ring, p)
		}
		if !hole {
			return true
		}
	}
	return false
}

// within tells whether a closed ring goes around the point, or through it: the
// sides that a line from the point to the east crosses are odd in number
// (Shimrat, Algorithm 112, 1962).
func within(ring orb.Ring, p orb.Point) bool {
	inside := false
	for k := 1; k < len(ring); k++ {
		a, b := ring[k-1], ring[k]
		if (a[1] > p[1]) != (b[1] > p[1]) {
			side := (b[0]-a[0])*(p[1]-a[1]) - (p[0]-a[0])*(b[1]-a[1])
			if side == 0 {
				return true
			}
			if (side > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		} else if b == p || a[1] == p[1] && b[1] == p[1] && (a[0] <= p[0]) != (b[0] < p[0]) {
			return true
		}
	}
	return inside
}

// Place is a service grid as maps and lists need it.
type Place struct {
	Area   int64 // its number
	FID    int32 // that of its feature
	Name   string
	Centre orb.Point // of its surface; WGS 84
}

// Places are all grids, ascending by number, each number once.
func (g *Grids) Places() []Place {
	all := make([]Place, len(g.shapes))
	for k, s := range g.shapes {
		all[k] = Place{Area: s.area, FID: s.fid, Name: s.name}
		if all[k].Centre, _ = planar.CentroidArea(s.rings); !s.bound.Contains(all[k].Centre) {
			all[k].Centre = s.bound.Center()
		}
	}
	slices.SortStableFunc(all, func(a, b Place) int { return cmp.Compare(a.Area, b.Area) })
	return slices.CompactFunc(all, func(a, b Place) bool { return a.Area == b.Area })
}
