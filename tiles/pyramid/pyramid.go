// Package pyramid makes the tiles of a layer that is held in memory: every zoom
// is generalised once, and a tile is put together from pieces that already have
// the form of a vector tile. A Snapshot, which is a whole layer at one moment,
// also answers which features a question means.
package pyramid

import (
	"sync"

	"github.com/paulmach/orb/maptile"

	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/held"
)

// Pyramid is a part of a layer made ready for tiles; it never changes.
type Pyramid struct {
	Part *held.Part
	// minZoom is the zoom from which each feature appears, by its legend.
	minZoom []uint8
	levels  []*level // by zoom; nil where the part has points alone
	tree    tree     // of lines and outlines, in the world's square
	// spots are the points of a layer that has outlines beside them; a layer of
	// points is in the order of the curve itself.
	spots []int32
	codes []uint64 // along the curve: of spots, or of all features
}

// build makes a part ready. How its lines and outlines look is asked of draw.
func build(part *held.Part, draw func(p *Pyramid, zoom int) []drawn) *Pyramid {
	p := &Pyramid{Part: part, minZoom: minZooms(part)}
	var shaped []int32
	for i := range part.Len() {
		switch part.Kind[i] {
		case held.Line, held.Polygon:
			if _, ok := part.Box(i); ok {
				shaped = append(shaped, int32(i))
			}
		case held.Point:
			if part.Spots() == nil {
				p.spots = append(p.spots, int32(i))
			}
		}
	}
	p.alongCurve()
	if len(shaped) == 0 {
		return p
	}
	p.tree = newTree(shaped, func(i int32) mesh.Box { b, _ := part.Box(int(i)); return b })
	zooms := part.Layer.Zoom
	p.levels = make([]*level, zooms.Max+1)
	for zoom := zooms.Min; zoom <= zooms.Max; zoom++ {
		p.levels[zoom] = newLevel(draw(p, zoom))
	}
	return p
}

// minZooms is the zoom from which each feature is drawn: that of its code in the
// legend.
func minZooms(part *held.Part) []uint8 {
	zooms := make([]uint8, part.Len())
	c, ok := part.Column(part.Layer.Legend)
	if !ok {
		return zooms
	}
	byValue := make([]uint8, c.Values())
	for r := 1; r < len(byValue); r++ {
		text, _ := c.Value(uint32(r)).(string)
		if code, ok := c.Field.Code(text); ok {
			byValue[r] = uint8(code.MinZoom)
		}
	}
	for i, r := range c.Refs {
		zooms[i] = byValue[r]
	}
	return zooms
}

// Snapshot is a whole layer at one moment: most of it in one large part, what
// changed since in a small one. It never changes; Patch makes the next.
type Snapshot struct {
	layer layers.Layer
	words *held.Words
	base  *Pyramid
	fresh *Pyramid // nil when nothing changed since base was built
	gone  bitset   // features of base that changed or went; nil for none
	rooms *sync.Pool
	// patched counts the features written into fresh parts since base was built.
	patched int
}

// New makes a layer's first snapshot.
func New(part *held.Part, words *held.Words) *Snapshot {
	return &Snapshot{layer: part.Layer, words: words, base: build(part, drawAll(part)), rooms: &sync.Pool{New: func() any { return new(room) }}}
}

// Len is how many features there are.
func (s *Snapshot) Len() int {
	n := s.base.Part.Len() - s.gone.count()
	if s.fresh != nil {
		n += s.fresh.Part.Len()
	}
	return n
}

// view is a part as one question sees it.
type view struct {
	*Pyramid
	gone bitset
	test held.Test
}

// passes tells whether the question means feature i.
func (v *view) passes(i int32) bool {
	return !v.gone.has(i) && (v.test.All() || v.test.Match(int(i)))
}

// Tile makes the tile of the layer as far as the scope sees it: a Mapbox Vector
// Tile 2.1 layer, or nothing when no feature meets the tile. Equal features give
// equal bytes, however they came. Errors are those of held.Part.Compile.
//
// A feature carries its number as tile id, its business code as "id", and the
// fields whose TileZoom the tile has reached. Below the layer's PointZoom points
// are counted in cells, see clusters.
func (s *Snapshot) Tile(at maptile.Tile, q layers.Query, scope access.Scope) ([]byte, error) {
	r := s.rooms.Get().(*room)
	defer s.rooms.Put(r)
	r.views = r.views[:0]
	for _, p := range []*Pyramid{s.base, s.fresh} {
		if p == nil {
			continue
		}
		test, err := p.Part.Compile(q, scope)
		if err != nil {
			return nil, err
		}
		v := view{Pyramid: p, test: test}
		if p == s.base {
			v.gone = s.gone
		}
		r.views = append(r.views, v)
	}
	r.begin(s.layer, at)
	r.shapes()
	if counted := int(at.Z) < s.layer.PointZoom; counted {
		r.clusters()
	} else {
		r.singles()
	}
	r.write()
	return r.tile(), nil
}
