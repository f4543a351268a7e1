package ingest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// What our own clients send comes in as it was, in whole seconds and to the
// precision of the protocol.
func TestOurClientsAndTheDoors(t *testing.T) {
	w := newTown()
	doors := w.doors()
	w.sources[gatewaySecret].Devices["13800000001"] = "U7"
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	west := fix("U7", at, -102.638, -37.9283)
	west.SOS, west.Speed, west.Heading = true, 0, 0
	east := fix("U7", at, 102.638, 37.9283)
	east.Speed, east.Heading, east.Battery = 2, 90, 0.5
	var fixes []live.Fix
	for range 100 {
		fixes = append(fixes, west, east)
	}

	mqtt := open(t, doors.ServeMQTT)
	p, err := DialMQTT(t.Context(), mqtt, "gateway", gatewaySecret, "x")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Send(t.Context(), fixes); err != nil {
		t.Fatal(err)
	}
	jt := open(t, doors.ServeJT808)
	g, err := DialJT808(t.Context(), jt, gatewaySecret)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	phones := make([]uint64, len(fixes))
	for i := range phones {
		phones[i] = 13800000001
	}
	taken, err := g.Send(t.Context(), phones, fixes)
	if err != nil || len(taken) != len(fixes) || !taken[0] {
		t.Fatalf("%v, %v", taken, err)
	}
	got := w.fixes()
	if len(got) != 2*len(fixes) {
		t.Fatalf("%d fixes, want %d", len(got), 2*len(fixes))
	}
	for i, f := range got {
		same(t, f, fixes[i%len(fixes)])
	}

	w.set(func(w *town) { w.verdict = live.UnknownUnit })
	if taken, err := g.Send(t.Context(), phones[:1], fixes[:1]); err != nil || taken[0] {
		t.Errorf("an unknown unit: %v, %v", taken, err)
	}
	w.set(func(w *town) { w.down = true })
	if _, err := g.Send(t.Context(), phones[:1], fixes[:1]); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("not durable by 808: %v", err)
	}
	if err := p.Send(t.Context(), fixes[:1]); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("not durable by MQTT: %v", err)
	}
	if _, err := DialMQTT(t.Context(), mqtt, "gateway", gatewaySecret, "x"); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("just after that: %v", err)
	}
	if _, err := DialJT808(t.Context(), jt, "wrong"); !errors.Is(err, layers.ErrDenied) {
		t.Errorf("a wrong code: %v", err)
	}
	for number, want := range map[uint64]string{13800000001: "013800000001", 1: "000000000001", 999999999999: "999999999999"} {
		if got := fmt.Sprintf("%x", bcdNumber(number)); got != want {
			t.Errorf("%d is %s", number, got)
		}
	}
}
