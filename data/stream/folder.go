package stream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"sitmap/layers"
)

const (
	// reserve is how much of the disk stays free. A store whose disk is full in
	// the middle of a write may have to be started anew; one that is refused more
	// before that goes on by itself as soon as there is room.
	reserve = 64 << 20
	// measured is for how long a measure is believed: a few MB are written
	// meanwhile.
	measured = 200 * time.Millisecond
)

// folder is the folder of the private stream, held for this process.
type folder struct {
	dir     string
	lock    *os.File
	until   atomic.Int64 // Unix nanoseconds up to which the measure is believed
	scarce  atomic.Bool
	reserve uint64
}

// takeFolder makes the folder where it is missing and takes it for this process;
// layers.ErrConflict when another one has it.
func takeFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of the buffer: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("folder of the buffer: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("the buffer in %s is in use by another server: %w", dir, layers.ErrConflict), lock.Close())
	}
	return &folder{dir: dir, lock: lock, reserve: reserve}, nil
}

// full tells whether there is no room but the reserve. A disk that cannot be
// asked is not full.
func (f *folder) full() bool {
	now := time.Now().UnixNano()
	until := f.until.Load()
	if now < until || !f.until.CompareAndSwap(until, now+int64(measured)) {
		return f.scarce.Load()
	}
	var disk syscall.Statfs_t
	err := syscall.Statfs(f.dir, &disk)
	f.scarce.Store(err == nil && disk.Bavail*uint64(disk.Bsize) < f.reserve)
	return f.scarce.Load()
}

// leave lets another process have the folder.
func (f *folder) leave() { _ = f.lock.Close() }
