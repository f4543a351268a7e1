package pyramid

import (
	"math/bits"
	"slices"

	"github.com/paulmach/orb/maptile"

	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/tiles/held"
	"sitmap/tiles/mvt"
)

// room is what making a tile needs besides the tile: used again and again, so
// that a tile costs one allocation, its own bytes.
type room struct {
	layer layers.Layer
	at    maptile.Tile
	views []view
	found []item // what appears singly
	rings []cluster

	marked  bitset
	clip    clipper
	pen     pen
	tags    []byte
	columns []int // of a part: those the zoom shows

	features, keys, values []byte
	keyCount, valueCount   uint32
	keyOf                  []uint32 // by column, 1 more than its key's number
	seen                   [][]seen // by column and value
	epoch                  uint32
	cells                  cells
}

// item is a feature that appears singly.
type item struct {
	fid   int32
	index int32
	view  uint8
}

// seen says which number a value has in the tile of that epoch.
type seen struct{ epoch, number uint32 }

func (r *room) begin(l layers.Layer, at maptile.Tile) {
	r.layer, r.at = l, at
	r.found, r.rings = r.found[:0], r.rings[:0]
	r.features, r.keys, r.values = r.features[:0], r.keys[:0], r.values[:0]
	r.keyCount, r.valueCount = 0, 0
	r.columns = append(r.columns[:0], 0)
	for i, f := range l.Fields {
		if f.TileZoom <= int(at.Z) && f.Name != "id" {
			r.columns = append(r.columns, i+1)
		}
	}
	r.keyOf = zeroed(r.keyOf, len(l.Fields)+1)
	if len(r.seen) < len(l.Fields)+1 {
		r.seen = make([][]seen, len(l.Fields)+1)
	}
	r.epoch++
	if r.epoch == 0 { // after four thousand million tiles
		clear(r.seen)
		r.epoch = 1
	}
}

func zeroed[T any](all []T, n int) []T {
	all = slices.Grow(all[:0], n)[:n]
	clear(all)
	return all
}

// shapes finds the lines and outlines that meet the tile and its buffer.
func (r *room) shapes() {
	zoom := int(r.at.Z)
	shift := shiftOf(zoom)
	// Generalised outlines stray from the boxes of the tree by less than this.
	const stray = 16
	at := func(tile uint32, units int64) int32 {
		return int32(max(0, min((int64(tile)<<extentBits+units)<<shift, 1<<worldBits-1)))
	}
	world := mesh.Box{
		Min: mesh.Point{X: at(r.at.X, -Buffer-stray), Y: at(r.at.Y, -Buffer-stray)},
		Max: mesh.Point{X: at(r.at.X, Extent+Buffer+stray), Y: at(r.at.Y, Extent+Buffer+stray)},
	}
	for n := range r.views {
		v := &r.views[n]
		if v.levels == nil || zoom >= len(v.levels) || v.levels[zoom] == nil {
			continue
		}
		r.marked = zeroed(r.marked, (v.Part.Len()+63)/64)
		v.tree.meeting(world, r.marked)
		lev := v.levels[zoom]
		for w, word := range r.marked {
			for ; word != 0; word &= word - 1 {
				i := int32(w<<6 + bits.TrailingZeros64(word))
				if lev.off[i] < lev.off[i+1] && v.passes(i) {
					r.found = append(r.found, item{fid: v.Part.FID[i], index: i, view: uint8(n)})
				}
			}
		}
	}
}

// write writes all that was found, in the order of numbers, then the clusters.
func (r *room) write() {
	byFID := func(a, b item) int { return int(a.fid) - int(b.fid) }
	if !slices.IsSortedFunc(r.found, byFID) {
		slices.SortFunc(r.found, byFID)
	}
	for _, it := range r.found {
		r.feature(it)
	}
	r.writeClusters()
}

