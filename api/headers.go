package api

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// contentPolicy lets a page use what this server serves and nothing else.
// Styles may be inline because the web application sets positions and colours
// on elements.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// varies are the headers on which any answer may depend.
const varies = "Cookie, Authorization, Accept-Encoding"

// The names of headers that are set often, in fasthttp's spelling of them.
var (
	headerETag      = []byte("Etag")
	headerRequestID = []byte("X-Request-Id")
)

// commonHeaders are what every answer carries beside its request id. They are
// copied into an answer whole, which costs less than setting each.
func commonHeaders(https bool) *fasthttp.ResponseHeader {
	h := &fasthttp.ResponseHeader{}
	h.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderCacheControl, "no-store")
	h.Set(fiber.HeaderVary, varies)
	if https {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	return h
}

// ofDocuments are the headers that only matter with a content. The 304 for a
// tile is as short as can be: the browser goes on using those it keeps with the
// content (RFC 9111 §3.2).
var ofDocuments = []string{
	fiber.HeaderContentSecurityPolicy, fiber.HeaderReferrerPolicy, fiber.HeaderPermissionsPolicy, "Cross-Origin-Opener-Policy",
}

// startHeaders gives the answer its common headers and nothing else.
func (s *Server) startHeaders(answer *fasthttp.Response, id requestID) {
	s.common.CopyTo(&answer.Header)
	answer.Header.SetCanonical(headerRequestID, id[:])
}
