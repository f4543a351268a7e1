package postgis_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"

	"sitmap/layers"
)

// over are the tiles of a zoom that meet the city.
func over(z maptile.Zoom) (all []maptile.Tile) {
	low, high := maptile.At(orb.Point{101.9, 39.1}, z), maptile.At(orb.Point{104.1, 36.9}, z)
	for x := low.X; x <= high.X; x++ {
		for y := low.Y; y <= high.Y; y++ {
			all = append(all, maptile.New(x, y, z))
		}
	}
	return all
}

// Over all tiles of a zoom below PointZoom every point is counted exactly once,
// also by value of the legend.
func TestClustersAddUp(t *testing.T) {
	s := city(t)
	// Points on the corners and edges of tiles: rounding must not count them twice.
	var edges []layers.Staged
	for i := range 6 {
		corner := maptile.New(uint32(803+i%2), uint32(393+i/2), 10).Bound()
		for j, p := range []orb.Point{corner.Min, corner.Max, {corner.Min[0], corner.Center()[1]}} {
			f := cameras()[0].Feature
			f.ID = fmt.Sprintf("6206020000131%07d", 3*i+j)
			f.Geometry = p
			edges = append(edges, layers.Staged{Row: len(edges) + 1, Feature: f})
		}
	}
	done := mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206"}, edges)
	want := 400 + done.Stored
	l := layer(t, "camera")
	if l.PointZoom < 12 {
		t.Fatal("cameras stand alone too early for this test")
	}
	for z := maptile.Zoom(0); z <= 10; z += 2 {
		total, faulty := 0, 0
		for _, tile := range over(z) {
			for _, f := range decoded(t, s, "camera", tile, layers.Query{}, all).Features {
				p := f.Geometry.(orb.Point)
				if p[0] < 0 || p[0] > 4096 || p[1] < 0 || p[1] > 4096 {
					t.Errorf("zoom %d: %v lies beyond the tile", z, p)
				}
				if f.Properties["cluster"] != true {
					total++
					if f.Properties["state"] == "faulty" {
						faulty++
					}
					continue
				}
				n := int(f.Properties.MustFloat64("count"))
				by := map[string]int{}
				for _, state := range []string{"working", "faulty", "offline", "building"} {
					if v, ok := f.Properties["n_"+state]; ok {
						by[state] = int(v.(float64))
						if by[state] == 0 {
							t.Errorf("zoom %d: a value counted 0 times is named", z)
						}
					}
				}
				if n < 2 || by["working"]+by["faulty"]+by["offline"]+by["building"] != n {
					t.Errorf("zoom %d: a cluster of %d is made of %v", z, n, by)
				}
				if f.Properties["id"] != nil || f.Properties["name"] != nil {
					t.Errorf("zoom %d: a cluster calls itself %v", z, f.Properties)
				}
				if w, e := f.Properties.MustFloat64("west"), f.Properties.MustFloat64("east"); w > e || w < 101.9 || e > 104.1 {
					t.Errorf("zoom %d: a cluster reaches from %v to %v", z, w, e)
				}
				total, faulty = total+n, faulty+by["faulty"]
			}
		}
		if total != want || faulty != 100 {
			t.Errorf("zoom %d: %d points, %d of them faulty; want %d and 100", z, total, faulty, want)
		}
	}
}

// From PointZoom on every point is drawn by itself, with its number and code; the
// buffer may show it in a neighbour too.
func TestSinglePoints(t *testing.T) {
	s := city(t)
	tile := maptile.At(orb.Point{102.05, 37.05}, 14)
	got := decoded(t, s, "camera", tile, layers.Query{}, all).Features
	if len(got) != 1 {
		t.Fatalf("%d features", len(got))
	}
	want := geojson.Properties{"id": "62060200001320000000", "name": "东大街0号", "state": "working", "place_kind": "main_road", "direction_deg": 0.5}
	if !maps.Equal(got[0].Properties, want) || got[0].ID != float64(1) {
		t.Errorf("feature %v with %v, want 1 with %v", got[0].ID, got[0].Properties, want)
	}
	l := mvt.Layers{{Name: "camera", Version: 2, Extent: 4096, Features: got}}
	l.ProjectToWGS84(tile)
	if d := planar.Distance(got[0].Geometry.(orb.Point), orb.Point{102.05, 37.05}); d > 360/math.Exp2(14)/4096 {
		t.Errorf("it lies %g° off", d)
	}
}

