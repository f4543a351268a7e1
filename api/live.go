package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sitmap/api/auth"
	"sitmap/layers"
	"sitmap/layers/access"
)

// The live stream tells a page what happened, as server-sent events (WHATWG
// HTML, 9.2). It has one connection and one loop for each reader and no queue:
// a reader who is slow is told less often, and of the newest state.

const (
	heartbeat = 15 * time.Second
	// recheck is how often it is asked whether the readers still may read, so
	// that whoever may not is gone within a second.
	recheck = 600 * time.Millisecond
	// eventTimeout is how long a reader may take to receive an event.
	eventTimeout = 5 * time.Second
	// eventPart is how many bytes a reader has to take within that time.
	eventPart = 32 << 10
	// maxBacklog is what the system may keep of what a reader does not take.
	maxBacklog = 128 << 10
	// defaultStreams is how many streams there may be at once.
	defaultStreams = 5_000
	// maxStreamsOfOne keeps one account from taking the seats of all.
	maxStreamsOfOne = 50
	// comeBack is how long a browser waits before it connects again.
	comeBack = 2 * time.Second
)

// feed is one kind of news on the stream. Another kind is another feed in the
// list of feeds, and a call of streams.wake when there is something to tell.
type feed struct {
	event string
	// shared says that news depend on nothing of the reader but the scope, so that
	// they are made once for all who may see the same.
	shared bool
	// since is what the reader has to be told who knows the feed up to mark,
	// and up to where they know it then; nil when there is nothing. A mark of
	// 0 knows nothing. It must not wait for anybody.
	since func(mark uint64, reader access.User) (news any, now uint64)
	// missed is what a reader has to be told who comes back with the id of the
	// last event they saw; nil when there is nothing, or no such thing.
	missed func(id url.Values, reader access.User) (news any)
	// id adds to an event's id what a reader knows who was told up to mark.
	id func(id url.Values, mark uint64, reader access.User)
}

// streams are the readers of the live stream.
type streams struct {
	most    int
	frames  frames
	mu      sync.Mutex
	all     map[*liveStream]bool
	of      map[int64]int // by account
	leaving bool
	leave   chan struct{} // closed when all have to end
	open    sync.WaitGroup
}

func newStreams(most int) *streams {
	if most == 0 {
		most = defaultStreams
	}
	return &streams{most: most, frames: frames{news: map[newsKey]*newsFrame{}}, all: map[*liveStream]bool{}, of: map[int64]int{}, leave: make(chan struct{})}
}

// wake makes every stream look for news.
func (all *streams) wake() {
	all.frames.forget()
	all.mu.Lock()
	defer all.mu.Unlock()
	for one := range all.all {
		select {
		case one.news <- struct{}{}:
		default: // it is awake already
		}
	}
}

func (all *streams) add(one *liveStream) error {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.leaving || len(all.all) >= all.most || all.of[one.reader.ID] >= maxStreamsOfOne {
		return fmt.Errorf("too many live streams at once: %w", layers.ErrUnavailable)
	}
	all.all[one] = true
	all.of[one.reader.ID]++
	all.open.Add(1)
	return nil
}

func (all *streams) remove(one *liveStream) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.all, one)
	if all.of[one.reader.ID]--; all.of[one.reader.ID] == 0 {
		delete(all.of, one.reader.ID)
	}
	all.open.Done()
}

func (all *streams) count() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.all)
}

// end ends every stream, lets none begin, and waits for them until ctx ends.
func (all *streams) end(ctx context.Context) {
	all.mu.Lock()
	if !all.leaving {
		all.leaving = true
		close(all.leave)
	}
	all.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		all.open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// liveStream is one reader's.
type liveStream struct {
	server *Server
	reader access.User
	// proof is how the reader came in, from address.
	proof   auth.Proof
	address string
	news    chan struct{}
	check   chan struct{} // whether they still may read
	conn    net.Conn
	marks   []uint64 // by feed
	id      string   // of the next event, as long as no mark that it depends on moved
}

// live answers with the stream. It takes the connection over, because a
// stream has deadlines of its own and must notice at once when its reader
// leaves; the seat of its class goes back before it begins.
func (s *Server) live(ctx context.Context, r *request) error {
	if err := s.moves.load(ctx); err != nil {
		return err
	}
	h := &r.fiber.Response().Header
	h.SetContentType(typeEvents)
	h.Set("X-Accel-Buffering", "no") // a proxy must pass each event on
	if r.fiber.Method() == http.MethodHead {
		return nil
	}
	one := &liveStream{server: s, reader: r.user, proof: auth.Proof{Session: r.session, Token: r.token}, address: r.client.network(), news: make(chan struct{}, 1), check: make(chan struct{}, 1)}
	if err := s.streams.add(one); err != nil {
		return err
	}
	h.SetContentLength(-2) // until the connection ends
	head := append([]byte(nil), h.Header()...)
	seen := r.header("Last-Event-Id")
	r.stream = true
	c := r.fiber.Context()
	c.HijackSetNoResponse(true)
	c.Hijack(func(conn net.Conn) {
		// What the request took is given back when this returns; the stream goes
		// on with the connection alone.
		if plain, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
			conn = plain.UnsafeConn()
		}
		go func() {
			defer s.streams.remove(one)
			defer conn.Close()
			limitBacklog(conn, maxBacklog)
			one.run(conn, head, seen)
		}()
	})
	r.release()
	s.finish(ctx, r, http.StatusOK, nil)
	return nil
}

