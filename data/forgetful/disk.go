// Package forgetful is a disk for tests that loses its power on demand: a file
// system (FUSE) over a folder that remembers what was synced, and forgets all the
// rest when its power is cut. A killed process shows nothing of what a power cut
// does, because the page cache of the kernel outlives it.
//
// # What is forgotten and what is kept
//
// Content. What was written to a file, and how far it was cut or extended, is
// forgotten unless the file was synced afterwards: by fsync or fdatasync on any
// handle, by msync, or by a write through a handle opened with O_SYNC or O_DSYNC.
// Closing a file syncs nothing, and neither does the time.
//
// Names. That a name was made, removed or changed (create, mkdir, mknod, symlink,
// link, unlink, rmdir, rename) is forgotten unless the folder was synced
// afterwards, or the file itself by fsync or O_SYNC; fdatasync and O_DSYNC keep no
// names. With a change are kept the earlier ones that it rests on: those of the
// same folders and of the same file. A file whose name was changed twice is never
// found under both names, and one whose folder is forgotten is forgotten with it.
//
// A cut is clean or torn. A clean one forgets all of that. A torn one lets some of
// it survive by chance, as a disk does that was at work: of each changed page of
// 4 KiB the new or the old content, of what was appended a part, of the changes of
// names the first ones.
//
// # Beside a real file system
//
// ext4 with data=ordered keeps more: it has one journal, so that an fsync of any
// file makes durable every earlier change of any name, and it writes what has
// waited for 30 seconds by itself. XFS and btrfs are in between. Forgetting more
// than they do is harder on the programs above: what they answer for here is
// durable there as well.
//
// It is kinder in these: modes, owners, times and extended attributes are never
// forgotten; a write through O_SYNC syncs the whole file and not its range alone;
// a page of 4 KiB is old or new and never a mixture, nor garbage; space that was
// promised (fallocate) is content of zeros; what a disk promised it keeps, so that
// its own write cache is not played.
//
// Only tests may import the package.
package forgetful

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Faults is the environment variable that asks for the long form of the tests of
// faults, when it is "full". Then nothing is skipped.
const Faults = "SITMAP_FAULTS"

// Full tells whether the long form is asked for.
func Full() bool { return os.Getenv(Faults) == "full" }

// Disk is a forgetful disk.
type Disk struct {
	folder string // what is there, unsynced or not
	aside  string // what has lost its name, but not for good yet
	path   string // where it is mounted

	server *fuse.Server
	guard  *guard

	// mu lets one change happen at a time, and none while the power is cut.
	mu sync.Mutex
	// off says that the power is cut: nothing changes any more.
	off      bool
	contents map[uint64]*content // by inode: what is not synced
	names    []*change           // not synced, in the order of their making
	folders  map[uint64]int      // handles of folders with such changes, by inode
	removed  int                 // how many names were put aside
}

// Mount mounts a disk with what is in folder, all of it synced. It is unmounted
// when the test ends; what is unsynced then is in the folder as well. The test is
// skipped where the machine has no FUSE, unless the long form is asked for.
func Mount(t testing.TB, folder string) *Disk {
	t.Helper()
	base, err := os.MkdirTemp("", "forgetful-")
	if err == nil {
		err = os.Chmod(base, 0o755) // a database's user must be able to enter it
	}
	if err != nil {
		t.Fatal(err)
	}
	// Beside the folder and not in the test's own: names are put aside by renaming.
	d := &Disk{folder: folder, aside: folder + ".aside", path: filepath.Join(base, "disk")}
	for _, dir := range []string{d.path, d.aside} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := errors.Join(d.eject(), os.Remove(d.path), os.Remove(base), os.RemoveAll(d.aside)); err != nil {
			t.Errorf("the disk is not unmounted: %v", err)
		}
	})
	if err := d.mount(); err != nil {
		if Full() {
			t.Fatalf("the disk cannot be mounted: %v", err)
		}
		t.Skipf("no power can be cut here, for want of FUSE (it takes /dev/fuse, and root or fusermount): %v", err)
	}
	return d
}

// Path is where the disk is mounted.
func (d *Disk) Path() string { return d.path }

func (d *Disk) mount() (err error) {
	d.mu.Lock()
	d.off, d.contents, d.names, d.folders = false, map[uint64]*content{}, nil, map[uint64]int{}
	d.mu.Unlock()
	plain, err := fs.NewLoopbackRoot(d.folder)
	if err != nil {
		return err
	}
	keep := time.Second
	d.server, err = fs.Mount(d.path, &node{plain.(*fs.LoopbackNode), d}, &fs.Options{
		MountOptions: fuse.MountOptions{
			Name: "forgetful", FsName: d.folder, DirectMount: true, DisableXAttrs: true, MaxWrite: 1 << 20,
			AllowOther: os.Geteuid() == 0, Options: []string{"default_permissions"},
		},
		EntryTimeout: &keep, AttrTimeout: &keep, NullPermissions: true,
	})
	if err != nil {
		d.server = nil
		return err
	}
	d.guard, err = watch(d.path)
	return err
}

// Cut cuts the power: at one moment the disk stops, every process that uses it
// dies (kill -9), as do those that are named because they may not have come to use
// it yet, and what was not synced is forgotten: all of it, or, with torn, a part that
// chance decides. Then the power is back and the disk mounted again.
func (d *Disk) Cut(torn *rand.Rand, running ...*os.Process) error {
	d.mu.Lock()
	for _, process := range running {
		_ = process.Kill()
	}
	killUsers(d.path) // who waits for the disk dies as soon as it gives an answer
	d.off = true
	err := errors.Join(d.forgetContents(torn), d.forgetNames(torn))
	d.mu.Unlock()
	return errors.Join(err, d.eject(), d.mount())
}

// Unsynced is how many files have unsynced content, and how many changes of names
// are not synced.
func (d *Disk) Unsynced() (contents, names int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.contents), len(d.names)
}

// eject unmounts the disk, at once when nobody uses it; who still does is killed.
func (d *Disk) eject() error {
	if d.server == nil {
		return nil
	}
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if killUsers(d.path) > 0 {
			continue
		}
		if err = d.server.Unmount(); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("unmount %s: %w", d.path, err)
	}
	d.server = nil
	d.mu.Lock()
	defer d.mu.Unlock()
	for ino := range d.contents {
		d.syncContent(ino)
	}
	for _, c := range d.names {
		c.done()
	}
	for _, fd := range d.folders {
		_ = syscall.Close(fd)
	}
	d.names, d.folders = nil, nil
	return d.guard.leave()
}

// change runs what changes the disk, unless its power is cut.
func (d *Disk) change(do func() syscall.Errno) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	return do()
}