// Fields appear from their zoom on, in their type; codes from theirs.
func TestZoomDecidesWhatIsTold(t *testing.T) {
	s := city(t)
	low := decoded(t, s, "grid", maptile.At(orb.Point{102.1, 37.1}, 10), layers.Query{}, all).Features
	high := decoded(t, s, "grid", maptile.At(orb.Point{102.28, 37.1}, 11), layers.Query{}, all).Features
	if len(low) == 0 || low[0].Properties["staff_count"] != nil || low[0].Properties["setting"] == nil {
		t.Errorf("at zoom 10 grids tell %v", low)
	}
	if len(high) != 2 || high[0].Properties["staff_count"] != float64(0) || high[1].Properties["staff_count"] != float64(1) {
		t.Errorf("at zoom 11 grids tell %v", high)
	}
	for z, want := range map[maptile.Zoom]int{10: 0, 12: 1} {
		got := decoded(t, s, "road", maptile.At(orb.Point{103.105, 37.1}, z), layers.Query{}, all).Features
		if len(got) != want {
			t.Errorf("%d village roads at zoom %d, want %d", len(got), z, want)
		}
	}
	road := decoded(t, s, "road", maptile.At(orb.Point{102.5, 38}, 12), layers.Query{}, all).Features
	if i := slices.IndexFunc(road, func(f *geojson.Feature) bool { return f.Properties["id"] == "r1" }); i < 0 || road[i].Properties["bridge"] != true {
		t.Errorf("the bridge is told as %v", road)
	}
}

// Mixed layers show outlines, and points beside them.
func TestMixedLayer(t *testing.T) {
	s := city(t)
	for _, f := range decoded(t, s, "key_area", maptile.At(orb.Point{102.3, 37.3}, 9), layers.Query{}, all).Features {
		if f.Properties["id"] == "k1" {
			if _, ok := f.Geometry.(orb.Polygon); !ok {
				t.Errorf("k1 is a %T", f.Geometry)
			}
			return
		}
	}
	t.Error("k1 is not on its tile")
}

// Neighbours drawn at a low zoom still fill the village between them: their areas
// add up to that of the tile, which the city covers.
func TestGridsLeaveNoGaps(t *testing.T) {
	s := city(t)
	tile := maptile.At(orb.Point{102.6, 37.6}, 11)
	area := 0.0
	for _, f := range decoded(t, s, "grid", tile, layers.Query{}, all).Features {
		area += math.Abs(planar.Area(f.Geometry))
	}
	if want := float64((4096 + 128) * (4096 + 128)); math.Abs(area/want-1) > 1e-3 {
		t.Errorf("the grids cover %.4f of the tile and its buffer", area/want)
	}
}

// Equal data give equal bytes, whichever way the database reads them.
func TestTilesAreRepeatable(t *testing.T) {
	s := city(t)
	for id, zoom := range map[string]maptile.Zoom{"area": 8, "grid": 9, "camera": 8, "dispute": 8, "road": 8, "key_area": 8} {
		tile := maptile.At(orb.Point{103.1, 38.1}, zoom)
		first, err := s.EncodeTile(t.Context(), layer(t, id), tile, layers.Query{}, all)
		if err != nil || len(first) == 0 {
			t.Fatalf("%s: %d bytes (%v)", id, len(first), err)
		}
		for range 5 {
			again, err := s.EncodeTile(t.Context(), layer(t, id), tile, layers.Query{}, all)
			if err != nil || !bytes.Equal(first, again) {
				t.Errorf("%s: the same tile has other bytes (%v)", id, err)
			}
		}
		// Rewritten rows lie in another order in the table.
		if _, err := connect(t, s).Exec(t.Context(), "update "+map[string]string{"area": "area", "dispute": "event"}[id]+
			map[bool]string{true: "feature_" + id}[id != "area" && id != "dispute"]+" set batch = batch where fid % 2 = 1"); err != nil {
			t.Fatal(err)
		}
		if again, err := s.EncodeTile(t.Context(), layer(t, id), tile, layers.Query{}, all); err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: rewritten rows make other bytes (%v)", id, err)
		}
	}
}

func TestTilesFollowFilters(t *testing.T) {
	s := city(t)
	q := layers.Query{Filters: []layers.Filter{{Field: "state", Values: []any{"faulty"}}}}
	if got := counted(decoded(t, s, "camera", maptile.New(0, 0, 0), q, all)); got != 100 {
		t.Errorf("%d faulty cameras, want 100", got)
	}
}

func TestTilesThatAreNone(t *testing.T) {
	s := city(t)
	if body, err := s.EncodeTile(t.Context(), layer(t, "camera"), maptile.New(0, 0, 9), layers.Query{}, all); err != nil || len(body) != 0 {
		t.Errorf("a tile of the sea has %d bytes (%v)", len(body), err)
	}
	for _, tile := range []maptile.Tile{{X: 1, Y: 0, Z: 0}, {X: 0, Y: 0, Z: 23}} {
		if _, err := s.EncodeTile(t.Context(), layer(t, "camera"), tile, layers.Query{}, all); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("tile %v: %v, want invalid", tile, err)
		}
	}
}
