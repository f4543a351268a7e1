package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/api"
	"sitmap/data/stream"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

var (
	device     = who{access.Device, county}
	dispatcher = who{access.Dispatcher, county}
)

// patrols makes live patrols of the town's units: teams of three, all on duty,
// but for the last one of the sibling county; the device of the county may speak
// for the units there and one of the city for all.
func patrols(t *testing.T) (change func(*api.Options), buffer *stream.Stream) {
	t.Helper()
	buffer, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var units []live.Unit
	var shifts []live.Shift
	for _, p := range places {
		area, err := layers.AreaNumber(p.code)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.each {
			u := live.Unit{ID: idOf(catalog.Unit, p, i), Name: secret(p.code[:6]), CallSign: secret(p.code[:6]), Headcount: 3, Area: area, Home: unitAt(p, i)}
			units = append(units, u)
			shifts = append(shifts, live.Shift{Unit: u.ID, From: now.Add(-time.Hour), To: now.Add(time.Hour), Post: secret(p.code[:6])})
		}
	}
	resting := idOf(catalog.Unit, places[8], 3)
	for k := range shifts {
		if shifts[k].Unit == resting {
			shifts[k].To = now.Add(-time.Minute)
		}
	}
	everywhere, own := who{access.Device, ""}, county
	r, err := layers.RangeOfCode(own)
	if err != nil {
		t.Fatal(err)
	}
	home, err := layers.RangeOfCode(city)
	if err != nil {
		t.Fatal(err)
	}
	register := live.NewRegister([]live.Source{
		{ID: device.String(), CRS: "EPSG:4326", Area: r}, {ID: everywhere.String(), CRS: "GCJ-02", Area: layers.Everywhere},
	}, units, shifts, live.City{Range: home})
	l := &api.Live{Gate: live.NewGate(buffer, live.Limits{}, time.Now), Board: live.NewBoard(nil), Log: buffer}
	var features []layers.Feature
	for _, p := range places {
		for i := range p.each {
			features = append(features, layers.Feature{ID: idOf(catalog.Grid, p, i), Geometry: shapeOf(catalog.Grid, p, i)})
		}
	}
	grids := live.NewGrids(features)
	l.Visits = live.NewVisits(func() *live.Grids { return grids }, l.Gate.Register)
	l.Visits.Begin(nil, nil)
	l.Gate.Learn(register)
	l.Board.Learn(register)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var work sync.WaitGroup
	work.Go(func() {
		_ = buffer.Follow(ctx, stream.From{}, func(_ uint64, records []live.Record) error {
			l.Board.Take(records)
			l.Visits.Take(records)
			return nil
		})
	})
	t.Cleanup(func() { stop(); work.Wait(); buffer.Close() })
	return func(o *api.Options) {
		o.Live = l
		l.Desk, _ = o.Store.(api.Desk)
	}, buffer
}

// unitAt is a kilometre inside the grid of that number.
func unitAt(p place, i int) orb.Point {
	corner := shapeOf(catalog.Grid, p, i).Bound().Min
	return orb.Point{corner[0] + 0.01, corner[1] + 0.01}
}

// sent is the body of fixes of the i-th unit of a place, from number first on.
func sent(p place, i, first, n int, sos bool) string {
	var all []string
	at := unitAt(p, i)
	for k := range n {
		all = append(all, fmt.Sprintf(`{"unit":%q,"seq":%d,"at":%q,"lon":%v,"lat":%v,"heading":90,"sos":%t}`,
			idOf(catalog.Unit, p, i), first+k, time.Now().UTC().Format(time.RFC3339Nano), at[0], at[1], sos))
	}
	return `{"fixes":[` + strings.Join(all, ",") + `]}`
}

func verdictsOf(t *testing.T, got reply) string {
	t.Helper()
	var body struct{ Verdicts []string }
	if err := json.Unmarshal(got.body, &body); err != nil || got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	return strings.Join(body.Verdicts, " ")
}

// liveData is what the events of units and alarms hold.
type liveData struct {
	Unit struct {
		Fresh bool
		Units [][]any
	}
	Alarm []struct {
		Unit, Verdict, AcknowledgedBy string
		Calls                         int
	}
}

// nextLive is the next event of that name; others are passed over.
func (r *reader) nextLive(name string) (data liveData) {
	r.t.Helper()
	for {
		got, err := nextEvent(r.stream)
		if err != nil {
			r.t.Fatalf("waiting for %s: %v", name, err)
		}
		if got["event"] != name {
			continue
		}
		if err := json.Unmarshal([]byte(got["data"]), &data); err != nil {
			r.t.Fatal(err)
		}
		return data
	}
}

