package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fasthttp"
)

const (
	typeJSON    = "application/json; charset=utf-8"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeProblem = "application/problem+json"

	// worthGzip is the size below which compressing saves less than a packet.
	worthGzip = 1400
)

// json answers with the value.
func (r *request) json(v any) error { return r.jsonAs(typeJSON, v) }

func (r *request) jsonAs(contentType string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return r.send(contentType, body)
}

// send answers with the bytes, compressed where the client likes it.
func (r *request) send(contentType string, body []byte) error {
	r.fiber.Set(fiber.HeaderContentType, contentType)
	if len(body) >= worthGzip && r.accepts("gzip") {
		body = fasthttp.AppendGzipBytesLevel(nil, body, gzip.BestSpeed)
		r.fiber.Set(fiber.HeaderContentEncoding, "gzip")
	}
	return r.fiber.Send(body)
}

// nothing answers that it is done.
func (r *request) nothing() error {
	r.fiber.Status(http.StatusNoContent)
	return nil
}

// accepts reports whether the client takes the content coding.
func (r *request) accepts(coding string) bool {
	for part := range strings.SplitSeq(r.fiber.Get(fiber.HeaderAcceptEncoding), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err == nil && weight > 0
	}
	return false
}

// fresh sets the entity tag and reports whether the client has this very
// content already; then the answer is 304 and has no body.
func (r *request) fresh(tag string) bool {
	r.fiber.Set(fiber.HeaderETag, `"`+tag+`"`)
	for part := range strings.SplitSeq(r.fiber.Get(fiber.HeaderIfNoneMatch), ",") {
		have := strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if have == `"`+tag+`"` || have == "*" {
			r.fiber.Status(http.StatusNotModified)
			return true
		}
	}
	return false
}

// cache sets how long the answer may be kept; the default is not at all.
func (r *request) cache(rule string) { r.fiber.Set(fiber.HeaderCacheControl, rule) }
