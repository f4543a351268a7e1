package postgis_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
	"sitmap/tiles/mvt"
)

// twoWays are a tile server that holds the store's layers in memory, and one
// that leaves every tile to the store.
func twoWays(t testing.TB, s *postgis.Store) (memory, database *tiles.Server) {
	t.Helper()
	for held, server := range map[int64]**tiles.Server{0: &memory, -1: &database} {
		var err error
		if *server, err = tiles.NewServer(s, catalog.All, tiles.Options{CacheBytes: 64 << 20, Held: held}); err != nil {
			t.Fatal(err)
		}
		if err := (*server).Load(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range catalog.All {
		if !memory.InMemory(l.ID) || database.InMemory(l.ID) {
			t.Fatalf("layer %s is on the wrong side", l.ID)
		}
	}
	return memory, database
}

// Whether a tile is made in memory or by the database, a client cannot tell: the
// same features with the same values, in the same place as far as generalising
// lets it be.
func TestTwoWaysToATile(t *testing.T) {
	s := city(t)
	memory, database := twoWays(t, s)
	state := []layers.Filter{{Field: "state", Values: []any{"faulty", "offline"}}}
	county, err := layers.RangeOfCode("620621")
	if err != nil {
		t.Fatal(err)
	}
	// A twelfth of the fixture's cases.
	june := layers.Window{From: time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2016, 7, 1, 0, 0, 0, 0, time.UTC)}
	compared := map[string]int{}
	for _, l := range catalog.All {
		for zoom := maptile.Zoom(l.Zoom.Min); int(zoom) <= l.Zoom.Max; zoom++ {
			for _, at := range sample(over(zoom), 12) {
				for name, ask := range map[string]struct {
					q     layers.Query
					scope access.Scope
				}{
					"all":    {layers.Query{}, all},
					"filter": {layers.Query{Filters: state}, all},
					"area":   {layers.Query{Area: &county}, all},
					"window": {layers.Query{Window: june}, all},
					"scope":  {layers.Query{}, access.Scope{Area: county, Cases: true}},
				} {
					mine, err := memory.Tile(t.Context(), []layers.Layer{l}, at, ask.q, ask.scope)
					if err != nil {
						t.Fatal(err)
					}
					theirs, err := database.Tile(t.Context(), []layers.Layer{l}, at, ask.q, ask.scope)
					if err != nil {
						t.Fatal(err)
					}
					compared[l.ID+" "+name] += len(byID(t, mine.Body))
					for _, d := range unlike(t, mine.Body, theirs.Body) {
						t.Errorf("%s %v %s: %s", l.ID, at, name, d)
					}
					for _, tile := range []*tiles.Tile{mine, theirs} {
						if _, err := tile.MLT(); l.Geometry == layers.Points && err != nil {
							t.Errorf("%s %v %s: %v", l.ID, at, name, err)
						}
					}
				}
			}
		}
	}
	for _, what := range []string{"area all", "grid scope", "camera filter", "camera area", "dispute window", "road all", "key_area all"} {
		if compared[what] < 3 {
			t.Errorf("%s: only %d features were compared", what, compared[what])
		}
	}
}

func sample(tiles []maptile.Tile, n int) []maptile.Tile {
	if len(tiles) <= n {
		return tiles
	}
	var some []maptile.Tile
	for i := range n {
		some = append(some, tiles[i*len(tiles)/n])
	}
	return some
}

// unlike says how two tiles of one layer differ.
func unlike(t testing.TB, mine, theirs []byte) (faults []string) {
	t.Helper()
	a, b := byID(t, mine), byID(t, theirs)
	for id, f := range a {
		g, ok := b[id]
		if !ok {
			// The database drops what is smaller than a unit.
			if size(f) > 16 {
				faults = append(faults, fmt.Sprintf("feature %d is only in memory (%v)", id, f))
			}
			continue
		}
		if p, q := properties(f), properties(g); !slices.Equal(p, q) {
			faults = append(faults, fmt.Sprintf("feature %d carries %v, from the database %v", id, p, q))
		}
		x, y := boxOf(f), boxOf(g)
		for _, d := range []float64{x.Min[0] - y.Min[0], x.Min[1] - y.Min[1], x.Max[0] - y.Max[0], x.Max[1] - y.Max[1]} {
			if math.Abs(d) > 8 {
				faults = append(faults, fmt.Sprintf("feature %d reaches over %v, from the database over %v", id, x, y))
				break
			}
		}
	}
	for id, g := range b {
		if _, ok := a[id]; !ok && size(g) > 64 {
			faults = append(faults, fmt.Sprintf("feature %d is only in the database (%v)", id, g))
		}
	}
	return faults
}

func byID(t testing.TB, body []byte) map[uint64]mvt.Feature {
	t.Helper()
	decoded, err := mvt.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	all := map[uint64]mvt.Feature{}
	for _, l := range decoded {
		for _, f := range l.Features {
			all[f.ID] = f
		}
	}
	return all
}

// properties are those of a feature in the order of their names; numbers of
// any type are alike.
func properties(f mvt.Feature) (all []string) {
	for _, p := range f.Properties {
		switch v := p.Value.(type) {
		case float64:
			all = append(all, fmt.Sprintf("%s=%.6f", p.Key, v))
		case int64, uint64:
			all = append(all, fmt.Sprintf("%s=%d.000000", p.Key, v))
		default:
			all = append(all, fmt.Sprintf("%s=%v", p.Key, v))
		}
	}
	slices.Sort(all)
	return all
}

func boxOf(f mvt.Feature) orb.Bound {
	b := orb.Bound{Min: orb.Point{1e9, 1e9}, Max: orb.Point{-1e9, -1e9}}
	add := func(points []mvt.XY) {
		for _, p := range points {
			b = b.Extend(orb.Point{float64(p[0]), float64(p[1])})
		}
	}
	add(f.Shape.Points)
	for _, l := range f.Shape.Lines {
		add(l)
	}
	for _, p := range f.Shape.Polygons {
		add(p[0])
	}
	return b
}

// size is the longer side of a feature's box, in units.
func size(f mvt.Feature) float64 {
	b := boxOf(f)
	return max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1])
}
