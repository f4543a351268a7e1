package cube

import (
	"testing"
	"time"
)

// Every second of a local day has its date, also where clocks change at
// midnight: São Paulo skipped it on 2018-11-04, Havana has it twice in
// November, Apia left out 2011-12-30, Shanghai had summer time until 1991.
func TestDaysAreLocalDates(t *testing.T) {
	for _, zone := range []struct{ name, from, to string }{
		{"America/Sao_Paulo", "2018-10-30", "2019-02-20"},
		{"America/Havana", "2023-03-01", "2023-11-20"},
		{"Pacific/Apia", "2011-12-25", "2012-01-03"},
		{"Asia/Shanghai", "1986-04-30", "1986-09-20"},
		{"Asia/Shanghai", "2016-01-01", "2016-03-01"},
		{"Africa/Cairo", "2014-04-30", "2014-10-02"},
		{"Asia/Amman", "2021-10-20", "2022-03-10"},
	} {
		location, err := time.LoadLocation(zone.name)
		if err != nil {
			t.Fatal(err)
		}
		from, _ := time.ParseInLocation(time.DateOnly, zone.from, location)
		to, _ := time.ParseInLocation(time.DateOnly, zone.to, location)
		starts, err := cutDays(DaysIn(location), from.Unix(), to.Unix())
		if err != nil {
			t.Fatal(err)
		}
		days := newCalendar(starts)
		date := time.Unix(starts[0], 0).In(location).Format(time.DateOnly)
		day := 0
		for second := starts[0]; second < starts[len(starts)-1]; second += 300 {
			now := time.Unix(second, 0).In(location).Format(time.DateOnly)
			if now != date {
				date = now
				day++
			}
			if got := days.of(second); got != day {
				t.Fatalf("%s: %s is on day %d, want %d", zone.name, time.Unix(second, 0).In(location), got, day)
			}
		}
	}
}

// Days that do not hold the points, or are out of order, are an error.
func TestWrongDaysAreRefused(t *testing.T) {
	for _, starts := range [][]int64{nil, {0}, {5, 20}, {0, 15}, {0, 10, 10, 20}} {
		if _, err := cutDays(func(int64, int64) []int64 { return starts }, 1, 15); err == nil {
			t.Errorf("%v was taken for the days of 1 to 15", starts)
		}
	}
}

func TestWholeDaysOfAWindow(t *testing.T) {
	days := newCalendar([]int64{0, 10, 20, 30})
	for _, c := range []struct {
		from, to     int64
		first, after int
		whole        bool
	}{
		{0, 30, 0, 3, true}, {10, 20, 1, 2, true}, {-5, 40, 0, 3, true}, {5, 20, 1, 2, false},
		{10, 25, 1, 2, false}, {12, 18, 2, 2, false}, {5, 12, 1, 1, false}, {40, 50, 0, 0, true}, {20, 20, 0, 0, true},
	} {
		first, after, whole := days.within(Window{c.from, c.to})
		if first != c.first || after != c.after || whole != c.whole {
			t.Errorf("[%d, %d): days [%d, %d) whole %v, want [%d, %d) whole %v", c.from, c.to, first, after, whole, c.first, c.after, c.whole)
		}
	}
}
