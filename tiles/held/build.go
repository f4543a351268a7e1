package held

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/mesh"
	"sitmap/layers"
)

// Builder gathers features into a part.
type Builder struct {
	part    Part
	words   *Words
	pointy  bool
	scratch []byte
}

// NewBuilder begins a part of a layer. words are those of the layer's other
// parts, or nil for its first.
func NewBuilder(l layers.Layer, words *Words) *Builder {
	if words == nil {
		words = newWords(l)
	}
	b := &Builder{part: Part{Layer: l}, words: words, pointy: l.Geometry == layers.Points}
	b.part.Columns = make([]Column, len(words.columns))
	if !b.pointy {
		b.part.rings, b.part.shape = []uint32{0}, []uint32{0}
	}
	return b
}

// Add takes a feature. A shape that cannot be held is an error of kind
// layers.ErrInvalid: the layer then stays where it rests.
func (b *Builder) Add(f layers.Feature) error {
	p := &b.part
	kind, err := b.addShape(f.Geometry)
	if err != nil {
		return fmt.Errorf("%s %s: %w", p.Layer.ID, f.ID, err)
	}
	if p.Layer.Dated() {
		at, err := p.Layer.Instant(f)
		if err != nil {
			return fmt.Errorf("%s %s: %w", p.Layer.ID, f.ID, err)
		}
		p.At = append(p.At, at)
	}
	p.FID, p.Area, p.Kind = append(p.FID, f.FID), append(p.Area, f.Area), append(p.Kind, kind)
	p.Synthetic, p.Version = append(p.Synthetic, f.Synthetic), append(p.Version, f.Version)
	for i := range p.Columns {
		v := any(f.ID)
		if i > 0 {
			v = f.Properties[p.Layer.Fields[i-1].Name]
		}
		var ref uint32
		ref, b.scratch = b.words.ref(i, v, b.scratch)
		p.Columns[i].Refs = append(p.Columns[i].Refs, ref)
	}
	return nil
}

// Copy takes feature i of a part that was built with the same words.
func (b *Builder) Copy(from *Part, i int) {
	p := &b.part
	p.FID, p.Area, p.Kind = append(p.FID, from.FID[i]), append(p.Area, from.Area[i]), append(p.Kind, from.Kind[i])
	p.Synthetic, p.Version = append(p.Synthetic, from.Synthetic[i]), append(p.Version, from.Version[i])
	if from.At != nil {
		p.At = append(p.At, from.At[i])
	}
	for c := range p.Columns {
		p.Columns[c].Refs = append(p.Columns[c].Refs, from.Columns[c].Refs[i])
	}
	if b.pointy {
		p.points, p.exact = append(p.points, from.points[i]), append(p.exact, from.exact[i])
		return
	}
	for r := from.shape[i]; r < from.shape[i+1]; r++ {
		first, end := from.rings[r], from.rings[r+1]
		p.points, p.exact = append(p.points, from.points[first:end]...), append(p.exact, from.exact[first:end]...)
		b.endRing(from.begins[r])
	}
	b.endShape(from.several[i])
}

// Retell takes feature i of a part that was built with other words.
func (b *Builder) Retell(from *Part, i int) {
	b.Copy(from, i)
	for c := range b.part.Columns {
		column, refs := &from.Columns[c], b.part.Columns[c].Refs
		refs[len(refs)-1], b.scratch = b.words.ref(c, column.Value(column.Refs[i]), b.scratch)
	}
}

// addShape takes the geometry. In layers of points every feature has one point.
func (b *Builder) addShape(g orb.Geometry) (Kind, error) {
	if point, ok := g.(orb.Point); ok {
		b.addPoint(point)
		if !b.pointy {
			b.endRing(false)
			b.endShape(false)
		}
		return Point, nil
	}
	if b.pointy {
		return None, fmt.Errorf("a %s in a layer of points: %w", kindName(g), layers.ErrInvalid)
	}
	kind, several := Polygon, false
	switch g := g.(type) {
	case nil:
		kind = None
	case orb.LineString:
		kind = Line
		b.addLine(g)
	case orb.MultiLineString:
		kind, several = Line, true
		for _, line := range g {
			b.addLine(line)
		}
	case orb.Polygon:
		b.addPolygon(g)
	case orb.MultiPolygon:
		several = true
		for _, polygon := range g {
			b.addPolygon(polygon)
		}
	default:
		return None, fmt.Errorf("a %s cannot be held: %w", kindName(g), layers.ErrInvalid)
	}
	b.endShape(several)
	return kind, nil
}

