package mesh

import (
	"math"
	"math/rand/v2"
)

// A made-up coverage: a warped lattice whose borders are wavy, with cells
// merged, cut out, put into each other and given away.

// lattice is the size and the look of a made-up coverage.
type lattice struct {
	across, up int
	size       float64 // of a cell, in world units
	steps      int     // edges from corner to corner
	jitter     float64 // of corners, in cells
	wave       float64 // of borders, in their length
	seed       uint64
	corner     Point
}

func (l lattice) noise(i, j, what int) float64 {
	r := rand.New(rand.NewPCG(l.seed^uint64(what)<<40, uint64(i)<<32|uint64(uint32(j))))
	return r.Float64()
}

// at is the place of corner i, j.
func (l lattice) at(i, j int) Point {
	x := (float64(i) + l.jitter*(l.noise(i, j, 1)-0.5)) * l.size
	y := (float64(j) + l.jitter*(l.noise(i, j, 2)-0.5)) * l.size
	return Point{l.corner.X + int32(x), l.corner.Y + int32(y)}
}

// side is the border from corner to corner without the last point, the same
// from both ends.
func (l lattice) side(i, j, i2, j2 int) []Point {
	if i2 < i || j2 < j {
		back := append(l.side(i2, j2, i, j), l.at(i, j))
		line := make([]Point, 0, len(back))
		for k := len(back) - 1; k > 0; k-- {
			line = append(line, back[k])
		}
		return line
	}
	a, b := l.at(i, j), l.at(i2, j2)
	line := []Point{a}
	phase := 2 * math.Pi * l.noise(i+i2, j+j2, 3)
	for k := 1; k < l.steps; k++ {
		f := float64(k) / float64(l.steps)
		bend := l.wave * (math.Sin(f*2*math.Pi+phase) - math.Sin(phase)*(1-2*f)) * math.Sin(f*math.Pi)
		dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
		line = append(line, Point{a.X + int32(f*dx-bend*dy), a.Y + int32(f*dy+bend*dx)})
	}
	return line
}

// cell is the outline of one cell.
func (l lattice) cell(i, j int) []Point {
	ring := l.side(i, j, i+1, j)
	ring = append(ring, l.side(i+1, j, i+1, j+1)...)
	ring = append(ring, l.side(i+1, j+1, i, j+1)...)
	return append(ring, l.side(i, j+1, i, j)...)
}

// wild makes a coverage of every kind of trouble. Shapes are lists of cells,
// whose common borders cancel by the odd-even rule.
func (l lattice) wild(r *rand.Rand) []Shape {
	label := make([]int, l.across*l.up)
	for c := range label {
		label[c] = c
		switch {
		case c%l.across > 0 && r.IntN(3) == 0:
			label[c] = label[c-1]
		case c >= l.across && r.IntN(3) == 0:
			label[c] = label[c-l.across]
		case c > 2 && r.IntN(6) == 0:
			label[c] = label[r.IntN(c)] // a detached part, or one that touches in a point
		case r.IntN(12) == 0:
			label[c] = -1 // a gap in the coverage
		}
	}
	byLabel := map[int]int{}
	var shapes []Shape
	for c, lab := range label {
		if lab < 0 {
			continue
		}
		at, ok := byLabel[lab]
		if !ok {
			at = len(shapes)
			byLabel[lab] = at
			shapes = append(shapes, nil)
		}
		outline := l.cell(c%l.across, c/l.across)
		shapes[at] = append(shapes[at], outline)
		// Islands and enclaves: rings around a corner of the middle.
		if r.IntN(3) == 0 {
			var cx, cy int
			for _, p := range outline {
				cx, cy = cx+int(p.X), cy+int(p.Y)
			}
			middle := Point{int32(cx / len(outline)), int32(cy / len(outline))}
			radius := l.size * (0.02 + 0.15*r.Float64())
			if r.IntN(3) == 0 {
				radius = l.size * 0.01
			}
			n := 3 + r.IntN(12)
			ring := make([]Point, n)
			for k := range ring {
				s, c := math.Sincos(2 * math.Pi * float64(k) / float64(n))
				w := radius * (0.6 + 0.4*r.Float64())
				ring[k] = Point{middle.X + int32(w*c), middle.Y + int32(w*s)}
			}
			shapes[at] = append(shapes[at], ring)
			if r.IntN(3) > 0 {
				shapes = append(shapes, Shape{ring})
			}
		}
	}
	return shapes
}

// cells gives every cell a shape of its own.
func (l lattice) cells() []Shape {
	shapes := make([]Shape, 0, l.across*l.up)
	for j := range l.up {
		for i := range l.across {
			shapes = append(shapes, Shape{l.cell(i, j)})
		}
	}
	return shapes
}

// city is as large as the real one: 28,175 cells in world units of a real map
// at 38 degrees, most of them wide and 26 vertices each.
func city() []Shape {
	l := lattice{across: 175, up: 161, size: 52000, steps: 7, jitter: 0.4, wave: 0.12, seed: 1, corner: Point{1_680_000_000, 820_000_000}}
	return l.cells()
}
