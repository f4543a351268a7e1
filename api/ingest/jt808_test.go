package ingest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

// device is a terminal's end of the line.
type device struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func dial(t testing.TB, address string) *device {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &device{t, conn, bufio.NewReader(conn)}
}

func (d *device) send(b []byte) {
	d.t.Helper()
	if _, err := d.conn.Write(b); err != nil {
		d.t.Fatal(err)
	}
}

// hear is the next answer; an error when the connection ended.
func (d *device) hear() (frame, error) {
	d.t.Helper()
	_ = d.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	data, err := readFrame(d.r, nil)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		d.t.Fatal("neither an answer nor an end within 5 seconds")
	}
	if err != nil {
		return frame{}, err
	}
	f, err := parseFrame(data)
	if err != nil {
		d.t.Fatalf("the answer %x: %v", data, err)
	}
	return f, nil
}

// answered wants the general answer to that message.
func (d *device) answered(serial, id uint16, result byte) {
	d.t.Helper()
	f, err := d.hear()
	want := append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, serial), id), result)
	if err != nil || f.id != msgGeneralAnswer || !bytes.Equal(f.body, want) {
		d.t.Fatalf("answer %#04x %x, %v; want %#04x %x", f.id, f.body, err, msgGeneralAnswer, want)
	}
}

// ended wants the end of the connection.
func (d *device) ended() {
	d.t.Helper()
	if f, err := d.hear(); err == nil {
		d.t.Fatalf("answer %#04x %x; want an end", f.id, f.body)
	}
}

var bcd2013 = []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0x01}

// say is a message of a terminal of 2013.
func say(id, serial uint16, body []byte) []byte {
	return frame{id: id, phone: bcd2013, serial: serial, body: body}.append(nil)
}

// registered registers and authenticates as terminals do.
func registered(t testing.TB, address string) *device {
	t.Helper()
	d := dial(t, address)
	d.send(raw(t, register2013))
	f, err := d.hear()
	if err != nil || f.id != msgRegisterAnswer || len(f.body) < 4 || f.body[2] != resultDone {
		t.Fatalf("registration: %#04x %x, %v", f.id, f.body, err)
	}
	d.send(say(msgAuthenticate, 1, f.body[3:]))
	d.answered(1, msgAuthenticate, resultDone)
	return d
}

// here is the body of a location: 37.9283 N 102.638 E, at 2026-03-01 08:00:00 Beijing.
func here(alarm uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, alarm)
	b = binary.BigEndian.AppendUint32(b, statusLocated)
	b = binary.BigEndian.AppendUint32(b, 37_928_300)
	b = binary.BigEndian.AppendUint32(b, 102_638_000)
	b = append(b, 0x05, 0xdc, 0, 72, 0, 90) // 1500 m, 7.2 km/h, to the east
	return append(b, 0x26, 0x03, 0x01, 0x08, 0x00, 0x00)
}

func hereFix(unit string, sos bool) live.Fix {
	f := fix(unit, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 102.638, 37.9283)
	f.Speed, f.Heading, f.SOS = 2, 90, sos
	return f
}

func TestTerminalRegistersAndReports(t *testing.T) {
	w := newTown()
	doors := w.doors()
	d := registered(t, open(t, doors.ServeJT808))
	d.send(raw(t, heartbeat2013))
	d.answered(0, msgHeartbeat, resultDone)
	d.send(say(msgLocation, 7, here(alarmSOS)))
	d.answered(7, msgLocation, resultDone)
	batch := []byte{0, 2, 1}
	for range 2 {
		batch = append(batch, 0, basicLocation)
		batch = append(batch, here(0)...)
	}
	d.send(say(msgLocations, 8, batch))
	d.answered(8, msgLocations, resultDone)
	d.send(say(0x0900, 9, []byte("transparent")))
	d.answered(9, 0x0900, resultUnsupported)
	d.send(say(msgDeregister, 10, nil))
	d.answered(10, msgDeregister, resultDone)
	d.ended()

	got := w.fixes()
	if len(got) != 3 {
		t.Fatalf("%d fixes, want 3", len(got))
	}
	same(t, got[0], hereFix("U1", true))
	same(t, got[1], hereFix("U1", false))
	if n := doors.Counts.Fixes(JT808, live.Kept); n != 3 {
		t.Errorf("%d fixes counted", n)
	}
	eventually(t, "nobody connected", func() bool { return doors.Counts.Connections(JT808) == 0 })
}

