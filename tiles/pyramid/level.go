package pyramid

import (
	"sitmap/geo"
	"sitmap/geo/mesh"
)

const (
	// Extent is the units across a tile, Buffer the units drawn beyond its edge so
	// that outlines and symbols are not cut.
	Extent = 1 << extentBits
	Buffer = 64

	extentBits = 12
	worldBits  = geo.WorldBits
)

// shiftOf is the bits dropped from the world's square to the grid of a zoom.
func shiftOf(zoom int) uint { return uint(worldBits - extentBits - zoom) }

// level is the lines and outlines of a part as a zoom shows them, each already
// in the commands of a tile. Feature i has bytes blob[off[i]:off[i+1]] after the
// parameters of its first MoveTo, which leads to start[i]; none where it does
// not appear.
type level struct {
	box   []mesh.Box // in the zoom's grid
	start []mesh.Point
	off   []uint32
	blob  []byte
}

func (l *level) bytes(i int32) []byte { return l.blob[l.off[i]:l.off[i+1]] }

// tolerance is how far a generalised line may stray, in units of the grid. Eight
// units are a pixel where a tile is shown 512 pixels wide; a coarser one makes
// tiles of grids hardly smaller, because names weigh more than corners, and
// moves more ground from one small grid to the next. The deepest zoom is shown
// enlarged and keeps more.
func tolerance(zoom, deepest int) float64 {
	if zoom == deepest {
		return 0.5
	}
	return 1
}

// drawn is one feature as a zoom shows it.
type drawn struct {
	box   mesh.Box
	start mesh.Point
	bytes []byte // empty where it does not appear
}

func (l *level) drawn(i int32) drawn { return drawn{l.box[i], l.start[i], l.bytes(i)} }

// newLevel packs the features of a part as a zoom shows them.
func newLevel(all []drawn) *level {
	l := &level{box: make([]mesh.Box, len(all)), start: make([]mesh.Point, len(all)), off: make([]uint32, len(all)+1)}
	size := 0
	for _, d := range all {
		size += len(d.bytes)
	}
	l.blob = make([]byte, 0, size)
	for i, d := range all {
		l.box[i], l.start[i] = d.box, d.start
		l.blob = append(l.blob, d.bytes...)
		l.off[i+1] = uint32(len(l.blob))
	}
	return l
}

// easel draws features one after another into one buffer.
type easel struct{ pen pen }

// lines draws lines as a zoom shows them.
func (e *easel) lines(lines mesh.Shape, shift uint, tol float64) (d drawn) {
	e.pen.bytes = nil
	for _, line := range lines {
		if points := mesh.Line(line, shift, tol); len(points) >= 2 {
			e.begin(&d, points)
			e.pen.line(points)
		}
	}
	return e.end(d)
}

// polygons draws generalised polygons.
func (e *easel) polygons(polygons mesh.Polygons) (d drawn) {
	e.pen.bytes = nil
	for _, polygon := range polygons {
		for _, ring := range polygon {
			e.begin(&d, ring)
			e.pen.ring(ring)
		}
	}
	return e.end(d)
}

// begin notes where a drawing starts and how far it reaches.
func (e *easel) begin(d *drawn, points []mesh.Point) {
	if len(e.pen.bytes) == 0 {
		d.start, e.pen.at = points[0], points[0]
		d.box = mesh.Box{Min: points[0], Max: points[0]}
	}
	for _, p := range points {
		d.box = d.box.With(p)
	}
}

// end leaves out the first command and its parameters, which are zero because
// the pen began where they lead.
func (e *easel) end(d drawn) drawn {
	if len(e.pen.bytes) > 0 {
		d.bytes = e.pen.bytes[3:]
	}
	return d
}
