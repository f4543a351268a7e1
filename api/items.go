package api

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"sitmap/layers"
)

// maxItems is the longest page of features; a larger limit is taken as this.
const maxItems = 10_000

// page is one page of a collection while it is written.
type page struct {
	layer   layers.Layer
	query   layers.Query // with the limit of the page
	matched int64
	at      time.Time
	address string // of the collection
	self    url.Values
}

// ogcItems answers with a page of features.
func (s *Server) ogcItems(ctx context.Context, r *request) error {
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	q, err := s.question(ctx, r, []layers.Layer{l})
	if err != nil {
		return err
	}
	if r.given("bbox") {
		if err := setBox(&q, r.text("bbox")); err != nil {
			return err
		}
	}
	q.After, q.Limit = int32(r.number("after")), int(min(r.number("limit"), maxItems))
	p := page{layer: l, query: q, at: s.options.Clock().UTC(), address: collectionAddress(base, l), self: queryOf(r)}
	found, ok, err := s.selected(r, l, q)
	if err != nil {
		return fmt.Errorf("features of layer %s: %w", l.ID, err)
	}
	if ok {
		p.matched = int64(found.Count())
		return s.sendHeld(ctx, r, p, found)
	}
	if p.matched, err = s.options.Store.Count(ctx, l, q, r.scope()); err != nil {
		return fmt.Errorf("count layer %s: %w", l.ID, err)
	}
	var links []link
	err = s.stream(ctx, r, typeGeoJSON, func(w io.Writer) (err error) {
		links, err = s.writePage(ctx, r, p, w)
		return err
	})
	if err != nil {
		return err
	}
	known := p.links(0, false)
	if !r.stream {
		known = links // a page still being written does not know its next; the body will
	}
	r.linkTo(known)
	return nil
}

// linkTo puts links into the head of the answer as well.
func (r *request) linkTo(links []link) {
	for _, l := range links {
		r.fiber.Append(fiber.HeaderLink, fmt.Sprintf(`<%s>; rel=%q; type=%q`, l.Href, l.Rel, l.Type))
	}
}

// queryOf are the query parameters of the request, to be repeated in links.
func queryOf(r *request) url.Values {
	// The query string was parsed before, so it parses.
	values, _ := url.ParseQuery(string(r.fiber.Request().URI().QueryString()))
	return values
}

// writePage writes the features as they come from the store. What is known
// only at the end, the number of them and the next page, stands at the end.
func (s *Server) writePage(ctx context.Context, r *request, p page, w io.Writer) ([]link, error) {
	if _, err := w.Write(p.appendHead(nil)); err != nil {
		return nil, err
	}
	// One more than the page tells whether there is a next one.
	q, limit := p.query, p.query.Limit
	q.Limit++
	returned, last, more := 0, int32(0), false
	var buffer []byte
	err := s.options.Store.Features(ctx, p.layer, q, r.scope(), func(f layers.Feature) (err error) {
		if returned == limit {
			more = true
			return nil
		}
		buffer = buffer[:0]
		if returned > 0 {
			buffer = append(buffer, ",\n"...)
		}
		if buffer, err = appendFeature(buffer, p.layer, f, nil); err != nil {
			return err
		}
		returned, last = returned+1, f.FID
		_, err = w.Write(buffer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("features of layer %s: %w", p.layer.ID, err)
	}
	links := p.links(last, more)
	if buffer, err = p.appendEnd(buffer[:0], returned, links); err != nil {
		return nil, err
	}
	_, err = w.Write(buffer)
	return links, err
}

// appendHead writes what stands before the features.
func (p page) appendHead(b []byte) []byte {
	return fmt.Appendf(b, `{"type":"FeatureCollection","timeStamp":%q,"numberMatched":%d,"features":[`, p.at.Format(time.RFC3339), p.matched)
}

// appendEnd writes what stands after the features.
func (p page) appendEnd(b []byte, returned int, links []link) ([]byte, error) {
	b = fmt.Appendf(b, `],"numberReturned":%d,"links":`, returned)
	b, err := appendJSON(b, links)
	return append(b, '}'), err
}

// links are the page itself, its collection and, where there is one, the next
// page, which keeps every parameter.
func (p page) links(last int32, more bool) []link {
	links := []link{
		{p.itemsAddress(p.self), "self", typeGeoJSON, "this page"},
		{p.address, "collection", "application/json", "the collection"},
	}
	if more {
		next := url.Values{}
		for name, values := range p.self {
			next[name] = values
		}
		next.Set("after", strconv.Itoa(int(last)))
		links = append(links, link{p.itemsAddress(next), "next", typeGeoJSON, "the next page"})
	}
	return links
}

func (p page) itemsAddress(query url.Values) string {
	if len(query) == 0 {
		return p.address + "/items"
	}
	return p.address + "/items?" + query.Encode()
}

// ogcItem answers with one feature.
func (s *Server) ogcItem(ctx context.Context, r *request) error {
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	id := r.text("id")
	f, err := s.feature(ctx, r, l, id)
	if err != nil {
		return fmt.Errorf("%s %s: %w", l.ID, shown(id), err)
	}
	at := collectionAddress(base, l)
	body, err := appendFeature(nil, l, f, []link{
		{at + "/items/" + url.PathEscape(id), "self", typeGeoJSON, "this feature"},
		{at, "collection", "application/json", "the collection"},
	})
	if err != nil {
		return err
	}
	return r.send(typeGeoJSON, body)
}
