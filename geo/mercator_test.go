package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// Corners of tiles as the slippy-map formula of orb's maptile has them.
func TestWorldAgreesWithTiles(t *testing.T) {
	for _, at := range []maptile.Tile{{X: 0, Y: 0, Z: 0}, {X: 804, Y: 394, Z: 10}, {X: 51375, Y: 25014, Z: 16}, {X: 1, Y: 1, Z: 1}} {
		b := at.Bound()
		x, y := World(orb.Point{b.Min[0], b.Max[1]})
		side := int64(1) << (WorldBits - at.Z)
		if wantX, wantY := int64(at.X)*side, int64(at.Y)*side; absolute(int64(x)-wantX) > 1 || absolute(int64(y)-wantY) > 1 {
			t.Errorf("%v: its corner is %d %d, want %d %d", at, x, y, wantX, wantY)
		}
	}
}

func absolute(n int64) int64 { return max(n, -n) }

func TestWorldEnds(t *testing.T) {
	for _, p := range []orb.Point{{-180, 90}, {180, -90}, {math.NaN(), math.NaN()}, {1e9, -1e9}, {-200, 86}} {
		x, y := World(p)
		if x < 0 || y < 0 {
			t.Errorf("%v lies at %d %d", p, x, y)
		}
	}
}

func FuzzWorld(f *testing.F) {
	f.Add(102.6, 37.9)
	f.Fuzz(func(t *testing.T, lon, lat float64) {
		lon, lat = math.Mod(lon, 180), math.Mod(lat, 85)
		if lon != lon || lat != lat {
			return
		}
		x, y := World(orb.Point{lon, lat})
		back := Degrees(float64(x), float64(y))
		if math.Abs(back[0]-lon) > 2e-7 || math.Abs(back[1]-lat) > 2e-7 {
			t.Errorf("%v %v comes back as %v", lon, lat, back)
		}
	})
}
