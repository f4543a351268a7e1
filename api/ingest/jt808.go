package ingest

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/live"
)

const (
	// terminalIdle is how long a terminal may be quiet; it beats every minute or so.
	terminalIdle = 15 * time.Minute
	// refusalPause makes guessing slow.
	refusalPause = time.Second
)

// registerUnknown is the result of a registration of a terminal that nobody declared.
const registerUnknown = 4

// ServeJT808 is the door of JT/T 808 in its editions of 2013 and 2019, until ctx
// ends.
//
// A terminal proves itself in one of two ways. Its authentication code (0x0102) is
// the secret of its source, set in the terminal beforehand; then the connection
// is the source's, and messages of other terminals may come over it, as gateways
// do. Or it registers (0x0100) with the number of its telephone and its own,
// both of which a source declares as the device "telephone/terminal", and is given
// a code that is good until the server ends.
//
// A location is answered (0x8001) when it is durable. When it cannot be, there is
// no answer and the connection ends: the terminal keeps the location and sends it
// again when it has come back. A frame that cannot be read ends it too. Locations
// that are there together, as those of a gateway are, become durable together, and
// are answered in their order; see together.
func (d *Doors) ServeJT808(ctx context.Context, listener net.Listener) error {
	codes := newCodes()
	return newConnections(d, JT808).serve(ctx, listener, func(conn *connection) {
		t := terminal{doors: d, codes: codes, conn: conn, address: hostOf(conn.RemoteAddr())}
		t.serve(context.WithoutCancel(ctx))
	})
}

// codes are those that registration gives. They cannot be made without the key,
// so none needs to be kept.
type codes struct{ key []byte }

func newCodes() codes {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return codes{key}
}

// of is the code of a device that the source declares: a proof and the terminal's
// own number, because authentication names the telephone alone.
func (c codes) of(source live.Source, device string) string {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(source.ID + "\x00" + device))
	_, id, _ := strings.Cut(device, "/")
	return base32.StdEncoding.EncodeToString(mac.Sum(nil)[:10]) + id
}

// codeProof is the characters of the proof in a code.
const codeProof = 16

// terminal is one connection.
type terminal struct {
	doors   *Doors
	codes   codes
	conn    *connection
	address string
	serial  uint16 // of the next message to the terminal
	parts   parts
	waiting together
	out     []byte // answers that are not sent yet
	// secret or device is how it proved itself; both empty before.
	secret, device string
}

// errLeave ends a connection after everything was said.
var errLeave = errors.New("the connection ends")

func (t *terminal) serve(ctx context.Context) {
	r := bufio.NewReaderSize(t.conn, quietBuffer)
	var buffer []byte
	for {
		var err error
		if buffer, err = readFrame(r, buffer); err == nil {
			err = t.take(ctx, buffer)
		}
		more := hasFrame(r)
		if err == nil && !(more && t.waiting.hasRoom()) {
			err = t.settle(ctx)
		}
		if err == nil && !more {
			err = t.flush()
		}
		if err != nil {
			if errors.Is(err, layers.ErrInvalid) {
				t.doors.Counts.Refuse(JT808, ReasonMalformed)
			}
			// What came before the fault is answered as ever.
			if errors.Is(err, errLeave) || t.settle(ctx) == nil {
				_ = t.flush()
			}
			return
		}
		if r.Size() == quietBuffer && r.Buffered() > quietBuffer/2 {
			r = bufio.NewReaderSize(r, busyBuffer)
		}
		if t.proven() {
			_ = t.conn.SetReadDeadline(time.Now().Add(terminalIdle))
		}
	}
}

func (t *terminal) proven() bool { return t.secret != "" || t.device != "" }

