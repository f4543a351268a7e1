package api

import (
	"bytes"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"sitmap/layers/access"
	"sitmap/tiles"
)

// A map asks for the same tiles again and again. What was answered the long
// way, through rights, parameters and the tile server, is kept ready to be
// sent, and the same question is answered from there: who asks is still found
// out, and nothing is sent that the long way would not send.

const (
	// quickFor is how long an answer is given without the long way. Every
	// change of the map ends it at once; this bounds what a change would do
	// that nobody heard of, and finds out that the store is away.
	quickFor = time.Second
	// quickBytes bounds the memory that ready answers keep.
	quickBytes  = 64 << 20
	quickShards = 8
	// quickOverhead is what an answer keeps beside its bytes, roughly.
	quickOverhead = 4 << 10
)

var (
	tilesPrefix  = []byte("/tiles/")
	bearerPrefix = []byte("Bearer ")
)

// question is all that the answer to a tile's request depends on, beside the
// state of the map. Whoever lets a route's answer depend on more adds it here.
type question struct {
	target string       // as the client wrote it, with the query
	scope  access.Scope // what the asker may see
	coding tiles.Coding // that the client likes best
	mlt    bool         // whether it prefers MapLibre Tiles, where there are any
}

// quickAnswer is an answer ready to be sent: its bytes and all its headers
// but the request id. Nobody may write to it.
type quickAnswer struct {
	op        *operation
	body      []byte
	tag       []byte                  // with quotes
	whole     fasthttp.ResponseHeader // of a 200
	unchanged fasthttp.ResponseHeader // of a 304
	epoch     uint64                  // of the tile server, for which it was made
	until     time.Time
}

// quickAnswers remembers answers, by what was asked.
type quickAnswers struct {
	seed   maphash.Seed
	shards [quickShards]struct {
		sync.RWMutex
		answers map[question]*quickAnswer
		bytes   int
	}
}

func newQuickAnswers() *quickAnswers {
	q := &quickAnswers{seed: maphash.MakeSeed()}
	for i := range q.shards {
		q.shards[i].answers = map[question]*quickAnswer{}
	}
	return q
}

// get is the remembered answer, or nil.
func (q *quickAnswers) get(target []byte, scope access.Scope, coding tiles.Coding, mlt bool) *quickAnswer {
	shard := &q.shards[maphash.Bytes(q.seed, target)%quickShards]
	shard.RLock()
	defer shard.RUnlock()
	return shard.answers[question{string(target), scope, coding, mlt}]
}

// put remembers the answer. When there are too many, all of the shard go:
// those that are asked for are back within a moment.
func (q *quickAnswers) put(asked question, a *quickAnswer) {
	size := len(asked.target) + len(a.body) + quickOverhead
	if size > quickBytes/quickShards {
		return
	}
	shard := &q.shards[maphash.String(q.seed, asked.target)%quickShards]
	shard.Lock()
	defer shard.Unlock()
	if old, ok := shard.answers[asked]; ok {
		shard.bytes -= len(asked.target) + len(old.body) + quickOverhead
	}
	if shard.bytes+size > quickBytes/quickShards {
		clear(shard.answers)
		shard.bytes = 0
	}
	shard.answers[asked] = a
	shard.bytes += size
}

// forget lets go of an answer that may have been overtaken.
func (q *quickAnswers) forget(asked question) {
	shard := &q.shards[maphash.String(q.seed, asked.target)%quickShards]
	shard.Lock()
	defer shard.Unlock()
	if old, ok := shard.answers[asked]; ok {
		shard.bytes -= len(asked.target) + len(old.body) + quickOverhead
		delete(shard.answers, asked)
	}
}

// quickly answers the request if it was answered a moment ago; false leaves it
// to the long way. The credential must be one that auth believes just now, so
// that a revoked one ends here no later than anywhere else.
func (s *Server) quickly(c *fasthttp.RequestCtx) bool {
	target := c.Request.Header.RequestURI()
	if !bytes.HasPrefix(target, tilesPrefix) || !c.IsGet() && !c.IsHead() {
		return false
	}
	began := s.options.Clock()
	user, ok := s.knownUser(&c.Request.Header)
	if !ok {
		return false
	}
	coding := readCodings(c.Request.Header.Peek(fiber.HeaderAcceptEncoding)).best(byTaste[:]...)
	a := s.quick.get(target, user.Scope(), coding, prefersMLT(c.Request.Header.Peek(fiber.HeaderAccept)))
	if a == nil || a.epoch != s.options.Tiles.Epoch() || !began.Before(a.until) || !user.Role.Has(a.op.Right) {
		return false
	}
	id := s.ids.next()
	status := a.write(&c.Request, &c.Response, id)
	// It took microseconds; looking at the clock again would be one of them.
	s.metrics.observe(a.op, status, 0)
	if s.options.Log.Enabled(c, slog.LevelDebug) {
		s.note(c, &request{op: a.op, id: id, user: user}, status, 0, nil)
	}
	return true
}

// knownUser is who asks, if auth need not ask the store. It reads the
// credential as readCredential does, and leaves everything unusual to that.
func (s *Server) knownUser(h *fasthttp.RequestHeader) (access.User, bool) {
	if bearer := h.Peek(fiber.HeaderAuthorization); len(bearer) > 0 {
		token, ok := bytes.CutPrefix(bearer, bearerPrefix)
		if !ok {
			return access.User{}, false
		}
		return s.auth.KnownToken(token)
	}
	return s.auth.KnownSession(h.Cookie(s.cookieName()))
}

// write sends the answer, or a 304 to whoever has it already.
func (a *quickAnswer) write(asked *fasthttp.Request, answer *fasthttp.Response, id requestID) (status int) {
	header := &a.whole
	if hasTag(asked.Header.Peek(fiber.HeaderIfNoneMatch), a.tag) {
		header = &a.unchanged
	} else {
		answer.SetBodyRaw(a.body)
	}
	header.CopyTo(&answer.Header)
	answer.Header.SetCanonical(headerRequestID, id[:])
	return header.StatusCode()
}

// newQuickAnswer is the answer with the tile in the coding that the client
// likes best, as it is sent today.
func (r *request) newQuickAnswer(t *tiles.Tile, mediaType string, liked tiles.Coding) *quickAnswer {
	body, tag, coding := t.As(liked)
	a := &quickAnswer{op: r.op, body: body, tag: []byte(`"` + tag + `"`), epoch: r.epoch, until: r.began.Add(quickFor)}
	r.server.common.CopyTo(&a.whole)
	a.whole.Set(fiber.HeaderCacheControl, askAgain)
	a.whole.Set(fiber.HeaderVary, varies+", Accept")
	a.whole.SetCanonical(headerETag, a.tag)
	a.whole.CopyTo(&a.unchanged)
	a.unchanged.SetStatusCode(http.StatusNotModified)
	for _, name := range ofDocuments {
		a.unchanged.Del(name)
	}
	a.whole.SetContentType(mediaType)
	if coding != tiles.Identity {
		a.whole.Set(fiber.HeaderContentEncoding, coding.String())
	}
	return a
}
