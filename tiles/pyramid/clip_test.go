package pyramid

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"sitmap/geo/mesh"
)

// drawn rings, given as points, read into a clipper.
func clipped(rings ...[]mesh.Point) (*clipper, drawing) {
	var e easel
	d := e.polygons(mesh.Polygons{rings})
	var c clipper
	if len(d.bytes) > 0 {
		c.in.read(d.bytes, d.start)
	}
	var out pen
	c.polygons(&out)
	var back drawing
	if len(out.bytes) > 0 {
		// The first MoveTo and its two parameters are read by hand.
		b := out.bytes[1:]
		x, n := uvarint(b)
		y, m := uvarint(b[n:])
		back.read(b[n+m:], mesh.Point{X: int32(x>>1) ^ -int32(x&1), Y: int32(y>>1) ^ -int32(y&1)})
	}
	return &c, back
}

func areaOf(d drawing) (sum int64) {
	for k := range d.ends {
		sum += turn(d.part(k))
	}
	return sum / 2
}

// Areas worked out on paper. The window reaches from -64 to 4160, and what is
// cut lies one further out.
func TestClip(t *testing.T) {
	box := func(x0, y0, x1, y1 int32) []mesh.Point {
		return []mesh.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	}
	hole := func(x0, y0, x1, y1 int32) []mesh.Point {
		return []mesh.Point{{X: x0, Y: y0}, {X: x0, Y: y1}, {X: x1, Y: y1}, {X: x1, Y: y0}}
	}
	const side = 4161 + 65
	for name, test := range map[string]struct {
		rings [][]mesh.Point
		area  int64
		parts int
	}{
		"inside":                    {[][]mesh.Point{box(10, 10, 20, 30)}, 200, 1},
		"all around":                {[][]mesh.Point{box(-9000, -9000, 9000, 9000)}, side * side, 1},
		"beside":                    {[][]mesh.Point{box(5000, 0, 6000, 100)}, 0, 0},
		"over the left edge":        {[][]mesh.Point{box(-1000, 0, 100, 100)}, 165 * 100, 1},
		"over two edges":            {[][]mesh.Point{box(-1000, -1000, 100, 100)}, 165 * 165, 1},
		"from side to side":         {[][]mesh.Point{box(-1000, 0, 9000, 100)}, side * 100, 1},
		"around with a hole inside": {[][]mesh.Point{box(-9000, -9000, 9000, 9000), hole(0, 0, 10, 10)}, side*side - 100, 2},
		"around with a hole across": {[][]mesh.Point{box(-9000, -9000, 9000, 9000), hole(-1000, 0, 9000, 100)}, side*side - side*100, 2},
		"in its hole":               {[][]mesh.Point{box(-9000, -9000, 9000, 9000), hole(-8000, -8000, 8000, 8000)}, 0, 0},
		// A comb whose two teeth reach in from the left.
		"two pieces": {[][]mesh.Point{{
			{X: -1000, Y: 0}, {X: 100, Y: 0}, {X: 100, Y: 10}, {X: -500, Y: 10},
			{X: -500, Y: 20}, {X: 100, Y: 20}, {X: 100, Y: 30}, {X: -1000, Y: 30},
		}}, 2 * 165 * 10, 2},
	} {
		t.Run(name, func(t *testing.T) {
			_, out := clipped(test.rings...)
			if got := areaOf(out); got != test.area || len(out.ends) != test.parts {
				t.Errorf("area %d in %d rings, want %d in %d", got, len(out.ends), test.area, test.parts)
			}
		})
	}
}

// However wild the rings, the clipper neither fails nor leaves the window.
func FuzzClip(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 8 {
		b := make([]byte, 40)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var ring []mesh.Point
		for ; len(b) >= 4; b = b[4:] {
			ring = append(ring, mesh.Point{X: int32(int16(binary.LittleEndian.Uint16(b))) / 4, Y: int32(int16(binary.LittleEndian.Uint16(b[2:]))) / 4})
		}
		if len(ring) < 3 {
			return
		}
		c, out := clipped(ring)
		for _, p := range out.points {
			if p.X < edgeLow || p.X > edgeHigh || p.Y < edgeLow || p.Y > edgeHigh {
				t.Errorf("%v lies outside", p)
			}
		}
		var lines pen
		c.lines(&lines)
	})
}
