package hex

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// county is a shape of about 5,000 km² with a ragged border of so many
// corners.
func county(corners int) orb.Polygon {
	r := rand.New(rand.NewPCG(51, 52))
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / float64(corners)
		away := 0.36 * (1 + 0.2*math.Sin(5*angle) + 0.02*r.Float64())
		sin, cos := math.Sincos(angle)
		ring = append(ring, orb.Point{102.9 + away*cos*1.25, 37.9 + away*sin})
	}
	return orb.Polygon{append(ring, ring[0])}
}

// city is a universe of about 33,000 km².
func city(b *testing.B) *Universe {
	b.Helper()
	cells, err := Fill(orb.MultiPolygon{{{{101.9, 37}, {104, 37}, {104, 38.6}, {101.9, 38.6}, {101.9, 37}}}}, 9, Centre)
	if err != nil {
		b.Fatal(err)
	}
	u, err := NewUniverse(cells)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

func BenchmarkFill(b *testing.B) {
	shape := orb.MultiPolygon{county(5_000)}
	n := 0
	for b.Loop() {
		cells, err := Fill(shape, 9, Centre)
		if err != nil {
			b.Fatal(err)
		}
		n = len(cells)
	}
	b.ReportMetric(float64(n), "cells")
}

func BenchmarkWithin(b *testing.B) {
	u := city(b)
	shape := orb.MultiPolygon{county(5_000)}
	n := 0
	for b.Loop() {
		n = 0
		for _, r := range u.Within(shape, Centre) {
			n += r.To - r.From
		}
	}
	b.ReportMetric(float64(n), "cells")
}

// The rivals of BenchmarkFill and BenchmarkWithin.
func BenchmarkFillH3Go(b *testing.B) {
	loop := h3.GeoLoop{}
	for _, p := range county(5_000)[0][1:] {
		loop = append(loop, h3.LatLng{Lat: p[1], Lng: p[0]})
	}
	polygon := h3.GeoPolygon{GeoLoop: loop}
	for name, fill := range map[string]func() ([]h3.Cell, error){
		"plain":        func() ([]h3.Cell, error) { return h3.PolygonToCells(polygon, 9) },
		"experimental": func() ([]h3.Cell, error) { return h3.PolygonToCellsExperimental(polygon, 9, h3.ContainmentCenter) },
	} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				cells, err := fill()
				if err != nil {
					b.Fatal(err)
				}
				n = len(cells)
			}
			b.ReportMetric(float64(n), "cells")
		})
	}
}

// A viewport of 20 by 20 km.
func BenchmarkWithinBounds(b *testing.B) {
	u := city(b)
	for b.Loop() {
		u.WithinBounds(orb.Bound{Min: orb.Point{102.6, 37.8}, Max: orb.Point{102.83, 37.98}})
	}
}

func BenchmarkNewUniverse(b *testing.B) {
	u := city(b)
	for b.Loop() {
		if _, err := NewUniverse(u.cells); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(u.Len()), "cells")
}

func BenchmarkOutline(b *testing.B) {
	cells, err := Fill(orb.MultiPolygon{county(5_000)}, 9, Centre)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Outline(cells); err != nil {
			b.Fatal(err)
		}
	}
}

// The rival of BenchmarkOutline.
func BenchmarkOutlineH3Go(b *testing.B) {
	cells, err := Fill(orb.MultiPolygon{county(5_000)}, 9, Centre)
	if err != nil {
		b.Fatal(err)
	}
	foreign := make([]h3.Cell, len(cells))
	for i, c := range cells {
		foreign[i] = h3.Cell(c)
	}
	for b.Loop() {
		if _, err := h3.CellsToMultiPolygon(foreign); err != nil {
			b.Fatal(err)
		}
	}
}
