package pyramid

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/held"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

func snapshotOf(t testing.TB, id string) *Snapshot {
	t.Helper()
	part, words := partOf(t, id)
	return New(part, words)
}

func tile(t testing.TB, s *Snapshot, at maptile.Tile, q layers.Query) []byte {
	t.Helper()
	body, err := s.Tile(at, q, access.System)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func decoded(t testing.TB, body []byte) mvt.Layer {
	t.Helper()
	all, err := mvt.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return mvt.Layer{}
	}
	return all[0]
}

// inOrder is a set of tiles as a list that is the same each time.
func inOrder(set maptile.Set) []maptile.Tile {
	var all []maptile.Tile
	for at := range set {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b maptile.Tile) int {
		if a.X != b.X {
			return int(a.X) - int(b.X)
		}
		return int(a.Y) - int(b.Y)
	})
	return all
}

// every takes each n-th tile, so that a deep zoom does not take minutes.
func every(n int, all []maptile.Tile) (some []maptile.Tile) {
	for i := 0; i < len(all); i += n {
		some = append(some, all[i])
	}
	return some
}

// Every outline is a valid polygon: of the grids in every tile down to zoom 14, of
// the rest in a choice of tiles. Judged by simplefeatures, a port of the rules of
// OGC Simple Feature Access.
func TestPolygonsAreValid(t *testing.T) {
	for _, id := range []string{"grid", "area", "water", "key_area"} {
		s := snapshotOf(t, id)
		for zoom := s.layer.Zoom.Min; zoom <= s.layer.Zoom.Max; zoom++ {
			all := inOrder(tilesOf(t, features(t, id), maptile.Zoom(zoom)))
			if id != "grid" || zoom > 14 {
				all = every(1+len(all)/60, all)
			}
			for _, at := range all {
				mvttest.Valid(t, []mvt.Layer{decoded(t, tile(t, s, at, layers.Query{}))})
			}
		}
	}
}

// Where the grids cover a tile, their pieces cover it exactly: no gap, no
// overlap, to the last square unit. The square reaches 64 units beyond the tile,
// and one more for what is cut.
func TestGridsCoverExactly(t *testing.T) {
	s := snapshotOf(t, "grid")
	const side = 4096 + 2*65
	covered := 0
	for zoom := s.layer.Zoom.Min; zoom <= s.layer.Zoom.Max; zoom++ {
		all := inOrder(tilesOf(t, features(t, "grid"), maptile.Zoom(zoom)))
		for _, at := range every(1+len(all)/60, all) {
			var sum int64
			for _, f := range decoded(t, tile(t, s, at, layers.Query{})).Features {
				for _, polygon := range f.Shape.Polygons {
					for _, ring := range polygon {
						sum += ringArea(ring)
					}
				}
			}
			switch {
			case sum == 2*side*side:
				covered++
			case sum > 2*side*side:
				t.Errorf("%v: the grids cover %d, more than all of it", at, sum/2)
			case insideCity(at) && sum < 2*side*side:
				t.Errorf("%v: the grids leave %d of %d open", at, side*side-sum/2, side*side)
			}
		}
	}
	if covered < 100 {
		t.Errorf("only %d tiles lie inside the city", covered)
	}
}

func ringArea(ring []mvt.XY) (sum int64) {
	last := ring[len(ring)-1]
	for _, p := range ring {
		sum += last[0]*p[1] - p[0]*last[1]
		last = p
	}
	return sum
}

// insideCity tells of tiles around the middle of the city that it covers them.
func insideCity(at maptile.Tile) bool {
	b := at.Bound()
	return b.Min[0] > 102.55 && b.Max[0] < 102.75 && b.Min[1] > 37.85 && b.Max[1] < 37.95
}

// Over the tiles of a zoom below PointZoom the clusters and single points add up
// to all points, also by value of the legend.
func TestClustersAddUp(t *testing.T) {
	fs := features(t, "camera")
	s := snapshotOf(t, "camera")
	want := map[any]int{}
	for _, f := range fs {
		want[f.Properties["state"]]++
	}
	for zoom := 0; zoom < s.layer.PointZoom; zoom += 3 {
		total, by := 0, map[any]int{}
		for at := range tilesOf(t, fs, maptile.Zoom(zoom)) {
			for _, f := range decoded(t, tile(t, s, at, layers.Query{})).Features {
				n, cluster := 1, false
				for _, p := range f.Properties {
					if v, ok := p.Value.(uint64); ok && p.Key == "count" {
						n, cluster = int(v), true
					}
				}
				total += n
				for _, p := range f.Properties {
					if p.Key == "state" {
						by[p.Value]++
					} else if cluster && len(p.Key) > 2 && p.Key[:2] == "n_" {
						by[p.Key[2:]] += int(p.Value.(uint64))
					}
				}
			}
		}
		if total != len(fs) {
			t.Errorf("zoom %d: %d cameras, want %d", zoom, total, len(fs))
		}
		for state, n := range want {
			if by[state] != n {
				t.Errorf("zoom %d: %d cameras are %v, want %d", zoom, by[state], state, n)
			}
		}
	}
}

// moved is a feature somewhere else.
func moved(f layers.Feature, by orb.Point) layers.Feature {
	shift := func(p orb.Point) orb.Point { return orb.Point{p[0] + by[0], p[1] + by[1]} }
	switch g := f.Geometry.(type) {
	case orb.Point:
		f.Geometry = shift(g)
	case orb.LineString:
		line := g.Clone()
		for i := range line {
			line[i] = shift(line[i])
		}
		f.Geometry = line
	}
	return f
}

