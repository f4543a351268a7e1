package mvt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"sitmap/layers"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// Whatever the bytes: they are refused as invalid, or orb reads the same, and
// what orb then writes reads the same again.
func FuzzDecode(f *testing.F) {
	f.Add(drawn(1, 9, 50, 34))
	f.Add(drawn(2, 9, 4, 4, 18, 0, 16, 16, 0))
	f.Add(drawn(3, 9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 4, 5, 26, 0, 8, 8, 0, 0, 7, 15))
	f.Add(tile(sub(3, []byte("k")), sub(4, number(6, 5)), sub(2, number(1, 9), sub(2, packed(0, 0)), number(3, 1), sub(4, packed(9, 50, 34)))))
	// The fixtures teach the fuzzer more, where they are installed.
	files, _ := filepath.Glob("../../frontend/node_modules/@mapbox/mvt-fixtures/fixtures/*/tile.mvt")
	for _, file := range files {
		if body, err := os.ReadFile(file); err == nil {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := mvt.Decode(body)
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) || got != nil {
				t.Fatalf("%v and %v", got, err)
			}
			return
		}
		if (len(got) == 0) != (mvt.Dump(got) == "") {
			t.Fatalf("%d layers as text: %q", len(got), mvt.Dump(got))
		}
		if !ordinary(got) {
			return
		}
		read, err := orbmvt.Unmarshal(body)
		if err != nil {
			return // orb refuses, for one, an unknown field of 4 bytes at the end
		}
		ours := mvttest.Forms(got)
		theirs, err := mvttest.Orb(body)
		if err != nil {
			t.Fatal(err)
		}
		if d := mvttest.Differences(ours, theirs); d != nil {
			t.Fatalf("orb: %q", d)
		}
		written, err := orbmvt.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		again, err := mvt.Decode(written)
		if err != nil {
			t.Fatalf("%s\nwritten by orb: %v", mvt.Dump(got), err)
		}
		if d := mvttest.Differences(ours, mvttest.Forms(again)); d != nil {
			t.Fatalf("after a round trip: %q", d)
		}
	})
}

// ordinary leaves out what orb cannot hold: Unknown geometry, and numbers of
// which float64 or its 32-bit arithmetic loses a part.
func ordinary(all []mvt.Layer) bool {
	for _, l := range all {
		for _, f := range l.Features {
			if f.Type == mvt.Unknown || f.ID > 1<<53 {
				return false
			}
			paths := append([][]mvt.XY{f.Shape.Points}, f.Shape.Lines...)
			for _, rings := range f.Shape.Polygons {
				paths = append(paths, rings...)
			}
			for _, path := range paths {
				for _, v := range path {
					if max(v[0], -v[0], v[1], -v[1]) > 1<<20 {
						return false
					}
				}
			}
		}
	}
	return true
}
