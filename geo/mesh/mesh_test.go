package mesh

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
)

// wildMesh is a coverage full of trouble that nothing overlaps.
func wildMesh(seed uint64) ([]Shape, lattice) {
	r := rand.New(rand.NewPCG(seed, 0))
	l := lattice{
		across: 1 + r.IntN(7), up: 1 + r.IntN(7), size: float64(int(40) << r.IntN(12)), steps: 1 + r.IntN(12),
		jitter: 0.5 * r.Float64(), wave: 0.12 * r.Float64(), seed: seed, corner: Point{1000, 1000},
	}
	return l.wild(r), l
}

func TestCoverageStaysACoverage(t *testing.T) {
	for seed := range uint64(400) {
		shapes, made := wildMesh(seed)
		m := New(shapes)
		r := rand.New(rand.NewPCG(seed, 1))
		top := uint(0)
		for float64(int(1)<<top) < 2*made.size {
			top++
		}
		for range 4 {
			shift, tolerance := uint(r.IntN(int(top)+1)), 3*r.Float64()
			l := &level{mesh: m}
			results := l.run(shift, tolerance)
			if l.rings.turned > 0 {
				t.Errorf("%d shapes were no boundaries after rounding to shift %d", l.rings.turned, shift)
			}
			checkCoverage(t, m, shift, tolerance, results)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
			if seed < 60 {
				checkApart(t, results)
			}
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(60) {
		shapes, _ := wildMesh(seed)
		r := rand.New(rand.NewPCG(seed, 2))
		order := r.Perm(len(shapes))
		mixed := make([]Shape, len(shapes))
		for to, from := range order {
			for _, ring := range shapes[from] {
				k := r.IntN(len(ring))
				ring = append(slices.Clone(ring[k:]), ring[:k]...)
				if r.IntN(2) == 0 {
					slices.Reverse(ring)
				}
				mixed[to] = append(mixed[to], ring)
			}
			r.Shuffle(len(mixed[to]), func(a, b int) { mixed[to][a], mixed[to][b] = mixed[to][b], mixed[to][a] })
		}
		one, other := New(shapes), New(mixed)
		for shift := range uint(14) {
			a, b := one.Level(shift, 1), other.Level(shift, 1)
			for to, from := range order {
				if !reflect.DeepEqual(a[from], b[to]) {
					t.Fatalf("seed %d, shift %d: shape %d is\n%v in one order and\n%v in another", seed, shift, from, a[from], b[to])
				}
			}
		}
	}
}

// Expected values by hand: two squares of 80 units beside each other, on a grid
// of 8.
func TestTwoSquares(t *testing.T) {
	west := Shape{{{0, 0}, {0, 80}, {80, 80}, {83, 40}, {80, 0}}} // the wrong way round
	east := Shape{{{160, 80}, {160, 0}, {80, 0}, {83, 40}, {80, 80}}, {{100, 20}, {100, 40}, {120, 40}, {120, 20}}}
	got := New([]Shape{west, east}).Level(3, 1)
	want := []Polygons{
		{{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		{{{{10, 0}, {20, 0}, {20, 10}, {10, 10}}, {{13, 3}, {13, 5}, {15, 5}, {15, 3}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A shape whose parts touch in a point becomes two polygons; a hole that
// touches its exterior stays a hole; what shrinks below the grid is gone.
func TestRingsThatTouch(t *testing.T) {
	for name, c := range map[string]struct {
		shape Shape
		want  Polygons
	}{
		"bow tie in one ring": {
			Shape{{{0, 0}, {8, 8}, {16, 0}, {16, 16}, {8, 8}, {0, 16}}},
			Polygons{{{{0, 0}, {8, 8}, {0, 16}}}, {{{8, 8}, {16, 0}, {16, 16}}}},
		},
		"bow tie without its middle": {
			Shape{{{0, 0}, {16, 16}, {16, 0}, {0, 16}}},
			Polygons{{{{0, 0}, {8, 8}, {0, 16}}}, {{{8, 8}, {16, 0}, {16, 16}}}},
		},
		"a ring that touches itself from inside": {
			Shape{{{0, 0}, {16, 0}, {16, 16}, {0, 16}, {0, 8}, {6, 10}, {6, 6}, {0, 8}}},
			Polygons{{{{0, 0}, {16, 0}, {16, 16}, {0, 16}, {0, 8}}, {{0, 8}, {6, 10}, {6, 6}}}},
		},
		"a hole that cuts the inside in two": {
			Shape{{{0, 0}, {16, 0}, {16, 16}, {0, 16}}, {{0, 8}, {8, 4}, {16, 8}, {8, 12}}},
			Polygons{{{{0, 0}, {16, 0}, {16, 8}, {8, 4}, {0, 8}}}, {{{0, 8}, {8, 12}, {16, 8}, {16, 16}, {0, 16}}}},
		},
		"an island in a hole": {
			Shape{{{6, 6}, {10, 6}, {10, 10}, {6, 10}}, {{0, 0}, {16, 0}, {16, 16}, {0, 16}}, {{2, 2}, {2, 14}, {14, 14}, {14, 2}}},
			Polygons{{{{0, 0}, {16, 0}, {16, 16}, {0, 16}}, {{2, 2}, {2, 14}, {14, 14}, {14, 2}}}, {{{6, 6}, {10, 6}, {10, 10}, {6, 10}}}},
		},
		"there and back": {Shape{{{0, 0}, {8, 8}, {16, 16}, {8, 8}}}, nil},
		"nothing":        {Shape{}, nil},
	} {
		if got := New([]Shape{c.shape}).Level(0, 0)[0]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	speck := New([]Shape{{{{100, 100}, {103, 100}, {103, 103}, {100, 103}}}})
	if got := speck.Level(5, 1)[0]; got != nil {
		t.Errorf("a speck became %v", got)
	}
}

// Areas of a city whose cells are as wide as real grids (12 units of zoom 7):
// of all together, and the differences of every single one summed up.
func TestAreasStay(t *testing.T) {
	l := lattice{across: 40, up: 40, size: 52000, steps: 7, jitter: 0.4, wave: 0.12, seed: 3, corner: Point{1_690_000_000, 825_000_000}}
	m := New(l.cells())
	full := m.Level(0, 0)
	for _, c := range []struct {
		zoom           uint
		together, each float64
	}{{7, 0.001, 0.03}, {14, 0.00001, 0.001}} {
		var whole, sum, off float64
		unit := float64(int(1) << (19 - c.zoom))
		for i, p := range m.Level(19-c.zoom, 1) {
			a, b := float64(sum2(p))*unit*unit, float64(sum2(full[i]))
			whole += b
			sum += a
			off += math.Abs(a - b)
		}
		if together := math.Abs(sum-whole) / whole; together > c.together || off/whole > c.each {
			t.Errorf("zoom %d: areas differ by %.4f %% together, by %.4f %% each", c.zoom, 100*together, 100*off/whole)
		}
	}
}

// Borders that do not match: every ring is shaken by itself and loses some of
// its vertices. Each polygon must be valid all the same, and nearly as large.
func TestMismatchedBorders(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	l := lattice{across: 20, up: 20, size: 20000, steps: 7, jitter: 0.4, wave: 0.12, seed: 4, corner: Point{1_690_000_000, 825_000_000}}
	shapes := l.cells()
	for _, s := range shapes {
		shaken := s[0][:0]
		for _, p := range s[0] {
			if r.IntN(5) > 0 {
				shaken = append(shaken, Point{p.X + int32(r.IntN(600)), p.Y + int32(r.IntN(600))})
			}
		}
		s[0] = shaken
	}
	m := New(shapes)
	full := m.Level(0, 0)
	for shift := range uint(16) {
		l := &level{mesh: m}
		results := l.run(shift, 1)
		var whole, sum float64
		for i, p := range results {
			if err := valid(p); err != nil {
				t.Fatalf("shape %d at shift %d: %v", i, shift, err)
			}
			whole += float64(sum2(full[i]))
			sum += float64(sum2(p)) * float64(int(1)<<shift) * float64(int(1)<<shift)
		}
		if l.rings.turned > 0 {
			t.Errorf("%d shapes were no boundaries at shift %d", l.rings.turned, shift)
		}
		if off := (sum - whole) / whole; shift < 13 && (off > 0.02 || off < -0.02) {
			t.Errorf("areas are off by %.2f %% at shift %d", 100*off, shift)
		}
	}
}

// An edge that is cut at a whole coordinate, with the cut rounded like
// everything else, touches no vertex that it did not end in. Cutting tiles
// relies on it.
func TestCutsTouchNothing(t *testing.T) {
	for seed := range uint64(40) {
		shapes, _ := wildMesh(seed)
		m := New(shapes)
		for shift := uint(3); shift < 12; shift += 2 {
			vertices := map[Point]bool{}
			results := m.Level(shift, 1)
			for _, p := range results {
				eachLink(p, func(l link) { vertices[l.a] = true })
			}
			for _, p := range results {
				eachLink(p, func(l link) {
					low, high := min(l.a.X, l.b.X), max(l.a.X, l.b.X)
					for x := low + 1; x < high && x < low+20; x++ {
						part, whole := magnitude(int64(x)-int64(l.a.X)), magnitude(int64(l.b.X)-int64(l.a.X))
						cut := Point{x, between(l.a.Y, l.b.Y, part, whole)}
						for _, end := range []Point{l.a, l.b} {
							for v := range vertices {
								if v != end && v != cut && cross(end, cut, v) == 0 && boxOf(end, cut).holds(v) {
									t.Errorf("seed %d: the piece %v-%v of %v touches %v", seed, end, cut, l, v)
								}
							}
						}
						if vertices[cut] {
							t.Errorf("seed %d: %v is cut at the vertex %v", seed, l, cut)
						}
					}
				})
			}
		}
	}
}

// Narrow strips whose borders run beside each other, nearer than they bend: no
// border may pass another one, whichever comes first.
func TestNarrowStrips(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 3))
		const strips, length = 12, 300
		borders := make([][]Point, strips+1)
		y := int32(1 << 20)
		for k := range length {
			y += int32(r.IntN(81)) - 40
			x, at := int32(1<<20+20*k+r.IntN(9)), y
			for b := range borders {
				borders[b] = append(borders[b], Point{x, at})
				at += 3 + int32(r.IntN(9))
			}
		}
		var shapes []Shape
		for b := range strips {
			ring := slices.Clone(borders[b])
			for k := length - 1; k >= 0; k-- {
				ring = append(ring, borders[b+1][k])
			}
			shapes = append(shapes, Shape{ring})
		}
		back := slices.Clone(shapes)
		slices.Reverse(back)
		one, other := New(shapes), New(back)
		for shift := range uint(9) {
			for _, tolerance := range []float64{0.3, 1, 5} {
				results := one.Level(shift, tolerance)
				checkCoverage(t, one, shift, tolerance, results)
				again := other.Level(shift, tolerance)
				slices.Reverse(again)
				if !reflect.DeepEqual(results, again) {
					t.Fatalf("seed %d, shift %d: the order of strips matters", seed, shift)
				}
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// Tolerance alone lets no shape vanish, only the grid does.
func TestSmallIslandsStay(t *testing.T) {
	island := []Point{{100, 100}, {104, 100}, {104, 104}, {100, 104}}
	sea := Shape{{{0, 0}, {200, 0}, {200, 200}, {0, 200}}, island}
	for i, p := range New([]Shape{sea, {island}}).Level(0, 50) {
		if len(p) == 0 || sum2(p) == 0 {
			t.Errorf("shape %d became %v", i, p)
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	shapes, _ := wildMesh(7)
	m := New(shapes)
	var want []([]Polygons)
	for shift := range uint(8) {
		want = append(want, m.Level(shift, 1))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for shift := range uint(8) {
				if got := m.Level(shift, 1); !reflect.DeepEqual(got, want[shift]) {
					t.Errorf("shift %d: %v, alone %v", shift, got, want[shift])
				}
			}
		})
	}
	all.Wait()
}
