package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/maptile"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/tiles"
)

// held is a basemap in memory.
type held map[maptile.Tile][]byte

var errWithin = fmt.Errorf("the inside of /srv/maps/ground.mbtiles: %w", layers.ErrInvalid)

func (h held) Tile(_ context.Context, t maptile.Tile) ([]byte, tiles.Coding, error) {
	body, ok := h[t]
	switch {
	case !ok:
		return nil, tiles.Identity, layers.ErrNotFound
	case len(body) == 0:
		return nil, tiles.Identity, errWithin
	case body[0] == 0x1f:
		return body, tiles.Gzip, nil
	}
	return body, tiles.Identity, nil
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

const picture = "\x89PNG\r\n\x1a\n the rest"

// aBasemap is a vector basemap of two tiles, one of them damaged.
var aBasemap = api.Basemap{
	Vector: true, Name: "ground", Attribution: `<a href="https://x.test/">© OpenStreetMap</a> &amp; others<script>x</script>`,
	MinZoom: 2, MaxZoom: 12, Bounds: &layers.BoundsBox{100, 35, 105, 40}, Version: "7",
	Layers: []tiles.VectorLayer{{ID: "water", Fields: map[string]string{}}},
	Source: held{
		maptile.New(401, 198, 9): gzipped("\x1a a tile of water"),
		maptile.New(3, 1, 3):     {},
	},
}

func withBasemap(b *api.Basemap) func(*api.Options) {
	return func(o *api.Options) { o.Basemap = b }
}

func TestWithoutABasemap(t *testing.T) {
	d := open(t)
	for _, path := range []string{"/basemap.json", "/basemap/9/401/198"} {
		if got := d.get(viewer, path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	if _, says := d.get(viewer, "/catalog").json(t)["basemap"]; says {
		t.Error("the catalogue speaks of a basemap")
	}
}

func TestVectorBasemap(t *testing.T) {
	d := open(t, withBasemap(&aBasemap))
	about := d.get(viewer, "/basemap.json").json(t)
	if about["attribution"] != "© OpenStreetMap & others x" || fmt.Sprint(about["tiles"]) != "["+d.url+"/basemap/{z}/{x}/{y}?v=7]" ||
		about["minzoom"] != 2.0 || about["maxzoom"] != 12.0 || fmt.Sprint(about["bounds"]) != "[100 35 105 40]" || len(about["vector_layers"].([]any)) != 1 {
		t.Errorf("described as %v", about)
	}
	said, _ := d.get(viewer, "/catalog").json(t)["basemap"].(map[string]any)
	if said["kind"] != "vector" || said["version"] != "7" || said["attribution"] != about["attribution"] {
		t.Errorf("the catalogue says %v", said)
	}

	plain := d.get(viewer, "/basemap/9/401/198", "Accept-Encoding", "identity")
	if plain.status != http.StatusOK || string(plain.body) != "\x1a a tile of water" || plain.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Errorf("%d %q %v", plain.status, plain.body, plain.header)
	}
	packed := d.get(viewer, "/basemap/9/401/198", "Accept-Encoding", "gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || !bytes.Equal(packed.body, gzipped("\x1a a tile of water")) {
		t.Errorf("%q %v", packed.body, packed.header)
	}
	if tag := packed.header.Get("ETag"); tag == "" || tag == plain.header.Get("ETag") || packed.header.Get("Cache-Control") != "private, max-age=3600" {
		t.Errorf("%v", packed.header)
	}
	if again := d.get(viewer, "/basemap/9/401/198", "Accept-Encoding", "gzip", "If-None-Match", packed.header.Get("ETag")); again.status != http.StatusNotModified || len(again.body) > 0 {
		t.Errorf("%d with %d bytes", again.status, len(again.body))
	}
	for _, path := range []string{"/basemap/9/0/0", "/basemap/13/5/5"} {
		if got := d.get(viewer, path); got.status != http.StatusOK || len(got.body) > 0 {
			t.Errorf("%s, where nothing is: %d with %d bytes", path, got.status, len(got.body))
		}
	}
	damaged := d.get(viewer, "/basemap/3/3/1")
	if damaged.status != http.StatusBadGateway || strings.Contains(string(damaged.body), "srv") {
		t.Errorf("%d %s", damaged.status, damaged.body)
	}
}

func TestRasterBasemap(t *testing.T) {
	d := open(t, withBasemap(&api.Basemap{MaxZoom: 5, Source: held{
		maptile.New(1, 1, 3): []byte(picture), maptile.New(2, 1, 3): []byte("\xff\xd8\xff jpeg"), maptile.New(3, 1, 3): []byte("RIFF1234WEBPVP8 "),
		maptile.New(4, 1, 3): []byte("<svg onload=x>"), maptile.New(5, 1, 3): gzipped(picture),
	}}))
	tests := map[string]struct {
		status int
		media  string
	}{
		"/basemap/3/1/1": {200, "image/png"}, "/basemap/3/2/1": {200, "image/jpeg"}, "/basemap/3/3/1": {200, "image/webp"}, "/basemap/3/5/1": {200, "image/png"},
		"/basemap/3/4/1": {502, "application/problem+json"}, "/basemap/3/7/7": {404, "application/problem+json"}, "/basemap/6/1/1": {404, "application/problem+json"},
	}
	for path, test := range tests {
		if got := d.get(viewer, path); got.status != test.status || got.header.Get("Content-Type") != test.media || got.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
	}
	if _, layers := d.get(viewer, "/basemap.json").json(t)["vector_layers"]; layers {
		t.Error("pictures have vector layers")
	}
}

const aKey = "KEY0123456789"

// service is a tile service of the intranet, as bad as it can be.
func service(t *testing.T, asked *atomic.Int64, gate <-chan struct{}) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		q := r.URL.Query()
		if q.Get("tk") != aKey {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		switch q.Get("TILEROW") {
		case "1": // a tile that says where it is
			if gate != nil {
				<-gate
			}
			fmt.Fprintf(w, "%s %s/%s", picture, q.Get("TILEMATRIX"), q.Get("TILECOL"))
		case "2":
			w.WriteHeader(http.StatusNotFound)
		case "3": // a page to sign in, with the key in it
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>", aKey)
		case "4": // one that lies about what it is
			fmt.Fprint(w, "<html>", aKey)
		case "5":
			http.Redirect(w, r, "/elsewhere?tk="+aKey, http.StatusFound)
		case "6":
			fmt.Fprint(w, picture, strings.Repeat("x", 5<<20))
		case "7":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, aKey)
		case "8":
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func remote(t testing.TB, template string) *api.Basemap {
	t.Helper()
	b, err := api.NewRemoteBasemap(api.RemoteOptions{
		Template: template, Subdomains: []string{"0", "1"}, MaxZoom: 18, CacheBytes: 1 << 20, Timeout: 500 * time.Millisecond, Attribution: "天地图",
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A WMTS by key-value pairs, as Tianditu's: the server asks once, and neither
// its key nor its address nor its words reach a browser or the log.
func TestRemoteBasemap(t *testing.T) {
	var asked atomic.Int64
	s := service(t, &asked, nil)
	d := open(t, withBasemap(remote(t, s.URL+"/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&LAYER=vec&TILEMATRIXSET=w&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="+aKey)))
	if asked.Load() != 0 {
		t.Error("something was fetched before anybody asked")
	}
	got := d.get(viewer, "/basemap/5/9/1")
	if got.status != http.StatusOK || string(got.body) != picture+" 5/9" || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %q %v", got.status, got.body, got.header)
	}
	d.get(chief, "/basemap/5/9/1")
	if asked.Load() != 1 {
		t.Errorf("asked %d times for one tile", asked.Load())
	}
	for row, want := range map[int]int{2: 404, 3: 502, 4: 502, 5: 502, 6: 502, 7: 502, 8: 504} {
		got := d.get(viewer, fmt.Sprintf("/basemap/5/9/%d", row))
		if got.status != want {
			t.Errorf("row %d: %d %s, want %d", row, got.status, got.body, want)
		}
		if text := fmt.Sprint(string(got.body), got.header); strings.Contains(text, aKey) || strings.Contains(text, s.URL) {
			t.Errorf("row %d: %s", row, text)
		}
	}
	for _, path := range []string{"/basemap.json", "/catalog"} {
		if text := string(d.get(viewer, path).body); strings.Contains(text, aKey) || strings.Contains(text, "wmts") || !strings.Contains(text, "天地图") {
			t.Errorf("%s: %s", path, text)
		}
	}
	d.logged.Lock()
	defer d.logged.Unlock()
	if strings.Contains(d.log.String(), aKey) {
		t.Error("the key lies in the log")
	}
}

// A hundred readers of one tile are one question to the service.
func TestRemoteBasemapIsAskedOnce(t *testing.T) {
	var asked atomic.Int64
	gate := make(chan struct{})
	s := service(t, &asked, gate)
	b, err := api.NewRemoteBasemap(api.RemoteOptions{Template: s.URL + "?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=" + aKey, MaxZoom: 18, CacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if body, _, err := b.Source.Tile(t.Context(), maptile.New(9, 1, 5)); err != nil || string(body) != picture+" 5/9" {
				t.Errorf("%q, %v", body, err)
			}
		})
	}
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(gate)
	all.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// A service that is not there fails at once, and is left alone for a while.
func TestRemoteBasemapAway(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	d := open(t, withBasemap(remote(t, s.URL+"/{z}/{x}/{y}.png?tk="+aKey)))
	for range 2 {
		got := d.get(viewer, "/basemap/5/9/1")
		if got.status != http.StatusBadGateway || strings.Contains(string(got.body), aKey) || strings.Contains(string(got.body), "127.0.0.1") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	d.logged.Lock()
	defer d.logged.Unlock()
	if strings.Contains(d.log.String(), aKey) || !strings.Contains(d.log.String(), "a moment ago") {
		t.Error("the log holds the key, or the service was asked twice")
	}
}

// The ways in which services count and spread their tiles. Zoom 3 has rows 0
// to 7: row 2 from the north is row 5 from the south.
func TestRemoteAddresses(t *testing.T) {
	var mu sync.Mutex
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer s.Close()
	for _, template := range []string{"/{z}/{x}/{y}.png", "/{z}/{x}/{-y}.jpg", "/{s}/{z}/{x}/{y}.mvt"} {
		if _, _, err := remote(t, s.URL+template).Source.Tile(t.Context(), maptile.New(3, 2, 3)); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%s: %v", template, err)
		}
	}
	if want := "[/3/3/2.png /3/3/5.jpg /1/3/3/2.mvt]"; fmt.Sprint(got) != want {
		t.Errorf("asked for %v, want %s", got, want)
	}
	if !remote(t, s.URL+"/{z}/{x}/{y}.pbf?k=1").Vector || remote(t, s.URL+"/{z}/{x}/{y}.png").Vector {
		t.Error("vector tiles are told by the ending of the path")
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("https://t{s}.example.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k", 0, 18)
	f.Add("http://h/{z}/{x}/{-y}.png", 3, 2)
	f.Add("file:///{z}/{x}/{y}", 0, 1)
	f.Add("http:///{z}/{x}/{y}{key}", 0, 23)
	f.Fuzz(func(t *testing.T, template string, low, high int) {
		b, err := api.NewRemoteBasemap(api.RemoteOptions{Template: template, Subdomains: []string{"a"}, MinZoom: low, MaxZoom: high, CacheBytes: 1024})
		if err == nil && (b.MinZoom < 0 || b.MaxZoom > tiles.MaxZoom || !strings.HasPrefix(strings.ToLower(template), "http")) {
			t.Errorf("%q, zooms %d to %d was taken", template, low, high)
		}
		if err != nil && !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%v", err)
		}
	})
}