// feature writes one feature, unless nothing of it is left in the tile.
func (r *room) feature(it item) {
	v := &r.views[it.view]
	kind := v.Part.Kind[it.index]
	r.pen.bytes, r.pen.at = r.pen.bytes[:0], mesh.Point{}
	// rest is what follows the first MoveTo of a drawing that needs no cutting.
	var rest []byte
	if kind == held.Point {
		r.pen.point(r.local(v.Part.Spot(int(it.index)), shiftOf(int(r.at.Z))))
	} else {
		lev := v.levels[r.at.Z]
		rest = lev.bytes(it.index)
		corner := mesh.Point{X: int32(r.at.X << extentBits), Y: int32(r.at.Y << extentBits)}
		b := lev.box[it.index]
		box := mesh.Box{Min: minus(b.Min, corner), Max: minus(b.Max, corner)}
		start := minus(lev.start[it.index], corner)
		switch {
		case box.Inside(windowBox):
			r.pen.point(start)
		case box.Meets(windowBox):
			r.clip.in.reset()
			r.clip.in.read(rest, start)
			rest = nil
			if kind == held.Line {
				r.clip.lines(&r.pen)
			} else {
				r.clip.polygons(&r.pen)
			}
		default:
			return
		}
	}
	if len(r.pen.bytes) == 0 {
		return
	}
	r.tags = r.tags[:0]
	for _, c := range r.columns {
		column := &v.Part.Columns[c]
		if ref := column.Refs[it.index]; ref != 0 {
			r.tags = mvt.AppendVarint(r.tags, uint64(r.key(c, column.Field.Name)))
			r.tags = mvt.AppendVarint(r.tags, uint64(r.value(c, column, ref)))
		}
	}
	r.message(uint64(uint32(it.fid)), byte(kind), r.pen.bytes, rest)
}

func minus(a, b mesh.Point) mesh.Point { return mesh.Point{X: a.X - b.X, Y: a.Y - b.Y} }

// message appends a Feature message of the tags gathered and a geometry in two
// pieces.
func (r *room) message(id uint64, kind byte, geometry, rest []byte) {
	drawn := len(geometry) + len(rest)
	size := 1 + mvt.VarintLen(id) + 1 + mvt.VarintLen(uint64(len(r.tags))) + len(r.tags) + 2 + 1 + mvt.VarintLen(uint64(drawn)) + drawn
	b := append(r.features, mvt.LayerFeature)
	b = mvt.AppendVarint(b, uint64(size))
	b = append(b, mvt.FeatureID)
	b = mvt.AppendVarint(b, id)
	b = append(b, mvt.FeatureTags)
	b = mvt.AppendVarint(b, uint64(len(r.tags)))
	b = append(b, r.tags...)
	b = append(b, mvt.FeatureType, kind, mvt.FeatureGeometry)
	b = mvt.AppendVarint(b, uint64(drawn))
	b = append(b, geometry...)
	r.features = append(b, rest...)
}

// key is the number of a column's key in the tile.
func (r *room) key(column int, name string) uint32 {
	if r.keyOf[column] == 0 {
		r.keyOf[column] = r.newKey(name) + 1
	}
	return r.keyOf[column] - 1
}

func (r *room) newKey(name string) uint32 {
	r.keys = append(r.keys, mvt.LayerKey)
	r.keys = mvt.AppendVarint(r.keys, uint64(len(name)))
	r.keys = append(r.keys, name...)
	r.keyCount++
	return r.keyCount - 1
}

// value is the number of a column's value in the tile.
func (r *room) value(c int, column *held.Column, ref uint32) uint32 {
	if column.Once {
		return r.newValue(column.Message(ref))
	}
	if n := column.Values(); len(r.seen[c]) < n {
		r.seen[c] = slices.Grow(r.seen[c], n-len(r.seen[c]))[:n]
	}
	s := &r.seen[c][ref]
	if s.epoch != r.epoch {
		*s = seen{r.epoch, r.newValue(column.Message(ref))}
	}
	return s.number
}

func (r *room) newValue(message []byte) uint32 {
	r.values = append(r.values, mvt.LayerValue)
	r.values = mvt.AppendVarint(r.values, uint64(len(message)))
	r.values = append(r.values, message...)
	r.valueCount++
	return r.valueCount - 1
}

// tile is the finished bytes; nil when there is no feature.
func (r *room) tile() []byte {
	if len(r.features) == 0 {
		return nil
	}
	name := r.layer.ID
	size := 2 + 1 + mvt.VarintLen(uint64(len(name))) + len(name) + len(r.features) + len(r.keys) + len(r.values) + 1 + mvt.VarintLen(Extent)
	b := make([]byte, 0, 1+mvt.VarintLen(uint64(size))+size)
	b = append(b, mvt.TileLayer)
	b = mvt.AppendVarint(b, uint64(size))
	b = append(b, mvt.LayerVersion, 2, mvt.LayerName)
	b = mvt.AppendVarint(b, uint64(len(name)))
	b = append(b, name...)
	b = append(b, r.features...)
	b = append(b, r.keys...)
	b = append(b, r.values...)
	b = append(b, mvt.LayerExtent)
	return mvt.AppendVarint(b, Extent)
}
