package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// raster is the middles of squares of a side, row by row from a corner.
func raster(corner orb.Point, side float64, columns, rows int) []orb.Point {
	points := make([]orb.Point, 0, columns*rows)
	for row := range rows {
		for column := range columns {
			points = append(points, orb.Point{corner[0] + (float64(column)+0.5)*side, corner[1] + (float64(row)+0.5)*side})
		}
	}
	return points
}

func alike(value float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = value
	}
	return values
}

func sumOf(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// One event, h = 1,000 m: 3/(πh²) at its place; (3/4)² of it at half the
// bandwidth; nothing from h on; a volume of 1.
func TestKernelDensityOfOneEvent(t *testing.T) {
	event := []orb.Point{{5000, -3000}}
	density := must[[]float64](t)(KernelDensity(event, nil, []orb.Point{{5000, -3000}, {5500, -3000}, {5000, -2000}, {9000, 0}}, 1000))
	expectAll(t, "density", density, []float64{9.549296585513721e-7, 9.549296585513721e-7 * 0.5625, 0, 0}, 1e-15)

	places := raster(orb.Point{3900, -4100}, 20, 110, 110)
	density = must[[]float64](t)(KernelDensity(event, []float64{3}, places, 1000))
	expect(t, "volume of weight 3", sumOf(density)*20*20, 3, 1e-6)
}

// The index against the sum over all pairs.
func TestKernelDensityAgreesWithAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for trial := range 40 {
		spread := math.Pow(10, r.Float64()*5)
		points := func(n int) []orb.Point {
			points := make([]orb.Point, n)
			for i := range points {
				points[i] = orb.Point{r.NormFloat64() * spread, r.Float64() * spread / float64(1+trial)}
			}
			return points
		}
		events, places := points(r.IntN(200)), points(50)
		weights := make([]float64, len(events))
		for i := range weights {
			weights[i] = r.Float64()
		}
		bandwidth := math.Pow(10, r.Float64()*5)
		got := must[[]float64](t)(KernelDensity(events, weights, places, bandwidth))
		for i, p := range places {
			want := 0.0
			for j, e := range events {
				if u := math.Hypot(e[0]-p[0], e[1]-p[1]) / bandwidth; u < 1 {
					want += weights[j] * 3 / math.Pi / bandwidth / bandwidth * (1 - u*u) * (1 - u*u)
				}
			}
			if math.Abs(got[i]-want) > 1e-9*want {
				t.Fatalf("trial %d: density %g, want %g", trial, got[i], want)
			}
		}
	}
}

// Events spread evenly over a square city: uncorrected, half the density is
// lost on a side and three quarters in a corner; corrected, it is even.
func TestSurfaceIsEvenToTheBorder(t *testing.T) {
	const side, h = 100, 1000
	cells := raster(orb.Point{0, 0}, side, 60, 60)
	areas := alike(side*side, len(cells))
	share := must[[]float64](t)(EdgeShare(cells, areas, cells, h))
	plain := must[[]float64](t)(KernelDensity(cells, nil, cells, h))
	corrected := must[[]float64](t)(must[*Smoother](t)(NewSmoother(cells, areas, h)).Surface(cells, nil))
	expect(t, "share in the middle", share[30*60+30], 1, 1e-3)
	// At the very border half, and half of that again in the corner; the first
	// cell's centre lies 50 m inside.
	onBorder := must[[]float64](t)(EdgeShare(cells, areas, []orb.Point{{3000, 0}, {0, 0}}, h))
	expect(t, "share on a side", onBorder[0], 0.5, 2e-3)
	expect(t, "share in a corner", onBorder[1], 0.25, 2e-3)
	if plain[0] > 0.4/side/side {
		t.Errorf("uncorrected density in the corner is %g, want far below 1e-4", plain[0])
	}
	for i, d := range corrected {
		expect(t, "corrected", d*side*side, 1, 2e-3)
		if t.Failed() {
			t.Fatalf("at cell %d", i)
		}
	}
}