// pushed moves one corner of a grid and of every grid that shares it.
func pushed(fs []layers.Feature, i int, by orb.Point) (changed []int32) {
	corner := fs[i].Geometry.(orb.Polygon)[0][1]
	for k := range fs {
		old := fs[k].Geometry.(orb.Polygon)
		if !old.Bound().Contains(corner) {
			continue
		}
		polygon := old.Clone()
		hit := false
		for _, ring := range polygon {
			for j, p := range ring {
				if p == corner {
					ring[j], hit = orb.Point{p[0] + by[0], p[1] + by[1]}, true
				}
			}
		}
		if hit {
			fs[k].Geometry = polygon
			changed = append(changed, int32(k+1))
		}
	}
	return changed
}

// A snapshot that was patched again and again makes the tiles of one that was
// built from the features as they are now, byte for byte; and what it does not
// call touched is as it was.
func TestPatchesEqualBuilding(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for _, id := range []string{"camera", "road", "grid", "key_area", "area"} {
		t.Run(id, func(t *testing.T) {
			fs := slices.Clone(features(t, id))
			s := snapshotOf(t, id)
			present := map[int32]bool{}
			for i := range fs {
				present[int32(i+1)] = true
			}
			rounds := 12
			if id == "area" {
				rounds = 2
			}
			for range rounds {
				var changed []int32
				switch i := r.IntN(len(fs)); {
				case id == "grid":
					changed = pushed(fs, i, orb.Point{(r.Float64() - 0.5) * 1e-4, (r.Float64() - 0.5) * 1e-4})
				case id == "area":
					fs[i].Properties = with(fs[i].Properties, "name", "新名")
					changed = []int32{int32(i + 1)}
				case r.IntN(3) == 0:
					present[int32(i+1)] = false
					changed = []int32{int32(i + 1)}
				default:
					fs[i] = moved(fs[i], orb.Point{(r.Float64() - 0.5) / 10, (r.Float64() - 0.5) / 10})
					fs[i].Properties = with(fs[i].Properties, "name", "新名")
					present[int32(i+1)] = true
					changed = []int32{int32(i + 1)}
				}
				var now []layers.Feature
				for _, fid := range changed {
					if present[fid] {
						now = append(now, fs[fid-1])
					}
				}
				next, touched, err := s.Patch(changed, now)
				if err != nil {
					t.Fatal(err)
				}
				if len(touched) == 0 && len(now) > 0 {
					t.Error("a change touched nothing")
				}
				s = next
			}
			b := held.NewBuilder(s.layer, nil)
			for i, f := range fs {
				if present[int32(i+1)] {
					if err := b.Add(f); err != nil {
						t.Fatal(err)
					}
				}
			}
			whole := New(b.Part())
			if s.Len() != whole.Len() {
				t.Fatalf("%d features, want %d", s.Len(), whole.Len())
			}
			rebuilt := s.Rebuilt()
			for zoom := max(s.layer.Zoom.Min, 8); zoom <= s.layer.Zoom.Max; zoom += 2 {
				all := inOrder(tilesOf(t, fs, maptile.Zoom(zoom)))
				for _, at := range every(1+len(all)/300, all) {
					want := tile(t, whole, at, layers.Query{})
					if got := tile(t, s, at, layers.Query{}); !bytes.Equal(got, want) {
						t.Errorf("%v: patched, the tile has %d bytes; built, %d", at, len(got), len(want))
					}
					if got := tile(t, rebuilt, at, layers.Query{}); !bytes.Equal(got, want) {
						t.Errorf("%v: rebuilt, the tile has %d bytes; built, %d", at, len(got), len(want))
					}
				}
			}
		})
	}
}

func with(props map[string]any, name string, v any) map[string]any {
	next := map[string]any{}
	for k, old := range props {
		next[k] = old
	}
	next[name] = v
	return next
}

// Generalising moves borders, but hardly changes how much lies within them:
// summed over all grids, the share of area that a grid gains or loses stays
// within a fiftieth at zoom 7, where a unit is 76 m, and within a thousandth at
// zoom 14. Measured against the outlines as they came.
func TestAreasStay(t *testing.T) {
	part, words := partOf(t, "grid")
	part.Layer.Zoom.Min = 7
	s := New(part, words)
	for zoom, most := range map[int]float64{7: 0.02, 14: 0.001} {
		lev := s.base.levels[zoom]
		var strayed, all float64
		for i := range part.Len() {
			var want, got float64
			for _, ring := range part.Shape(i) {
				want += float64(turn(ring)) / 2
			}
			if want < 0 { // orientation of the source
				want = -want
			}
			want /= float64(uint64(1) << (2 * shiftOf(zoom)))
			if b := lev.bytes(int32(i)); len(b) > 0 {
				var d drawing
				d.read(b, lev.start[i])
				got = float64(areaOf(d))
			}
			all += want
			strayed += max(got-want, want-got)
		}
		t.Logf("zoom %d: %.3f %% of the area changed hands", zoom, 100*strayed/all)
		if strayed/all > most {
			t.Errorf("zoom %d: %.2f %% of the area changed hands, want at most %.1f %%", zoom, 100*strayed/all, 100*most)
		}
	}
}
