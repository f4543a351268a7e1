package ingest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// Whoever connects and says nothing, or says it byte by byte, is sent away in time.
func TestSlowStrangersAreSentAway(t *testing.T) {
	doors := newTown().doors()
	address := open(t, func(ctx context.Context, l net.Listener) error {
		c := newConnections(doors, JT808)
		c.login = 300 * time.Millisecond
		return c.serve(ctx, l, func(conn *connection) {
			one := terminal{doors: doors, codes: newCodes(), conn: conn, address: "x"}
			one.serve(ctx)
		})
	})
	silent, slow := dial(t, address), dial(t, address)
	go func() {
		for _, b := range say(msgLocation, 1, here(0)) {
			if _, err := slow.conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	for _, d := range []*device{silent, slow} {
		_ = d.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(d.r); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("still connected after 5 seconds")
		}
	}
	eventually(t, "nobody connected", func() bool { return doors.Counts.Connections(JT808) == 0 })
}

// A deadline that somebody sets is at most half an hour away, and none is set once
// the connection has to end.
func TestDeadlinesOfConnections(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	seen := &deadlines{Conn: ours}
	c := &connection{Conn: seen}
	for _, asked := range []time.Time{{}, time.Now().Add(48 * time.Hour)} {
		if err := c.SetDeadline(asked); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(seen.last); left > mostIdle || left < mostIdle-time.Minute {
			t.Errorf("asked for %v: %v left", asked, left)
		}
	}
	c.leave()
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	if !seen.last.Before(time.Now()) {
		t.Errorf("%v to read after the end", time.Until(seen.last))
	}
}

type deadlines struct {
	net.Conn
	last time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.last = t
	return d.Conn.SetReadDeadline(t)
}

// A panic at one connection ends that one alone.
func TestAPanicEndsOneConnection(t *testing.T) {
	doors := newTown().doors()
	address := open(t, func(ctx context.Context, l net.Listener) error {
		return newConnections(doors, JT808).serve(ctx, l, func(conn *connection) {
			b := make([]byte, 1)
			if _, err := io.ReadFull(conn, b); err == nil && b[0] == 'p' {
				panic("as told")
			}
			_, _ = conn.Write(b)
		})
	})
	for _, say := range []string{"p", "x", "p", "x"} {
		d := dial(t, address)
		if _, err := d.conn.Write([]byte(say)); err != nil {
			t.Fatal(err)
		}
		_ = d.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if got, _ := io.ReadAll(d.r); say == "x" && string(got) != "x" {
			t.Errorf("%q, want x", got)
		}
	}
}
