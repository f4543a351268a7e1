package api

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/pyramid"
)

// Memory answers questions about layers that are held in memory, with the
// answers the store would give; *tiles.Server is the one. ok is false where it
// cannot tell and the store must be asked.
type Memory interface {
	// Select finds the features of the question as they are at one moment. After
	// and Limit are left to the caller.
	Select(l layers.Layer, q layers.Query, s access.Scope) (found *pyramid.Selection, ok bool, err error)
	Feature(l layers.Layer, id string, s access.Scope) (f layers.Feature, ok bool, err error)
}

// selected is what memory finds, if it is there and can tell.
func (s *Server) selected(r *request, l layers.Layer, q layers.Query) (*pyramid.Selection, bool, error) {
	if s.options.Memory == nil {
		return nil, false, nil
	}
	return s.options.Memory.Select(l, q, r.scope())
}

// feature is one feature, from memory or from the store.
func (s *Server) feature(ctx context.Context, r *request, l layers.Layer, id string) (layers.Feature, error) {
	if s.options.Memory != nil {
		if f, ok, err := s.options.Memory.Feature(l, id, r.scope()); ok || err != nil {
			return f, err
		}
	}
	return s.options.Store.Feature(ctx, l, id, r.scope())
}

// rows hands the features of the query to yield, in the order of FID, and gives
// how many it matches in all.
func (s *Server) rows(ctx context.Context, r *request, l layers.Layer, q layers.Query, yield func(layers.Feature) error) (matched int64, err error) {
	found, ok, err := s.selected(r, l, q)
	if err != nil {
		return 0, err
	}
	if !ok {
		if matched, err = s.options.Store.Count(ctx, l, q, r.scope()); err != nil {
			return 0, err
		}
		return matched, s.options.Store.Features(ctx, l, q, r.scope(), yield)
	}
	left := q.Limit
	for part, i := range found.After(q.After) {
		if err := yield(part.Feature(i)); err != nil {
			return 0, err
		}
		if left--; left == 0 {
			break
		}
	}
	return int64(found.Count()), nil
}

// wholePage is the length up to which a page is answered in one piece, bytes.
const wholePage = 1 << 20

// heldPage is a page of features from memory while it is written.
type heldPage struct {
	page
	encoder  *heldEncoder
	found    *pyramid.Selection
	returned int
	last     int32
	more     bool // there is a next page
	ended    bool
}

// sendHeld answers with a page from memory.
func (s *Server) sendHeld(ctx context.Context, r *request, p page, found *pyramid.Selection) error {
	encoder, err := newHeldEncoder(p.layer)
	if err != nil {
		return err
	}
	h := &heldPage{page: p, encoder: encoder, found: found, last: p.query.After}
	// Fiber's own memory for answers, which it uses again.
	response := r.fiber.Response()
	b, err := h.appendSome(p.appendHead(response.SwapBody(nil)[:0]), wholePage)
	if err != nil {
		return err
	}
	if h.ended {
		links := p.links(h.last, h.more)
		if b, err = p.appendEnd(b, h.returned, links); err != nil {
			return err
		}
		r.linkTo(links)
		if r.takesGzip() {
			return r.send(typeGeoJSON, b)
		}
		r.fiber.Set(fiber.HeaderContentType, typeGeoJSON)
		response.SwapBody(b)
		return nil
	}
	if err := s.stream(ctx, r, typeGeoJSON, func(w io.Writer) error { return h.writeRest(w, b) }); err != nil {
		return err
	}
	// A page still being written does not know its next; the body will.
	r.linkTo(p.links(0, false))
	return nil
}

// writeRest writes b, which is the beginning of the page, and then the rest.
func (h *heldPage) writeRest(w io.Writer, b []byte) (err error) {
	for {
		if _, err := w.Write(b); err != nil || h.ended {
			return err
		}
		if b, err = h.appendSome(b[:0], firstBytes); err != nil {
			return err
		}
		if h.ended {
			if b, err = h.appendEnd(b, h.returned, h.links(h.last, h.more)); err != nil {
				return err
			}
		}
	}
}

// appendSome goes on with the page until b is about so long or the page ends.
func (h *heldPage) appendSome(b []byte, long int) ([]byte, error) {
	for part, i := range h.found.After(h.last) {
		if h.returned == 0 && h.query.Limit >= manyFeatures {
			h.encoder.remember(part)
		}
		if h.returned == h.query.Limit {
			h.more = true
			break
		}
		if len(b) >= long {
			return b, nil
		}
		if h.returned > 0 {
			b = append(b, ",\n"...)
		}
		var err error
		if b, err = h.encoder.append(b, part, i); err != nil {
			return nil, err
		}
		h.returned, h.last = h.returned+1, part.FID[i]
	}
	h.ended = true
	return b, nil
}
