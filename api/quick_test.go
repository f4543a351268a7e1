package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles"
)

// counted is a tile server that counts how often the long way reached it.
type counted struct {
	api.TileServer
	asked atomic.Int64
}

func (c *counted) Tile(ctx context.Context, ls []layers.Layer, t maptile.Tile, q layers.Query, s access.Scope) (*tiles.Tile, error) {
	c.asked.Add(1)
	return c.TileServer.Tile(ctx, ls, t, q, s)
}

// openCounted opens a server whose clock stands still, so that what is
// remembered for a moment is remembered until the test moves it.
func openCounted(t *testing.T) (*door, *counted, *tiles.Server, *atomic.Int64) {
	c := &counted{}
	var moved atomic.Int64
	base := time.Now()
	var server *tiles.Server
	d := open(t, func(o *api.Options) {
		server = o.Tiles.(*tiles.Server)
		c.TileServer = o.Tiles
		o.Tiles = c
		o.Clock = func() time.Time { return base.Add(time.Duration(moved.Load())) }
	})
	return d, c, server, &moved
}

const everyLayer = "/tiles/water,road,area,key_area,demo_community,committee,centre,site,hazard,camera,unit/7/100/49.mvt"

// move ends what is remembered, as any change of any layer does.
func move(t *testing.T, server *tiles.Server) {
	t.Helper()
	if err := server.Apply(t.Context(), layers.Change{Layer: "road"}); err != nil {
		t.Fatal(err)
	}
}

// The quick way and the long way give the same answer, header by header, and
// only the first question of a moment goes the long way.
func TestTheQuickWayIsTheLongWay(t *testing.T) {
	d, c, server, clock := openCounted(t)
	for _, accept := range []string{"gzip", "br", "zstd", "gzip, br, zstd", "identity", ""} {
		for _, method := range []string{"GET", "HEAD"} {
			headers := []string{"Accept-Encoding", accept}
			ask := func() (reply, int64) {
				before := c.asked.Load()
				got := d.call(analyst, method, everyLayer, "", headers...)
				return got, c.asked.Load() - before
			}
			move(t, server) // nothing remembered holds
			long, first := ask()
			quick, second := ask()
			if long.status != 200 || first != 1 || second != 0 {
				t.Fatalf("%s %q: %d; the tile server was asked %d times, then %d", method, accept, long.status, first, second)
			}
			compare(t, method+" "+accept, long, quick)
			headers = append(headers, "If-None-Match", `"x", W/`+long.header.Get("ETag"))
			fresh, third := ask()
			if fresh.status != 304 || third != 0 || len(fresh.body) > 0 {
				t.Errorf("%s %q again: %d with %d bytes, asked %d times", method, accept, fresh.status, len(fresh.body), third)
			}
			move(t, server)
			longFresh, _ := ask()
			compare(t, method+" "+accept+" 304", longFresh, fresh)
			for _, name := range []string{"Etag", "Vary", "Cache-Control", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"} {
				if fresh.header.Get(name) == "" {
					t.Errorf("the 304 lacks %s", name)
				}
			}
			if fresh.header.Get("Content-Encoding")+fresh.header.Get("Content-Type") != "" {
				t.Errorf("the 304 describes a body: %v", fresh.header)
			}
		}
	}
	before := c.asked.Load()
	clock.Add(int64(time.Second))
	d.get(analyst, everyLayer)
	if c.asked.Load() == before {
		t.Error("an answer is older than a second")
	}
}

func compare(t *testing.T, name string, a, b reply) {
	t.Helper()
	if a.status != b.status || !bytes.Equal(a.body, b.body) {
		t.Errorf("%s: %d with %d bytes, then %d with %d", name, a.status, len(a.body), b.status, len(b.body))
	}
	for _, header := range []http.Header{a.header, b.header} {
		header.Del("Date")
		if id := header.Get("X-Request-Id"); len(id) != 16 {
			t.Errorf("%s: the request id is %q", name, id)
		}
	}
	if a.header.Get("X-Request-Id") == b.header.Get("X-Request-Id") {
		t.Errorf("%s: two requests share an id", name)
	}
	a.header.Del("X-Request-Id")
	b.header.Del("X-Request-Id")
	if len(a.header) != len(b.header) {
		t.Errorf("%s: headers %v, then %v", name, a.header, b.header)
	}
	for header := range a.header {
		if a.header.Get(header) != b.header.Get(header) {
			t.Errorf("%s: %s is %q, then %q", name, header, a.header.Get(header), b.header.Get(header))
		}
	}
}

// Each coding unpacks to the same tile and has a strong tag of its own.
func TestTheCodingsOfATile(t *testing.T) {
	d := open(t)
	plain := d.get(analyst, everyLayer, "Accept-Encoding", "identity")
	tags := map[string]bool{plain.header.Get("ETag"): true}
	for coding, unpack := range map[string]func([]byte) []byte{
		"gzip": func(b []byte) []byte {
			r, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			return readAll(t, r)
		},
		"br": func(b []byte) []byte { return readAll(t, brotli.NewReader(bytes.NewReader(b))) },
		"zstd": func(b []byte) []byte {
			r, err := zstd.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			return readAll(t, r)
		},
	} {
		got := d.get(analyst, everyLayer, "Accept-Encoding", coding)
		tag := got.header.Get("ETag")
		if got.header.Get("Content-Encoding") != coding || tags[tag] || strings.HasPrefix(tag, "W/") {
			t.Errorf("%s: coded %q, tag %s", coding, got.header.Get("Content-Encoding"), tag)
		}
		tags[tag] = true
		if !bytes.Equal(unpack(got.body), plain.body) {
			t.Errorf("%s is another tile", coding)
		}
	}
}

