package planar

import (
	"slices"
	"testing"
)

// board is the unit squares of an n × n chessboard, labelled row by row from
// the south-west; its rim is drawn without labels.
func board(n int32) []Edge {
	at := func(x, y int32) int32 {
		if x < 0 || y < 0 || x >= n || y >= n {
			return NoFace
		}
		return y*n + x
	}
	var edges []Edge
	add := func(a, b Point, left, right int32) {
		if left == NoFace || right == NoFace {
			left, right = NoFace, NoFace
		}
		edges = append(edges, Edge{Line: []Point{a, b}, Left: left, Right: right})
	}
	for i := int32(0); i <= n; i++ {
		for j := range n {
			add(Point{j, i}, Point{j + 1, i}, at(j, i), at(j, i-1))
			add(Point{i, j}, Point{i, j + 1}, at(i-1, j), at(i, j))
		}
	}
	return edges
}

func TestFacesTakeTheirLabels(t *testing.T) {
	s, err := NewSubdivision(board(3))
	if err != nil {
		t.Fatal(err)
	}
	for label, shape := range s.Union(9, func(label int32) int32 { return label }) {
		if len(shape) != 1 || shape[0].Area2() != 2 {
			t.Errorf("square %d: %v", label, shape)
		}
	}
}

func TestUnion(t *testing.T) {
	tests := map[string]struct {
		members []int32
		areas   []int64 // of the parts, twice
		holes   int
	}{
		"all":                         {[]int32{0, 1, 2, 3, 4, 5, 6, 7, 8}, []int64{18}, 0},
		"a frame":                     {[]int32{0, 1, 2, 3, 5, 6, 7, 8}, []int64{16}, 1},
		"a frame without a corner":    {[]int32{1, 2, 3, 5, 6, 7, 8}, []int64{14}, 1},
		"two squares that only touch": {[]int32{0, 4}, []int64{2, 2}, 0},
		"two apart":                   {[]int32{0, 8}, []int64{2, 2}, 0},
	}
	for name, test := range tests {
		s, err := NewSubdivision(board(3))
		if err != nil {
			t.Fatal(err)
		}
		shapes := s.Union(1, func(label int32) int32 {
			if slices.Contains(test.members, label) {
				return 0
			}
			return NoFace
		})[0]
		var areas []int64
		holes := 0
		for _, shape := range shapes {
			areas = append(areas, shape.Area2())
			holes += len(shape.Holes)
			for _, ring := range append([][]Point{shape.Outer}, shape.Holes...) {
				sorted := slices.Clone(ring)
				slices.SortFunc(sorted, func(a, b Point) int { return int((a.X-b.X)*10 + a.Y - b.Y) })
				if len(slices.Compact(sorted)) != len(ring) {
					t.Errorf("%s: ring %v meets itself", name, ring)
				}
			}
		}
		if !slices.Equal(areas, test.areas) || holes != test.holes {
			t.Errorf("%s: areas %v with %d holes, want %v with %d", name, areas, holes, test.areas, test.holes)
		}
	}
}

func TestBordersMeasureContact(t *testing.T) {
	s, err := NewSubdivision(board(2))
	if err != nil {
		t.Fatal(err)
	}
	want := []Border{{0, 1, 1}, {0, 2, 1}, {1, 3, 1}, {2, 3, 1}}
	if got := s.Borders(1); !slices.Equal(got, want) {
		t.Errorf("borders %v, want %v", got, want)
	}
}

// A U-shaped territory with one site in its left leg: the cell of that site
// comes apart, and the part in the right leg goes to the neighbour there.
func TestGatherLeavesOneFaceToEach(t *testing.T) {
	ring := []Point{{0, 0}, {900, 0}, {900, 1000}, {600, 1000}, {600, 300}, {300, 300}, {300, 1000}, {0, 1000}}
	arc := Edge{Line: append(slices.Clone(ring), ring[0]), Left: 7, Right: NoFace}
	outline := NewOutline([]Edge{arc})
	sites := []Point{{150, 700}, {450, 100}, {700, 80}}
	mesh, err := Triangulate(sites, 1)
	if err != nil {
		t.Fatal(err)
	}
	region := NewRegion(outline.Rings(7)...)
	var edges []Edge
	for _, p := range outline.Clip(mesh.Voronoi(0), 7, region) {
		edges = append(edges, Edge{Line: []Point{p.From, p.To}, Left: p.Left, Right: p.Right})
	}
	s, err := NewSubdivision(append(edges, outline.Edges()...))
	if err != nil {
		t.Fatal(err)
	}
	s.Gather(func(label int32) Point { return sites[label] }, func(int32) int32 { return 0 })
	var sum int64
	for label, parts := range s.Union(3, func(label int32) int32 { return label }) {
		if len(parts) != 1 || !Inside(sites[label], parts[0].Outer) {
			t.Fatalf("cell %d has parts %v", label, parts)
		}
		sum += parts[0].Area2()
	}
	// The cuts are rounded to whole numbers, so the outline itself may give way
	// by less than a unit along its length of 5,200.
	if want := Area2(ring); sum < want-5200 || sum > want+5200 {
		t.Errorf("the cells cover %d, the territory %d", sum, want)
	}
}

func TestTheOuterFaceMustStayFree(t *testing.T) {
	square := []Point{{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0}}
	if _, err := NewSubdivision([]Edge{{Line: square, Left: NoFace, Right: 3}}); err == nil {
		t.Error("a label on the outer side passed")
	}
}
