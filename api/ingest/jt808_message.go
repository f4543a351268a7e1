package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"sitmap/layers"
	"sitmap/layers/live"
)

// The messages of JT/T 808 that this door knows.
const (
	msgTerminalAnswer = 0x0001
	msgHeartbeat      = 0x0002
	msgDeregister     = 0x0003
	msgRegister       = 0x0100
	msgAuthenticate   = 0x0102
	msgLocation       = 0x0200
	msgLocations      = 0x0704
	msgGeneralAnswer  = 0x8001
	msgRegisterAnswer = 0x8100
)

const (
	basicLocation = 28                                // bytes of a location before its additional items
	itemBattery   = 0x56                              // an additional item of common portable devices: tenths of full
	mostLocations = mostMessage / (basicLocation + 2) // of one batch
)

// The results of a general answer.
const (
	resultDone        = 0
	resultFailed      = 1
	resultWrong       = 2 // the message is wrong, and stays so when it is sent again
	resultUnsupported = 3
)

// The bits of a location that are read.
const (
	alarmSOS      = 1 << 0
	statusLocated = 1 << 1
	statusSouth   = 1 << 2
	statusWest    = 1 << 3
)

// beijing is the time of all messages (JT/T 808, table of location: GMT+8).
var beijing = time.FixedZone("GMT+8", 8*60*60)

// errMessage is a body that cannot be read. It is of kind layers.ErrInvalid.
var errMessage = fmt.Errorf("not a message of JT/T 808: %w", layers.ErrInvalid)

// phoneNumber is the number of a telephone in BCD, without the zeros that fill
// it up, which 2013 and 2019 do to different lengths.
func phoneNumber(bcd []byte) (string, error) {
	digits := make([]byte, 0, 2*len(bcd))
	for _, b := range bcd {
		if b>>4 > 9 || b&15 > 9 {
			return "", errMessage
		}
		digits = append(digits, '0'+b>>4, '0'+b&15)
	}
	digits = bytes.TrimLeft(digits, "0")
	if len(digits) == 0 {
		return "", errMessage
	}
	return string(digits), nil
}

// gbk reads a text of JT/T 808, up to the zeros that fill it up.
func gbk(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(text))
}

// terminalID reads who registers. What follows it, the plate of a vehicle, is
// not read: there are no plates here.
func terminalID(f frame) (string, error) {
	// Province and county, manufacturer, model, and the terminal's own number.
	skip, size := 2+2+5+20, 7
	if f.later {
		skip, size = 2+2+11+30, 30
	}
	if !f.later && len(f.body) >= 2+2+5+8+7 && len(f.body) < skip+size+1 {
		skip = 2 + 2 + 5 + 8 // as in 2011
	}
	if len(f.body) < skip+size {
		return "", errMessage
	}
	id := gbk(f.body[skip : skip+size])
	if id == "" {
		return "", errMessage
	}
	return id, nil
}

// authCode reads the code with which a terminal proves itself.
func authCode(f frame) (string, error) {
	if !f.later {
		return gbk(f.body), nil
	}
	// Since 2019 the code says its length, and the terminal's IMEI and the
	// version of its software follow.
	if len(f.body) < 1 || len(f.body) < 1+int(f.body[0]) {
		return "", errMessage
	}
	return gbk(f.body[1 : 1+int(f.body[0])]), nil
}

// readLocation reads the body of a location. A terminal without a satellite in
// sight sends its last place again, or none: then it is located only in that it
// is false, and the fix has no point.
func readLocation(body []byte, unit string) (fix live.Fix, located bool, err error) {
	if len(body) < basicLocation {
		return live.Fix{}, false, errMessage
	}
	alarm, status := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	fix = live.Fix{
		Unit: unit, At: bcdTime(body[22:28]), SOS: alarm&alarmSOS != 0,
		Speed: unknown, Heading: unknown, Accuracy: unknown, Battery: unknown,
	}
	if located = status&statusLocated != 0; located {
		lat, lon := float64(binary.BigEndian.Uint32(body[8:]))/1e6, float64(binary.BigEndian.Uint32(body[12:]))/1e6
		if status&statusSouth != 0 {
			lat = -lat
		}
		if status&statusWest != 0 {
			lon = -lon
		}
		fix.Point = orb.Point{lon, lat}
		fix.Speed = float64(binary.BigEndian.Uint16(body[18:])) / 36 // from tenths of km/h
		fix.Heading = heading(float64(binary.BigEndian.Uint16(body[20:])))
	}
	readItems(body[basicLocation:], func(id byte, value []byte) {
		if id == itemBattery && len(value) > 0 {
			fix.Battery = between(float64(value[0])/10, 0, 1)
		}
	})
	return fix, located, nil
}

// readItems reads the additional items of a location: a number, a length and so
// many bytes each. Vendors end them in many ways; what is not an item is left,
// because the place before it is right whatever follows.
func readItems(b []byte, item func(id byte, value []byte)) {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		item(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
}

// readLocations reads a batch of locations; with an error, those before the fault.
func readLocations(body []byte, unit string) (fixes []live.Fix, err error) {
	if len(body) < 3 {
		return nil, errMessage
	}
	count, body := int(binary.BigEndian.Uint16(body)), body[3:] // and whether they come late, which their times say
	if count == 0 || count > mostLocations {
		return nil, errMessage
	}
	for range count {
		if len(body) < 2 {
			return fixes, errMessage
		}
		size := int(binary.BigEndian.Uint16(body))
		if body = body[2:]; len(body) < size {
			return fixes, errMessage
		}
		fix, located, err := readLocation(body[:size], unit)
		if err != nil {
			return fixes, err
		}
		if located || fix.SOS {
			fixes = append(fixes, fix)
		}
		body = body[size:]
	}
	return fixes, nil
}

// bcdTime reads YYMMDDhhmmss; the zero time where it is none, which the judge
// then says.
func bcdTime(b []byte) time.Time {
	var n [6]int
	for i := range n {
		if b[i]>>4 > 9 || b[i]&15 > 9 {
			return time.Time{}
		}
		n[i] = int(b[i]>>4)*10 + int(b[i]&15)
	}
	t := time.Date(2000+n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, beijing)
	if t.Month() != time.Month(n[1]) || t.Day() != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{} // such as the 31st of April
	}
	return t.UTC()
}