func TestPositionsAreJudgedAndAnswered(t *testing.T) {
	change, buffer := patrols(t)
	d := open(t, change)
	own, foreign := places[3], places[7]
	for _, c := range []struct {
		who  who
		body string
		want string
	}{
		{device, sent(own, 0, 1, 3, false), "kept kept kept"},
		{device, sent(foreign, 0, 1, 1, false), "unknown_unit"},
		{who{access.Device, ""}, sent(foreign, 0, 1, 1, false), "kept"},
		{who{access.Device, ""}, sent(places[8], 3, 1, 1, false), "off_shift"},
		{who{access.Device, sibling}, sent(foreign, 0, 2, 1, false), "unknown_source"},
	} {
		if got := verdictsOf(t, d.call(c.who, "POST", "/api/positions", c.body)); got != c.want {
			t.Errorf("%s: %s, want %s", c.who, got, c.want)
		}
	}
	body := sent(own, 0, 9, 2, false)
	if got := verdictsOf(t, d.call(device, "POST", "/api/positions", body)); got != "kept kept" {
		t.Error(got)
	}
	if got := verdictsOf(t, d.call(device, "POST", "/api/positions", body)); got != "known known" {
		t.Errorf("sent again: %s", got)
	}
	for body, name := range map[string]string{`{"fixes":[]}`: "fixes", `{"fixes":[{"unit":"x"}]}`: "fixes.0.at"} {
		if got := d.call(device, "POST", "/api/positions", body); got.status != 400 || got.json(t)["parameter"] != name {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	metrics := string(d.get(nobody, "/metrics").body)
	for _, line := range []string{`sitmap_fixes_total{verdict="kept"} 6`, `sitmap_fixes_total{verdict="off_shift"} 1`, `sitmap_fixes_total{verdict="known"} 2`} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics do not say %s", line)
		}
	}
	// What cannot be made durable is not promised.
	buffer.Close()
	got := d.call(device, "POST", "/api/positions", sent(own, 0, 20, 1, false))
	if got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("without the buffer: %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
}

// A county's dispatcher is told of the county's units and alarms, and answers
// them; nobody else's.
func TestUnitsOnTheLiveStream(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	all := who{access.Device, ""}
	mine, theirs := d.read(t, dispatcher), d.read(t, who{access.Dispatcher, sibling})
	hello := mine.nextLive("hello")
	if len(hello.Unit.Units) != 2 || !hello.Unit.Fresh {
		t.Errorf("the first picture of a county with two units: %v", hello.Unit)
	}
	for _, row := range hello.Unit.Units {
		if row[1] != "silent" || len(row) != 2 {
			t.Errorf("a unit that was never heard: %v", row)
		}
	}
	if hello := theirs.nextLive("hello"); len(hello.Unit.Units) != 5 {
		t.Errorf("the sibling's five units on duty: %v", hello.Unit)
	}
	if got := verdictsOf(t, d.call(all, "POST", "/api/positions", sent(places[3], 0, 1, 1, false))); got != "kept" {
		t.Fatal(got)
	}
	frame := mine.nextLive("unit")
	if len(frame.Unit.Units) != 1 || frame.Unit.Fresh {
		t.Fatalf("told %v", frame.Unit)
	}
	row := frame.Unit.Units[0]
	if row[0] != idOf(catalog.Unit, places[3], 0) || row[1] != "duty" || row[5] != 90.0 || row[6] != nil {
		t.Errorf("told %v", row)
	}
	// The sibling is told of its own alarm first of all, and of nothing before.
	if got := verdictsOf(t, d.call(all, "POST", "/api/positions", sent(places[7], 1, 1, 1, true))); got != "kept" {
		t.Fatal(got)
	}
	unit := idOf(catalog.Unit, places[7], 1)
	frame = theirs.nextLive("unit")
	if len(frame.Unit.Units) != 1 || frame.Unit.Units[0][0] != unit || frame.Unit.Units[0][1] != "sos" {
		t.Errorf("the sibling is told %v", frame.Unit)
	}
	if alarms := theirs.nextLive("alarm").Alarm; len(alarms) != 1 || alarms[0].Unit != unit || alarms[0].Verdict != "kept" {
		t.Errorf("the sibling hears %v", alarms)
	}
	if alarms := mine.nextLive("alarm").Alarm; len(alarms) != 0 {
		t.Errorf("the county hears %v", alarms)
	}
	path := "/api/alarms/" + unit
	for _, c := range []struct {
		who  who
		body string
		want int
	}{
		{dispatcher, `{"do":"acknowledge"}`, 404}, {who{access.Viewer, sibling}, `{"do":"acknowledge"}`, 403},
		{who{access.Dispatcher, sibling}, `{"do":"close"}`, 400}, {who{access.Dispatcher, sibling}, `{"do":"acknowledge"}`, 204},
	} {
		if got := d.call(c.who, "POST", path, c.body); got.status != c.want {
			t.Errorf("%s %s: %d, want %d", c.who, c.body, got.status, c.want)
		}
	}
	if alarms := theirs.nextLive("alarm").Alarm; len(alarms) != 1 || alarms[0].AcknowledgedBy != (who{access.Dispatcher, sibling}).String() {
		t.Errorf("after the answer: %v", alarms)
	}
	if got := d.call(who{access.Dispatcher, city}, "POST", path, `{"do":"close","reason":"误报"}`); got.status != 204 {
		t.Errorf("closing: %d", got.status)
	}
	if alarms := theirs.nextLive("alarm").Alarm; len(alarms) != 0 {
		t.Errorf("after it was closed: %v", alarms)
	}
	// Who comes back has the whole picture again.
	back := d.read(t, dispatcher, "Last-Event-ID", "camera=1").nextLive("hello")
	if len(back.Unit.Units) != 2 || !back.Unit.Fresh {
		t.Errorf("who comes back sees %v", back.Unit)
	}
}

// However many fixes come, a reader has two frames a second at most.
func TestFramesAreFew(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	r := d.read(t, dispatcher)
	r.nextLive("hello")
	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				d.call(device, "POST", "/api/positions", sent(places[3], 0, n, 1, false))
			}
		}
	})
	began := time.Now()
	const frames = 5
	for range frames {
		r.nextLive("unit")
	}
	// Five frames are four gaps, and the first may come at once.
	if took := time.Since(began); took < (frames-1)*450*time.Millisecond {
		t.Errorf("%d frames in %s", frames, took)
	}
	close(stop)
	work.Wait()
}

