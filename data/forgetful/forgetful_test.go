package forgetful_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitmap/data/forgetful"
)

// world is a disk with a file and a folder on it that are synced.
type world struct {
	*testing.T
	disk *forgetful.Disk
}

func newWorld(t *testing.T) world {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "box"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"old": "old text", "box/inner": "inner", "box/other": "other"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return world{t, forgetful.Mount(t, folder)}
}

func (w world) at(name string) string { return filepath.Join(w.disk.Path(), name) }

func (w world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// write writes text at the offset, through a handle opened with more flags, and
// leaves it unsynced unless sync does something.
func (w world) write(name string, off int64, text string, flags int, sync ...func(*os.File) error) {
	w.Helper()
	f, err := os.OpenFile(w.at(name), os.O_WRONLY|flags, 0o644)
	w.must(err)
	_, err = f.WriteAt([]byte(text), off)
	w.must(err)
	for _, s := range sync {
		w.must(s(f))
	}
	w.must(f.Close())
}

func fdatasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

func (w world) syncFolder(name string) {
	w.Helper()
	f, err := os.Open(w.at(name))
	w.must(err)
	w.must(f.Sync())
	w.must(f.Close())
}

// all is what is on the disk: texts by name, folders with a slash.
func (w world) all() map[string]string {
	w.Helper()
	found := map[string]string{}
	w.must(filepath.WalkDir(w.disk.Path(), func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(w.disk.Path(), path)
		switch {
		case err != nil:
			return err
		case e.IsDir():
			found[name+"/"] = ""
		case e.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			found[name] = "→ " + to
			return err
		default:
			text, err := os.ReadFile(path)
			found[name] = string(text)
			return err
		}
		return nil
	}))
	return found
}