// What is remembered for one scope never answers another, whatever the order:
// the same address, asked by people of different areas and rights.
func TestTheQuickWayKeepsScopesApart(t *testing.T) {
	d, c, _, _ := openCounted(t)
	path := "/tiles/camera/7/100/49.mvt"
	askers := []who{chief, analyst, viewer, {access.Viewer, sibling}, {access.Analyst, otherCity}, {access.Viewer, city}}
	for round := range 3 {
		for _, w := range askers {
			got := d.get(w, path)
			// The tile spans the first city and nothing of the second.
			want := int64(0)
			if strings.HasPrefix(w.area, city) {
				want = inCounty(w.area)
			} else if w.area == "" {
				want = inCounty(city)
			}
			if n := camerasIn(t, got.body); n != want {
				t.Errorf("round %d, %s: %d cameras in the tile, want %d", round, w, n, want)
			}
		}
	}
	// An analyst and a viewer of one county see different things, so they are
	// two scopes of the six.
	if n := c.asked.Load(); n != int64(len(askers)) {
		t.Errorf("the tile server was asked %d times by %d scopes", n, len(askers))
	}
	protected := "/tiles/dispute/9/401/198.mvt"
	if got := d.get(analyst, protected); got.status != 200 {
		t.Fatalf("an analyst: %d", got.status)
	}
	for w, want := range map[who]int{analyst: 200, viewer: 403, nobody: 401, {access.Auditor, ""}: 403, {access.Device, county}: 403} {
		if got := d.get(w, protected); got.status != want {
			t.Errorf("%s: %d, want %d", w, got.status, want)
		}
	}
	for _, credential := range [][]string{{"Authorization", "Bearer sitmap_" + strings.Repeat("A", 43)}, {"Authorization", "bearer"}, {"Authorization", "Basic eDp5"}, {"Cookie", "sitmap=" + strings.Repeat("A", 43)}} {
		if got := d.get(nobody, protected, credential...); got.status != 401 {
			t.Errorf("%v: %d", credential, got.status)
		}
	}
	// A program of a protected layer that also sends somebody's cookie is the program.
	d.person("wei", password, access.Viewer, county)
	cookie := cookieOf(t, signIn(d, "wei", password))
	if got := d.get(nobody, protected, "Cookie", cookie); got.status != 403 {
		t.Errorf("the viewer's cookie: %d", got.status)
	}
	if got := d.get(analyst, protected, "Cookie", cookie); got.status != 200 {
		t.Errorf("the analyst's token beside it: %d", got.status)
	}
}

// What ends a credential or changes what it sees ends the quick way too,
// within a second.
func TestTheQuickWayForgetsWithTheCredential(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, "")
	cookie := cookieOf(t, signIn(d, "wei", password))
	path := "/tiles/camera/7/100/49.mvt"
	busy := func(want int, what string) {
		t.Helper()
		end := time.Now().Add(1100 * time.Millisecond)
		got := reply{}
		for time.Now().Before(end) {
			got = d.get(nobody, path, "Cookie", cookie)
		}
		if got.status != want {
			t.Errorf("%s: %d, want %d", what, got.status, want)
		}
		if want != 200 {
			return
		}
		cameras := inCounty(county)
		if what == "at first" {
			cameras = inCounty(city)
		}
		if n := camerasIn(t, got.body); n != cameras {
			t.Errorf("%s: %d cameras in the tile, want %d", what, n, cameras)
		}
	}
	busy(200, "at first")
	account, err := d.store.Account(t.Context(), "wei")
	if err != nil {
		t.Fatal(err)
	}
	d.sql(t, `update account set area = $2, low = 620602000000000, high = 620602999999999 where id = $1`, account.User.ID, county)
	busy(200, "another area")
	d.sql(t, `update account set role = 'auditor' where id = $1`, account.User.ID)
	busy(403, "another role")
	d.sql(t, `update account set role = 'viewer' where id = $1`, account.User.ID)
	busy(200, "back again")
	if err := d.store.DisableAccount(t.Context(), account.User.ID, true); err != nil {
		t.Fatal(err)
	}
	busy(401, "disabled")
}

// camerasIn counts the cameras of a tile, single or in clusters.
func camerasIn(t *testing.T, body []byte) (n int64) {
	t.Helper()
	decoded, err := mvt.Unmarshal(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range decoded {
		for _, f := range layer.Features {
			if count, ok := f.Properties["count"].(float64); ok && f.Properties["cluster"] == true {
				n += int64(count)
			} else {
				n++
			}
		}
	}
	return n
}

// sql changes the database behind the server's back, as another server does.
func (d *door) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, from io.Reader) []byte {
	t.Helper()
	all, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
