package rounds

import (
	"sitmap/layers"
	"sitmap/layers/live"
)

// tour is a duty of a kind of unit: minutes of the day, days, and the share of
// the units of that kind that have it.
type tour struct {
	from, to int
	days     live.Weekdays
	share    float64
}

const (
	hour     = 60
	workdays = live.Weekdays(0b0111111) // Monday to Saturday
)

// tours are when the kinds of units are on duty. Live layers are of now, so that
// the roster comes round every week and has no date.
var tours = map[string][]tour{
	"foot":       {{8 * hour, 14 * hour, live.Daily, 1}, {14 * hour, 20 * hour, live.Daily, 1}, {20 * hour, 1 * hour, live.Daily, 0.35}},
	"vehicle":    {{8 * hour, 16 * hour, live.Daily, 1}, {16 * hour, 24 * hour, live.Daily, 0.9}, {0, 8 * hour, live.Daily, 0.5}},
	"motorcycle": {{9 * hour, 18 * hour, workdays, 1}, {18 * hour, 23 * hour, live.Daily, 0.4}},
	"post":       {{8 * hour, 20 * hour, live.Daily, 1}, {20 * hour, 8 * hour, live.Daily, 0.3}},
	"checkpoint": {{0, 8 * hour, live.Daily, 1}, {8 * hour, 16 * hour, live.Daily, 1}, {16 * hour, 24 * hour, live.Daily, 1}},
	"gate":       {{6 * hour, 14 * hour, live.Daily, 1}, {14 * hour, 22 * hour, live.Daily, 1}, {22 * hour, 6 * hour, live.Daily, 0.5}},
}

// Roster invents the duties of the units, by id of the unit.
func Roster(seed int64, units []layers.Feature) []live.Duty {
	var duties []live.Duty
	for _, f := range units {
		u := live.UnitOf(f)
		post, _ := f.Properties["post"].(string)
		d := dice(seed, "roster of "+u.ID)
		for _, t := range tours[u.Kind] {
			if d.Float64() >= t.share {
				continue
			}
			duties = append(duties, live.Duty{Unit: u.ID, From: t.from, To: t.to, Days: t.days, Post: post, Means: u.Kind, Headcount: max(1, u.Headcount/2)})
		}
	}
	return duties
}
