package hex

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// The way from a place to its cell is H3's own (Sahr, White and Kimerling
// 2003, "Geodesic discrete global grid systems"; H3 4.5, faceijk.c and
// h3Index.c): the nearest face of an icosahedron, a gnomonic picture on it,
// the hexagon there, its ancestors by division by seven, and a turn into the
// base cell's own axes. Angles never appear: places are unit vectors and each
// face has its two axes as vectors.

// vector is a point in space, the earth's middle at 0 and its radius 1.
type vector [3]float64

func (v vector) dot(w vector) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

func unit(p orb.Point) vector {
	east, north := sincos(p[0])
	up, flat := sincos(p[1])
	return vector{north * flat, east * flat, up}
}

// sincos is the sine and the cosine of an angle of -180° to 180°. Taking away
// quarter turns from degrees is exact, where in radians it is not; what is left,
// up to 45°, goes through the polynomials of Cephes (Moshier 1989), which are
// those of math.Sincos.
func sincos(degrees float64) (sin, cos float64) {
	quarter := int(degrees*(1.0/90)+2.5) - 2
	z := (degrees - float64(quarter*90)) * (math.Pi / 180)
	zz := z * z
	cos = 1 - 0.5*zz + zz*zz*((((((-1.13585365213876817300e-11)*zz+2.08757008419747316778e-9)*zz-2.75573141792967388112e-7)*zz+
		2.48015872888517045348e-5)*zz-1.38888888888730564116e-3)*zz+4.16666666666665929218e-2)
	sin = z + z*zz*(((((1.58962301576546568060e-10*zz-2.50507477628578072866e-8)*zz+2.75573136213857245213e-6)*zz-
		1.98412698295895385996e-4)*zz+8.33333333332211858878e-3)*zz-1.66666666666666307295e-1)
	switch quarter {
	case 1:
		return cos, -sin
	case -1:
		return -cos, sin
	case 0:
		return sin, cos
	}
	return -sin, -cos
}

// face is one of the twenty planes that touch the earth: where it touches,
// and its axes at even and odd resolutions, which differ by a turn.
type face struct {
	middle vector
	axes   [2]struct{ x, y vector }
	around [3]int // the faces with which it shares a side
}

var (
	faces [20]face

	// scales is how many hexagons of each resolution lie side by side on the
	// length of one earth's radius.
	scales [finest + 1]float64

	// guesses is the face below each 3° by 3° of the globe, plus unsure where
	// another one reaches in.
	guesses [120 * 60]uint8
)

const (
	root7    = 2.6457513110645905905016157536392604257102
	oddTurn  = 0.333473172251832115336090755351601070065900389 // asin √(3/28)
	baseStep = 0.38196601125010500003                          // between base cells, in earth's radii

	unsure = 32
	// reach is how far a point can be from the middle of its 3° by 3°, as the
	// sine of the angle, and a little more for rounding.
	reach = 0.03703
)

func init() {
	for f, n := range faceCentres {
		north := vector{-n[2] * n[0], -n[2] * n[1], 1 - n[2]*n[2]}
		length := math.Sqrt(north.dot(north))
		for i := range north {
			north[i] /= length
		}
		east := vector{north[1]*n[2] - north[2]*n[1], north[2]*n[0] - north[0]*n[2], north[0]*n[1] - north[1]*n[0]}
		faces[f].middle = n
		others := 0
		for other, m := range faceCentres {
			if d := n.dot(m); other != f && d > 0.7 { // the cosine is √5/3
				faces[f].around[others] = other
				others++
			}
		}
		for odd := range 2 {
			sin, cos := math.Sincos(faceAxes[f] - float64(odd)*oddTurn)
			for i := range 3 {
				faces[f].axes[odd].x[i] = cos*north[i] + sin*east[i]
				faces[f].axes[odd].y[i] = sin*north[i] - cos*east[i]
			}
		}
	}
	scales[0] = 1 / baseStep
	for r := range finest {
		scales[r+1] = scales[r] * root7
	}
	for i := range guesses {
		v := unit(orb.Point{float64(i%120)*3 - 178.5, float64(i/120)*3 - 88.5})
		f, _ := nearest(v, 0)
		guesses[i] = uint8(f)
		for _, other := range faces[f].around {
			// The plane between two faces stands upright on the line that joins
			// their middles.
			m, n := faces[f].middle, faces[other].middle
			line := vector{m[0] - n[0], m[1] - n[1], m[2] - n[2]}
			if v.dot(line) < reach*math.Sqrt(line.dot(line)) {
				guesses[i] = uint8(f) + unsure
			}
		}
	}
}

// nearest is the face whose middle is nearest to a point, and the cosine of
// the angle between, by climbing from any face over its three neighbours: the
// places nearer to a face than to its neighbours are just that face.
func nearest(v vector, from int) (f int, cosine float64) {
	f, cosine = from, v.dot(faces[from].middle)
	for top := true; top; {
		top = false
		for _, next := range faces[f].around {
			if c := v.dot(faces[next].middle); c > cosine {
				f, cosine, top = next, c, true
			}
		}
	}
	return f, cosine
}

