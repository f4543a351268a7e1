package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/api"
	"sitmap/data/postgis"
	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// replayBegan is a whole minute two hours ago.
var replayBegan = time.Now().UTC().Truncate(time.Minute).Add(-2 * time.Hour)

// replaying gives the server the past of the units: for an hour from replayBegan
// each sends a fix every seven seconds, 11 m farther to the north; then it stands
// for ten minutes and calls for help.
func replaying(t *testing.T) func(*api.Options) {
	t.Helper()
	return func(o *api.Options) {
		store, ok := o.Store.(*postgis.Store)
		if !ok {
			t.Fatal("the town rests elsewhere")
		}
		o.Live.Tracks, o.Live.Keep = store, 72*time.Hour
		told := postgis.Told{Stream: "replay", To: 1}
		for _, p := range places {
			for i := range p.each {
				unit := idOf(catalog.Unit, p, i)
				told.Records = append(told.Records, pastOf(unit, unitAt(p, i))...)
				cell, err := hex.Of(unitAt(p, i), 10)
				if err != nil {
					t.Fatal(err)
				}
				told.Stays = append(told.Stays,
					live.Stay{Unit: unit, Cell: cell, From: replayBegan.Add(time.Hour), To: replayBegan.Add(70 * time.Minute)},
					live.Stay{Unit: unit, Cell: cell, From: replayBegan.Add(80 * time.Minute), To: replayBegan.Add(83 * time.Minute)})
				told.Alarms = append(told.Alarms, live.AlarmChange{At: replayBegan, Step: live.Opened, Alarm: live.Alarm{
					Unit: unit, Opened: replayBegan.Add(65 * time.Minute), Latest: replayBegan.Add(66 * time.Minute), Point: unitAt(p, i), Verdict: live.Kept, Calls: 1,
				}})
			}
		}
		if _, err := store.WritePositions(t.Context(), told); err != nil {
			t.Fatal(err)
		}
	}
}

func pastOf(unit string, from orb.Point) (records []live.Record) {
	for s := 0; s < 3600; s += 7 {
		at := replayBegan.Add(time.Duration(s) * time.Second)
		records = append(records, live.Record{Source: "past", Verdict: live.Kept, Received: at, Fix: live.Fix{Unit: unit, At: at, Point: orb.Point{from[0], from[1] + 0.0001*float64(s/7)}}})
	}
	return records
}

// replayPath asks for the hour and a half from replayBegan.
func replayPath(what string) string {
	return "/api/replay?" + what + "&from=" + url.QueryEscape(replayBegan.Format(time.RFC3339)) + "&to=" + url.QueryEscape(replayBegan.Add(90*time.Minute).Format(time.RFC3339))
}

// replayAsked asks for units and areas: a unit beyond the asker's area does not
// exist.
func replayAsked() []asked {
	all := []asked{{path: replayPath("unit=none"), want: 404}, {path: replayPath("unit=a&area=" + city), want: 400}, {path: "/api/replay?area=" + city, want: 400}}
	for _, p := range []place{places[3], places[7], places[12]} {
		all = append(all, asked{path: replayPath("every=60&unit=" + idOf(catalog.Unit, p, 0)), wants: func(w who) int {
			if strings.HasPrefix(p.code, w.area) {
				return http.StatusOK
			}
			return http.StatusNotFound
		}})
	}
	for _, code := range targets {
		all = append(all, asked{path: replayPath("area=" + code)}, asked{path: replayPath("every=300&area=" + code)})
	}
	return all
}

// replayed is the answer, with the columns as they are sent.
type replayed struct {
	From, To                   time.Time
	Every, Posts, Still, Steps int
	Scale                      float64
	Tracks                     []struct {
		Unit         string
		At, Lon, Lat []int
		Stops, Calls [][]float64
	}
}

func (d *door) replay(w who, path string) (body replayed) {
	d.t.Helper()
	got := d.call(w, "GET", path, "")
	if got.status != 200 {
		d.t.Fatalf("%s %s: %d %s", w, path, got.status, got.body)
	}
	if err := json.Unmarshal(got.body, &body); err != nil {
		d.t.Fatal(err)
	}
	return body
}

