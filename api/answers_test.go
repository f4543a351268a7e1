package api_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
)

// Every answer, of every route and of none, carries the headers that keep a
// browser from being misled.
func TestEveryAnswerIsSafe(t *testing.T) {
	d := open(t, func(o *api.Options) { o.App = app })
	for _, path := range []string{"/", "/healthz", "/catalog", "/docs", "/assets/app-a1.js", "/nothing", "/ogc/collections/persons", "/tiles/camera/9/401/198.mvt"} {
		got := d.get(analyst, path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Permissions-Policy": "geolocation=()", "Cross-Origin-Opener-Policy": "same-origin", "X-Request-Id": "",
		} {
			if have := got.header.Get(name); have == "" || !strings.Contains(have, want) {
				t.Errorf("%s: %s is %q", path, name, have)
			}
		}
		if server := got.header.Get("Server"); server != "" {
			t.Errorf("%s tells what serves it: %s", path, server)
		}
	}
}

func TestWhatMayBeKept(t *testing.T) {
	d := open(t, func(o *api.Options) { o.App = app })
	for path, want := range map[string]string{
		"/tiles/camera/9/401/198.mvt": "private, no-cache", "/catalog": "no-store", "/api/me": "no-store", "/ogc/collections/site/items": "no-store",
		"/assets/app-a1.js": "public, max-age=31536000, immutable", "/": "no-cache", "/assets/none": "no-store",
	} {
		got := d.get(analyst, path)
		if have := got.header.Get("Cache-Control"); have != want {
			t.Errorf("%s: %q, want %q", path, have, want)
		}
		if vary := got.header.Get("Vary"); strings.HasPrefix(want, "private") && vary != "Cookie, Authorization, Accept-Encoding, Accept" {
			t.Errorf("%s varies by %q", path, vary)
		}
	}
}

// A tile that has not changed is not sent again; each coding has its own tag,
// and readers with different areas never share one by chance of address.
func TestTilesAreAskedForAgain(t *testing.T) {
	d := open(t)
	const path = "/tiles/water,road,area,key_area,demo_community,committee,centre,site,hazard,camera,dispute,unit/7/100/49.mvt"
	plain := d.get(analyst, path, "Accept-Encoding", "identity")
	zipped := d.get(analyst, path, "Accept-Encoding", "gzip, br;q=0.8")
	tag := plain.header.Get("ETag")
	if tag == "" || tag == zipped.header.Get("ETag") || strings.HasPrefix(tag, "W/") {
		t.Errorf("the tags are %s and %s", tag, zipped.header.Get("ETag"))
	}
	if zipped.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("a tile of %d bytes is not compressed", len(plain.body))
	}
	r, err := gzip.NewReader(strings.NewReader(string(zipped.body)))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(r); err != nil || string(unpacked) != string(plain.body) {
		t.Errorf("the compressed tile is another: %v", err)
	}
	for _, have := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
		again := d.get(analyst, path, "Accept-Encoding", "identity", "If-None-Match", have)
		if again.status != 304 || len(again.body) > 0 || again.header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d with %d bytes", have, again.status, len(again.body))
		}
	}
	if other := d.get(analyst, path, "If-None-Match", `"other"`); other.status != 200 {
		t.Errorf("with another tag: %d", other.status)
	}
	if refused := d.get(analyst, path, "Accept-Encoding", "gzip;q=0"); refused.header.Get("Content-Encoding") != "" {
		t.Error("compressed although the client refuses it")
	}
}

func TestTheApplication(t *testing.T) {
	d := open(t, func(o *api.Options) { o.App = app })
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/assets/app-a1.js": "text/javascript; charset=utf-8",
		"/assets/noto.woff2": "font/woff2", "/assets/site.unkown": "application/octet-stream",
	} {
		got := d.get(nobody, path)
		if got.status != 200 || got.header.Get("Content-Type") != want {
			t.Errorf("%s: %d %s, want %s", path, got.status, got.header.Get("Content-Type"), want)
		}
	}
	packed := d.get(nobody, "/assets/app-a1.js", "Accept-Encoding", "gzip, br")
	unpacked, err := io.ReadAll(brotli.NewReader(strings.NewReader(string(packed.body))))
	if packed.header.Get("Content-Encoding") != "br" || err != nil || string(unpacked) != string(app["assets/app-a1.js"].Data) {
		t.Errorf("the brotli form: %s %v", packed.header.Get("Content-Encoding"), err)
	}
	tag := packed.header.Get("ETag")
	if again := d.get(nobody, "/assets/app-a1.js", "Accept-Encoding", "br", "If-None-Match", tag); again.status != 304 {
		t.Errorf("asked again: %d", again.status)
	}
	for _, path := range []string{"/index.html", "/assets/", "/assets/../index.html", "/assets/%2e%2e%2findex.html", "/assets/..%5cindex.html", "/assets/app-a1.js%00", "/assets/%252e%252e%252findex.html"} {
		if got := d.get(nobody, path); got.status/100 != 4 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	bare := open(t)
	if got := bare.get(nobody, "/"); got.status != 404 {
		t.Errorf("without an application: %d", got.status)
	}
}

// down is a store whose database does not answer.
type down struct{ api.Store }

var errDown = errors.Join(layers.ErrUnavailable, errors.New("dial tcp 10.9.8.7:5432: refused"))

func (down) Ready(context.Context) error { return errDown }
func (down) States(context.Context) (map[string]layers.LayerState, error) {
	return nil, errDown
}
func (down) Cities(context.Context, access.Scope) ([]layers.AreaName, error) { return nil, errDown }

// While the database is down, what needs it says so and when to come back,
// without telling where it is; what does not need it goes on.
func TestWhileTheDatabaseIsDown(t *testing.T) {
	d := open(t, func(o *api.Options) { o.App = app; o.Store = down{o.Store} })
	for path, want := range map[string]int{"/healthz": 200, "/": 200, "/docs": 200, "/metrics": 200, "/readyz": 503, "/catalog": 503, "/api/areas": 503} {
		got := d.get(analyst, path)
		if got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
		if want == http.StatusServiceUnavailable && (got.header.Get("Retry-After") == "" || strings.Contains(string(got.body), "10.9.8.7")) {
			t.Errorf("%s: Retry-After %q, %s", path, got.header.Get("Retry-After"), got.body)
		}
	}
}
