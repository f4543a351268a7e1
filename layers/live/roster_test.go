package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var means = []string{"foot", "vehicle"}

func shanghai(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func oneOf(unit string) bool { return unit == "foot" || unit == "car" }

// Chinese heads, single shifts and weekly ones in one file, nights and noon; a time
// of eight in Shanghai is midnight UTC.
func TestReadRoster(t *testing.T) {
	file := "\ufeff力量编号,开始,结束,星期,岗位,方式,人数\r\n" +
		"foot,2026-11-27 08:00,2026-11-27 16:00,,东门,foot,3\r\n" +
		"foot,20:00,4:00,1-5,\"东门,内\",,\r\n" +
		"\r\n,,,,,,\r\n" +
		"car,00:00,24:00,每日,,vehicle,2\r\n"
	got, err := ReadRoster(strings.NewReader(file), oneOf, means, shanghai(t))
	if err != nil || len(got.Problems) > 0 {
		t.Fatalf("%v %v", err, got.Problems)
	}
	want := []UnitRoster{
		{"foot", []Shift{{"foot", time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC), "东门", "foot", 3}}, []Duty{{"foot", 1200, 240, 31, "东门,内", "", 0}}},
		{"car", nil, []Duty{{"car", 0, 1440, Daily, "", "vehicle", 2}}},
	}
	if fmt.Sprint(got.Rosters) != fmt.Sprint(want) {
		t.Errorf("read\n%v\nwant\n%v", got.Rosters, want)
	}
}

// Each fault is told with its row, column and what to do; and all of them.
func TestFaultsOfARoster(t *testing.T) {
	head := "unit,from,to,days,post,means,headcount\n"
	for file, want := range map[string]string{
		"":                                   "0  begin with",
		"unit,von,to\n":                      "0 von name columns|0 from add it",
		"unit,unit,from,to\n":                "0 unit leave one out",
		head + "ghost,08:00,16:00,1,,,\n":    "1 unit give the id",
		head + "foot,8,16:00,1,,,\n":         "1 from write 08:00",
		head + "foot,08:00,25:00,1,,,\n":     "1 to write 16:00",
		head + "foot,08:00,16:00,0-8,,,\n":   "1 days write 1-5",
		head + "foot,08:00,16:00,1,,boat,\n": "1 means give one of foot, vehicle",
		head + "foot,08:00,16:00,1,,,x\n":    "1 headcount give a whole number",
		head + "foot,08:00,16:00,1," + strings.Repeat("长", 61) + ",,\n":                                   "1 post shorten it",
		head + "car,08:00,16:00,1,,,\nfoot,2026-11-27 08:00,2026-11-27 07:00,,,,\n":                       "2 to let it end after",
		head + "foot,2026-11-27 08:00,2026-11-27 16:00,,,,\nfoot,2026-11-27 15:59,2026-11-27 20:00,,,,\n": "0 from let each shift",
		head + "foot,22:00,06:00,7,,,\nfoot,05:00,08:00,1,,,\n":                                           "0 from let each shift",
		head + "foot,08:00,16:00,1,,,\n\"foot,08":                                                         "2  close its quotes",
	} {
		got, err := ReadRoster(strings.NewReader(file), oneOf, means, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, p := range got.Problems {
			said = append(said, fmt.Sprintf("%d %s %s", p.Row, p.Column, p.Cure))
		}
		wants := strings.Split(want, "|")
		if len(said) != len(wants) {
			t.Errorf("%q: %v", file, said)
			continue
		}
		for k := range wants {
			if !strings.HasPrefix(said[k], wants[k]) {
				t.Errorf("%q: %q, want %q", file, said[k], wants[k])
			}
		}
	}
}

// What a file's days are is what is written of them.
func FuzzRosterDays(f *testing.F) {
	for _, text := range []string{"1-5", "1,3,7", "daily", "每日", "5-7、1", "8", "1--2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		days, ok := readDays(text)
		if !ok {
			return
		}
		if again, ok := readDays(days.String()); !ok || again != days {
			t.Errorf("%q is %d, written %q, which is %d", text, days, days, again)
		}
	})
}

