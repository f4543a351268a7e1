package embedded

import (
	"context"
	"time"
)

const (
	firstPause = 250 * time.Millisecond
	longest    = 30 * time.Second
	// A cluster that started and died again waits no longer than this: that it can
	// start is known, and meanwhile nothing is written and nothing can be read.
	longestRestart = time.Second
	// A cluster that ran this long is healthy: the next crash is a new matter.
	healthy = 10 * time.Second
)

// supervise starts the cluster again whenever it ends without our asking, with
// growing pauses while that fails, and keeps its log short. Every user of the cluster
// does so; the lock on changes lets one of them act.
func (c *Cluster) supervise(ctx context.Context) {
	defer close(c.watched)
	pause := time.Duration(0)
	for {
		up := time.Now()
		if !c.watch(ctx) {
			return
		}
		if time.Since(up) > healthy {
			pause = 0
		}
		c.log.Error("the database server has died; starting it again", "folder", c.place.root)
		c.set(asFault(errDied))
		for {
			if !sleep(ctx, pause) {
				return
			}
			pause = min(max(2*pause, firstPause), longest)
			err := c.revive(ctx)
			if err == nil {
				pause = min(pause, longestRestart)
				break
			}
			if ctx.Err() != nil {
				return
			}
			c.log.Error("the database does not start", "error", err, "next try in", pause)
			c.set(asFault(err))
		}
	}
}

// watch returns true when the postmaster has died, and false when ctx has ended.
func (c *Cluster) watch(ctx context.Context) bool {
	c.mu.Lock()
	pm := c.postmaster
	c.mu.Unlock()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	rotate := time.NewTicker(time.Minute)
	defer rotate.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-pm.exited: // never, for one that is not our child
			return true
		case <-look.C:
			if pm.exited == nil && !c.place.serves(pm.pid) {
				return true
			}
		case <-rotate.C:
			if err := c.place.rotateLog(logLimit); err != nil {
				c.log.Warn("the database's log cannot be shortened", "error", err)
			}
		}
	}
}

// revive starts the cluster, unless another of its users already has.
func (c *Cluster) revive(ctx context.Context) error {
	if err := c.locks.change.wait(ctx, exclusive); err != nil {
		return err
	}
	defer c.locks.change.free()
	f, err := c.place.running()
	if err != nil {
		return err
	}
	if f != nil {
		err = c.adopt(ctx, &f.postmaster)
	} else if err = c.start(ctx); err != nil {
		_ = c.leave(ctx)
	}
	if err == nil {
		c.mu.Lock()
		c.state.Restarts++
		c.mu.Unlock()
	}
	return err
}

// sleep waits, and says whether ctx is still on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
