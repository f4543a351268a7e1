// Package ingest is the doors of devices: one file, or a listener with its
// decoder, for each protocol. A door finds out whose credential it is, decodes,
// hands the fixes to a live.Receiver and answers when that has answered; what is
// made of a fix is not decided here. It knows no store.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Protocol is a way in which devices send fixes.
type Protocol string

// The protocols.
const (
	Batch     Protocol = "batch" // lists of fixes, as our own programs send them
	OsmAnd    Protocol = "osmand"
	OwnTracks Protocol = "owntracks"
	MQTT      Protocol = "mqtt"
	JT808     Protocol = "jt808"
)

// Protocols lists them all.
var Protocols = []Protocol{Batch, OsmAnd, OwnTracks, MQTT, JT808}

const (
	// receiveTimeout is how long a fix may take to become durable.
	receiveTimeout = 10 * time.Second
	// answerTimeout is how long a device may take to receive an answer.
	answerTimeout = 10 * time.Second
	// loginTimeout is how long a connection may take to prove whose it is.
	loginTimeout = 20 * time.Second
	// mostConnections is how many devices are connected at once by one protocol.
	mostConnections = 20_000
)

// Sources says who sends.
type Sources interface {
	// Source is the source whose secret it is, asked from that address. The
	// error is of kind layers.ErrNotFound when it is nobody's, and of kind
	// layers.ErrUnavailable when that cannot be found out just now. It is asked
	// with each message, so that a revoked secret ends at once.
	Source(ctx context.Context, secret, address string) (live.Source, error)
	// Carrying is the source that declares the device of that number; errors as
	// above.
	Carrying(ctx context.Context, device string) (live.Source, error)
}

// Doors is what all doors share. It is safe for concurrent use.
type Doors struct {
	Receiver live.Receiver
	Sources  Sources
	// Batch reads a list of fixes as our own programs send it; its error is of
	// kind layers.ErrInvalid.
	Batch func(body []byte) ([]live.Fix, error)
	// Cry passes on a call for help by somebody who proved nothing, under the name that
	// they give; nil for none.
	Cry    func(ctx context.Context, name string) error
	Log    *slog.Logger
	Counts *Counts

	cries cries
}

// errRefused says that a credential is nobody's, or not good for this.
var errRefused = fmt.Errorf("the credential is not that of a source: %w", layers.ErrDenied)

// Receive hands the fixes on and counts what became of them.
func (d *Doors) Receive(ctx context.Context, by Protocol, source live.Source, fixes []live.Fix) ([]live.Verdict, error) {
	if len(fixes) == 0 {
		return nil, nil
	}
	verdicts, err := d.Receiver.Receive(ctx, source.ID, fixes)
	if err != nil {
		d.Counts.refuse(by, ReasonUnavailable, len(fixes))
		return nil, err
	}
	d.Counts.judged(by, verdicts)
	return verdicts, nil
}

// source is who proves the secret; a refusal is counted.
func (d *Doors) source(ctx context.Context, by Protocol, secret, address string) (live.Source, error) {
	source, err := d.Sources.Source(ctx, secret, address)
	switch {
	case err == nil:
		return source, nil
	case errors.Is(err, layers.ErrUnavailable):
		d.Counts.refuse(by, ReasonUnavailable, 1)
	default:
		d.Counts.refuse(by, ReasonCredential, 1)
	}
	return live.Source{}, err
}

// unknown is what a number is that a device did not send.
var unknown = math.NaN()

// between is the number, or unknown where it lies outside: devices write -1 or
// 65535 for what they do not know.
func between(v, low, high float64) float64 {
	if v >= low && v <= high {
		return v
	}
	return unknown
}

// heading is degrees clockwise from north in [0, 360), or unknown.
func heading(degrees float64) float64 {
	if degrees == 360 {
		return 0
	}
	return between(degrees, 0, math.Nextafter(360, 0))
}

// hostOf is the address without the port, by which guesses are counted.
func hostOf(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().String()
	}
	return a.String()
}