// What is told of a unit is the first of its fixes in every step, to a metre;
// the stop of ten minutes and not the one of three; and the call for help.
func TestReplayTellsTheFixes(t *testing.T) {
	patrolling, _ := patrols(t)
	d := open(t, patrolling, replaying(t))
	unit := idOf(catalog.Unit, places[3], 0)
	for _, every := range []int{0, 1, 30, 60, 300} {
		what, pace := "unit="+unit, 1
		if every > 0 {
			what, pace = fmt.Sprint(what, "&every=", every), every
		}
		body := d.replay(dispatcher, replayPath(what))
		var want []live.Record
		seen := map[int]bool{}
		for _, r := range pastOf(unit, unitAt(places[3], 0)) {
			if step := int(r.Fix.At.Sub(replayBegan).Seconds()) / pace; !seen[step] {
				seen[step] = true
				want = append(want, r)
			}
		}
		if body.Every != pace || body.Steps != len(want) || len(body.Tracks) != 1 || len(body.Tracks[0].At) != len(want) || body.Posts != 0 || body.Still != 0 {
			t.Fatalf("every %d: %+v, want %d steps", every, body, len(want))
		}
		track := body.Tracks[0]
		at, lon, lat := 0, 0, 0
		for k, r := range want {
			at, lon, lat = at+track.At[k], lon+track.Lon[k], lat+track.Lat[k]
			dx, dy := float64(lon)/body.Scale-r.Fix.Point[0], float64(lat)/body.Scale-r.Fix.Point[1]
			if at != int(r.Fix.At.Sub(replayBegan).Seconds()) || max(dx, -dx, dy, -dy) > 0.0000051 {
				t.Fatalf("every %d, step %d: %d s %d %d, want %+v", every, k, at, lon, lat, r.Fix)
			}
		}
		if len(track.Stops) != 1 || track.Stops[0][0] != 3600 || track.Stops[0][1] != 4200 || len(track.Calls) != 1 || track.Calls[0][0] != 3900 || len(track.Calls[0]) != 3 {
			t.Errorf("stops %v, calls %v", track.Stops, track.Calls)
		}
	}
}

func (r replayed) units() (ids []string) {
	for _, t := range r.Tracks {
		ids = append(ids, t.Unit)
	}
	slices.Sort(ids)
	return ids
}

// A dispatcher replays the own county whatever area is asked for, others replay
// nothing; one person's post is counted and has no track, even where fixes of it
// are left from when it was a team.
func TestReplayKeepsToTheScope(t *testing.T) {
	patrolling, _ := patrols(t)
	var of *api.Live
	d := open(t, patrolling, replaying(t), func(o *api.Options) { of = o.Live })
	var own []string
	for _, p := range places[3:5] {
		own = append(own, idOf(catalog.Unit, p, 0))
	}
	slices.Sort(own)
	for area, want := range map[string][]string{city: own, county: own, sibling: nil, foreign: nil} {
		if got := d.replay(dispatcher, replayPath("area="+area)).units(); !slices.Equal(got, want) {
			t.Errorf("a dispatcher of %s asks for %s: %v", county, area, got)
		}
	}
	if got := d.replay(who{access.Dispatcher, ""}, replayPath("area="+city)); int64(len(got.Tracks)) != inCounty(city) {
		t.Errorf("all of the city: %d tracks", len(got.Tracks))
	}
	for role, want := range map[access.Role]int{access.Viewer: 403, access.Leader: 403, access.Administrator: 403, access.Auditor: 403, access.Device: 403, access.Analyst: 200} {
		if got := d.call(who{role, city}, "GET", replayPath("area="+city), ""); got.status != want {
			t.Errorf("%s: %d, want %d", role, got.status, want)
		}
	}

	var units []live.Unit
	for k, id := range own {
		u, _ := of.Gate.Register().Unit(id)
		u.Headcount = 1 + k
		units = append(units, u)
	}
	of.Board.Learn(live.NewRegister(nil, units, nil, live.City{}))
	if got := d.replay(dispatcher, replayPath("area="+county)); !slices.Equal(got.units(), own[1:]) || got.Posts != 1 {
		t.Errorf("with a post of one: %v, %d posts", got.units(), got.Posts)
	}
	if got := d.replay(dispatcher, replayPath("unit="+own[0])); len(got.Tracks) != 0 || got.Posts != 1 || got.Steps != 0 {
		t.Errorf("a post of one alone: %+v", got)
	}
}

