package geo

import (
	"math"
	"math/big"
	"testing"

	"github.com/paulmach/orb"
)

// Points beside the diagonal, a few units in the last place away: Kettner et al.,
// "Classroom examples of robustness problems in geometric computations" (2008),
// figure 2, where the plain formula gives wrong signs in patterns. A point lies on
// the line through (12, 12) and (24, 24) exactly when its numbers are equal.
func TestSideIsExact(t *testing.T) {
	a, b := orb.Point{12, 12}, orb.Point{24, 24}
	for i := range 256 {
		for j := range 256 {
			p := orb.Point{0.5 + float64(i)*0x1p-53, 0.5 + float64(j)*0x1p-53}
			want := 0
			if p[1] > p[0] {
				want = 1
			} else if p[1] < p[0] {
				want = -1
			}
			if got := Side(a, b, p); got != want {
				t.Fatalf("%v lies on side %d, want %d", p, got, want)
			}
			if got := Side(b, a, p); got != -want {
				t.Fatalf("%v lies on side %d of the line turned round, want %d", p, got, -want)
			}
		}
	}
}

// Whatever the numbers, the answer is that of rational arithmetic.
func FuzzSide(f *testing.F) {
	f.Add(0.0, 0.0, 1.0, 1.0, 0.5, 0.5)
	f.Add(1e-200, 0.0, 0.0, 1e-200, 1e-300, -1e-300)
	f.Add(102.1, 37.1, 102.9, 38.9, 102.5, 38.0)
	f.Add(1e150, 1e150, -1e150, -1e150, 3.0, 3.0)
	f.Fuzz(func(t *testing.T, ax, ay, bx, by, px, py float64) {
		for _, x := range []float64{ax, ay, bx, by, px, py} {
			if math.IsNaN(x) || math.Abs(x) > 1e150 {
				return
			}
		}
		r := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
		sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
		left := new(big.Rat).Mul(sub(ax, px), sub(by, py))
		want := left.Cmp(new(big.Rat).Mul(sub(ay, py), sub(bx, px)))
		if got := Side(orb.Point{ax, ay}, orb.Point{bx, by}, orb.Point{px, py}); got != want {
			t.Errorf("side %d, want %d", got, want)
		}
	})
}
