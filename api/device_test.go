package api_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/api"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// The gate of these tests is the real one, with a log that rests in memory; the
// accounts and their tokens are those of the real store.

type memoryLog struct {
	mu      sync.Mutex
	records []live.Record
	down    bool
}

func (l *memoryLog) Append(_ context.Context, records []live.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return fmt.Errorf("the log: %w", layers.ErrUnavailable)
	}
	l.records = append(l.records, records...)
	return nil
}

func (l *memoryLog) all() []live.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]live.Record(nil), l.records...)
}

func (l *memoryLog) setDown(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
}

// reporting lets positions in: it knows the source of the device, which declares GCJ-02, and two units
// that are on duty all year.
func reporting(log live.Log) func(*api.Options) {
	l := &api.Live{Gate: live.NewGate(log, live.Limits{}, time.Now), Board: live.NewBoard(nil), Log: log}
	now := time.Now()
	r := live.NewRegister(
		[]live.Source{{ID: device.String(), CRS: geo.GCJ02, Area: layers.Everywhere, Devices: map[string]string{"phone-a": "U1", "13800000001/T1": "U2"}}},
		[]live.Unit{{ID: "U1", Headcount: 4}, {ID: "U2", Headcount: 4}},
		[]live.Shift{{Unit: "U1", From: now.Add(-time.Hour), To: now.Add(time.Hour)}, {Unit: "U2", From: now.Add(-time.Hour), To: now.Add(time.Hour)}},
		live.City{Bounds: orb.Bound{Min: orb.Point{102, 37}, Max: orb.Point{103, 38}}},
	)
	l.Gate.Learn(r)
	l.Board.Learn(r)
	return func(o *api.Options) { o.Live = l }
}

