package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cuteLittleDevil/go-jt808/protocol/jt808"
	"github.com/cuteLittleDevil/go-jt808/protocol/model"
)

// What we read and write, another implementation of the protocol reads alike:
// cuteLittleDevil/go-jt808 (MIT).
func TestAnotherImplementationAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for i := range 2000 {
		ours := frame{id: uint16(random.Uint32()), serial: uint16(random.Uint32()), body: make([]byte, random.IntN(400))}
		ours.phone = digits(random, 6)
		if ours.later = i%2 == 1; ours.later {
			ours.version, ours.phone = 1, digits(random, 10)
		}
		if i%3 == 0 {
			ours.parts = uint16(random.IntN(100) + 1)
			ours.part = uint16(random.IntN(int(ours.parts)) + 1)
		}
		for k := range ours.body {
			ours.body[k] = byte(0x78 + random.IntN(8)) // flags and escapes, mostly
		}
		theirs := jt808.NewJTMessage()
		if err := theirs.Decode(ours.append(nil)); err != nil {
			t.Fatalf("%+v: %v", ours, err)
		}
		h := theirs.Header
		number, err := phoneNumber(ours.phone)
		if err != nil || h.ID != ours.id || h.SerialNumber != ours.serial || strings.TrimLeft(h.TerminalPhoneNo, "0") != number ||
			h.SubPackageSum != ours.parts || h.SubPackageNo != ours.part || !bytes.Equal(theirs.Body, ours.body) {
			t.Fatalf("ours %+v (%s, %v)\ntheirs %+v %x", ours, number, err, h, theirs.Body)
		}
	}
}

func digits(random *rand.Rand, bytes int) []byte {
	b := []byte{0x01}
	for len(b) < bytes {
		b = append(b, byte(random.IntN(10)<<4|random.IntN(10)))
	}
	return b
}

func TestAnotherImplementationReadsTheSameLocations(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 0))
	for range 2000 {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, beijing).Add(time.Duration(random.IntN(365*86400)) * time.Second)
		item := model.T0x0200LocationItem{
			AlarmSign: random.Uint32(), StatusSign: random.Uint32() | statusLocated,
			Latitude: random.Uint32N(90e6), Longitude: random.Uint32N(180e6), Speed: uint16(random.IntN(2000)), Direction: uint16(random.IntN(360)),
			DateTime: at.Format(time.DateTime),
		}
		body := (&model.T0x0200{T0x0200LocationItem: item}).Encode()
		got, located, err := readLocation(body, "U")
		if err != nil || !located {
			t.Fatalf("%x: located %t, %v", body, located, err)
		}
		var back model.T0x0200
		if err := back.Parse(&jt808.JTMessage{Header: &jt808.Header{}, Body: body}); err != nil {
			t.Fatal(err)
		}
		lon, lat := float64(item.Longitude)/1e6, float64(item.Latitude)/1e6
		if back.StatusSignDetails.South {
			lat = -lat
		}
		if back.StatusSignDetails.East { // which is set in the west
			lon = -lon
		}
		want := fix("U", at, lon, lat)
		want.Speed, want.Heading, want.SOS = float64(item.Speed)/36, float64(item.Direction), back.AlarmSignDetails.EmergencyAlarm
		same(t, got, want)
		if t.Failed() {
			t.Fatal(fmt.Sprintf("%x", body))
		}
	}
}
