package cube

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
)

// The city of the benchmarks: 33,000 km² around Wuwei, 70 % of the points in
// 60 clusters with a sigma of 1 to 4 km, 15 of them in one town, the others
// anywhere, over 30 days and
// 16 categories of which the k-th is as frequent as 1/k; 1,225 villages in 35
// townships. CUBE_POINTS says how many points, one million unless told.
var bench struct {
	sync.Once
	points  []Point
	options Options
	base    *Base
	plain   *Base // without sums by day
	view    orb.Bound
}

const benchDays = 30

func benchPoints(n int) []Point {
	r := rand.New(rand.NewPCG(62, 6))
	const west, south, width, height = 101.7, 36.9, 2.05, 1.63 // degrees, 182 by 181 km
	type cluster struct {
		at    orb.Point
		sigma float64 // km
	}
	var clusters [60]cluster
	for i := range clusters {
		clusters[i] = cluster{orb.Point{west + r.Float64()*width, south + r.Float64()*height}, 1 + 3*r.Float64()}
		if i < 15 { // the town
			clusters[i].at = orb.Point{102.64 + 0.1*(r.Float64()-0.5), 37.93 + 0.08*(r.Float64()-0.5)}
		}
	}
	var cumulative [16]float64
	sum := 0.0
	for k := range cumulative {
		sum += 1 / float64(k+1)
		cumulative[k] = sum
	}
	points := make([]Point, n)
	for i := range points {
		var at orb.Point
		if r.Float64() < 0.7 {
			c := clusters[r.IntN(len(clusters))]
			at = orb.Point{
				c.at[0] + r.NormFloat64()*c.sigma/111.3/math.Cos(c.at[1]*math.Pi/180),
				c.at[1] + r.NormFloat64()*c.sigma/111.3,
			}
		} else {
			at = orb.Point{west + r.Float64()*width, south + r.Float64()*height}
		}
		cell, err := hex.Of(at, Resolution)
		if err != nil {
			panic(err)
		}
		// 35 by 35 villages.
		column := int64(min(max((at[0]-west)/width*35, 0), 34))
		row := int64(min(max((at[1]-south)/height*35, 0), 34))
		category, pick := uint8(0), r.Float64()*sum
		for cumulative[category] < pick {
			category++
		}
		points[i] = Point{
			Cell: cell, Area: 620_600_000_000_000 + (row/12+2)*1_000_000_000 + row*1_000_000 + column*1000,
			Time: 1_475_251_200 - r.Int64N(benchDays*86_400) - 1, Category: category,
		}
	}
	return points
}

func benchCity(b *testing.B) {
	bench.Do(func() {
		n := 1_000_000
		if s := os.Getenv("CUBE_POINTS"); s != "" {
			n, _ = strconv.Atoi(s)
		}
		bench.points = benchPoints(n)
		bench.options = Options{Workers: 1, Days: DaysIn(time.FixedZone("", 8*3600))}
		bench.base = build(b, bench.points, bench.options)
		bench.plain = build(b, bench.points, Options{CubeBytes: -1})
		// 20 by 20 km around the town.
		bench.view = orb.Bound{
			Min: orb.Point{102.64 - 10/111.3/math.Cos(37.93*math.Pi/180), 37.93 - 10/111.3},
			Max: orb.Point{102.64 + 10/111.3/math.Cos(37.93*math.Pi/180), 37.93 + 10/111.3},
		}
	})
}

// processor is the processor time of this process, in nanoseconds: on a busy
// machine it tells more than the clock.
func processor() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs the work and reports its processor time too.
func measure(b *testing.B, work func()) {
	b.ReportAllocs()
	begin := processor()
	for b.Loop() {
		work()
	}
	b.ReportMetric((processor()-begin)/float64(b.N), "cpu-ns/op")
}

// week is 7 of the 30 days and 3 of the 16 categories, as in Q2 and Q3.
func week(resolution int) Query {
	q := Everything(resolution)
	q.Window = Window{1_475_251_200 - 20*86_400, 1_475_251_200 - 13*86_400}
	q.Categories = CategoriesOf(2, 4, 6)
	return q
}

func benchCount(b *testing.B, base func() *Base, query func() Query) {
	benchCity(b)
	v := New(base(), Options{}).View()
	q := query()
	var c Counts
	if err := v.Count(q, &c); err != nil {
		b.Fatal(err)
	}
	measure(b, func() { _ = v.Count(q, &c) })
	b.ReportMetric(float64(len(c.Cells)), "cells")
	b.ReportMetric(float64(c.Total), "points")
}

