package api_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
)

// roadReader counts how often all roads are read.
type roadReader struct {
	api.Store
	times *atomic.Int32
}

func (s roadReader) Features(ctx context.Context, l layers.Layer, q layers.Query, scope access.Scope, yield func(layers.Feature) error) error {
	if l.ID == "road" {
		s.times.Add(1)
	}
	return s.Store.Features(ctx, l, q, scope, yield)
}

// The ground is made before anybody asks, once more after a change of a road, and by
// no request.
func TestGroundIsMadeAhead(t *testing.T) {
	var read atomic.Int32
	d, _ := openAt(t, watchedTown(t), func(o *api.Options) { o.Store = roadReader{o.Store, &read} })
	reached := func(what string, n int32) {
		t.Helper()
		for began := time.Now(); read.Load() < n; time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%s: the roads were read %d times, want %d", what, read.Load(), n)
			}
		}
	}
	reached("after the start", 1)
	w := who{access.Analyst, city}
	d.get(w, "/api/coverage?next=0").coverage(t)
	if n := read.Load(); n != 1 {
		t.Fatalf("a request made the roads be read again: %d times", n)
	}
	_, line := street(t, watched[0].village)
	if err := importBatch(t.Context(), d.store, layers.Batch{Layer: "road", City: city, File: "one.geojson", Synthetic: true}, []layers.Staged{{Row: 1, Feature: layers.Feature{
		ID: "street" + watched[0].village, Geometry: line, Properties: map[string]any{"class": "county"}, Synthetic: true}}}); err != nil {
		t.Fatal(err)
	}
	reached("after a change", 2)
	d.get(w, "/api/coverage?next=0").coverage(t)
	if n := read.Load(); n != 2 {
		t.Errorf("after the change the roads were read %d times", n)
	}
}
