package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sitmap/layers"
)

// patience is how long a server waits for other commands to leave a cluster that
// runs without the port the server wants.
const patience = 30 * time.Second

// errInTheWay says that others use a cluster that is not as we want it.
var errInTheWay = errors.New("the cluster is in use")

// enter makes this process a user of a running cluster: the one there is, or one it
// starts.
func (c *Cluster) enter(ctx context.Context) error {
	for end := time.Now().Add(patience); ; {
		err := c.begin(ctx)
		if !errors.Is(err, errInTheWay) {
			return err
		}
		if time.Now().After(end) {
			return inTheWay(c.place.dir, c.options.Port)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(10 * tick):
		}
	}
}

// begin is one try of enter.
func (c *Cluster) begin(ctx context.Context) (err error) {
	if err := c.locks.change.wait(ctx, exclusive); err != nil {
		return err
	}
	defer c.locks.change.free()
	alone, err := c.locks.takeUse(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = c.locks.use.free()
		}
	}()
	f, err := c.place.running()
	if err != nil {
		return err
	}
	if f != nil && !alone {
		if c.options.Port != 0 && !(f.listens && f.port == c.options.Port) {
			return errInTheWay
		}
		return c.adopt(ctx, &f.postmaster)
	}
	if f != nil {
		c.log.Warn("ending a database server that was left running", "pid", f.pid, "folder", c.place.root)
		if err := c.place.end(ctx, f.pid, c.log); err != nil {
			return err
		}
	}
	if err := c.start(ctx); err != nil {
		return errors.Join(err, c.leave(ctx))
	}
	return nil
}

// leave stops what a failed start may have left running.
func (c *Cluster) leave(ctx context.Context) error {
	return c.place.shutDown(context.WithoutCancel(ctx), c.log)
}

// adopt uses a cluster that another process started.
func (c *Cluster) adopt(ctx context.Context, pm *postmaster) error {
	if err := c.place.awaitReady(ctx, pm, c.log); err != nil {
		return err
	}
	major, err := c.place.major()
	if err != nil {
		return err
	}
	bin, err := FindBinaries(ctx, major)
	if err != nil {
		return err
	}
	if pm.listens {
		c.options.Port = pm.port // should we ever start it again
	}
	c.accept(pm, bin)
	c.log.Debug("using the running database", "pid", pm.pid, "folder", c.place.root)
	return nil
}

// start starts the cluster, with the programs of the version that made it.
func (c *Cluster) start(ctx context.Context) error {
	major, err := c.place.major()
	if err != nil {
		return err
	}
	bin, err := FindBinaries(ctx, major)
	if err != nil {
		return err
	}
	begun := time.Now()
	pm, err := c.place.launch(ctx, bin, c.options, c.log)
	if err != nil {
		return err
	}
	if err := c.place.furnish(ctx, bin, pm, c.options.Port); err != nil {
		return err
	}
	c.accept(pm, bin)
	c.log.Info("the database runs", "pid", pm.pid, "folder", c.place.root, "user", c.place.account.name,
		"postgresql", bin.Version, "postgis", bin.PostGIS, "new", major == 0, "took", time.Since(begun).Round(time.Millisecond))
	return nil
}

func (c *Cluster) accept(pm *postmaster, bin Binaries) {
	c.mu.Lock()
	c.postmaster, c.bin = pm, bin
	c.mu.Unlock()
	c.set(nil)
}

func inTheWay(dir string, port int) *Fault {
	return &Fault{
		Kind: layers.ErrConflict,
		What: layers.Text{
			Zh: fmt.Sprintf("另一个命令正在使用 %s 的数据库，无法改用端口 %d", dir, port),
			En: fmt.Sprintf("another command uses the database in %s, so it cannot change to port %d", dir, port),
		},
		Cure: layers.Text{Zh: "请等它结束后再启动", En: "start again when that command has ended"},
	}
}
