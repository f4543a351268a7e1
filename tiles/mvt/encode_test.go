package mvt_test

import (
	"bytes"
	"testing"

	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// What is written is what is read again, by us and by foreign decoders.
func TestEncode(t *testing.T) {
	square := mvt.Rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{4, 4}, {4, 6}, {6, 6}, {6, 4}}}
	tile := []mvt.Layer{
		{Name: "cells", Version: 2, Extent: 4096, Features: []mvt.Feature{
			{ID: 7, HasID: true, Type: mvt.Polygon, Properties: []mvt.Property{{Key: "cell", Value: "8928308280fffff"}, {Key: "count", Value: uint64(3)}}, Shape: mvt.Shape{Polygons: []mvt.Rings{square, {{{-9, 20}, {5000, 20}, {5000, 40}}}}}},
			{Type: mvt.Polygon, Properties: []mvt.Property{{Key: "count", Value: uint64(3)}, {Key: "hot", Value: true}}, Shape: mvt.Shape{Polygons: []mvt.Rings{square[:1]}}},
			{Type: mvt.Polygon, Properties: []mvt.Property{{Key: "less", Value: int64(-4)}, {Key: "share", Value: 0.25}}, Shape: mvt.Shape{Polygons: []mvt.Rings{square}}},
		}},
		{Name: "others", Version: 2, Extent: 512, Features: []mvt.Feature{
			{Type: mvt.Point, Shape: mvt.Shape{Points: []mvt.XY{{1, 2}, {-3, 4}}}},
			{Type: mvt.LineString, Shape: mvt.Shape{Lines: [][]mvt.XY{{{1, 1}, {2, 5}}, {{9, 9}, {8, 8}, {7, 9}}}}},
		}},
	}
	body := mvt.Encode(append(tile, mvt.Layer{Name: "empty", Extent: 4096})...)
	got, err := mvt.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if want := mvt.Dump(tile); mvt.Dump(got) != want {
		t.Errorf("written and read:\n%swant\n%s", mvt.Dump(got), want)
	}
	ours := mvttest.Forms(got)
	for _, theirs := range mvttest.Foreign(t, body) {
		if d := mvttest.Differences(ours, theirs); d != nil {
			t.Error(d)
		}
	}
	if !bytes.Equal(body, mvt.Encode(tile...)) || mvt.Encode() != nil {
		t.Error("an empty layer, or none, is written")
	}
}
