package demo

import (
	"math"
	"sort"
	"time"
)

// The city's own figures for January to September 2016; the year 2015 is
// invented for comparison.
var disputeYears = []YearModel{
	{From: "2015-01-01", To: "2016-01-01", Found: 10412, Resolved: 10287, Withdrawn: 98},
	{From: "2016-01-01", To: "2016-10-01", Found: 8134, Resolved: 8043, Withdrawn: 13},
}

const villageSigma = 0.3

// categories are the disputes by kind. Seasons: land quarrels in spring, wages
// before Spring Festival and after harvest, water in the months of
// irrigation, families over the winter.
var categories = []CategoryModel{
	{"01", 6, 1.4, 0.8, [12]float64{.6, .6, 1.2, 1.4, 1.3, 1.2, 1.1, 1, 1, 1, .9, .7}},
	{"02", 14, 0.05, 1.3, [12]float64{.6, .9, 2.2, 2, 1.2, .8, .7, .7, .9, 1, .7, .5}},
	{"03", 4, 0.03, 1.3, [12]float64{.3, .4, .9, 1.6, 1.8, 1.8, 1.5, 1.1, .8, .7, .6, .4}},
	{"04", 7, 0.3, 1.2, [12]float64{.5, .7, 1.4, 1.5, 1.3, 1.1, 1, 1, 1, .9, .7, .5}},
	{"05", 11, 1.7, 0.7, [12]float64{2.4, 1.2, .6, .6, .7, .8, .8, .8, 1, 1.3, 1.4, 1.9}},
	{"06", 20, 1, 1, [12]float64{1.2, 1.4, 1.1, .9, .9, .9, .9, .9, .9, 1, 1.1, 1.2}},
	{"07", 17, 0.9, 1.1, [12]float64{.8, .9, 1, 1.1, 1.2, 1.2, 1.2, 1.1, 1, .9, .8, .7}},
	{"08", 8, 1.2, 0.9, [12]float64{1.1, 1, .9, .9, 1, 1, 1.1, 1.1, 1.1, 1.1, 1, 1.1}},
	{"09", 4, 3, 0.02, [12]float64{1.1, .8, .8, .9, 1, 1.1, 1.1, 1, 1, 1.3, 1.3, 1.1}},
	{"10", 3.2, 1.6, 0.7, [12]float64{1.2, 1, 1, .9, .9, 1, 1, 1, 1, 1, 1.1, 1.2}},
	{"11", 1.6, 1.1, 1, [12]float64{.6, .6, .9, 1, 1.2, 1.4, 1.5, 1.4, 1.1, .9, .8, .6}},
	{"12", 1.0, 1.5, 0.7, [12]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
	{"13", 0.6, 1.4, 0.8, [12]float64{.4, .4, 1.3, 1.3, 1.3, 1.2, .3, .3, 1.6, 1.4, 1.3, 1.2}},
	{"14", 0.6, 1.2, 0.9, [12]float64{.7, .7, 1, 1.1, 1.1, 1.1, 1.2, 1.1, 1, 1, 1, .9}},
	{"15", 1.4, 0.1, 1.2, [12]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
	{"99", 1, 1, 1, [12]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
}

// ladder draws indexes by weight, and tells the weight of a part.
type ladder struct{ upTo []float64 }

func newLadder(n int, weight func(i int) float64) ladder {
	l := ladder{upTo: make([]float64, n)}
	sum := 0.0
	for i := range n {
		sum += weight(i)
		l.upTo[i] = sum
	}
	return l
}

func (l ladder) total() float64 { return l.upTo[len(l.upTo)-1] }

func (l ladder) draw(d dice) int {
	r := d.Float64() * l.total()
	return min(sort.SearchFloat64s(l.upTo, math.Nextafter(r, math.Inf(1))), len(l.upTo)-1)
}

func (l ladder) weight(i int) float64 {
	if i == 0 {
		return l.upTo[0]
	}
	return l.upTo[i] - l.upTo[i-1]
}

// disputeModel is the background process, ready to draw from.
type disputeModel struct {
	*world
	plants   []plant
	places   []ladder   // by category: over the grids
	days     [][]ladder // by year and category: over the days of the window
	category []ladder   // by year
}

func (w *world) disputeModel(planted []plant) *disputeModel {
	m := &disputeModel{world: w, plants: planted}
	d := w.dice("village effects")
	effect := make([]float64, len(w.villages))
	for v := range effect {
		effect[v] = math.Exp(villageSigma*d.NormFloat64() - villageSigma*villageSigma/2)
	}
	for _, c := range categories {
		m.places = append(m.places, newLadder(len(w.grids), func(g int) float64 {
			grid := w.grids[g]
			factor := c.Rural
			if grid.urban {
				factor = c.Urban
			}
			return float64(grid.people) * factor * effect[grid.village]
		}))
	}
	for _, y := range disputeYears {
		var days []ladder
		for _, c := range categories {
			days = append(days, newLadder(daysBetween(y.From, y.To), func(i int) float64 {
				return dayWeight(day(y.From).AddDate(0, 0, i), c)
			}))
		}
		m.days = append(m.days, days)
		m.category = append(m.category, newLadder(len(categories), func(c int) float64 {
			return categories[c].Weight * days[c].total()
		}))
	}
	return m
}

func daysBetween(from, to string) int {
	return int(day(to).Sub(day(from)).Hours() / 24)
}

// holidays are the long ones, when offices are closed and few cases are found.
var holidays = [][2]string{
	{"2015-02-18", "2015-02-25"}, {"2015-10-01", "2015-10-08"}, {"2016-02-07", "2016-02-14"},
}

func dayWeight(t time.Time, c CategoryModel) float64 {
	weight := c.Season[t.Month()-1]
	switch t.Weekday() {
	case time.Saturday:
		weight *= 0.5
	case time.Sunday:
		weight *= 0.4
	case time.Monday:
		weight *= 1.2
	}
	for _, h := range holidays {
		if !t.Before(day(h[0])) && t.Before(day(h[1])) {
			weight *= 0.3
		}
	}
	return weight
}

// expected is the number of background cases of a category that the model
// puts into a cylinder, when the year holds that many.
func (m *disputeModel) expected(h PlantedHotspot, year, category, cases int) float64 {
	y := disputeYears[year]
	first, last := daysBetween(y.From, h.From), daysBetween(y.From, h.To)
	inTime := 0.0
	for i := first; i < last; i++ {
		inTime += m.days[year][category].weight(i)
	}
	inPlace := 0.0
	centre := at(h.Centre[0], h.Centre[1])
	for g, s := range m.seeds {
		if metres(centre, s.at) <= h.Radius {
			inPlace += m.places[category].weight(g)
		}
	}
	return float64(cases) * m.category[year].weight(category) / m.category[year].total() *
		inTime / m.days[year][category].total() * inPlace / m.places[category].total()
}