func basic(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

func TestOsmAndDoor(t *testing.T) {
	log := &memoryLog{}
	d := open(t, reporting(log))
	token := d.token(device)
	now := time.Now().Unix()
	place := fmt.Sprintf("lat=37.2&lon=102.1&timestamp=%d&speed=10", now)

	got := d.get(nobody, "/ingest/osmand?id=phone-a&token="+token+"&"+place)
	if got.status != 200 || string(got.body) != `{"verdicts":["kept"]}` {
		t.Fatalf("%d %s", got.status, got.body)
	}
	records := log.all()
	if len(records) != 1 || records[0].Fix.Unit != "U1" || records[0].Source != device.String() {
		t.Fatalf("%+v, want a fix of U1", records)
	}
	// The source declares GCJ-02, so the place is brought home by some hundred metres.
	if want, _ := geo.ToWGS84(orb.Point{102.1, 37.2}, geo.GCJ02); records[0].Fix.Point != want {
		t.Errorf("at %v, want %v", records[0].Fix.Point, want)
	}
	if line := d.logLine(got.header.Get("X-Request-Id")); strings.Contains(line, token) || strings.Contains(line, "37.2") {
		t.Errorf("the log says %s", line)
	}
	for name, answer := range map[string]reply{
		"known":   d.get(nobody, "/ingest/osmand?id=phone-a&"+place, "Authorization", basic(device.String(), token)),
		"unknown": d.post(device, "/ingest/osmand", "deviceid=stranger&"+place, "Content-Type", "application/x-www-form-urlencoded"),
		"json":    d.post(device, "/ingest/osmand", fmt.Sprintf(`{"device_id":"stranger","location":{"timestamp":%q,"coords":{"latitude":37.2,"longitude":102.1}}}`, time.Now().Format(time.RFC3339Nano))),
		"no fix":  d.get(device, "/ingest/osmand?id=phone-a&batt=50"),
	} {
		want := map[string]string{"known": `{"verdicts":["known"]}`, "unknown": `{"verdicts":["unknown_unit"]}`, "json": `{"verdicts":["unknown_unit"]}`, "no fix": `{"verdicts":[]}`}[name]
		if answer.status != 200 || string(answer.body) != want {
			t.Errorf("%s: %d %s, want %s", name, answer.status, answer.body, want)
		}
	}
	before := len(log.all())
	if head := d.call(device, http.MethodHead, fmt.Sprintf("/ingest/osmand?id=phone-a&lat=37.2&lon=102.1&timestamp=%d", now+1), ""); head.status != 200 || len(log.all()) != before {
		t.Errorf("HEAD: %d, and %d records more", head.status, len(log.all())-before)
	}
	log.setDown(true)
	later := fmt.Sprintf("/ingest/osmand?id=phone-a&lat=37.2&lon=102.1&timestamp=%d", now+2)
	if got := d.get(device, later); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("not durable: %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	log.setDown(false)
	if got := d.get(device, later); string(got.body) != `{"verdicts":["kept"]}` {
		t.Errorf("sent again: %d %s", got.status, got.body)
	}
	metrics := string(d.get(nobody, "/metrics").body)
	for _, line := range []string{
		`sitmap_door_fixes_total{protocol="osmand",verdict="kept"} 2`,
		`sitmap_door_fixes_total{protocol="osmand",verdict="unknown_unit"} 2`,
		`sitmap_door_refusals_total{protocol="osmand",reason="unavailable"} 1`,
		`sitmap_door_connections{protocol="mqtt"} 0`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

// A door asks for the token of a source, however it comes; a cookie proves nothing
// there, and nothing that opens other routes opens these.
func TestWhoComesInByTheDoors(t *testing.T) {
	d := open(t, reporting(&memoryLog{}))
	token, viewers := d.token(device), d.token(viewer)
	const path = "/ingest/osmand?id=phone-a&lat=37.2&lon=102.1"
	for name, test := range map[string]struct {
		query, authorization string
		want                 int
	}{
		"nothing":                  {"", "", 401},
		"an empty token":           {"&token=", "", 401},
		"a token nobody has":       {"&token=sitmap_" + strings.Repeat("A", 43), "", 401},
		"Basic, another's name":    {"", basic("somebody", token), 401},
		"Basic, no name":           {"", basic("", token), 200},
		"Basic, not base64":        {"&token=" + token, "Basic !!", 401},
		"another scheme":           {"&token=" + token, "Digest " + token, 401},
		"Bearer":                   {"", "Bearer " + token, 200},
		"in the query":             {"&token=" + token, "", 200},
		"a viewer's":               {"&token=" + viewers, "", 403},
		"a viewer's, as Basic":     {"", basic(viewer.String(), viewers), 403},
		"two tokens, wrong header": {"&token=" + token, "Bearer wrong", 401},
	} {
		var headers []string
		if test.authorization != "" {
			headers = []string{"Authorization", test.authorization}
		}
		if got := d.get(nobody, path+test.query, headers...); got.status != test.want {
			t.Errorf("%s: %d, want %d: %s", name, got.status, test.want, got.body)
		}
	}
	d.person("door-person", "a long password", access.Device, county)
	signedIn := d.post(nobody, "/api/login", `{"name":"door-person","password":"a long password"}`)
	cookie, _, _ := strings.Cut(signedIn.header.Get("Set-Cookie"), ";")
	if signedIn.status != 200 || cookie == "" {
		t.Fatalf("sign in: %d %q", signedIn.status, cookie)
	}
	if got := d.get(nobody, path, "Cookie", cookie); got.status != 401 {
		t.Errorf("with a cookie: %d, want 401", got.status)
	}
	if got := d.get(nobody, "/catalog?token="+d.token(chief)); got.status != 400 && got.status != 401 {
		t.Errorf("a token in the query of another route: %d", got.status)
	}
	if got := d.get(nobody, "/api/me", "Authorization", basic(device.String(), token)); got.status != 401 {
		t.Errorf("Basic on another route: %d, want 401", got.status)
	}
}

func TestOwnTracksDoor(t *testing.T) {
	log := &memoryLog{}
	d := open(t, reporting(log))
	ask := func(body string, headers ...string) reply {
		return d.post(nobody, "/ingest/owntracks", body, append(headers, "Authorization", basic(device.String(), d.token(device)))...)
	}
	place := func(second int64, more string) string {
		return fmt.Sprintf(`{"_type":"location","lat":37.2,"lon":102.1,"tst":%d%s}`, time.Now().Unix()+second, more)
	}
	for name, test := range map[string]struct {
		answer  reply
		status  int
		verdict string
	}{
		"by header":      {ask(place(1, ""), "X-Limit-U", "me", "X-Limit-D", "phone-a"), 200, "kept"},
		"by topic":       {ask(place(2, `,"topic":"owntracks/me/phone-a"`)), 200, "kept"},
		"a stranger":     {ask(place(3, `,"topic":"owntracks/me/other"`)), 200, "unknown_unit"},
		"of no device":   {ask(place(4, "")), 400, ""},
		"nothing":        {ask(""), 200, ""},
		"a waypoint":     {ask(`{"_type":"waypoint","lat":1,"lon":2,"tst":3}`), 200, ""},
		"not OwnTracks":  {ask(`{"_type":"other"}`), 400, ""},
		"not JSON":       {ask("x"), 400, ""},
		"encrypted":      {ask(`{"_type":"encrypted","data":"x"}`), 400, ""},
		"compressed":     {ask(place(5, ""), "Content-Encoding", "gzip"), 415, ""},
		"too much of it": {ask(`{"_type":"status","x":"` + strings.Repeat("x", 70_000) + `"}`), 413, ""},
	} {
		if test.answer.status != test.status || test.answer.header.Get("Sitmap-Verdict") != test.verdict {
			t.Errorf("%s: %d %q, want %d %q: %s", name, test.answer.status, test.answer.header.Get("Sitmap-Verdict"), test.status, test.verdict, test.answer.body)
		}
		if test.status == 200 && string(test.answer.body) != "[]" {
			t.Errorf("%s: %s, want an empty list", name, test.answer.body)
		}
	}
}

// Without a gate the doors say that nothing is taken.
func TestNoGate(t *testing.T) {
	d := open(t)
	if got := d.get(device, "/ingest/osmand?id=phone-a&lat=37.2&lon=102.1"); got.status != 404 {
		t.Errorf("%d %s, want 404", got.status, got.body)
	}
}

// The same token opens MQTT; revoking it closes the door.
func TestMQTTDoorWithRealAccounts(t *testing.T) {
	program, err := exec.LookPath("mosquitto_pub")
	if err != nil {
		t.Skip("mosquitto_pub is not installed; scripts/setup.sh test does that")
	}
	log := &memoryLog{}
	var server *api.Server
	d := open(t, func(o *api.Options) {
		reporting(log)(o)
		made, err := api.New(*o)
		if err != nil {
			t.Fatal(err)
		}
		server = made
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.ServeMQTT(ctx, listener) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	publish := func(token string) error {
		waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		return exec.CommandContext(waiting, program, "-h", "127.0.0.1", "-p", port, "-q", "1", "-u", device.String(), "-P", token,
			"-t", "owntracks/"+device.String()+"/phone-a", "-m", fmt.Sprintf(`{"_type":"location","lat":37.2,"lon":102.1,"tst":%d}`, time.Now().Unix())).Run()
	}
	if err := publish(d.token(device)); err != nil {
		t.Fatal(err)
	}
	if records := log.all(); len(records) != 1 || records[0].Fix.Unit != "U1" {
		t.Fatalf("%+v, want a fix of U1", records)
	}
	if err := publish(d.token(viewer)); err == nil {
		t.Error("a viewer's token was let in")
	}
}