// Windows that cannot be shown say what would be right. A day that is held is
// shown though it is older.
func TestReplayWindows(t *testing.T) {
	patrolling, _ := patrols(t)
	d := open(t, patrolling, replaying(t))
	ask := func(what string, from, to time.Duration) reply {
		now := time.Now().UTC()
		return d.call(dispatcher, "GET", fmt.Sprintf("/api/replay?%s&from=%s&to=%s", what, now.Add(from).Format(time.RFC3339), now.Add(to).Format(time.RFC3339)), "")
	}
	mine := "unit=" + idOf(catalog.Unit, places[3], 0)
	for name, c := range map[string]struct {
		got  reply
		want string
	}{
		"too long":     {ask(mine, -25*time.Hour, 0), "at most 24 hours"},
		"out of order": {ask(mine, 0, -time.Hour), "after from"},
		"ahead":        {ask(mine, time.Hour, 2*time.Hour), "has passed"},
		"removed":      {ask(mine, -80*time.Hour, -79*time.Hour), "older fixes were removed, passes remain"},
		"no moment":    {d.call(dispatcher, "GET", "/api/replay?"+mine+"&from=today&to=now", ""), "RFC 3339"},
		"no units":     {ask("every=60", -time.Hour, 0), "give unit, or area"},
		"too many ids": {ask("unit=u"+manyIDs(), -time.Hour, 0), "at most 100 ids"},
		"no such area": {ask("area=999999", -time.Hour, 0), "area"},
	} {
		if c.got.status != 400 || !strings.Contains(string(c.got.body), c.want) {
			t.Errorf("%s: %d %s", name, c.got.status, c.got.body)
		}
	}
	old := time.Now().UTC().AddDate(0, 0, -4).Truncate(24 * time.Hour)
	day := fmt.Sprintf("/api/replay?%s&from=%s&to=%s", mine, old.Format(time.RFC3339), old.Add(24*time.Hour).Format(time.RFC3339))
	if got := d.call(dispatcher, "GET", day, ""); got.status != 400 {
		t.Errorf("four days ago: %d", got.status)
	}
	if err := d.store.HoldPositions(t.Context(), layers.Window{From: old, To: old.Add(time.Hour)}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := d.call(dispatcher, "GET", day, ""); got.status != 200 {
		t.Errorf("four days ago, held: %d %s", got.status, got.body)
	}
}

func manyIDs() (text string) {
	for k := range 100 {
		text += fmt.Sprint(",u", k)
	}
	return text
}

// Whoever looks stands in the log with what was looked at, and only there where
// the units have their homes; who may not look leaves no line.
func TestLooksAreLogged(t *testing.T) {
	patrolling, _ := patrols(t)
	d := open(t, patrolling, replaying(t))
	mine, theirs := idOf(catalog.Unit, places[3], 0), idOf(catalog.Unit, places[7], 0)
	chief := who{access.Dispatcher, ""}
	d.replay(dispatcher, replayPath("unit="+mine))
	d.replay(chief, replayPath("unit="+mine+","+theirs))
	d.replay(chief, replayPath("area="+sibling))
	d.replay(dispatcher, replayPath("area="+city))
	d.call(who{access.Viewer, county}, "GET", replayPath("unit="+mine), "")
	d.call(dispatcher, "GET", replayPath("unit="+theirs), "")
	lines := func(area string) (lines []string) {
		t.Helper()
		var body struct {
			Looks []struct {
				By, Unit, Area string
				From           time.Time
				Units          int
			}
		}
		got := d.call(who{access.Auditor, area}, "GET", "/api/replay/looks", "")
		if err := json.Unmarshal(got.body, &body); err != nil || got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		for _, l := range body.Looks {
			if !l.From.Equal(replayBegan) {
				t.Errorf("%+v", l)
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %d", l.By, l.Unit, l.Area, l.Units))
		}
		return lines
	}
	home := func(p place) string { return p.code + "000" }
	all := []string{
		fmt.Sprintf("%s  %s 2", dispatcher, county),
		fmt.Sprintf("%s  %s 6", chief, sibling),
		fmt.Sprintf("%s %s %s 1", chief, theirs, home(places[7])),
		fmt.Sprintf("%s %s %s 1", chief, mine, home(places[3])),
		fmt.Sprintf("%s %s %s 1", dispatcher, mine, home(places[3])),
	}
	sortedPair := func(lines []string) []string { // two units named at once have no order
		if len(lines) == 5 {
			slices.Sort(lines[2:4])
		}
		return lines
	}
	for area, want := range map[string][]string{"": all, city: all, county: {all[0], all[3], all[4]}, sibling: {all[1], all[2]}, foreign: nil} {
		if got := lines(area); !slices.Equal(sortedPair(got), sortedPair(slices.Clone(want))) {
			t.Errorf("auditor of %q:\n%s\nwant\n%s", area, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
