package ingest

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Phone is the other end of MQTT 3.1.1: it reports as OwnTracks does, for the units
// of one source. It is for one user at a time.
type Phone struct {
	conn   net.Conn
	r      *bufio.Reader
	source string
	id     uint16
}

// DialMQTT connects as that source. The error is of kind layers.ErrDenied when it is
// refused, and otherwise layers.ErrUnavailable.
func DialMQTT(ctx context.Context, address, source, secret, client string) (*Phone, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: %w", address, err, layers.ErrUnavailable)
	}
	p := &Phone{conn: conn, r: bufio.NewReader(conn), source: source}
	const cleanWithNameAndPassword = 0xc2
	body := append(mqttText("MQTT"), mqttVersion, cleanWithNameAndPassword, 0, 120)
	body = append(append(append(body, mqttText(client)...), mqttText(source)...), mqttText(secret)...)
	p.until(ctx)
	_, err = conn.Write(mqttPacket(0x10, body))
	var answer [4]byte
	if err == nil {
		_, err = io.ReadFull(p.r, answer[:])
	}
	switch {
	case err != nil || answer[0] != 0x20 || answer[3] == 3:
		err = fmt.Errorf("the server does not take the connection: %w", layers.ErrUnavailable)
	case answer[3] != 0:
		err = fmt.Errorf("the name or the secret is refused: %w", layers.ErrDenied)
	default:
		return p, nil
	}
	conn.Close()
	return nil, err
}

// Close ends the connection.
func (p *Phone) Close() error { return p.conn.Close() }

func (p *Phone) until(ctx context.Context) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Minute)
	}
	_ = p.conn.SetDeadline(deadline)
}

// Send publishes the fixes, each on the topic of its unit, and returns when all are
// acknowledged. The error is of kind layers.ErrUnavailable: then all have to be
// sent again, on a new connection.
func (p *Phone) Send(ctx context.Context, fixes []live.Fix) error {
	p.until(ctx)
	var out []byte
	first := p.id
	for _, f := range fixes {
		p.id = p.id%0xffff + 1
		text, err := json.Marshal(ownTracksOf(f))
		if err != nil {
			return fmt.Errorf("a fix as JSON: %w", err)
		}
		body := binary.BigEndian.AppendUint16(mqttText("owntracks/"+p.source+"/"+f.Unit), p.id)
		out = append(out, mqttPacket(0x32, append(body, text...))...) // with acknowledgement
	}
	written := make(chan error, 1)
	go func() {
		_, err := p.conn.Write(out)
		written <- err
	}()
	id := first
	for range fixes {
		id = id%0xffff + 1
		var answer [4]byte
		if _, err := io.ReadFull(p.r, answer[:]); err != nil || answer[0] != 0x40 || binary.BigEndian.Uint16(answer[2:]) != id {
			p.conn.Close()
			<-written
			return fmt.Errorf("not acknowledged: %w", layers.ErrUnavailable)
		}
	}
	return <-written
}

// ownTracksOf is the fix as OwnTracks writes it, in whole seconds.
func ownTracksOf(f live.Fix) map[string]any {
	m := map[string]any{"_type": "location", "lat": f.Point[1], "lon": f.Point[0], "tst": f.At.Unix()}
	for name, v := range map[string]float64{"vel": f.Speed * 3.6, "cog": f.Heading, "acc": f.Accuracy, "batt": f.Battery * 100} {
		if v == v {
			m[name] = v
		}
	}
	if f.SOS {
		m["tag"] = sosTag
	}
	return m
}

func mqttText(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

func mqttPacket(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}
