package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/maptile/tilecover"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// tilePath is the tile at the middle of the first village of an area.
func tilePath(l layers.Layer, code string, zoom int) string {
	for _, p := range places {
		if p.level == layers.Village && strings.HasPrefix(p.code, code) {
			at := maptile.At(shapeOf(l, p, 0).Bound().Center(), maptile.Zoom(zoom))
			return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", l.ID, at.Z, at.X, at.Y)
		}
	}
	panic("no village in " + code)
}

// Over a zoom, the tiles of a layer hold exactly the features of the reader's
// area: singly, or as clusters that add up to them.
func TestTilesHoldTheReadersAreaAndNothingElse(t *testing.T) {
	d := open(t)
	both := orb.MultiPolygon{box(100, 38, 101, 39).ToPolygon(), box(102, 37, 103, 38).ToPolygon()}
	for _, l := range catalog.All {
		if l.ID == "area" {
			continue // counted in the walk's items; its tiles drop levels by zoom
		}
		for _, zoom := range []int{max(7, l.Zoom.Min), 13} {
			cover, err := tilecover.Geometry(both, maptile.Zoom(zoom))
			if err != nil {
				t.Fatal(err)
			}
			if zoom == 13 {
				cover = around(l, 13) // a thousand tiles are mostly empty
			}
			for _, area := range []string{"", city, county, sibling, otherCity} {
				want := inCounty(area)
				if l.Access == layers.Open {
					want = inCounty("")
				}
				if got := sumOf(t, d, who{access.Analyst, area}, l, cover); got != want {
					t.Errorf("layer %s at zoom %d for %q: the tiles hold %d features, want %d", l.ID, zoom, area, got, want)
				}
			}
		}
	}
}

// around are the tiles that the layer's features meet.
func around(l layers.Layer, zoom maptile.Zoom) maptile.Set {
	cover := maptile.Set{}
	for _, p := range places {
		for i := range p.each {
			b := shapeOf(l, p, i).Bound()
			low, high := maptile.At(b.Min, zoom), maptile.At(b.Max, zoom)
			for x := low.X; x <= high.X; x++ {
				for y := high.Y; y <= low.Y; y++ {
					cover[maptile.New(x, y, zoom)] = true
				}
			}
		}
	}
	return cover
}

// sumOf counts the features of the tiles, one that meets several tiles once.
func sumOf(t *testing.T, d *door, w who, l layers.Layer, cover maptile.Set) int64 {
	t.Helper()
	single := map[string]bool{}
	var clustered int64
	for at := range cover {
		got := d.get(w, fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", l.ID, at.Z, at.X, at.Y))
		if got.status != 200 {
			t.Fatalf("tile %v: %d %s", at, got.status, got.body)
		}
		decoded, err := mvt.Unmarshal(got.body)
		if err != nil {
			t.Fatalf("tile %v: %v", at, err)
		}
		for _, layer := range decoded {
			if layer.Name != l.ID {
				t.Errorf("tile %v of %s holds a layer %s", at, l.ID, layer.Name)
			}
			for _, f := range layer.Features {
				if n, ok := f.Properties["count"].(float64); ok && f.Properties["cluster"] == true {
					clustered += int64(n)
				} else {
					single[fmt.Sprint(f.ID)] = true
				}
			}
		}
	}
	return clustered + int64(len(single))
}
