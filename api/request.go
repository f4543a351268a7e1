package api

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"sitmap/layers/access"
)

// request is one question and its answer on the way out. Everything in it
// but fiber is a copy, because Fiber uses its memory again.
type request struct {
	server  *Server
	release func() // ends its context and gives back what it holds
	fiber   *fiber.Ctx
	op      *operation
	id      requestID
	began   time.Time
	epoch   uint64 // of the map, when the request began
	log     *slog.Logger
	client  client
	user    access.User
	session string // the secret of the cookie that proved the user; empty for none
	token   string // the secret of the program that asks; empty for none
	values  map[string]any
	fields  map[string][]string // query parameters that must be fields of the layer
	body    []byte
	// stream is true when the answer is still being written after the
	// handler returned; whoever writes it ends the request.
	stream bool
}

// handler answers one operation whose rights, parameters and body are checked.
type handler func(context.Context, *request) error

// text is a checked parameter; "" when it was not given.
func (r *request) text(name string) string {
	s, _ := r.values[name].(string)
	return s
}

// number is a checked parameter; 0 when it was not given and has no default.
func (r *request) number(name string) int64 {
	n, _ := r.values[name].(int64)
	return n
}

// given reports whether the parameter was given or has a default.
func (r *request) given(name string) bool {
	_, ok := r.values[name]
	return ok
}

// header is a header of the request, copied.
func (r *request) header(name string) string {
	return strings.Clone(r.fiber.Get(name))
}

// scope is what the asker may read.
func (r *request) scope() access.Scope { return r.user.Scope() }
