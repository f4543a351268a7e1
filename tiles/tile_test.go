package tiles

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"sitmap/layers"
)

// encoded is a tile of one layer with that shape, by orb.
func encoded(t *testing.T, g orb.Geometry) *Tile {
	t.Helper()
	f := geojson.NewFeature(g)
	f.ID, f.Properties["name"] = uint64(7), strings.Repeat("东大街", 300)
	body, err := mvt.Marshal(mvt.Layers{{Name: "camera", Version: 2, Extent: Extent, Features: []*geojson.Feature{f}}})
	if err != nil {
		t.Fatal(err)
	}
	return newTile(body)
}

// The other format is made once and kept with its codings; its tags are its own.
func TestMLT(t *testing.T) {
	tile := encoded(t, orb.Point{1, 2})
	made, err := tile.MLT()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := tile.MLT(); again != made || err != nil {
		t.Errorf("it was made again, %v", err)
	}
	// A block begins with its length, in two bytes here, the tag 1 and the name.
	if got := string(made.Body[2:10]); got != "\x01\x06camera" {
		t.Errorf("it begins with %q", got)
	}
	tags := map[string]bool{}
	for _, one := range []*Tile{tile, made, empty} {
		for c := Identity; c < codings; c++ {
			body, tag, is := one.As(c)
			if tags[tag] && is != Identity {
				t.Errorf("two bodies have the tag %s; one is %d bytes in %s", tag, len(body), is)
			}
			tags[tag] = true
		}
	}
	nothing, err := empty.MLT()
	if err != nil || len(nothing.Body) > 0 || tags[nothing.ETag] {
		t.Errorf("an empty tile: %q tag %s, %v", nothing.Body, nothing.ETag, err)
	}
}

func TestMLTOfALine(t *testing.T) {
	if made, err := encoded(t, orb.LineString{{1, 2}, {3, 4}}).MLT(); made != nil || !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("%v, %v", made, err)
	}
}
