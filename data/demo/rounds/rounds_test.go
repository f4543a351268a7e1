package rounds

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
	"sitmap/layers/live"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// grid is a town of streets 500 metres apart, eleven each way.
func grid() []layers.Feature {
	const step = 0.005
	var roads []layers.Feature
	add := func(a, b orb.Point) {
		roads = append(roads, layers.Feature{Geometry: orb.LineString{a, b}, Properties: map[string]any{"class": "street"}})
	}
	at := func(x, y int) orb.Point { return orb.Point{102.6 + step*float64(x), 37.9 + step*float64(y)} }
	for x := range 11 {
		for y := range 11 {
			if x < 10 {
				add(at(x, y), at(x+1, y))
			}
			if y < 10 {
				add(at(x, y), at(x, y+1))
			}
		}
	}
	return roads
}

// town is 40 units of each kind in the middle of the grid, on duty for ten hours
// from noon; the last ten of each kind for one.
func town(o Options) *City {
	var units []live.Unit
	var shifts []live.Shift
	for _, kind := range []string{"foot", "vehicle", "gate"} {
		for k := range 40 {
			u := live.Unit{ID: fmt.Sprint(kind, k), Kind: kind, Headcount: 2, Home: orb.Point{102.625, 37.925}}
			units = append(units, u)
			to := noon.Add(10 * time.Hour)
			if k >= 30 {
				to = noon.Add(time.Hour)
			}
			shifts = append(shifts, live.Shift{Unit: u.ID, From: noon, To: to})
		}
	}
	return New(o, units, grid(), live.NewRegister(nil, units, shifts, live.City{}))
}

// The same seed gives the same fixes, in whatever portions they are asked for;
// another seed others.
func TestSameSeedSameRounds(t *testing.T) {
	whole := town(Options{Seed: 7}).Between(noon, noon.Add(10*time.Minute))
	var parts []live.Fix
	again := town(Options{Seed: 7})
	for s := range 600 {
		parts = append(parts, again.Between(noon.Add(time.Duration(s)*time.Second), noon.Add(time.Duration(s+1)*time.Second))...)
	}
	if len(whole) == 0 || len(whole) != len(parts) {
		t.Fatalf("%d fixes at once, %d by seconds", len(whole), len(parts))
	}
	seen := map[string]live.Fix{}
	for _, f := range whole {
		seen[fmt.Sprint(f.Unit, " ", f.Seq)] = f
	}
	for _, f := range parts {
		if !reflect.DeepEqual(seen[fmt.Sprint(f.Unit, " ", f.Seq)], f) {
			t.Fatalf("%+v differs", f)
		}
	}
	if other := town(Options{Seed: 8}).Between(noon, noon.Add(10*time.Minute)); reflect.DeepEqual(whole, other) {
		t.Error("another seed gives the same")
	}
}

// Units keep to the streets, to their range and to a speed they can have; those
// who have no way to go stay; they stop, fall silent, call, and end their shift.
func TestRoundsAreLikeRounds(t *testing.T) {
	fixes := town(Options{Seed: 1, Calls: 60}).Between(noon, noon.Add(5*time.Hour))
	last := map[string]live.Fix{}
	calls, stops, silences, late, odd := 0, 0, 0, 0, 0
	for _, f := range fixes {
		if skew := f.At.Sub(noon); skew < 0 || skew > 6*time.Hour {
			odd++
			continue
		}
		home := orb.Point{102.625, 37.925}
		if d := orbgeo.Distance(f.Point, home); d > 1500+600 && f.Unit[0] == 'f' || d > 40 && f.Unit[0] == 'g' {
			t.Fatalf("%s is %.0f m from home", f.Unit, d)
		}
		// Streets lie at multiples of 0.005 degrees: one of the two coordinates is
		// near one, 60 metres being ten times what the receiver errs.
		if f.Unit[0] != 'g' {
			off := func(v, from float64) float64 {
				k := (v - from) / 0.005
				return (k - float64(int(k+0.5))) * 0.005 * 111_320
			}
			if x, y := off(f.Point[0], 102.6), off(f.Point[1], 37.9); min(max(x, -x)*0.79, max(y, -y)) > 60 {
				t.Fatalf("%s is off the streets: %v", f.Unit, f.Point)
			}
		}
		if before, ok := last[f.Unit]; ok {
			gap := f.At.Sub(before.At).Seconds()
			if v := orbgeo.Distance(before.Point, f.Point) / gap; v > 20 {
				t.Fatalf("%s goes %.0f m/s", f.Unit, v)
			}
			if gap > 60 {
				silences++
			}
		}
		if f.Speed == 0 && f.Unit[0] == 'v' {
			stops++
		}
		if f.SOS {
			calls++
		}
		if f.At.After(noon.Add(time.Hour)) && len(f.Unit) > 2 && f.Unit[len(f.Unit)-2] == '3' {
			late++
		}
		last[f.Unit] = f
	}
	whole := 90*5*360 + 30*360
	if n := len(fixes); n < whole*8/10 || n > whole*11/10 {
		t.Errorf("%d fixes, want about %d", n, whole)
	}
	if calls == 0 || stops == 0 || silences == 0 {
		t.Errorf("%d calls, %d stops, %d silences", calls, stops, silences)
	}
	// Of 30 units off duty one or two go on talking (5 %), 4 hours of 360 fixes.
	if late > 8*4*360 {
		t.Errorf("%d fixes of units off duty", late)
	}
}

// Kinds are on duty as their tours say: of the checkpoints all around the clock,
// of the foot patrols all by day and about a third late in the evening.
func TestRoster(t *testing.T) {
	var units []layers.Feature
	for _, kind := range []string{"foot", "checkpoint"} {
		for k := range 200 {
			units = append(units, layers.Feature{ID: fmt.Sprint(kind, k), Geometry: orb.Point{102.6, 37.9}, Properties: map[string]any{"kind": kind, "headcount": int64(4)}})
		}
	}
	duties := Roster(1, units)
	if !reflect.DeepEqual(duties, Roster(1, units)) {
		t.Error("the same seed gives another roster")
	}
	monday := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	var shifts []live.Shift
	for _, d := range duties {
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		shifts = append(shifts, d.Shifts(layers.Window{From: monday, To: monday.AddDate(0, 0, 1)}, time.UTC)...)
	}
	on := func(hour float64) map[string]int {
		counts := map[string]int{}
		for _, s := range shifts {
			if at := monday.Add(time.Duration(hour * float64(time.Hour))); !at.Before(s.From) && at.Before(s.To) {
				counts[s.Unit[:4]]++
			}
		}
		return counts
	}
	for hour, want := range map[float64][2]int{10: {200, 200}, 19.5: {200, 200}, 7: {0, 200}} {
		if got := on(hour); got["foot"] != want[0] || got["chec"] != want[1] {
			t.Errorf("at %g: %v", hour, got)
		}
	}
	if got := on(0.5)["foot"]; got < 50 || got > 90 {
		t.Errorf("%d of 200 foot patrols after midnight, want about 70", got)
	}
}
