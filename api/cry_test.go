package api_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers/live"
)

// A terminal that nobody knows presses its button: the real gate has an alarm that is
// flagged, without a place, and the terminal is refused. The frame is written by hand
// from the standard: 0x0200 of telephone 013900000001, 28 bytes, emergency bit.
func TestAStrangersButtonAlarms(t *testing.T) {
	log := &memoryLog{}
	var server *api.Server
	open(t, func(o *api.Options) {
		reporting(log)(o)
		made, err := api.New(*o)
		if err != nil {
			t.Fatal(err)
		}
		server = made
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.ServeJT808(ctx, listener) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	message := []byte{
		0x02, 0x00, 0x00, 0x1c, 0x01, 0x39, 0x00, 0x00, 0x00, 0x01, 0x00, 0x07, // header
		0, 0, 0, 1, 0, 0, 0, 2, // emergency, located
		0x02, 0x42, 0xbd, 0xac, 0x06, 0x1e, 0x1d, 0x30, 0, 0, 0, 0, 0, 0, // 37.9283 N 102.638 E
		0x26, 0x03, 0x01, 0x08, 0x00, 0x00,
	}
	var sum byte
	for _, b := range message {
		sum ^= b
	}
	if _, err := conn.Write(append(append([]byte{0x7e}, append(message, sum)...), 0x7e)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || len(answer) < 3 || answer[len(answer)-3] != 1 {
		t.Errorf("answer %x, %v: want result 1 and an end", answer, err)
	}
	records := log.all()
	if len(records) != 1 || records[0].Verdict != live.Unproven || !records[0].Fix.SOS || records[0].Fix.Unit != "jt808:13900000001" || records[0].Fix.Point[0] != 0 {
		t.Errorf("left is %+v", records)
	}
}
