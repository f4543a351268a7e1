package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"

	"sitmap/layers"
)

// listening says where the server listens and who stands before it.
type listening struct {
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"SITMAP_LISTEN"`
	TLSCert      string   `help:"Certificate chain (PEM)." name:"tls-cert" env:"SITMAP_TLS_CERT" type:"path"`
	TLSKey       string   `help:"Private key (PEM)." name:"tls-key" env:"SITMAP_TLS_KEY" type:"path"`
	TrustedProxy []string `help:"Address or network of a proxy that ends TLS before us." env:"SITMAP_TRUSTED_PROXY" placeholder:"CIDR"`
}

// secure reports whether browsers reach us by HTTPS.
func (l listening) secure() bool { return l.TLSCert != "" || len(l.TrustedProxy) > 0 }

// open starts to listen. Passwords never cross a network in the clear: away
// from the loopback it wants TLS or a trusted proxy.
func (l listening) open() (net.Listener, error) {
	host, _, err := net.SplitHostPort(l.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %q is not HOST:PORT, such as 127.0.0.1:8080: %w", l.Listen, layers.ErrInvalid)
	}
	for _, p := range l.TrustedProxy {
		if _, err := netip.ParsePrefix(p); err != nil {
			if _, err := netip.ParseAddr(p); err != nil {
				return nil, fmt.Errorf("--trusted-proxy %q is neither an address nor a network, such as 10.0.0.5 or 10.0.0.0/24: %w", p, layers.ErrInvalid)
			}
		}
	}
	if (l.TLSCert == "") != (l.TLSKey == "") {
		return nil, fmt.Errorf("--tls-cert and --tls-key belong together: %w", layers.ErrInvalid)
	}
	if !isLoopback(host) && !l.secure() {
		return nil, fmt.Errorf("listening on %s lets passwords cross the network in the clear; give --tls-cert and --tls-key, or --trusted-proxy when one ends TLS before us: %w", l.Listen, layers.ErrInvalid)
	}
	plain, err := net.Listen("tcp", l.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w; is another sitmap running? choose another port with --listen: %w", err, layers.ErrConflict)
	}
	return l.encrypt(plain)
}

// encrypt ends TLS at the listener, if there is a certificate; it closes the
// listener when it cannot.
func (l listening) encrypt(plain net.Listener) (net.Listener, error) {
	if l.TLSCert == "" {
		return plain, nil
	}
	certificate, err := tls.LoadX509KeyPair(l.TLSCert, l.TLSKey)
	if err != nil {
		plain.Close()
		return nil, fmt.Errorf("--tls-cert %s with --tls-key %s: %w: %w", l.TLSCert, l.TLSKey, err, layers.ErrInvalid)
	}
	return tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}), nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
