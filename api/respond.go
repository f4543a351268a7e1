package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fasthttp"

	"sitmap/tiles"
)

const (
	typeJSON    = "application/json; charset=utf-8"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeEvents  = "text/event-stream"
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
	if len(body) >= worthGzip && r.takesGzip() {
		body = fasthttp.AppendGzipBytesLevel(nil, body, gzip.BestSpeed)
		r.fiber.Set(fiber.HeaderContentEncoding, "gzip")
	}
	return r.fiber.Send(body)
}

// taggedJSON answers with the value, and with a strong entity tag of exactly the
// bytes that are sent, so that who has them already is told so.
func (r *request) taggedJSON(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return r.tagged(typeJSON, body)
}

func (r *request) tagged(mediaType string, body []byte) error {
	sum := sha256.Sum256(body)
	made := ready{body, fmt.Sprintf("%x", sum[:12]), tiles.Identity, mediaType, varies}
	if len(body) >= worthGzip && r.takesGzip() {
		made.body, made.coding = fasthttp.AppendGzipBytesLevel(nil, body, gzip.BestSpeed), tiles.Gzip
		made.tag += "-gzip"
	}
	return r.sendReady(made, r.codings().best(byTaste[:]...))
}

// nothing answers that it is done.
func (r *request) nothing() error {
	r.fiber.Status(http.StatusNoContent)
	return nil
}

// fresh sets the entity tag, given without quotes, and reports whether the
// client has this very content already; then the answer is 304 and has no body.
func (r *request) fresh(tag string) bool {
	quoted := []byte(`"` + tag + `"`)
	r.fiber.Response().Header.SetCanonical(headerETag, quoted)
	if !hasTag(r.fiber.Request().Header.Peek(fiber.HeaderIfNoneMatch), quoted) {
		return false
	}
	r.fiber.Status(http.StatusNotModified)
	return true
}

// cache sets how long the answer may be kept; the default is not at all.
func (r *request) cache(rule string) { r.fiber.Set(fiber.HeaderCacheControl, rule) }
