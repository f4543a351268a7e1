package api

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

// firstBytes is how much of a long answer is made before its status is sent.
// Failures up to there are told as problems; a later one cuts the connection,
// so that half an answer never looks like a whole one.
const firstBytes = 64 << 10

// stream answers with what write produces, in memory that does not grow with
// its length. write runs in a goroutine of its own and may outlive the
// handler; when stream returns with r.stream unset, it has ended.
func (s *Server) stream(ctx context.Context, r *request, contentType string, write func(io.Writer) error) error {
	r.fiber.Set(fiber.HeaderContentType, contentType)
	zipped := r.takesGzip()
	if zipped {
		r.fiber.Set(fiber.HeaderContentEncoding, "gzip")
	}
	out, in := io.Pipe()
	go func() { in.CloseWithError(s.produce(r, in, zipped, write)) }()

	first := make([]byte, firstBytes)
	n, err := io.ReadFull(out, first)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return r.fiber.Send(first[:n]) // all of it
	case err != nil:
		return err
	}
	if r.fiber.Method() == fiber.MethodHead {
		// Only that a body would come in pieces is told. A body stream must not be
		// set: fasthttp would end it with an empty line that belongs to no answer.
		out.Close()
		r.fiber.Response().ResetBody()
		r.fiber.Response().Header.SetContentLength(-1)
		return nil
	}
	r.stream = true
	rest := &streamed{from: io.MultiReader(bytes.NewReader(first), out)}
	rest.end = func() {
		out.Close()
		r.release()
		s.finish(ctx, r, http.StatusOK, rest.failed)
	}
	r.fiber.Context().SetBodyStream(rest, -1)
	return nil
}

// produce runs write; a panic there becomes a failure.
func (s *Server) produce(r *request, to io.Writer, zipped bool, write func(io.Writer) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic(r, p, debug.Stack())
			err = errInternal
		}
	}()
	buffered := bufio.NewWriterSize(to, firstBytes)
	if !zipped {
		if err := write(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	}
	packed, err := gzip.NewWriterLevel(buffered, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	if err := write(packed); err != nil {
		return err
	}
	return errors.Join(packed.Close(), buffered.Flush())
}

// streamed is a body that says when it was sent or given up, and why it failed.
type streamed struct {
	from   io.Reader
	failed error
	end    func()
}

func (b *streamed) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// Close is called by fasthttp when the answer is written, or the client gone.
func (b *streamed) Close() error {
	b.end()
	return nil
}
