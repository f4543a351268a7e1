package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// Counted on paper: the tile of zoom 1 is half the world wide, its buffer 64 of
// 4096 parts, so a place within 1.56 % of a tile from an edge is drawn on both sides.
func TestCoverHoldsBuffers(t *testing.T) {
	tests := map[string]struct {
		shape orb.Geometry
		want  []maptile.Tile
	}{
		"in the middle of a tile":  {orb.Point{-90, 60}, []maptile.Tile{{X: 0, Y: 0, Z: 1}}},
		"a hair from the meridian": {orb.Point{-1, 60}, []maptile.Tile{{X: 0, Y: 0, Z: 1}, {X: 1, Y: 0, Z: 1}}},
		"where four meet":          {orb.Point{0, 0}, []maptile.Tile{{X: 0, Y: 0, Z: 1}, {X: 0, Y: 1, Z: 1}, {X: 1, Y: 1, Z: 1}, {X: 1, Y: 0, Z: 1}}},
		"at the world's end":       {orb.Point{180, 89}, []maptile.Tile{{X: 1, Y: 0, Z: 1}}},
		"no place":                 {nil, nil},
	}
	for name, test := range tests {
		var c Cover
		if err := c.Add(test.shape, 1, 1); err != nil {
			t.Fatal(err)
		}
		if got := c.Zoom(1); fmt.Sprint(got) != fmt.Sprint(test.want) || c.Len() != len(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// A line from corner to corner of a square of 64 tiles meets some of them, not
// all; its box would meet all.
func TestCoverOfALineIsNotItsBox(t *testing.T) {
	var line orb.LineString
	for i := range 65 {
		line = append(line, orb.Point{90 + 90*float64(i)/64, float64(i)})
	}
	var c Cover
	if err := c.Add(line, 8, 8); err != nil {
		t.Fatal(err)
	}
	if n := c.Len(); n < 64 || n > 400 {
		t.Errorf("%d tiles", n)
	}
	if b, ok := c.Bounds(); !ok || b != line.Bound() {
		t.Errorf("%v", b)
	}
}

func TestCoverIsBounded(t *testing.T) {
	var c Cover
	if err := c.Add(world.ToPolygon(), 0, 22); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("the world down to zoom 22: %v", err)
	}
}

// What is written is every tile that is not empty, however they come.
func TestFill(t *testing.T) {
	var c Cover
	for i := range 30 {
		if err := c.Add(orb.Point{100 + float64(i)/10, 38}, 3, 12); err != nil {
			t.Fatal(err)
		}
	}
	get := func(_ context.Context, at maptile.Tile) ([]byte, error) {
		if at.Y%2 == 1 {
			return nil, nil
		}
		return fmt.Appendf(nil, "tile %v", at), nil
	}
	folder := t.TempDir()
	var files [2][]byte
	asked := 0
	for i := range files {
		path := filepath.Join(folder, fmt.Sprint(i, ".pmtiles"))
		w, err := Create(path, aMeta)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(Fill(t.Context(), w, &c, get, func(n int) { asked = n }), w.Close()); err != nil {
			t.Fatal(err)
		}
		if files[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two fills made two different files")
	}
	if asked != c.Len() {
		t.Errorf("asked %d of %d", asked, c.Len())
	}
	r, err := Open(t.Context(), filepath.Join(folder, "0.pmtiles"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for z := range 13 {
		for _, at := range c.Zoom(z) {
			_, _, err := r.Tile(t.Context(), at)
			if there := err == nil; there != (at.Y%2 == 0) {
				t.Errorf("%v: %v", at, err)
			}
		}
	}
}

func TestFillStopsAtAFailure(t *testing.T) {
	var c Cover
	if err := c.Add(orb.Point{100, 38}, 0, 5); err != nil {
		t.Fatal(err)
	}
	w, err := Create(filepath.Join(t.TempDir(), "x.mbtiles"), aMeta)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	fail := func(context.Context, maptile.Tile) ([]byte, error) { return nil, layers.ErrUnavailable }
	if err := Fill(t.Context(), w, &c, fail, func(int) {}); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
