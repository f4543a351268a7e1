package main

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// reader is one reader of the live stream. What it is told of a unit it compares
// with when the unit's fix was.
type reader struct {
	conn  net.Conn
	ended chan struct{}
	err   error // why it ended; nil when we left

	// frames is how many frames of units it was told, bytes what it was told.
	frames, bytes atomic.Int64

	// What follows is for one that looks at the frames, once it has ended.
	traffic *traffic // nil for one that only counts frames
	mu      sync.Mutex
	delays  []float64 // seconds from each fix until it was told
	known   map[int]int64
	left    atomic.Bool
}

// follow opens the stream; small keeps the system from taking much for the reader.
func (w *world) follow(token string, t *traffic, small bool) (*reader, error) {
	conn, err := w.knock(token, small)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: conn, ended: make(chan struct{}), traffic: t, known: map[int]int64{}}
	go func() {
		defer close(r.ended)
		r.err = r.read()
	}()
	return r, nil
}

// knock asks for the stream.
func (w *world) knock(token string, small bool) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(w.url, "http://"), 10*time.Second)
	if err != nil {
		return nil, err
	}
	if small {
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	if _, err := fmt.Fprintf(conn, "GET /api/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// leave ends the reading.
func (r *reader) leave() {
	r.left.Store(true)
	r.conn.Close()
	<-r.ended
}

// unitEvent begins a frame of units.
var unitEvent = []byte("event: unit\n")

// read reads events until the stream ends.
func (r *reader) read() error {
	buffer := make([]byte, 0, 2<<10)
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(make([]byte, 0, 2*cap(buffer)), buffer...)
		}
		n, err := r.conn.Read(buffer[len(buffer):cap(buffer)])
		now := time.Now()
		r.bytes.Add(int64(n))
		buffer = buffer[:len(buffer)+n]
		for {
			event, rest, whole := bytes.Cut(buffer, []byte("\n\n"))
			if !whole {
				break
			}
			if bytes.Contains(event[:min(len(event), 2<<10)], unitEvent) {
				r.frames.Add(1)
				if r.traffic != nil {
					r.look(event, now)
				}
			}
			buffer = buffer[:copy(buffer, rest)]
		}
		if err != nil {
			if r.left.Load() {
				return nil
			}
			if text := string(buffer[:min(len(buffer), 200)]); r.frames.Load() == 0 && strings.HasPrefix(text, "HTTP/1.1 ") {
				return fmt.Errorf("%w after: %s", err, text)
			}
			return err
		}
	}
}

// look finds the rows ["ID","STATE",TIME,… of a frame.
func (r *reader) look(event []byte, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		_, rest, ok := bytes.Cut(event, []byte(`["`))
		if !ok {
			return
		}
		event = rest
		id, rest, ok := bytes.Cut(rest, []byte(`","`))
		if !ok {
			return
		}
		_, rest, ok = bytes.Cut(rest, []byte(`"`))
		if !ok || len(rest) == 0 || rest[0] != ',' {
			continue // it was not heard
		}
		end := bytes.IndexAny(rest[1:], ",]")
		if end < 0 {
			return
		}
		at, err := strconv.ParseInt(string(rest[1:1+end]), 10, 64)
		k, known := r.traffic.world.index[string(id)]
		if err != nil || !known || r.known[k] == at {
			continue
		}
		r.known[k] = at
		// A fix that was overtaken, or whose clock is wrong, is not compared.
		if exact := r.traffic.newest[k].Load(); exact/1e9 == at {
			r.delays = append(r.delays, float64(now.UnixNano()-exact)/1e9)
		}
	}
}

// take gives the delays since the last call.
func (r *reader) take() []float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.delays
	r.delays = nil
	return all
}
