package tiles

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

var (
	gulang   = access.Scope{Area: layers.AreaRange{Low: 620622000000000, High: 620622999999999}}
	minqin   = access.Scope{Area: layers.AreaRange{Low: 620621000000000, High: 620621999999999}}
	analyst  = access.Scope{Area: gulang.Area, Cases: true}
	open     = layers.Layer{ID: "road", Access: layers.Open, Zoom: layers.ZoomRange{Min: 6, Max: 16}}
	scoped   = layers.Layer{ID: "camera", Access: layers.Scoped, Zoom: layers.ZoomRange{Min: 6, Max: 16}, Fields: []layers.Field{{Name: "state", Type: layers.String}}}
	cases    = layers.Layer{ID: "dispute", Access: layers.Protected, Zoom: layers.ZoomRange{Min: 6, Max: 16}, TimeField: "at"}
	someTile = maptile.New(804, 394, 10)
)

// store stands for the place where layers rest: it writes into each tile for
// whom it was made, counts how often it worked, and can be made to wait or fail.
// It is too large to be held in memory.
type store struct {
	calls   atomic.Int64
	version atomic.Int64
	gate    chan struct{}
	err     atomic.Pointer[error]
	changed []orb.Bound
}

func (e *store) fail(err error) { e.err.Store(&err) }

func (e *store) failure() error {
	if p := e.err.Load(); p != nil {
		return *p
	}
	return nil
}

func (e *store) EncodeTile(ctx context.Context, l layers.Layer, t maptile.Tile, q layers.Query, s access.Scope) ([]byte, error) {
	e.calls.Add(1)
	if e.gate != nil {
		<-e.gate
	}
	if err := e.failure(); err != nil {
		return nil, err
	}
	f := geojson.NewFeature(orb.Point{102.8, 37.5})
	f.Properties["made_for"] = fmt.Sprint(s.Area, s.Cases, q.Filters, q.Window, e.version.Load())
	layer := mvt.NewLayer(l.ID, &geojson.FeatureCollection{Features: []*geojson.Feature{f}})
	layer.ProjectToTile(t)
	return mvt.Marshal(mvt.Layers{layer})
}

func (e *store) States(context.Context) (map[string]layers.LayerState, error) {
	if err := e.failure(); err != nil {
		return nil, err
	}
	states := map[string]layers.LayerState{}
	for _, l := range all {
		states[l.ID] = layers.LayerState{Layer: l.ID, Version: e.version.Load(), Count: 1 << 40}
	}
	return states, nil
}

func (e *store) Features(context.Context, layers.Layer, layers.Query, access.Scope, func(layers.Feature) error) error {
	panic("a layer too large to be held is read")
}

func (e *store) Changes(_ context.Context, layer string, since int64) (layers.Change, error) {
	return layers.Change{Layer: layer, Version: e.version.Load(), Boxes: e.changed}, e.failure()
}

var all = layers.Catalog{open, scoped, cases}

func serve(t *testing.T, e *store) *Server {
	t.Helper()
	s, err := NewServer(e, all, Options{CacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(t *testing.T, s *Server, l layers.Layer, q layers.Query, scope access.Scope) *Tile {
	t.Helper()
	tile, err := s.Tile(t.Context(), []layers.Layer{l}, someTile, q, scope)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

// However often and in whatever order two counties ask, each gets its own.
func TestScopesNeverMix(t *testing.T) {
	s := serve(t, &store{})
	want := map[access.Scope]string{gulang: fmt.Sprint(gulang.Area), minqin: fmt.Sprint(minqin.Area)}
	for range 3 {
		for scope, area := range want {
			got, err := mvt.Unmarshal(ask(t, s, scoped, layers.Query{}, scope).Body)
			if err != nil {
				t.Fatal(err)
			}
			made := got[0].Features[0].Properties.MustString("made_for")
			if len(made) < len(area) || made[:len(area)] != area {
				t.Fatalf("a reader of %s got the tile of %s", area, made)
			}
		}
	}
}

func TestOpenLayersShareOneTile(t *testing.T) {
	e := &store{}
	s := serve(t, e)
	ask(t, s, open, layers.Query{}, gulang)
	ask(t, s, open, layers.Query{}, minqin)
	if e.calls.Load() != 1 {
		t.Errorf("an open layer was encoded %d times for two counties", e.calls.Load())
	}
}

func TestProtectedLayersNeedCaseRights(t *testing.T) {
	s := serve(t, &store{})
	ask(t, s, cases, layers.Query{}, analyst) // warms the cache
	_, err := s.Tile(t.Context(), []layers.Layer{open, cases}, someTile, layers.Query{}, gulang)
	if !errors.Is(err, layers.ErrDenied) {
		t.Errorf("without case rights: %v", err)
	}
}

// A hundred readers of the same cold tile cost one computation.
func TestOneComputationForAll(t *testing.T) {
	e := &store{gate: make(chan struct{})}
	s := serve(t, e)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { ask(t, s, scoped, layers.Query{}, gulang) })
	}
	for e.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(e.gate)
	all.Wait()
	if e.calls.Load() != 1 {
		t.Errorf("%d computations", e.calls.Load())
	}
}

// A reader who leaves does not take the tile away from one who stays.
func TestLeavingReader(t *testing.T) {
	e := &store{gate: make(chan struct{})}
	s := serve(t, e)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := s.Tile(ctx, []layers.Layer{scoped}, someTile, layers.Query{}, gulang)
		left <- err
	}()
	for e.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	leave()
	if err := <-left; !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("the leaving reader got %v", err)
	}
	close(e.gate)
	ask(t, s, scoped, layers.Query{}, gulang)
}