// The status board is of the reader's area, with sums.
func TestStatusBoard(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	d.read(t, dispatcher).nextLive("hello") // by now the board was looked over
	var body struct {
		States map[string]struct{ Units, Headcount int }
		Units  []struct {
			ID    string
			State string
		}
	}
	ask := func(w who, query string) {
		t.Helper()
		body.States, body.Units = nil, nil
		got := d.get(w, "/api/units"+query)
		if err := json.Unmarshal(got.body, &body); err != nil || got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	ask(who{access.Viewer, city}, "")
	if len(body.Units) != 8 || body.States["silent"].Units != 7 || body.States["silent"].Headcount != 21 || body.States["off"].Units != 1 {
		t.Errorf("the city: %d units, %v; want 7 silent of 8", len(body.Units), body.States)
	}
	ask(who{access.Viewer, city}, "?area="+sibling+"&state=off,sos")
	if len(body.Units) != 1 || body.Units[0].State != "off" || body.States["silent"].Units != 5 {
		t.Errorf("off in a county: %v", body)
	}
	ask(dispatcher, "?area="+sibling)
	if len(body.Units) != 0 {
		t.Errorf("another county: %v", body)
	}
	if got := d.get(dispatcher, "/api/units?state=asleep"); got.status != 400 {
		t.Errorf("no such state: %d", got.status)
	}
}

// Coverage of patrols is of the reader's grids and units: two units are heard, each in
// its own grid and county.
func TestPatrolCoverage(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, change)
	all := who{access.Device, ""}
	for _, p := range []place{places[3], places[7]} {
		// The device sends GCJ-02, which is some 150 metres off; the grids are 3 km.
		if got := verdictsOf(t, d.call(all, "POST", "/api/positions", sent(p, 0, 1, 1, false))); got != "kept" {
			t.Fatal(got)
		}
	}
	var body struct {
		Total live.PatrolRow
		Rows  []live.PatrolRow
	}
	ask := func(w who, query string) {
		t.Helper()
		body.Total, body.Rows = live.PatrolRow{}, nil
		got := d.get(w, "/api/coverage?within=PT2H"+query)
		if err := json.Unmarshal(got.body, &body); err != nil || got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	for range 100 { // until the visits are known and no older answer holds
		if ask(who{access.Viewer, city}, "&by=county"); body.Total.Visited == 2 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if body.Total.Grids != 8 || body.Total.Visited != 2 || len(body.Rows) != 2 || body.Rows[0].Code != county || body.Rows[0].Visited != 1 || body.Rows[1].Never != 5 {
		t.Errorf("the city: %+v", body)
	}
	ask(dispatcher, "&by=grid")
	if len(body.Rows) != 2 || body.Total.Visited != 1 || body.Rows[0].Code != idOf(catalog.Grid, places[3], 0) || body.Rows[0].Visits != 1 {
		t.Errorf("a county: %+v", body)
	}
	ask(dispatcher, "&by=grid&area="+sibling)
	if len(body.Rows) != 0 {
		t.Errorf("another county: %+v", body)
	}
	ask(dispatcher, "&by=cell")
	if len(body.Rows) != 1 || body.Rows[0].Visits != 1 {
		t.Errorf("by cell: %+v", body)
	}
	for _, query := range []string{"?within=PT25H", "?within=PT0M", "?within=2h", "?within=PT2S", "?within=PT+2H", "?within=PTTT2H", "?by=grid", "?layer=unit&missed=25"} {
		if got := d.get(dispatcher, "/api/coverage"+query); got.status != 400 {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}
