package geo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// Lengths of a degree at 45° north: 111 131.8 m of latitude, 78 846.8 m of
// longitude (tables of WGS 84, for instance the American Practical Navigator).
func TestPlaneHasTheScalesOfTheEllipsoid(t *testing.T) {
	p := PlaneAt(orb.Point{102, 45})
	if math.Abs(p.North-111131.8) > 0.1 || math.Abs(p.East-78846.8) > 0.1 {
		t.Errorf("%.1f north, %.1f east", p.North, p.East)
	}
	q := p.Point(123, -456)
	if x, y := p.XY(q); math.Abs(x-123) > 1e-6 || math.Abs(y+456) > 1e-6 {
		t.Errorf("there and back: %g %g", x, y)
	}
}

// θ/2 (R² − r²): a quarter between 10 and 50 m is π/4 · 2400 = 1884.96 m²; and
// the points of a fine lattice inside say the same.
func TestSectorArea(t *testing.T) {
	for _, c := range []struct{ direction, width, near, far, want float64 }{
		{30, 90, 10, 50, math.Pi / 4 * 2400},
		{300, 240, 0, 60, 240.0 / 360 * math.Pi * 3600},
		{0, 360, 20, 40, math.Pi * 1200},
		{90, 180, 0, 10, math.Pi * 50},
		{0, 60, 30, 20, 0},
	} {
		s := SectorOf(c.direction, c.width, c.near, c.far)
		if math.Abs(s.Area()-c.want) > 1e-9*c.want {
			t.Errorf("%+v: area %g", c, s.Area())
		}
		const step = 0.25
		n := 0
		for x := -70.0; x < 70; x += step {
			for y := -70.0; y < 70; y += step {
				if s.Contains(x+0.1, y+0.1) {
					n++
				}
			}
		}
		if got := float64(n) * step * step; math.Abs(got-c.want) > 0.005*c.want {
			t.Errorf("%+v: counted %g m²", c, got)
		}
	}
}

// A road 30 m in front of a camera that looks at it over 90° is seen for
// 2·30·tan 45° = 60 m where the range allows it, and with a range of 35 m for
// 2·√(35² − 30²) = 36.056 m; a near limit of 32 m takes 2·√(32² − 30²) = 22.271 m
// out of the middle.
func TestSectorOverAStraightRoad(t *testing.T) {
	for _, c := range []struct {
		width, near, far, want float64
		parts                  int
	}{
		{90, 0, 100, 60, 1},
		{90, 0, 35, 2 * math.Sqrt(35*35-30*30), 1},
		{90, 32, 100, 60 - 2*math.Sqrt(32*32-30*30), 2},
		{360, 0, 50, 80, 1},
		{360, 0, 29, 0, 0},
		{40, 0, 100, 60 * math.Tan(20*math.Pi/180), 1},
	} {
		parts := SectorOf(0, c.width, c.near, c.far).Along(nil, -200, 30, 300, 30)
		length := 0.0
		for _, p := range parts {
			length += 500 * (p.To - p.From)
		}
		if math.Abs(length-c.want) > 1e-9 || len(parts) != c.parts {
			t.Errorf("%+v: %g m in %d parts", c, length, len(parts))
		}
	}
}

// Whatever the sector and the segment, the parts hold exactly those points of
// the segment that the sector contains.
func TestPartsOfASegmentAgreeWithItsPoints(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		s := SectorOf(720*r.Float64()-360, 400*r.Float64(), 30*r.Float64()-10, 60*r.Float64())
		ax, ay, bx, by := 80*r.Float64()-40, 80*r.Float64()-40, 80*r.Float64()-40, 80*r.Float64()-40
		parts := s.Along(nil, ax, ay, bx, by)
		if len(parts) > 4 {
			t.Fatalf("%d parts", len(parts))
		}
		for range 10 {
			at := r.Float64()
			inside, edge := false, false
			for _, p := range parts {
				inside = inside || p.From <= at && at <= p.To
				edge = edge || math.Abs(p.From-at) < 1e-9 || math.Abs(p.To-at) < 1e-9
			}
			if !edge && inside != s.Contains(ax+at*(bx-ax), ay+at*(by-ay)) {
				t.Fatalf("%+v: point at %g of (%g %g)–(%g %g): parts %v", s, at, ax, ay, bx, by, parts)
			}
		}
	}
}
