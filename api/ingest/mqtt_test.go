package ingest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"sitmap/layers/live"
)

// phone is a client of MQTT 3.1.1 (OASIS, 2014) that says what it is told to.
type phone struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func call(t testing.TB, address string) *phone {
	d := dial(t, address)
	return &phone{t, d.conn, d.r}
}

// packet is a type with its flags, and what follows the length.
func packet(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}

func str(s string) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...) }

// connectPacket asks to keep the session (the flag of a clean one is not set), with
// a retained will, as phones do.
func connectPacket(version byte, client, user, password string) []byte {
	body := append(str("MQTT"), version, 0x80|0x40|0x20|0x04, 0, 60)
	body = append(body, str(client)...)
	body = append(body, str("owntracks/"+user+"/phone-a")...)
	body = append(body, str(`{"_type":"lwt","tst":1}`)...)
	return packet(0x10, append(append(body, str(user)...), str(password)...))
}

func publish(qos byte, id uint16, topic, payload string) []byte {
	body := str(topic)
	if qos > 0 {
		body = binary.BigEndian.AppendUint16(body, id)
	}
	return packet(0x30|qos<<1|1, append(body, payload...)) // retained
}

func (p *phone) send(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// hears wants exactly these bytes next; none for the end of the connection.
func (p *phone) hears(want ...byte) {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, max(len(want), 1))
	n, err := io.ReadFull(p.r, got)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.t.Fatalf("neither an answer nor an end within 5 seconds, got %x", got[:n])
	}
	if !bytes.Equal(got[:n], want) {
		p.t.Fatalf("heard %x, want %x", got[:n], want)
	}
}

func connected(t testing.TB, address, client string) *phone {
	t.Helper()
	p := call(t, address)
	p.send(connectPacket(4, client, "gateway", gatewaySecret))
	p.hears(0x20, 2, 0, 0)
	return p
}

const place = `{"_type":"location","lat":37.9283,"lon":102.638,"tst":1772323200,"vel":36,"cog":90,"acc":12,"batt":55,"tid":"xy"}`

func placeFix(unit string) live.Fix {
	f := fix(unit, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 102.638, 37.9283)
	f.Speed, f.Heading, f.Accuracy, f.Battery = 10, 90, 12, 0.55
	return f
}

func TestMQTTAcknowledgesWhatIsDurable(t *testing.T) {
	w := newTown()
	doors := w.doors()
	p := connected(t, open(t, doors.ServeMQTT), "a")
	w.set(func(w *town) { w.pause = 100 * time.Millisecond })
	began := time.Now()
	p.send(publish(1, 7, "owntracks/gateway/phone-a", place))
	p.hears(0x40, 2, 0, 7)
	if took := time.Since(began); took < 100*time.Millisecond || len(w.fixes()) != 1 {
		t.Errorf("acknowledged after %v with %d fixes", took, len(w.fixes()))
	}
	p.send(publish(2, 8, "sitmap/gateway/positions", `["U9"]`))
	p.hears(0x50, 2, 0, 8) // received
	p.send([]byte{0x62, 2, 0, 8})
	p.hears(0x70, 2, 0, 8) // complete
	p.send(publish(0, 0, "owntracks/gateway/U5/event", `{"_type":"transition","event":"enter","lat":37.9283,"lon":102.638,"tst":1772323200}`))
	for _, nothing := range []string{"", `{"_type":"status"}`, `{"_type":"card","name":"somebody","face":"iVBORw0KGgo="}`, `{"_type":"waypoints","waypoints":[]}`} {
		p.send(publish(1, 9, "owntracks/gateway/phone-a", nothing))
		p.hears(0x40, 2, 0, 9)
	}
	// What is malformed is so the next time too: acknowledged, and counted.
	for _, wrong := range []string{"{", `{"_type":"location"}`, `{"_type":"encrypted","data":"abc"}`, "\xff\xfe", `[]`} {
		p.send(publish(1, 9, "owntracks/gateway/phone-a", wrong))
		p.hears(0x40, 2, 0, 9)
	}
	p.send(publish(1, 9, "sitmap/gateway/positions", "{}"))
	p.hears(0x40, 2, 0, 9)
	if n := doors.Counts.Refusals(MQTT, ReasonMalformed); n != 6 {
		t.Errorf("%d counted as malformed, want 6", n)
	}
	p.send([]byte{0xc0, 0}) // ping
	p.hears(0xd0, 0)

	got := w.fixes()
	if len(got) != 3 {
		t.Fatalf("%d fixes, want 3", len(got))
	}
	same(t, got[0], placeFix("U3"))
	same(t, got[1], placeFix("U9"))
	same(t, got[2], fix("U5", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 102.638, 37.9283))
	p.send([]byte{0xe0, 0})
	p.hears()
	eventually(t, "nobody connected", func() bool { return doors.Counts.Connections(MQTT) == 0 })
}

