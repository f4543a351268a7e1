package forgetful

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Small is a disk of a few megabytes that can be filled: a tmpfs.
type Small struct{ path string }

// MountSmall mounts an empty disk of so many bytes, and unmounts it when the test
// ends; whoever uses it then is killed. The test is skipped where nothing may be
// mounted, unless the long form is asked for.
func MountSmall(t testing.TB, bytes int64) *Small {
	t.Helper()
	path, err := os.MkdirTemp("", "small-")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("small", path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%d,mode=755", bytes)); err != nil {
		_ = os.Remove(path)
		if Full() {
			t.Fatalf("no disk can be mounted: %v", err)
		}
		t.Skipf("no disk can be filled here: it takes root to mount one: %v", err)
	}
	leave, err := watch(path)
	if err != nil {
		t.Error(err)
	}
	t.Cleanup(func() {
		err := errors.New("not tried")
		for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			killUsers(path)
			err = syscall.Unmount(path, 0)
		}
		if err = errors.Join(err, leave.leave(), os.Remove(path)); err != nil {
			t.Errorf("the disk is not unmounted: %v", err)
		}
	})
	return &Small{path}
}

// Path is where the disk is mounted.
func (s *Small) Path() string { return s.path }

// Left is how many bytes are free.
func (s *Small) Left() (int64, error) {
	var disk syscall.Statfs_t
	err := syscall.Statfs(s.path, &disk)
	return int64(disk.Bavail) * disk.Bsize, err
}

// Fill fills the disk with a file of nothing until so many bytes are left; what
// others free meanwhile is filled by the next call.
func (s *Small) Fill(left int64) error {
	f, err := os.OpenFile(s.ballast(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		free, err := s.Left()
		if err != nil || free <= left {
			return err
		}
		_, err = f.Write(make([]byte, min(1<<20, free-left)))
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
}

// Free takes the file away again.
func (s *Small) Free() error { return os.Remove(s.ballast()) }

func (s *Small) ballast() string { return filepath.Join(s.path, "ballast") }
