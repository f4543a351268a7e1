package planar

import (
	"math/rand/v2"
	"testing"
)

const aspect = 0.8

// scattered are n different random points of a square.
func scattered(seed uint64, n int, size int32) []Point {
	r := rand.New(rand.NewPCG(seed, 1))
	seen := make(map[Point]bool)
	var points []Point
	for len(points) < n {
		if p := (Point{r.Int32N(size), r.Int32N(size)}); !seen[p] {
			seen[p] = true
			points = append(points, p)
		}
	}
	return points
}

// latticed are the points of a square lattice, where four always lie on one circle.
func latticed(n int32) []Point {
	var points []Point
	for x := range n {
		for y := range n {
			points = append(points, Point{x * 1000, y * 1000})
		}
	}
	return points
}

// The defining property, asked by brute force: no site lies clearly inside the
// circle through the corners of a triangle. And Euler: with h corners on the
// hull there are 2n-2-h triangles; the frame's hull has four.
func TestNoSiteInsideACircle(t *testing.T) {
	tests := map[string][]Point{
		"scattered":             scattered(1, 400, 1_000_000),
		"crowded":               scattered(2, 300, 40),
		"lattice":               latticed(12),
		"on one line":           {{0, 0}, {10, 0}, {20, 0}, {30, 0}, {40, 0}},
		"on an edge of another": {{0, 0}, {100, 0}, {50, 80}, {50, 0}, {25, 0}},
		"two":                   {{5, 5}, {9, 9}},
	}
	for name, sites := range tests {
		mesh, err := Triangulate(sites, aspect)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := len(mesh.Corners)/3, 2*(len(sites)+4)-2-4; got != want {
			t.Errorf("%s: %d triangles, want %d", name, got, want)
		}
		for c := 0; c < len(mesh.Corners); c += 3 {
			a, b, d := mesh.Points[mesh.Corners[c]], mesh.Points[mesh.Corners[c+1]], mesh.Points[mesh.Corners[c+2]]
			if Cross(a, b, d) <= 0 {
				t.Fatalf("%s: triangle %v %v %v is not counter-clockwise", name, a, b, d)
			}
			for _, p := range sites {
				if p != a && p != b && p != d && mesh.inCircle(a, b, d, p) {
					t.Fatalf("%s: %v lies inside the circle of %v %v %v", name, p, a, b, d)
				}
			}
		}
		for h, g := range mesh.Twins {
			if g >= 0 && (mesh.Twins[g] != int32(h) || mesh.Corners[h] != mesh.Corners[next(g)]) {
				t.Fatalf("%s: half-edges %d and %d are no twins", name, h, g)
			}
		}
	}
}

// Every place between two cells is equally far from both sites.
func TestBordersLieHalfway(t *testing.T) {
	sites := scattered(3, 300, 1_000_000)
	mesh, err := Triangulate(sites, aspect)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range mesh.Voronoi(0) {
		middle := Between(b.From, b.To, 0.5)
		if middle.X < 0 || middle.Y < 0 || middle.X > 1_000_000 || middle.Y > 1_000_000 {
			continue // far outside, whole numbers are too coarse for long bisectors
		}
		left, right := Distance(middle, sites[b.Left], aspect), Distance(middle, sites[b.Right], aspect)
		if diff := left - right; diff > 5 || diff < -5 {
			t.Errorf("%v is %.1f from its left and %.1f from its right site", middle, left, right)
		}
		if Cross(b.From, b.To, sites[b.Left]) <= 0 || Cross(b.From, b.To, sites[b.Right]) >= 0 {
			t.Errorf("the sites of %v are on the wrong sides", b)
		}
	}
}

// Blocks of a lattice meet in fours: merging makes one node of two centres.
func TestMergeJoinsFourCells(t *testing.T) {
	mesh, err := Triangulate(latticed(4), 1)
	if err != nil {
		t.Fatal(err)
	}
	inner := 0
	for _, b := range mesh.Voronoi(10) {
		if b.From.X%500 == 0 && b.To.X%500 == 0 && Distance(b.From, b.To, 1) < 1001 {
			inner++
		}
	}
	if want := 12; inner != want { // the sides of the 2 × 2 inner cells
		t.Errorf("%d borders between corners of the lattice, want %d", inner, want)
	}
}

