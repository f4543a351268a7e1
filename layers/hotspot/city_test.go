package hotspot

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/demo"
	"sitmap/geo/hex"
	"sitmap/geo/stats"
)

// ground is the demo city's land, on which the tests draw disputes.
var ground = sync.OnceValues(func() (*demo.Ground, error) { return demo.NewGround(1) })

func groundOf(t testing.TB) *demo.Ground {
	t.Helper()
	g, err := ground()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// quietCity is the cases of a city in which nothing was planted. Drawing them
// takes longer than judging, and several tests want the same.
var quietCity = func() func(t testing.TB, city int) []demo.Case {
	var lock sync.Mutex
	drawn := map[int][]demo.Case{}
	return func(t testing.TB, city int) []demo.Case {
		t.Helper()
		lock.Lock()
		defer lock.Unlock()
		if drawn[city] == nil {
			drawn[city], _ = groundOf(t).Disputes(int64(1000+city), false)
		}
		return drawn[city]
	}
}()

// months are the steps of the demo's record, from January 2015.
const months = 21

func monthOf(at time.Time) int {
	local := at.In(time.FixedZone("CST", 8*3600))
	return (local.Year()-2015)*12 + int(local.Month()) - 1
}

var kinds = []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "99"}

// level is a way to cut the city into places.
type level struct {
	name   string
	places Places
	of     func(c demo.Case) int32
	centre func(place int32) orb.Point
}

// cells is the city by cells of a resolution.
var cells = func() func(t testing.TB, resolution int) level {
	var lock sync.Mutex
	made := map[int]level{}
	return func(t testing.TB, resolution int) level {
		t.Helper()
		lock.Lock()
		defer lock.Unlock()
		if l, known := made[resolution]; known {
			return l
		}
		inside, err := hex.Fill(orb.MultiPolygon{groundOf(t).Outline()}, resolution, hex.Touching)
		if err != nil {
			t.Fatal(err)
		}
		universe, err := hex.NewUniverse(inside)
		if err != nil {
			t.Fatal(err)
		}
		near, err := stats.NewWeights(universe.Len(), universe.Neighbours)
		if err != nil {
			t.Fatal(err)
		}
		l := level{
			name: "res " + strconv.Itoa(resolution), places: Places{Near: near, Whole: 6},
			of: func(c demo.Case) int32 {
				cell, err := hex.Of(c.At, resolution)
				if err != nil {
					t.Fatal(err)
				}
				i, found := universe.Find(cell)
				if !found {
					t.Fatalf("a case in cell %v outside the city", cell)
				}
				return int32(i)
			},
			centre: func(place int32) orb.Point { return universe.Centre(int(place)) },
		}
		made[resolution] = l
		return l
	}
}()

// areas is the city by area, the first digits of a case's area number; two are
// neighbours when cases of both lie in the same or neighbouring cells.
func areas(t testing.TB, digits, resolution int, cases []demo.Case) level {
	t.Helper()
	divisor := int64(1)
	for range 15 - digits {
		divisor *= 10
	}
	number, centres, counts := map[int64]int32{}, []orb.Point{}, []float64{}
	grid := cells(t, resolution)
	inCell := map[int32][]int32{}
	of := func(c demo.Case) int32 { return number[c.Area/divisor] }
	for _, c := range cases {
		i, known := number[c.Area/divisor]
		if !known {
			i = int32(len(centres))
			number[c.Area/divisor] = i
			centres, counts = append(centres, orb.Point{}), append(counts, 0)
		}
		centres[i][0], centres[i][1], counts[i] = centres[i][0]+c.At[0], centres[i][1]+c.At[1], counts[i]+1
		cell := grid.of(c)
		if !slices.Contains(inCell[cell], i) {
			inCell[cell] = append(inCell[cell], i)
		}
	}
	rows := make([][]int32, len(centres))
	join := func(a, b int32) {
		if a != b && !slices.Contains(rows[a], b) {
			rows[a], rows[b] = append(rows[a], b), append(rows[b], a)
		}
	}
	for cell, here := range inCell {
		for _, a := range here {
			for _, b := range here {
				join(a, b)
			}
			for _, other := range grid.places.Near.Row(int(cell)) {
				for _, b := range inCell[other] {
					join(a, b)
				}
			}
		}
	}
	near, err := stats.NewWeights(len(rows), func(i int) []int32 { return rows[i] })
	if err != nil {
		t.Fatal(err)
	}
	return level{
		name: strconv.Itoa(digits) + " digits", places: Places{Near: near}, of: of,
		centre: func(place int32) orb.Point {
			return orb.Point{centres[place][0] / counts[place], centres[place][1] / counts[place]}
		},
	}
}

// recordOf is a record of the cases that lie on no pile.
func recordOf(t testing.TB, l level, cases []demo.Case) *Record {
	t.Helper()
	points := make([]orb.Point, len(cases))
	for i, c := range cases {
		points[i] = c.At
	}
	piled, _ := OnPiles(points)
	var facts []Fact
	for i, c := range cases {
		if !piled[i] {
			facts = append(facts, Fact{Place: l.of(c), Step: uint16(monthOf(c.Found)), Kind: uint16(slices.Index(kinds, c.Category)), Count: 1})
		}
	}
	r, err := NewRecord(l.places, months, len(kinds), facts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
