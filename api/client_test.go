package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/api/auth"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// who is somebody who asks: a role and the area it answers for. An empty area
// is everywhere; the zero who is nobody.
type who struct {
	role access.Role
	area string
}

func (w who) String() string { return string(w.role) + "@" + w.area }

// door is a running server and the town behind it.
type door struct {
	t        testing.TB
	url      string
	store    *postgis.Store
	database string // its address
	client   *http.Client

	mu     sync.Mutex
	tokens map[who]string
	log    *bytes.Buffer // guarded by logged
	logged *sync.Mutex
}

// open starts a server on the town, as the program does.
func open(t testing.TB, change ...func(*api.Options)) *door {
	t.Helper()
	d, _ := openStoppable(t, change...)
	return d
}

// openStoppable is open for tests that order the server's end themselves.
func openStoppable(t testing.TB, change ...func(*api.Options)) (d *door, stop context.CancelFunc) {
	t.Helper()
	return openAt(t, townURL(t), change...)
}

// openAt is openStoppable on the database at that address.
func openAt(t testing.TB, database string, change ...func(*api.Options)) (d *door, stop context.CancelFunc) {
	t.Helper()
	store, err := postgis.Open(t.Context(), database, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	tileServer, err := tiles.NewServer(store, catalog.All, tiles.Options{CacheBytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	d = &door{t: t, store: store, database: database, tokens: map[who]string{}, log: &bytes.Buffer{}, logged: &sync.Mutex{}}
	options := api.Options{
		Store: store, Accounts: store, Tiles: tileServer, Catalog: catalog.All, Version: "test",
		Log: slog.New(slog.NewJSONHandler(locked{d.log, d.logged}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&options)
	}
	server, err := api.New(options)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := tileServer.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 2)
	go func() { ended <- tileServer.Run(ctx) }()
	go func() { ended <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		d.client.CloseIdleConnections()
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("the server ended with %v", err)
			}
		}
	})
	d.url = "http://" + listener.Addr().String()
	// No jar and no redirects: every header is the test's own.
	d.client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return d, stop
}

type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// token is a token for that role and area.
func (d *door) token(w who) string {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if t, ok := d.tokens[w]; ok || w.role == "" {
		return t
	}
	id, err := d.store.AddAccount(d.t.Context(), w.String(), w.role, w.area, "")
	if err != nil {
		d.t.Fatal(err)
	}
	token, hash := auth.NewToken()
	if _, err := d.store.AddToken(d.t.Context(), id, "test", hash, time.Now().Add(time.Hour)); err != nil {
		d.t.Fatal(err)
	}
	d.tokens[w] = token
	return token
}

// reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%d %s is not a JSON object: %v", r.status, r.body, err)
	}
	return v
}

// call asks; headers come in pairs of name and value.
func (d *door) call(w who, method, path, body string, headers ...string) reply {
	d.t.Helper()
	var in io.Reader
	if body != "" {
		in = bytes.NewReader([]byte(body))
	}
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, in)
	if err != nil {
		d.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token := d.token(w); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := d.client.Do(request)
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	read, err := readWhole(answer)
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	if answer.StatusCode == http.StatusInternalServerError {
		d.t.Logf("%s %s: %s", method, path, d.logLine(answer.Header.Get("X-Request-Id")))
	}
	return reply{answer.StatusCode, answer.Header, read}
}

// readWhole reads the answer; of a stream, which has no end, the first event.
func readWhole(answer *http.Response) ([]byte, error) {
	if answer.Header.Get("Content-Type") != "text/event-stream" || answer.Request != nil && answer.Request.Method == http.MethodHead {
		return io.ReadAll(answer.Body)
	}
	read, err := nextEvent(bufio.NewReader(answer.Body))
	return []byte(read["data"]), err
}

// nextEvent reads an event of a stream, by field; comments and retry are
// passed over.
func nextEvent(stream *bufio.Reader) (map[string]string, error) {
	event := map[string]string{}
	for {
		line, err := stream.ReadString('\n')
		if err != nil {
			return nil, err
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case field == "" && event["event"] != "":
			return event, nil
		case field != "" && field != "retry":
			event[field] = value
		}
	}
}

// logLine is what the server wrote about a request.
func (d *door) logLine(requestID string) string {
	d.logged.Lock()
	defer d.logged.Unlock()
	for line := range strings.Lines(d.log.String()) {
		if strings.Contains(line, requestID) {
			return line
		}
	}
	return "not logged"
}

func (d *door) get(w who, path string, headers ...string) reply {
	d.t.Helper()
	return d.call(w, http.MethodGet, path, "", headers...)
}

func (d *door) post(w who, path, body string, headers ...string) reply {
	d.t.Helper()
	return d.call(w, http.MethodPost, path, body, headers...)
}

// person adds an account with a password and gives its name.
func (d *door) person(name, password string, role access.Role, area string) {
	d.t.Helper()
	hash, err := auth.HashPassword(password)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.store.AddAccount(d.t.Context(), name, role, area, hash); err != nil {
		d.t.Fatal(err)
	}
}

// Those who ask in most tests.
var (
	nobody  = who{}
	analyst = who{access.Analyst, county}
	viewer  = who{access.Viewer, county}
	chief   = who{access.Analyst, ""}
)

func layerOf(t testing.TB, id string) layers.Layer {
	t.Helper()
	l, err := catalog.All.Layer(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
