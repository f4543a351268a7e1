package api

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"sync"

	"sitmap/layers/access"
)

// frames are what the live streams were told since they were last woken. Whoever
// knows as much of a feed and may see the same is told the same bytes, which are
// made once: of a city with ninety townships ninety times, however many read.
type frames struct {
	mu   sync.Mutex
	news map[newsKey]*newsFrame
}

// newsKey is what news of a feed depend on.
type newsKey struct {
	feed  int
	mark  uint64
	scope access.Scope
}

// newsFrame is news of a feed as JSON; nil when there are none.
type newsFrame struct {
	once sync.Once
	json []byte
	now  uint64
	err  error

	mu     sync.Mutex
	id     string // of the event
	framed []byte // the event
}

// forget makes all news anew from now on.
func (all *frames) forget() {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.news = map[newsKey]*newsFrame{}
}

// of is what the reader is to be told of the n-th feed who knows it up to mark.
func (all *frames) of(n int, f feed, mark uint64, reader access.User) *newsFrame {
	if !f.shared {
		one := &newsFrame{}
		one.make(f, mark, reader)
		return one
	}
	key := newsKey{n, mark, reader.Scope()}
	all.mu.Lock()
	one := all.news[key]
	if one == nil {
		one = &newsFrame{}
		all.news[key] = one
	}
	all.mu.Unlock()
	one.make(f, mark, reader)
	return one
}

func (one *newsFrame) make(f feed, mark uint64, reader access.User) {
	one.once.Do(func() {
		var news any
		if news, one.now = f.since(mark, reader); news == nil {
			return
		}
		if one.json, one.err = json.Marshal(news); one.err != nil {
			one.err = fmt.Errorf("news of %s: %w", f.event, one.err)
		}
	})
}

// event is the news as an event of that id.
func (one *newsFrame) event(name, id string) []byte {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.framed == nil || one.id != id {
		one.id = id
		one.framed = fmt.Appendf(make([]byte, 0, len(one.json)+len(name)*2+len(id)+32), "id: %s\nevent: %s\ndata: {%q:%s}\n\n", id, name, name, one.json)
	}
	return one.framed
}

// limitBacklog keeps the system from taking more than that many bytes for a reader
// who does not read: it would be megabytes each.
func limitBacklog(conn net.Conn, bytes int) {
	for {
		switch c := conn.(type) {
		case interface{ UnsafeConn() net.Conn }:
			conn = c.UnsafeConn()
		case *patientConn:
			conn = c.Conn
		case *tls.Conn:
			conn = c.NetConn()
		case *net.TCPConn:
			_ = c.SetWriteBuffer(bytes)
			return
		default:
			return
		}
	}
}
