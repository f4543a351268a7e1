package ingest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"sitmap/layers/live"
)

// crying are doors that note who cried.
func crying(w *town) (*Doors, func() []string) {
	var mu sync.Mutex
	var heard []string
	doors := w.doors()
	doors.Cry = func(_ context.Context, name string) error {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, name)
		return nil
	}
	return doors, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(heard)
	}
}

// A terminal that proved nothing and presses its button is heard, and refused as ever;
// what else it says is not.
func TestAnUnprovenTerminalIsHeardInNeed(t *testing.T) {
	w := newTown()
	doors, heard := crying(w)
	address := open(t, doors.ServeJT808)
	batch := append([]byte{0, 1, 0, 0, basicLocation}, here(alarmSOS)...)
	for _, c := range []struct {
		body []byte
		want []string
	}{
		{here(0), nil},
		{here(alarmSOS), []string{"jt808:12345678901"}},
		{here(alarmSOS), []string{"jt808:12345678901"}}, // the same within a minute
	} {
		d := dial(t, address)
		d.send(say(msgLocation, 7, c.body))
		d.answered(7, msgLocation, resultFailed)
		d.ended()
		if got := heard(); !slices.Equal(got, c.want) {
			t.Errorf("heard %v, want %v", got, c.want)
		}
	}
	d := dial(t, address)
	d.send(frame{id: msgLocations, phone: bcdNumber(42), serial: 1, body: batch}.append(nil))
	d.answered(1, msgLocations, resultFailed)
	if got := heard(); !slices.Equal(got, []string{"jt808:12345678901", "jt808:42"}) {
		t.Errorf("heard %v", got)
	}
	// One whose secret was revoked while it was connected.
	proven := gateway(t, address)
	w.set(func(w *town) { delete(w.sources, gatewaySecret) })
	proven.send(frame{id: msgLocation, phone: bcdNumber(43), serial: 2, body: here(alarmSOS)}.append(nil))
	proven.answered(2, msgLocation, resultFailed)
	if got := heard(); len(got) != 3 || got[2] != "jt808:43" {
		t.Errorf("heard %v", got)
	}
	if n := len(w.fixes()); n != 0 {
		t.Errorf("%d fixes of nobody are received", n)
	}
}

// An MQTT client whose secret was revoked while it was connected is heard too. One
// that never had a secret cannot say anything.
func TestARevokedPhoneIsHeardInNeed(t *testing.T) {
	w := newTown()
	doors, heard := crying(w)
	address := open(t, doors.ServeMQTT)
	p, err := DialMQTT(t.Context(), address, "gateway", gatewaySecret, "x")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	w.set(func(w *town) { delete(w.sources, gatewaySecret) })
	call := fix("phone-a", time.Now(), 102.6, 37.9)
	call.SOS = true
	if err := p.Send(t.Context(), []live.Fix{call}); err == nil {
		t.Error("it was acknowledged")
	}
	eventually(t, "the phone is heard", func() bool { return slices.Equal(heard(), []string{"mqtt:gateway/phone-a"}) })
}

// However many strangers cry, one address is heard under five names in an hour, one
// name once a minute, and all of them thirty times in an hour.
func TestStrangersCannotFillTheScreens(t *testing.T) {
	noon := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	var c cries
	count := func(address string, names int, at time.Time) (n int) {
		for k := range names {
			if c.admit(address, fmt.Sprint(address, " ", k), at) {
				n++
			}
		}
		return n
	}
	if n := count("a", 100, noon); n != mostNames {
		t.Errorf("one address is heard under %d names", n)
	}
	if n := count("a", 100, noon.Add(59*time.Second)); n != 0 {
		t.Errorf("within the minute %d are heard again", n)
	}
	if n := count("a", 100, noon.Add(time.Minute)); n != mostNames {
		t.Errorf("after it %d are heard again, want the same %d", n, mostNames)
	}
	total := 0
	for k := range 1000 {
		total += count(net.IPv4(10, 0, byte(k/256), byte(k)).String(), 3, noon.Add(2*time.Minute))
	}
	if total != mostCries-2*mostNames {
		t.Errorf("%d more are heard in the hour, want %d", total, mostCries-2*mostNames)
	}
	if n := count("a", 100, noon.Add(2*time.Minute+cryWindow)); n != mostNames {
		t.Errorf("an hour later %d are heard", n)
	}
}
