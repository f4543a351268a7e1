package mesh

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestLine(t *testing.T) {
	for name, c := range map[string]struct {
		points    []Point
		shift     uint
		tolerance float64
		want      []Point
	}{
		// 8 world units make one of the grid; 4 round up, 3 down.
		"rounding":                      {[]Point{{4, 3}, {80, 20}}, 3, 1, []Point{{1, 0}, {10, 3}}},
		"a bend within the tolerance":   {[]Point{{0, 0}, {40, 7}, {80, 0}}, 3, 1, []Point{{0, 0}, {10, 0}}},
		"a bend beyond the tolerance":   {[]Point{{0, 0}, {40, 9}, {80, 0}}, 3, 1, []Point{{0, 0}, {5, 1}, {10, 0}}},
		"no tolerance":                  {[]Point{{0, 0}, {5, 0}, {9, 0}}, 0, 0, []Point{{0, 0}, {5, 0}, {9, 0}}},
		"shrunk to a point":             {[]Point{{0, 0}, {1, 1}, {2, 0}}, 3, 1, nil},
		"a single point":                {[]Point{{5, 5}}, 3, 1, nil},
		"a closed line keeps its shape": {[]Point{{0, 0}, {80, 0}, {80, 80}, {0, 80}, {0, 0}}, 3, 1, []Point{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}},
		"the same point repeated":       {[]Point{{0, 0}, {0, 0}, {80, 0}, {80, 0}}, 3, 1, []Point{{0, 0}, {10, 0}}},
	} {
		if got := Line(c.points, c.shift, c.tolerance); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What is left out lies within the tolerance of what stays, from both ends.
func TestLineStaysWithinTheTolerance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		points := []Point{{1 << 20, 1 << 20}}
		for range 2 + r.IntN(200) {
			last := points[len(points)-1]
			points = append(points, Point{last.X + int32(r.IntN(400)) - 100, last.Y + int32(r.IntN(400)) - 200})
		}
		points = slices.Compact(points)
		tolerance := 200 * r.Float64()
		line := Line(points, 0, tolerance)
		for _, p := range points {
			nearest := math.Inf(1)
			for i := 1; i < len(line); i++ {
				nearest = min(nearest, distance(p, line[i-1], line[i]))
			}
			if nearest > tolerance*(1+1e-9) {
				t.Fatalf("%v is %g from the line, tolerance %g", p, nearest, tolerance)
			}
		}
		back := slices.Clone(points)
		slices.Reverse(back)
		again := Line(back, 0, tolerance)
		slices.Reverse(again)
		if !reflect.DeepEqual(line, again) {
			t.Fatalf("%v from one end, %v from the other", line, again)
		}
	}
}

// distance is that of p from the segment a–b.
func distance(p, a, b Point) float64 {
	ax, ay, bx, by := float64(a.X), float64(a.Y), float64(b.X), float64(b.Y)
	x, y := float64(p.X), float64(p.Y)
	f := 0.0
	if l := (bx-ax)*(bx-ax) + (by-ay)*(by-ay); l > 0 {
		f = min(1, max(0, ((x-ax)*(bx-ax)+(y-ay)*(by-ay))/l))
	}
	return math.Hypot(ax+f*(bx-ax)-x, ay+f*(by-ay)-y)
}

// A straight border of very many points ends in the time of the others.
func TestLongStraightLine(t *testing.T) {
	var points []Point
	for k := range int32(100000) {
		points = append(points, Point{k, 2 * k})
	}
	if got, want := Line(points, 0, 1), []Point{points[0], points[len(points)-1]}; !reflect.DeepEqual(got, want) {
		t.Errorf("%d points left, want the ends", len(got))
	}
}
