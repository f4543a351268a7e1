package lattice

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sitmap/geo"
)

var home = geo.PlaneAt(orb.Point{102.63, 37.93})

func frame(t *testing.T, step float64) Frame {
	t.Helper()
	f, err := NewFrame(step, home.At[1])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ring is a closed ring of points in metres around home.
func ring(xy ...float64) orb.Ring {
	var r orb.Ring
	for k := 0; k < len(xy); k += 2 {
		r = append(r, home.Point(xy[k], xy[k+1]))
	}
	return append(r, r[0])
}

func area(l *Lattice) float64 { return float64(l.Len()) * l.Unit() }

func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*want {
		t.Errorf("%s: %.1f m², want %.1f within %g %%", what, got, want, 100*share)
	}
}

// Areas by arithmetic: a kilometre square with a hole of 400 m, a right
// triangle, a band of 30 m on either side of a line of 500 m with its round
// ends, 2·30·500 + π·30².
func TestAreasByCounting(t *testing.T) {
	square := orb.Polygon{ring(0, 0, 1000, 0, 1000, 1000, 0, 1000), ring(300, 300, 700, 300, 700, 700, 300, 700)}
	d := NewDraft(frame(t, 3))
	d.Polygon(orb.MultiPolygon{square})
	near(t, "square with a hole", area(d.Lattice()), 840_000, 0.005)

	d = NewDraft(frame(t, 3))
	d.Polygon(orb.MultiPolygon{{ring(0, 0, 900, 300, 0, 700)}})
	near(t, "triangle", area(d.Lattice()), 315_000, 0.005)

	d = NewDraft(frame(t, 2))
	d.Band(orb.LineString{home.Point(0, 0), home.Point(400, 300)}, 30)
	near(t, "band", area(d.Lattice()), 30_000+math.Pi*900, 0.005)

	d.Band(orb.LineString{home.Point(400, 300), home.Point(0, 0)}, 30)
	near(t, "the same band again", area(d.Lattice()), 30_000+math.Pi*900, 0.005)
}

// A point stands for the same area north and south: squares of a kilometre at
// both ends of the city, 36.5° and 39.4°, count alike.
func TestPointsAreWorthTheSameEverywhere(t *testing.T) {
	f, err := NewFrame(4, 38)
	if err != nil {
		t.Fatal(err)
	}
	for _, latitude := range []float64{36.5, 39.4} {
		p := geo.PlaneAt(orb.Point{103, latitude})
		d := NewDraft(f)
		d.Polygon(orb.MultiPolygon{{{p.Point(-500, -500), p.Point(500, -500), p.Point(500, 500), p.Point(-500, 500), p.Point(-500, -500)}}})
		near(t, "square", area(d.Lattice()), 1e6, 0.003)
	}
}

// Points inside a random star are those that a point-in-polygon test of
// another hand (orb/planar) finds, point by point.
func TestInsideAgreesWithPointInPolygon(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	d := NewDraft(frame(t, 20))
	d.Polygon(orb.MultiPolygon{{ring(-600, -600, 600, -600, 600, 600, -600, 600)}})
	l := d.Lattice()
	for range 50 {
		var xy []float64
		for k := range 12 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 12)
			far := 100 + 600*r.Float64()
			xy = append(xy, far*cos, far*sin)
		}
		shape := orb.MultiPolygon{{ring(xy...)}}
		depth := NewDepth(l.Len())
		l.Inside(shape, depth.Add)
		for run := range l.Rows {
			for k := run.From; k < run.To; k++ {
				p := orb.Point{run.First[0] + float64(k-run.From)*run.East, run.First[1]}
				if depth.Covers(k, 1) != planar.MultiPolygonContains(shape, p) || depth.Covers(k, 2) {
					t.Fatalf("point %d at %v", k, p)
				}
				if n, ok := l.Find(p); !ok || n != k {
					t.Fatalf("point %d is found as %d, %v", k, n, ok)
				}
			}
		}
	}
}

