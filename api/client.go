package api

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sitmap/layers"
)

// client is where a request comes from and under which address it reached us.
type client struct {
	address netip.Addr
	scheme  string
	host    string // as the client wrote it; not yet checked
}

// network is what limits count by: an IPv4 address, or the 64 bits that an
// IPv6 client chooses its addresses from.
func (c client) network() string { return networkOf(c.address) }

// proxies are the addresses whose word about the client is taken.
type proxies []netip.Prefix

func (p proxies) trusted(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// clientOf reads where the request comes from. The forwarded headers count
// only when a trusted proxy sent them, and of the chain of addresses the last
// one that is not a proxy of ours: everything left of it is the client's own word.
func (s *Server) clientOf(c *fiber.Ctx) client {
	from := client{scheme: "http", host: string(c.Request().Host())}
	if c.Context().IsTLS() || s.options.Secure {
		from.scheme = "https"
	}
	var address netip.Addr
	if remote, ok := c.Context().RemoteAddr().(*net.TCPAddr); ok {
		address = remote.AddrPort().Addr().Unmap()
	}
	if s.proxies.trusted(address) {
		if proto := c.Get(fiber.HeaderXForwardedProto); proto == "http" || proto == "https" {
			from.scheme = strings.Clone(proto)
		}
		if host := c.Get(fiber.HeaderXForwardedHost); host != "" {
			from.host = strings.Clone(host)
		}
		hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			if address = hop.Unmap(); !s.proxies.trusted(address) {
				break
			}
		}
	}
	from.address = address
	return from
}

func networkOf(a netip.Addr) string {
	if a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}

var plainHost = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$`)

// base is the address links start with. A Host header that is not a host
// would end up in them, so it is refused.
func (c client) base() (string, error) {
	if len(c.host) > 255 || !plainHost.MatchString(c.host) {
		return "", fmt.Errorf("the Host header is not a host name: %w", layers.ErrInvalid)
	}
	return c.scheme + "://" + c.host, nil
}

// sameSite reports whether a changing request was sent by this site's own
// pages, or by a program that is no browser: every browser of the day sends
// one of the two headers.
func (c client) sameSite(fetchSite, origin string) bool {
	switch fetchSite {
	case "same-origin", "none":
		return true
	case "":
		if origin == "" {
			return true
		}
		u, err := url.Parse(origin)
		return err == nil && u.Host != "" && strings.EqualFold(u.Host, c.host)
	}
	return false
}
