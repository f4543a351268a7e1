package demo

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

func timeOf(t *testing.T, f layers.Feature, property string) (time.Time, bool) {
	t.Helper()
	text, ok := f.Properties[property].(string)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatalf("%s: %v", f.ID, err)
	}
	return at, true
}

// The totals are asked for in UTC and in the city's own time: both must give
// the published figures.
func TestDisputesByYear(t *testing.T) {
	type counts struct{ found, resolved, supervised, supervisedResolved int }
	want := map[int]counts{2015: {10412, 10287, 0, 0}, 2016: {8134, 8043, 5, 5}}
	for _, zone := range []*time.Location{time.UTC, cityZone} {
		got := make(map[int]counts)
		for _, f := range demoCity(t).Layer("dispute") {
			found, _ := timeOf(t, f, "found_at")
			year := got[found.In(zone).Year()]
			year.found++
			_, resolved := timeOf(t, f, "resolved_at")
			if resolved {
				year.resolved++
			}
			if f.Properties["supervision"] != "none" {
				year.supervised++
				if resolved {
					year.supervisedResolved++
				}
			}
			got[found.In(zone).Year()] = year
		}
		for year, w := range want {
			if got[year] != w {
				t.Errorf("%d in %v: %+v, want %+v", year, zone, got[year], w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("disputes in the years %v", got)
		}
	}
}

// The log tells the same as the feature, in order, by organisations only.
func TestEveryCaseHasItsLog(t *testing.T) {
	c := demoCity(t)
	log := make(map[string][]layers.Transition)
	for _, s := range c.Transitions {
		log[s.CaseID] = append(log[s.CaseID], s)
	}
	organisations := []string{"网格", "综治中心", "人民调解委员会"}
	for _, f := range c.Layer("dispute") {
		steps := log[f.ID]
		found, _ := timeOf(t, f, "found_at")
		if len(steps) < 2 || steps[0].From != "" || steps[0].To != discovered || !steps[0].At.Equal(found) {
			t.Fatalf("%s begins with %+v", f.ID, steps)
		}
		last := map[string]time.Time{}
		for i, s := range steps {
			if i > 0 && (s.From != steps[i-1].To || s.At.Before(steps[i-1].At)) {
				t.Errorf("%s: step %+v follows %+v", f.ID, s, steps[i-1])
			}
			if s.At.After(clock) || s.At.Location() != time.UTC {
				t.Errorf("%s: step at %v", f.ID, s.At)
			}
			named := false
			for _, o := range organisations {
				named = named || strings.HasSuffix(s.Unit, o)
			}
			if !named {
				t.Errorf("%s: %q acted", f.ID, s.Unit)
			}
			last[s.To] = s.At
		}
		if status := steps[len(steps)-1].To; status != f.Properties["status"] {
			t.Errorf("%s is %v, its log ends with %s", f.ID, f.Properties["status"], status)
		}
		for property, stage := range map[string]string{"resolved_at": resolved, "closed_at": closed} {
			at, ok := timeOf(t, f, property)
			if logged, is := last[stage]; ok != is || ok && !at.Equal(logged) {
				t.Errorf("%s: %s is %v, the log says %v", f.ID, property, at, logged)
			}
		}
		delete(log, f.ID)
	}
	if len(log) > 0 {
		t.Errorf("%d logs without a case", len(log))
	}
}

// Resolved and closed are two things, and every stage of the layer is lived
// through somewhere.
func TestLivesAreVaried(t *testing.T) {
	c := demoCity(t)
	steps := make(map[string]int)
	for _, s := range c.Transitions {
		steps[s.To]++
	}
	for _, stage := range []string{
		discovered, registered, accepted, assigned, mediating, returned, escalated,
		extended, supervised, reopened, resolved, verified, closed, withdrawn,
	} {
		if steps[stage] == 0 {
			t.Errorf("no case was ever %s", stage)
		}
	}
	status := tally(c.Layer("dispute"), "status")
	if status["resolved"] == 0 || status["closed"] == 0 || status["verified"] == 0 {
		t.Errorf("states at the clock: %v", status)
	}
}

// Every planted hotspot stands out by the excess its truth states. The number
// of background cases in its cylinder is Poisson; the bound is four standard
// deviations.
func TestHotspotsAreThere(t *testing.T) {
	c := demoCity(t)
	byID := make(map[string]layers.Feature)
	for _, f := range c.Layer("dispute") {
		byID[f.ID] = f
	}
	if len(c.Truth.Hotspots) < 5 {
		t.Fatalf("%d hotspots", len(c.Truth.Hotspots))
	}
	for _, h := range c.Truth.Hotspots {
		inCylinder := func(f layers.Feature) bool {
			p := f.Geometry.(orb.Point)
			found, _ := timeOf(t, f, "found_at")
			return f.Properties["category"] == h.Category && !found.Before(day(h.From)) && found.Before(day(h.To)) &&
				metres(at(p[0], p[1]), at(h.Centre[0], h.Centre[1])) <= h.Radius
		}
		seen := 0
		for _, f := range byID {
			if inCylinder(f) {
				seen++
			}
		}
		for _, id := range h.Members {
			if !inCylinder(byID[id]) {
				t.Errorf("%s: member %s lies outside", h.ID, id)
			}
		}
		if excess := (h.Expected + float64(len(h.Members))) / h.Expected; math.Abs(excess-h.Excess) > 1e-9 || h.Excess < 2 {
			t.Errorf("%s states an excess of %.2f, its members make %.2f", h.ID, h.Excess, excess)
		}
		background := float64(seen - len(h.Members))
		if spread := 4*math.Sqrt(h.Expected) + 2; math.Abs(background-h.Expected) > spread {
			t.Errorf("%s: %.0f background cases where %.1f ± %.1f are expected", h.ID, background, h.Expected, spread)
		}
	}
}

func TestTheDumpIsOnePoint(t *testing.T) {
	c := demoCity(t)
	byID := make(map[string]orb.Geometry)
	for _, f := range c.Layer("dispute") {
		byID[f.ID] = f.Geometry
	}
	for _, decoy := range c.Truth.Decoys {
		if decoy.Kind != "address_dump" {
			continue
		}
		if len(decoy.Members) < 50 {
			t.Errorf("%d dumped cases", len(decoy.Members))
		}
		for _, id := range decoy.Members {
			if byID[id] != orb.Geometry(decoy.Centre) {
				t.Errorf("dumped case %s lies at %v", id, byID[id])
			}
		}
	}
}

func TestTruthIsJSON(t *testing.T) {
	truth := demoCity(t).Truth
	text, err := json.Marshal(truth)
	if err != nil {
		t.Fatal(err)
	}
	var back Truth
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Hotspots) != len(truth.Hotspots) || back.Seed != testSeed || len(back.Background.Categories) != len(categories) {
		t.Error("the truth does not survive JSON")
	}
}

// The rhythm of the year and the week: wages before Spring Festival, land in
// spring, weekends quiet.
func TestSeasons(t *testing.T) {
	months := make(map[string][12]int)
	weekdays := make(map[time.Weekday]int)
	for _, f := range demoCity(t).Layer("dispute") {
		found, _ := timeOf(t, f, "found_at")
		found = found.In(cityZone)
		if found.Year() != 2015 {
			continue
		}
		category := f.Properties["category"].(string)
		m := months[category]
		m[found.Month()-1]++
		months[category] = m
		weekdays[found.Weekday()]++
	}
	if wages := months["05"]; wages[0] < 2*wages[3] || wages[11] < wages[3] {
		t.Errorf("wage disputes by month: %v", wages)
	}
	if land := months["02"]; land[2] < 2*land[11] {
		t.Errorf("land disputes by month: %v", land)
	}
	if weekdays[time.Sunday]*2 > weekdays[time.Tuesday] {
		t.Errorf("disputes by weekday: %v", weekdays)
	}
}
