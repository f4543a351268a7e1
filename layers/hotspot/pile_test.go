package hotspot

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
)

func TestPiles(t *testing.T) {
	ones := func(n int, more ...int) (counts []int) {
		for range n {
			counts = append(counts, 1)
		}
		return append(counts, more...)
	}
	for name, c := range map[string]struct {
		counts []int
		want   []int
	}{
		"none":                {nil, nil},
		"one coordinate":      {[]int{500}, nil},
		"a default address":   {ones(300, 64), []int{300}},
		"a small one":         {ones(300, 19), nil},
		"a busy block":        {ones(300, 40, 30), nil},
		"two, of few places":  {ones(500, 5000, 4800), []int{500, 501}},
		"busy, but no gap":    {ones(300, 240, 120, 60, 30, 10), nil},
		"two, of many places": {ones(3000, 400, 500), []int{3000, 3001}},
	} {
		if got := Piles(c.counts); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The demo's default address, and nothing else, is a pile.
func TestTheDemosDefaultAddressIsFound(t *testing.T) {
	cases, _ := groundOf(t).Disputes(1, true)
	points := make([]orb.Point, len(cases))
	for i, c := range cases {
		points[i] = c.At
	}
	marked, count := OnPiles(points)
	for i, c := range cases {
		if marked[i] != c.Dumped {
			t.Fatalf("case at %v: on a pile %t, set down there %t", c.At, marked[i], c.Dumped)
		}
	}
	if count != 58+64 {
		t.Errorf("%d cases on the pile", count)
	}
}

// Boston's street lights and graffiti: 1,039 and 198 cases share one default
// point at City Hall. The street lights' pile grew in summer, and with it the
// map has a hotspot of the surest kind where there is none.
func TestBostonsDefaultPoint(t *testing.T) {
	folder := os.Getenv("SITMAP_TEST_DATA")
	if folder == "" {
		t.Skip("SITMAP_TEST_DATA is not set")
	}
	for file, piled := range map[string]int{"boston-311-street-light-outages.csv": 1039, "boston-311-graffiti-removal.csv": 198} {
		points, months := boston(t, filepath.Join(folder, "cases", file))
		marked, count := OnPiles(points)
		if count != piled {
			t.Errorf("%s: %d cases on a pile, want %d", file, count, piled)
		}
		cityHall, err := hex.Of(orb.Point{-71.0587, 42.3594}, 8)
		if err != nil {
			t.Fatal(err)
		}
		with, without := bostonRecord(t, points, months, nil), bostonRecord(t, points, months, marked)
		tell := Telling{Window: [2]string{"2015年6至8月", "June to August 2015"}, Cases: [2]string{"诉求", "requests"}}
		hall := func(name string, r bostonMap, measure Measure) Verdict {
			a := judge(t, r.Record, Question{From: 5, To: 8, Measure: measure})
			v, found := a.Find(int32(slices.Index(r.cells, cityHall)))
			if !found {
				t.Fatalf("%s: no verdict on City Hall", file)
			}
			hot := 0
			for _, v := range a.Verdicts {
				if v.Class > 0 {
					hot++
				}
			}
			tell.Measure = measure
			_, en := v.Sentence(tell)
			t.Logf("%s %s: %d of %d cells hot. %s", file, name, hot, len(a.Verdicts), en)
			return v
		}
		pileIn := hall("with the pile", with, OwnTimes)
		tell.Piled = count
		pileOut := hall("without", without, OwnTimes)
		if pileOut.Class != stats.None || 4*pileOut.Count > pileIn.Count {
			t.Errorf("%s: City Hall is %+v with the pile, %+v without", file, pileIn, pileOut)
		}
		if lights := piled == 1039; lights != (pileIn.Class == stats.Hot99) {
			t.Errorf("%s: with the pile City Hall is %v", file, pileIn.Class)
		}
		if with, without := hall("bare, with the pile", with, Evenly), hall("bare, without", without, Evenly); with.Around <= without.Around {
			t.Errorf("%s: %d around City Hall with the pile, %d without", file, with.Around, without.Around)
		}
	}
}

type bostonMap struct {
	*Record
	cells []hex.Cell
}

// boston reads where and in which month of 2015 the requests were opened.
func boston(t *testing.T, file string) (points []orb.Point, months []int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	rows := csv.NewReader(f)
	head, err := rows.Read()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(head, name) }
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return points, months
		}
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse("01/02/2006 03:04:05 PM", row[column("OPEN_DT")])
		if err != nil {
			t.Fatal(err)
		}
		var p orb.Point
		for i, name := range []string{"LONGITUDE", "LATITUDE"} {
			if p[i], err = strconv.ParseFloat(row[column(name)], 64); err != nil {
				t.Fatal(err)
			}
		}
		points, months = append(points, p), append(months, int(at.Month())-1)
	}
}

// bostonRecord is the cells that have requests, with the cells around them.
func bostonRecord(t *testing.T, points []orb.Point, months []int, leftOut []bool) bostonMap {
	t.Helper()
	var all []hex.Cell
	of := make([]hex.Cell, len(points))
	for i, p := range points {
		cell, err := hex.Of(p, 8)
		if err != nil {
			t.Fatal(err)
		}
		disk, err := cell.Disk(1)
		if err != nil {
			t.Fatal(err)
		}
		of[i], all = cell, append(all, disk...)
	}
	slices.Sort(all)
	universe, err := hex.NewUniverse(slices.Compact(all))
	if err != nil {
		t.Fatal(err)
	}
	near, err := stats.NewWeights(universe.Len(), universe.Neighbours)
	if err != nil {
		t.Fatal(err)
	}
	var facts []Fact
	for i := range points {
		if leftOut == nil || !leftOut[i] {
			place, _ := universe.Find(of[i])
			facts = append(facts, Fact{Place: int32(place), Step: uint16(months[i]), Count: 1})
		}
	}
	m := bostonMap{Record: record(t, Places{Near: near, Whole: 6}, 12, 1, facts...)}
	for i := range universe.Len() {
		m.cells = append(m.cells, universe.Cell(i))
	}
	return m
}
