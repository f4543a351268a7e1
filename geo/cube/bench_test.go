package cube_test

import (
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"sitmap/geo/cube"
	"sitmap/geo/cube/cubetest"
)

// CUBE_POINTS says how many points are measured, one million unless told.
var city struct {
	sync.Once
	points  []cube.Point
	options cube.Options
	cubes   *cube.Base
	plain   *cube.Base // without sums by day
}

func prepare(b *testing.B) {
	city.Do(func() {
		n := 1_000_000
		if s := os.Getenv("CUBE_POINTS"); s != "" {
			n, _ = strconv.Atoi(s)
		}
		source := cubetest.New(62)
		city.points = make([]cube.Point, n)
		for i := range city.points {
			city.points[i] = source.Point()
		}
		city.options = cube.Options{Days: cube.DaysIn(cubetest.Zone)}
		city.cubes = build(b, city.options)
		city.plain = build(b, cube.Options{CubeBytes: -1})
	})
}

func build(b *testing.B, options cube.Options) *cube.Base {
	builder := cube.NewBuilder(options, len(city.points))
	for _, p := range city.points {
		if err := builder.Add(p); err != nil {
			b.Fatal(err)
		}
	}
	base, err := builder.Finish()
	if err != nil {
		b.Fatal(err)
	}
	return base
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

func count(b *testing.B, base *cube.Base, q cube.Query) {
	v := cube.New(base, cube.Options{}).View()
	var c cube.Counts
	if err := v.Count(q, &c); err != nil {
		b.Fatal(err)
	}
	measure(b, func() { _ = v.Count(q, &c) })
	b.ReportMetric(float64(len(c.Cells)), "cells")
	b.ReportMetric(float64(c.Total), "points")
}

// The names are those of the questions that other engines were asked too: Q1
// all cells of resolution 9, Q2 a week and three categories by resolution 7,
// Q2b the same by 9, Q3 the same in a view of 20 by 20 km, Q3n all in view.
func BenchmarkCount(b *testing.B) {
	prepare(b)
	ragged, two := cubetest.Week(7), cubetest.Week(7)
	ragged.Window.From += 5000
	ragged.Window.To += 5000
	two.Workers = 2
	for _, question := range []struct {
		name string
		base *cube.Base
		q    cube.Query
	}{
		{"Q1", city.cubes, cube.Everything(9)},
		{"Q2/cube", city.cubes, cubetest.Week(7)},
		{"Q2/scan", city.plain, cubetest.Week(7)},
		{"Q2/scan-two", city.plain, two},
		{"Q2/ragged", city.cubes, ragged},
		{"Q2b", city.cubes, cubetest.Week(9)},
		{"Q3", city.cubes, cubetest.InView(cubetest.Week(9))},
		{"Q3n", city.cubes, cubetest.InView(cube.Everything(9))},
		{"county", city.cubes, cubetest.InCounty(cubetest.Week(7))},
	} {
		b.Run(question.name, func(b *testing.B) { count(b, question.base, question.q) })
	}
}

// Q1r: the roll-ups to resolutions 5 to 8.
func BenchmarkRollUps(b *testing.B) {
	prepare(b)
	v := cube.New(city.cubes, cube.Options{}).View()
	var c cube.Counts
	measure(b, func() {
		for r := 5; r <= 8; r++ {
			_ = v.Count(cube.Everything(r), &c)
		}
	})
}

// A week by township.
func BenchmarkAreas(b *testing.B) {
	prepare(b)
	v := cube.New(city.cubes, cube.Options{}).View()
	var list []cube.AreaCount
	measure(b, func() { list, _ = v.CountAreas(cubetest.Week(9), 1_000_000, list[:0]) })
}

// The time strip: every day of everything in view.
func BenchmarkSeries(b *testing.B) {
	prepare(b)
	v := cube.New(city.cubes, cube.Options{}).View()
	q, days := cubetest.InView(cube.Everything(9)), city.cubes.DayStarts()
	var list []int64
	measure(b, func() { list, _ = v.Series(q, days, list[:0]) })
}

// changes is every so many points of the city, to be added or, every other
// one, removed.
func changes(n int) []cube.Entry {
	list := make([]cube.Entry, n)
	for i := range list {
		list[i] = cube.Entry{Point: city.points[(i*97)%len(city.points)], Sign: 1 - 2*int8(i%2)}
	}
	return list
}

// What 100,000 changes that were not merged add to a question.
func BenchmarkTail(b *testing.B) {
	prepare(b)
	c := cube.New(city.cubes, cube.Options{})
	if err := c.Apply(changes(100_000)); err != nil {
		b.Fatal(err)
	}
	for _, question := range []struct {
		name string
		q    cube.Query
	}{
		{"Q1", cube.Everything(9)}, {"Q2", cubetest.Week(7)},
		{"Q3", cubetest.InView(cubetest.Week(9))}, {"Q3n", cubetest.InView(cube.Everything(9))},
	} {
		b.Run(question.name, func(b *testing.B) {
			var counts cube.Counts
			measure(b, func() { _ = c.View().Count(question.q, &counts) })
		})
	}
}

// A hundred changes at once.
func BenchmarkApply(b *testing.B) {
	prepare(b)
	c, hundred := cube.New(city.cubes, cube.Options{}), changes(100)
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			c.Replace(city.cubes)
		}
		_ = c.Apply(hundred)
	}
}

// Ten thousand changes into a new base.
func BenchmarkMerge(b *testing.B) {
	prepare(b)
	list := changes(10_000)
	measure(b, func() {
		c := cube.New(city.cubes, city.options)
		if err := c.Apply(list); err != nil {
			b.Fatal(err)
		}
		if err := c.Merge(); err != nil {
			b.Fatal(err)
		}
	})
}

// Points with their cells into a base with its sums by day.
func BenchmarkBuild(b *testing.B) {
	prepare(b)
	var base *cube.Base
	measure(b, func() { base = build(b, city.options) })
	columns, cubes := base.Bytes()
	b.ReportMetric(float64(columns)/float64(base.Len()), "B/point")
	b.ReportMetric(float64(cubes)/(1<<20), "cubes-MiB")
	b.ReportMetric(float64(base.Atoms()), "atoms")
}
