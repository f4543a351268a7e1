package ingest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// mostIdle is how long a device may be quiet, whatever it asks for.
const mostIdle = 30 * time.Minute

// connection is one device's. It may be quiet for so long and no longer, each
// answer has to be taken within its time, and when the server ends no read
// succeeds any more, whatever deadline is set.
type connection struct {
	net.Conn
	mu      sync.Mutex
	leaving bool
}

// SetDeadline is SetReadDeadline: writing has its own.
func (c *connection) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *connection) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving {
		return nil
	}
	if latest := time.Now().Add(mostIdle); t.IsZero() || t.After(latest) {
		t = latest
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *connection) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *connection) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaving = true
	_ = c.Conn.SetReadDeadline(time.Unix(1, 0))
}

// connections are the open ones of a listener.
type connections struct {
	doors *Doors
	by    Protocol
	login time.Duration // to prove whose it is
	mu    sync.Mutex
	open  map[*connection]bool
	ended bool
	wait  sync.WaitGroup
}

func newConnections(d *Doors, by Protocol) *connections {
	return &connections{doors: d, by: by, login: loginTimeout, open: map[*connection]bool{}}
}

// serve gives each connection to handle, in a goroutine of its own, until ctx
// ends. Then it wakes whoever waits for a device, gives those who are at work the
// time to answer, and returns nil when all have ended.
func (c *connections) serve(ctx context.Context, listener net.Listener, handle func(*connection)) error {
	stopped := make(chan struct{})
	defer close(stopped)
	go func() {
		select {
		case <-ctx.Done():
		case <-stopped:
		}
		listener.Close()
	}()
	err := c.accept(ctx, listener, handle)
	c.end()
	return err
}

func (c *connections) accept(ctx context.Context, listener net.Listener, handle func(*connection)) error {
	pause := time.Millisecond
	for {
		conn, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("serve %s on %s: %w", c.by, listener.Addr(), err)
		case err != nil: // such as too many open files: it passes
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = time.Millisecond
		one := &connection{Conn: conn}
		_ = one.SetReadDeadline(time.Now().Add(c.login))
		if !c.add(one) {
			c.doors.Counts.Refuse(c.by, ReasonTooMany)
			conn.Close()
			continue
		}
		go func() {
			defer c.remove(one)
			defer c.survive()
			handle(one)
		}()
	}
}

// survive ends one connection where the program would otherwise end.
func (c *connections) survive() {
	if p := recover(); p != nil {
		c.doors.Log.Error("panic at a door", "protocol", c.by, "panic", fmt.Sprint(p))
	}
}

func (c *connections) add(conn *connection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || len(c.open) >= mostConnections {
		return false
	}
	c.open[conn] = true
	c.wait.Add(1)
	c.doors.Counts.of[c.by].connections.Add(1)
	return true
}

func (c *connections) remove(conn *connection) {
	conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
	c.wait.Done()
	c.doors.Counts.of[c.by].connections.Add(-1)
}

// end makes every read fail, waits for the work at hand, and cuts off what is
// left.
func (c *connections) end() {
	c.each((*connection).leave)
	all := make(chan struct{})
	go func() {
		c.wait.Wait()
		close(all)
	}()
	patience := time.NewTimer(receiveTimeout)
	defer patience.Stop()
	select {
	case <-all:
		return
	case <-patience.C:
	}
	c.each(func(conn *connection) { conn.Close() })
	<-all
}

func (c *connections) each(do func(*connection)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for conn := range c.open {
		do(conn)
	}
}
