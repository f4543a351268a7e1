package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// apply moves a layer of the running server, as an announcement does.
type movable struct{ server *tiles.Server }

func (m *movable) take(o *api.Options) { m.server = o.Tiles.(*tiles.Server) }

func (m *movable) move(t *testing.T, layer string, version int64) {
	t.Helper()
	if err := m.server.Apply(t.Context(), layers.Change{Layer: layer, Version: version}); err != nil {
		t.Fatal(err)
	}
}

// reader is somebody who reads the live stream.
type reader struct {
	t      *testing.T
	stream *bufio.Reader
	leave  func()
}

func (d *door) read(t *testing.T, w who, headers ...string) *reader {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", d.url+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token := d.token(w); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leave(); answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the stream is %d %v", answer.StatusCode, answer.Header)
	}
	return &reader{t, bufio.NewReader(answer.Body), leave}
}

// next is the next event and the versions it tells.
func (r *reader) next(event string) (versions map[string]int64, id string) {
	r.t.Helper()
	got, err := nextEvent(r.stream)
	if err != nil || got["event"] != event {
		r.t.Fatalf("event %v %v, want %s", got, err, event)
	}
	var data struct {
		Layers []struct {
			Layer   string
			Version int64
		}
	}
	if err := json.Unmarshal([]byte(got["data"]), &data); err != nil {
		r.t.Fatal(err)
	}
	versions = map[string]int64{}
	for _, l := range data.Layers {
		versions[l.Layer] = l.Version
	}
	return versions, got["id"]
}

// ends waits for the end of the stream.
func (r *reader) ends() {
	r.t.Helper()
	for {
		if _, err := nextEvent(r.stream); err != nil {
			return
		}
	}
}

func TestTheLiveStream(t *testing.T) {
	var m movable
	d := open(t, m.take)
	states, err := d.store.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, other := d.read(t, analyst), d.read(t, viewer)
	hello, _ := one.next("hello")
	for _, l := range catalog.All {
		if hello[l.ID] != states[l.ID].Version {
			t.Errorf("hello says version %d of %s, want %d", hello[l.ID], l.ID, states[l.ID].Version)
		}
	}
	hello, before := other.next("hello")
	if _, ok := hello["dispute"]; ok {
		t.Error("a viewer is told of a layer of single cases")
	}
	camera, dispute := states["camera"].Version+1, states["dispute"].Version+1
	m.move(t, "dispute", dispute)
	if got, _ := one.next("layers"); len(got) != 1 || got["dispute"] != dispute {
		t.Errorf("told %v", got)
	}
	m.move(t, "camera", camera)
	for _, r := range []*reader{one, other} {
		if got, _ := r.next("layers"); len(got) != 1 || got["camera"] != camera {
			t.Errorf("told %v, want the camera alone", got)
		}
	}
	// Who comes back is told what they missed, and nothing else.
	back := d.read(t, viewer, "Last-Event-ID", before)
	if hello, _ := back.next("hello"); hello["camera"] != camera {
		t.Errorf("hello says %v", hello)
	}
	got, now := back.next("layers")
	if len(got) != 1 || got["camera"] != camera {
		t.Errorf("missed %v", got)
	}
	again := d.read(t, viewer, "Last-Event-ID", now)
	again.next("hello")
	m.move(t, "site", 1<<40)
	if got, _ := again.next("layers"); len(got) != 1 || got["site"] != 1<<40 {
		t.Errorf("who missed nothing is told %v", got)
	}
	for _, noise := range []string{"%zz", "17", "camera=x", strings.Repeat("a=b&", 500)} {
		d.read(t, viewer, "Last-Event-ID", noise).next("hello")
	}
}

// A stream ends with its credential, or when its reader's rights change.
func TestTheStreamEndsWithItsCredential(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	cookie := cookieOf(t, signIn(d, "wei", password))
	token := d.read(t, analyst)
	session, out := d.read(t, nobody, "Cookie", cookie), d.read(t, nobody, "Cookie", cookieOf(t, signIn(d, "wei", password)))
	for _, r := range []*reader{token, session, out} {
		r.next("hello")
	}
	account, err := d.store.Account(t.Context(), analyst.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.DisableAccount(t.Context(), account.User.ID, true); err != nil {
		t.Fatal(err)
	}
	token.ends()
	if got := d.call(nobody, "POST", "/api/logout", "", "Cookie", cookie); got.status != 204 {
		t.Fatalf("signing out: %d", got.status)
	}
	session.ends()
	person, err := d.store.Account(t.Context(), "wei")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.DisableAccount(t.Context(), person.User.ID, true); err != nil {
		t.Fatal(err)
	}
	out.ends()
}

// Whoever leaves gives back all they held, and one who does not read keeps
// nobody waiting.
func TestReadersWhoLeave(t *testing.T) {
	var m movable
	d := open(t, m.take)
	d.read(t, analyst).next("hello")
	before := runtime.NumGoroutine()
	var all []*reader
	for range 20 {
		r := d.read(t, analyst)
		r.next("hello")
		all = append(all, r)
	}
	for i := range int64(2000) { // more than any buffer of the system takes
		m.move(t, "camera", 1000+i)
	}
	if got, _ := all[0].next("layers"); got["camera"] < 1000 {
		t.Errorf("told %v", got)
	}
	for _, r := range all {
		r.leave()
	}
	now := 0
	for range 200 {
		if now = runtime.NumGoroutine(); now <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", now, before)
}

// One account cannot take all seats, and who is refused is told to come back.
func TestSeatsOfStreams(t *testing.T) {
	d := open(t)
	d.token(analyst)
	const seats = 50 // of one account
	for range seats {
		d.read(t, analyst).next("hello")
	}
	refused := d.get(analyst, "/api/live")
	if refused.status != 503 || refused.header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d, Retry-After %q", refused.status, refused.header.Get("Retry-After"))
	}
	d.read(t, viewer).next("hello")
	if got := d.get(analyst, "/catalog"); got.status != 200 {
		t.Errorf("the catalogue meanwhile: %d", got.status)
	}
}

// Streams do not keep the server from ending.
func TestShutdownEndsStreams(t *testing.T) {
	d, stop := openStoppable(t)
	r := d.read(t, analyst)
	r.next("hello")
	stop()
	if _, err := nextEvent(r.stream); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream ended with %v", err)
	}
}
