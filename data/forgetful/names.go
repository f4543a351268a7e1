package forgetful

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// change is a change of names that is not synced.
type change struct {
	touches []uint64     // inodes of the folders, and of what has the name
	undo    func() error // brings back what was before
	done    func()       // it is durable: what was put aside may go
}

// entry is a name in a folder.
type entry struct {
	folder uint64 // inode
	fd     int    // handle of the folder, which holds whatever it is called
	name   string
}

// entry is a name in the folder at that path.
func (d *Disk) entry(folder, name string) (entry, error) {
	fd, err := unix.Open(folder, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return entry{}, err
	}
	var is unix.Stat_t
	if err := unix.Fstat(fd, &is); err != nil {
		return entry{}, errors.Join(err, unix.Close(fd))
	}
	if have, ok := d.folders[is.Ino]; ok {
		_ = unix.Close(fd)
		return entry{is.Ino, have, name}, nil
	}
	d.folders[is.Ino] = fd
	return entry{is.Ino, fd, name}, nil
}

// stat is what has the name.
func (e entry) stat() (is unix.Stat_t, err error) {
	err = unix.Fstatat(e.fd, e.name, &is, unix.AT_SYMLINK_NOFOLLOW)
	return is, err
}

// note remembers a change that was made.
func (d *Disk) note(undo func() error, done func(), touches ...uint64) {
	d.names = append(d.names, &change{touches: touches, undo: undo, done: done})
}

// made notes that something has a new name, which is no folder with anything in it.
func (d *Disk) made(e entry) error {
	is, err := e.stat()
	if err != nil {
		return err
	}
	flags := 0
	if is.Mode&unix.S_IFMT == unix.S_IFDIR {
		flags = unix.AT_REMOVEDIR
	}
	d.note(func() error { return unix.Unlinkat(e.fd, e.name, flags) }, func() {}, e.folder, is.Ino)
	return nil
}

// spare is a new name for what loses its own.
func (d *Disk) spare() string {
	d.removed++
	return filepath.Join(d.aside, strconv.Itoa(d.removed))
}

// remove takes the name away and puts aside what had it.
func (d *Disk) remove(e entry) error {
	is, err := e.stat()
	if err != nil {
		return err
	}
	spare := d.spare()
	if err := unix.Renameat(e.fd, e.name, unix.AT_FDCWD, spare); err != nil {
		return err
	}
	d.note(func() error { return unix.Renameat(unix.AT_FDCWD, spare, e.fd, e.name) },
		func() { d.throwAway(spare, is) }, e.folder, is.Ino)
	return nil
}

// throwAway removes for good what was put aside.
func (d *Disk) throwAway(spare string, is unix.Stat_t) {
	if is.Mode&unix.S_IFMT == unix.S_IFDIR {
		_ = unix.Rmdir(spare)
		return
	}
	_ = unix.Unlink(spare)
	if is.Mode&unix.S_IFMT == unix.S_IFREG && is.Nlink == 1 {
		d.syncContent(is.Ino) // nobody will ask
	}
}

// rename gives what is called from the name to; what was called that is put aside,
// and never is there nothing of that name.
func (d *Disk) rename(from, to entry) error {
	is, err := from.stat()
	if err != nil {
		return err
	}
	was, err := to.stat()
	switch {
	case err == nil && was.Ino == is.Ino:
		return nil // two names of one file: rename(2) does nothing then
	case errors.Is(err, unix.ENOENT):
		if err := unix.Renameat(from.fd, from.name, to.fd, to.name); err != nil {
			return err
		}
		d.note(func() error { return unix.Renameat(to.fd, to.name, from.fd, from.name) }, func() {}, from.folder, to.folder, is.Ino)
		return nil
	case err != nil:
		return err
	case was.Mode&unix.S_IFMT == unix.S_IFDIR:
		return unix.EEXIST // an empty folder may be replaced; nobody does
	}
	spare := d.spare()
	if err := unix.Linkat(to.fd, to.name, unix.AT_FDCWD, spare, 0); err != nil {
		return err
	}
	if err := unix.Renameat(from.fd, from.name, to.fd, to.name); err != nil {
		return errors.Join(err, unix.Unlink(spare))
	}
	d.note(func() error {
		return errors.Join(unix.Renameat(to.fd, to.name, from.fd, from.name), unix.Renameat(unix.AT_FDCWD, spare, to.fd, to.name))
	}, func() { d.throwAway(spare, was) }, from.folder, to.folder, is.Ino, was.Ino)
	return nil
}

// syncNames makes durable the changes that touch the inode, and the earlier ones
// that they rest on.
func (d *Disk) syncNames(ino uint64) {
	need := map[uint64]bool{ino: true}
	for i, c := range slices.Backward(d.names) {
		if !slices.ContainsFunc(c.touches, func(t uint64) bool { return need[t] }) {
			continue
		}
		for _, t := range c.touches {
			need[t] = true
		}
		c.done()
		d.names[i] = nil
	}
	d.names = slices.DeleteFunc(d.names, func(c *change) bool { return c == nil })
}

// forgetNames undoes the changes, the last one first, all of them or, with torn,
// all but the first few.
func (d *Disk) forgetNames(torn *rand.Rand) error {
	kept := 0
	if torn != nil {
		kept = torn.IntN(len(d.names) + 1)
	}
	var all []error
	for _, c := range slices.Backward(d.names[kept:]) {
		all = append(all, c.undo())
	}
	for _, c := range d.names[:kept] {
		c.done()
	}
	d.names = nil
	return errors.Join(all...)
}

// errno is the number of an error of the system.
func errno(err error) syscall.Errno {
	var number syscall.Errno
	switch {
	case err == nil:
		return 0
	case errors.As(err, &number):
		return number
	}
	return syscall.EIO
}
