package forgetful

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// node is a file or folder of the disk: that of the folder below, and what changes
// it is noted.
type node struct {
	*fs.LoopbackNode
	disk *Disk
}

// WrapChild makes every file and folder below the root a node of the disk.
func (n *node) WrapChild(_ context.Context, plain fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{plain.(*fs.LoopbackNode), n.disk}
}

// path is where the node lies in the folder below.
func (n *node) path() string { return filepath.Join(n.disk.folder, n.Path(nil)) }

// making makes a new name in this folder and notes it.
func (n *node) making(name string, do func() syscall.Errno) syscall.Errno {
	return n.disk.change(func() syscall.Errno {
		e, err := n.disk.entry(n.path(), name)
		if err != nil {
			return errno(err)
		}
		if failed := do(); failed != 0 {
			return failed
		}
		return errno(n.disk.made(e))
	})
}

func (n *node) Mknod(ctx context.Context, name string, mode, device uint32, out *fuse.EntryOut) (child *fs.Inode, failed syscall.Errno) {
	failed = n.making(name, func() (failed syscall.Errno) {
		child, failed = n.LoopbackNode.Mknod(ctx, name, mode, device, out)
		return failed
	})
	return child, failed
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (child *fs.Inode, failed syscall.Errno) {
	failed = n.making(name, func() (failed syscall.Errno) {
		child, failed = n.LoopbackNode.Mkdir(ctx, name, mode, out)
		return failed
	})
	return child, failed
}

func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (child *fs.Inode, failed syscall.Errno) {
	failed = n.making(name, func() (failed syscall.Errno) {
		child, failed = n.LoopbackNode.Symlink(ctx, target, name, out)
		return failed
	})
	return child, failed
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (child *fs.Inode, failed syscall.Errno) {
	failed = n.making(name, func() (failed syscall.Errno) {
		child, failed = n.LoopbackNode.Link(ctx, target, name, out)
		return failed
	})
	return child, failed
}

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (child *fs.Inode, h fs.FileHandle, _ uint32, failed syscall.Errno) {
	if _, err := os.Lstat(filepath.Join(n.path(), name)); err == nil {
		return nil, nil, 0, syscall.EEXIST // the kernel creates only what it has not found
	}
	failed = n.making(name, func() (failed syscall.Errno) {
		child, h, _, failed = n.LoopbackNode.Create(ctx, name, plain(flags), mode, out)
		return failed
	})
	if failed != 0 {
		return nil, nil, 0, failed
	}
	return child, n.handle(h, flags), 0, 0
}

func (n *node) Open(ctx context.Context, flags uint32) (h fs.FileHandle, _ uint32, failed syscall.Errno) {
	if h, _, failed = n.LoopbackNode.Open(ctx, plain(flags)); failed != 0 {
		return nil, 0, failed
	}
	return n.handle(h, flags), 0, 0
}

// plain is the flags for the file below: it need not be synced, and is cut by
// Setattr alone.
func plain(flags uint32) uint32 { return flags &^ (syscall.O_SYNC | syscall.O_DSYNC | syscall.O_TRUNC) }

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	return n.disk.change(func() syscall.Errno {
		e, err := n.disk.entry(n.path(), name)
		if err != nil {
			return errno(err)
		}
		return errno(n.disk.remove(e))
	})
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	return n.disk.change(func() syscall.Errno {
		inside, err := os.ReadDir(filepath.Join(n.path(), name))
		if err == nil && len(inside) > 0 {
			return syscall.ENOTEMPTY
		}
		e, err := n.disk.entry(n.path(), name)
		if err != nil {
			return errno(err)
		}
		return errno(n.disk.remove(e))
	})
}

func (n *node) Rename(_ context.Context, name string, folder fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ours := folder.(*node)
	if !ours || flags&^unix.RENAME_NOREPLACE != 0 {
		return syscall.EINVAL
	}
	return n.disk.change(func() syscall.Errno {
		from, err := n.disk.entry(n.path(), name)
		if err != nil {
			return errno(err)
		}
		target, err := n.disk.entry(to.path(), newName)
		if err != nil {
			return errno(err)
		}
		if _, err := target.stat(); err == nil && flags != 0 {
			return syscall.EEXIST
		}
		return errno(n.disk.rename(from, target))
	})
}

func (n *node) Getattr(ctx context.Context, h fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if h, ok := h.(*handle); ok {
		return h.below.Getattr(ctx, out)
	}
	return n.LoopbackNode.Getattr(ctx, nil, out)
}

func (n *node) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return n.disk.change(func() syscall.Errno {
		size, cut := in.GetSize()
		open, _ := h.(*handle)
		if cut {
			fd := -1
			if open != nil {
				fd = open.fd
			} else {
				var err error
				if fd, err = syscall.Open(n.path(), syscall.O_RDWR|syscall.O_CLOEXEC, 0); err != nil {
					return errno(err)
				}
				defer syscall.Close(fd)
			}
			if err := n.disk.resizing(fd, int64(size)); err != nil {
				return errno(err)
			}
		}
		if open != nil {
			return open.below.Setattr(ctx, in, out)
		}
		return n.LoopbackNode.Setattr(ctx, nil, in, out)
	})
}

// CopyFileRange leaves it to the kernel to read and write.
func (n *node) CopyFileRange(context.Context, fs.FileHandle, uint64, *fs.Inode, fs.FileHandle, uint64, uint64, uint64) (uint32, syscall.Errno) {
	return 0, syscall.ENOSYS
}

// OpendirHandle opens a folder.
func (n *node) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, _, failed := n.LoopbackNode.OpendirHandle(ctx, flags)
	if failed != 0 {
		return nil, 0, failed
	}
	var is syscall.Stat_t
	if err := syscall.Stat(n.path(), &is); err != nil {
		return nil, 0, errno(err)
	}
	return &folderHandle{h.(folderBelow), n.disk, is.Ino}, 0, 0
}

// folderHandle is an open folder.
type folderHandle struct {
	folderBelow
	disk *Disk
	ino  uint64
}

type folderBelow interface {
	fs.FileReaddirenter
	fs.FileSeekdirer
	fs.FileReleasedirer
}

// Fsyncdir makes durable the names in the folder, and its own.
func (f *folderHandle) Fsyncdir(context.Context, uint32) syscall.Errno {
	return f.disk.change(func() syscall.Errno {
		f.disk.syncNames(f.ino)
		return 0
	})
}
