package segment

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo/cube"
	"sitmap/geo/hex"
)

// town is a base of some points around Wuwei in 2016.
func town(tb testing.TB, n int) *cube.Base {
	tb.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	b := cube.NewBuilder(cube.Options{}, n)
	for range n {
		cell, err := hex.Of(orb.Point{102.64 + r.NormFloat64()/20, 37.93 + r.NormFloat64()/20}, 9)
		if err != nil {
			tb.Fatal(err)
		}
		p := cube.Point{Cell: cell, Area: 620_602_001_001_000 + r.Int64N(5)*1000, Time: 1_470_000_000 + r.Int64N(5_000_000), Category: uint8(r.IntN(4))}
		if err := b.Add(p); err != nil {
			tb.Fatal(err)
		}
	}
	base, err := b.Finish()
	if err != nil {
		tb.Fatal(err)
	}
	return base
}

func counts(tb testing.TB, b *cube.Base) cube.Counts {
	tb.Helper()
	q := cube.Everything(8)
	q.Categories = cube.CategoriesOf(1, 2)
	q.Window = cube.Window{From: 1_471_000_000, To: 1_472_000_000}
	var c cube.Counts
	if err := cube.New(b, cube.Options{}).View().Count(q, &c); err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestAFileIsTheBaseAgain(t *testing.T) {
	for _, n := range []int{0, 1, 5000} {
		base := town(t, n)
		path := filepath.Join(t.TempDir(), "dispute.segment")
		if err := Write(path, "dispute at 7", base.Columns()); err != nil {
			t.Fatal(err)
		}
		back, err := Load(path, "dispute at 7")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(base.Columns(), back.Columns()) || !reflect.DeepEqual(counts(t, base), counts(t, back)) {
			t.Errorf("%d points came back otherwise", n)
		}
		if _, err := Load(path, "dispute at 8"); !errors.Is(err, ErrStale) {
			t.Errorf("a file of version 7 was taken for version 8: %v", err)
		}
	}
}

// Every byte of a file is covered: whichever is changed, the file is refused.
func TestEveryFlippedByteIsDetected(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, "key", town(t, 20).Columns()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r := rand.New(rand.NewPCG(7, 8))
	for i, was := range whole {
		bad := was ^ byte(1+r.IntN(255))
		if _, err := file.WriteAt([]byte{bad}, int64(i)); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, "key"); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVersion) {
			t.Fatalf("byte %d of %d was changed from %d to %d: %v", i, len(whole), was, bad, err)
		}
		if _, err := file.WriteAt([]byte{was}, int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(path, "key"); err != nil {
		t.Error(err)
	}
}

func TestTruncatedAndForeignFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, "key", town(t, 200).Columns()); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	files := map[string][]byte{
		"empty": {}, "text": []byte("cell,area,time\n"), "zeros": make([]byte, 4096),
		"longer": append(append([]byte(nil), whole...), make([]byte, 64)...),
	}
	for _, n := range []int{1, 63, 64, 127, 128, 4096, len(whole) / 2, len(whole) - 64, len(whole) - 1} {
		files[string(rune('0'+n%10))+" bytes"] = whole[:n]
	}
	for name, content := range files {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A file of a later version says so; its head is otherwise right.
func TestNewerFilesSaySo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, "key", town(t, 20).Columns()); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	binary.LittleEndian.PutUint32(whole[8:], 2)
	binary.LittleEndian.PutUint32(whole[60:], crc32.Checksum(whole[:60], castagnoli))
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrVersion) {
		t.Error(err)
	}
}

// A table whose checksum is right may still be wrong.
func TestColumnsElsewhereAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, "key", town(t, 20).Columns()); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	// The table: the key, how many columns, the name "summary", then its place.
	place := binary.LittleEndian.Uint64(whole[len(whole)-footerSize:]) + 4 + 3 + 4 + 4 + 7
	for _, wrong := range []uint64{headerSize + 64, 0, 1 << 40, 1<<64 - 64} {
		binary.LittleEndian.PutUint64(whole[place:], wrong)
		reseal(whole)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("a column at %d: %v", wrong, err)
		}
	}
}

// Writing takes the place of the old file in one step, leaves nothing else
// behind, and readers of the old file go on.
func TestWritingReplaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	if err := Write(path, "old", town(t, 300).Columns()); err != nil {
		t.Fatal(err)
	}
	old, err := Load(path, "old")
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(path, "new", town(t, 10).Columns()); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, "new"); err != nil {
		t.Error(err)
	}
	if !reflect.DeepEqual(counts(t, old), counts(t, town(t, 300))) {
		t.Error("the old file's reader sees something else")
	}
	if err := Write(filepath.Join(folder, "none", "a"), "key", nil); err == nil {
		t.Error("a file was written where there is no folder")
	}
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(folder, "taken"), "key", nil); err == nil {
		t.Error("a file took the place of a folder")
	}
	entries, _ := os.ReadDir(folder)
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

// Whatever the bytes are, opening them fails or what it gives can be used.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed")
	for _, n := range []int{0, 3} {
		if err := Write(path, "key", town(f, n).Columns()); err != nil {
			f.Fatal(err)
		}
		whole, _ := os.ReadFile(path)
		f.Add(whole, uint(5), byte(1))
	}
	f.Fuzz(func(t *testing.T, content []byte, at uint, flip byte) {
		if len(content) > 0 {
			content[at%uint(len(content))] ^= flip
		}
		reseal(content)
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path)
		if err != nil {
			return
		}
		_ = file.Verify()
		if base, err := cube.FromColumns(file.Column, file); err == nil {
			counts(t, base)
		}
	})
}

// reseal makes the checksums of head, table and foot right, as far as they can
// be found, so that what is behind them is tested too.
func reseal(content []byte) {
	n := len(content)
	if n < headerSize+footerSize {
		return
	}
	foot := content[n-footerSize:]
	place, length := binary.LittleEndian.Uint64(foot), binary.LittleEndian.Uint64(foot[8:])
	if end := place + length + padding(length); place < uint64(n) && length < maxTable && end < uint64(n) {
		binary.LittleEndian.PutUint32(foot[16:], crc32.Checksum(content[place:end], castagnoli))
	}
	for _, block := range [][]byte{content[:headerSize], foot} {
		last := len(block) - 4
		binary.LittleEndian.PutUint32(block[last:], crc32.Checksum(block[:last], castagnoli))
	}
}