// What a sector covers is the points that it contains; two sectors that face
// each other across a street cover their overlap twice.
func TestSeenAgreesWithTheSector(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	d := NewDraft(frame(t, 5))
	d.Polygon(orb.MultiPolygon{{ring(-200, -200, 200, -200, 200, 200, -200, 200), ring(-50, -50, 50, -50, 50, 50, -50, 50)}})
	l := d.Lattice()
	for range 60 {
		depth := NewDepth(l.Len())
		var planes [2]geo.Plane
		var sectors [2]geo.Sector
		for k := range planes {
			planes[k] = geo.PlaneAt(home.Point(300*r.Float64()-150, 300*r.Float64()-150))
			sectors[k] = geo.SectorOf(360*r.Float64(), 360*r.Float64(), 20*r.Float64(), 200*r.Float64())
			l.Seen(planes[k], sectors[k], depth.Add)
		}
		total, once, twice := 0, 0, 0
		for run := range l.Rows {
			for k := run.From; k < run.To; k++ {
				times := 0
				for i, s := range sectors {
					if s.Contains(planes[i].XY(orb.Point{run.First[0] + float64(k-run.From)*run.East, run.First[1]})) {
						times++
					}
				}
				if depth.Covers(k, 1) != (times >= 1) || depth.Covers(k, 2) != (times == 2) {
					t.Fatalf("point %d is covered %d times", k, times)
				}
				total++
				if times > 0 {
					once++
				}
				if times > 1 {
					twice++
				}
			}
		}
		if a, b := depth.Count(Run{0, l.Len()}); a != once || b != twice || total != l.Len() {
			t.Fatalf("counted %d and %d of %d, want %d and %d of %d", a, b, l.Len(), once, twice, total)
		}
	}
}

// Points near a line are those whose distance to it, by arithmetic, is no more.
func TestNearALine(t *testing.T) {
	d := NewDraft(frame(t, 10))
	d.Polygon(orb.MultiPolygon{{ring(-300, -300, 300, -300, 300, 300, -300, 300)}})
	l := d.Lattice()
	r := rand.New(rand.NewPCG(6, 7))
	for range 100 {
		a, b := [2]float64{500*r.Float64() - 250, 500*r.Float64() - 250}, [2]float64{500*r.Float64() - 250, 500*r.Float64() - 250}
		wide := 60 * r.Float64()
		depth := NewDepth(l.Len())
		l.Near(orb.LineString{home.Point(a[0], a[1]), home.Point(b[0], b[1])}, wide, depth.Add)
		for run := range l.Rows {
			for k := run.From; k < run.To; k++ {
				x, y := home.XY(orb.Point{run.First[0] + float64(k-run.From)*run.East, run.First[1]})
				dx, dy := b[0]-a[0], b[1]-a[1]
				along := max(0, min(1, ((x-a[0])*dx+(y-a[1])*dy)/(dx*dx+dy*dy)))
				far := math.Hypot(x-a[0]-along*dx, y-a[1]-along*dy)
				if math.Abs(far-wide) > 0.05 && depth.Covers(k, 1) != (far < wide) {
					t.Fatalf("point at %.1f %.1f is %.2f m away, band %.2f", x, y, far, wide)
				}
			}
		}
	}
}

func TestEmptyAndInvalid(t *testing.T) {
	l := NewDraft(frame(t, 10)).Lattice()
	if _, ok := l.Find(home.At); ok || l.Len() != 0 {
		t.Error("an empty lattice has points")
	}
	l.Seen(home, geo.SectorOf(0, 360, 0, 100), func(Run) { t.Error("something is seen") })
	d := NewDraft(frame(t, 10))
	d.Polygon(orb.MultiPolygon{{{}}, {}})
	d.Band(orb.LineString{home.At}, 10)
	if d.Lattice().Len() != 0 {
		t.Error("nothing was added")
	}
	for _, step := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewFrame(step, 38); !errors.Is(err, ErrInvalid) {
			t.Errorf("step %g: %v", step, err)
		}
	}
}