// A change makes new tiles where it lies, and leaves the others.
func TestAChangeReachesItsTiles(t *testing.T) {
	for _, test := range []struct {
		name    string
		changed orb.Bound
		again   bool
	}{
		{"inside", orb.Bound{Min: someTile.Bound().Center(), Max: someTile.Bound().Center()}, true},
		{"in the buffer", orb.Bound{Min: someTile.Bound().Max, Max: orb.Point{someTile.Bound().Max[0] + 0.001, someTile.Bound().Max[1]}}, true},
		{"around", orb.Bound{Min: orb.Point{100, 30}, Max: orb.Point{110, 40}}, true},
		{"elsewhere", orb.Bound{Min: orb.Point{103.5, 37.7}, Max: orb.Point{103.6, 37.8}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := &store{changed: []orb.Bound{test.changed}}
			s := serve(t, e)
			before := ask(t, s, scoped, layers.Query{}, gulang)
			e.version.Add(1)
			if err := s.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			after := ask(t, s, scoped, layers.Query{}, gulang)
			if changed := after.ETag != before.ETag; changed != test.again {
				t.Errorf("the tile changed: %t", changed)
			}
		})
	}
}

// Tiles that were not asked for during hundreds of changes are not believed.
func TestForgottenChanges(t *testing.T) {
	e := &store{changed: []orb.Bound{{Min: orb.Point{103.5, 37.7}, Max: orb.Point{103.6, 37.8}}}}
	s := serve(t, e)
	ask(t, s, scoped, layers.Query{}, gulang)
	for range remembered + 1 {
		e.version.Add(1)
		if err := s.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ask(t, s, scoped, layers.Query{}, gulang)
	if e.calls.Load() != 2 {
		t.Errorf("%d computations", e.calls.Load())
	}
}

// With the store gone, what was made is still served, also where a change was
// heard of; a failure is not kept.
func TestStoreGone(t *testing.T) {
	e := &store{changed: []orb.Bound{someTile.Bound()}}
	s := serve(t, e)
	before := ask(t, s, scoped, layers.Query{}, gulang)
	e.version.Add(1)
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.fail(layers.ErrUnavailable)
	if after := ask(t, s, scoped, layers.Query{}, gulang); after.ETag != before.ETag {
		t.Error("the ready tile was lost")
	}
	if _, err := s.Tile(t.Context(), []layers.Layer{scoped}, someTile, layers.Query{}, minqin); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a tile nobody made: %v", err)
	}
	s.look(t.Context())
	if _, stale := s.Stale(); !stale {
		t.Error("nobody is told")
	}
	e.fail(nil)
	s.look(t.Context())
	if _, stale := s.Stale(); stale {
		t.Error("it goes on being called stale")
	}
	ask(t, s, scoped, layers.Query{}, minqin)
	if after := ask(t, s, scoped, layers.Query{}, gulang); after.ETag == before.ETag {
		t.Error("the old tile outlived the fault")
	}
}

func TestTilesThatDoNotExist(t *testing.T) {
	s := serve(t, &store{})
	for _, tile := range []maptile.Tile{{X: 2, Y: 0, Z: 1}, {X: 0, Y: 1 << 23, Z: 23}} {
		if _, err := s.Tile(t.Context(), []layers.Layer{open}, tile, layers.Query{}, gulang); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%v: %v", tile, err)
		}
	}
}

func TestOutsideTheZoomsIsEmpty(t *testing.T) {
	e := &store{}
	tile, err := serve(t, e).Tile(t.Context(), []layers.Layer{open}, maptile.New(0, 0, 2), layers.Query{}, gulang)
	if err != nil || len(tile.Body) != 0 || e.calls.Load() != 0 {
		t.Errorf("%d bytes, %v, %d computations", len(tile.Body), err, e.calls.Load())
	}
}

// Two layers in one tile are two layers to a decoder.
func TestSeveralLayers(t *testing.T) {
	tile, err := serve(t, &store{}).Tile(t.Context(), []layers.Layer{open, scoped}, someTile, layers.Query{}, gulang)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mvt.Unmarshal(tile.Body)
	if err != nil || len(got) != 2 || got[0].Name != "road" || got[1].Name != "camera" {
		t.Errorf("%v, %v", got, err)
	}
}

// A layer is only asked what it can answer, so that tiles are shared.
func TestForeignFiltersDoNotSplitTheCache(t *testing.T) {
	e := &store{}
	s := serve(t, e)
	ask(t, s, scoped, layers.Query{}, gulang)
	ask(t, s, scoped, layers.Query{
		Window:  layers.Window{From: time.Unix(1, 0)},
		Filters: []layers.Filter{{Field: "class", Values: []any{"trunk"}}},
	}, gulang)
	if e.calls.Load() != 1 {
		t.Errorf("%d computations", e.calls.Load())
	}
}

// No value a client can send makes two different questions share a name.
func FuzzKey(f *testing.F) {
	f.Add("state", "working", "state", "faulty")
	f.Add("state", `a" state="b`, "state", "a")
	f.Fuzz(func(t *testing.T, field1, value1, field2, value2 string) {
		key := func(field, value string) string {
			return keyOf(scoped, someTile, layers.Query{Filters: []layers.Filter{{Field: "state", Values: []any{field, value}}}}, gulang)
		}
		if (field1 != field2 || value1 != value2) == (key(field1, value1) == key(field2, value2)) {
			t.Errorf("%q %q and %q %q: %s", field1, value1, field2, value2, key(field1, value1))
		}
	})
}
