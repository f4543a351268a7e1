package pyramid

import (
	"encoding/binary"

	"sitmap/geo/mesh"
	"sitmap/tiles/mvt"
)

// pen writes the commands of a geometry.
type pen struct {
	bytes []byte
	at    mesh.Point
}

func (p *pen) delta(to mesh.Point) {
	p.bytes = mvt.AppendVarint(p.bytes, uint64(mvt.Zigzag(to.X-p.at.X)))
	p.bytes = mvt.AppendVarint(p.bytes, uint64(mvt.Zigzag(to.Y-p.at.Y)))
	p.at = to
}

func (p *pen) command(command, count uint32) {
	p.bytes = mvt.AppendVarint(p.bytes, uint64(mvt.Command(command, count)))
}

// point writes a single point.
func (p *pen) point(at mesh.Point) {
	p.command(mvt.MoveTo, 1)
	p.delta(at)
}

// line writes a line of two points or more.
func (p *pen) line(points []mesh.Point) {
	p.point(points[0])
	p.command(mvt.LineTo, uint32(len(points)-1))
	for _, q := range points[1:] {
		p.delta(q)
	}
}

// ring writes a ring of three points or more, without its closing point.
func (p *pen) ring(points []mesh.Point) {
	p.line(points)
	p.command(mvt.ClosePath, 1)
}

// drawing is geometry read back: line or ring k is points[ends[k-1]:ends[k]].
type drawing struct {
	points []mesh.Point
	ends   []int
}

func (d *drawing) reset() { d.points, d.ends = d.points[:0], d.ends[:0] }

// part is line or ring k.
func (d *drawing) part(k int) []mesh.Point {
	first := 0
	if k > 0 {
		first = d.ends[k-1]
	}
	return d.points[first:d.ends[k]]
}

// read appends what a pen wrote after the parameters of its first MoveTo, which
// led to at.
func (d *drawing) read(bytes []byte, at mesh.Point) {
	d.points = append(d.points, at)
	for len(bytes) > 0 {
		word, n := uvarint(bytes)
		bytes = bytes[n:]
		command, count := word&7, int(word>>3)
		if command == mvt.ClosePath {
			continue
		}
		if command == mvt.MoveTo {
			d.ends = append(d.ends, len(d.points))
		}
		for range count {
			dx, n := uvarint(bytes)
			bytes = bytes[n:]
			dy, m := uvarint(bytes)
			bytes = bytes[m:]
			at.X += mvt.Unzigzag(dx)
			at.Y += mvt.Unzigzag(dy)
			d.points = append(d.points, at)
		}
	}
	d.ends = append(d.ends, len(d.points))
}

// uvarint reads what AppendVarint wrote; most are of one or two bytes.
func uvarint(b []byte) (uint32, int) {
	if b[0] < 0x80 {
		return uint32(b[0]), 1
	}
	if b[1] < 0x80 {
		return uint32(b[0]&0x7f) | uint32(b[1])<<7, 2
	}
	v, n := binary.Uvarint(b)
	return uint32(v), n
}

// turn is twice the area of the ring by the surveyor's formula; positive when
// it runs clockwise on the screen, as the outer rings of vector tiles do.
func turn(ring []mesh.Point) int64 {
	var sum int64
	last := ring[len(ring)-1]
	for _, p := range ring {
		sum += int64(last.X)*int64(p.Y) - int64(p.X)*int64(last.Y)
		last = p
	}
	return sum
}