func withCubes() *Base    { return bench.base }
func withoutCubes() *Base { return bench.plain }

func BenchmarkQ1(b *testing.B) {
	benchCount(b, withCubes, func() Query { return Everything(9) })
}

// Q1r: the roll-ups to resolutions 5 to 8.
func BenchmarkQ1RollUps(b *testing.B) {
	benchCity(b)
	v := New(bench.base, Options{}).View()
	var c Counts
	measure(b, func() {
		for r := 5; r <= 8; r++ {
			_ = v.Count(Everything(r), &c)
		}
	})
}

func BenchmarkQ2Cube(b *testing.B) { benchCount(b, withCubes, func() Query { return week(7) }) }
func BenchmarkQ2Scan(b *testing.B) { benchCount(b, withoutCubes, func() Query { return week(7) }) }
func BenchmarkQ2Ragged(b *testing.B) {
	benchCount(b, withCubes, func() Query {
		q := week(7)
		q.Window.From += 5000
		q.Window.To += 5000
		return q
	})
}

func BenchmarkQ2ScanTwo(b *testing.B) {
	benchCount(b, withoutCubes, func() Query {
		q := week(7)
		q.Workers = 2
		return q
	})
}
func BenchmarkQ2b(b *testing.B) { benchCount(b, withCubes, func() Query { return week(9) }) }

func inView(q Query) func() Query {
	return func() Query {
		q.Bounds = &bench.view
		return q
	}
}

func BenchmarkQ3(b *testing.B)  { benchCount(b, withCubes, inView(week(9))) }
func BenchmarkQ3n(b *testing.B) { benchCount(b, withCubes, inView(Everything(9))) }

// A county's scope: a third of the city by area ranges, exact at its border.
func BenchmarkScope(b *testing.B) {
	benchCount(b, withCubes, func() Query {
		q := week(7)
		q.Areas = []AreaRange{{620_603_000_000_000, 620_603_999_999_999}}
		return q
	})
}

func BenchmarkAreas(b *testing.B) {
	benchCity(b)
	v := New(bench.base, Options{}).View()
	var list []AreaCount
	measure(b, func() { list, _ = v.CountAreas(week(9), 1_000_000, list[:0]) })
}

// The time strip: 30 days of everything in view.
func BenchmarkSeries(b *testing.B) {
	benchCity(b)
	v := New(bench.base, Options{}).View()
	q := inView(Everything(9))()
	var list []int64
	measure(b, func() { list, _ = v.Series(q, bench.base.DayStarts(), list[:0]) })
}

// What 100,000 changes that were not merged add to a question.
func BenchmarkTail(b *testing.B) {
	benchCity(b)
	c := New(bench.base, Options{})
	changes := make([]Entry, 100_000)
	for i := range changes {
		changes[i] = Entry{bench.points[(i*97)%len(bench.points)], 1 - 2*int8(i%2)}
	}
	if err := c.Apply(changes); err != nil {
		b.Fatal(err)
	}
	for name, q := range map[string]Query{"Q1": Everything(9), "Q2": week(7), "Q3": inView(week(9))(), "Q3n": inView(Everything(9))()} {
		b.Run(name, func(b *testing.B) {
			var counts Counts
			measure(b, func() { _ = c.View().Count(q, &counts) })
		})
	}
}

func BenchmarkApply(b *testing.B) {
	benchCity(b)
	c := New(bench.base, Options{})
	changes := make([]Entry, 100)
	for i := range changes {
		changes[i] = Entry{bench.points[(i*97)%len(bench.points)], 1}
	}
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			c.Replace(bench.base)
		}
		_ = c.Apply(changes)
	}
}

func BenchmarkMerge(b *testing.B) {
	benchCity(b)
	changes := make([]Entry, 10_000)
	for i := range changes {
		changes[i] = Entry{bench.points[(i*97)%len(bench.points)], 1}
	}
	measure(b, func() {
		c := New(bench.base, bench.options)
		if err := c.Apply(changes); err != nil {
			b.Fatal(err)
		}
		if err := c.Merge(); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	benchCity(b)
	var base *Base
	measure(b, func() { base = build(b, bench.points, bench.options) })
	columns, cubes := base.Bytes()
	b.ReportMetric(float64(columns)/float64(base.Len()), "B/point")
	b.ReportMetric(float64(cubes)/(1<<20), "cubes-MiB")
	b.ReportMetric(float64(base.Atoms()), "atoms")
	b.ReportMetric(float64(base.Cells(9)), "cells")
}
