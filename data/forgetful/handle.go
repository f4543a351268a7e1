package forgetful

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// handle is an open file.
type handle struct {
	below fileBelow
	fd    int
	ino   uint64
	disk  *Disk
	flags uint32
}

type fileBelow interface {
	fs.FileReader
	fs.FileGetattrer
	fs.FileSetattrer
	fs.FileLseeker
	fs.FileReleaser
	fs.FileAllocater
	fs.FilePassthroughFder
}

// fdatasyncOnly is in the flags of a sync that need not keep names.
const fdatasyncOnly = 1

func (n *node) handle(h fs.FileHandle, flags uint32) *handle {
	below := h.(fileBelow)
	fd, _ := below.PassthroughFd() // not for the kernel, which would write past us
	var is syscall.Stat_t
	_ = syscall.Fstat(fd, &is)
	return &handle{below: below, fd: fd, ino: is.Ino, disk: n.disk, flags: flags}
}

func (h *handle) Read(ctx context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	return h.below.Read(ctx, dest, off)
}

func (h *handle) Lseek(ctx context.Context, off uint64, whence uint32) (uint64, syscall.Errno) {
	return h.below.Lseek(ctx, off, whence)
}

func (h *handle) Release(ctx context.Context) syscall.Errno { return h.below.Release(ctx) }

func (h *handle) Write(_ context.Context, data []byte, off int64) (written uint32, failed syscall.Errno) {
	failed = h.disk.change(func() syscall.Errno {
		if err := h.disk.writing(h.fd, off, int64(len(data))); err != nil {
			return errno(err)
		}
		n, err := syscall.Pwrite(h.fd, data, off)
		if err != nil {
			return errno(err)
		}
		written = uint32(n)
		switch {
		case h.flags&syscall.O_SYNC == syscall.O_SYNC: // which has the bit of O_DSYNC as well
			h.sync(true)
		case h.flags&syscall.O_DSYNC != 0:
			h.sync(false)
		}
		return 0
	})
	return written, failed
}

func (h *handle) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	return h.disk.change(func() syscall.Errno {
		if err := h.disk.writing(h.fd, int64(off), int64(size)); err != nil {
			return errno(err)
		}
		return h.below.Allocate(ctx, off, size, mode)
	})
}

// Flush is what a close of the file calls; it syncs nothing.
func (h *handle) Flush(context.Context) syscall.Errno { return 0 }

func (h *handle) Fsync(_ context.Context, flags uint32) syscall.Errno {
	return h.disk.change(func() syscall.Errno {
		h.sync(flags&fdatasyncOnly == 0)
		return 0
	})
}

// sync makes durable what is in the file, and what it is called.
func (h *handle) sync(names bool) {
	h.disk.syncContent(h.ino)
	if names {
		h.disk.syncNames(h.ino)
	}
}