// What is forgotten and kept, by what was done before the power was cut. Each line
// of want is what differs from the beginning: a file and its text, or -file.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(w world)
		want map[string]string
	}{
		{"written", func(w world) { w.write("old", 0, "new", 0) }, nil},
		{"written and closed, read again", func(w world) {
			w.write("old", 0, "new", 0)
			if got := w.all()["old"]; got != "new text" {
				w.Errorf("before the cut there is %q", got)
			}
		}, nil},
		{"written, fsync", func(w world) { w.write("old", 0, "new", 0, (*os.File).Sync) }, map[string]string{"old": "new text"}},
		{"written, fdatasync", func(w world) { w.write("old", 0, "new", 0, fdatasync) }, map[string]string{"old": "new text"}},
		{"written with O_SYNC", func(w world) { w.write("old", 0, "new", syscall.O_SYNC) }, map[string]string{"old": "new text"}},
		{"written with O_DSYNC", func(w world) { w.write("old", 0, "new", syscall.O_DSYNC) }, map[string]string{"old": "new text"}},
		{"written after fsync", func(w world) {
			w.write("old", 0, "new", 0, (*os.File).Sync)
			w.write("old", 4, "page", 0)
		}, map[string]string{"old": "new text"}},
		{"appended", func(w world) { w.write("old", 8, strings.Repeat("x", 10_000), 0) }, nil},
		{"appended, fdatasync", func(w world) { w.write("old", 8, "er", 0, fdatasync) }, map[string]string{"old": "old texter"}},
		{"cut short", func(w world) { w.must(os.Truncate(w.at("old"), 3)) }, nil},
		{"cut short and written", func(w world) { w.write("old", 0, "n", os.O_TRUNC) }, nil},
		{"cut short, fsync", func(w world) {
			w.write("old", 0, "n", os.O_TRUNC, (*os.File).Sync)
		}, map[string]string{"old": "n"}},
		{"another file, fsync", func(w world) {
			w.write("old", 0, "new", 0)
			w.write("box/inner", 0, "x", 0, (*os.File).Sync)
		}, map[string]string{"box/inner": "xnner"}},

		{"made", func(w world) { w.write("made", 0, "text", os.O_CREATE) }, nil},
		{"made, fsync: the name as well", func(w world) { w.write("made", 0, "text", os.O_CREATE, (*os.File).Sync) }, map[string]string{"made": "text"}},
		{"made with O_SYNC", func(w world) { w.write("made", 0, "text", os.O_CREATE|syscall.O_SYNC) }, map[string]string{"made": "text"}},
		{"made, fdatasync: no name", func(w world) { w.write("made", 0, "text", os.O_CREATE, fdatasync) }, nil},
		{"made, folder synced: an empty file", func(w world) {
			w.write("made", 0, "text", os.O_CREATE)
			w.syncFolder(".")
		}, map[string]string{"made": ""}},
		{"made, other folder synced", func(w world) {
			w.write("made", 0, "text", os.O_CREATE)
			w.syncFolder("box")
		}, nil},
		{"folder made", func(w world) { w.must(os.Mkdir(w.at("new"), 0o755)) }, nil},
		{"folders made, a file in them synced", func(w world) {
			w.must(os.MkdirAll(w.at("new/er"), 0o755))
			w.write("new/er/f", 0, "text", os.O_CREATE, (*os.File).Sync)
		}, map[string]string{"new/": "", "new/er/": "", "new/er/f": "text"}},

		{"removed", func(w world) { w.must(os.Remove(w.at("old"))) }, nil},
		{"removed, folder synced", func(w world) {
			w.must(os.Remove(w.at("old")))
			w.syncFolder(".")
		}, map[string]string{"-old": ""}},
		{"removed and made anew", func(w world) {
			w.must(os.Remove(w.at("old")))
			w.write("old", 0, "new", os.O_CREATE)
		}, nil},
		{"removed and made anew, fsync", func(w world) {
			w.must(os.Remove(w.at("old")))
			w.write("old", 0, "new", os.O_CREATE, (*os.File).Sync)
		}, map[string]string{"old": "new"}},
		{"folder removed", func(w world) { w.must(os.RemoveAll(w.at("box"))) }, nil},
		{"folder removed, synced", func(w world) {
			w.must(os.RemoveAll(w.at("box")))
			w.syncFolder(".")
		}, map[string]string{"-box/": "", "-box/inner": "", "-box/other": ""}},

		{"renamed", func(w world) { w.must(os.Rename(w.at("old"), w.at("new"))) }, nil},
		{"renamed, old folder synced", func(w world) {
			w.must(os.Rename(w.at("box/inner"), w.at("new")))
			w.syncFolder("box")
		}, map[string]string{"-box/inner": "", "new": "inner"}},
		{"renamed, new folder synced", func(w world) {
			w.must(os.Rename(w.at("box/inner"), w.at("new")))
			w.syncFolder(".")
		}, map[string]string{"-box/inner": "", "new": "inner"}},
		{"renamed, the file synced", func(w world) {
			w.must(os.Rename(w.at("old"), w.at("new")))
			w.write("new", 0, "o", 0, (*os.File).Sync)
		}, map[string]string{"-old": "", "new": "old text"}},
		{"renamed onto another", func(w world) { w.must(os.Rename(w.at("old"), w.at("box/inner"))) }, nil},
		{"renamed onto another, synced", func(w world) {
			w.must(os.Rename(w.at("old"), w.at("box/inner")))
			w.syncFolder("box")
		}, map[string]string{"-old": "", "box/inner": "old text"}},
		{"written aside, fsync, renamed, not synced", func(w world) {
			w.write("aside", 0, "new", os.O_CREATE, (*os.File).Sync)
			w.must(os.Rename(w.at("aside"), w.at("old")))
		}, map[string]string{"aside": "new"}},
		{"written aside, renamed, synced: the name without the text", func(w world) {
			w.write("aside", 0, "new", os.O_CREATE)
			w.must(os.Rename(w.at("aside"), w.at("old")))
			w.syncFolder(".")
		}, map[string]string{"old": ""}},
		{"folder renamed and synced, with an unsynced file in it: its name rests on that folder", func(w world) {
			w.write("box/made", 0, "text", os.O_CREATE)
			w.must(os.Rename(w.at("box"), w.at("chest")))
			w.syncFolder(".")
		}, map[string]string{"-box/": "", "-box/inner": "", "-box/other": "", "chest/": "", "chest/inner": "inner", "chest/other": "other", "chest/made": ""}},
		{"parent renamed and synced, a folder below with an unsynced file", func(w world) {
			w.must(os.Mkdir(w.at("box/deep"), 0o755))
			w.syncFolder("box")
			w.write("box/deep/made", 0, "text", os.O_CREATE)
			w.must(os.Rename(w.at("box"), w.at("chest")))
			w.syncFolder(".")
		}, map[string]string{"-box/": "", "-box/inner": "", "-box/other": "", "chest/": "", "chest/inner": "inner", "chest/other": "other", "chest/deep/": ""}},
		{"linked, and the first name removed", func(w world) {
			w.must(os.Link(w.at("old"), w.at("second")))
			w.must(os.Remove(w.at("old")))
		}, nil},
		{"linked, synced", func(w world) {
			w.must(os.Link(w.at("old"), w.at("box/second")))
			w.syncFolder("box")
		}, map[string]string{"box/second": "old text"}},
		{"symbolic link", func(w world) { w.must(os.Symlink("old", w.at("link"))) }, nil},
		{"symbolic link, synced", func(w world) {
			w.must(os.Symlink("old", w.at("link")))
			w.syncFolder(".")
		}, map[string]string{"link": "→ old"}},

		{"mapped", func(w world) { w.mapped(false) }, nil},
		{"mapped, msync", func(w world) { w.mapped(true) }, map[string]string{"old": "map text"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t)
			want := w.all()
			c.do(w)
			for name, text := range c.want {
				if gone, yes := strings.CutPrefix(name, "-"); yes {
					delete(want, gone)
				} else {
					want[name] = text
				}
			}
			w.must(w.disk.Cut(nil))
			if got := w.all(); !maps.Equal(got, want) {
				t.Errorf("after the cut there is %q, want %q", got, want)
			}
			if contents, names := w.disk.Unsynced(); contents+names > 0 {
				t.Errorf("%d files and %d names are unsynced after the cut", contents, names)
			}
		})
	}
}

