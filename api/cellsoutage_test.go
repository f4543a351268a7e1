package api_test

import (
	"context"
	"testing"

	"sitmap/api"
	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers/catalog"
)

// While the database is down, counts of the last state go on being given to those who
// were signed in, exact or published, and say since when.
func TestCountsOutlastTheDatabase(t *testing.T) {
	dir := pgtest.Dir(t)
	cluster, err := embedded.Join(t.Context(), embedded.Options{Dir: dir, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Close(context.WithoutCancel(t.Context())) })
	store, err := postgis.Open(t.Context(), cluster.URL(), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := fillTown(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	d, _ := openAt(t, cluster.URL(), counting(t), func(o *api.Options) { o.Memory = o.Tiles.(api.Memory) })
	paths := []string{"/api/h3/camera?res=6", "/api/h3/dispute?res=7&area=" + county, "/api/areas/counts/dispute?level=county", "/api/h3/dispute/series?by=month"}
	before := map[string]reply{}
	for _, path := range paths {
		for _, w := range []who{analyst, viewer} {
			if before[w.String()+path] = d.get(w, path); before[w.String()+path].status != 200 {
				t.Fatalf("%s %s: %d %s", w, path, before[w.String()+path].status, before[w.String()+path].body)
			}
		}
	}
	if err := cluster.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		for _, w := range []who{analyst, viewer} {
			var got reply
			until(t, "counts say that they may be old", func() bool { got = d.get(w, path); return got.header.Get("Sitmap-Stale-Since") != "" })
			if got.status != 200 || string(got.body) != string(before[w.String()+path].body) || got.header.Get("Sitmap-Stale-Since") == "" {
				t.Errorf("%s %s: %d %.300s", w, path, got.status, got.body)
			}
		}
	}
	// What was not asked before is counted all the same.
	if got := d.get(analyst, "/api/h3/camera?res=9"); got.status != 200 || got.json(t)["total"] != 2.0 {
		t.Errorf("another question: %d %s", got.status, got.body)
	}
}
