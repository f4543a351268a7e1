package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb/maptile"

	"sitmap/tiles"
)

// The ids are those of the specification's table (z0 to z2), of the reference
// implementations' tests (zoom 12), and the first and last of zoom 20 by the
// sum of the zooms above.
func TestIDs(t *testing.T) {
	tests := []struct {
		z    maptile.Zoom
		x, y uint32
		want uint64
	}{
		{0, 0, 0, 0},
		{1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4},
		{2, 0, 0, 5}, {2, 1, 0, 6}, {2, 1, 1, 7}, {2, 0, 1, 8},
		{12, 3423, 1763, 19078479},
		{20, 0, 0, 366503875925},
		{20, 1<<20 - 1, 0, 366503875925 + 1<<40 - 1},
	}
	for _, test := range tests {
		if got := ID(maptile.New(test.x, test.y, test.z)); got != test.want {
			t.Errorf("%d/%d/%d: %d, want %d", test.z, test.x, test.y, got, test.want)
		}
	}
}

// Within a zoom every tile has an id of its own, without gaps, and tiles that
// follow one another are neighbours: that is what makes it a Hilbert curve.
func TestIDsAreACurve(t *testing.T) {
	const zoom = 7
	first := ID(maptile.New(0, 0, zoom))
	byID := make([]*maptile.Tile, 1<<(2*zoom))
	for x := range uint32(1 << zoom) {
		for y := range uint32(1 << zoom) {
			at := maptile.New(x, y, zoom)
			byID[ID(at)-first] = &at
		}
	}
	for i, at := range byID {
		if at == nil {
			t.Fatalf("no tile has the id %d", first+uint64(i))
		}
		if i > 0 {
			before := byID[i-1]
			if math.Abs(float64(at.X)-float64(before.X))+math.Abs(float64(at.Y)-float64(before.Y)) != 1 {
				t.Fatalf("%v follows %v", at, before)
			}
		}
	}
}

// The reference reader, which is not ours, finds every tile, header and text.
func TestReferenceReader(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Node.js, which -short leaves out")
	}
	path := filepath.Join(t.TempDir(), "x.pmtiles")
	all := someTiles(6_000)
	write(t, path, aMeta, all)
	var asked bytes.Buffer
	want := map[string]string{}
	for _, one := range all {
		name := fmt.Sprintf("%d/%d/%d", one.at.Z, one.at.X, one.at.Y)
		sum := sha256.Sum256(one.body)
		want[name] = hex.EncodeToString(sum[:])
		fmt.Fprintln(&asked, name)
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/pmtiles.mjs", mustAbs(t, "../../frontend/node_modules"), path)
	command.Stdin, command.Stderr = &asked, os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v (is frontend/node_modules there? run make setup)", err)
	}
	var found struct {
		Header struct {
			MinZoom, MaxZoom, TileType, InternalCompression, TileCompression int
			MinLon, MinLat, MaxLon, MaxLat, CenterLon, CenterLat             float64
			NumAddressedTiles                                                int
			Clustered                                                        bool
		}
		Metadata struct {
			Name, Description, Attribution string
			Layers                         []tiles.VectorLayer `json:"vector_layers"`
		}
		Tiles map[string]string
		IDs   map[string]uint64
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	for name, sum := range want {
		if found.Tiles[name] != sum {
			t.Fatalf("tile %s: the reference reader finds %s", name, found.Tiles[name])
		}
	}
	for _, one := range all {
		if name := fmt.Sprintf("%d/%d/%d", one.at.Z, one.at.X, one.at.Y); found.IDs[name] != ID(one.at) {
			t.Fatalf("tile %s has the id %d, here %d", name, found.IDs[name], ID(one.at))
		}
	}
	h := found.Header
	if h.MinZoom != 6 || h.MaxZoom != 12 || h.TileType != 1 || h.TileCompression != 2 || h.InternalCompression != 2 || !h.Clustered ||
		h.MinLon != 101.8 || h.MinLat != 36.5 || h.MaxLon != 104.2 || h.MaxLat != 39.5 || h.CenterLon != 103 || h.CenterLat != 38 || h.NumAddressedTiles != len(all) {
		t.Errorf("header %+v", h)
	}
	if m := found.Metadata; m.Name != aMeta.Name || m.Attribution != aMeta.Attribution || m.Description != aMeta.Description || len(m.Layers) != 1 || m.Layers[0].ID != "road" {
		t.Errorf("metadata %+v", m)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// Whatever a file says, reading it ends without a panic and without memory
// beyond the limits; what it does not say is not made up.
func FuzzPMTiles(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.pmtiles")
	all := someTiles(8)
	write(f, path, aMeta, all)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:200])
	// The same, with the directory as it is inside: a packed one never gets far
	// when a bit of it changes.
	plain := pmHead{internal: 1, packed: 1, kind: 1, maxZoom: 12}
	dir := directory{{id: 5, length: 3, run: 2}, {id: 9, offset: 3, length: 2, run: 1}, {id: 90, length: 8}}.bytes()
	leaf := directory{{id: 90, length: 1, run: 1}}.bytes()
	plain.root = part{pmHeader, uint64(len(dir))}
	plain.metadata = part{pmHeader + plain.root.length, 2}
	plain.leaves = part{plain.metadata.offset + 2, uint64(len(leaf))}
	plain.data = part{plain.leaves.offset + plain.leaves.length, 5}
	loose := append(plain.bytes(), dir...)
	loose = append(loose, "{}"...)
	loose = append(loose, leaf...)
	f.Add(append(loose, "tiles"...))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := readPMTiles(bytes.NewReader(content), int64(len(content)), func() error { return nil })
		if err != nil {
			return
		}
		if m := r.Meta(); m.MinZoom > m.MaxZoom || m.Bounds.Min[0] > m.Bounds.Max[0] || m.Kind == "" {
			t.Errorf("described as %+v", m)
		}
		for _, e := range r.root[:min(len(r.root), 50)] {
			body, coding, err := r.tile(e)
			if e.run > 0 && err == nil && len(body) == 0 && coding == tiles.Identity && pmCodings[r.head.packed] == tiles.Identity {
				t.Errorf("an empty tile at %+v", e)
			}
		}
		for z := range maptile.Zoom(9) {
			_, _, _ = r.Tile(t.Context(), maptile.New(1<<z/3, 1<<z/2, z))
		}
	})
}
