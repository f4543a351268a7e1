package live

import (
	"testing"
	"time"

	"sitmap/layers"
)

// A night shift of Sundays in Shanghai, 22 to 6, is 14 to 22 UTC, and reaches into
// Monday. In Boston the night of 8 March 2026 is an hour shorter.
func TestDutiesComeRound(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	boston, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	night := Duty{Unit: "u", From: 22 * 60, To: 6 * 60, Days: 1 << 6, Post: "gate"}
	week := layers.Window{From: time.Date(2026, 5, 3, 20, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 10, 15, 0, 0, 0, time.UTC)}
	got := night.Shifts(week, shanghai)
	if len(got) != 2 || !got[0].From.Equal(time.Date(2026, 5, 3, 14, 0, 0, 0, time.UTC)) || !got[0].To.Equal(time.Date(2026, 5, 3, 22, 0, 0, 0, time.UTC)) ||
		!got[1].From.Equal(time.Date(2026, 5, 10, 14, 0, 0, 0, time.UTC)) || got[0].Post != "gate" {
		t.Errorf("nights %v", got)
	}
	night.Days = 1 << 5 // Saturdays: the clocks go on while it lasts
	spring := layers.Window{From: time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}
	if got := night.Shifts(spring, boston); len(got) != 1 || got[0].To.Sub(got[0].From) != 7*time.Hour {
		t.Errorf("the short night %v", got)
	}
	whole := Duty{Unit: "u", To: 1440, Days: Daily}
	if got := whole.Shifts(layers.Window{From: noon, To: noon.Add(48 * time.Hour)}, time.UTC); len(got) != 3 || !got[0].To.Equal(got[1].From) {
		t.Errorf("whole days %v", got)
	}
	for _, d := range []Duty{{From: -1, To: 5, Days: 1}, {From: 1440, To: 5, Days: 1}, {To: 0, Days: 1}, {To: 1441, Days: 1}, {To: 5}, {To: 5, Days: 128}} {
		if d.Check() == nil {
			t.Errorf("%+v is right", d)
		}
	}
}
