package api

import (
	"context"
	"net/http"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
)

// answer is the way of every request: who asks, may they, is it well asked;
// then the handler.
func (s *Server) answer(op *operation, h handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, r := s.begin(c, op)
		err := s.ask(ctx, r, h)
		if err != nil {
			s.writeProblem(c, r.id, err)
		}
		if !r.stream {
			r.release()
			s.finish(ctx, r, c.Response().StatusCode(), err)
		}
		return nil
	}
}

func (s *Server) begin(c *fiber.Ctx, op *operation) (context.Context, *request) {
	r := &request{
		server: s, fiber: c, op: op, id: s.ids.next(), began: s.options.Clock(), epoch: s.epoch(),
		log: s.options.Log, client: s.clientOf(c),
	}
	ctx, cancel := s.within(classes[op.Tag].timeout)
	r.release = cancel
	s.startHeaders(c.Response(), r.id)
	return ctx, r
}

// ask runs the checks in their order, then the handler. A panic is a failure
// like any other, with its stack in the log.
func (s *Server) ask(ctx context.Context, r *request, h handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic(r, p, debug.Stack())
			err = errInternal
		}
	}()
	if err := s.gates[r.op.Tag].enter(r); err != nil {
		return err
	}
	if err := s.identify(ctx, r); err != nil {
		return err
	}
	path := func(name string) string { return r.fiber.Params(name) }
	r.values, r.fields, err = r.op.readParameters(path, string(r.fiber.Request().URI().QueryString()))
	if err != nil {
		return err
	}
	if err := r.readBody(); err != nil {
		return err
	}
	return h(ctx, r)
}

// writeProblem answers with what went wrong, whatever was begun before.
func (s *Server) writeProblem(c *fiber.Ctx, id requestID, err error) {
	p := problemOf(err, id.String())
	c.Response().ResetBody()
	c.Response().Header.Del(fiber.HeaderContentEncoding)
	c.Response().Header.Del(fiber.HeaderETag)
	c.Response().Header.Del(fiber.HeaderLink)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(p.Status)
	if p.Status == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="sitmap"`)
	}
	if wait := waitOf(err, p.Status); wait != "" {
		c.Set(fiber.HeaderRetryAfter, wait)
	}
	// A problem is made of texts and numbers; encoding it cannot fail.
	_ = c.JSON(p)
	c.Set(fiber.HeaderContentType, typeProblem)
}

// unrouted answers what no route takes: unknown paths, wrong methods, and
// requests that could not be read.
func (s *Server) unrouted(c *fiber.Ctx, err error) error {
	id := s.ids.next()
	allow := c.GetRespHeader(fiber.HeaderAllow) // Fiber's, with a 405
	s.startHeaders(c.Response(), id)
	if allow != "" {
		c.Set(fiber.HeaderAllow, allow)
	}
	s.writeProblem(c, id, err)
	status := c.Response().StatusCode()
	s.metrics.observe(&s.noRoute, status, 0)
	s.options.Log.Debug("request", "request", id.String(), "operation", s.noRoute.ID, "status", status)
	return nil
}
