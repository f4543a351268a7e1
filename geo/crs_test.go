package geo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// Expected values computed with npm gcoord 1.0.7 and confirmed forward with
// npm coordtransform 2.1.2.
func TestShiftAgreesWithGcoord(t *testing.T) {
	wgs := orb.Point{102.6343, 37.92686}
	gcj := orb.Point{102.63600849386125, 37.92714097611017}
	bd := orb.Point{102.6425505544501, 37.93304822911401}

	near(t, "WGS 84 to GCJ-02", ToGCJ02(wgs), gcj, 1e-11)
	near(t, "GCJ-02 to BD-09", ToBD09(gcj), bd, 1e-11)
	near(t, "GCJ-02 home", FromGCJ02(gcj), wgs, 1e-12)
	home, ok := ToWGS84(bd, BD09)
	if !ok {
		t.Fatal("BD-09 is not convertible")
	}
	near(t, "BD-09 home", home, wgs, 1e-9)
}

// Over the box of Wuwei the way there and back leaves less than a millimetre.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p := orb.Point{101.8 + 2.5*r.Float64(), 36.6 + 2.9*r.Float64()}
		near(t, "GCJ-02", FromGCJ02(ToGCJ02(p)), p, 1e-9)
		near(t, "BD-09", FromBD09(ToBD09(p)), p, 1e-8)
	}
}

// Map services shift inside China only.
func TestOutsideChinaIsNotShifted(t *testing.T) {
	boston := orb.Point{-71.06, 42.35}
	if got := FromGCJ02(boston); got != boston {
		t.Errorf("Boston moved to %v", got)
	}
}

func TestUnknownSystemIsRefused(t *testing.T) {
	if _, ok := ToWGS84(orb.Point{1, 2}, "EPSG:4214"); ok {
		t.Error("Beijing 54 needs parameters nobody gave, yet it was converted")
	}
}

// Whatever the numbers, the shift gives numbers.
func FuzzGCJ02(f *testing.F) {
	f.Add(102.6, 37.9)
	f.Add(72.004, 0.8293)
	f.Fuzz(func(t *testing.T, lon, lat float64) {
		if math.IsNaN(lon) || math.IsInf(lon, 0) || math.IsNaN(lat) || math.IsInf(lat, 0) {
			t.Skip("not a coordinate")
		}
		p := FromGCJ02(orb.Point{lon, lat})
		if math.IsNaN(p[0]) || math.IsNaN(p[1]) {
			t.Errorf("FromGCJ02(%v, %v) = %v", lon, lat, p)
		}
	})
}

func near(t *testing.T, what string, got, want orb.Point, tolerance float64) {
	t.Helper()
	if math.Abs(got[0]-want[0]) > tolerance || math.Abs(got[1]-want[1]) > tolerance {
		t.Errorf("%s: got %v, want %v within %g°", what, got, want, tolerance)
	}
}
