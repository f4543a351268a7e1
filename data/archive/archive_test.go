package archive

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

var aMeta = Meta{
	Name: "道路 Roads", Description: "演示数据 · synthetic", Attribution: "演示数据 · synthetic", Version: "7", Kind: MVT,
	MinZoom: 6, MaxZoom: 12, Bounds: orb.Bound{Min: orb.Point{101.8, 36.5}, Max: orb.Point{104.2, 39.5}},
	Center: orb.Point{103, 38}, CenterZoom: 6,
	Layers: []tiles.VectorLayer{{ID: "road", MinZoom: 6, MaxZoom: 12, Fields: map[string]string{"class": "String"}}},
}

type aTile struct {
	at   maptile.Tile
	body []byte
}

// someTiles are so many different tiles, some of them equal to others and some
// of those neighbours, in the order of ID. The bytes look random to a packer.
func someTiles(n int) []aTile {
	random := rand.New(rand.NewPCG(1, 2))
	sea := bytes.Repeat([]byte("sea"), 300)
	all := map[maptile.Tile][]byte{}
	for len(all) < n {
		z := maptile.Zoom(6 + random.IntN(7))
		at := maptile.New(random.Uint32N(1<<z), random.Uint32N(1<<z), z)
		body := make([]byte, 1+random.IntN(300))
		for i := range body {
			body[i] = byte(random.Uint32())
		}
		body[0] = 0x1a // as every vector tile begins
		all[at] = body
		if random.IntN(4) == 0 {
			all[at] = sea
			all[maptile.New(at.X^1, at.Y, z)] = sea
		}
	}
	var list []aTile
	for at, body := range all {
		list = append(list, aTile{at, body})
	}
	slices.SortFunc(list, func(a, b aTile) int { return cmp.Compare(ID(a.at), ID(b.at)) })
	return list
}

func write(t testing.TB, path string, m Meta, all []aTile) {
	t.Helper()
	w, err := Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for _, one := range all {
		if err := w.Put(one.at, one.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func unpacked(t testing.TB, body []byte, coding tiles.Coding) []byte {
	t.Helper()
	if coding != tiles.Gzip {
		return body
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// What is written is read: every tile, no other, and the description.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, f := range All {
		// The larger one needs leaf directories.
		for _, n := range []int{1, 40, 20_000} {
			t.Run(fmt.Sprint(f.Extension, n), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "地图 %20?#x"+f.Extension)
				all := someTiles(n)
				write(t, path, aMeta, all)
				r, err := Open(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				if got := fmt.Sprint(r.Meta()); got != fmt.Sprint(aMeta) {
					t.Errorf("described as\n%s, want\n%s", got, fmt.Sprint(aMeta))
				}
				if p, ok := r.(*pmReader); ok && n == 20_000 && p.head.leaves.length == 0 {
					t.Error("twenty thousand tiles need no leaf directory: this test does not see any")
				}
				there := map[maptile.Tile]bool{}
				for _, one := range all {
					there[one.at] = true
					body, coding, err := r.Tile(t.Context(), one.at)
					if err != nil || !bytes.Equal(unpacked(t, body, coding), one.body) {
						t.Fatalf("tile %v: %d bytes, %v", one.at, len(body), err)
					}
				}
				for _, one := range all[:min(len(all), 2000)] {
					near := maptile.New(one.at.X^2, one.at.Y, one.at.Z)
					if _, _, err := r.Tile(t.Context(), near); !there[near] && !errors.Is(err, layers.ErrNotFound) {
						t.Fatalf("tile %v, which is not there: %v", near, err)
					}
				}
			})
		}
	}
}

// The same tiles make the same file, and equal tiles are kept once.
func TestFilesAreRepeatableAndSmall(t *testing.T) {
	for _, f := range All {
		folder := t.TempDir()
		first, again := filepath.Join(folder, "a"+f.Extension), filepath.Join(folder, "b"+f.Extension)
		write(t, first, aMeta, someTiles(500))
		write(t, again, aMeta, someTiles(500))
		a, errA := os.ReadFile(first)
		b, errB := os.ReadFile(again)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the same tiles made two different files", f.Extension)
		}
		var same []aTile
		body := someTiles(1)[0].body
		for x := range uint32(4096) {
			same = append(same, aTile{maptile.New(x%64, x/64, 6), body})
		}
		slices.SortFunc(same, func(a, b aTile) int { return cmp.Compare(ID(a.at), ID(b.at)) })
		write(t, first, aMeta, same)
		info, err := os.Stat(first)
		// SQLite needs some ten bytes for a row.
		if err != nil || info.Size() > 4096*20 {
			t.Errorf("%s: 4096 equal tiles of %d bytes take %d bytes", f.Extension, len(body), info.Size())
		}
		if left, err := filepath.Glob(filepath.Join(folder, ".*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v, %v", f.Extension, left, err)
		}
	}
}

func TestWhatIsNotCompleteIsNotThere(t *testing.T) {
	for _, f := range All {
		folder := t.TempDir()
		path := filepath.Join(folder, "x"+f.Extension)
		w, err := Create(path, aMeta)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Put(maptile.New(1, 1, 6), []byte{0x1a, 1}); err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string]aTile{
			"comes too late": {maptile.New(0, 0, 5), []byte{1}},
			"comes twice":    {maptile.New(1, 1, 6), []byte{1}},
			"is empty":       {maptile.New(9, 9, 6), nil},
			"is nowhere":     {maptile.New(64, 0, 6), []byte{1}},
		} {
			if err := w.Put(bad.at, bad.body); !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%s: a tile that %s: %v", f.Extension, name, err)
			}
		}
		w.Discard()
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("%s: left behind: %v, %v", f.Extension, entries, err)
		}
		if w, err = Create(path, aMeta); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: a file without tiles: %v", f.Extension, err)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"empty.pmtiles": "", "text.mbtiles": "a,b\n1,2\n", "version.pmtiles": "PMTiles\x02" + string(make([]byte, 200)), "sqlite.mbtiles": "SQLite format 3\x00" + string(make([]byte, 200))} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, path := range []string{folder, filepath.Join(folder, "none")} {
		if _, err := Open(t.Context(), path); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Create(filepath.Join(folder, "x.zip"), aMeta); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("a file that ends in .zip: %v", err)
	}
}

// Many readers of one file get what one would.
func TestManyReaders(t *testing.T) {
	all := someTiles(20_000)
	for _, f := range All {
		path := filepath.Join(t.TempDir(), "x"+f.Extension)
		write(t, path, aMeta, all)
		r, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		var work sync.WaitGroup
		for reader := range 8 {
			work.Go(func() {
				for i := reader; i < len(all); i += 37 {
					body, coding, err := r.Tile(context.Background(), all[i].at)
					if err != nil || !bytes.Equal(unpacked(t, body, coding), all[i].body) {
						t.Errorf("%s, tile %v: %v", f.Extension, all[i].at, err)
						return
					}
				}
			})
		}
		work.Wait()
		r.Close()
	}
}
