package ingest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"
)

// locations are n messages of a gateway's terminals, numbered from 0.
func locations(n int) (out []byte) {
	for k := range n {
		f := frame{id: msgLocation, phone: bcdNumber(uint64(k + 1)), serial: uint16(k), body: here(0)}
		out = f.append(out)
	}
	return out
}

// gateway is a connection that has proven itself with its source's secret.
func gateway(t testing.TB, address string) *device {
	t.Helper()
	d := dial(t, address)
	d.send(say(msgAuthenticate, 1, []byte(gatewaySecret)))
	d.answered(1, msgAuthenticate, resultDone)
	return d
}

// Many terminals over one connection share what a write takes, and are answered each
// and in their order.
func TestAGatewayIsNotHeldUpByEachWrite(t *testing.T) {
	w := newTown()
	d := gateway(t, open(t, w.doors().ServeJT808))
	w.set(func(w *town) { w.pause = 20 * time.Millisecond })
	const n = 3000
	go d.conn.Write(append(locations(n), say(msgHeartbeat, n, nil)...))
	for k := range uint16(n) {
		d.answered(k, msgLocation, resultDone)
	}
	d.answered(n, msgHeartbeat, resultDone)
	var units []string
	for _, f := range w.fixes() {
		units = append(units, f.Unit)
	}
	var want []string
	for k := range n {
		want = append(want, fmt.Sprint(k+1))
	}
	if !slices.Equal(units, want) {
		t.Errorf("%d fixes came in, not in their order", len(units))
	}
	// Each write takes 20 ms; one by one it would have been a minute.
	if w.calls > n/10 {
		t.Errorf("%d messages took %d writes", n, w.calls)
	}
}

// A message that is there is answered though only half of the next one is.
func TestHalfAMessageHoldsUpNobody(t *testing.T) {
	w := newTown()
	d := gateway(t, open(t, w.doors().ServeJT808))
	both := locations(2)
	cut := len(both) - 10
	d.send(both[:cut])
	d.answered(0, msgLocation, resultDone)
	d.send(both[cut:])
	d.answered(1, msgLocation, resultDone)
}

// While nothing becomes durable no more than a bounded number of messages is taken
// in, and the gateway has to wait with the rest; then all are answered.
func TestAGatewayWaitsWhileNothingIsDurable(t *testing.T) {
	w := newTown()
	w.gate = make(chan struct{})
	d := gateway(t, open(t, w.doors().ServeJT808))
	const n = 60_000
	sent := make(chan error, 1)
	go func() {
		_, err := d.conn.Write(locations(n))
		sent <- err
	}()
	eventually(t, "the first are received", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.calls > 0 })
	if taken := len(w.fixes()); taken > 0 {
		t.Errorf("%d were kept before they could be", taken)
	}
	close(w.gate)
	for k := range n {
		f, err := d.hear()
		if err != nil || f.id != msgGeneralAnswer || binary.BigEndian.Uint16(f.body) != uint16(k) || f.body[4] != resultDone {
			t.Fatalf("answer %d: %x, %v", k, f.body, err)
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if w.most > mostTogether {
		t.Errorf("%d fixes were under way at once", w.most)
	}
}

// What does not become durable ends the connection, and none of what waited with it
// is answered.
func TestTogetherOrNotAtAll(t *testing.T) {
	w := newTown()
	d := gateway(t, open(t, w.doors().ServeJT808))
	d.send(locations(3))
	for k := range uint16(3) {
		d.answered(k, msgLocation, resultDone)
	}
	w.set(func(w *town) { w.down = true })
	d.send(append(locations(50), say(msgHeartbeat, 50, nil)...))
	d.ended()
}