// Whatever a file holds, what is read of it passes the checks of the roster, or is
// named as a fault.
func FuzzReadRoster(f *testing.F) {
	f.Add("unit,from,to,days\nfoot,08:00,16:00,1-5\ncar,2026-11-27 08:00,2026-11-27 16:00,\n")
	f.Add("力量,开始,结束\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ReadRoster(strings.NewReader(text), oneOf, means, time.UTC)
		if err != nil || len(got.Problems) > 0 {
			return
		}
		for _, one := range got.Rosters {
			if err := one.Check(means, time.UTC); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

// Weekly overlaps by brute force: minutes of the week that two of them hold.
func TestOverlapsOfTheWeek(t *testing.T) {
	overlap := func(duties []Duty) bool {
		held := [7 * 1440]int{}
		for _, d := range duties {
			length := (d.To - d.From + 1440) % 1440
			if length == 0 {
				length = 1440
			}
			for n := range 7 {
				for m := range length {
					if d.Days&(1<<n) != 0 {
						held[(n*1440+d.From+m)%len(held)]++
					}
				}
			}
		}
		return slices.Max(held[:]) > 1
	}
	seed := uint64(7)
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % n
	}
	both := [2]int{}
	for range 400 {
		var duties []Duty
		for range 1 + next(3) {
			duties = append(duties, Duty{Unit: "u", From: next(24) * 60, To: 60 + next(24)*60, Days: Weekdays(1 + next(127))})
		}
		want := overlap(duties)
		if got := (UnitRoster{Unit: "u", Duties: duties}).Check(nil, time.UTC) != nil; got != want {
			t.Fatalf("%v: overlap %t, want %t", duties, got, want)
		}
		if want {
			both[1]++
		} else {
			both[0]++
		}
	}
	if min(both[0], both[1]) < 50 {
		t.Errorf("of 400 there are %v without and with", both)
	}
}

// A single shift stands in place of the weekly one it meets, and of no other's.
func TestSingleShiftsComeFirst(t *testing.T) {
	shift := func(unit string, from, to int) Shift {
		return Shift{Unit: unit, From: noon.Add(time.Duration(from) * time.Hour), To: noon.Add(time.Duration(to) * time.Hour)}
	}
	got := InPlace([]Shift{shift("a", 2, 6)}, []Shift{shift("a", 0, 8), shift("a", 8, 12), shift("b", 0, 8)})
	if want := []Shift{shift("a", 2, 6), shift("a", 8, 12), shift("b", 0, 8)}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Attendance of a shift of eight hours, by minutes after its beginning.
func TestAttendance(t *testing.T) {
	s := Shift{Unit: "u", From: noon, To: noon.Add(8 * time.Hour)}
	at := func(minute int) time.Time {
		if minute < 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(minute) * time.Minute)
	}
	team, alone := Unit{ID: "u", Headcount: 2}, Unit{ID: "u", Headcount: 1}
	for _, c := range []struct {
		unit              Unit
		home, first, last int // -1 for never
		now               int
		want              Attendance
		late, early       int
	}{
		{team, -1, -1, -1, -5, Upcoming, 0, 0},
		{team, -1, -1, -1, 10, Expected, 0, 0},
		{team, -1, -1, -1, 11, Absent, 0, 0},
		{team, -1, 3, 9, 11, Away, 0, 0},
		{team, 10, 10, 10, 11, OnTime, 0, 0},
		{team, 11, 2, 200, 201, TooLate, 11, 0},
		{team, 1, 1, 465, 480, OnTime, 0, 0},
		{team, 1, 1, 464, 480, OnTime, 0, 16},
		{team, 1, 1, 300, 479, OnTime, 0, 0}, // it goes on
		{team, 30, 1, 300, 600, TooLate, 30, 180},
		{alone, 1, 1, 300, 600, Unheard, 0, 0},
	} {
		now := noon.Add(time.Duration(c.now) * time.Minute)
		got := Attend(s, c.unit, Presence{at(c.home), at(c.first), at(c.last)}, now)
		if got.State != c.want || got.Late != time.Duration(c.late)*time.Minute || got.Early != time.Duration(c.early)*time.Minute {
			t.Errorf("%+v: %s late %s early %s", c, got.State, got.Late, got.Early)
		}
	}
}