// take answers one frame. An error ends the connection.
func (t *terminal) take(ctx context.Context, data []byte) error {
	f, err := parseFrame(data)
	if err != nil {
		return err
	}
	number, err := phoneNumber(f.phone)
	if err != nil {
		return err
	}
	if f.encrypted {
		if err := t.settle(ctx); err != nil {
			return err
		}
		return t.answer(f, resultUnsupported, f.serial)
	}
	serials := []uint16{f.serial}
	if f.parts > 0 {
		if !t.proven() { // and so nothing waits
			t.doors.Counts.Refuse(JT808, ReasonCredential)
			return errors.Join(t.answer(f, resultFailed, f.serial), errLeave)
		}
		if f, serials, err = t.parts.add(f, time.Now()); err != nil || serials == nil {
			return err
		}
	}
	if f.id != msgLocation && f.id != msgLocations {
		// Whatever else is said is said after what came before it.
		if err := t.settle(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, receiveTimeout)
	defer cancel()
	switch f.id {
	case msgRegister:
		return t.register(ctx, f, number)
	case msgAuthenticate:
		return t.authenticate(ctx, f, number)
	case msgTerminalAnswer:
		return nil
	}
	source, unit, err := t.speaker(ctx, number)
	switch {
	case errors.Is(err, layers.ErrUnavailable):
		return err
	case err != nil:
		if err := t.settle(ctx); err != nil {
			return err
		}
		t.listen(ctx, f, number)
		return errors.Join(t.answer(f, resultFailed, serials...), errLeave)
	}
	switch f.id {
	case msgHeartbeat:
		return t.answer(f, resultDone, serials...)
	case msgDeregister:
		t.secret, t.device = "", ""
		return errors.Join(t.answer(f, resultDone, serials...), errLeave)
	case msgLocation, msgLocations:
		return t.locate(ctx, f, source, unit, serials)
	}
	return t.answer(f, resultUnsupported, serials...)
}

// listen hears whether a terminal that proved nothing calls for help.
func (t *terminal) listen(ctx context.Context, f frame, number string) {
	var fixes []live.Fix
	switch f.id {
	case msgLocation:
		if fix, _, err := readLocation(f.body, number); err == nil {
			fixes = []live.Fix{fix}
		}
	case msgLocations:
		fixes, _ = readLocations(f.body, number)
	}
	for _, fix := range fixes {
		if fix.SOS {
			t.doors.cry(ctx, JT808, t.address, number)
			return
		}
	}
}

// register answers a registration, with a code if a source declares the terminal.
func (t *terminal) register(ctx context.Context, f frame, number string) error {
	id, err := terminalID(f)
	if err != nil {
		return err
	}
	device := number + "/" + id
	source, err := t.doors.Sources.Carrying(ctx, device)
	switch {
	case errors.Is(err, layers.ErrUnavailable):
		return err
	case err != nil:
		return t.refuse(f, msgRegisterAnswer, append(binary.BigEndian.AppendUint16(nil, f.serial), registerUnknown))
	}
	body := append(binary.BigEndian.AppendUint16(nil, f.serial), resultDone)
	return t.send(f, msgRegisterAnswer, append(body, t.codes.of(source, device)...))
}

// authenticate answers an authentication.
func (t *terminal) authenticate(ctx context.Context, f frame, number string) error {
	code, err := authCode(f)
	if err != nil {
		return err
	}
	device, err := t.issued(ctx, code, number)
	if err == nil {
		t.secret, t.device = "", device
		return t.answer(f, resultDone, f.serial)
	}
	if !errors.Is(err, layers.ErrUnavailable) {
		_, err = t.doors.Sources.Source(ctx, code, t.address)
	}
	switch {
	case err == nil:
		t.secret, t.device = code, ""
		return t.answer(f, resultDone, f.serial)
	case errors.Is(err, layers.ErrUnavailable):
		return err
	}
	body := binary.BigEndian.AppendUint16(nil, f.serial)
	return t.refuse(f, msgGeneralAnswer, append(binary.BigEndian.AppendUint16(body, f.id), resultFailed))
}

// issued is the device to which registration gave the code.
func (t *terminal) issued(ctx context.Context, code, number string) (device string, err error) {
	if len(code) <= codeProof {
		return "", errRefused
	}
	device = number + "/" + code[codeProof:]
	source, err := t.doors.Sources.Carrying(ctx, device)
	if err == nil && !hmac.Equal([]byte(code), []byte(t.codes.of(source, device))) {
		err = errRefused
	}
	return device, err
}

// speaker is the source and the unit for which the terminal of that number
// speaks, asked anew, because either may have been revoked meanwhile.
func (t *terminal) speaker(ctx context.Context, number string) (live.Source, string, error) {
	if t.secret != "" {
		source, err := t.doors.source(ctx, JT808, t.secret, t.address)
		return source, source.UnitOf(number), err
	}
	err := errRefused
	if phone, _, _ := strings.Cut(t.device, "/"); phone == number {
		var source live.Source
		if source, err = t.doors.Sources.Carrying(ctx, t.device); err == nil {
			return source, source.UnitOf(t.device), nil
		}
	}
	if !errors.Is(err, layers.ErrUnavailable) {
		t.doors.Counts.Refuse(JT808, ReasonCredential)
	}
	return live.Source{}, "", err
}

// refuse answers whoever is not known, after a pause, and ends the connection.
func (t *terminal) refuse(f frame, id uint16, body []byte) error {
	t.doors.Counts.Refuse(JT808, ReasonCredential)
	time.Sleep(refusalPause)
	return errors.Join(t.send(f, id, body), errLeave)
}

// answer is the general answer to each of the messages of those numbers.
func (t *terminal) answer(f frame, result byte, serials ...uint16) error {
	for _, serial := range serials {
		body := binary.BigEndian.AppendUint16(make([]byte, 0, 5), serial)
		body = append(binary.BigEndian.AppendUint16(body, f.id), result)
		if err := t.send(f, msgGeneralAnswer, body); err != nil {
			return err
		}
	}
	return nil
}

// mostOut is the bytes of answers that wait for others.
const mostOut = 16 << 10

// send sends a message to the terminal of the frame, with others that follow.
func (t *terminal) send(to frame, id uint16, body []byte) error {
	out := frame{id: id, later: to.later, version: to.version, phone: to.phone, serial: t.serial, body: body}
	t.serial++
	t.out = out.append(t.out)
	if len(t.out) < mostOut {
		return nil
	}
	return t.flush()
}

// flush sends the answers that wait.
func (t *terminal) flush() error {
	if len(t.out) == 0 {
		return nil
	}
	_, err := t.conn.Write(t.out)
	t.out = t.out[:0]
	return err
}
