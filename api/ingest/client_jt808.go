package ingest

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Gateway is the other end of JT/T 808: it reports for the terminals of one
// source, as edition 2013 has it. It is for one user at a time.
type Gateway struct {
	conn   net.Conn
	r      *bufio.Reader
	serial uint16
}

// DialJT808 connects, and proves itself with the source's secret. The error is of
// kind layers.ErrDenied when that is refused, and otherwise layers.ErrUnavailable.
func DialJT808(ctx context.Context, address, secret string) (*Gateway, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: %w", address, err, layers.ErrUnavailable)
	}
	g := &Gateway{conn: conn, r: bufio.NewReader(conn)}
	results, err := g.ask(ctx, []frame{{id: msgAuthenticate, phone: bcdNumber(1), body: []byte(secret)}})
	if err == nil && results[0] != resultDone {
		err = fmt.Errorf("the code is refused: %w", layers.ErrDenied)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return g, nil
}

// Close ends the connection.
func (g *Gateway) Close() error { return g.conn.Close() }

// Send reports the fixes, each of the terminal whose telephone has that number, and
// gives whether each was taken. The error is of kind layers.ErrUnavailable: then
// all have to be sent again, on a new connection.
func (g *Gateway) Send(ctx context.Context, phones []uint64, fixes []live.Fix) (taken []bool, err error) {
	frames := make([]frame, len(fixes))
	for i, f := range fixes {
		frames[i] = frame{id: msgLocation, phone: bcdNumber(phones[i]), body: locationBody(f)}
	}
	results, err := g.ask(ctx, frames)
	taken = make([]bool, len(results))
	for i, r := range results {
		taken[i] = r == resultDone
	}
	return taken, err
}

// ask sends the messages and waits for the answer to each, in their order.
func (g *Gateway) ask(ctx context.Context, frames []frame) ([]byte, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Minute)
	}
	_ = g.conn.SetDeadline(deadline)
	var out []byte
	first := g.serial
	for _, f := range frames {
		f.serial = g.serial
		g.serial++
		out = f.append(out)
	}
	written := make(chan error, 1)
	go func() {
		_, err := g.conn.Write(out)
		written <- err
	}()
	results := make([]byte, len(frames))
	for i, f := range frames {
		data, err := readFrame(g.r, nil)
		if err != nil {
			g.conn.Close()
			<-written
			return nil, fmt.Errorf("no answer: %w: %w", err, layers.ErrUnavailable)
		}
		got, err := parseFrame(data)
		if err != nil || got.id != msgGeneralAnswer || len(got.body) != 5 ||
			binary.BigEndian.Uint16(got.body) != first+uint16(i) || binary.BigEndian.Uint16(got.body[2:]) != f.id {
			g.conn.Close()
			<-written
			return nil, fmt.Errorf("another answer than the one to message %d: %w", first+uint16(i), layers.ErrUnavailable)
		}
		results[i] = got.body[4]
	}
	return results, <-written
}

// bcdNumber is a number of twelve digits.
func bcdNumber(n uint64) []byte {
	b := make([]byte, 6)
	for i := range b {
		k := len(b) - 1 - i
		b[k] = byte(n%10 | n/10%10<<4)
		n /= 100
	}
	return b
}

// locationBody is the fix as a location; its time is whole seconds, in Beijing.
func locationBody(f live.Fix) []byte {
	alarm, status := uint32(0), uint32(statusLocated)
	if f.SOS {
		alarm |= alarmSOS
	}
	if f.Point[0] < 0 {
		status |= statusWest
	}
	if f.Point[1] < 0 {
		status |= statusSouth
	}
	b := binary.BigEndian.AppendUint32(nil, alarm)
	b = binary.BigEndian.AppendUint32(b, status)
	b = binary.BigEndian.AppendUint32(b, uint32(math.Round(math.Abs(f.Point[1])*1e6)))
	b = binary.BigEndian.AppendUint32(b, uint32(math.Round(math.Abs(f.Point[0])*1e6)))
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint16(b, whole(f.Speed*36))
	b = binary.BigEndian.AppendUint16(b, whole(f.Heading))
	at := f.At.In(beijing)
	for _, part := range []int{at.Year() % 100, int(at.Month()), at.Day(), at.Hour(), at.Minute(), at.Second()} {
		b = append(b, byte(part%10|part/10<<4))
	}
	if f.Battery >= 0 {
		b = append(b, itemBattery, 1, byte(math.Round(f.Battery*10)))
	}
	return b
}

// whole is the nearest whole number that fits; 0 for what is unknown, as terminals
// write it.
func whole(v float64) uint16 {
	if !(v > 0) {
		return 0
	}
	return uint16(math.Round(math.Min(v, math.MaxUint16)))
}