func kindName(g orb.Geometry) string {
	if g == nil {
		return "feature without a place"
	}
	return g.GeoJSONType()
}

func (b *Builder) addPoint(q orb.Point) {
	b.part.points, b.part.exact = append(b.part.points, spot(q)), append(b.part.exact, q)
}

func (b *Builder) addLine(line orb.LineString) {
	for _, q := range line {
		b.addPoint(q)
	}
	b.endRing(false)
}

func (b *Builder) addPolygon(polygon orb.Polygon) {
	for k, ring := range polygon {
		if n := len(ring); n > 1 && ring[0] == ring[n-1] {
			ring = ring[:n-1]
		}
		for _, q := range ring {
			b.addPoint(q)
		}
		b.endRing(k == 0)
	}
}

func (b *Builder) endRing(begins bool) {
	b.part.rings, b.part.begins = append(b.part.rings, uint32(len(b.part.points))), append(b.part.begins, begins)
}

func (b *Builder) endShape(several bool) {
	b.part.shape, b.part.several = append(b.part.shape, uint32(len(b.part.rings)-1)), append(b.part.several, several)
}

func spot(p orb.Point) mesh.Point {
	x, y := geo.World(p)
	return mesh.Point{X: x, Y: y}
}

// Part ends the building. Features must have come in the order of FID.
func (b *Builder) Part() (*Part, *Words) {
	p := &b.part
	for i, c := range b.words.columns {
		refs := p.Columns[i].Refs
		p.Columns[i] = c
		p.Columns[i].Refs = slices.Clip(refs)
	}
	if b.pointy {
		p.alongCurve()
	}
	p.points, p.exact = slices.Clip(p.points), slices.Clip(p.exact)
	p.rings, p.begins = slices.Clip(p.rings), slices.Clip(p.begins)
	p.shape, p.several = slices.Clip(p.shape), slices.Clip(p.several)
	p.ids = newIDs(&p.Columns[0])
	return p, b.words
}

// alongCurve puts points in the order of the Z-order curve; those of one place
// stay in the order of FID.
func (p *Part) alongCurve() {
	order := make([]int32, p.Len())
	codes := make([]uint64, p.Len())
	for i := range order {
		order[i], codes[i] = int32(i), ZOrder(p.points[i])
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		switch {
		case codes[a] < codes[b]:
			return -1
		case codes[a] > codes[b]:
			return 1
		}
		return 0
	})
	p.FID, p.Area, p.Kind = taken(p.FID, order), taken(p.Area, order), taken(p.Kind, order)
	p.Synthetic, p.Version = taken(p.Synthetic, order), taken(p.Version, order)
	p.points, p.exact = taken(p.points, order), taken(p.exact, order)
	if p.At != nil {
		p.At = taken(p.At, order)
	}
	for i := range p.Columns {
		p.Columns[i].Refs = taken(p.Columns[i].Refs, order)
	}
	// The k-th came as order[k], that is in the order of FID.
	p.rank = order
	p.byFID = make([]int32, len(order))
	for k, i := range order {
		p.byFID[i] = int32(k)
	}
}

func taken[T any](all []T, order []int32) []T {
	out := make([]T, len(all))
	for k, i := range order {
		out[k] = all[i]
	}
	return out
}

// ZOrder is where a place lies along the Z-order curve: the bits of y and x in
// turn, y first. The places of a tile of zoom z share the first 2z bits.
func ZOrder(p mesh.Point) uint64 { return spread(uint32(p.Y))<<1 | spread(uint32(p.X)) }

// spread puts a zero before each bit; Warren, Hacker's Delight, 2nd ed., 7-2.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}
