package ingest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"time"

	"sitmap/layers"
)

// The messages are the examples of cuteLittleDevil/go-jt808 (MIT), model/*_test.go,
// with the values that its tests expect of them.
const (
	heartbeat2013    = "7e0002000001234567890100008a7e"
	register2013     = "7e0100002c0123456789010000001f007363640000007777772e3830382e636f6d0000000000000000003736353433323101b2e24131323334cc7e"
	register2011     = "7e010000200123456789010000001f007363640000007777772e3830382e3736353433323101b2e24131323334a17e"
	register2019     = "7e0100405301000000000172998417380000001f007363640000000000000000007777772e3830382e636f6d0000000000000000000000000000000000000037363534333231000000000000000000000000000000000000000000000001b2e241313233343b7e"
	authenticate2013 = "7e0102000b01234567890100003137323939383431373338b57e"
	authenticate2019 = "7e0102402f010000000001729984173800000b3137323939383431373338313233343536373839303132333435332e372e31350000000000000000000000000000227e"
	location2013     = "7e0200001c0123456789010000000004000000080007203b7d0202633df70138000300632410012359591c7e"
	location2019     = "7e0200407c0100000000017299841738ffff000004000000080006eeb6ad02633df701380003006320070719235901040000000b02020016030200210402002c051e3737370000000000000000000000000000000000000000000000000000001105420000004212064d0000004d4d1307000000580058582504000000632a02000a2b040000001430011e310128637e"
	locations2013    = "7e0704003f0123456789010000000200001c000004000000080007203b7d0202633df7013800030063241001235959001c000004000000080007203b7d0202633df7013800030063241001235959b67e"
	locations2019    = "7e0704405d0100000000017299841738ffff000301001c000004000000080006eeb6ad02633df7013800030063200707192359001c000004000000080006eeb6ad02633df7013800030063200707192359001c000004000000080006eeb6ad02633df70138000300632007071923590e7e"
)

