package demo

import (
	"time"

	"github.com/paulmach/orb"
)

// Truth is what is known about the disputes because they were made: the model
// they were drawn from, and what was planted among them. Statistics may be
// judged by it; nothing in the program reads it.
type Truth struct {
	Seed       int64            `json:"seed"`
	Background Background       `json:"background"`
	Hotspots   []PlantedHotspot `json:"hotspots"`
	Decoys     []Decoy          `json:"decoys"`
}

// Background is the model of the disputes that belong to no hotspot: a
// Poisson process conditioned on its total. Category, day and grid are
// independent of one another but for the season and the setting of a
// category: a grid's intensity is its people × the category's factor for
// urban or rural × the effect of its village, which is log-normal (a
// log-Gaussian Cox process); a day's is season × weekday × holidays. The place
// in a grid is normal around its middle.
type Background struct {
	VillageSigma float64         `json:"villageSigma"` // of the logarithm of a village's effect
	Years        []YearModel     `json:"years"`
	Categories   []CategoryModel `json:"categories"`
}

// YearModel is the totals of one window of time, [From, To) in days of the city.
type YearModel struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Found      int    `json:"found"`
	Resolved   int    `json:"resolved"` // by the case clock
	Withdrawn  int    `json:"withdrawn"`
	Planted    int    `json:"planted"`
	Dumped     int    `json:"dumped"`
	Background int    `json:"background"` // Found less Planted; the dumped are of it
}

// CategoryModel is how one category is spread.
type CategoryModel struct {
	Code   string      `json:"code"`
	Weight float64     `json:"weight"`
	Urban  float64     `json:"urban"` // factor of intensity in urban grids
	Rural  float64     `json:"rural"`
	Season [12]float64 `json:"season"` // by month
}

// PlantedHotspot is a true excess: a cylinder of place and time in which one
// category is more frequent than the background explains.
type PlantedHotspot struct {
	ID       string    `json:"id"`
	Centre   orb.Point `json:"centre"`
	Radius   float64   `json:"radius"` // metres
	From     string    `json:"from"`   // first day
	To       string    `json:"to"`     // day after the last
	Category string    `json:"category"`
	// Expected is the number of background cases of the category in the
	// cylinder, by the model.
	Expected float64 `json:"expected"`
	// Excess is (Expected + planted) / Expected: the relative risk.
	Excess  float64  `json:"excess"`
	Members []string `json:"members"` // the planted cases
}

// Decoy looks like a hotspot and is none.
type Decoy struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"` // "populated": many people; "address_dump": one default address
	Centre  orb.Point `json:"centre"`
	Radius  float64   `json:"radius"`
	Members []string  `json:"members,omitempty"`
}

// cityZone is the time of the city: China has one zone and no summer time.
var cityZone = time.FixedZone("CST", 8*3600)

// day is midnight of a date in the city.
func day(date string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, cityZone)
	if err != nil {
		panic(err) // dates are constants of this package
	}
	return t
}
