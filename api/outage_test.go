package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"sitmap/api/auth"
	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// While the database is down, those who were signed in go on seeing the tiles
// of the last state, which say so; strangers are not let in; what needs the
// database says that it is away. When it is back, so is everything, and a
// token that was revoked meanwhile is worth nothing.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	dir := pgtest.Dir(t)
	start := func() *embedded.Cluster {
		c, err := embedded.Join(t.Context(), embedded.Options{Dir: dir, Unsafe: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(context.WithoutCancel(t.Context())) })
		return c
	}
	cluster := start()
	store, err := postgis.Open(t.Context(), cluster.URL(), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := fillTown(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	var m movable
	d, _ := openAt(t, cluster.URL(), m.take)
	d.person("wei", password, access.Analyst, county)
	cookie := cookieOf(t, signIn(d, "wei", password))
	revoked, hash := auth.NewToken()
	account, err := d.store.AddAccount(t.Context(), "gone", access.Viewer, county, "")
	if err != nil {
		t.Fatal(err)
	}
	number, err := d.store.AddToken(t.Context(), account, "gone", hash, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	const path, filtered = "/tiles/camera/9/401/198.mvt", "/tiles/camera/9/401/198.mvt?state=faulty"
	credentials := map[string][]string{"a program": nil, "a session": {"Cookie", cookie}, "a token to be revoked": {"Authorization", "Bearer " + revoked}}
	ask := func(name, path string) reply {
		w := nobody
		if credentials[name] == nil {
			w = analyst
		}
		return d.get(w, path, credentials[name]...)
	}
	before := map[string]reply{}
	for name := range credentials {
		before[name] = ask(name, path)
		if before[name].status != 200 || before[name].header.Get("Sitmap-Stale-Since") != "" {
			t.Fatalf("%s: %d %v", name, before[name].status, before[name].header)
		}
	}
	live := d.read(t, nobody, "Cookie", cookie)
	live.next("hello")
	d.token(viewer)

	if err := cluster.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	stale := func(r reply) bool { return r.header.Get("Sitmap-Stale-Since") != "" }
	until(t, "the tiles say that they may be old", func() bool { return stale(ask("a program", path)) })
	for name := range credentials {
		got := ask(name, path)
		since, err := time.Parse(time.RFC3339, got.header.Get("Sitmap-Stale-Since"))
		if got.status != 200 || string(got.body) != string(before[name].body) || err != nil || time.Since(since) > time.Minute {
			t.Errorf("%s: %d with %d bytes, stale since %s %v", name, got.status, len(got.body), since, err)
		}
	}
	// A layer in memory goes on making tiles, as far as nothing else is needed
	// to understand the question.
	if got := d.get(analyst, "/tiles/camera/10/803/396.mvt"); got.status != 200 || !stale(got) {
		t.Errorf("a tile not made before: %d %v", got.status, got.header)
	}
	tag := before["a program"].header.Get("ETag")
	if got := d.get(analyst, path, "If-None-Match", tag); got.status != 304 || !stale(got) {
		t.Errorf("asked again: %d %v", got.status, got.header)
	}
	ready := d.get(nobody, "/readyz")
	if body := ready.json(t); ready.status != 503 || body["staleSince"] == nil || !strings.Contains(body["reason"].(string), "still served") || ready.header.Get("Retry-After") == "" {
		t.Errorf("/readyz: %d %s", ready.status, ready.body)
	}
	for name, got := range map[string]reply{
		"a stranger":                 d.get(nobody, path, "Authorization", "Bearer sitmap_"+strings.Repeat("A", 43)),
		"one not seen before":        d.get(viewer, path),
		"a filter":                   d.get(analyst, filtered),
		"the catalogue":              d.get(analyst, "/catalog"),
		"a password":                 signIn(d, "wei", password),
		"signing out of the session": d.call(nobody, "POST", "/api/logout", "", "Cookie", cookie),
	} {
		if got.status != 503 || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := ask("a session", path); got.status != 503 {
		t.Errorf("who signed out is believed: %d", got.status)
	}
	if text := string(d.get(nobody, "/metrics").body); !strings.Contains(text, "sitmap_credentials_bridged_total") || strings.Contains(text, "sitmap_credentials_bridged_total 0\n") {
		t.Error("nobody was counted")
	}
	live.ends() // its session signed out
	other := d.read(t, analyst)
	other.next("hello")
	m.move(t, "site", 1<<40)
	if got, _ := other.next("layers"); got["site"] != 1<<40 {
		t.Errorf("the stream tells %v", got)
	}

	start()
	until(t, "it is ready", func() bool { return d.get(nobody, "/readyz").status == http.StatusOK })
	until(t, "the tiles are fresh", func() bool { r := ask("a program", path); return r.status == 200 && !stale(r) })
	if err := d.store.RevokeToken(t.Context(), number); err != nil {
		t.Fatal(err)
	}
	until(t, "the revoked token is refused", func() bool { return ask("a token to be revoked", path).status == http.StatusUnauthorized })
	if got := d.get(viewer, path); got.status != 200 {
		t.Errorf("one not seen before: %d", got.status)
	}
}

// until waits for what must come about by itself.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 300 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it did not come about that %s", what)
}
