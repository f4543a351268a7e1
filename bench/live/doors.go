package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"sitmap/api/sender"
	"sitmap/layers/live"
)

// door takes fixes until they are answered; see sender.Sender.
type door interface {
	Send(ctx context.Context, fixes []live.Fix) (verdicts map[string]int, refused int, err error)
	Close()
}

// entrance is a door, and how many fixes go through it at once.
type entrance struct {
	name   string
	door   door
	batch  int
	metric string // the protocol's name in the server's figures
}

// entrances are all doors. Devices of their own send one fix at a time; a gateway
// sends a few over each of its connections.
func (w *world) entrances() []entrance {
	return []entrance{
		{"batch JSON", newBatchDoor(w), 500, "batch"},
		{"OsmAnd", newDevices(w, osmAnd), 1, "osmand"},
		{"OwnTracks by HTTP", newDevices(w, ownTracks), 1, "owntracks"},
		{"OwnTracks by MQTT", sender.NewPhones(w.mqtt, sourceName, w.token), 2, "mqtt"},
		{"JT/T 808", sender.NewTerminals(w.jt808, w.token, w.numbers), 2, "jt808"},
	}
}

func newBatchDoor(w *world) door { return sender.New(w.url, w.token) }

// devices report by HTTP, one fix in a request, over connections that are kept.
type devices struct {
	address string
	write   func(b []byte, f live.Fix) []byte // a request
	idle    chan *device
}

type device struct {
	conn net.Conn
	r    *bufio.Reader
	out  []byte
}

func newDevices(w *world, write func(*world, []byte, live.Fix) []byte) *devices {
	return &devices{
		address: strings.TrimPrefix(w.url, "http://"), idle: make(chan *device, 256),
		write: func(b []byte, f live.Fix) []byte { return write(w, b, f) },
	}
}

func osmAnd(w *world, b []byte, f live.Fix) []byte {
	b = fmt.Appendf(b, "GET /ingest/osmand?id=%s&lat=%.6f&lon=%.6f&timestamp=%d&speed=%.1f&bearing=%.0f&batt=%.0f", f.Unit, f.Point[1], f.Point[0], f.At.UnixMilli(), f.Speed*3600/1852, f.Heading, f.Battery*100)
	if f.SOS {
		b = append(b, "&alarm=sos"...)
	}
	return fmt.Appendf(b, " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", w.token)
}

func ownTracks(w *world, b []byte, f live.Fix) []byte {
	m := map[string]any{"_type": "location", "lat": f.Point[1], "lon": f.Point[0], "tst": f.At.Unix(), "vel": int(f.Speed * 3.6), "cog": int(f.Heading), "batt": int(f.Battery * 100)}
	if f.SOS {
		m["tag"] = "sos"
	}
	body, _ := json.Marshal(m) // numbers and texts
	return fmt.Appendf(b, "POST /ingest/owntracks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nX-Limit-D: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", w.token, f.Unit, len(body), body)
}

// Send sends each fix until it is answered.
func (d *devices) Send(ctx context.Context, fixes []live.Fix) (verdicts map[string]int, refused int, err error) {
	verdicts = map[string]int{}
	for _, f := range fixes {
		for {
			status, err := d.once(ctx, f)
			if err == nil && status == http.StatusOK {
				verdicts["answered"]++
				break
			}
			if err == nil && status != http.StatusServiceUnavailable {
				return nil, refused, fmt.Errorf("the server answers %d", status)
			}
			refused++
			select {
			case <-ctx.Done():
				return nil, refused, ctx.Err()
			case <-time.After(time.Second):
			}
		}
	}
	return verdicts, refused, nil
}

func (d *devices) once(ctx context.Context, f live.Fix) (status int, err error) {
	var one *device
	select {
	case one = <-d.idle:
	default:
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
		if err != nil {
			return 0, err
		}
		one = &device{conn: conn, r: bufio.NewReader(conn)}
	}
	defer func() {
		if err != nil {
			one.conn.Close()
			return
		}
		select {
		case d.idle <- one:
		default:
			one.conn.Close()
		}
	}()
	_ = one.conn.SetDeadline(time.Now().Add(30 * time.Second))
	one.out = d.write(one.out[:0], f)
	if _, err := one.conn.Write(one.out); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(one.r, nil)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// Close ends the connections that are kept.
func (d *devices) Close() {
	for {
		select {
		case one := <-d.idle:
			one.conn.Close()
		default:
			return
		}
	}
}
