package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// child is a program that runs beside us until it is stopped.
type child struct {
	name    string
	address string // host:port on which it listens
	log     string // file with what it says
	cmd     *exec.Cmd
	ended   chan struct{}
}

// start runs a program; what it says goes into a file of the work folder.
func (b *bench) start(name, address string, env []string, program string, args ...string) (*child, error) {
	c := &child{name: name, address: address, log: filepath.Join(b.work, name+".log"), ended: make(chan struct{})}
	file, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c.cmd = exec.Command(program, args...)
	c.cmd.Stdout, c.cmd.Stderr, c.cmd.Env = file, file, append(os.Environ(), env...)
	// A Ctrl-C at the terminal is for us, who then stop it; what is left when we
	// cannot, the script ends.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = c.cmd.Wait()
		close(c.ended)
	}()
	b.children = append(b.children, c)
	return c, nil
}

// stop ends the child and waits for it; a second time does nothing.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(15 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

// said is the end of what the child said.
func (c *child) said() string {
	text, _ := os.ReadFile(c.log)
	return strings.TrimSpace(string(text[max(0, len(text)-400):]))
}

// until waits for a condition while the child lives.
func (c *child) until(ctx context.Context, limit time.Duration, what string, ready func() bool) error {
	deadline := time.After(limit)
	for !ready() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.ended:
			return fmt.Errorf("%s ended by itself: %s", c.name, c.said())
		case <-deadline:
			return fmt.Errorf("%s: %s within %s: no: %s", c.name, what, limit, c.said())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// listens waits until the child takes connections.
func (c *child) listens(ctx context.Context) error {
	return c.until(ctx, 30*time.Second, "listens", func() bool {
		conn, err := net.DialTimeout("tcp", c.address, time.Second)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}

// keepShort empties the child's log again and again while the child lives: a
// server under load writes a line for each request.
func (c *child) keepShort(ctx context.Context) {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.ended:
			return
		case <-tick.C:
			_ = os.Truncate(c.log, 0)
		}
	}
}

// freeAddress is an address of the loopback on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// serve starts the program on a database and waits until every layer is read.
func (b *bench) serve(name, url string, more ...string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--listen", address, "--database-url", url, "--var", filepath.Join(b.work, name)}, more...)
	c, err := b.start(name, address, nil, b.sitmap, args...)
	if err != nil {
		return nil, err
	}
	if err := c.listens(b.ctx); err != nil {
		return nil, err
	}
	// It says a line for each layer that it has read.
	err = c.until(b.ctx, 2*time.Minute, "has read every layer", func() bool {
		text, _ := os.ReadFile(c.log)
		return bytes.Count(text, []byte("layer in memory")) >= layerCount
	})
	return c, err
}

// get asks the child for a path and wants 200 or 304.
func (b *bench) get(client *http.Client, c *child, path string, header http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(b.ctx, http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNotModified {
		defer answer.Body.Close()
		return nil, errors.Join(fmt.Errorf("%s: GET %s: %s", c.name, path, answer.Status), drain(answer))
	}
	return answer, nil
}

func drain(a *http.Response) error {
	_, err := discard(a.Body)
	return err
}