// Inside a city of hexagons the share is 1 to the precision that EdgeShare
// promises, wherever the place lies between the cells.
func TestEdgeShareOfHexagons(t *testing.T) {
	const apart = 300.0
	var cells []orb.Point
	for row := range 41 {
		for column := range 41 {
			cells = append(cells, orb.Point{(float64(column) + float64(row%2)/2) * apart, float64(row) * apart * math.Sqrt(3) / 2})
		}
	}
	areas := alike(apart*apart*math.Sqrt(3)/2, len(cells))
	places := []orb.Point{cells[20*41+20]}
	for _, offset := range raster(orb.Point{}, apart/10, 10, 10) {
		places = append(places, orb.Point{6000 + offset[0], 5200 + offset[1]})
	}
	for neighbours, tolerance := range map[float64]float64{2: 0.02, 3: 0.005} {
		full := must[[]float64](t)(KernelDensity(cells, areas, places, neighbours*apart))
		expectAll(t, "share", full, alike(1, len(places)), tolerance)
	}
}

// The product kernel at the event itself is 3/(πh²) · 15/(16g), and its
// integral over space and time is 1.
func TestSpaceTimeDensityOfOneEvent(t *testing.T) {
	const h, g, day = 1000, 7, 1.0
	event, times := []orb.Point{{0, 0}}, []float64{100}
	at := must[[]float64](t)(SpaceTimeDensity(event, times, nil, event, 100, h, g))
	expect(t, "peak", at[0], 9.549296585513721e-7*15/16/g, 1e-15)
	places, volume := raster(orb.Point{-1000, -1000}, 50, 40, 40), 0.0
	for moment := 92.5; moment < 108; moment += day / 4 {
		volume += sumOf(must[[]float64](t)(SpaceTimeDensity(event, times, []float64{2}, places, moment, h, g))) * 50 * 50 * day / 4
	}
	expect(t, "integral", volume, 2, 1e-3)
}

func TestKernelDensityOfWhatIsNotThere(t *testing.T) {
	nan := math.NaN()
	for _, events := range [][]orb.Point{nil, {{nan, 0}}, {{math.Inf(1), 2}}, {{1e300, 0}}} {
		got := must[[]float64](t)(KernelDensity(events, nil, []orb.Point{{0, 0}, {nan, 1}}, 10))
		if got[0] != 0 || !math.IsNaN(got[1]) {
			t.Errorf("%v: %v, want 0 and NaN", events, got)
		}
	}
	got := must[[]float64](t)(KernelDensity([]orb.Point{{0, 0}, {0, 0}}, []float64{nan, 1}, []orb.Point{{0, 0}}, 10))
	expect(t, "an unknown weight", got[0], 3/math.Pi/100, 1e-12)
	for _, bandwidth := range []float64{0, -1, nan, math.Inf(1)} {
		if _, err := KernelDensity(nil, nil, nil, bandwidth); !errors.Is(err, ErrInput) {
			t.Errorf("bandwidth %g: %v, want ErrInput", bandwidth, err)
		}
	}
	if _, err := KernelDensity(make([]orb.Point, 2), []float64{1}, nil, 1); !errors.Is(err, ErrInput) {
		t.Errorf("one weight for two events: %v, want ErrInput", err)
	}
	if _, err := SpaceTimeDensity(make([]orb.Point, 2), nil, nil, nil, 0, 1, 1); !errors.Is(err, ErrInput) {
		t.Errorf("no times for two events: %v, want ErrInput", err)
	}
}

// The CN Tower in zone 17 of UTM (scale 0.9996, false easting 500 km): 630,084
// east, 4,833,438 north, as printed to whole metres in common references.
func TestPlaneAgreesWithUTM(t *testing.T) {
	plane := Plane{meridian: -81}
	p := plane.Metres(orb.Point{-(79 + 23.0/60 + 13.7/3600), 43 + 38.0/60 + 33.24/3600})
	expect(t, "easting", 500000+0.9996*p[0], 630084, 1.0/630084)
	expect(t, "northing", 0.9996*p[1], 4833438, 1.0/4833438)
}