// Without durability there is no acknowledgement but an end, and then for a moment
// "server unavailable" (3.2.2.3: 3).
func TestMQTTDoesNotAcknowledgeWhatIsNot(t *testing.T) {
	w := newTown()
	doors := w.doors()
	address := open(t, doors.ServeMQTT)
	p := connected(t, address, "a")
	w.set(func(w *town) { w.down = true })
	p.send(publish(1, 7, "owntracks/gateway/phone-a", place))
	p.hears()
	p = call(t, address)
	p.send(connectPacket(4, "a", "gateway", gatewaySecret))
	p.hears(0x20, 2, 0, 3)
	p.hears()
	w.set(func(w *town) { w.down = false })
	eventually(t, "a connection is taken again", func() bool {
		time.Sleep(200 * time.Millisecond)
		p = call(t, address)
		p.send(connectPacket(4, "a", "gateway", gatewaySecret))
		answer := make([]byte, 4)
		_, err := io.ReadFull(p.r, answer)
		return err == nil && answer[3] == 0
	})
	p.send(publish(1, 7, "owntracks/gateway/phone-a", place))
	p.hears(0x40, 2, 0, 7)
	if len(w.fixes()) != 1 {
		t.Errorf("%d fixes, want 1", len(w.fixes()))
	}
}

func TestMQTTKnowsWhoMayDoWhat(t *testing.T) {
	w := newTown()
	doors := w.doors()
	address := open(t, doors.ServeMQTT)
	for _, who := range [][2]string{{"gateway", "wrong"}, {"gateway", otherSecret}, {"gateway", ""}, {"", ""}, {"other", gatewaySecret}} {
		p := call(t, address)
		p.send(connectPacket(4, "a", who[0], who[1]))
		p.hears(0x20, 2, 0, 5) // not authorised
		p.hears()
	}
	for _, version := range []byte{3, 5, 6} {
		p := call(t, address)
		p.send(connectPacket(version, "a", "gateway", gatewaySecret))
		_, _ = io.Copy(io.Discard, p.r) // refused in the words of that version, and ended
	}
	for _, topic := range []string{"owntracks/other/phone-a", "sitmap/other/positions", "sitmap/gateway/positions/x", "owntracks/gateway", "owntracks/gateway/", "anything"} {
		p := connected(t, address, "a")
		p.send(publish(1, 7, topic, place))
		p.hears()
	}
	p := connected(t, address, "a")
	for i, filter := range []string{"#", "owntracks/#", "owntracks/other/phone", "owntracks/gateway/phone-a", "+/gateway/#", "$SYS/#", "$share/g/owntracks/#"} {
		p.send(packet(0x82, append([]byte{0, byte(i + 1)}, append(str(filter), 1)...)))
		p.hears(0x90, 3, 0, byte(i+1), 0x80)
	}
	listener := connected(t, address, "b")
	p.send(publish(1, 7, "owntracks/gateway/phone-a", place))
	p.hears(0x40, 2, 0, 7)
	listener.send([]byte{0xc0, 0})
	listener.hears(0xd0, 0) // and nothing before it
	if len(w.fixes()) != 1 {
		t.Errorf("%d fixes, want 1", len(w.fixes()))
	}
	// A revoked credential ends with its next message.
	w.set(func(w *town) { delete(w.sources, gatewaySecret) })
	p.send(publish(1, 8, "owntracks/gateway/phone-a", place))
	p.hears()
	if len(w.fixes()) != 1 {
		t.Errorf("%d fixes after the credential was revoked", len(w.fixes()))
	}
}

// The same name of a client under two sources is two clients; under one source the
// newer wins, as the standard wants.
func TestMQTTClientsOfTwoSources(t *testing.T) {
	address := open(t, newTown().doors().ServeMQTT)
	a := connected(t, address, "same")
	b := call(t, address)
	b.send(connectPacket(4, "same", "other", otherSecret))
	b.hears(0x20, 2, 0, 0)
	a.send([]byte{0xc0, 0})
	a.hears(0xd0, 0)
	c := connected(t, address, "same")
	a.hears()
	c.send([]byte{0xc0, 0})
	c.hears(0xd0, 0)
}