// The code of a gateway is its source's secret; messages of its other devices come
// over the same connection, also of 2019.
func TestGatewayProvesItselfWithItsSecret(t *testing.T) {
	w := newTown()
	d := dial(t, open(t, w.doors().ServeJT808))
	d.send(say(msgAuthenticate, 1, []byte(gatewaySecret)))
	d.answered(1, msgAuthenticate, resultDone)
	later := read(t, location2019)
	later.body[7] |= statusLocated
	d.send(later.append(nil))
	f, err := d.hear()
	if err != nil || !f.later || f.version != 1 || !bytes.Equal(f.phone, later.phone) || f.body[4] != resultDone {
		t.Fatalf("%+v, %v: want the answer in the edition of 2019", f, err)
	}
	if got := w.fixes(); len(got) != 1 || got[0].Unit != "U2" {
		t.Fatalf("%+v, want one fix of U2", got)
	}
	w.set(func(w *town) { delete(w.sources, gatewaySecret) })
	d.send(say(msgHeartbeat, 3, nil))
	d.answered(3, msgHeartbeat, resultFailed)
	d.ended()
}

func TestWhoIsNotKnownIsRefused(t *testing.T) {
	w := newTown()
	doors := w.doors()
	address := open(t, doors.ServeJT808)
	proof := registered(t, address)
	_ = proof
	f := read(t, register2013)
	stranger := frame{id: msgRegister, phone: []byte{0x09, 0x23, 0x45, 0x67, 0x89, 0x01}, body: f.body}
	theirs := newCodes().of(w.sources[gatewaySecret], phone2013+"/"+terminal2013) // of another server
	var work sync.WaitGroup
	for name, asked := range map[string]struct {
		message []byte
		answer  uint16
		result  byte
	}{
		"location first":        {say(msgLocation, 0, here(0)), msgGeneralAnswer, resultFailed},
		"heartbeat first":       {raw(t, heartbeat2013), msgGeneralAnswer, resultFailed},
		"a part first":          {frame{id: msgLocation, phone: bcd2013, parts: 2, part: 1}.append(nil), msgGeneralAnswer, resultFailed},
		"wrong code":            {say(msgAuthenticate, 0, []byte("wrong")), msgGeneralAnswer, resultFailed},
		"code of another":       {say(msgAuthenticate, 0, []byte(theirs)), msgGeneralAnswer, resultFailed},
		"no code":               {say(msgAuthenticate, 0, nil), msgGeneralAnswer, resultFailed},
		"undeclared telephone":  {stranger.append(nil), msgRegisterAnswer, registerUnknown},
		"undeclared, as gotten": {say(msgAuthenticate, 0, []byte(terminal2013)), msgGeneralAnswer, resultFailed},
	} {
		work.Go(func() {
			d := dial(t, address)
			d.send(asked.message)
			f, err := d.hear()
			at := 4
			if asked.answer == msgRegisterAnswer {
				at = 2
			}
			if err != nil || f.id != asked.answer || len(f.body) != at+1 || f.body[at] != asked.result {
				t.Errorf("%s: %#04x %x, %v", name, f.id, f.body, err)
			}
			if f, err := d.hear(); err == nil {
				t.Errorf("%s: then %#04x %x, want an end", name, f.id, f.body)
			}
		})
	}
	work.Wait()
	if len(w.fixes()) != 0 || doors.Counts.Refusals(JT808, ReasonCredential) != 8 {
		t.Errorf("%d fixes, %d refusals of credentials, want 0 and 8", len(w.fixes()), doors.Counts.Refusals(JT808, ReasonCredential))
	}
	// Another's telephone over a terminal's own connection.
	other := frame{id: msgLocation, phone: []byte{0x01, 0x72, 0x99, 0x84, 0x17, 0x38}, body: here(0)}
	proof.send(other.append(nil))
	proof.answered(0, msgLocation, resultFailed)
	proof.ended()
}

