package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"runtime"
	"time"
)

// postmaster is PostgreSQL's first process, started by us or by another process of
// the product.
type postmaster struct {
	pid       int
	socketDir string
	port      int // in the socket's name, and of TCP when listens
	listens   bool
	exited    chan struct{} // closed when our child has been reaped; nil if it is not our child
}

// tick is how often the files and processes of the system are looked at.
const tick = 20 * time.Millisecond

// launch starts PostgreSQL and returns when it accepts connections, which after a crash
// takes as long as the recovery does. It runs in a session of its own: Ctrl-C in the
// terminal is for us, and we stop it in our own time.
func (p place) launch(ctx context.Context, bin Binaries, o Options, log *slog.Logger) (*postmaster, error) {
	socketDir, err := p.prepare()
	if err != nil {
		return nil, err
	}
	if err := p.create(ctx, bin, o.Unsafe); err != nil {
		return nil, err
	}
	if err := p.clearAway(log); err != nil {
		return nil, err
	}
	if o.Port != 0 {
		if err := portFree(o.Port); err != nil {
			return nil, err
		}
	}
	m := machine{memory: machineMemory(), cpus: runtime.NumCPU()}
	if p.account.canWrite(ctx, "/dev/shm") {
		m.shm, _ = freeSpace("/dev/shm")
	}
	if o.Unsafe {
		m.memory = min(m.memory, 4<<30) // tests run several clusters at once
	}
	if err := p.writeSettings(o, socketDir, m); err != nil {
		return nil, err
	}
	if err := p.rotateLog(logLimit); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unusable(p.root, err)
	}
	out, err := p.openLog()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	written := p.logSize()
	cmd := p.account.command(context.WithoutCancel(ctx), bin.Path("postgres"),
		"-D", p.data(), "-c", "config_file="+filepath.Join(p.root, "postgresql.conf"))
	cmd.SysProcAttr.Setsid = true
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, asFault(fmt.Errorf("start %s: %w", bin.Path("postgres"), err))
	}
	pm := &postmaster{pid: cmd.Process.Pid, exited: make(chan struct{})}
	go func() {
		// Reaped at once: PostgreSQL takes a zombie's postmaster.pid for a living one's.
		_ = cmd.Wait()
		close(pm.exited)
	}()
	if err := p.awaitReady(ctx, pm, log); err != nil {
		said := p.logSince(written)
		select {
		case <-pm.exited:
			return nil, p.explain(said).because(fmt.Errorf("%w: %s", err, lastLines(said)))
		default:
			return nil, errors.Join(err, p.end(context.WithoutCancel(ctx), pm.pid, log))
		}
	}
	return pm, nil
}

// awaitReady waits until the postmaster says in postmaster.pid that it accepts
// connections, and fills in where.
func (p place) awaitReady(ctx context.Context, pm *postmaster, log *slog.Logger) error {
	begun, told := time.Now(), 10*time.Second
	for {
		if f, err := p.readPidFile(); err != nil {
			return err
		} else if f != nil && f.pid == pm.pid && f.status == "ready" {
			pm.port, pm.socketDir, pm.listens = f.port, f.socketDir, f.listens
			return nil
		}
		if waited := time.Since(begun); waited > told {
			log.Info("the database is still starting, after a crash it repeats its log first", "waited", waited.Round(time.Second))
			told *= 2
		}
		select {
		case <-pm.exited: // never, for a nil channel
			return errors.New("postgres ended during its start")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(tick):
		}
		if pm.exited == nil && !p.serves(pm.pid) {
			return errors.New("postgres ended during its start")
		}
	}
}
