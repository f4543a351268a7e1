package tiles

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

// shelf is a store of one layer of points that fits into memory; it names its
// changes as the real one does.
type shelf struct {
	store
	mu      sync.Mutex
	points  map[int32]orb.Point
	version int64
	changed map[int64][]int32 // by version
}

var dots = layers.Layer{ID: "dot", Geometry: layers.Points, Access: layers.Scoped, Zoom: layers.ZoomRange{Min: 4, Max: 16}, PointZoom: 12,
	Fields: []layers.Field{{Name: "state", Type: layers.String}}, Legend: "state"}

func newShelf(n int) *shelf {
	s := &shelf{points: map[int32]orb.Point{}, version: 1, changed: map[int64][]int32{}}
	r := rand.New(rand.NewPCG(5, 5))
	for i := range int32(n) {
		s.points[i+1] = orb.Point{102 + r.Float64(), 37 + r.Float64()}
	}
	return s
}

// move commits new places for some features.
func (s *shelf) move(places map[int32]orb.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	for fid, to := range places {
		s.changed[s.version] = append(s.changed[s.version], fid)
		s.points[fid] = to
	}
}

func (s *shelf) States(context.Context) (map[string]layers.LayerState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]layers.LayerState{"dot": {Layer: "dot", Version: s.version, Count: int64(len(s.points))}}, nil
}

func (s *shelf) Features(_ context.Context, _ layers.Layer, q layers.Query, _ access.Scope, yield func(layers.Feature) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fid := range slices.Sorted(maps.Keys(s.points)) {
		if q.FIDs != nil && !slices.Contains(q.FIDs, fid) {
			continue
		}
		f := layers.Feature{ID: fmt.Sprint("d", fid), FID: fid, Geometry: s.points[fid], Area: 620622000000000 + int64(fid),
			Properties: map[string]any{"state": []string{"a", "b", "c"}[fid%3]}}
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Changes(_ context.Context, layer string, since int64) (layers.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := layers.Change{Layer: layer, Version: s.version}
	for v := since + 1; v <= s.version; v++ {
		c.FIDs = append(c.FIDs, s.changed[v]...)
	}
	slices.Sort(c.FIDs)
	c.FIDs = slices.Compact(c.FIDs)
	return c, nil
}

func holding(t *testing.T, s *shelf) *Server {
	t.Helper()
	server, err := NewServer(s, layers.Catalog{dots}, Options{CacheBytes: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !server.InMemory("dot") {
		t.Fatal("the layer is not held")
	}
	return server
}

// tags are the entity tags of the tiles over all points.
func tags(t *testing.T, s *Server) map[maptile.Tile]string {
	t.Helper()
	all := map[maptile.Tile]string{}
	for _, zoom := range []maptile.Zoom{4, 9, 11, 12} {
		low, high := maptile.At(orb.Point{102, 38}, zoom), maptile.At(orb.Point{103, 37}, zoom)
		for x := low.X; x <= high.X; x++ {
			for y := low.Y; y <= high.Y; y++ {
				at := maptile.New(x, y, zoom)
				tile, err := s.Tile(t.Context(), []layers.Layer{dots}, at, layers.Query{}, access.System)
				if err != nil {
					t.Fatal(err)
				}
				all[at] = tile.ETag
			}
		}
	}
	return all
}

func same(t *testing.T, what string, got, want map[maptile.Tile]string) {
	t.Helper()
	wrong := 0
	for at, tag := range want {
		if got[at] != tag {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d tiles are wrong", what, wrong, len(want))
	}
}

// A server that followed thousands of changes, tile cache and all, serves what a
// server does that has just read the store; also while the layer is gathered
// into one part again beside the changes, and when it is read anew meanwhile.
func TestFollowingIsReadingAnew(t *testing.T) {
	s := newShelf(2000)
	server := holding(t, s)
	r := rand.New(rand.NewPCG(8, 8))
	l := server.layers["dot"]
	gathered := false
	for round := range 60 {
		places := map[int32]orb.Point{}
		for range 40 {
			places[int32(r.IntN(2000))+1] = orb.Point{102 + r.Float64(), 37 + r.Float64()}
		}
		s.move(places)
		if err := server.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if round%10 == 9 {
			same(t, fmt.Sprint("round ", round), tags(t, server), tags(t, holding(t, s)))
		}
		l.following.Lock()
		gathered = gathered || l.rebuilding != nil
		l.following.Unlock()
	}
	if !gathered {
		t.Error("the layer was never gathered")
	}
	if err := server.Apply(t.Context(), layers.Change{Layer: "dot", Version: s.version, Whole: true}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		l.following.Lock()
		busy := l.rebuilding != nil
		l.following.Unlock()
		if !busy {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("gathering does not end")
		}
	}
	same(t, "at the end", tags(t, server), tags(t, holding(t, s)))
}

// A change that is committed while the layer is being gathered, and not heard of
// yet, must still reach the tiles it leaves once it is heard of.
func TestGatheringDoesNotRunAhead(t *testing.T) {
	s := newShelf(2000)
	server := holding(t, s)
	l := server.layers["dot"]
	worn := l.now.Load().held
	l.rebuilding = worn
	s.move(map[int32]orb.Point{7: {102.5, 37.5}})
	if err := server.Load(t.Context()); err != nil { // heard of, noted as missed
		t.Fatal(err)
	}
	before := tags(t, server)
	s.move(map[int32]orb.Point{7: {102.9, 37.1}}) // committed, not heard of
	server.rebuild(l, worn)
	same(t, "gathered", tags(t, server), before)
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "heard of", tags(t, server), tags(t, holding(t, s)))
}

// A layer is held as long as it is small enough; lines weigh five times a point.
func TestSizeDecides(t *testing.T) {
	lines := dots
	lines.Geometry = layers.Lines
	for _, test := range []struct {
		layer    layers.Layer
		features int64
		want     int64
	}{{dots, 1000, 1000}, {lines, 1000, 5000}} {
		if got := weight(test.layer, test.features); got != test.want {
			t.Errorf("%d %ss weigh %d, want %d", test.features, test.layer.Geometry, got, test.want)
		}
	}
	s := newShelf(100)
	for held, want := range map[int64]bool{99: false, 100: true, -1: false, 0: true} {
		server, err := NewServer(s, layers.Catalog{dots}, Options{CacheBytes: 1 << 20, Held: held})
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := server.InMemory("dot"); got != want {
			t.Errorf("held up to %d: %t, want %t", held, got, want)
		}
	}
}
