package api

import (
	"bytes"
	"hash/maphash"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"sitmap/layers/access"
	"sitmap/tiles"
)

// A map asks for the same tiles and counts again and again. What was answered the
// long way, through rights, parameters and the servers behind, is kept ready to be
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

var bearerPrefix = []byte("Bearer ")

// quickPrefixes are where the addresses begin whose answers are remembered: those
// of tiles and of counts, which depend on nothing but a question.
var quickPrefixes = [][]byte{[]byte("/tiles/"), []byte("/api/h3/"), []byte("/api/hotspots/"), []byte("/api/areas/counts/")}

func isQuick(target []byte) bool {
	return slices.ContainsFunc(quickPrefixes, func(prefix []byte) bool { return bytes.HasPrefix(target, prefix) })
}

// question is all that the answer to such a request depends on, beside the
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
	epoch     uint64                  // of the map, for which it was made
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
	if !isQuick(target) || !c.IsGet() && !c.IsHead() {
		return false
	}
	began := s.options.Clock()
	user, ok := s.knownUser(&c.Request.Header)
	if !ok {
		return false
	}
	coding := readCodings(c.Request.Header.Peek(fiber.HeaderAcceptEncoding)).best(byTaste[:]...)
	a := s.quick.get(target, user.Scope(), coding, prefersMLT(c.Request.Header.Peek(fiber.HeaderAccept)))
	if a == nil || a.epoch != s.epoch() || !began.Before(a.until) || !user.Role.Has(a.op.Right) {
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

// epoch grows whenever anything on the map may have changed: what was asked for and
// answered in an epoch may be answered the same way until it ends.
func (s *Server) epoch() uint64 {
	epoch := s.options.Tiles.Epoch()
	if s.options.Counts != nil {
		epoch += s.options.Counts.Epoch()
	}
	return epoch
}

// ready is bytes to be sent: in a coding, with the entity tag of exactly these
// bytes, without quotes.
type ready struct {
	body      []byte
	tag       string
	coding    tiles.Coding
	mediaType string
	varies    string // the headers on which they depend
}

// newQuickAnswer is the answer with these bytes, as it is sent today.
func (r *request) newQuickAnswer(made ready) *quickAnswer {
	a := &quickAnswer{op: r.op, body: made.body, tag: []byte(`"` + made.tag + `"`), epoch: r.epoch, until: r.began.Add(quickFor)}
	r.server.common.CopyTo(&a.whole)
	a.whole.Set(fiber.HeaderCacheControl, askAgain)
	a.whole.Set(fiber.HeaderVary, made.varies)
	a.whole.SetCanonical(headerETag, a.tag)
	a.whole.CopyTo(&a.unchanged)
	a.unchanged.SetStatusCode(http.StatusNotModified)
	for _, name := range ofDocuments {
		a.unchanged.Del(name)
	}
	a.whole.SetContentType(made.mediaType)
	if made.coding != tiles.Identity {
		a.whole.Set(fiber.HeaderContentEncoding, made.coding.String())
	}
	return a
}

// sendReady answers with the bytes, and keeps the answer for whoever asks the same
// next. While what is served may have been overtaken, the answer says since when,
// and is not kept.
func (r *request) sendReady(made ready, liked tiles.Coding) error {
	s, asked := r.server, r.fiber.Request()
	answer := r.newQuickAnswer(made)
	answer.write(asked, r.fiber.Response(), r.id)
	since, stale := s.options.Tiles.Stale()
	if stale {
		r.fiber.Set(headerStale, since.UTC().Format(time.RFC3339))
	}
	if target := asked.Header.RequestURI(); r.op.safe() && isQuick(target) {
		q := question{string(target), r.scope(), liked, r.prefersMLT()}
		if stale {
			s.quick.forget(q)
		} else {
			s.quick.put(q, answer)
		}
	}
	return nil
}
