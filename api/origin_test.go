package api

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A request through a trusted proxy is from the last address that is not a
// proxy; what stands left of it is the client's own word.
func TestWhereARequestComesFrom(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	tests := map[string]struct {
		remote, forwarded, proto, host string
		secure                         bool
		address, base                  string
	}{
		"a client of its own":            {remote: "203.0.113.9", address: "203.0.113.9", base: "http://map.local"},
		"a client that says it is other": {remote: "203.0.113.9", forwarded: "1.2.3.4", proto: "https", host: "evil.example", address: "203.0.113.9", base: "http://map.local"},
		"behind a proxy":                 {remote: "127.0.0.1", forwarded: "203.0.113.9", proto: "https", host: "map.example", address: "203.0.113.9", base: "https://map.example"},
		"behind two proxies":             {remote: "127.0.0.1", forwarded: "203.0.113.9, 10.0.0.5", address: "203.0.113.9", base: "http://map.local"},
		"with a made-up beginning":       {remote: "127.0.0.1", forwarded: "1.2.3.4, 203.0.113.9, 10.0.0.5", address: "203.0.113.9", base: "http://map.local"},
		"with noise in the chain":        {remote: "127.0.0.1", forwarded: "1.2.3.4, unknown, 10.0.0.5", address: "10.0.0.5", base: "http://map.local"},
		"a proxy that says nothing":      {remote: "10.0.0.5", address: "10.0.0.5", base: "http://map.local"},
		"a protocol that is none":        {remote: "10.0.0.5", proto: "javascript", address: "10.0.0.5", base: "http://map.local"},
		"one of many IPv6 addresses":     {remote: "2001:db8:1:2:3:4:5:6", address: "2001:db8:1:2::/64", base: "http://map.local"},
		"an IPv4 address written as six": {remote: "::ffff:203.0.113.9", address: "203.0.113.9", base: "http://map.local"},
		"behind an IPv6 proxy":           {remote: "fd00::1", forwarded: "2001:db8:1:2::9", address: "2001:db8:1:2::/64", base: "http://map.local"},
		"TLS ends before us":             {remote: "203.0.113.9", secure: true, address: "203.0.113.9", base: "https://map.local"},
	}
	app := fiber.New()
	for name, test := range tests {
		s := &Server{proxies: trusted, options: Options{Secure: test.secure}}
		var request fasthttp.Request
		request.SetRequestURI("/ogc")
		request.Header.SetHost("map.local")
		for header, value := range map[string]string{"X-Forwarded-For": test.forwarded, "X-Forwarded-Proto": test.proto, "X-Forwarded-Host": test.host} {
			if value != "" {
				request.Header.Set(header, value)
			}
		}
		var ctx fasthttp.RequestCtx
		ctx.Init(&request, &net.TCPAddr{IP: net.ParseIP(test.remote), Port: 4711}, nil)
		c := app.AcquireCtx(&ctx)
		got := s.clientOf(c)
		app.ReleaseCtx(c)
		base, err := got.base()
		if got.network() != test.address || base != test.base || err != nil {
			t.Errorf("%s: from %s by %s %v, want %s by %s", name, got.network(), base, err, test.address, test.base)
		}
	}
}

func TestHostsInLinks(t *testing.T) {
	for host, right := range map[string]bool{
		"map.example": true, "127.0.0.1:8080": true, "[::1]:8080": true, "localhost": true, "a-b.c": true, "地图.cn": false,
		"": false, "a b": false, "x/../y": false, "a@b": false, `x"><script>`: false, "a:b": false, "-a": false, "a\r\nb": false, "a:123456": false,
	} {
		if _, err := (client{scheme: "http", host: host}).base(); (err == nil) != right {
			t.Errorf("%q: %v", host, err)
		}
	}
}