// mapped writes by a mapping into memory.
func (w world) mapped(sync bool) {
	w.Helper()
	f, err := os.OpenFile(w.at("old"), os.O_RDWR, 0)
	w.must(err)
	b, err := syscall.Mmap(int(f.Fd()), 0, 8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	w.must(err)
	copy(b, "map")
	if sync {
		w.must(f.Sync()) // msync(MS_SYNC) is this for a mapping's range
	}
	w.must(syscall.Munmap(b))
	w.must(f.Close())
}

// Files of many pages, written, cut, extended and synced at random, are after a cut
// what a naive memory says: a copy of each made at its last sync. After a torn cut
// each page is one of the two, and the size between them.
func TestContentsAgainstCopies(t *testing.T) {
	const seed = 20
	for round := range 12 {
		chance := rand.New(rand.NewPCG(seed, uint64(round)))
		w := newWorld(t)
		var names []string
		live, synced := map[string][]byte{}, map[string][]byte{}
		open := map[string]*os.File{}
		for k := range 3 {
			name := fmt.Sprint("file", k)
			f, err := os.OpenFile(w.at(name), os.O_CREATE|os.O_RDWR, 0o644)
			w.must(err)
			w.must(f.Sync())
			names, open[name] = append(names, name), f
		}
		for range 150 {
			name := names[chance.IntN(len(names))]
			f := open[name]
			switch chance.IntN(8) {
			case 0:
				w.must(f.Sync())
				synced[name] = slices.Clone(live[name])
			case 1:
				size := chance.Int64N(20_000)
				w.must(f.Truncate(size))
				live[name] = slices.Concat(live[name], make([]byte, 20_000))[:size]
			default:
				off, text := chance.Int64N(16_000), make([]byte, 1+chance.IntN(6000))
				for i := range text {
					text[i] = byte(chance.IntN(255) + 1)
				}
				_, err := f.WriteAt(text, off)
				w.must(err)
				end := off + int64(len(text))
				if int64(len(live[name])) < end {
					live[name] = slices.Concat(live[name], make([]byte, end-int64(len(live[name]))))
				}
				copy(live[name][off:], text)
			}
		}
		for _, f := range open {
			w.must(f.Close())
		}
		var torn *rand.Rand
		if round%2 == 1 {
			torn = chance
		}
		w.must(w.disk.Cut(torn))
		for _, name := range names {
			got, err := os.ReadFile(w.at(name))
			w.must(err)
			if torn == nil && string(got) != string(synced[name]) {
				t.Fatalf("seed %d, round %d: %s has %d bytes, want the %d of its last sync", seed, round, name, len(got), len(synced[name]))
			}
			if torn != nil {
				old, now := synced[name], live[name]
				if len(got) < min(len(old), len(now)) || len(got) > max(len(old), len(now)) {
					t.Fatalf("seed %d, round %d: %s has %d bytes, which is not between %d and %d", seed, round, name, len(got), len(old), len(now))
				}
				for i, b := range got {
					if !(i < len(old) && b == old[i] || i < len(now) && b == now[i]) {
						t.Fatalf("seed %d, round %d: byte %d of %s is neither the old one nor the new", seed, round, i, name)
					}
				}
			}
		}
	}
}

// A torn cut lets the first changes of names survive, and no later one without them.
func TestTornNames(t *testing.T) {
	counts := map[int]int{}
	for seed := range uint64(12) {
		w := newWorld(t)
		for k := range 3 {
			w.write(fmt.Sprint("made", k), 0, "text", os.O_CREATE)
		}
		w.must(w.disk.Cut(rand.New(rand.NewPCG(seed, 0))))
		kept := 0
		for ; kept < 3; kept++ {
			if _, err := os.Stat(w.at(fmt.Sprint("made", kept))); err != nil {
				break
			}
		}
		for k := kept; k < 3; k++ {
			if _, err := os.Stat(w.at(fmt.Sprint("made", k))); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("seed %d: made%d is there without made%d", seed, k, kept)
			}
		}
		counts[kept]++
	}
	if len(counts) < 3 {
		t.Errorf("in 12 torn cuts so many survived: %v, want more kinds", counts)
	}
}

// A process that works on the disk dies in the moment of the cut, and what it has
// said it had synced is there.
func TestCutKills(t *testing.T) {
	w := newWorld(t)
	// dd writes and syncs one block after the other; the shell says which.
	child := exec.Command("/bin/sh", "-c", `n=0; while :; do printf %08d $n | dd of=log bs=8 oflag=append conv=notrunc,fdatasync status=none; echo $n; n=$((n+1)); done`)
	child.Dir = w.disk.Path()
	w.write("log", 0, "", os.O_CREATE, (*os.File).Sync)
	out, err := child.StdoutPipe()
	w.must(err)
	w.must(child.Start())
	said := make(chan int)
	go func() {
		n := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n++
		}
		said <- n
	}()
	time.Sleep(400 * time.Millisecond)
	w.must(w.disk.Cut(nil))
	n := <-said
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the child ended by %v", err)
	}
	text, err := os.ReadFile(w.at("log"))
	if err != nil || n < 2 || len(text) < 8*n || len(text)%8 != 0 {
		t.Errorf("%d blocks were said to be synced, %d bytes are there (%v)", n, len(text), err)
	}
}
