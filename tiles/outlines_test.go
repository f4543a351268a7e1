package tiles_test

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/tiles"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// The eastern hemisphere's northern tile of zoom 1 reaches from 0 to 180 degrees
// east, so that a degree of longitude is 4096/180 units; its lower edge is the equator.
func TestEncodeOutlines(t *testing.T) {
	square := orb.Ring{{45, 0}, {90, 0}, {90, 40}, {45, 40}, {45, 0}}
	hole := orb.Ring{{60, 10}, {60, 20}, {70, 20}, {70, 10}, {60, 10}}
	speck := orb.Ring{{10, 10}, {10.001, 10}, {10.001, 10.001}, {10, 10.001}, {10, 10}}
	beyond := orb.Ring{{-9, 0}, {9, 0}, {9, 9}, {-9, 9}, {-9, 0}}
	count := []mvt.Property{{Key: "count", Value: int64(2)}}
	body := tiles.EncodeOutlines("h3", maptile.New(1, 0, 1), []tiles.Outlined{
		{orb.MultiPolygon{{square, hole}}, count}, {orb.MultiPolygon{{speck}}, count}, {orb.MultiPolygon{{speck}, {beyond}}, count},
	})
	got, err := mvt.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	mvttest.Valid(t, got)
	if len(got) != 1 || got[0].Name != "h3" || len(got[0].Features) != 2 {
		t.Fatalf("the tile holds\n%s", mvt.Dump(got))
	}
	first, second := got[0].Features[0].Shape.Polygons, got[0].Features[1].Shape.Polygons
	if len(first) != 1 || len(first[0]) != 2 || len(second) != 1 {
		t.Fatalf("the tile holds\n%s", mvt.Dump(got))
	}
	west, east := int64(1<<62), int64(-1<<62)
	for _, p := range first[0][0] {
		west, east = min(west, p[0]), max(east, p[0])
	}
	if west != 1024 || east != 2048 || first[0][0][0][1] > 4096 {
		t.Errorf("the square reaches from %d to %d", west, east)
	}
	if tiles.EncodeOutlines("h3", maptile.New(0, 0, 0), nil) != nil {
		t.Error("an empty tile has bytes")
	}
}