// oversee asks again and again who the readers are, all of them with one question,
// until ctx ends.
func (s *Server) oversee(ctx context.Context) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		proofs := s.streams.proofs()
		if len(proofs) == 0 {
			continue
		}
		asking, cancel := s.within(classes["map"].timeout)
		// Where the store does not answer, each stream sees for itself whether
		// its reader is believed.
		if err := s.auth.Refresh(asking, proofs); err != nil {
			s.options.Log.Debug("the readers of the live stream are not checked together", "error", err)
		}
		cancel()
		s.streams.recheck()
	}
}

// proofs are those of all readers.
func (all *streams) proofs() []auth.Proof {
	all.mu.Lock()
	defer all.mu.Unlock()
	proofs := make([]auth.Proof, 0, len(all.all))
	for one := range all.all {
		proofs = append(proofs, one.proof)
	}
	return proofs
}

// recheck makes every stream see whether its reader still may read.
func (all *streams) recheck() {
	all.mu.Lock()
	defer all.mu.Unlock()
	for one := range all.all {
		select {
		case one.check <- struct{}{}:
		default:
		}
	}
}

// run tells the reader what happens until they leave, may not read any more,
// or the server ends.
func (one *liveStream) run(conn net.Conn, head []byte, seen string) {
	one.conn = conn
	left := make(chan struct{})
	go func() {
		defer close(left)
		var b [1]byte
		_, _ = conn.Read(b[:]) // a reader of events has nothing more to say
	}()
	defer func() {
		_ = conn.SetReadDeadline(time.Unix(1, 0))
		<-left
	}()
	if one.write(head) != nil || one.greet(seen) != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-one.news:
			err = one.tell()
		case <-one.check:
			err = one.stillMay()
		case <-beat.C:
			err = one.write([]byte(": \n\n"))
		case <-left:
			return
		case <-one.server.streams.leave:
			return
		}
		if err != nil {
			return
		}
	}
}

var errReaderChanged = errors.New("the reader may see something else now")

// stillMay fails when the reader may not read any more, or something else
// than before: then they come back and begin anew.
func (one *liveStream) stillMay() error {
	ctx, cancel := one.server.within(classes["map"].timeout)
	defer cancel()
	now, err := one.server.auth.Watch(ctx, one.proof, one.address)
	if err != nil {
		return err
	}
	if !now.Role.Has(access.ReadMap) || now.Scope() != one.reader.Scope() {
		return errReaderChanged
	}
	return nil
}

// greet tells the state of every feed, and what a reader who comes back missed.
func (one *liveStream) greet(seen string) error {
	feeds := one.server.feeds
	one.marks = make([]uint64, len(feeds))
	var hello []*newsFrame
	var names []string
	for i, f := range feeds {
		news := one.server.streams.frames.of(i, f, 0, one.reader)
		if news.err != nil {
			return news.err
		}
		if news.json != nil {
			one.marks[i] = news.now
			hello, names = append(hello, news), append(names, f.event)
		}
	}
	if err := one.write(fmt.Appendf(nil, "retry: %d\n\nid: %s\nevent: hello\ndata: {", comeBack.Milliseconds(), one.eventID())); err != nil {
		return err
	}
	for k, news := range hello { // piece by piece: that of a city is large, and shared
		comma := ","
		if k == 0 {
			comma = ""
		}
		if err := one.write(fmt.Appendf(nil, "%s%q:", comma, names[k])); err != nil {
			return err
		}
		if err := one.write(news.json); err != nil {
			return err
		}
	}
	if err := one.write([]byte("}\n\n")); err != nil {
		return err
	}
	id, err := url.ParseQuery(seen)
	if seen == "" || err != nil {
		return nil
	}
	for _, f := range feeds {
		if f.missed == nil {
			continue
		}
		if news := f.missed(id, one.reader); news != nil {
			body, err := json.Marshal(news)
			if err != nil {
				return fmt.Errorf("event %s: %w", f.event, err)
			}
			if err := one.write((&newsFrame{json: body}).event(f.event, one.eventID())); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell tells what is new in the feeds.
func (one *liveStream) tell() error {
	for i, f := range one.server.feeds {
		news := one.server.streams.frames.of(i, f, one.marks[i], one.reader)
		if news.err != nil {
			return news.err
		}
		if news.json == nil {
			continue
		}
		one.marks[i] = news.now
		if f.id != nil {
			one.id = ""
		}
		if err := one.write(news.event(f.event, one.eventID())); err != nil {
			return err
		}
	}
	return nil
}

// eventID says what the reader knows who was told everything so far.
func (one *liveStream) eventID() string {
	if one.id != "" {
		return one.id
	}
	id := url.Values{}
	for i, f := range one.server.feeds {
		if f.id != nil {
			f.id(id, one.marks[i], one.reader)
		}
	}
	one.id = id.Encode()
	return one.id
}

// write writes part by part, so that a slow reader who does read has the time.
func (one *liveStream) write(b []byte) error {
	for len(b) > 0 {
		if err := one.conn.SetWriteDeadline(time.Now().Add(eventTimeout)); err != nil {
			return err
		}
		n, err := one.conn.Write(b[:min(len(b), eventPart)])
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
