package demo

import (
	"math"
	"time"

	"github.com/paulmach/orb"
)

// incident is a dispute before its life is told.
type incident struct {
	category int
	year     int
	at       place
	cell     int
	found    time.Time
	planted  int // index of the hotspot, or -1
	dumped   bool
}

type plant struct {
	centre   orb.Point
	radius   float64
	from, to string
	category string
	relative float64 // wanted relative risk
	atLeast  int     // and planted cases, where the expectation is very small
	year     int
}

// plants are the true hotspots, told apart by place, size, season and kind.
var plants = []plant{
	{centre: orb.Point{102.712, 37.905}, radius: 3200, from: "2016-03-01", to: "2016-06-01", category: "01", relative: 6, atLeast: 14, year: 1},
	{centre: orb.Point{102.862, 37.685}, radius: 3500, from: "2016-01-04", to: "2016-02-06", category: "05", relative: 6, atLeast: 14, year: 1},
	{centre: orb.Point{103.560, 38.985}, radius: 9000, from: "2016-03-05", to: "2016-05-05", category: "02", relative: 5, atLeast: 14, year: 1},
	{centre: orb.Point{102.615, 37.948}, radius: 1300, from: "2016-06-01", to: "2016-09-01", category: "09", relative: 5, atLeast: 14, year: 1},
	{centre: orb.Point{103.430, 37.480}, radius: 6500, from: "2016-05-01", to: "2016-07-16", category: "03", relative: 6, atLeast: 14, year: 1},
	{centre: orb.Point{103.085, 37.025}, radius: 9000, from: "2016-01-10", to: "2016-04-10", category: "08", relative: 6, atLeast: 14, year: 1},
	{centre: orb.Point{103.240, 37.670}, radius: 8000, from: "2015-07-01", to: "2015-11-01", category: "04", relative: 5, atLeast: 14, year: 0},
	{centre: orb.Point{102.395, 38.030}, radius: 5000, from: "2015-04-01", to: "2015-07-01", category: "07", relative: 3.5, atLeast: 14, year: 0},
}

// The default address of a careless register: cases of the whole year pile up
// on one point in the seat.
var (
	dumpPlace = at(102.6388, 37.9287)
	dumpCases = []int{58, 64} // by year
)

// incidents draws all disputes: the planted ones, and the background that
// fills each year to its total.
func (m *disputeModel) incidents(truth *Truth) []incident {
	d := m.dice("disputes")
	var all []incident
	truth.Background.Years = append([]YearModel(nil), disputeYears...)
	for i, p := range m.plants {
		category := categoryIndex(p.category)
		h := PlantedHotspot{
			ID: "hotspot-" + string(rune('1'+i)), Centre: p.centre, Radius: p.radius, From: p.from, To: p.to, Category: p.category,
		}
		year := &truth.Background.Years[p.year]
		n := max(p.atLeast, int(math.Round((p.relative-1)*m.expected(h, p.year, category, year.Found))))
		all = append(all, m.plantCases(h, p.year, category, n, i, d)...)
		year.Planted += n
		truth.Hotspots = append(truth.Hotspots, h)
	}
	for y := range truth.Background.Years {
		year := &truth.Background.Years[y]
		year.Background, year.Dumped = year.Found-year.Planted, dumpCases[y]
		for n := range year.Background {
			all = append(all, m.backgroundCase(y, n < year.Dumped, d))
		}
	}
	planted := make([]int, len(m.plants))
	for _, c := range all {
		if c.planted >= 0 {
			planted[c.planted]++
		}
	}
	for i := range truth.Hotspots {
		h, p := &truth.Hotspots[i], m.plants[i]
		h.Expected = m.expected(*h, p.year, categoryIndex(p.category), truth.Background.Years[p.year].Background)
		h.Excess = (h.Expected + float64(planted[i])) / h.Expected
	}
	truth.Decoys = []Decoy{
		{ID: "decoy-1", Kind: "populated", Centre: orb.Point{102.64, 37.93}, Radius: 2500},
		{ID: "decoy-2", Kind: "address_dump", Centre: degrees(dumpPlace), Radius: 0},
		{ID: "decoy-3", Kind: "populated", Centre: orb.Point{103.09, 38.62}, Radius: 1500},
	}
	return all
}

func categoryIndex(code string) int {
	for i, c := range categories {
		if c.Code == code {
			return i
		}
	}
	return -1
}

func (m *disputeModel) backgroundCase(year int, dumped bool, d dice) incident {
	category := m.category[year].draw(d)
	cell := m.places[category].draw(d)
	when := day(disputeYears[year].From).AddDate(0, 0, m.days[year][category].draw(d))
	c := incident{category: category, year: year, at: m.inCell(cell, d), cell: cell, found: hourOf(when, d), planted: -1}
	if dumped {
		c.dumped, c.at = true, dumpPlace
		c.cell, _ = m.grid(dumpPlace)
	}
	return c
}

// plantCases draws the cases of a hotspot: in its cylinder, by the background's
// own intensity, denser towards the middle.
func (m *disputeModel) plantCases(h PlantedHotspot, year, category, n, index int, d dice) []incident {
	centre := at(h.Centre[0], h.Centre[1])
	places := newLadder(len(m.seeds), func(g int) float64 {
		part := metres(centre, m.seeds[g].at) / h.Radius
		return m.places[category].weight(g) * math.Max(1.1-part*part, 0)
	})
	first, last := daysBetween(disputeYears[year].From, h.From), daysBetween(disputeYears[year].From, h.To)
	days := newLadder(last-first, func(i int) float64 { return m.days[year][category].weight(first + i) })
	var cases []incident
	for len(cases) < n {
		cell := places.draw(d)
		p := m.inCell(cell, d)
		if metres(centre, p) > h.Radius {
			continue
		}
		when := day(h.From).AddDate(0, 0, days.draw(d))
		cases = append(cases, incident{category: category, year: year, at: p, cell: cell, found: hourOf(when, d), planted: index})
	}
	return cases
}

// hourOf is a time of the day at which cases are found: in office hours, most
// of them in the middle of morning and afternoon; the first after eight, when
// the day has the same date in UTC; the last at half past four, so that a case
// of the last day can still be settled on it.
func hourOf(day time.Time, d dice) time.Time {
	hour := 10.0 + 1.1*d.NormFloat64()
	if d.chance(0.45) {
		hour = 15.1 + 0.9*d.NormFloat64()
	}
	hour = math.Min(math.Max(hour, 8.05), 16.5)
	return day.Add(time.Duration(hour*3600) * time.Second)
}
