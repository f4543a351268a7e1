package mesh

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// meets decides the same as through by intersecting intervals of the way along
// the segment in fractions.
func meets(px, py, qx, qy, cx, cy, half int64) bool {
	from, to := new(big.Rat), big.NewRat(1, 1)
	fromOpen, toOpen := false, false
	// least is the condition a + d*t >= bound, or > bound if open.
	least := func(a, d, bound int64, open bool) bool {
		if d == 0 {
			return a > bound || a == bound && !open
		}
		t := big.NewRat(bound-a, d)
		if d > 0 {
			if c := t.Cmp(from); c > 0 || c == 0 && open {
				from, fromOpen = t, open || c == 0 && fromOpen
			}
		} else if c := t.Cmp(to); c < 0 || c == 0 && open {
			to, toOpen = t, open || c == 0 && toOpen
		}
		return true
	}
	if !least(px, qx-px, cx-half, false) || !least(py, qy-py, cy-half, false) ||
		!least(-px, px-qx, -cx-half, true) || !least(-py, py-qy, -cy-half, true) {
		return false
	}
	c := from.Cmp(to)
	return c < 0 || c == 0 && !fromOpen && !toOpen
}

func TestHotSquaresAreHalfOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		half := int64(1) << r.IntN(3)
		v := func() int64 { return int64(r.IntN(17)) - 8 }
		px, py, qx, qy := v(), v(), v(), v()
		if got, want := through(px, py, qx, qy, 0, 0, half), meets(px, py, qx, qy, 0, 0, half); got != want {
			t.Fatalf("(%d,%d)-(%d,%d) through the square of half side %d: %v, by intervals %v", px, py, qx, qy, half, got, want)
		}
	}
}

// rounded is floor(x + 1/2).
func rounded(x *big.Rat) int32 {
	x = new(big.Rat).Add(x, big.NewRat(1, 2))
	q, m := new(big.Int), new(big.Int)
	q.DivMod(x.Num(), x.Denom(), m)
	return int32(q.Int64())
}

func TestCrossingsAreRoundedExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	crossings := 0
	for k := range 50000 {
		side := 12
		if k%2 == 0 {
			side = 1<<31 - 1
		}
		p := func() Point { return Point{int32(r.IntN(side)), int32(r.IntN(side))} }
		a, b, c, d := p(), p(), p(), p()
		got, ok := crossing(a, b, c, d)
		if !ok {
			continue
		}
		crossings++
		// Where the line c–d has the same value at both: by Cramer's rule.
		n := func(v int64) *big.Rat { return new(big.Rat).SetInt64(v) }
		sub := func(x, y int32) *big.Rat { return n(int64(x) - int64(y)) }
		mul := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) }
		whole := new(big.Rat).Sub(mul(sub(b.X, a.X), sub(d.Y, c.Y)), mul(sub(b.Y, a.Y), sub(d.X, c.X)))
		part := new(big.Rat).Sub(mul(sub(c.X, a.X), sub(d.Y, c.Y)), mul(sub(c.Y, a.Y), sub(d.X, c.X)))
		at := new(big.Rat).Quo(part, whole)
		want := Point{
			rounded(new(big.Rat).Add(n(int64(a.X)), mul(at, sub(b.X, a.X)))),
			rounded(new(big.Rat).Add(n(int64(a.Y)), mul(at, sub(b.Y, a.Y)))),
		}
		if got != want {
			t.Fatalf("%v-%v crosses %v-%v at %v, in fractions at %v", a, b, c, d, got, want)
		}
		for _, other := range [][4]Point{{b, a, c, d}, {c, d, a, b}, {d, c, b, a}} {
			if again, _ := crossing(other[0], other[1], other[2], other[3]); again != got {
				t.Fatalf("%v-%v crosses %v-%v at %v, the other way at %v", a, b, c, d, got, again)
			}
		}
	}
	if crossings < 5000 {
		t.Errorf("only %d crossings were tried", crossings)
	}
}

func TestIndexFindsWhatIsInABox(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var x index
	for range 200 {
		seen := map[Point]bool{}
		var points []Point
		for range r.IntN(400) {
			// A crowd in a corner of a wide field.
			p := Point{int32(r.IntN(60)) - 7, int32(r.IntN(60))}
			if r.IntN(4) == 0 {
				p = Point{int32(r.Uint32()), int32(r.Uint32())}
			}
			if !seen[p] {
				seen[p], points = true, append(points, p)
			}
		}
		x.build(points)
		for range 50 {
			b := boxOf(Point{int32(r.IntN(80)) - 10, int32(r.IntN(80)) - 10}, Point{int32(r.IntN(80)), int32(r.IntN(80))})
			if r.IntN(4) == 0 {
				b = boxOf(Point{int32(r.Uint32()), int32(r.Uint32())}, Point{int32(r.Uint32()), int32(r.Uint32())})
			}
			want := 0
			for _, p := range points {
				if b.holds(p) {
					want++
				}
			}
			found := map[int32]bool{}
			for _, slot := range x.within(b, nil) {
				if id := x.ids[slot]; points[id] == x.points[slot] && b.holds(points[id]) {
					found[id] = true
				}
			}
			if len(found) != want {
				t.Fatalf("%d points in %v, found %d", want, b, len(found))
			}
		}
	}
}
