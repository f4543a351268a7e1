package postgis_test

import (
	"context"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// following is a tile server that follows the store as the program does.
func following(t *testing.T, s *postgis.Store) *tiles.Server {
	t.Helper()
	server, err := tiles.NewServer(s, catalog.All, tiles.Options{CacheBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- s.Listen(ctx, server.Heard) }()
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	return server
}

func etag(t *testing.T, server *tiles.Server, l layers.Layer, at maptile.Tile) string {
	t.Helper()
	got, err := server.Tile(t.Context(), []layers.Layer{l}, at, layers.Query{}, all)
	if err != nil {
		t.Fatal(err)
	}
	return got.ETag
}

// A camera that moves changes, on every server that shares the database, the
// tiles it leaves and those it enters, singly and in the clusters above, and no
// other: those keep their entity tags.
func TestACommitReachesEveryServer(t *testing.T) {
	s, url := cityAt(t)
	servers := []*tiles.Server{following(t, s), following(t, open(t, url))}
	l := layer(t, "camera")
	moved := cameras()[0].Feature
	from, to := moved.Geometry.(orb.Point), orb.Point{102.35, 37.35}
	moved.Geometry = to
	before := map[maptile.Tile]string{}
	touched := map[maptile.Tile]bool{}
	for _, zoom := range []maptile.Zoom{6, 8, 10, 12, 13, 14, 15, 16} {
		for _, p := range []orb.Point{from, to} {
			at := maptile.At(p, zoom)
			touched[at] = true
			for dx := uint32(0); dx <= 4; dx += 2 { // two and more tiles away, beyond every buffer
				before[maptile.New(at.X+dx, at.Y, zoom)] = ""
			}
		}
	}
	for at := range before {
		before[at] = etag(t, servers[0], l, at)
		if other := etag(t, servers[1], l, at); other != before[at] {
			t.Errorf("%v: two servers have %s and %s", at, before[at], other)
		}
	}
	mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, staged(moved))
	for n, server := range servers {
		deadline := time.Now().Add(30 * time.Second)
		for at := range touched {
			for etag(t, server, l, at) == before[at] {
				if time.Now().After(deadline) {
					t.Fatalf("server %d: %v does not show the change", n, at)
				}
				time.Sleep(time.Millisecond)
			}
		}
		for at, tag := range before {
			if !touched[at] && etag(t, server, l, at) != tag {
				t.Errorf("server %d: %v has changed, where nothing did", n, at)
			}
		}
	}
}

// A grid whose border moves takes its neighbour with it: both servers go on
// sharing borders, and make the same bytes as a server that just started.
func TestBordersFollowCommits(t *testing.T) {
	s, url := cityAt(t)
	server := following(t, s)
	fresh := func() *tiles.Server { return following(t, open(t, url)) }
	l := layer(t, "grid")
	first := grids()[0].Feature
	shrunk := first.Geometry.(orb.Polygon).Clone()
	for i := range shrunk[0] {
		shrunk[0][i][0] += (first.Geometry.Bound().Center()[0] - shrunk[0][i][0]) / 50
	}
	first.Geometry = shrunk
	at := maptile.At(shrunk.Bound().Min, 12)
	before := etag(t, server, l, at)
	mustLoad(t, s, layers.Batch{Layer: "grid", City: "6206"}, staged(first))
	for deadline := time.Now().Add(30 * time.Second); etag(t, server, l, at) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the change does not show")
		}
	}
	other := fresh()
	for zoom := maptile.Zoom(l.Zoom.Min); zoom <= 14; zoom++ {
		for _, at := range sample(over(zoom), 40) {
			if a, b := etag(t, server, l, at), etag(t, other, l, at); a != b {
				t.Errorf("%v: patched %s, read anew %s", at, a, b)
			}
		}
	}
}
