package geo

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// Side tells on which side of the line from a to b a point lies: 1 to the left,
// -1 to the right, 0 exactly on it. The answer is exact for all finite numbers.
//
// Where the rounding error may be larger than the result, it is computed again
// without rounding; the bound is ccwerrboundA of Shewchuk, "Adaptive Precision
// Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997).
func Side(a, b, p orb.Point) int {
	// The conversions keep a compiler from fusing two roundings into one.
	left := float64((a[0] - p[0]) * (b[1] - p[1]))
	right := float64((a[1] - p[1]) * (b[0] - p[0]))
	det := left - right
	const bound = (3 + 16*0x1p-53) * 0x1p-53
	// Products below the smallest normal numbers have lost digits of their own.
	if math.Abs(det) > bound*(math.Abs(left)+math.Abs(right)) && math.Abs(det) > 0x1p-900 {
		return sign(det)
	}
	if (a[0] == p[0] || b[1] == p[1]) && (a[1] == p[1] || b[0] == p[0]) {
		return 0
	}
	minus := func(x, y float64) *big.Rat { return new(big.Rat).Sub(rational(x), rational(y)) }
	exactLeft := new(big.Rat).Mul(minus(a[0], p[0]), minus(b[1], p[1]))
	return exactLeft.Cmp(new(big.Rat).Mul(minus(a[1], p[1]), minus(b[0], p[0])))
}

func sign(x float64) int {
	if x > 0 {
		return 1
	}
	return -1
}

func rational(x float64) *big.Rat {
	r := new(big.Rat)
	r.SetFloat64(x) // nil, and r stays 0, for what is not finite
	return r
}
