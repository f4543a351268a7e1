package api

import "github.com/gofiber/fiber/v2"

// contentPolicy lets a page use what this server serves and nothing else.
// Styles may be inline because the web application sets positions and colours
// on elements.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// secure sets the headers that every answer carries.
func secure(c *fiber.Ctx, requestID string, https bool) {
	c.Set("X-Request-Id", requestID)
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderVary, "Cookie, Authorization, Accept-Encoding")
	if https {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}
