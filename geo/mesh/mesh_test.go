package mesh

import (
	"math/rand/v2"
	"reflect"
	"slices"
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
		shapes, l := wildMesh(seed)
		m := New(shapes)
		r := rand.New(rand.NewPCG(seed, 1))
		top := uint(0)
		for float64(int(1)<<top) < 2*l.size {
			top++
		}
		for range 4 {
			shift, tolerance := uint(r.IntN(int(top)+1)), 3*r.Float64()
			results := m.Level(shift, tolerance)
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