// What is not durable is not answered.
func TestNoAnswerBeforeItIsDurable(t *testing.T) {
	w := newTown()
	doors := w.doors()
	address := open(t, doors.ServeJT808)
	d := registered(t, address)
	w.set(func(w *town) { w.down = true })
	d.send(say(msgLocation, 5, here(0)))
	d.ended()
	if n := doors.Counts.Refusals(JT808, ReasonUnavailable); n != 1 {
		t.Errorf("%d counted as not durable", n)
	}
	w.set(func(w *town) { w.down, w.verdict = false, live.UnknownUnit })
	d = registered(t, address)
	d.send(say(msgLocation, 5, here(0)))
	d.answered(5, msgLocation, resultWrong) // for good: it is not sent again
	w.set(func(w *town) { w.verdict = live.OffShift })
	d.send(say(msgLocation, 6, here(0)))
	d.answered(6, msgLocation, resultDone)
	d.send(say(msgLocation, 7, here(0)[:20]))
	d.answered(7, msgLocation, resultWrong)
}

func TestLongMessagesComeInParts(t *testing.T) {
	w := newTown()
	d := registered(t, open(t, w.doors().ServeJT808))
	body := []byte{0, 100, 1}
	for range 100 {
		body = append(append(body, 0, basicLocation), here(0)...)
	}
	const size = 1000
	count := uint16((len(body) + size - 1) / size)
	for part := range count {
		piece := body[int(part)*size : min(len(body), int(part+1)*size)]
		d.send(frame{id: msgLocations, phone: bcd2013, serial: 20 + part, parts: count, part: part + 1, body: piece}.append(nil))
	}
	for part := range count {
		d.answered(20+part, msgLocations, resultDone)
	}
	if n := len(w.fixes()); n != 100 {
		t.Errorf("%d fixes, want 100", n)
	}
}

// Every prefix and every flipped bit is answered or ends the connection, and the
// door goes on.
func TestBrokenFramesEndOrAreAnswered(t *testing.T) {
	w := newTown()
	address := open(t, w.doors().ServeJT808)
	whole := say(msgLocation, 3, here(alarmSOS))
	random := rand.New(rand.NewPCG(1, 2))
	var broken [][]byte
	for n := range whole {
		broken = append(broken, whole[:n])
	}
	for bit := range 8 * len(whole) {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		broken = append(broken, b)
	}
	for range 50 {
		b := make([]byte, random.IntN(3000))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		broken = append(broken, b, append([]byte{flag}, b...))
	}
	var work sync.WaitGroup
	seats := make(chan struct{}, 16)
	for _, b := range broken {
		seats <- struct{}{}
		work.Go(func() {
			defer func() { <-seats }()
			d := registered(t, address)
			d.send(b)
			_ = d.conn.(*net.TCPConn).CloseWrite()
			_ = d.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, d.r); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%x: neither answered nor ended", b)
			}
		})
	}
	work.Wait()
	d := registered(t, address)
	d.send(whole)
	d.answered(3, msgLocation, resultDone)
	// The check finds every flipped bit, so nothing else was ever taken.
	for _, f := range w.fixes() {
		same(t, f, hereFix("U1", true))
	}
}

// A frame without an end is not read into memory.
func TestEndlessFrameEnds(t *testing.T) {
	d := registered(t, open(t, newTown().doors().ServeJT808))
	d.send(append([]byte{flag}, bytes.Repeat([]byte{1}, mostFrame+1)...))
	d.ended()
}

// A fix at work when the server stops is answered, and then the connection ends.
func TestStopAnswersWhatIsAtWork(t *testing.T) {
	w := newTown()
	w.pause = 300 * time.Millisecond
	address, stop := begin(t, w.doors().ServeJT808)
	d := registered(t, address)
	d.send(say(msgLocation, 3, here(0)))
	time.Sleep(100 * time.Millisecond)
	stop()
	d.answered(3, msgLocation, resultDone)
	d.ended()
}

func TestVanishedTerminalsLeaveNothing(t *testing.T) {
	w := newTown()
	doors := w.doors()
	address := open(t, doors.ServeJT808)
	for range 50 {
		d := registered(t, address)
		d.send(say(msgLocation, 3, here(0))[:20])
		_ = d.conn.(*net.TCPConn).SetLinger(0)
		d.conn.Close()
	}
	eventually(t, "nobody connected", func() bool { return doors.Counts.Connections(JT808) == 0 })
}

func TestErrorsAreOfTheirKind(t *testing.T) {
	for _, err := range []error{errFrame, errMessage} {
		if !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%v is not of kind invalid", err)
		}
	}
}
