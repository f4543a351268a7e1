package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"golang.org/x/sync/errgroup"

	"sitmap/api"
	"sitmap/layers"
)

// doors are the addresses at which devices report beside HTTP, and the one for
// whoever looks after the program.
type doors struct {
	MQTT       string `help:"Take positions by MQTT 3.1.1 at this address, such as 127.0.0.1:1883; with --tls-cert by TLS alone." name:"mqtt" env:"SITMAP_MQTT" placeholder:"HOST:PORT"`
	JT808      string `help:"Take positions by JT/T 808 at this address, such as 127.0.0.1:8808." name:"jt808" env:"SITMAP_JT808" placeholder:"HOST:PORT"`
	Profiles   string `help:"Show where the program spends its time and memory at this address of the loopback, for go tool pprof." env:"SITMAP_PROFILES" placeholder:"HOST:PORT"`
	JT808Clear bool   `help:"The network of --jt808 is closed: JT/T 808 knows no encryption." name:"jt808-clear" env:"SITMAP_JT808_CLEAR"`
}

// door is an address that is open, and who serves there.
type door struct {
	name     string
	listener net.Listener
	serve    func(*api.Server, context.Context, net.Listener) error
}

// open starts to listen where it was asked to. Secrets of devices cross no
// network in the clear unless somebody says that it is a closed one.
func (d doors) open(l listening) (all []door, err error) {
	defer func() {
		if err != nil {
			closeDoors(all)
			all = nil
		}
	}()
	if d.MQTT != "" {
		plain, err := listenAt("mqtt", d.MQTT, l.TLSCert != "", "give --tls-cert and --tls-key")
		if err != nil {
			return all, err
		}
		listener, err := l.encrypt(plain)
		if err != nil {
			return all, err
		}
		all = append(all, door{"MQTT", listener, (*api.Server).ServeMQTT})
	}
	if d.JT808 != "" {
		listener, err := listenAt("jt808", d.JT808, d.JT808Clear, "JT/T 808 knows no encryption, so keep it inside a closed network, such as a private APN, and say so with --jt808-clear")
		if err != nil {
			return all, err
		}
		all = append(all, door{"JT/T 808", listener, (*api.Server).ServeJT808})
	}
	if d.Profiles != "" {
		listener, err := listenAt("profiles", d.Profiles, false, "it is for this machine alone, such as 127.0.0.1:6060")
		if err != nil {
			return all, err
		}
		all = append(all, door{"pprof", listener, (*api.Server).ServeProfiles})
	}
	return all, nil
}

func closeDoors(all []door) {
	for _, d := range all {
		d.listener.Close()
	}
}

// serveDoors takes positions at all doors until ctx ends, and says where.
func serveDoors(ctx context.Context, out io.Writer, work *errgroup.Group, server *api.Server, all []door) {
	for _, d := range all {
		fmt.Fprintf(out, "%s: %s\n", d.name, d.listener.Addr())
		work.Go(func() error { return d.serve(server, ctx, d.listener) })
	}
}

// listenAt listens at the address of a flag, on the loopback or where it is safe.
func listenAt(flag, address string, safe bool, cure string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("--%s %q is not HOST:PORT: %w", flag, address, layers.ErrInvalid)
	}
	if !isLoopback(host) && !safe {
		return nil, fmt.Errorf("--%s %s would be open to the network, in the clear; %s: %w", flag, address, cure, layers.ErrInvalid)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w; is another sitmap running? choose another port with --%s: %w", err, flag, layers.ErrConflict)
	}
	return listener, nil
}