// Every prefix and every flipped bit of what a stranger or a known client says is
// answered or ends the connection.
func TestMQTTBrokenPackets(t *testing.T) {
	w := newTown()
	address := open(t, w.doors().ServeMQTT)
	hello := connectPacket(4, "x", "gateway", gatewaySecret)
	message := publish(1, 7, "owntracks/gateway/phone-a", place)
	var work sync.WaitGroup
	seats := make(chan struct{}, 16)
	try := func(known bool, b []byte) {
		seats <- struct{}{}
		work.Go(func() {
			defer func() { <-seats }()
			p := call(t, address)
			if known {
				p = connected(t, address, fmt.Sprintf("c%x", b))
			}
			p.send(b)
			_ = p.conn.(*net.TCPConn).CloseWrite()
			_ = p.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, p.r); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%x: neither answered nor ended", b)
			}
		})
	}
	for known, whole := range map[bool][]byte{false: hello, true: message} {
		for n := range whole {
			try(known, whole[:n])
		}
		for bit := range 8 * len(whole) {
			if b := bytes.Clone(whole); bit/8 < 40 || bit%5 == 0 {
				b[bit/8] ^= 1 << (bit % 8)
				try(known, b)
			}
		}
	}
	for kind := range 256 { // every type of packet with nothing, and with something, in it
		try(true, packet(byte(kind), nil))
		try(true, packet(byte(kind), []byte{0, 3, 'a', '/', 'b', 0, 1}))
	}
	try(false, []byte{0x10, 0xff, 0xff, 0xff, 0x7f})       // 256 MiB from a stranger
	try(true, []byte{0x30, 0xff, 0xff, 0xff, 0x7f, 1, 2})  // and from somebody known
	try(false, []byte{0x10, 0xff, 0xff, 0xff, 0xff, 0xff}) // a length without end
	try(false, append(bytes.Repeat([]byte{0x30}, 5), 0))
	work.Wait()
	p := connected(t, address, "after")
	p.send(message)
	p.hears(0x40, 2, 0, 7)
}

func TestMQTTStopAcknowledgesWhatIsAtWork(t *testing.T) {
	w := newTown()
	w.pause = 300 * time.Millisecond
	address, stop := begin(t, w.doors().ServeMQTT)
	p := connected(t, address, "a")
	p.send(publish(1, 7, "owntracks/gateway/phone-a", place))
	time.Sleep(100 * time.Millisecond)
	stop()
	p.hears(0x40, 2, 0, 7)
	p.hears()
}

func TestMQTTVanishedClientsLeaveNothing(t *testing.T) {
	doors := newTown().doors()
	address := open(t, doors.ServeMQTT)
	for i := range 50 {
		p := connected(t, address, fmt.Sprint(i))
		p.send(publish(1, 7, "owntracks/gateway/phone-a", place)[:20])
		_ = p.conn.(*net.TCPConn).SetLinger(0)
		p.conn.Close()
	}
	eventually(t, "nobody connected", func() bool { return doors.Counts.Connections(MQTT) == 0 })
}

// Mosquitto's own client is acknowledged, or says that it was not let in.
func TestMosquitto(t *testing.T) {
	program, err := exec.LookPath("mosquitto_pub")
	if err != nil {
		t.Skip("mosquitto_pub is not installed; scripts/setup.sh test does that")
	}
	w := newTown()
	address := open(t, w.doors().ServeMQTT)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	run := func(password, topic, message string) error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, program, "-h", host, "-p", port, "-V", "mqttv311", "-q", "1",
			"-u", "gateway", "-P", password, "-t", topic, "-m", message).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	if err := run(gatewaySecret, "owntracks/gateway/phone-a", place); err != nil {
		t.Fatal(err)
	}
	if got := w.fixes(); len(got) != 1 {
		t.Fatalf("%d fixes, want 1", len(got))
	} else {
		same(t, got[0], placeFix("U3"))
	}
	if err := run("wrong", "owntracks/gateway/phone-a", place); err == nil {
		t.Error("a wrong password was let in")
	}
}

func FuzzMQTTFirstPacket(f *testing.F) {
	f.Add(connectPacket(4, "x", "gateway", gatewaySecret), uint8(1))
	f.Add([]byte{0x10, 0xff, 0xff, 0xff, 0x7f}, uint8(3))
	f.Fuzz(func(t *testing.T, sent []byte, at uint8) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		go func() {
			defer theirs.Close()
			for size := int(at)%7 + 1; len(sent) > 0; {
				n := min(size, len(sent))
				if _, err := theirs.Write(sent[:n]); err != nil {
					return
				}
				sent = sent[n:]
			}
		}()
		conn := &mqttConnection{connection: &connection{Conn: ours}}
		whole := bytes.Clone(sent)
		got, err := io.ReadAll(conn)
		if !bytes.HasPrefix(whole, got) {
			t.Fatalf("read %x of %x", got, whole)
		}
		if err == nil && len(whole) > 0 && whole[0] != 0x10 {
			t.Fatalf("%x was let through", whole)
		}
		if length, size := binary.Uvarint(whole[min(1, len(whole)):min(5, len(whole))]); err == nil && size > 0 && length > mostConnect {
			t.Fatalf("a first packet of %d bytes was let through", length)
		}
	})
}