func TestCut(t *testing.T) {
	tests := map[string]struct {
		a, b, c, d Point
		want       Point
		ok         bool
	}{
		"a cross":            {Point{0, 0}, Point{10, 10}, Point{0, 10}, Point{10, 0}, Point{5, 5}, true},
		"rounded":            {Point{0, 0}, Point{3, 1}, Point{1, 2}, Point{1, -2}, Point{1, 0}, true},
		"apart":              {Point{0, 0}, Point{1, 1}, Point{5, 0}, Point{6, 9}, Point{}, false},
		"touching in an end": {Point{0, 0}, Point{10, 0}, Point{5, 0}, Point{5, 9}, Point{}, false},
		"parallel":           {Point{0, 0}, Point{10, 0}, Point{0, 1}, Point{10, 1}, Point{}, false},
	}
	for name, test := range tests {
		got, _, ok := Cut(test.a, test.b, test.c, test.d)
		if got != test.want || ok != test.ok {
			t.Errorf("%s: %v %v, want %v %v", name, got, ok, test.want, test.ok)
		}
	}
}

// A point lies in exactly one of two neighbours, also on their border.
func TestInsideExactlyOne(t *testing.T) {
	left := []Point{{0, 0}, {10, 0}, {14, 10}, {0, 10}}
	right := []Point{{10, 0}, {20, 0}, {20, 10}, {14, 10}}
	for y := int32(1); y < 10; y++ {
		for x := int32(1); x < 20; x++ {
			p := Point{x, y}
			if Inside(p, left) == Inside(p, right) {
				t.Errorf("%v: in left %v, in right %v", p, Inside(p, left), Inside(p, right))
			}
			if r := NewRegion(left); r.Contains(p) != Inside(p, left) {
				t.Errorf("%v: region and ring disagree", p)
			}
		}
	}
}

// The index finds what brute force finds.
func TestSegmentsFindAllCrossings(t *testing.T) {
	points := scattered(5, 400, 20_000)
	var all []Segment
	for i := 0; i+1 < len(points); i += 2 {
		all = append(all, Segment{A: points[i], B: points[i+1]})
	}
	index := IndexSegments(all, 700)
	probes := scattered(6, 200, 20_000)
	for i := 0; i+1 < len(probes); i += 2 {
		a, b, want := probes[i], probes[i+1], false
		for _, s := range all {
			want = want || Touch(a, b, s.A, s.B)
		}
		if got := index.Crossed(a, b); got != want {
			t.Errorf("%v–%v crossed %v, want %v", a, b, got, want)
		}
	}
}

// Wiggled borders of all cells keep clear of one another.
func TestWigglesNeverCross(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	sites := scattered(8, 500, 1_000_000)
	mesh, err := Triangulate(sites, aspect)
	if err != nil {
		t.Fatal(err)
	}
	var all []Segment
	for owner, b := range mesh.Voronoi(0) {
		if Distance(b.From, b.To, aspect) > 1_000_000 {
			continue
		}
		line := Wiggle(b, sites[b.Left], sites[b.Right], aspect, 12, func(int) float64 { return 2*r.Float64() - 1 })
		if line[0] != b.From || line[len(line)-1] != b.To {
			t.Fatalf("the ends of %v moved", b)
		}
		for i := 1; i < len(line); i++ {
			all = append(all, Segment{A: line[i-1], B: line[i], Owner: int32(owner)})
		}
	}
	index := IndexSegments(all, 20_000)
	for i, s := range all {
		index.Near(s.A, s.B, func(j int) {
			if _, _, cut := Cut(s.A, s.B, all[j].A, all[j].B); cut && j > i {
				t.Errorf("%v–%v crosses %v–%v", s.A, s.B, all[j].A, all[j].B)
			}
		})
	}
}
