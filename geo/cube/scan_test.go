package cube

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// sides is points in a row of cells, whose atoms have just fewer, just as many
// and more points than a large one, with small ones at their sides; in each of
// the large ones time goes another way than in all together.
func sides(tb testing.TB, r *rand.Rand, from, span int64) []Point {
	heaps := []func() int64{
		func() int64 { return r.Int64N(span) },
		func() int64 { return 0 },
		func() int64 { return span - 1 },
		func() int64 { return span / 3 },
		func() int64 { return r.Int64N(100) },
		func() int64 { return span - 1 - r.Int64N(100) },
		func() int64 { return r.Int64N(2) * (span - 1) },
		func() int64 { return r.Int64N(span) * r.Int64N(span) / span },
	}
	var points []Point
	for i, heap := range heaps {
		for k, size := range []int{1, largeAtom - 1, 7, largeAtom, largeAtom + 1, 5 * largeAtom, 30} {
			at := orb.Point{102 + 0.01*float64(k), 37 + 0.01*float64(i)}
			cell, err := hex.Of(at, Resolution)
			if err != nil {
				tb.Fatal(err)
			}
			for range size {
				points = append(points, Point{cell, int64(k % 2), from + heap(), uint8(r.IntN(20)), 0})
			}
		}
	}
	return points
}

// Atoms that are read and atoms that are searched give what counting point by
// point gives, for windows that begin and end before, at, between and behind
// the points, and with a tail that takes points away.
func TestSmallAndLargeAtomsSideBySide(t *testing.T) {
	const from, span = 1_475_000_000, 30 * 86_400
	r := rand.New(rand.NewPCG(1, 11))
	points := sides(t, r, from, span)
	cuts := []int64{FirstTime, from - 1, from, from + 1, from + 99, from + span/3, from + span/3 + 1, from + span - 1, from + span, EndTime}
	for range 8 {
		cuts = append(cuts, points[r.IntN(len(points))].Time, from+r.Int64N(span))
	}
	slices.Sort(cuts)
	for _, options := range []Options{{CubeBytes: -1}, {Days: DaysIn(time.UTC), eager: true}} {
		cube, holds := New(build(t, points, options), options), bag{}
		for _, p := range points {
			holds[p]++
		}
		ask := func() {
			t.Helper()
			var c Counts
			for i, begin := range cuts {
				for _, end := range cuts[i:] {
					q := Everything([]int{0, 7, 9}[r.IntN(3)])
					q.Window = Window{begin, end}
					q.Categories = []Categories{AllCategories, CategoriesOf(3), CategoriesOf(1, 4, 19), CategoriesOf(30)}[r.IntN(4)]
					if err := cube.View().Count(q, &c); err != nil {
						t.Fatal(err)
					}
					cells, all := holds.count(q)
					if err := same(c, cells, all); err != nil {
						t.Fatalf("%+v: %v", q, err)
					}
				}
			}
		}
		ask()
		// More is taken away than came.
		var changes []Entry
		for i := 0; i < len(points); i += 50 {
			changes = append(changes, Entry{points[i], -1}, Entry{points[i], -1})
			holds[points[i]] -= 2
		}
		if err := cube.Apply(changes); err != nil {
			t.Fatal(err)
		}
		ask()
	}
}
