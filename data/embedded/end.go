package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sitmap/layers"
)

// clearAway makes way for a new postmaster after one that was killed: its backends
// notice and leave, but a busy one may hold the shared memory for a while, and a zombie
// or a stranger that got its number makes PostgreSQL believe that it still runs.
// The caller has made sure that no postmaster serves the data.
func (p place) clearAway(log *slog.Logger) error {
	if err := p.clearSockets(); err != nil {
		return err
	}
	f, err := p.readPidFile()
	if f == nil || err != nil {
		return err
	}
	// A moment to leave by themselves; then told to; then made to. There is nothing they
	// could still write: without a postmaster, only the log in pg_wal counts.
	for _, step := range []struct {
		signal syscall.Signal
		grace  time.Duration
	}{{0, time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		for _, pid := range p.orphans() {
			if step.signal != 0 {
				log.Warn("ending a process whose database server has died", "pid", pid, "signal", step.signal)
				_ = syscall.Kill(pid, step.signal)
			}
		}
		for end := time.Now().Add(step.grace); len(p.orphans()) > 0 && time.Now().Before(end); {
			time.Sleep(tick)
		}
	}
	if left := p.orphans(); len(left) > 0 {
		return &Fault{
			Kind: layers.ErrConflict,
			What: layers.Text{
				Zh: fmt.Sprintf("上次的数据库进程 %v 无法结束", left),
				En: fmt.Sprintf("processes %v of the last database server cannot be ended", left),
			},
			Cure: layers.Text{Zh: "请重新启动机器", En: "restart the machine"},
		}
	}
	// PostgreSQL starts beside neither a number that another process has now, nor an
	// empty file, which a power cut may leave.
	if f.pid <= 0 || syscall.Kill(f.pid, 0) == nil {
		log.Warn("removing the postmaster.pid of a dead server", "pid", f.pid)
		if err := os.Remove(filepath.Join(p.data(), "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unusable(p.data(), err)
		}
	}
	return nil
}

// clearSockets removes what a server that was killed left where sockets go: its lock
// may name a process that has its number now, of which it says nothing beside the
// number; and after a power cut it may be all that is left of it.
func (p place) clearSockets() error {
	folder := filepath.Join(p.socketFolder())
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(folder, err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".s.PGSQL.") {
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unusable(folder, err)
		}
	}
	return nil
}

// orphans are the processes of this cluster other than a postmaster: they carry the
// cluster's name in their title, "postgres: sitmap-0123456789: checkpointer".
func (p place) orphans() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		title, err := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if err != nil || !bytes.HasPrefix(title, []byte("postgres: "+p.name()+": ")) {
			continue
		}
		info, err := e.Info()
		if err == nil && info.Sys().(*syscall.Stat_t).Uid == p.account.uid {
			pids = append(pids, pid)
		}
	}
	return pids
}

// shutDown stops the postmaster that serves the data, if there is one, and takes the
// socket's folder away when it is not beside the data.
func (p place) shutDown(ctx context.Context, log *slog.Logger) error {
	f, err := p.running()
	if err != nil {
		return err
	}
	if f != nil {
		if err := p.end(ctx, f.pid, log); err != nil {
			return err
		}
		log.Info("the database has stopped", "folder", p.root)
	} else if err := p.clearAway(log); err != nil {
		return err
	}
	if parent, base := p.socketFolder(); parent != p.root {
		_ = os.Remove(filepath.Join(parent, base))
	}
	return nil
}

// end stops a postmaster, ours or not, and returns when it is gone: by a fast shutdown
// (connections broken off, checkpoint written), by an immediate one after a minute or
// when ctx ends, which costs a recovery but no data, and by force when even that hangs.
func (p place) end(ctx context.Context, pid int, log *slog.Logger) error {
	process, err := os.FindProcess(pid) // holds on to this process, whatever gets its number next
	if err != nil {
		return err
	}
	defer process.Release()
	for _, step := range []struct {
		signal syscall.Signal
		grace  time.Duration
	}{{syscall.SIGINT, time.Minute}, {syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		if !p.serves(pid) {
			return nil
		}
		if step.signal != syscall.SIGINT {
			log.Warn("the database does not stop; insisting", "pid", pid, "signal", step.signal)
		}
		if err := process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return asFault(fmt.Errorf("stop postgres %d: %w", pid, err))
		}
		for end := time.Now().Add(step.grace); p.serves(pid) && time.Now().Before(end); {
			if step.signal == syscall.SIGINT && ctx.Err() != nil {
				break
			}
			time.Sleep(tick)
		}
	}
	if p.serves(pid) {
		return asFault(fmt.Errorf("postgres %d survives SIGKILL", pid))
	}
	return p.clearAway(log)
}
