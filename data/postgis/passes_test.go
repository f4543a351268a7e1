package postgis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sitmap/layers"
)

// The passes of a window are those that reach into it, and of each grid one that
// tells when it was last visited before; of the own units and grids alone.
func TestPassesOfAWindow(t *testing.T) {
	s := city(t)
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	conn := connect(t, s)
	pass := func(unit string, grid int64, home int64, from, to int) {
		t.Helper()
		at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
		if _, err := conn.Exec(t.Context(), `insert into pass (unit, grid, cell, from_at, to_at, area) values ($1, $2, $3, $4, $5, $6)`, unit, grid, grid+1, at(from), at(to), home); err != nil {
			t.Fatal(err)
		}
	}
	const a, b, own, other = 620602001001001, 620602001001002, 620602001001001, 620622001001001
	pass("in", b, own, -60, -50)
	pass("reaches in", a, own, -130, -110)
	pass("long ago", a, own, -400, -390)
	pass("longer ago", a, own, -500, -490)
	pass("eight days ago", b, own, -8*1440, -8*1440+5)
	pass("after", a, own, 10, 20)
	pass("another's", a, other, -60, -40)
	pass("elsewhere", 620622001001001, own, -60, -40)
	w := layers.Window{From: now.Add(-2 * time.Hour), To: now}
	area := layers.AreaRange{Low: 620602000000000, High: 620602999999999}
	told := func(byCell bool) string {
		var all []string
		for stay, err := range s.Passes(t.Context(), w, byCell, area, area) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %d %d %.0f", stay.Unit, stay.Grid%10, uint64(stay.Cell)%10, stay.To.Sub(now).Minutes()))
		}
		return strings.Join(all, ", ")
	}
	if got, want := told(false), "long ago 1 0 -390, reaches in 1 2 -110, in 2 3 -50"; got != want {
		t.Errorf("by grid: %s\nwant %s", got, want)
	}
	if got, want := told(true), "long ago 0 2 -390, reaches in 1 2 -110, in 2 3 -50, elsewhere 1 2 -40"; got != want {
		t.Errorf("by cell: %s\nwant %s", got, want)
	}
	last, err := s.LastVisits(t.Context(), now.AddDate(0, 0, -7))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range last {
		lines = append(lines, fmt.Sprintf("%d from %d at %.0f", l.Grid, l.Home, l.At.Sub(now).Minutes()))
	}
	slices.Sort(lines)
	if got, want := strings.Join(lines, "\n"), fmt.Sprintf("%d from %d at 20\n%d from %d at -40\n%d from %d at -50\n620622001001001 from %d at -40", a, own, a, other, b, own, own); got != want {
		t.Errorf("last visits\n%s\nwant\n%s", got, want)
	}
}
