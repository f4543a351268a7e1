package forgetful

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"syscall"
)

// page is what a disk writes at once, in bytes.
const page = 4096

// content is what a file goes back to when it is not synced.
type content struct {
	fd    int              // of the file, to read and write
	size  int64            // synced
	pages map[int64][]byte // by number: the synced pages that were written over
}

// unsynced is the content of the file behind the handle, as far as it was synced:
// to be called before it changes.
func (d *Disk) unsynced(fd int) (*content, error) {
	var now syscall.Stat_t
	if err := syscall.Fstat(fd, &now); err != nil {
		return nil, err
	}
	if c := d.contents[now.Ino]; c != nil {
		return c, nil
	}
	own, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", fd), syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	c := &content{fd: own, size: now.Size, pages: map[int64][]byte{}}
	d.contents[now.Ino] = c
	return c, nil
}

// keep keeps the synced pages between two offsets, before they are written over.
func (c *content) keep(from, to int64) error {
	for n := from / page; n*page < min(to, c.size); n++ {
		if _, have := c.pages[n]; have {
			continue
		}
		b := make([]byte, min(page, c.size-n*page))
		for got := 0; got < len(b); {
			k, err := syscall.Pread(c.fd, b[got:], n*page+int64(got))
			if err != nil {
				return err
			}
			if k == 0 {
				return io.ErrUnexpectedEOF
			}
			got += k
		}
		c.pages[n] = b
	}
	return nil
}

// writing prepares a write to the file behind the handle.
func (d *Disk) writing(fd int, off, length int64) error {
	c, err := d.unsynced(fd)
	if err != nil {
		return err
	}
	return c.keep(off, off+length)
}

// resizing prepares a change of the size of the file behind the handle.
func (d *Disk) resizing(fd int, size int64) error {
	c, err := d.unsynced(fd)
	if err != nil {
		return err
	}
	return c.keep(size, c.size)
}

// syncContent makes durable what is in the file.
func (d *Disk) syncContent(ino uint64) {
	if c := d.contents[ino]; c != nil {
		_ = syscall.Close(c.fd)
		delete(d.contents, ino)
	}
}

// forgetContents brings back what was synced of every file, or, with torn, that or
// the new of each page.
func (d *Disk) forgetContents(torn *rand.Rand) error {
	var all []error
	for ino, c := range d.contents {
		all = append(all, c.forget(torn))
		d.syncContent(ino)
	}
	return errors.Join(all...)
}

func (c *content) forget(torn *rand.Rand) error {
	var now syscall.Stat_t
	if err := syscall.Fstat(c.fd, &now); err != nil {
		return err
	}
	size := c.size
	if torn != nil && now.Size > c.size {
		size = min(now.Size, c.size+torn.Int64N((now.Size-c.size)/page+2)*page)
	} else if torn != nil && torn.IntN(2) == 0 {
		size = now.Size
	}
	if err := syscall.Ftruncate(c.fd, size); err != nil {
		return err
	}
	for n, old := range c.pages {
		// Of a page that the file had lost only the old content is there.
		if torn != nil && n*page+int64(len(old)) <= now.Size && torn.IntN(2) == 0 {
			continue
		}
		if n*page >= size {
			continue
		}
		if _, err := syscall.Pwrite(c.fd, old[:min(int64(len(old)), size-n*page)], n*page); err != nil {
			return err
		}
	}
	return nil
}
