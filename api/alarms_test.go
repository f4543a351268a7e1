package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

func (d *door) wants(t *testing.T, got reply, want int, body any) {
	t.Helper()
	if got.status != want {
		t.Fatalf("%d %s, want %d", got.status, got.body, want)
	}
	if body == nil {
		return
	}
	if err := json.Unmarshal(got.body, body); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
}

// What a fence raises is told, answered and closed by the same routes as a call for
// help, apart from it, by who answers for the unit and by nobody else.
func TestAlarmsOfFences(t *testing.T) {
	change, buffer := patrols(t)
	d := open(t, change)
	unit := idOf(catalog.Unit, places[3], 0)
	raise := live.Record{Source: "app", Received: time.Now().UTC(), Act: live.Raise, About: "leave/3", Note: "岗区", Fix: live.Fix{Unit: unit, At: time.Now().UTC(), Point: unitAt(places[3], 0)}}
	if err := buffer.Append(t.Context(), []live.Record{raise, raise}); err != nil {
		t.Fatal(err)
	}
	mine, theirs := d.read(t, dispatcher), d.read(t, who{access.Dispatcher, sibling})
	theirs.nextLive("hello")
	var alarm struct {
		Alarm []struct {
			Unit, Kind, About, Title, AcknowledgedBy string
			Level                                    int
		}
	}
	for {
		got, err := nextEvent(mine.stream)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(got["data"]), &alarm); err != nil {
			t.Fatal(err)
		}
		if len(alarm.Alarm) > 0 {
			break
		}
	}
	if a := alarm.Alarm[0]; len(alarm.Alarm) != 1 || a.Unit != unit || a.Kind != "leave" || a.About != "leave/3" || a.Title != "岗区" || a.Level != 0 {
		t.Errorf("told %+v", alarm.Alarm)
	}
	path := "/api/alarms/" + unit
	for _, c := range []struct {
		who  who
		body string
		want int
	}{
		{dispatcher, `{"do":"acknowledge"}`, 404}, // nobody calls for help
		{who{access.Dispatcher, sibling}, `{"do":"acknowledge","about":"leave/3"}`, 404},
		{dispatcher, `{"do":"close","about":"leave/3"}`, 400},
		{dispatcher, `{"do":"close","about":"leave/3","reason":"已核实"}`, 204},
	} {
		if got := d.call(c.who, "POST", path, c.body); got.status != c.want {
			t.Errorf("%s %s: %d, want %d", c.who, c.body, got.status, c.want)
		}
	}
}

