package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sitmap/layers"
)

const (
	shared    = syscall.LOCK_SH
	exclusive = syscall.LOCK_EX
)

// lock is a flock on a file of its own. The kernel lets go of it when the process
// ends, in whatever way; child processes do not inherit it.
type lock struct{ file *os.File }

func openLock(path string) (lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return lock{}, unusable(filepath.Dir(path), err)
	}
	return lock{f}, nil
}

// try takes the lock, or turns the one it has into the other kind, if that is
// possible at once. When it is not, what it had is gone: flock converts by letting
// go first.
func (l lock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
		}
	}
}

// wait takes the lock as soon as it can.
func (l lock) wait(ctx context.Context, how int) error {
	for {
		got, err := l.try(how)
		if got || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock %s: %w", l.file.Name(), context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (l lock) free() error { return syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) }

// locks are those of the package comment.
type locks struct{ serve, use, change lock }

func openLocks(dir string) (l locks, err error) {
	folder := filepath.Join(dir, "lock")
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return l, unusable(dir, err)
	}
	for name, to := range map[string]*lock{"serve": &l.serve, "use": &l.use, "change": &l.change} {
		if *to, err = openLock(filepath.Join(folder, name)); err != nil {
			l.close()
			return l, err
		}
	}
	return l, nil
}

func (l locks) close() {
	for _, one := range []lock{l.serve, l.use, l.change} {
		if one.file != nil {
			one.file.Close()
		}
	}
}

// takeServe makes this process the server of the folder, and leaves its number in
// the lock for the message the next one gets. It waits a second for one that is just
// ending, or for a look at the lock.
func (l locks) takeServe(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := l.serve.wait(short, exclusive); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if short.Err() != nil {
		return secondServer(l.serve)
	} else if err != nil {
		return err
	}
	if err := l.serve.file.Truncate(0); err != nil {
		return unusable(filepath.Dir(l.serve.file.Name()), err)
	}
	if _, err := l.serve.file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return unusable(filepath.Dir(l.serve.file.Name()), err)
	}
	return nil
}

// takeUse marks the cluster as used by this process, and says whether no other
// process uses it. The caller holds the lock on changes.
func (l locks) takeUse(ctx context.Context) (alone bool, err error) {
	if alone, err = l.use.try(exclusive); err != nil {
		return false, err
	}
	return alone, l.use.wait(ctx, shared)
}

func secondServer(serve lock) *Fault {
	dir := filepath.Dir(filepath.Dir(serve.file.Name()))
	number, _ := os.ReadFile(serve.file.Name())
	pid := strings.TrimSpace(string(number))
	return &Fault{
		Kind: layers.ErrConflict,
		What: layers.Text{
			Zh: fmt.Sprintf("文件夹 %s 已有一个 sitmap serve 在使用（进程 %s）", dir, pid),
			En: fmt.Sprintf("another sitmap serve (process %s) uses the folder %s", pid, dir),
		},
		Cure: layers.Text{
			Zh: "请先停止它，或用 --var 指定另一个文件夹",
			En: "stop it first, or name another folder with --var",
		},
	}
}