// Of is the cell of the given resolution around a point (longitude,
// latitude). It fails for a resolution outside 0–15 and for coordinates that
// are not on the globe.
func Of(p orb.Point, resolution int) (Cell, error) {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return 0, fmt.Errorf("no cell at longitude %g, latitude %g", p[0], p[1])
	}
	if uint(resolution) > finest {
		return 0, fmt.Errorf("no cell of resolution %d", resolution)
	}
	v := unit(p)
	f := int(guesses[min(int((p[1]+90)*(1.0/3)), 59)*120+min(int((p[0]+180)*(1.0/3)), 119)])
	var cosine float64
	if f < unsure {
		cosine = v.dot(faces[f].middle)
	} else {
		f, cosine = nearest(v, f-unsure)
	}
	axes := &faces[f].axes[resolution&1]
	scale := scales[resolution] / cosine
	a, b := hexagon(v.dot(axes.x)*scale, v.dot(axes.y)*scale)
	return index(f, a, b, resolution), nil
}

// hexagon is the hexagon around a point of the plane, as steps along the axes
// at 0° and 120°. The comparisons are those of H3, so that a point on a side
// falls to the same hexagon; H3 picks among them by branches, which on random
// points a processor guesses wrong as often as not.
func hexagon(x, y float64) (a, b int) {
	x2 := math.Abs(y) * 1.1547005383792515290182975610039149112953 // 1/sin 60°
	x1 := math.Abs(x) + x2/2
	a, b = int(x1), int(x2)
	r1, r2 := x1-float64(a), x2-float64(b)
	above := one(r2 >= 1-r1)
	a += above&one(r2 < 2*r1) | one(r2 <= 2*r1-1)
	b += (above | one(r2 >= (1+r1)/2)) & one(r2 >= r1/2)
	// Fold back into the quarter of the plane that the point came from.
	if x < 0 {
		a = b - a
	}
	if y < 0 {
		a, b = a-b, -b
	}
	return a, b
}

// one is 1 for true, without a branch.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// kin is how a hexagon lies to an ancestor: the digits on the way, and what
// its steps divided by seven and rounded down need to be the ancestor's.
type kin struct {
	digits Cell
	a, b   int
}

var (
	// children is the seven children at an odd resolution, by the remainder
	// of a + 2b, the seven-fold of their parent's b.
	children [7]kin

	// grandchildren is the forty-nine grandchildren, by the remainders of
	// their steps, a·7 + b: of an even resolution first, then of an odd one.
	// Two generations are the same grid, seven times as wide.
	grandchildren [2][49]kin
)

// lift makes dividends positive, so that division rounds down: a multiple of
// seven larger than any sum of three coordinates, which stay below 2^24.
const lift = 7 << 24

// seventh is n/7 for a lifted n, by a multiplication that is exact below 2^30.
func seventh(n uint64) uint64 { return n * (1<<32/7 + 1) >> 32 }

func init() {
	member := func(digits, a, b int) (place int, k kin) {
		restA, restB := (a+lift)%7, (b+lift)%7
		return restA*7 + restB, kin{Cell(digits), (restA-a)/7 - lift/7, (restB-b)/7 - lift/7}
	}
	for child, d := range directions {
		rest := (d[0] + 2*d[1] + lift) % 7
		children[rest] = kin{Cell(child), d[0], (rest-d[0]-2*d[1])/7 - lift/7}
		for grandchild, e := range directions {
			for odd := range grandchildren {
				a, b := down(d[0], d[1], odd)
				place, k := member(child<<3|grandchild, a+e[0], b+e[1])
				grandchildren[odd][place] = k
			}
		}
	}
}

// index is the cell of the hexagon with the steps a and b on a face.
func index(f, a, b, resolution int) Cell {
	var digits Cell
	shift := 3 * (finest - resolution)
	family := &grandchildren[resolution&1]
	for range resolution / 2 {
		upA, upB := seventh(uint64(a+lift)), seventh(uint64(b+lift))
		k := &family[(uint64(a+lift)-7*upA)*7+uint64(b+lift)-7*upB]
		digits |= k.digits << shift
		a, b = int(upA)+k.a, int(upB)+k.b
		shift += 6
	}
	if resolution&1 == 1 {
		// a = 2·up + b′ + step, where b′ is the parent's b.
		up := seventh(uint64(a + 2*b + lift))
		k := &children[uint64(a+2*b+lift)-7*up]
		digits |= k.digits << shift
		b = int(up) + k.b
		a = (a - k.a - b) / 2
	}
	k := max(0, -a, -b)
	home := homes[f*27+(a+k)*9+(b+k)*3+k]
	base, turns := int(home>>3), int(home&7)
	c := modeBits | Cell(resolution)<<52 | Cell(base)<<baseShift | below(resolution)
	if pentagons[base>>6]>>(base&63)&1 == 0 {
		return c | turned(digits, turns)
	}
	// In a pentagon no digits begin with 1: the gap is closed by another turn.
	if leading(digits) == 1 {
		if from, ok := clockwise[base]; ok && (from[0] == f || from[1] == f) {
			digits = turned(digits, 5)
		} else {
			digits = turned(digits, 1)
		}
	}
	for range turns {
		if digits = turned(digits, 1); leading(digits) == 1 {
			digits = turned(digits, 1)
		}
	}
	return c | digits
}

// turned is all digits turned by so many times 60° counter-clockwise. Digits
// name directions: 1, 5, 4, 6, 2, 3 lie around in this order, 0 is the middle
// and stays. All fifteen turn at once, bit by bit.
func turned(digits Cell, turns int) Cell {
	k, j, i := digits&ones, digits>>1&ones, digits>>2&ones
	if turns >= 3 {
		turns -= 3
		any := i | j | k
		i, j, k = any&^i, any&^j, any&^k
	}
	for range turns {
		i, j, k = (i|k)&^j, (i|j)&^k, (j|k)&^i
	}
	return i<<2 | j<<1 | k
}
