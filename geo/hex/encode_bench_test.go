package hex

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// cityPoints are places in the box of the first city.
func cityPoints(n int) []orb.Point {
	r := rand.New(rand.NewPCG(7, 8))
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{101.68 + r.Float64()*2.59, 36.49 + r.Float64()*2.91}
	}
	return points
}

func BenchmarkOf(b *testing.B) {
	points := cityPoints(1 << 14)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := Of(points[i&(1<<14-1)], 9); err != nil {
			b.Fatal(err)
		}
	}
}

// The rival of BenchmarkOf.
func BenchmarkOfH3Go(b *testing.B) {
	points := cityPoints(1 << 14)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := points[i&(1<<14-1)]
		if _, err := h3.LatLngToCell(h3.LatLng{Lat: p[1], Lng: p[0]}, 9); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParent(b *testing.B) {
	c, _ := Of(orb.Point{102.64, 37.93}, 9)
	var sum Cell
	for b.Loop() {
		sum += c.Parent(7)
	}
	_ = sum
}

// The rival of BenchmarkParent.
func BenchmarkParentH3Go(b *testing.B) {
	c, _ := Of(orb.Point{102.64, 37.93}, 9)
	for b.Loop() {
		if _, err := h3.Cell(c).Parent(7); err != nil {
			b.Fatal(err)
		}
	}
}
