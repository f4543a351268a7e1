package pyramid

import (
	"slices"

	"github.com/paulmach/orb/maptile"

	"sitmap/geo/mesh"
	"sitmap/tiles/held"
)

// alongCurve prepares the points for finding those of a tile.
func (p *Pyramid) alongCurve() {
	if spots := p.Part.Spots(); spots != nil {
		p.codes = make([]uint64, len(spots))
		for i, s := range spots {
			p.codes[i] = held.ZOrder(s)
		}
		return
	}
	code := func(i int32) uint64 { return held.ZOrder(p.Part.Spot(int(i))) }
	slices.SortFunc(p.spots, func(a, b int32) int {
		switch x, y := code(a), code(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return int(a) - int(b)
	})
	p.codes = make([]uint64, len(p.spots))
	for k, i := range p.spots {
		p.codes[k] = code(i)
	}
}

// feature is the index of the feature at place k of the curve.
func (p *Pyramid) feature(k int) int32 {
	if p.spots != nil {
		return p.spots[k]
	}
	return int32(k)
}

// along is the stretch of the curve on which the points of a tile lie; a tile
// holds its western and northern edge.
func (p *Pyramid) along(at maptile.Tile) (first, end int) {
	shift := 2 * (worldBits - uint(at.Z))
	code := held.ZOrder(mesh.Point{X: int32(at.X), Y: int32(at.Y)})
	first, _ = slices.BinarySearch(p.codes, code<<shift)
	end, _ = slices.BinarySearch(p.codes, (code+1)<<shift)
	return first, end
}

// singles finds the points of the tile and its buffer, one by one.
func (r *room) singles() {
	// The buffer reaches into the eight tiles around.
	last := uint32(1)<<r.at.Z - 1
	shift := shiftOf(int(r.at.Z))
	for n := range r.views {
		v := &r.views[n]
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				x, y := int64(r.at.X)+int64(dx), int64(r.at.Y)+int64(dy)
				if x < 0 || y < 0 || x > int64(last) || y > int64(last) {
					continue
				}
				first, end := v.along(maptile.Tile{X: uint32(x), Y: uint32(y), Z: r.at.Z})
				for k := first; k < end; k++ {
					i := v.feature(k)
					if at := r.local(v.Part.Spot(int(i)), shift); inWindow(at) && int(v.minZoom[i]) <= int(r.at.Z) && v.passes(i) {
						r.found = append(r.found, item{fid: v.Part.FID[i], index: i, view: uint8(n)})
					}
				}
			}
		}
	}
}

// local is where a place of the world lies in the tile.
func (r *room) local(p mesh.Point, shift uint) mesh.Point {
	at := mesh.GridPoint(p, shift)
	return mesh.Point{X: at.X - int32(r.at.X<<extentBits), Y: at.Y - int32(r.at.Y<<extentBits)}
}
