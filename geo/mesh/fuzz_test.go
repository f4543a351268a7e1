package mesh

import (
	"reflect"
	"slices"
	"testing"
)

// shapesOf reads shapes from bytes: 255 ends a shape, 254 a ring, all else is
// a coordinate.
func shapesOf(data []byte, scale int32) (shapes []Shape) {
	shape, ring := Shape{}, []Point{}
	var x *int32
	for _, b := range data {
		if b >= 254 {
			shape, ring, x = append(shape, ring), nil, nil
			if b == 255 {
				shapes, shape = append(shapes, shape), nil
			}
			continue
		}
		v := int32(b) * scale
		if x == nil {
			x = &v
			continue
		}
		ring, x = append(ring, Point{*x, v}), nil
	}
	return append(shapes, append(shape, ring))
}

// FuzzLevel gives the mesh anything: overlapping, crossing, touching, folded.
// Each polygon must be valid by itself, in every order of the input.
func FuzzLevel(f *testing.F) {
	f.Add([]byte{0, 0, 10, 0, 10, 10, 0, 10, 255, 10, 0, 20, 0, 20, 10, 10, 10}, uint8(1), uint8(4), uint8(3))
	f.Add([]byte{0, 0, 90, 0, 90, 90, 0, 90, 254, 1, 1, 80, 2, 40, 40, 255, 40, 40, 1, 1, 80, 2}, uint8(2), uint8(9), uint8(1))
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9, 255, 3, 3, 200, 4, 3, 5, 255, 3, 4, 200, 3, 210, 9}, uint8(0), uint8(0), uint8(100))
	f.Add([]byte{0, 0, 40, 1, 80, 0, 80, 80, 0, 80, 255, 0, 0, 0, 80, 80, 80, 80, 0, 41, 3, 40, 3, 39, 1}, uint8(3), uint8(2), uint8(7))
	f.Fuzz(func(t *testing.T, data []byte, shift, tolerance, scale uint8) {
		if len(data) > 400 {
			return
		}
		if scale == 255 { // as far apart as can be, where products wrap around: only no panic
			wide := New(shapesOf(data, 1<<24+1))
			wide.Level(uint(shift), float64(tolerance)*(1<<20))
			wide.Level(0, 0)
		}
		shapes := shapesOf(data, 1+int32(scale))
		m := New(shapes)
		l := &level{mesh: m}
		results := l.run(uint(shift%16), float64(tolerance)/16)
		for i, p := range results {
			if err := valid(p); err != nil {
				t.Errorf("shape %d, %v, is %v: %v", i, shapes[i], p, err)
			}
		}
		checkApart(t, results)
		if l.rings.turned != 0 {
			t.Errorf("%d shapes were no boundaries after rounding", l.rings.turned)
		}
		slices.Reverse(shapes)
		for _, s := range shapes {
			slices.Reverse(s)
			for _, r := range s {
				slices.Reverse(r)
			}
		}
		back := New(shapes).Level(uint(shift%16), float64(tolerance)/16)
		slices.Reverse(back)
		if !reflect.DeepEqual(results, back) {
			t.Errorf("%v\nis not the result in reverse order\n%v", results, back)
		}
	})
}