var examples = []string{
	heartbeat2013, register2013, register2011, register2019, authenticate2013, authenticate2019,
	location2013, location2019, locations2013, locations2019,
}

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// read reads the one frame.
func read(t testing.TB, text string) frame {
	t.Helper()
	data, err := readFrame(bufio.NewReader(bytes.NewReader(raw(t, text))), nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parseFrame(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFramesAreReadAndWritten(t *testing.T) {
	for _, text := range examples {
		f := read(t, text)
		if got := hex.EncodeToString(f.append(nil)); got != text {
			t.Errorf("written again:\n got %s\nwant %s", got, text)
		}
		want := phone2013
		if f.later {
			want = phone2019
		}
		if number, err := phoneNumber(f.phone); err != nil || number != want {
			t.Errorf("%s is from %q (%v), want %q", text, number, err, want)
		}
	}
}

func TestWhoRegistersAndProves(t *testing.T) {
	for _, text := range []string{register2011, register2013, register2019} {
		if id, err := terminalID(read(t, text)); err != nil || id != "7654321" {
			t.Errorf("terminal %q, %v, want 7654321", id, err)
		}
	}
	for _, text := range []string{authenticate2013, authenticate2019} {
		if code, err := authCode(read(t, text)); err != nil || code != "17299841738" {
			t.Errorf("code %q, %v, want 17299841738", code, err)
		}
	}
}

// In the example of 2013 the alarm is 0x400 (the display fails) and the status
// 0x800, so that it is not located; 24-10-01 23:59:59 in GMT+8.
func TestLocation(t *testing.T) {
	body := bytes.Clone(read(t, location2013).body)
	got, located, err := readLocation(body, "U")
	if err != nil || located || got.SOS {
		t.Fatalf("located %t, SOS %t, %v: want an unlocated fix", located, got.SOS, err)
	}
	same(t, got, fix("U", time.Date(2024, 10, 1, 15, 59, 59, 0, time.UTC), 0, 0))

	body[7] |= statusLocated
	got, located, err = readLocation(body, "U")
	// 0x07203b7e and 0x02633df7 millionths of a degree, 3 tenths of km/h, 99 degrees.
	want := fix("U", time.Date(2024, 10, 1, 15, 59, 59, 0, time.UTC), 40.058359, 119.552894)
	want.Speed, want.Heading = 0.3/3.6, 99
	if err != nil || !located {
		t.Fatalf("located %t, %v", located, err)
	}
	same(t, got, want)

	body[3], body[7] = 1, statusLocated|statusSouth|statusWest
	body = append(body, 0x30, 1, 30, itemBattery, 2, 7, 0, 0xff, 200) // the last item is cut off
	got, _, err = readLocation(body, "U")
	want.SOS, want.Battery, want.Point[0], want.Point[1] = true, 0.7, -want.Point[0], -want.Point[1]
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}

func TestBatchOfLocations(t *testing.T) {
	f := read(t, locations2013)
	body := bytes.Clone(f.body)
	if fixes, err := readLocations(body, "U"); err != nil || len(fixes) != 0 {
		t.Errorf("%d fixes, %v, want none: no item is located", len(fixes), err)
	}
	const item = 2 + basicLocation
	body[3+2+7] |= statusLocated // the first
	body[3+item+2+3] |= alarmSOS // the second, without a place
	fixes, err := readLocations(body, "U")
	if err != nil || len(fixes) != 2 || fixes[0].SOS || !fixes[1].SOS || fixes[1].Point != [2]float64{} {
		t.Fatalf("%+v, %v, want a place and a call for help without one", fixes, err)
	}
	if fixes, err = readLocations(body[:len(body)-1], "U"); len(fixes) != 1 || !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("cut off: %d fixes, %v, want the first and the fault", len(fixes), err)
	}
}

func TestTimesThatAreNone(t *testing.T) {
	for _, text := range []string{"260229000000", "261301000000", "260100000000", "260101240000", "26010100600a"} {
		if at := bcdTime(raw(t, text)); !at.IsZero() {
			t.Errorf("%s is %s, want no time", text, at)
		}
	}
	if at := bcdTime(raw(t, "280229080000")); !at.Equal(time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("08:00 in Beijing is %s", at)
	}
}

func TestPartsInAnyOrderAndTwice(t *testing.T) {
	now := time.Unix(1e9, 0)
	whole := read(t, locations2019).body
	cut := func(part, parts uint16, body []byte) frame {
		return frame{id: msgLocations, serial: 0xfffe + part, parts: parts, part: part, body: body} // over the end of the numbers
	}
	var p parts
	for i, f := range []frame{cut(3, 3, whole[60:]), cut(1, 3, whole[:20]), cut(1, 3, whole[:20]), cut(2, 3, whole[20:60])} {
		got, serials, err := p.add(f, now)
		if err != nil {
			t.Fatal(err)
		}
		if last := i == 3; last != (serials != nil) {
			t.Fatalf("after %d parts: %v", i+1, serials)
		} else if last && (!bytes.Equal(got.body, whole) || len(serials) != 3) {
			t.Errorf("%x\nwant %x", got.body, whole)
		}
	}
	if len(p.pending) != 0 {
		t.Errorf("%d messages wait", len(p.pending))
	}
}

func TestPartsAreBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	var p parts
	for serial := range uint16(100) {
		if _, _, err := p.add(frame{id: 1, serial: serial * 500, parts: 500, part: 1, body: make([]byte, mostBody)}, now); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.pending) != mostPending {
		t.Errorf("%d messages wait, want %d", len(p.pending), mostPending)
	}
	var err error
	for part := uint16(1); part < 100 && err == nil; part++ {
		_, _, err = p.add(frame{id: 2, serial: part, parts: 500, part: part, body: make([]byte, mostBody)}, now)
	}
	if !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("a message of more than %d bytes: %v", mostMessage, err)
	}
	if _, _, err := p.add(frame{id: 3, parts: 65535, part: 1}, now); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("65535 parts: %v", err)
	}
	_, _, _ = p.add(frame{id: 4, parts: 2, part: 1}, now.Add(2*partsTimeout))
	if len(p.pending) != 1 {
		t.Errorf("%d messages wait after their time, want the newest alone", len(p.pending))
	}
}

func FuzzJT808(f *testing.F) {
	for _, text := range examples {
		f.Add(raw(f, text))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bufio.NewReader(bytes.NewReader(stream))
		var p parts
		for {
			data, err := readFrame(r, nil)
			if err != nil {
				if !errors.Is(err, layers.ErrInvalid) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("an error of no kind: %v", err)
				}
				return
			}
			if len(data) > mostFrame {
				t.Fatalf("a frame of %d bytes", len(data))
			}
			one, err := parseFrame(data)
			if err != nil {
				continue
			}
			if !one.encrypted {
				again, err := readFrame(bufio.NewReader(bytes.NewReader(one.append(nil))), nil)
				// The highest bit of the attributes is reserved and written as 0.
				if reserved := data[2]&0x80 != 0; err != nil || !reserved && !bytes.Equal(again, data) {
					t.Fatalf("read %x, wrote %x, %v", data, again, err)
				}
			}
			if one.parts > 0 {
				if one, _, err = p.add(one, time.Time{}); err != nil {
					continue
				}
			}
			_, _ = phoneNumber(one.phone)
			_, _ = terminalID(one)
			_, _ = authCode(one)
			_, _, _ = readLocation(one.body, "U")
			fixes, _ := readLocations(one.body, "U")
			if len(fixes) > len(one.body)/basicLocation {
				t.Fatalf("%d fixes in %d bytes", len(fixes), len(one.body))
			}
		}
	})
}
