package mesh

import (
	"reflect"
	"testing"
)

// near tells which shapes come within the margin of a marked one, box by box;
// marked ones included.
func near(shapes []Shape, marked []bool, margin int32) []bool {
	boxes := make([]box, len(shapes))
	for i, s := range shapes {
		boxes[i] = box{s[0][0], s[0][0]}
		for _, r := range s {
			for _, p := range r {
				b := &boxes[i]
				b.low.X, b.low.Y = min(b.low.X, p.X), min(b.low.Y, p.Y)
				b.high.X, b.high.Y = max(b.high.X, p.X), max(b.high.Y, p.Y)
			}
		}
	}
	out := make([]bool, len(shapes))
	for i, b := range boxes {
		for j, o := range boxes {
			if marked[j] && b.low.X-margin <= o.high.X && b.high.X+margin >= o.low.X && b.low.Y-margin <= o.high.Y && b.high.Y+margin >= o.low.Y {
				out[i] = true
				break
			}
		}
	}
	return out
}

// A change of one border needs its neighbourhood only: what lies within one
// step (touching boxes) of the change comes out of two steps as it does out of
// the whole coverage, unless shapes are so small that others further away fall
// into the same squares; a rim of four units covers those.
func TestNeighbourhoodIsEnough(t *testing.T) {
	for _, size := range []float64{52000, 6000, 1500} { // 12, 1.5 and 0.4 units of zoom 7
		l := lattice{across: 24, up: 24, size: size, steps: 7, jitter: 0.5, wave: 0.12, seed: 5, corner: Point{1_700_000_000, 830_000_000}}
		for _, rim := range []int32{0, 4} {
			checked, different := map[uint]int{}, map[uint]int{}
			for change := range 10 {
				shapes := l.cells()
				i, j := 4+change%16, 4+(change*7)%16
				at := j*l.across + i
				// The eastern border of the cell bulges to the west.
				common := l.side(i+1, j, i+1, j+1)[1:]
				moved := map[Point]Point{}
				for _, p := range common {
					moved[p] = Point{p.X - int32(size/9), p.Y}
				}
				marked := make([]bool, len(shapes))
				for _, k := range []int{at, at + 1} {
					marked[k] = true
					for v, p := range shapes[k][0] {
						if to, ok := moved[p]; ok {
							shapes[k][0][v] = to
						}
					}
				}
				whole := New(shapes)
				for z := uint(7); z <= 16; z++ {
					shift := 19 - z
					results := whole.Level(shift, 1)
					one := near(shapes, marked, 0)
					two := near(shapes, one, rim<<shift)
					var part []Shape
					var number []int
					for k, s := range shapes {
						if two[k] {
							part, number = append(part, s), append(number, k)
						}
					}
					for k, p := range New(part).Level(shift, 1) {
						if one[number[k]] {
							checked[z]++
							if !reflect.DeepEqual(p, results[number[k]]) {
								different[z]++
							}
						}
					}
				}
			}
			for z := uint(7); z <= 16; z++ {
				if different[z] == 0 {
					continue
				}
				t.Logf("cells of %g, rim of %d units, zoom %d: %d of %d differ", size, rim, z, different[z], checked[z])
				if rim > 0 || size > float64(int(1)<<(19-z)) {
					t.Errorf("cells of %g, zoom %d: %d of %d shapes differ from the whole coverage's", size, z, different[z], checked[z])
				}
			}
		}
	}
}