// A degree of the meridian at 38° is 110,988 m of the WGS 84 ellipsoid, one of
// the parallel 87,832 m: M and N cos φ times π/180.
func TestPlaneScale(t *testing.T) {
	plane := NewPlane(orb.Point{102.6, 38})
	if c := plane.Metres(orb.Point{102.6, 38}); math.Abs(c[0])+math.Abs(c[1]) > 1e-9 {
		t.Errorf("the centre lies at %v", c)
	}
	e2 := wgsFlattening * (2 - wgsFlattening)
	sin, cos := math.Sincos(38 * math.Pi / 180)
	n := wgsAxis / math.Sqrt(1-e2*sin*sin)
	m := n * (1 - e2) / (1 - e2*sin*sin)
	const small = 0.001
	expect(t, "north", plane.Metres(orb.Point{102.6, 38 + small})[1], m*small*math.Pi/180, 1e-6)
	expect(t, "east", plane.Metres(orb.Point{102.6 + small, 38})[0], n*cos*small*math.Pi/180, 1e-6)
	// The same step 120 km further east is at most 0.02 % longer.
	west, east := plane.Metres(orb.Point{103.97, 38}), plane.Metres(orb.Point{103.97 + small, 38})
	if ratio := math.Hypot(east[0]-west[0], east[1]-west[1]) / (n * cos * small * math.Pi / 180); ratio < 1 || ratio > 1.0002 {
		t.Errorf("scale at 120 km is %g", ratio)
	}
	if p := NewPlane(orb.Point{179.99, 0}).Metres(orb.Point{-179.99, 0}); math.Abs(p[0]-2226.39) > 0.1 {
		t.Errorf("across the antimeridian: %v", p)
	}
}

func FuzzKernelDensity(f *testing.F) {
	f.Add(0.0, 0.0, 5.0, 5.0, 3.0, 10.0)
	f.Add(-1e9, 1e9, 1e-300, 0.0, 1.0, 1e-300)
	f.Fuzz(func(t *testing.T, x, y, u, v, weight, bandwidth float64) {
		points := []orb.Point{{x, y}, {u, v}, {x, v}, {y, u}}
		density, err := KernelDensity(points, []float64{weight, 1, 1, 2}, points, bandwidth)
		if err == nil && len(density) != 4 {
			t.Fatalf("%d densities of 4 places", len(density))
		}
	})
}

// 20,000 events, most in 60 clumps, on 50,000 cells of a city of 290 by 230 km.
func BenchmarkKernelDensity(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	events := clumps(r, 20000)
	cells := raster(orb.Point{0, 0}, 1155, 250, 200)
	for _, bandwidth := range []float64{1000, 5000} {
		b.Run(map[float64]string{1000: "1km", 5000: "5km"}[bandwidth], func(b *testing.B) {
			for b.Loop() {
				if _, err := KernelDensity(events, nil, cells, bandwidth); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// clumps is n events in a city of 290 by 230 km: seven in ten in 60 clumps of
// 1 to 4 km, the others anywhere.
func clumps(r *rand.Rand, n int) []orb.Point {
	anywhere := func() orb.Point { return orb.Point{r.Float64() * 290e3, r.Float64() * 230e3} }
	var centres [60]orb.Point
	for i := range centres {
		centres[i] = anywhere()
	}
	events := make([]orb.Point, n)
	for i := range events {
		events[i] = anywhere()
		if r.Float64() < 0.7 {
			k := r.IntN(len(centres))
			spread := 1000 + 50*float64(k)
			events[i] = orb.Point{centres[k][0] + r.NormFloat64()*spread, centres[k][1] + r.NormFloat64()*spread}
		}
	}
	return events
}
