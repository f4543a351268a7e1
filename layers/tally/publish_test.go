package tally_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/layers/release"
	"sitmap/layers/tally"
)

func publisher(t *testing.T, store *postgis.Store, rule release.Rule) *tally.Server {
	t.Helper()
	s := tally.NewServer(store, catalog.All, tally.Options{Zone: shanghai, Registry: store, Rule: rule})
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func released(t *testing.T, s *tally.Server) *tally.Released {
	t.Helper()
	r := s.Released("dispute", must(layers.RangeOfCode("620602")))
	if r == nil {
		t.Fatal("nothing is published")
	}
	return r
}

// follow brings a server up to the store, with what it publishes.
func follow(t *testing.T, store *postgis.Store, s *tally.Server) {
	t.Helper()
	states := must(store.States(t.Context()))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now := s.Now("dispute").Version(); now != states["dispute"].Version {
		t.Fatalf("counted at version %d, want %d", now, states["dispute"].Version)
	}
}

func month(year, month int) []release.Period {
	return []release.Period{{First: release.Month(year*12 + month - 1), Months: 1}}
}

// Servers on one database answer from one release, whoever made it, and after a
// restart from the same one.
func TestServersAgreeOnTheRelease(t *testing.T) {
	store, conn := town(t)
	one, two := publisher(t, store, release.Rule{}), publisher(t, store, release.Rule{})
	first := released(t, one)
	if first.Version != 1 || released(t, two).Version != 1 || !first.Set.Same(released(t, two).Set) {
		t.Fatalf("versions %d and %d", first.Version, released(t, two).Version)
	}
	q := release.Query{Periods: month(2016, 5), Within: layers.Everywhere}
	if got, want := must(first.Set.City(q)), count(t, conn, "2016-05"); got != want {
		t.Errorf("May 2016 is published with %d cases, want %d", got, want)
	}
	// More cases in a complete month: the city's number is exact again at once, on
	// both servers, in one further version.
	if _, err := conn.Exec(t.Context(), `update event set at = timestamptz '2016-05-10 12:00Z' where id in (select id from event where at >= '2016-05-10Z' and at < '2016-05-11Z') or id = 'D0001'`); err != nil {
		t.Fatal(err)
	}
	follow(t, store, two)
	follow(t, store, one)
	second := released(t, one)
	if second.Version != 2 || released(t, two).Version != 2 || !second.Set.Same(released(t, two).Set) {
		t.Fatalf("after a change: versions %d and %d", second.Version, released(t, two).Version)
	}
	if got, want := must(second.Set.City(q)), count(t, conn, "2016-05"); got != want {
		t.Errorf("May 2016 is published with %d cases, want %d", got, want)
	}
	if three := released(t, publisher(t, store, release.Rule{})); three.Version != 2 || !three.Set.Same(second.Set) || three.Report.Numbers != second.Report.Numbers {
		t.Errorf("a third server begins with version %d", three.Version)
	}
}

// What may not be shown yet is not told of either: a case that moved within the city
// leaves the release as it is, under the same version.
func TestAMoveWithinTheCityIsNotToldOf(t *testing.T) {
	store, conn := town(t)
	s := publisher(t, store, release.Rule{})
	before := released(t, s)
	epoch, told := s.Epoch(), 0
	s.WhenPublished(func(string) { told++ })
	for range 3 {
		if _, err := conn.Exec(t.Context(), `update event e set geom = o.geom, cell = o.cell, area = o.area from event o
			where e.id = (select id from event where area between 620602000000000 and 620602999999999 order by id offset 3 limit 1) and o.id = (select id from event where area between 620622000000000 and 620622999999999 order by id limit 1)`); err != nil {
			t.Fatal(err)
		}
		follow(t, store, s)
		if now := released(t, s); now.Version != before.Version || !now.Set.Same(before.Set) || told > 0 {
			t.Fatalf("version %d, told %d times", now.Version, told)
		}
	}
	if s.Epoch() == epoch {
		t.Error("nor was it counted")
	}
}

// Another rule begins a release of its own; only one that is allowed does.
func TestAnotherRule(t *testing.T) {
	store, _ := town(t)
	strict := released(t, publisher(t, store, release.Rule{Threshold: 10}))
	loose := publisher(t, store, release.Rule{Threshold: 3})
	second := released(t, loose)
	if strict.Version != 1 || second.Version != 2 || second.Rule.Threshold != 3 || second.Report.Numbers <= strict.Report.Numbers {
		t.Errorf("version %d with %d numbers, then %d with %d", strict.Version, strict.Report.Numbers, second.Version, second.Report.Numbers)
	}
	tried, report, err := loose.TryRule(t.Context(), "dispute", second.City, release.Rule{Threshold: 10})
	if err != nil || report.Numbers != strict.Report.Numbers || !tried.Same(strict.Set) {
		t.Errorf("the strict rule tried again: %+v %v", report, err)
	}
	if released(t, loose).Version != 2 {
		t.Error("trying published something")
	}
}

// count is the cases of a month in the city's zone.
func count(t *testing.T, conn *pgx.Conn, month string) (n int) {
	t.Helper()
	from := must(time.ParseInLocation("2006-01", month, shanghai))
	if err := conn.QueryRow(t.Context(), `select count(*) from event where at >= $1 and at < $2`, from, from.AddDate(0, 1, 0)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