// Fences are declared inside one's area, seen by who answers for all their units,
// and removed by who may.
func TestFences(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	admin := who{access.Administrator, city}
	var made struct {
		ID   int64
		Area string
		By   string
	}
	d.wants(t, d.post(dispatcher, "/api/fences", `{"name":"学校","kind":"stay-out","where":{"outline":[[102.1,37.1],[102.2,37.1],[102.2,37.2],[102.1,37.1]]},"hours":{"from":480,"to":1080,"days":31},"units":["a"]}`), 201, &made)
	if made.ID == 0 || made.Area != county || made.By != dispatcher.String() {
		t.Errorf("made %+v", made)
	}
	for body, name := range map[string]string{
		`{"name":"x","kind":"leave","where":{"home":"village"},"area":"620622"}`: "area",
		`{"name":"x","kind":"leave","where":{"place":"620699"}}`:                 "where.place",
		`{"name":"x","kind":"lost"}`:                                             "minutes",
		`{"name":"x","kind":"leave","where":{"home":"village","place":"6206"}}`:  "where",
	} {
		if got := d.post(dispatcher, "/api/fences", body); got.status != 400 || got.json(t)["parameter"] != name {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	listed := func(w who) int {
		var body struct {
			Fences []struct {
				Where struct{ Outline [][2]float64 }
				Hours struct{ From, To, Days int }
			}
		}
		d.wants(t, d.get(w, "/api/fences"), 200, &body)
		if len(body.Fences) > 0 && (len(body.Fences[0].Where.Outline) != 4 || body.Fences[0].Hours.Days != 31) {
			t.Errorf("%s sees %+v", w, body.Fences)
		}
		return len(body.Fences)
	}
	for w, want := range map[who]int{dispatcher: 1, {access.Viewer, city}: 1, {access.Dispatcher, sibling}: 0, {access.Dispatcher, township}: 0} {
		if got := listed(w); got != want {
			t.Errorf("%s sees %d fences, want %d", w, got, want)
		}
	}
	path := fmt.Sprintf("/api/fences/%d", made.ID)
	for _, c := range []struct {
		who  who
		want int
	}{{who{access.Viewer, city}, 403}, {who{access.Dispatcher, sibling}, 404}, {admin, 204}, {admin, 404}} {
		if got := d.call(c.who, http.MethodDelete, path, ""); got.status != c.want {
			t.Errorf("%s removes it: %d, want %d", c.who, got.status, c.want)
		}
	}
}

// pastDesk is the store with alarms of its own.
type pastDesk struct {
	api.Desk
	asked []live.AlarmQuestion
}

func (p *pastDesk) AlarmHistory(_ context.Context, q live.AlarmQuestion, _ layers.AreaRange) ([]live.PastAlarm, error) {
	p.asked = append(p.asked, q)
	var all []live.PastAlarm
	for k := 0; k <= q.Limit; k++ {
		all = append(all, live.PastAlarm{Alarm: live.Alarm{Unit: fmt.Sprint("u ", k), About: "lost/1", Opened: time.Date(2026, 5, 4, 12, 0, 0, 123456000, time.UTC)}})
	}
	return all, nil
}

// A page of the history names where it ends, and the next begins there.
func TestPagesOfTheHistory(t *testing.T) {
	change, _ := patrols(t)
	desk := &pastDesk{}
	d := open(t, change, func(o *api.Options) { desk.Desk, o.Live.Desk = o.Live.Desk, desk })
	var page struct {
		Alarms []struct{ Unit string }
		Next   string
	}
	d.wants(t, d.get(dispatcher, "/api/alarms?limit=3&state=closed&opened=2026-05-04"), 200, &page)
	if len(page.Alarms) != 3 || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	d.wants(t, d.get(dispatcher, "/api/alarms?limit=3&after="+page.Next), 200, nil)
	first, second := desk.asked[0], desk.asked[1]
	if first.State != "closed" || first.Window.To.Sub(first.Window.From) != 24*time.Hour {
		t.Errorf("asked %+v", first)
	}
	if second.BeforeUnit != "u 2" || second.BeforeAbout != "lost/1" || second.Before.Nanosecond() != 123456000 {
		t.Errorf("asked %+v", second)
	}
	for _, mark := range []string{"!", "eCB5IHo", strings.Repeat("A", 300)} {
		if got := d.get(dispatcher, "/api/alarms?after="+mark); got.status != 400 {
			t.Errorf("%s: %d", mark, got.status)
		}
	}
}

// The roster is written inside one's area, all or nothing, and overlaps are named.
func TestRosters(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	a, b, foreign := idOf(catalog.Unit, places[3], 0), idOf(catalog.Unit, places[4], 0), idOf(catalog.Unit, places[7], 0)
	begin := time.Now().UTC().Truncate(time.Hour).Add(30 * time.Hour)
	at := func(hours int) string { return begin.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	one := func(unit string, spans ...int) string {
		var all []string
		for k := 0; k < len(spans); k += 2 {
			all = append(all, fmt.Sprintf(`{"from":%q,"to":%q,"post":"东门","means":"foot","headcount":2}`, at(spans[k]), at(spans[k+1])))
		}
		return fmt.Sprintf(`{"unit":%q,"shifts":[%s],"duties":[]}`, unit, strings.Join(all, ","))
	}
	put := func(w who, rosters ...string) reply {
		return d.call(w, http.MethodPut, "/api/roster", `{"rosters":[`+strings.Join(rosters, ",")+`]}`)
	}
	for _, c := range []struct {
		rosters []string
		want    int
		says    string
	}{
		{[]string{one(a, 0, 8), one(b, 8, 16)}, 204, ""},
		{[]string{one(a, 0, 8, 7, 12)}, 400, "overlap"},
		{[]string{one(a, 0, 40)}, 400, "within 36 hours"},
		{[]string{one(a, -60, -50)}, 400, "past"},
		{[]string{one(a, 8, 16), one(foreign, 0, 8)}, 404, ""},
		{[]string{one(a, 0, 8), one(a, 0, 8)}, 400, "once"},
		{[]string{strings.ReplaceAll(one(a, 0, 8), `"foot"`, `"boat"`)}, 400, "means"},
		{[]string{fmt.Sprintf(`{"unit":%q,"shifts":[],"duties":[{"from":1320,"to":360,"days":64},{"from":300,"to":600,"days":1}]}`, a)}, 400, "weekly shifts"},
	} {
		if got := put(dispatcher, c.rosters...); got.status != c.want || !strings.Contains(string(got.body), c.says) {
			t.Errorf("%s: %d %s, want %d", c.rosters, got.status, got.body, c.want)
		}
	}
	// A swap is one request.
	d.wants(t, put(dispatcher, one(a, 8, 16), one(b, 0, 8)), 204, nil)
	var roster struct {
		Shifts []struct {
			From time.Time
			Post string
		}
		Duties []any
	}
	d.wants(t, d.get(dispatcher, "/api/roster/"+a), 200, &roster)
	if len(roster.Shifts) != 1 || !roster.Shifts[0].From.Equal(begin.Add(8*time.Hour)) || roster.Shifts[0].Post != "东门" {
		t.Errorf("after the swap %+v", roster)
	}
	var board struct {
		Rows []struct {
			Unit, State string
			Headcount   int
		}
		Totals map[string]struct{ Units, Headcount int }
	}
	d.wants(t, d.get(dispatcher, "/api/roster?at="+at(1)), 200, &board)
	if len(board.Rows) != 1 || board.Rows[0].Unit != b || board.Rows[0].State != "upcoming" || board.Totals["upcoming"].Headcount != 2 {
		t.Errorf("on duty then %+v", board)
	}
	if d.wants(t, d.get(who{access.Viewer, sibling}, "/api/roster?at="+at(1)), 200, &board); len(board.Rows) != 0 {
		t.Errorf("the sibling sees %+v", board)
	}
	d.wants(t, d.call(dispatcher, http.MethodDelete, "/api/roster/"+b, ""), 204, nil)
	if d.wants(t, d.get(dispatcher, "/api/roster?at="+at(1)), 200, &board); len(board.Rows) != 0 {
		t.Errorf("taken off the roster, and on duty %+v", board)
	}
	var came struct {
		Rows, Units, Faults int
		Stored              bool
		Problems            []layers.Problem
	}
	csv, _ := json.Marshal(map[string]string{"csv": "unit,from,to,days\n" + a + ",08:00,16:00,1-5\n" + foreign + ",08:00,16:00,daily\n"})
	if d.wants(t, d.post(dispatcher, "/api/roster/import", string(csv)), 200, &came); came.Stored || came.Faults != 1 || came.Problems[0].Row != 2 || came.Problems[0].Column != "unit" {
		t.Errorf("a file with a unit of another county: %+v", came)
	}
	csv, _ = json.Marshal(map[string]string{"csv": "unit,from,to,days\n" + a + ",08:00,16:00,1-5\n"})
	if d.wants(t, d.post(dispatcher, "/api/roster/import", string(csv)), 200, &came); !came.Stored {
		t.Errorf("a good file: %+v", came)
	}
	if d.wants(t, d.get(dispatcher, "/api/roster/"+a), 200, &roster); len(roster.Duties) != 1 || len(roster.Shifts) != 1 {
		t.Errorf("after the import %+v", roster)
	}
}

// Sums by area, force and kind are of every unit, on duty or not: 2 units of three
// in the county and 6 in its sibling, one of which is off.
func TestUnitTotals(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	d.read(t, dispatcher).nextLive("hello") // by now the board was looked over
	type sum struct{ Units, Headcount int }
	var body struct {
		Rows []struct {
			Area                        string
			All, Planned, Heard, Silent sum
		}
	}
	d.wants(t, d.get(who{access.Viewer, city}, "/api/units/totals"), 200, &body)
	if len(body.Rows) != 2 || body.Rows[0].Area != county || body.Rows[0].All != (sum{2, 6}) || body.Rows[1].All != (sum{6, 18}) ||
		body.Rows[1].Planned != (sum{5, 15}) || body.Rows[1].Silent != (sum{5, 15}) || body.Rows[1].Heard != (sum{}) {
		t.Errorf("%+v", body.Rows)
	}
	if d.wants(t, d.get(dispatcher, "/api/units/totals?by=village&area="+sibling), 200, &body); len(body.Rows) != 0 {
		t.Errorf("another county: %+v", body.Rows)
	}
}
